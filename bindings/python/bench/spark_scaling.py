"""How reading and deduplicating on Spark scales with the workers, on a standalone cluster of processes on this machine.

    python bindings/python/bench/spark_scaling.py [--phones 10] [--own 20000] [--copies 10] [--workers 1 2]

Each phone's archive is there several times, as if its backups had been kept: reading it takes long enough to see more
than what Spark needs to start. Each number of workers has a cluster of its own (local-cluster: a master and workers with
one core each). The first job of each warms up the Java machines and the Python workers.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests"))
import spark_phones


def processor_seconds() -> float:
    """What all processors of this machine have worked so far, for whomever."""
    user, nice, system = (int(ticks) for ticks in pathlib.Path("/proc/stat").read_text().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def measure(folder: str, workers: int) -> None:
    from pyspark.sql import SparkSession

    from smsbackup import spark as sms_spark

    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master(f"local-cluster[{workers},1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.python.unix.domain.socket.enabled", "true")
        .config("spark.sql.shuffle.partitions", str(2 * workers))
        .config("spark.executorEnv.PYTHONPATH", os.environ.get("PYTHONPATH", ""))
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    sms_spark.register(session)
    df = session.read.format("smsbackup").load(folder + "/phone-*")

    def timed(what: str, job: object) -> None:
        begin, busy = time.monotonic(), processor_seconds()
        rows = job()  # type: ignore[operator]
        seconds, busy = time.monotonic() - begin, processor_seconds() - busy
        print(
            f"{workers} workers, {what}: {seconds:.1f} s, {rows:,} rows,"
            f" {busy / seconds:.2f} of {os.cpu_count()} processors busy",
            flush=True,
        )

    narrow = session.read.format("smsbackup").option("columns", "type,date,address,text").load(folder + "/phone-*")
    timed("counting by address, the first time", lambda: narrow.groupBy("address").count().count())
    timed("counting by address", lambda: narrow.groupBy("address").count().count())
    timed("deduplicating", lambda: sms_spark.deduplicate(df).count())
    session.stop()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--phones", type=int, default=10)
    parser.add_argument("--own", type=int, default=20_000)
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--measure", nargs=2)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure[0], int(options.measure[1]))
        return
    with tempfile.TemporaryDirectory(prefix="smsbackup-phones-") as folder:
        different = spark_phones.write_phones(pathlib.Path(folder), options.phones, options.own, options.own // 2)
        archives = sorted(pathlib.Path(folder).iterdir())
        for archive in archives:
            for copy in range(1, options.copies):
                os.link(archive, archive.with_stem(f"{archive.stem}-{copy}"))
        size = sum(path.stat().st_size for path in archives) * options.copies
        print(f"{len(archives) * options.copies} archives, {size / 1e6:.0f} MB, {different:,} different records", flush=True)
        for workers in options.workers:
            subprocess.run([sys.executable, __file__, "--measure", folder, str(workers)], check=True)


if __name__ == "__main__":
    main()
