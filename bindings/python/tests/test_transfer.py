import itertools
import json
import pathlib
import threading
import time

import pytest
from conftest import needs

import smsbackup
from smsbackup import Sms

from hazards import plain_records, plain_sms


def test_counts_add_up_and_nothing_is_doubled():
    report = smsbackup.transfer(["sms.xml", "calls.xml"], "archive")
    assert report.complete and report.total.written == 57 and report.call.written == 12
    again = smsbackup.copy(["sms.xml", "calls.xml"], "archive")
    assert again.total.duplicate == 57 and again.total.written == 0
    assert json.loads(again.to_json())["total"]["duplicate"] == 57
    assert again.finished >= again.started


def test_stores_that_are_open_already_stay_open():
    with smsbackup.open("sms.xml") as source, smsbackup.open("archive", "a") as sink:
        smsbackup.transfer(source, sink)
        assert not source.closed and not sink.closed
        assert len(list(sink)) == 45


def test_options_choose():
    assert smsbackup.transfer("sms.xml", "a", types=Sms, newest=3).total.written == 3
    assert smsbackup.transfer("sms.xml", "b", dry_run=True).total.written == 45
    assert not pathlib.Path("b").exists() or not list(pathlib.Path("b").rglob("*:2,*"))
    limited = smsbackup.transfer("sms.xml", "c", limit=4)
    assert limited.limited and limited.total.written == 4 and not limited.complete


def test_a_damaged_source_is_reported_and_kept_in_quarantine():
    report = smsbackup.transfer("damaged.jsonl", "archive", quarantine=pathlib.Path("quarantine"))
    assert not report.complete and report.sms.written == 2 and report.total.failed == 1
    assert report.problems[0].code == "corrupt_input" and len(report.problems[0].raw) == 0
    assert any(b"private text" in path.read_bytes() for path in pathlib.Path("quarantine").iterdir())


def test_backup_leaves_drafts_and_restore_never_sends():
    with smsbackup.open("phone.jsonl", "a") as phone:
        phone.write([Sms(address="1234567", date=1000, type=type, body=f"type {type}") for type in (1, 2, 3, 4, 6)])
        phone.finish()
    assert smsbackup.backup("phone.jsonl", "archive").sms.written == 4
    assert smsbackup.backup("phone.jsonl", "with-drafts", drafts=True).sms.written == 5
    smsbackup.restore("with-drafts", "restored.jsonl")
    assert sorted(sms.type for sms in smsbackup.open("restored.jsonl")) == [1, 2, 5, 5, 5]
    assert smsbackup.restore("with-drafts", "fewer.jsonl", unsent="skip").sms.written == 2
    with pytest.raises(ValueError):
        smsbackup.restore("with-drafts", "x.jsonl", unsent="send")


def test_a_state_remembers():
    state = smsbackup.MemoryStateStore()
    assert smsbackup.backup("sms.xml", "archive", state=state).total.written == 44  # and a draft
    run = state.last_run()
    assert run.complete and run.written == 44 and run.finished >= run.started
    again = smsbackup.backup("sms.xml", "archive", state=state)
    assert again.remembered == 44
    skipped = smsbackup.MemoryStateStore()
    assert smsbackup.backup("sms.xml", "none", state=skipped, first_run="skip").total.filtered == 45


def test_what_a_state_raises_is_the_very_same():
    class Broken(smsbackup.MemoryStateStore):
        def done(self):
            raise error

    error = RuntimeError("of the state")
    with pytest.raises(RuntimeError) as caught:
        smsbackup.backup("sms.xml", "archive", state=Broken())
    assert caught.value is error


def test_verify_and_stats():
    smsbackup.transfer("sms.xml", "archive", types="sms")
    seen = []
    report = smsbackup.verify("sms.xml", "archive", on_difference=seen.append)
    assert not report.all_there and report.mms.missing == 5 and report.sms.found == 40
    assert tuple(seen) == report.differences and {one.kind for one in seen} == {"missing"}
    found = smsbackup.stats("archive")
    assert found.sms.records == 40 and found.mms.records == 0 and found.mms.oldest is None


def test_observers_are_told():
    steps, duplicates = [], []
    smsbackup.transfer("sms.xml", "archive")
    smsbackup.transfer(
        "sms.xml", "archive", progress=steps.append, on_duplicate=duplicates.append
    )
    assert {step.stage for step in steps} == {"reading_keys", "copying", "finishing"}
    assert steps[-1].counts.read == 45 and steps[-1].keys == 45
    assert all(step.source for step in steps if step.stage == "copying")
    one = duplicates[0]
    assert isinstance(one.record, Sms) and "same" in one.why and "sms.xml" in one.where and one.kept == "archive"
    assert len(duplicates) == 45


@pytest.mark.parametrize("callback", ["progress", "on_problem", "on_duplicate"])
def test_what_an_observer_raises_is_the_very_same(callback):
    error = LookupError("of the observer")

    def fail(*_):
        raise error

    smsbackup.transfer("damaged.jsonl", "archive")
    with pytest.raises(LookupError) as caught:
        smsbackup.transfer("damaged.jsonl", "archive", **{callback: fail})
    assert caught.value is error
    assert any(frame.name == "fail" for frame in caught.traceback)


def test_an_error_of_the_library_raised_by_an_observer_is_the_very_same():
    error = smsbackup.StorageError("no more room", code="no_space")

    def fail(_):
        raise error

    with pytest.raises(smsbackup.StorageError) as caught:
        smsbackup.transfer("sms.xml", "archive", progress=fail)
    assert caught.value is error and caught.value.code == "no_space"


def test_cancelling_ends_a_run_in_good_order():
    token = smsbackup.CancelToken()

    class Endless(smsbackup.Source):
        def open(self, query):
            yield from map(plain_sms, itertools.count())

    def stop(progress):
        if progress.counts.read > 1000:
            token.cancel()

    report = smsbackup.transfer(Endless(), "out.jsonl", progress=stop, cancel=token)
    assert report.cancelled and not report.complete and report.error is None
    assert len(list(smsbackup.open("out.jsonl"))) == report.total.written > 0


def test_cancelling_from_another_thread():
    token = smsbackup.CancelToken()
    started = threading.Event()

    class Slow(smsbackup.Source):
        def open(self, query):
            for record in map(plain_sms, itertools.count()):
                started.set()
                time.sleep(0.0001)
                yield record

    threading.Thread(target=lambda: (started.wait(), token.cancel())).start()
    assert smsbackup.transfer(Slow(), "out.jsonl", cancel=token).cancelled


def test_other_threads_run_meanwhile():
    with smsbackup.open("many.jsonl", "a") as store:
        store.write(plain_records(20_000))
        store.finish()
    ticks = 0
    done = threading.Event()

    def tick():
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    before = ticks
    smsbackup.transfer("many.jsonl", "copy.xml")
    during = ticks - before
    done.set()
    ticker.join()
    assert during >= 5


@needs("tqdm")
def test_the_bar_of_tqdm():
    import io

    out = io.StringIO()
    with smsbackup.ProgressBar(file=out) as bar:
        smsbackup.transfer("sms.xml", "archive", progress=bar)
    assert "45" in out.getvalue()
