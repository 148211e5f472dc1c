import copy
import datetime
import json
import pickle
import types

import pytest

import smsbackup
from smsbackup import ABSENT, Blob, Call, Mms, MmsAddress, MmsPart, Sms

from hazards import HOSTILE_TEXTS, hazards, plain_mms, plain_sms

UTC = datetime.timezone.utc


def test_null_absent_and_empty_are_kept_apart():
    sms = Sms(subject=None, body="")
    assert sms.subject is None and sms.creator is None and sms.body == ""
    assert dict(sms.columns) == {"subject": None, "body": ""}
    assert sms != Sms(body="")
    assert sms.replace(subject=ABSENT) == Sms(body="")


def test_columns_come_in_the_order_of_the_provider():
    sms = Sms(body="see you", address="+15550100", id=7)
    assert list(sms.columns) == ["id", "address", "body"]
    assert Sms(**sms.columns) == sms


def test_every_column_of_every_row_can_be_set_and_read():
    for row in (Sms, Mms, MmsAddress, MmsPart, Call):
        names = [
            name
            for name, value in vars(row).items()
            if isinstance(value, (property, types.GetSetDescriptorType))
            and not name.startswith("datetime")
            and name not in ("columns", "extras", "direction", "parties", "parts", "addresses", "data")
        ]
        assert len(names) > 5
        for name in names:
            try:
                made = row(**{name: 5})
                assert getattr(made, name) == 5
            except TypeError:
                made = row(**{name: "five"})
                assert getattr(made, name) == "five"
            assert list(made.columns) == [name]


def test_times_are_milliseconds_and_aware_datetimes():
    moment = datetime.datetime(2023, 11, 2, 8, 1, 12, 418_000, tzinfo=UTC)
    sms = Sms(date=moment, date_sent=0)
    assert sms.date == 1698912072418
    assert sms.datetime == moment and sms.datetime.utcoffset() == datetime.timedelta(0)
    assert sms.datetime_sent == datetime.datetime(1970, 1, 1, tzinfo=UTC)
    assert Mms(date=1698912072000).datetime.year == 2023
    assert Call(last_modified=1698912072418).datetime_last_modified == moment
    assert Sms().datetime is None
    assert Sms(date=-1).datetime.year == 1969


@pytest.mark.parametrize("date", [2**63 - 1, -(2**63), 253402300800000, -62135596800001])
def test_a_time_that_no_datetime_holds_is_none(date):
    assert Sms(date=date).date == date
    assert Sms(date=date).datetime is None


def test_first_and_last_moment_of_a_datetime():
    assert Sms(date=-62135596800000).datetime == datetime.datetime.min.replace(tzinfo=UTC)
    assert Sms(date=253402300799999).datetime.year == 9999


@pytest.mark.parametrize(
    "wrong,kind",
    [
        ({"body": 5}, TypeError),
        ({"date": "1000"}, TypeError),
        ({"id": 2**63}, OverflowError),
        ({"date": datetime.datetime(2023, 1, 1)}, ValueError),
        ({"no_such_column": 1}, TypeError),
        ({"extras": {"a": 1}}, TypeError),
    ],
)
def test_wrong_values_are_refused(wrong, kind):
    with pytest.raises(kind):
        Sms(**wrong)


def test_records_are_immutable():
    sms = Sms(body="see you", extras={"vendor": "1"})
    with pytest.raises(AttributeError):
        sms.body = "changed"
    with pytest.raises(AttributeError):
        sms.other = 1
    with pytest.raises(TypeError):
        sms.extras["vendor"] = "2"
    with pytest.raises(TypeError):
        sms.columns["body"] = "changed"
    assert copy.copy(sms) is sms and copy.deepcopy(sms) is sms


def test_equal_records_hash_the_same():
    assert plain_mms(4) == plain_mms(4)
    assert hash(plain_mms(4)) == hash(plain_mms(4))
    assert len({plain_sms(1), plain_sms(1), plain_sms(2)}) == 2
    assert plain_sms(1) != plain_mms(1) and plain_sms(1) != "text"


def test_a_repr_tells_nothing_private():
    for record in (plain_sms(1), plain_mms(2), *plain_mms(2).parts, *plain_mms(2).addresses, Call(number="+15550100")):
        for secret in ("message number", "picture", "+1555", "jpg"):
            assert secret not in repr(record)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_texts_come_back_as_they_were(text):
    assert Sms(body=text).body == text
    assert Sms(extras={text or "x": text}).extras == {text or "x": text}


def test_two_halves_of_a_character_become_one():
    assert Sms(body="\ud83d\ude01").body == "😁"


def test_half_surrogates_are_what_json_says():
    assert json.loads(Sms(body="\ud83d").to_json())["body"] == "\ud83d"
    assert smsbackup.from_json('{"__type":"sms","body":"\\ud83d"}').body == "\ud83d"


def test_records_survive_pickle_json_and_dict():
    for record in hazards():
        assert pickle.loads(pickle.dumps(record)) == record
        assert smsbackup.from_dict(smsbackup.to_dict(record)) == record
        assert type(record).from_json(record.to_json()) == record


def test_rows_of_an_mms_survive_pickle():
    for row in (*plain_mms(2).parts, *plain_mms(2).addresses):
        assert pickle.loads(pickle.dumps(row)) == row


def test_the_wrong_kind_of_json_is_an_error():
    with pytest.raises(smsbackup.ArgumentError):
        Mms.from_json(Sms().to_json())
    with pytest.raises(smsbackup.InputError) as caught:
        smsbackup.from_json("{")
    assert caught.value.offset is not None
    assert pickle.loads(pickle.dumps(caught.value)).offset == caught.value.offset


def test_parts_outlive_their_message():
    part = plain_mms(2).parts[1]
    data = part.data
    view = memoryview(data)
    del part, data
    assert bytes(view).startswith(b"\xff\xd8") and view.readonly


def test_a_blob_is_bytes_like():
    blob = Blob(b"abcdef")
    assert bytes(blob) == b"abcdef" and blob == b"abcdef" and hash(blob) == hash(Blob(b"abcdef"))
    assert blob.read(2, 3) == b"cde" and blob.read(9) == b"" and blob.in_memory
    assert pickle.loads(pickle.dumps(blob)) == blob
    assert MmsPart(data=memoryview(b"abc")).data == Blob(b"abc")
    assert len(Blob()) == 0 and bytes(Blob()) == b""


def test_a_large_blob_is_in_a_file(folder):
    (folder / "large").write_bytes(bytes(range(256)) * 4096)
    with open(folder / "large", "rb") as file:
        blob = Blob.from_file(file)
    assert not blob.in_memory and len(blob) == 1 << 20
    assert blob.read(256 * 4095 + 250) == bytes(range(250, 256))
    assert memoryview(blob)[-1] == 255


def test_directions_and_parties():
    assert plain_sms(1).direction == "incoming" and plain_sms(3).direction == "outgoing"
    assert Sms().direction is None
    assert plain_mms(2).parties == ("+15550100",)
    assert [record.kind for record in (Sms(), Mms(), Call())] == ["sms", "mms", "call"]


def test_records_match_by_class():
    match plain_sms(1):
        case Sms(body=text, type=smsbackup.SmsType.INBOX):
            assert text == "message number 1"
        case _:
            raise AssertionError


def test_many_lines_are_decided_at_once_or_not_at_all():
    lines = [plain_sms(number).to_json() for number in range(3)]
    index = smsbackup.KeyIndex()
    with pytest.raises(smsbackup.InputError):
        index.find_or_insert_lines([*lines, "{broken"])
    assert len(index) == 0
    assert index.find_or_insert_lines([lines[0], lines[1].encode(), lines[0]]) == ["unseen", "unseen", "duplicate"]
    assert index.find_or_insert(smsbackup.key_of(plain_sms(1))) == "duplicate"
    with pytest.raises(TypeError):
        index.find_or_insert_lines([None])
