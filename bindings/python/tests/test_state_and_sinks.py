"""States in files, several sinks at once, what a schedule says, and what is logged."""

import contextlib
import logging
import os
import stat
import subprocess
import sys
import threading

import pytest

import smsbackup
from smsbackup import Sms

from hazards import plain_call, plain_sms


def test_a_state_file_goes_on_where_the_last_run_ended():
    first = smsbackup.backup("calls.xml", "archive", state="state.db", limit=5)
    assert (first.call.written, first.limited) == (5, True)
    second = smsbackup.backup("calls.xml", "archive", state="state.db")
    assert (second.call.written, second.remembered) == (7, 5)
    assert stat.S_IMODE(os.stat("state.db").st_mode) == 0o600


def test_a_state_by_its_path_is_that_of_the_command(folder):
    command = [sys.executable, "-m", "smsbackup", "backup", "--state", "state.db", "calls.xml", "maildir:archive"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    # However the two places are named.
    assert smsbackup.backup(folder / "calls.xml", f"maildir:{folder}/archive", state="state.db").remembered == 12
    with smsbackup.open("./calls.xml") as phone:
        assert smsbackup.backup(phone, "archive", state=folder / "state.db").remembered == 12


def test_a_place_without_an_address_needs_a_name_for_its_state():
    class Phone(smsbackup.Source):
        def open(self, query):
            yield plain_call(1)

    with pytest.raises(smsbackup.ArgumentError, match="naming a state"):
        smsbackup.backup(Phone(), "archive", state="state.db")
    assert not os.path.exists("state.db")
    with smsbackup.StateFile("state.db", smsbackup.state_name("my phone", "archive")) as state:
        assert smsbackup.backup(Phone(), "archive", state=state).call.written == 1
        assert smsbackup.backup(Phone(), "archive", state=state).remembered == 1
        assert len(list(state.done())) == 1 and state.last_run().complete and state.last_run().runs_before == 1


def test_a_state_file_is_for_one_at_a_time():
    name = smsbackup.state_name("phone", "archive")
    with smsbackup.StateFile("state.db", name) as state:
        with pytest.raises(smsbackup.StorageError) as caught:
            smsbackup.StateFile("state.db", name)
        assert caught.value.code == "busy"

        class Asking(smsbackup.Source):
            def open(self, query):
                with pytest.raises(smsbackup.StorageError, match="somebody else"):
                    state.last_run()
                with pytest.raises(smsbackup.StorageError):
                    state.close()
                yield plain_sms(1)

        assert smsbackup.backup(Asking(), "archive", state=state).sms.written == 1
    assert state.closed
    with pytest.raises(smsbackup.ArgumentError, match="closed"):
        state.last_run()
    with pytest.raises(smsbackup.ArgumentError, match="closed"):
        smsbackup.backup("calls.xml", "archive", state=state)


def test_a_damaged_state_file_is_replaced_only_when_told(folder):
    name = smsbackup.state_name("phone", "archive")
    smsbackup.StateFile("state.db", name).close()
    damaged = bytearray((folder / "state.db").read_bytes())
    damaged[100:] = b"\x55" * (len(damaged) - 100)
    (folder / "state.db").write_bytes(damaged)
    with pytest.raises(smsbackup.InputError):
        smsbackup.StateFile("state.db", name)
    with smsbackup.StateFile("state.db", name, anew=True) as state:
        assert list(state.done()) == [] and state.last_run() is None
    (folder / "text.db").write_text("no state")
    with pytest.raises(smsbackup.InputError):
        smsbackup.StateFile("text.db", name, anew=True)
    assert (folder / "text.db").read_text() == "no state"


def test_a_state_file_tells_the_last_run_of_every_state():
    assert smsbackup.StateFile.last_runs_in("none.db") == [] and not os.path.exists("none.db")
    runs = [smsbackup.StateRun(started=number, finished=number + 1, written=number) for number in (1, 2)]
    for archive, run in zip(("first", "second"), runs):
        with smsbackup.StateFile("state.db", smsbackup.state_name("phone", archive)) as state:
            state.save_run(run)
    with smsbackup.StateFile("state.db", smsbackup.state_name("phone", "without a run")):
        with pytest.raises(smsbackup.StorageError) as raised:
            smsbackup.StateFile.last_runs_in("state.db")
        assert raised.value.code == smsbackup.ErrorCode.BUSY
    assert smsbackup.StateFile.last_runs_in("state.db") == runs


def test_a_state_file_through_its_methods():
    name = smsbackup.state_name("phone", "archive")
    assert smsbackup.StateFile.last_run_in("none.db", name) is None and not os.path.exists("none.db")
    run = smsbackup.StateRun(started=1, finished=2, complete=True, read=3, written=3, runs_before=1)
    with smsbackup.StateFile("state.db", name) as state:
        state.mark_done([bytes(16), bytes(range(16))])
        state.save_run(run)
    with smsbackup.StateFile("state.db", name) as state:
        assert sorted(state.done()) == [bytes(16), bytes(range(16))]
        assert state.last_run() == run
        state.reset()
        assert list(state.done()) == [] and state.last_run() is None
        with pytest.raises(ValueError, match="16 bytes"):
            state.mark_done([b"short"])
    with pytest.raises(ValueError, match="hexadecimal"):
        smsbackup.StateFile("state.db", "my phone")


def test_each_sink_of_a_tee_gets_what_it_takes_and_lacks():
    smsbackup.transfer("calls.xml", "maildir:archive", newest=4)
    with smsbackup.TeeSink(["maildir:archive", "icalendar:calls.ics"]) as both:
        assert both.name == "archive and calls.ics" and both.takes("sms") and not both.is_empty()
        report = smsbackup.merge(["sms.xml", "calls.xml"], both)
        assert (report.total.written, report.total.duplicate) == (57, 0)  # the calendar lacked all calls
        assert smsbackup.merge(["sms.xml", "calls.xml"], both).total.duplicate == 57
    assert smsbackup.stats("maildir:archive").call.records == 12
    assert smsbackup.stats("calls.ics").call.records == 12


class Picky(smsbackup.Sink):
    def __init__(self, refuses=()):
        self.refuses = refuses
        self.got = []

    def keys(self, query, level, own_numbers):
        return [smsbackup.key_of(record, level=level, own_numbers=own_numbers) for record in self.got]

    def write(self, records):
        good = [record.date not in self.refuses for record in records]
        self.got += [record for record, taken in zip(records, good) if taken]
        return [None if taken else smsbackup.Problem("it is refused") for taken in good]


def test_a_tee_names_the_sink_that_refused_and_gives_it_to_that_one_again():
    refused = plain_sms(2).date
    willing, picky = Picky(), Picky(refuses=[refused])
    records = smsbackup.open("some.jsonl", "a")
    records.write([plain_sms(number) for number in range(5)])
    records.finish()
    tee = smsbackup.TeeSink([willing, picky])
    report = smsbackup.transfer("some.jsonl", tee)
    assert (report.sms.written, report.sms.failed) == (4, 1)
    assert "Picky" in f"{report.problems[0].where} {report.problems[0].why}"
    picky.refuses = ()
    assert smsbackup.transfer("some.jsonl", tee).sms.written == 1
    assert (len(willing.got), len(picky.got)) == (5, 5)


def test_a_sink_is_in_use_while_its_tee_is():
    archive = smsbackup.open("archive", "a")
    tee = smsbackup.TeeSink([archive, "icalendar:calls.ics"])

    class Asking(smsbackup.Source):
        def open(self, query):
            with pytest.raises(smsbackup.StorageError):
                archive.close()
            yield plain_call(1)

    assert smsbackup.transfer(Asking(), tee).call.written == 1
    archive.close()
    with pytest.raises(smsbackup.ArgumentError, match="closed"):
        smsbackup.transfer("calls.xml", tee)
    with pytest.raises(smsbackup.ArgumentError):
        smsbackup.TeeSink([])


def test_drafts_are_left_out_when_asked():
    with smsbackup.open("a.jsonl", "a") as store:
        store.write([Sms(date=1, type=1, address="+15550100"), Sms(date=2, type=3, address="+15550100")])
        store.finish()
    assert [sms.date for sms in smsbackup.open("a.jsonl").read(leave_out_drafts=True)] == [1]
    assert not smsbackup.Query(leave_out_drafts=True).matches(Sms(type=3))
    smsbackup.backup("a.jsonl", "archive")
    assert smsbackup.verify("a.jsonl", "archive", leave_out_drafts=True).same


MINUTE = 60_000


def test_a_schedule_waits_and_tries_again():
    begin = 1_700_000_000_000
    options = smsbackup.ScheduleOptions(longest_run=5 * MINUTE, unmetered_only=True)
    state = smsbackup.ScheduleState()
    first = smsbackup.next_run(state, now=begin, options=options)
    assert first == smsbackup.NextRun(due=begin, reason="first_run", waits_for="nothing", cancel_at=begin + 5 * MINUTE)
    assert smsbackup.next_run(state, now=begin, options=options, network="metered").waits_for == "unmetered_network"

    state = state.run_ended(begin, begin + 1000)
    assert smsbackup.next_run(state, now=begin + 1000, options=options).due == begin + 1000 + 120 * MINUTE
    state = state.message_came(begin + 2000).call_ended(begin + 3000)
    assert smsbackup.next_run(state, now=begin + 3000, options=options).due == begin + 2000 + MINUTE

    failed = state.run_ended(begin + 70_000, begin + 80_000, "failed")
    again = smsbackup.next_run(failed, now=begin + 80_000, options=options)
    assert (again.reason, again.due) == ("retry", begin + 80_000 + 30_000)
    assert smsbackup.next_run(failed, now=begin + 80_000, options=options, jitter=1.0).due == begin + 80_000 + 15_000
    stuck = state.run_ended(begin + 70_000, begin + 80_000, "needs_user")
    assert smsbackup.next_run(stuck, now=begin + 80_000, options=options).waits_for == "user"

    for mistake in (lambda: state.run_ended(1, 2, "well"), lambda: smsbackup.next_run(state, now=1, network="wifi")):
        with pytest.raises(ValueError):
            mistake()


def test_the_defaults_of_a_schedule_are_those_of_the_library():
    options = smsbackup.ScheduleOptions()
    assert (options.regular_interval, options.after_message, options.after_call) == (120 * MINUTE, MINUTE, None)
    assert (options.first_retry, options.longest_retry) == (30_000, 300_000)


class Keeping(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append((record.levelno, record.getMessage(), threading.get_ident()))


@contextlib.contextmanager
def logged(level):
    handler, logger = Keeping(), logging.getLogger("smsbackup.tests")
    logger.setLevel(1)
    logger.addHandler(handler)
    smsbackup.log_to(logger, level)
    try:
        yield handler.records
    finally:
        smsbackup.log_to(None)
        logger.removeHandler(handler)


def test_what_is_logged_reaches_pythons_logging():
    with logged(logging.INFO) as records:
        smsbackup.transfer("sms.xml", "archive")
    expected = "read 45, filtered 0, duplicate 0, written 45, failed 0"
    assert [(level, text) for level, text, _ in records] == [(logging.INFO, expected)]
    assert records[0][2] == threading.get_ident()


def test_nothing_is_logged_below_the_level_or_afterwards():
    with logged(logging.WARNING) as records:
        smsbackup.transfer("sms.xml", "archive")
    smsbackup.transfer("sms.xml", "archive")
    assert records == []


def test_many_threads_log_at_once():
    def run(number):
        smsbackup.transfer("calls.xml", f"archive-{number}")

    with logged(logging.INFO) as records:
        threads = [threading.Thread(target=run, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(records) == 8


def test_a_handler_that_fails_disturbs_nothing(monkeypatch):
    unraisable = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)

    class Failing(logging.Logger):
        def handle(self, record):
            raise RuntimeError("the disk of the log is full")

    smsbackup.log_to(Failing("failing"), logging.INFO)
    try:
        assert smsbackup.transfer("sms.xml", "archive").complete
    finally:
        smsbackup.log_to(None)
    assert [type(one.exc_value) for one in unraisable] == [RuntimeError]
