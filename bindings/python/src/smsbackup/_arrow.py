"""Records as tables, and back."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from smsbackup import _native
from smsbackup._errors import ArgumentError
from smsbackup._options import QueryOptions, make_query
from smsbackup._places import OpenStore, Source, Yielded

if TYPE_CHECKING:
    import pyarrow
    from typing_extensions import Unpack

    from smsbackup._contacts import AnyContactBook

__all__ = ["ArrowField", "ArrowStream", "ParquetSource", "TableName", "arrow_fields", "from_arrow", "write_parquet"]

TableName = Literal["messages", "parts", "parties"]
"""One row a record, one row a part of an MMS, or one row an address: docs/arrow.md."""


class ArrowField(NamedTuple):
    """A column of a table.

    >>> import smsbackup
    >>> smsbackup.arrow_fields("parties")[1].name
    'role'
    """

    name: str
    format: str
    """As in Arrow's C data interface: "u" text, "l" int64, "b" bool, "z" binary, "tsm:UTC" time, "+l" list of text."""
    by_default: bool
    """Whether it is there when no columns are named."""
    meaning: str


def arrow_fields(table: TableName = "messages") -> list[ArrowField]:
    """Every column that a table can have, in order.

    >>> import smsbackup
    >>> [field.name for field in smsbackup.arrow_fields() if not field.by_default]
    ['source', 'position', 'coarse_key', 'digest', 'record']
    """
    return [ArrowField(*field) for field in _native.arrow_fields(table)]


def _pyarrow(module: str = "pyarrow") -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError("this needs pyarrow: pip install 'smsbackup[arrow]'") from error


class ArrowStream:
    """A table on its way, made by Source.arrow_batches(): what reads Arrow takes it as it is, once.

    polars, DuckDB, pandas and pyarrow find `__arrow_c_stream__`, and then read without Python in between. Iterating
    gives pyarrow's RecordBatch after RecordBatch, each made when asked for.

    >>> import smsbackup
    >>> stream = smsbackup.open("sms.xml").arrow_batches(columns=["type"], batch_rows=20)
    >>> [batch.num_rows for batch in stream]
    [20, 20, 5]
    """

    def __init__(self, native: _native.ArrowStream, problems: list[_native.Problem]) -> None:
        self._native = native
        self._problems = problems

    def __arrow_c_schema__(self) -> object:
        return self._native.schema()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._native.stream()

    def __iter__(self) -> Iterator[pyarrow.RecordBatch]:
        arrow = _pyarrow()
        while (batch := self._native.next_batch()) is not None:
            yield arrow.record_batch(_Batch(batch))

    @property
    def problems(self) -> tuple[_native.Problem, ...]:
        """What could not be read up to now: the first 1000; empty when they go to a callback."""
        return tuple(self._problems)

    @property
    def problems_total(self) -> int:
        """How many problems were met up to now."""
        return self._native.problems_total


class _Batch:
    def __init__(self, capsules: tuple[object, object]) -> None:
        self._capsules = capsules

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        return self._capsules


def arrow_batches(
    source: Source,
    table: TableName = "messages",
    *,
    columns: Sequence[str] | None = None,
    batch_rows: int = 65536,
    batch_bytes: int = 64 << 20,
    first_row: int = 0,
    piece: str = "",
    contacts: AnyContactBook | None = None,
    problems: Callable[[_native.Problem], object] | None = None,
    query: QueryOptions,
) -> ArrowStream:
    if isinstance(columns, str):
        raise ArgumentError("making a table: `columns` is one text", hint="Name them in a list: ['date', 'text'].")
    columns = None if columns is None else list(columns)
    kept: list[_native.Problem] = []
    reading = _native.read(source._native_place(), make_query(query), contacts, None, kept, piece, table, columns)
    native = _native.make_arrow_stream(
        reading, source.name, table, columns, batch_rows, batch_bytes, first_row, problems, kept
    )
    source._problems = kept
    return ArrowStream(native, kept)


def from_arrow(table: Any, *, name: str = "arrow") -> OpenStore:
    """The records of a table with the column `record`, as a store that can be read once.

    Takes whatever has `__arrow_c_stream__`: tables and readers of pyarrow, frames of polars, relations of DuckDB. Rows
    may be missing or in another order. Raises ArgumentError where there is no such column, TypeError for what is no table.

    >>> import smsbackup
    >>> table = smsbackup.open("sms.xml").arrow_batches(columns=["date", "record"], newest=3)
    >>> sum(1 for record in smsbackup.from_arrow(table))
    3
    """
    if not hasattr(table, "__arrow_c_stream__"):
        raise TypeError(f"a table has __arrow_c_stream__, {type(table).__name__} hasn't")
    return OpenStore(_native.open_arrow(table.__arrow_c_stream__(), name))


# Years that somebody's phone may have lived in. Rows with other dates, or none, go to a partition of their own, so that
# odd dates can't make any number of files.
_YEARS = range(1970, 2200)
_NO_YEAR = "__HIVE_DEFAULT_PARTITION__"


class _YearFiles:
    """A file for each year that comes along."""

    def __init__(self, folder: pathlib.Path, schema: Any) -> None:
        self._folder = folder
        self._schema = schema
        self._open: dict[str, Any] = {}
        self._files = contextlib.ExitStack()

    def __enter__(self) -> _YearFiles:
        return self

    def __exit__(self, *error: object) -> None:
        self._files.close()

    def write(self, batch: pyarrow.RecordBatch, years: Any) -> None:
        compute = _pyarrow("pyarrow.compute")
        for year in compute.unique(years).to_pylist():
            wanted = compute.is_null(years) if year is None else compute.equal(years, year)
            self._file(_NO_YEAR if year is None else str(year)).write_batch(batch.filter(wanted))

    def _file(self, year: str) -> Any:
        if year not in self._open:
            path = self._folder / f"year={year}" / "part-0.parquet"
            path.parent.mkdir()
            self._open[year] = self._files.enter_context(_writer(path, self._schema))
        return self._open[year]


def _writer(path: pathlib.Path, schema: Any) -> Any:
    return _pyarrow("pyarrow.parquet").ParquetWriter(path, schema, compression="zstd")


def _years(dates: Any) -> Any:
    arrow, compute = _pyarrow(), _pyarrow("pyarrow.compute")
    first, end = (arrow.scalar((year - 1970) * 31_556_952_000, arrow.int64()) for year in (_YEARS[0], _YEARS[-1]))
    ticks = dates.cast(arrow.int64())
    sane = compute.and_(compute.greater_equal(ticks, first), compute.less(ticks, end))
    return compute.year(compute.if_else(sane, dates, None))


def write_parquet(
    source: Source | str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    by_year: bool = True,
    contacts: AnyContactBook | None = None,
    problems: Callable[[_native.Problem], object] | None = None,
    **query: Unpack[QueryOptions],
) -> int:
    """Writes the table `messages` of a source as Parquet: a folder with a partition for each year (UTC), or one file.

    Returns how many records it wrote. All default columns and `record` are there, so that nothing is lost: see
    ParquetSource for the way back. With `columns`, only these; leave `record` out and the file can't be read back.
    Records without a date, or one outside of 1970 to 2198, are in the partition that Hive calls default.

    `path` must not exist; it appears when all of it is written and on the disk. Needs pyarrow.

    >>> import smsbackup
    >>> smsbackup.write_parquet("sms.xml", "sms-parquet")
    45
    >>> sum(1 for record in smsbackup.ParquetSource("sms-parquet").read(types="mms"))
    5
    """
    from smsbackup._places import open as open_store

    _pyarrow("pyarrow.parquet")
    target = pathlib.Path(path)
    if os.path.lexists(target):
        raise ArgumentError(f"writing {target}: it is there already", hint="Nothing is overwritten; choose another name.")
    if not isinstance(source, Source):
        with open_store(source) as store:
            return write_parquet(
                store, path, columns=columns, by_year=by_year, contacts=contacts, problems=problems, **query
            )
    if columns is None:
        columns = [field.name for field in arrow_fields() if field.by_default] + ["record"]
    elif by_year and "date" not in columns:
        raise ArgumentError("writing a partition for each year: the column `date` is missing")
    stream = arrow_batches(source, columns=columns, contacts=contacts, problems=problems, query=query)
    arrow = _pyarrow()
    schema = arrow.schema(stream)
    rows = 0
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent or ".") as scratch:
        made = pathlib.Path(scratch, "made")
        if by_year:
            made.mkdir()
            with _YearFiles(made, schema) as files:
                for batch in stream:
                    rows += batch.num_rows
                    files.write(batch, _years(batch.column("date")))
        else:
            with _writer(made, schema) as file:
                for batch in stream:
                    rows += batch.num_rows
                    file.write_batch(batch)
        _sync(made)
        os.rename(made, target)
    return rows


def _sync(made: pathlib.Path) -> None:
    for path in [made, *made.rglob("*")] if made.is_dir() else [made]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class ParquetSource(Source):
    """The records of Parquet files with the column `record`: a file, or a folder as write_parquet() makes it.

    What a query says about types and times leaves out whole files and row groups. Needs pyarrow.

    >>> import smsbackup
    >>> smsbackup.write_parquet("calls.xml", "calls.parquet", by_year=False)
    12
    >>> smsbackup.transfer(smsbackup.ParquetSource("calls.parquet"), "calls.jsonl").call.written
    12
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._dataset = _pyarrow("pyarrow.dataset").dataset(os.fspath(path), format="parquet", partitioning="hive")
        self._path = os.fspath(path)
        if "record" not in self._dataset.schema.names:
            raise ArgumentError(
                f"reading records from {self._path}: it has no column `record`", hint="It was written without; see docs/arrow.md."
            )

    @property
    def name(self) -> str:
        """The path."""
        return self._path

    def open(self, query: _native.Query) -> Iterable[Yielded]:
        """A pass; read() is what one mostly wants."""
        wanted = self._dataset.scanner(columns=["record"], filter=self._filter(query), use_threads=False)
        return from_arrow(wanted.to_reader(), name=self._path).open(query)

    def _filter(self, query: _native.Query) -> Any:
        dataset, arrow = _pyarrow("pyarrow.dataset"), _pyarrow()
        names = self._dataset.schema.names
        wanted = None

        def narrow(condition: Any) -> None:
            nonlocal wanted
            wanted = condition if wanted is None else wanted & condition

        if "type" in names and len(query.types) < 3:
            narrow(dataset.field("type").isin(sorted(query.types)))
        if "date" in names:
            unit = self._dataset.schema.field("date").type
            date = dataset.field("date")
            # A second is left for times that are known to the second only; the engine looks closely.
            if query.since is not None:
                narrow(date >= arrow.scalar(query.since - 1000, arrow.int64()).cast(unit))
            if query.until is not None:
                narrow((date < arrow.scalar(query.until + 1000, arrow.int64()).cast(unit)) | date.is_null())
        return wanted
