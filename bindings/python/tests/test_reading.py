import datetime
import io
import pathlib

import pytest

import smsbackup
from smsbackup import Call, Sms


def test_places_are_named_in_every_way(folder):
    expected = [record for record in smsbackup.open("sms.xml")]
    assert len(expected) == 45
    for place in (pathlib.Path("sms.xml"), folder / "sms.xml", "synctech-xml:sms.xml", str(folder / "sms.xml")):
        assert list(smsbackup.open(place)) == expected
    with open("sms.xml", "rb") as file, smsbackup.open(file) as store:
        assert list(store) == expected
    with smsbackup.open(io.BytesIO(pathlib.Path("sms.xml").read_bytes())) as store:
        assert list(store) == expected and store.name == "stream"


def test_a_file_object_is_read_from_where_it_stands(folder):
    (folder / "with-a-head").write_bytes(b"0123456789" + (folder / "sms.xml").read_bytes())
    with open("with-a-head", "rb") as file:
        file.seek(10)
        with smsbackup.open(file) as store:
            assert len(list(store)) == 45 and store.name == "with-a-head"


def test_the_same_records_again_and_again():
    store = smsbackup.open("sms.xml")
    assert list(store) == list(store)


@pytest.mark.parametrize(
    "query,count",
    [
        ({}, 45),
        ({"types": "sms"}, 40),
        ({"types": Sms}, 40),
        ({"types": ["mms", Call]}, 5),
        ({"types": []}, 0),
        ({"newest": 7}, 7),
        ({"types": "mms", "newest": 7}, 5),
        ({"since": "2100-01-01"}, 0),
        ({"until": "2000-01-01"}, 0),
        ({"addresses": ["no such number"]}, 0),
    ],
)
def test_queries(query, count):
    assert len(list(smsbackup.open("sms.xml").read(**query))) == count


def test_moments_of_every_kind():
    store = smsbackup.open("sms.xml")
    dates = sorted(record.date for record in store)
    middle = dates[len(dates) // 2]
    later = sum(date >= middle for date in dates)
    moment = datetime.datetime.fromtimestamp(middle / 1000, datetime.timezone.utc)
    elsewhere = moment.astimezone(datetime.timezone(datetime.timedelta(hours=9)))
    for since in (middle, moment, elsewhere, moment.isoformat()):
        assert len(list(store.read(since=since))) == later
    assert len(list(store.read(since=datetime.date(1999, 1, 1)))) == 45
    with pytest.raises(ValueError):
        store.read(since="yesterday")


def test_unknown_options_are_refused():
    with pytest.raises(TypeError, match="newset"):
        smsbackup.open("sms.xml").read(newset=3)
    with pytest.raises(TypeError, match="drafts"):
        smsbackup.transfer("sms.xml", "archive", drafts=True)


def test_a_bad_record_never_ends_the_loop():
    store = smsbackup.open("damaged.jsonl")
    assert [sms.body for sms in store] == ["one", "three"]
    (problem,) = store.problems
    assert problem.code is smsbackup.ErrorCode.CORRUPT_INPUT
    assert "damaged.jsonl" in problem.where and not problem.record_kept
    assert b"private text" in bytes(problem.raw)
    assert "private" not in repr(problem) + problem.why + problem.where


def test_problems_go_to_a_callback():
    seen = []
    reading = smsbackup.open("damaged.jsonl").read(problems=seen.append)
    assert len(list(reading)) == 2
    assert len(seen) == 1 and reading.problems == () and reading.problems_total == 1


def test_what_a_callback_raises_reaches_the_caller():
    def refuse(problem):
        raise LookupError("of the callback")

    with pytest.raises(LookupError, match="of the callback"):
        list(smsbackup.open("damaged.jsonl").read(problems=refuse))


def test_errors_come_by_group():
    pathlib.Path("empty.xml").touch()
    pathlib.Path("picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    for place, kind, code in [
        ("nowhere", smsbackup.NotFoundError, "not_found"),
        ("empty.xml", smsbackup.InputError, "empty_input"),
        ("picture.png", smsbackup.InputError, "unknown_format"),
        ("nonsense:x", smsbackup.ArgumentError, "invalid_argument"),
    ]:
        with pytest.raises(kind) as caught:
            smsbackup.open(place)
        assert caught.value.code == code and isinstance(caught.value, smsbackup.Error)
    with pytest.raises(smsbackup.ArgumentError, match="added to"):
        smsbackup.open("sms.xml", "w")


def test_every_code_of_the_library_has_a_group():
    from smsbackup import _errors, _native

    assert {code.value for code in smsbackup.ErrorCode} == set(_native.error_codes)
    assert set(_errors._GROUPS) == set(smsbackup.ErrorCode)


def test_positions_and_counts_of_a_pass():
    reading = smsbackup.open("sms.xml").read(types="mms")
    next(reading)
    assert "sms.xml" in reading.where
    list(reading)
    assert reading.filtered == 40 and reading.foreign == 0 and reading.done == reading.total


def test_schemes_and_formats_are_known():
    assert {"jsonl", "maildir", "mbox", "eml", "synctech-xml", "imaps"} <= set(smsbackup.stores())
    assert smsbackup.detect("calls.xml") == "synctech-xml"
