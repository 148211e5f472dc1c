"""Archives on Spark 4: a Python data source, and deduplication as a job. Needs pyspark and pyarrow.

    from smsbackup import spark as sms_spark

    sms_spark.register(spark)
    df = spark.read.format("smsbackup").load("/archive/phones/*.xml")
    sms_spark.deduplicate(df).write.parquet("/archive/clean")

Each task reads one file, or one piece of a large one. The workers must see the files under the same paths, and have this
package installed. docs/spark.md is the guide.
"""

from __future__ import annotations

import dataclasses
import glob
import json
import os
import pathlib
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as arrow
from pyspark.sql import datasource
from pyspark.sql import types as spark_types
from pyspark.sql.pandas.types import to_arrow_schema

import smsbackup
from smsbackup._arrow import TableName, arrow_batches
from smsbackup._options import QueryOptions

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["SmsBackupDataSource", "deduplicate", "register"]

_TYPES: Mapping[str, spark_types.DataType] = {
    "u": spark_types.StringType(),
    "l": spark_types.LongType(),
    "b": spark_types.BooleanType(),
    "z": spark_types.BinaryType(),
    "tsm:UTC": spark_types.TimestampType(),
    "+l": spark_types.ArrayType(spark_types.StringType(), containsNull=False),
}
_TABLES: tuple[TableName, ...] = ("messages", "parts", "parties")
# What a table read by Spark has beside the default columns: where a row came from, and what deduplicate() needs.
_ALSO = ("source", "coarse_key", "record")
# Rows of each piece begin at a multiple of this, so that `row` tells the records of a file apart, whoever reads them.
_ROWS_OF_A_PIECE = 1 << 40
_PIECE_BYTES = 64 << 20
# Far more pieces than that only make work.
_MOST_PIECES = 4096


def register(spark: SparkSession) -> None:
    """Makes `spark.read.format("smsbackup")` and `df.write.format("smsbackup")` work.

    What a filter says about `type` and `date` then leaves out records while they are read.
    """
    spark.dataSource.register(SmsBackupDataSource)
    spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")


@dataclasses.dataclass
class _Piece(datasource.InputPartition):
    path: str
    piece: str
    number: int


@dataclasses.dataclass
class _Wanted:
    """What pushed filters leave of the records."""

    types: set[str] = dataclasses.field(default_factory=lambda: {"sms", "mms", "call"})
    since: int | None = None
    until: int | None = None

    def query(self) -> QueryOptions:
        query: QueryOptions = {"types": sorted(self.types)}  # type: ignore[typeddict-item]
        if self.since is not None:
            query["since"] = self.since
        if self.until is not None:
            query["until"] = self.until
        return query


class SmsBackupDataSource(datasource.DataSource):
    """Reads any store of the library that is made of files, and writes JSON lines or Parquet.

    Options for reading: `table` (messages, parts or parties), `columns` (with commas; a schema does the same), `pieceBytes`
    (64 MiB: larger files are read in pieces), `mode` (PERMISSIVE leaves out what can't be read, FAILFAST ends the job).
    Options for writing: `to` (jsonl or parquet).
    """

    @classmethod
    def name(cls) -> str:
        """`smsbackup`."""
        return "smsbackup"

    @property
    def table(self) -> TableName:
        """The table that the options ask for."""
        asked = self.options.get("table", "messages")
        for table in _TABLES:
            if table == asked:
                return table
        raise smsbackup.ArgumentError(f"reading the table {asked!r}", hint=f"There are {', '.join(_TABLES)}.")

    def schema(self) -> spark_types.StructType:
        """The columns that the options ask for, or else those that are there by default."""
        fields = {field.name: field for field in smsbackup.arrow_fields(self.table)}
        asked = [name.strip() for name in self.options.get("columns", "").split(",") if name.strip()]
        names = asked or [name for name, field in fields.items() if field.by_default or name in _ALSO]
        missing = [name for name in names if name not in fields]
        if missing:
            raise smsbackup.ArgumentError(
                f"reading the table {self.table}: it has no column {missing[0]}", hint=f"There are {', '.join(fields)}."
            )
        return spark_types.StructType([spark_types.StructField(name, _TYPES[fields[name].format]) for name in names])

    def reader(self, schema: spark_types.StructType) -> _Reader:
        """Reads the columns of the schema, and only these."""
        return _Reader(self.table, dict(self.options), schema)

    def writer(self, schema: spark_types.StructType, overwrite: bool) -> _Writer:
        """Writes files into a folder."""
        return _Writer(dict(self.options), schema, overwrite)


class _Reader(datasource.DataSourceReader):
    def __init__(self, table: TableName, options: dict[str, str], schema: spark_types.StructType) -> None:
        self._table = table
        self._schema = schema
        self._wanted = _Wanted()
        options = {name.lower(): value for name, value in options.items()}
        self._piece_bytes = int(options.get("piecebytes", _PIECE_BYTES))
        self._fail_fast = options.get("mode", "PERMISSIVE").upper() == "FAILFAST"
        if self._piece_bytes <= 0:
            raise smsbackup.ArgumentError("reading a store: pieceBytes must be more than 0")
        # Several paths come as one JSON list.
        paths = options.get("paths")
        self._patterns: list[str] = json.loads(paths) if paths else [options["path"]] if "path" in options else []
        if not self._patterns:
            raise smsbackup.ArgumentError("reading a store: there is no path", hint='As in .load("folder/*.xml").')

    def pushFilters(self, filters: list[datasource.Filter]) -> Iterable[datasource.Filter]:
        for one in filters:
            self._push(one)
        # Spark checks them all again: ours only leave out early, and know times to the millisecond.
        return filters

    def _push(self, one: datasource.Filter) -> None:
        column = getattr(one, "attribute", None)
        value: Any = getattr(one, "value", None)
        if column == ("type",):
            if isinstance(one, (datasource.EqualTo, datasource.EqualNullSafe)):
                self._wanted.types &= {value}
            elif isinstance(one, datasource.In):
                self._wanted.types &= set(value)
        elif column == ("date",) and value is not None and self._table == "messages":
            moment = int(value.timestamp() * 1000)
            if isinstance(one, (datasource.GreaterThan, datasource.GreaterThanOrEqual, datasource.EqualTo)):
                self._wanted.since = max(moment - 1, self._wanted.since or moment - 1)
            if isinstance(one, (datasource.LessThan, datasource.LessThanOrEqual, datasource.EqualTo)):
                self._wanted.until = min(moment + 2, self._wanted.until or moment + 2)

    def partitions(self) -> Sequence[_Piece]:
        pieces: list[_Piece] = []
        for path in sorted({path for pattern in self._patterns for path in _paths_of(pattern)}):
            wanted = min(-(-_size_of(path) // self._piece_bytes), _MOST_PIECES)
            names: Sequence[str] = ("",)
            if wanted > 1:
                with smsbackup.open(path) as store:
                    names = store.split(wanted)
            pieces += [_Piece(path, name, number) for number, name in enumerate(names)]
        return pieces

    def read(self, partition: datasource.InputPartition) -> Iterator[arrow.RecordBatch]:
        assert isinstance(partition, _Piece)
        target = to_arrow_schema(self._schema, timezone="UTC")
        with smsbackup.open(partition.path) as store:
            stream = arrow_batches(
                store,
                self._table,
                columns=self._schema.names,
                batch_rows=16384,
                batch_bytes=16 << 20,
                piece=partition.piece,
                first_row=partition.number * _ROWS_OF_A_PIECE,
                problems=self._on_problem,
                query=self._wanted.query(),
            )
            for batch in stream:
                yield arrow.RecordBatch.from_arrays(
                    [column.cast(field.type) for column, field in zip(batch.columns, target)], schema=target
                )

    def _on_problem(self, problem: smsbackup.Problem) -> None:
        if self._fail_fast and not problem.record_kept:
            raise smsbackup.InputError(f"reading {problem.where}: {problem.why}", hint="Read with mode=PERMISSIVE.")


def _paths_of(pattern: str) -> list[str]:
    scheme, colon, rest = pattern.partition(":")
    if colon and scheme == "file":
        pattern = "/" + rest.lstrip("/")
    elif colon and rest.startswith("//"):
        raise smsbackup.ArgumentError(
            f"reading {scheme}://: only files that every worker sees under the same path can be read",
            hint="Mount it, or copy it to a folder that all share.",
        )
    if os.path.lexists(pattern):
        return [pattern]
    known = colon and scheme in smsbackup.stores()
    paths = glob.glob(rest if known else pattern)
    if not paths:
        raise smsbackup.NotFoundError(f"reading {pattern}: nothing is there")
    return [f"{scheme}:{path}" if known else path for path in paths]


def _size_of(path: str) -> int:
    scheme, colon, rest = path.partition(":")
    file = pathlib.Path(rest if colon and scheme in smsbackup.stores() else path)
    if not file.is_dir():
        return file.stat().st_size
    # A mail takes some thousand bytes; looking at each would take as long as reading it.
    return sum(len(names) for _, _, names in os.walk(file)) * 4096


@dataclasses.dataclass
class _Written(datasource.WriterCommitMessage):
    file: str
    rows: int


class _Writer(datasource.DataSourceArrowWriter):
    """Each task writes a file under a hidden name; when all are complete they get their own."""

    def __init__(self, options: dict[str, str], schema: spark_types.StructType, overwrite: bool) -> None:
        options = {name.lower(): value for name, value in options.items()}
        self._to = options.get("to", "jsonl")
        if self._to not in ("jsonl", "parquet"):
            raise smsbackup.ArgumentError(f"writing as {self._to!r}", hint="`to` is jsonl or parquet.")
        if "path" not in options:
            raise smsbackup.ArgumentError("writing a store: there is no path")
        if self._to == "jsonl" and "record" not in schema.names:
            raise smsbackup.ArgumentError("writing JSON lines: the column `record` is missing")
        self._folder = pathlib.Path(options["path"].removeprefix("file:"))
        self._overwrite = overwrite
        self._scratch = self._folder / f"_smsbackup-{uuid.uuid4().hex}"
        if not overwrite and self._folder.is_dir() and any(self._folder.iterdir()):
            raise smsbackup.ArgumentError(f"writing {self._folder}: it is not empty", hint='Use .mode("overwrite").')

    def write(self, iterator: Iterator[arrow.RecordBatch]) -> _Written:
        from pyspark import TaskContext

        context = TaskContext.get()
        number = context.partitionId() if context is not None else 0
        self._scratch.mkdir(parents=True, exist_ok=True)
        file = self._scratch / f"part-{number:05}-{uuid.uuid4().hex}.{self._to}"
        rows = self._write_lines(file, iterator) if self._to == "jsonl" else self._write_parquet(file, iterator)
        return _Written(file.name, rows)

    @staticmethod
    def _write_lines(file: pathlib.Path, batches: Iterator[arrow.RecordBatch]) -> int:
        rows = 0
        with file.open("wb") as out:
            for batch in batches:
                for line in batch.column("record").cast(arrow.large_binary()):
                    out.write(line.as_py() + b"\n")
                rows += batch.num_rows
            out.flush()
            os.fsync(out.fileno())
        return rows

    @staticmethod
    def _write_parquet(file: pathlib.Path, batches: Iterator[arrow.RecordBatch]) -> int:
        from pyarrow import parquet

        rows = 0
        writer = None
        for batch in batches:
            if writer is None:
                writer = parquet.ParquetWriter(file, batch.schema, compression="zstd")
            writer.write_batch(batch)
            rows += batch.num_rows
        if writer is not None:
            writer.close()
        return rows

    def commit(self, messages: list[datasource.WriterCommitMessage | None]) -> None:
        written = [message for message in messages if isinstance(message, _Written) and message.rows > 0]
        old = [path for path in self._folder.iterdir() if not path.name.startswith("_")] if self._folder.is_dir() else []
        for message in written:
            (self._scratch / message.file).rename(self._folder / message.file)
        if self._overwrite:
            for path in old:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.abort(messages)

    def abort(self, messages: list[datasource.WriterCommitMessage | None]) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)


def deduplicate(
    df: DataFrame, *, level: Literal["exact", "tolerant"] = "tolerant", own_numbers: Iterable[str] = ()
) -> DataFrame:
    """The frame without rows whose record another row has, as the library decides it (docs/dedup.md).

    Needs the columns `coarse_key` and `record`. Records that may be the same meet in one task, since their coarse keys
    are the same; whoever comes first by `source` and `row`, where the frame has these, stays.
    """
    for name in ("coarse_key", "record"):
        if name not in df.columns:
            raise smsbackup.ArgumentError(f"deduplicating: the column `{name}` is missing")
    numbers = tuple(own_numbers)
    order = [name for name in ("coarse_key", "source", "row") if name in df.columns]

    def keep_first(batches: Iterator[arrow.RecordBatch]) -> Iterator[arrow.RecordBatch]:
        index = smsbackup.KeyIndex(level=level, own_numbers=numbers)
        for batch in batches:
            keep = [answer == "unseen" for answer in index.find_or_insert_lines(batch.column("record").to_pylist())]
            yield batch.filter(arrow.array(keep, arrow.bool_()))

    return df.repartition("coarse_key").sortWithinPartitions(*order).mapInArrow(keep_first, df.schema)
