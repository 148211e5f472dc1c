"""Sources, sinks, stores, contact books and secrets that are written in Python."""

import pytest

import smsbackup
from smsbackup import Problem, Sms

from hazards import plain_records


class Listed(smsbackup.Source):
    def __init__(self, items, reopenable=True):
        self.items = items
        self.once = not reopenable

    @property
    def reopenable(self):
        return not self.once

    def open(self, query):
        return iter(self.items)


class Kept(smsbackup.Store):
    """A store in memory."""

    def __init__(self, records=()):
        self.records = list(records)
        self.finished = 0

    def open(self, query):
        for number, record in enumerate(self.records):
            if query.matches(record):
                yield record, f"row {number}"
            else:
                yield smsbackup.Skipped(filtered=1)

    def keys(self, query, level, own_numbers):
        for number, record in enumerate(self.records):
            yield smsbackup.key_of(record, level=level, own_numbers=own_numbers)

    def write(self, records):
        self.records += records

    def finish(self):
        self.finished += 1


def test_a_source_yields_records_positions_problems_and_counts():
    one, two = plain_records(2)
    items = [one, (two, "row 7"), Problem("no date", where="row 8"), smsbackup.Skipped(filtered=3, foreign=2)]
    reading = Listed(items).read()
    assert [(record, reading.where) for record in reading] == [(one, ""), (two, "row 7")]
    assert reading.filtered == 3 and reading.foreign == 2 and reading.problems[0].why == "no date"
    report = smsbackup.transfer(Listed(items), Kept())
    assert report.total.written == 2 and report.total.failed == 1 and report.foreign == 2
    assert report.total.read == 6


def test_the_engine_checks_what_a_source_does_not():
    source = Listed(plain_records(50))
    assert len(list(source.read(types="call"))) == 10
    assert len(list(source.read(newest=5))) == 5
    assert len(list(Listed(plain_records(50), reopenable=False).read(newest=5))) == 5


def test_anything_else_that_a_source_yields_is_a_type_error():
    for wrong in (5, "text", (1, 2, 3), None):
        with pytest.raises(TypeError, match="yields"):
            list(Listed([wrong]).read())


def test_a_sink_answers_for_each_record():
    class Picky(Kept):
        def write(self, records):
            return [Problem("refused", code="limit_exceeded") if record.id % 2 else None for record in records]

    report = smsbackup.transfer(Listed(plain_records(10)), Picky())
    assert report.total.written == 5 and report.total.failed == 5
    assert {problem.code.value for problem in report.problems} == {"limit_exceeded"}


def test_too_few_answers_are_an_error():
    class Silent(Kept):
        def write(self, records):
            return []

    with pytest.raises(ValueError, match="write"):
        smsbackup.transfer(Listed(plain_records(2)), Silent())


def test_a_sink_is_finished_once_and_finds_its_duplicates():
    sink = Kept()
    smsbackup.transfer(Listed(plain_records(2000)), sink)
    assert sink.finished == 1 and sink.records == plain_records(2000)
    assert smsbackup.transfer(Listed(plain_records(2000)), sink).total.duplicate == 2000


def test_a_sink_may_have_no_place_for_some_kinds():
    class Calls(Kept):
        def takes(self, kind):
            return kind == "call"

    sink = Calls()
    report = smsbackup.transfer(Listed(plain_records(10)), sink)
    assert report.complete and report.total.filtered == 8 and {one.kind for one in sink.records} == {"call"}
    assert not smsbackup.open("calls.ics", "a").takes("sms")


def test_undecided_keys_are_fetched():
    class Vague(Kept):
        fetched = 0

        def keys(self, query, level, own_numbers):
            for number, record in enumerate(self.records):
                key = smsbackup.key_of(record)
                yield smsbackup.RecordKey(
                    kind=key.kind, direction=key.direction, date=key.date, parties=key.parties, locator=str(number)
                )

        def fetch(self, locator):
            self.fetched += 1
            return self.records[int(locator)]

    sink = Vague(plain_records(20))
    assert smsbackup.transfer(Listed(plain_records(20)), sink).total.duplicate == 20
    assert sink.fetched > 0


@pytest.mark.parametrize("method", ["open", "keys", "write", "finish", "next"])
def test_an_exception_travels_through_and_is_the_very_same(method):
    error = KeyError("of the host")

    def fail(*_):
        raise error

    class Failing(Kept):
        pass

    place = Failing(plain_records(10))
    if method == "next":
        place.open = lambda query: (fail() for _ in range(1))
    else:
        setattr(place, method, fail)
    source = place if method in ("open", "next") else Listed(plain_records(3, 100))
    sink = Kept() if source is place else place
    with pytest.raises(KeyError) as caught:
        smsbackup.transfer(source, sink)
    assert caught.value is error
    assert any(frame.name == "fail" for frame in caught.traceback)


def test_an_exit_is_not_lost_when_the_run_is_cancelled_as_well():
    token = smsbackup.CancelToken()

    def stopped():
        yield from plain_records(3)
        token.cancel()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        smsbackup.transfer(Listed(stopped()), Kept(), cancel=token)


def test_an_error_of_the_library_that_a_source_raises_ends_the_run_in_good_order():
    def broken():
        yield from plain_records(3)
        raise smsbackup.ConnectionFailed("reading on: the phone was unplugged")

    sink = Kept()
    report = smsbackup.transfer(Listed(broken()), sink)
    assert "unplugged" in report.error and report.total.written == 3 and sink.finished == 1


def test_a_native_pass_may_be_handed_on():
    class Wrapping(smsbackup.Source):
        def __init__(self, inner):
            self.inner = inner

        def open(self, query):
            return self.inner.open(query)

    assert smsbackup.transfer(Wrapping(smsbackup.open("sms.xml")), Kept()).total.written == 45
    report = smsbackup.transfer(Wrapping(smsbackup.open("damaged.jsonl")), Kept())
    assert report.total.written == 2 and report.total.failed == 1


def test_a_source_may_read_another_store_while_it_is_read():
    class Through(smsbackup.Source):
        def open(self, query):
            for record in smsbackup.open("sms.xml"):
                yield record.replace(thread_id=1)

    sink = Kept()
    assert smsbackup.transfer(Through(), sink).complete
    assert all(record.thread_id == 1 for record in sink.records)


def test_what_lacks_a_method_is_refused():
    class Nothing:
        name = "nothing"

    with pytest.raises(TypeError):
        smsbackup.Source()
    with pytest.raises(TypeError):
        smsbackup.transfer(Nothing(), "archive")


def test_a_contact_book_of_ones_own():
    asked = []

    class Book:
        def lookup(self, address):
            asked.append(address)
            return smsbackup.Contact("Ann", emails=("ann@example.org",), groups=("Friends",), id=1)

    encoder = smsbackup.MimeEncoder(smsbackup.MimeOptions(contacts=Book()))
    message = encoder.encode(Sms(address="+15550100", date=0, type=1, body="hi")).message()
    assert message["From"] == "Ann <ann@example.org>" and asked == ["+15550100"]
    source = Listed(plain_records(5))
    assert len(list(source.read(contact_group="Friends", contacts=Book()))) == 5
    assert len(list(source.read(contact_group="Family", contacts=Book()))) == 0


def test_a_contact_book_that_fails():
    error = OSError("of the book")

    class Book:
        def lookup(self, address):
            raise error

    with pytest.raises(OSError) as caught:
        smsbackup.MimeEncoder(smsbackup.MimeOptions(contacts=Book())).encode(Sms(address="1", type=1))
    assert caught.value is error


def test_the_clock_and_the_zone_are_handed_in():
    import datetime

    zone = datetime.timezone(datetime.timedelta(hours=-8))
    options = smsbackup.MimeOptions(clock=lambda: 1700000000000, zone=zone)
    mail = smsbackup.MimeEncoder(options).encode(Sms(address="1", date=1700000000000, type=1)).mail
    assert b"Date: Tue, 14 Nov 2023 14:13:20 -0800" in mail


def test_nobody_listens_at_a_server():
    imap = smsbackup.ImapOptions(password="secret", retry_for=0, connect_timeout=5)
    with smsbackup.open("imaps://me@127.0.0.1:9/SMS", imap=imap) as store:
        with pytest.raises(smsbackup.ConnectionFailed) as caught:
            list(store)
        assert caught.value.code == "connection_refused" and "secret" not in str(caught.value) + repr(imap)
