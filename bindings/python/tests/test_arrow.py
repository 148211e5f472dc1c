"""Records as tables: by the PyCapsule protocol, in Parquet, and back."""

from __future__ import annotations

import datetime
import gc
import pathlib
import subprocess
import sys

import pytest
from conftest import SKIP_NOTHING, needs

import smsbackup

if SKIP_NOTHING:
    import pyarrow as arrow
else:
    arrow = pytest.importorskip("pyarrow")


def archive(path: pathlib.Path, records: list[smsbackup.Record]) -> pathlib.Path:
    with smsbackup.open(path, "a") as store:
        store.write(records)
        store.finish()
    return path


def sms(number: int, **columns: object) -> smsbackup.Sms:
    values = {"address": f"+1555{number % 7:07}", "date": 1_600_000_000_000 + number * 3_600_000, "type": 1 + number % 2}
    return smsbackup.Sms(**{**values, "body": f"message {number}", "read": 1, **columns})  # type: ignore[arg-type]


@pytest.fixture
def hundred(tmp_path: pathlib.Path) -> pathlib.Path:
    return archive(tmp_path / "hundred.jsonl", [sms(number) for number in range(100)])


def test_a_table_has_a_row_for_each_record(hundred: pathlib.Path) -> None:
    table = smsbackup.open(hundred).to_arrow()
    assert table.num_rows == 100
    assert table.schema.field("date").type == arrow.timestamp("ms", "UTC")
    assert table.schema.field("addresses").type == arrow.list_(arrow.field("item", arrow.string(), nullable=False))
    row = table.slice(7, 1).to_pylist()[0]
    assert row["row"] == 7
    assert row["type"] == "sms"
    assert row["direction"] == "outgoing"
    assert row["address"] == "+15550000000"
    assert row["text"] == "message 7"
    assert row["date"] == datetime.datetime(2020, 9, 13, 19, 26, 40, tzinfo=datetime.timezone.utc)
    assert row["duration"] is None
    table.validate(full=True)


def test_only_the_columns_asked_for_are_made_in_their_order(hundred: pathlib.Path) -> None:
    table = smsbackup.open(hundred).to_arrow(columns=["text", "date"], newest=3)
    assert table.column_names == ["text", "date"]
    assert table["text"].to_pylist() == ["message 97", "message 98", "message 99"]
    with pytest.raises(smsbackup.ArgumentError, match="no column nonsense"):
        smsbackup.open(hundred).to_arrow(columns=["nonsense"])
    with pytest.raises(smsbackup.ArgumentError):
        smsbackup.open(hundred).to_arrow(columns="text")
    with pytest.raises(smsbackup.ArgumentError):
        smsbackup.open(hundred).to_arrow("nonsense")  # type: ignore[arg-type]


def test_batches_are_bounded(hundred: pathlib.Path) -> None:
    batches = list(smsbackup.open(hundred).arrow_batches(batch_rows=30))
    assert [batch.num_rows for batch in batches] == [30, 30, 30, 10]


def test_parts_and_parties_have_tables_of_their_own(tmp_path: pathlib.Path) -> None:
    picture = smsbackup.MmsPart(seq=1, ct="image/png", data=b"\x89PNG")
    words = smsbackup.MmsPart(seq=0, ct="text/plain", text="hello")
    people = [smsbackup.MmsAddress(address="+15550001", type=137), smsbackup.MmsAddress(address="+15550002", type=151)]
    mms = smsbackup.Mms(date=1_600_000_000_000, msg_box=1, parts=[words, picture], addresses=people)
    store = smsbackup.open(archive(tmp_path / "a.jsonl", [sms(1), mms]))
    assert store.to_arrow(columns=["row", "text", "attachment_size"]).to_pylist()[1] == {
        "row": 1,
        "text": "hello",
        "attachment_size": 4,
    }
    parts = store.to_arrow("parts", columns=["row", "content_type", "data"]).to_pylist()
    assert parts[1] == {"row": 1, "content_type": "image/png", "data": b"\x89PNG"}
    assert store.to_arrow("parties", columns=["row", "role", "address"]).to_pylist() == [
        {"row": 0, "role": "party", "address": "+15550000001"},
        {"row": 1, "role": "from", "address": "+15550001"},
        {"row": 1, "role": "to", "address": "+15550002"},
    ]


def test_every_record_comes_back_as_it_was(tmp_path: pathlib.Path) -> None:
    odd = [
        smsbackup.Sms(),
        sms(1, body="a\udcff\ud83d", subject=None, extras={"vendor": None, "x": "\0"}),
        smsbackup.Call(number="", duration=3),
        smsbackup.Mms(parts=[smsbackup.MmsPart(data=b"")]),
    ]
    store = smsbackup.open(archive(tmp_path / "odd.jsonl", odd))
    table = store.to_arrow(columns=["text", "record"])
    assert table["text"][1].as_py() == "a\ufffd\ufffd\ufffd\ufffd"
    assert list(smsbackup.from_arrow(table)) == odd
    with pytest.raises(smsbackup.Error, match="read only once"):
        back = smsbackup.from_arrow(table)
        list(back)
        list(back)
    with pytest.raises(smsbackup.ArgumentError, match="record"):
        smsbackup.from_arrow(store.to_arrow())
    with pytest.raises(TypeError, match="__arrow_c_stream__"):
        smsbackup.from_arrow([1, 2])


def test_a_bad_record_is_a_problem_beside_the_good_ones(tmp_path: pathlib.Path) -> None:
    path = archive(tmp_path / "a.jsonl", [sms(1), sms(2)])
    path.write_bytes(b"{broken\n" + path.read_bytes())
    store = smsbackup.open(path)
    assert store.to_arrow().num_rows == 2
    assert len(store.problems) == 1
    told: list[smsbackup.Problem] = []
    assert store.to_arrow(problems=told.append).num_rows == 2
    assert len(told) == 1


def test_what_a_source_raises_comes_back_as_itself() -> None:
    class Odd(Exception):
        pass

    class Failing(smsbackup.Source):
        def open(self, query: smsbackup.Query) -> object:  # type: ignore[override]
            yield sms(1)
            raise Odd

    with pytest.raises(Odd):
        list(Failing().arrow_batches())


def test_a_source_in_python_is_a_table_too() -> None:
    class Three(smsbackup.Source):
        def open(self, query: smsbackup.Query) -> object:  # type: ignore[override]
            return (sms(number) for number in range(3))

    assert arrow.table(Three())["text"].to_pylist() == ["message 0", "message 1", "message 2"]


def test_a_stream_is_handed_over_once(hundred: pathlib.Path) -> None:
    stream = smsbackup.open(hundred).arrow_batches()
    assert arrow.schema(stream).names[0] == "row"
    assert arrow.table(stream).num_rows == 100
    with pytest.raises(smsbackup.ArgumentError, match="handed over"):
        arrow.table(stream)


def test_a_capsule_that_nobody_reads_lets_go(hundred: pathlib.Path) -> None:
    store = smsbackup.open(hundred)
    capsule = store.__arrow_c_stream__()
    del capsule
    gc.collect()
    assert store.to_arrow().num_rows == 100


def test_tables_outlive_their_store(hundred: pathlib.Path) -> None:
    with smsbackup.open(hundred) as store:
        batch = next(iter(store.arrow_batches()))
    del store
    gc.collect()
    assert batch.column("text")[99].as_py() == "message 99"


def test_pieces_are_the_whole(tmp_path: pathlib.Path) -> None:
    path = archive(tmp_path / "a.mbox", [sms(number) for number in range(200)])
    store = smsbackup.open(path)
    pieces = store.split(4)
    assert len(pieces) == 4
    texts: list[str] = []
    for piece in pieces:
        texts += arrow.table(store.arrow_batches(columns=["text"], piece=piece))["text"].to_pylist()
    assert texts == [f"message {number}" for number in range(200)]
    assert [len(list(store.read(piece=piece))) for piece in pieces] != [200]
    with pytest.raises(smsbackup.ArgumentError):
        list(store.read(piece="nonsense"))
    with pytest.raises(smsbackup.ArgumentError, match="newest"):
        store.read(piece=pieces[0], newest=3)


def test_without_pyarrow_it_says_what_to_install(hundred: pathlib.Path) -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import smsbackup\n"
        f"store = smsbackup.open({str(hundred)!r})\n"
        "print(type(store.__arrow_c_stream__()).__name__)\n"
        "try:\n    store.to_arrow()\nexcept ImportError as error:\n    print(error)\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines() == ["PyCapsule", "this needs pyarrow: pip install 'smsbackup[arrow]'"]


def test_parquet_has_a_partition_for_each_year(tmp_path: pathlib.Path) -> None:
    records: list[smsbackup.Record] = [
        sms(1, date=1_600_000_000_000),
        sms(2, date=1_500_000_000_000),
        sms(3, date=1_600_000_000_001),
        sms(4, date=None),
        sms(5, date=9_000_000_000_000_000),
    ]
    place = tmp_path / "place"
    place.mkdir()
    source = archive(place / "a.jsonl", records)
    folder = place / "parquet"
    assert smsbackup.write_parquet(source, folder) == 5
    assert sorted(path.name for path in folder.iterdir()) == [
        "year=2017",
        "year=2020",
        "year=__HIVE_DEFAULT_PARTITION__",
    ]
    back = smsbackup.ParquetSource(folder)
    assert sorted(back, key=lambda record: record.body) == records
    assert [record.body for record in back.read(since=1_600_000_000_001)] == ["message 3", "message 5"]
    assert [record.body for record in back.read(until=1_500_000_000_001)] == ["message 2", "message 4"]
    assert list(back.read(types="call")) == []
    with pytest.raises(smsbackup.ArgumentError, match="already"):
        smsbackup.write_parquet(source, folder)
    assert sorted(path.name for path in place.iterdir()) == ["a.jsonl", "parquet"], "no scratch files are left"


def test_one_parquet_file_with_some_columns(hundred: pathlib.Path, tmp_path: pathlib.Path) -> None:
    from pyarrow import parquet

    smsbackup.write_parquet(hundred, tmp_path / "a.parquet", by_year=False, columns=["date", "text"], newest=10)
    assert parquet.read_table(tmp_path / "a.parquet").shape == (10, 2)
    with pytest.raises(smsbackup.ArgumentError, match="record"):
        smsbackup.ParquetSource(tmp_path / "a.parquet")


def test_a_failed_parquet_leaves_nothing(tmp_path: pathlib.Path) -> None:
    class Failing(smsbackup.Source):
        def open(self, query: smsbackup.Query) -> object:  # type: ignore[override]
            yield sms(1)
            raise RuntimeError("the phone fell into the sea")

    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(RuntimeError, match="sea"):
        smsbackup.write_parquet(Failing(), place / "parquet")
    assert list(place.iterdir()) == []


@needs("polars")
def test_polars_takes_a_store_and_gives_it_back(hundred: pathlib.Path) -> None:
    import polars

    store = smsbackup.open(hundred)
    assert polars.DataFrame(store).shape == (100, 18)
    frame = polars.DataFrame(store.arrow_batches(columns=["date", "text", "record"]))
    late = frame.filter(polars.col("date").dt.hour() >= 22)
    assert len(late) == 8
    assert [record.body for record in smsbackup.from_arrow(late)] == late["text"].to_list()


@needs("duckdb")
def test_duckdb_queries_a_store(hundred: pathlib.Path) -> None:
    import duckdb

    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    store = smsbackup.open(hundred)  # noqa: F841: the name is what SQL sees
    assert connection.sql("select count(*), count(distinct address) from store").fetchall() == [(100, 7)]
    counted = connection.sql(
        "select address, count(*) as n from store where hour(date) >= 22 or hour(date) < 6 group by 1 order by 2 desc, 1"
    ).fetchall()
    assert counted[:2] == [("+15550000002", 5), ("+15550000003", 5)]


@needs("pandas")
def test_pandas_takes_a_store(hundred: pathlib.Path) -> None:
    import pandas

    frame = pandas.DataFrame.from_arrow(smsbackup.open(hundred)) if hasattr(pandas.DataFrame, "from_arrow") else None
    if frame is None:
        frame = smsbackup.open(hundred).to_arrow().to_pandas()
    assert frame["text"].iloc[99] == "message 99"
    assert str(frame["date"].dtype) == "datetime64[ms, UTC]"
