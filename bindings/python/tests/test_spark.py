"""The Spark data source on a real cluster: a master, two worker processes with executors of their own, 100 phones."""

from __future__ import annotations

import collections
import datetime
import os
import pathlib
import sys
from collections.abc import Iterator

import pytest
from conftest import needs, needs_program

import smsbackup

sys.path.insert(0, os.path.dirname(__file__))
import spark_phones

pytestmark = [
    pytest.mark.filterwarnings("default"),
    needs("pyspark", "pyarrow"),
    needs_program("java", "openjdk-17-jre-headless"),
]


@pytest.fixture(scope="module")
def session() -> Iterator[object]:
    from pyspark.sql import SparkSession

    from smsbackup import spark as sms_spark

    # Executors are processes of their own; they find the package and these tests as the driver does.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in [os.path.dirname(__file__), *sys.path] if path)
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.python.unix.domain.socket.enabled", "true")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"])
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    sms_spark.register(session)
    yield session
    session.stop()


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, int]:
    folder = tmp_path_factory.mktemp("phones")
    return folder, spark_phones.write_phones(folder)


def test_a_hundred_phones_are_read_and_deduplicated(session, phones, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from smsbackup import spark as sms_spark

    folder, different = phones
    df = session.read.format("smsbackup").load(f"{folder}/phone-*")
    assert df.count() == 100 * 60 + 99 * 20
    assert df.rdd.getNumPartitions() == 100
    clean = sms_spark.deduplicate(df)
    assert clean.count() == different

    # The very same records stay as when one process does it all.
    clean.write.format("smsbackup").option("to", "jsonl").mode("append").save(str(tmp_path / "clean"))
    files = sorted((tmp_path / "clean").iterdir())
    assert all(path.name.startswith("part-") for path in files)
    written = collections.Counter(record for path in files for record in smsbackup.open(path))
    assert sum(written.values()) == different
    local = smsbackup.open(tmp_path / "local.jsonl", "a")
    smsbackup.transfer(sorted(folder.iterdir()), local)
    assert {(record.date, record.body) for record in written} == {
        (record.date, record.body) for record in smsbackup.open(tmp_path / "local.jsonl")
    }


def test_pieces_of_large_files_are_tasks_of_their_own(session, phones) -> None:  # type: ignore[no-untyped-def]
    folder, _ = phones
    whole = session.read.format("smsbackup").load(f"{folder}/phone-01*")
    reader = session.read.format("smsbackup").option("pieceBytes", 6000)
    pieces = reader.option("columns", "source,row,text").load(f"{folder}/phone-01*")
    assert pieces.rdd.getNumPartitions() > 20
    assert pieces.count() == whole.count()
    assert pieces.select("source", "row").distinct().count() == whole.count(), "rows tell records apart"
    assert pieces.select("text").exceptAll(whole.select("text")).count() == 0


def test_a_schema_makes_only_its_columns(session, phones) -> None:  # type: ignore[no-untyped-def]
    folder, _ = phones
    df = session.read.format("smsbackup").schema("text string, date timestamp").load(f"{folder}/phone-000.xml")
    first = df.orderBy("date").first()
    assert df.columns == ["text", "date"]
    assert first["text"].startswith("message 0: ")
    # Spark gives local times without a zone.
    assert first["date"].timestamp() == datetime.datetime(2020, 9, 13, 12, 26, 40, tzinfo=datetime.timezone.utc).timestamp()


def test_filters_are_pushed_down_and_hold(session, phones) -> None:  # type: ignore[no-untyped-def]
    folder, _ = phones
    df = session.read.format("smsbackup").load(f"{folder}/phone-00*")
    assert df.where("type = 'call'").count() == 0
    edge = "timestamp'2020-09-13 12:28:42Z'"  # of message 2
    assert df.where(f"date < {edge}").select("text").distinct().count() == 2
    assert df.where(f"date >= {edge}").select("text").distinct().count() == 10 * 60 - 2
    assert df.where(f"date = {edge} and type in ('sms', 'mms')").select("text").distinct().count() == 1


def test_the_partitions_know_what_was_pushed() -> None:
    from pyspark.sql import datasource

    from smsbackup import spark as sms_spark

    source = sms_spark.SmsBackupDataSource({"path": "/nowhere"})
    reader = source.reader(source.schema())
    moment = datetime.datetime(2020, 9, 13, 12, 26, 40, tzinfo=datetime.timezone.utc)
    filters = [
        datasource.In(("type",), ("sms", "call")),
        datasource.GreaterThan(("date",), moment),
        datasource.LessThan(("date",), moment + datetime.timedelta(seconds=1)),
        datasource.EqualTo(("address",), "x"),
    ]
    assert list(reader.pushFilters(filters)) == filters
    assert reader._wanted.query() == {"types": ["call", "sms"], "since": 1_599_999_999_999, "until": 1_600_000_001_002}


def test_a_bad_record_ends_the_job_only_if_asked(session, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "bad.jsonl"
    with smsbackup.open(path, "a") as store:
        store.write([spark_phones.message(number) for number in range(3)])
        store.finish()
    path.write_bytes(path.read_bytes() + b"{broken\n")
    assert session.read.format("smsbackup").load(str(path)).count() == 3
    with pytest.raises(Exception, match="bad.jsonl"):
        session.read.format("smsbackup").option("mode", "FAILFAST").load(str(path)).count()


def test_parquet_is_written_and_read_back(session, phones, tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder, _ = phones
    df = session.read.format("smsbackup").load(f"{folder}/phone-000.xml")
    df.write.format("smsbackup").option("to", "parquet").mode("append").save(str(tmp_path / "parquet"))
    assert sorted(record.date for record in smsbackup.ParquetSource(tmp_path / "parquet")) == sorted(
        record.date for record in smsbackup.open(folder / "phone-000.xml")
    )
    with pytest.raises(Exception, match="not empty"):
        df.write.format("smsbackup").mode("append").save(str(tmp_path / "parquet"))
    df.limit(5).write.format("smsbackup").mode("overwrite").save(str(tmp_path / "parquet"))
    assert sum(len(list(smsbackup.open(path))) for path in (tmp_path / "parquet").iterdir()) == 5
