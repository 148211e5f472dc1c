"""What every store must do, whatever it keeps its records in: tests/conformance/store_suite.cpp, through Python.

It runs for the library's stores, for a store that is written in Python, and for one that wraps another in Python.
"""

import collections
import itertools
import os
import pathlib
import pickle

import pytest

import smsbackup

from hazards import hazards, plain_call, plain_mms, plain_records, plain_sms


pytestmark = pytest.mark.slow


class PickleStore(smsbackup.Store):
    """Records pickled one after the other, in a file that is put under its name when complete."""

    durability = "at_finish"

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.new = []

    @property
    def name(self):
        return self.path.name

    def all(self):
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number in itertools.count(1):
                try:
                    size = int.from_bytes(file.read(8), "little")
                    data = file.read(size)
                    if not data:
                        return
                    yield number, data, pickle.loads(data)
                except Exception:
                    yield number, data, None

    def open(self, query):
        for number, data, record in self.all():
            if record is None:
                yield smsbackup.Problem("it is no pickle", where=f"{self.name}, record {number}", raw=data)
            elif query.matches(record):
                yield record, f"{self.name}, record {number}"
            else:
                yield smsbackup.Skipped(filtered=1)

    def keys(self, query, level, own_numbers):
        for _, _, record in self.all():
            if record is not None:
                yield smsbackup.key_of(record, level=level, own_numbers=own_numbers)

    def write(self, records):
        self.new += records

    def finish(self):
        part = self.path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(self.path.read_bytes() if self.path.exists() else b"")
            for record in self.new:
                data = pickle.dumps(record)
                file.write(len(data).to_bytes(8, "little") + data)
        os.replace(part, self.path)
        self.new.clear()


class Wrapping(smsbackup.Store):
    """Hands everything on to another store: what a host inherits from to change one thing."""

    def __init__(self, inner):
        self.inner = inner
        self.open = inner.open
        self.keys = inner.keys
        self.fetch = inner.fetch
        self.write = inner.write
        self.finish = inner.finish

    def open(self, query): ...
    def keys(self, query, level, own_numbers): ...
    def write(self, records): ...

    @property
    def durability(self):
        return self.inner.durability


def damage_middle_line(path):
    data = bytearray(path.read_bytes())
    data[data.index(b"\n", len(data) // 2) + 1] = ord("#")
    path.write_bytes(data)


def damage_middle_row(path):
    data = bytearray(path.read_bytes())
    data[data.index(b"\n  <", len(data) // 2) + 3] = ord("#")
    path.write_bytes(data)


def damage_middle_file(path):
    files = sorted(file for file in path.rglob("*") if file.is_file())
    os.truncate(files[len(files) // 2], files[len(files) // 2].stat().st_size // 2)


def damage_middle_pickle(path):
    data = bytearray(path.read_bytes())
    at = 0
    while at < len(data) // 2:
        at += 8 + int.from_bytes(data[at : at + 8], "little")
    data[at + 8] = ord("?")
    path.write_bytes(data)


class StoreUnderTest:
    def __init__(self, path, damage=None, make=None, is_missing_at_first=True):
        self.path = path
        self.damage = damage
        self.make = make
        self.is_missing_at_first = is_missing_at_first

    def open(self, mode):
        if self.make:
            return self.make(self.path, mode)
        return smsbackup.open(self.path, mode)


def wrapping(path, mode):
    return Wrapping(smsbackup.open(path, mode))


STORES = {
    "jsonl": StoreUnderTest("records.jsonl", damage_middle_line),
    "synctech_xml": StoreUnderTest("records.xml", damage_middle_row),
    "synctech_xml_zip": StoreUnderTest("records.zip"),
    "maildir": StoreUnderTest("maildir:mails", damage_middle_file),
    "mbox": StoreUnderTest("mails.mbox"),
    "eml": StoreUnderTest("eml:mails", damage_middle_file),
    "python": StoreUnderTest(
        "records.pickles", damage_middle_pickle, lambda path, mode: PickleStore(path), is_missing_at_first=False
    ),
    "wrapping_jsonl": StoreUnderTest("records.jsonl", damage_middle_line, wrapping),
    "wrapping_maildir": StoreUnderTest("maildir:mails", damage_middle_file, wrapping),
}


@pytest.fixture(params=STORES)
def place(request):
    return STORES[request.param]


def fill(place, records):
    store = place.open("a")
    for at in range(0, len(records), 512):
        assert not any(store.write(records[at : at + 512]) or ())
    store.finish()
    close(store)


def close(store):
    store = getattr(store, "inner", store)
    if isinstance(store, smsbackup.OpenStore):
        store.close()


def lines(records):
    return collections.Counter(record.to_json() for record in records)


def assert_same_records(expected, actual):
    assert lines(expected) == lines(actual)
    assert collections.Counter(expected) == collections.Counter(actual)


QUERIES = [
    {},
    {"types": ["sms"]},
    {"types": ["mms"]},
    {"types": ["call"]},
    {"types": []},
    {"since": 1600000000123 + 100 * 60_017},
    {"until": 1600000000123 + 100 * 60_017},
    {"since": 1600000000123 + 50 * 60_017, "until": 1600000000123 + 60 * 60_017},
    {"call_types": [smsbackup.CallType.MISSED]},
    {"addresses": ["5551000007"]},
    {"addresses": ["+15551000007", "+15550100"]},
    {"addresses": ["+4930123456"]},
]


def test_is_missing_before_it_is_written(place):
    if not place.is_missing_at_first:
        pytest.skip("this store is never missing")
    with pytest.raises((smsbackup.NotFoundError, smsbackup.InputError)) as caught:
        list(place.open("r"))
    assert caught.value.code in ("not_found", "empty_input")


def test_has_a_name(place):
    assert place.open("a").name


def test_reads_back_one_record_of_each_type(place):
    for number, make in enumerate((plain_sms, plain_mms, plain_call)):
        folder = pathlib.Path(str(number))
        folder.mkdir()
        here = os.getcwd()
        os.chdir(folder)
        fill(place, [make(number)])
        assert list(place.open("r")) == [make(number)]
        os.chdir(here)


def test_reads_back_two_thousand_records(place):
    records = plain_records(2000)
    fill(place, records)
    store = place.open("r")
    assert_same_records(records, store)
    assert store.problems == ()
    assert len(list(store.keys(smsbackup.Query(), "tolerant", ()))) == 2000


def test_reads_back_every_hazard(place):
    records = hazards()
    fill(place, records)
    store = place.open("r")
    assert_same_records(records, store)
    assert store.problems == ()


def test_reads_back_a_large_part(place):
    data = os.urandom(3_000_000)
    large = plain_mms(2).replace(parts=[smsbackup.MmsPart(seq=0, ct="image/png", data=data)])
    records = [plain_sms(1), large, plain_call(4)]
    fill(place, records)
    found = {type(record): record for record in place.open("r")}
    assert found[smsbackup.Mms].parts[0].data == data
    assert_same_records(records, found.values())


def test_may_be_read_twice(place):
    records = plain_records(20)
    fill(place, records)
    store = place.open("r")
    assert store.reopenable
    assert_same_records(records, store)
    assert_same_records(records, store)


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_yields_what_the_query_wants(place, query):
    records = plain_records(200)
    fill(place, records)
    store = place.open("r")
    wanted = smsbackup.Query(**query)
    expected = [record for record in records if wanted.matches(record)]
    reading = store.read(**query)
    assert_same_records(expected, list(reading))
    assert reading.filtered == len(records) - len(expected)
    keys = collections.Counter((key.kind, key.date) for key in store.keys(wanted, "tolerant", ()))
    for record in expected:
        assert keys[record.kind, record.date] == 1


@pytest.mark.parametrize("level", ["exact", "tolerant"])
def test_has_the_keys_of_its_records(place, level):
    records = hazards()
    fill(place, records)
    store = place.open("r")
    index = smsbackup.KeyIndex(level=level)
    for key in list(store.keys(smsbackup.Query(), level, ())):
        index.insert(key)
    assert all(index.match(smsbackup.key_of(record, level=level)) != "unseen" for record in records)


def test_fetches_what_its_locators_name(place):
    records = plain_records(50)
    fill(place, records)
    store = place.open("r")
    keys = list(store.keys(smsbackup.Query(), "tolerant", ()))
    assert all(key.content or key.locator for key in keys)
    fetched = [store.fetch(key.locator) for key in keys if key.locator]
    if any(fetched):
        assert_same_records(records, fetched)
    assert store.fetch("no such locator") is None


def test_adds_to_what_is_there(place):
    fill(place, plain_records(30))
    fill(place, plain_records(30, 100))
    store = place.open("r")
    assert_same_records(plain_records(30) + plain_records(30, 100), store)
    assert store.problems == ()


def test_adds_nothing_the_second_time(place):
    fill(STORES["python"], hazards())
    source = PickleStore("records.pickles")
    if place is STORES["python"]:
        place = StoreUnderTest("others.pickles", make=place.make)

    def run():
        store = place.open("a")
        report = smsbackup.transfer(source, store)
        close(store)
        assert report.complete, report.error
        return report.total

    assert run().written > 200
    again = run()
    assert again.written == 0 and again.duplicate == again.read


def test_verifies_against_what_it_was_copied_from(place):
    records = plain_records(300)
    fill(place, records)
    if place is STORES["python"]:
        other = PickleStore("others.pickles")
    else:
        other = PickleStore("records.pickles")
    other.write(records)
    other.finish()
    assert smsbackup.verify(other, place.open("r"), dedup="exact").same
    assert smsbackup.verify(place.open("r"), other, dedup="exact").same


def snapshot():
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in pathlib.Path().rglob("*") if path.is_file()
    }


def test_is_not_changed_by_reading(place):
    fill(place, plain_records(50))
    before = snapshot()
    store = place.open("r")
    list(store)
    list(store.keys(smsbackup.Query(), "tolerant", ()))
    assert snapshot() == before


def test_leaves_nothing_broken_without_finish(place):
    first, second = plain_records(30), plain_records(30, 100)
    store = place.open("a")
    at_finish = store.durability == "at_finish"
    store.write(first)
    close(store)
    store = place.open("a")
    if at_finish:
        store.write(first)
    store.finish()
    close(store)
    store = place.open("a")
    store.write(second)
    close(store)
    store = place.open("r")
    assert_same_records(first if at_finish else first + second, store)
    assert store.problems == ()


def test_keeps_good_records_beside_a_bad_one(place):
    if place.damage is None:
        pytest.skip("this store has no bytes that a test could damage")
    records = plain_records(20)
    fill(place, records)
    place.damage(pathlib.Path(place.path.rpartition(":")[2]))
    store = place.open("r")
    found = list(store)
    assert len(store.problems) >= 1 and len(found) >= 19
    assert sum(record in found for record in records) >= 19
    report = smsbackup.transfer(store, PickleStore("elsewhere.pickles"))
    assert report.problems_total == len(store.problems) or report.problems_total >= 1
