"""Closing, forgetting, forking, sharing between threads: nothing crashes, nothing leaks."""

import gc
import os
import threading
import weakref

import pytest

import smsbackup
from smsbackup import Sms

from hazards import plain_mms, plain_records, plain_sms


def test_an_iterator_outlives_its_store():
    records = iter(smsbackup.open("sms.xml"))
    gc.collect()
    assert len(list(records)) == 45


def test_nothing_works_after_close_and_nothing_crashes():
    store = smsbackup.open("sms.xml")
    records = iter(store)
    next(records)
    store.close()
    store.close()
    for work in (lambda: next(records), lambda: iter(store), store.keys, lambda: store.fetch("1"), store.finish,
                 lambda: smsbackup.transfer(store, "archive"), lambda: store.write([])):
        with pytest.raises(smsbackup.ArgumentError, match="close"):
            work()
    assert store.closed and "closed" in repr(store)


def test_a_dead_iterator_stays_dead():
    records = iter(smsbackup.open("sms.xml"))
    assert len(list(records)) == 45
    for _ in range(3):
        assert next(records, None) is None


def test_an_iterator_that_failed_stays_dead():
    class Failing(smsbackup.Source):
        def open(self, query):
            yield plain_sms(1)
            raise KeyError

    records = iter(Failing())
    with pytest.raises(KeyError):
        list(records)
    assert list(records) == []


def test_a_new_pass_ends_the_one_before():
    store = smsbackup.open("sms.xml")
    first = iter(store)
    next(first)
    second = iter(store)
    with pytest.raises(smsbackup.ArgumentError, match="another pass"):
        next(first)
    assert len(list(second)) == 45


def test_an_iterator_that_is_left_in_the_middle():
    for record in smsbackup.open("sms.xml"):
        break
    assert record


def test_two_threads_at_one_store_are_refused_and_not_mixed_up():
    store = smsbackup.open("archive", "a")

    class Asking(smsbackup.Source):
        def open(self, query):
            with pytest.raises(smsbackup.StorageError) as caught:
                store.keys()
            codes.append(caught.value.code)
            with pytest.raises(smsbackup.StorageError):
                store.close()
            yield plain_sms(1)

    codes = []
    assert smsbackup.transfer(Asking(), store).total.written == 1
    assert codes == ["busy"]


def test_many_threads_read_stores_of_their_own():
    counts = []

    def read():
        counts.append(sum(1 for _ in smsbackup.open("sms.xml")))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [45] * 8


def test_forks_go_on_reading():
    records = iter(smsbackup.open("sms.xml"))
    next(records)
    token = smsbackup.CancelToken()
    child = os.fork()
    if child == 0:
        good = len(list(records)) == 44 and smsbackup.transfer("sms.xml", "archive", cancel=token).complete
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(list(records)) == 44


def test_host_objects_are_let_go():
    class Source(smsbackup.Source):
        def open(self, query):
            yield from plain_records(3)

    source = Source()
    alive = weakref.ref(source)
    list(source)
    smsbackup.transfer(source, "archive")
    smsbackup.transfer(source, "archive", progress=lambda step, source=source: None)
    del source
    gc.collect()
    assert alive() is None


def resident_pages():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1])


@pytest.mark.slow
def test_a_million_records_leave_nothing_behind():
    line = plain_sms(1).to_json()

    def read_a_million(rounds):
        class Many(smsbackup.Source):
            def open(self, query):
                sms = Sms.from_json(line)
                for _ in range(rounds):
                    yield sms

        count = 0
        for record in Many():
            count += record.body is not None
        return count

    read_a_million(100_000)
    gc.collect()
    before = resident_pages()
    assert read_a_million(1_000_000) == 1_000_000
    gc.collect()
    assert (resident_pages() - before) * os.sysconf("SC_PAGE_SIZE") < 8 << 20


@pytest.mark.slow
def test_reading_a_million_records_of_a_file_leaves_nothing_behind(folder):
    lines = "".join(sms.to_json() + "\n" for sms in [plain_sms(number) for number in range(1000)])
    (folder / "many.jsonl").write_text(lines * 50, encoding="utf-8")

    def passes(count):
        return sum(sum(1 for _ in smsbackup.open("many.jsonl")) for _ in range(count))

    passes(2)
    gc.collect()
    before = resident_pages()
    assert passes(20) == 1_000_000
    gc.collect()
    assert (resident_pages() - before) * os.sysconf("SC_PAGE_SIZE") < 8 << 20


@pytest.mark.slow
def test_what_is_made_of_records_leaves_nothing_behind():
    mms = plain_mms(2).replace(extras={"vendor": "x" * 1000})

    def use():
        for _ in range(10_000):
            made = smsbackup.from_json(mms.to_json())
            assert bytes(made.parts[1].data) and made.columns and made.extras and hash(made) and repr(made)
            assert made.datetime and made.replace(sub="x") != made and made.parties
            try:
                Sms.from_json("{")
            except smsbackup.InputError:
                pass

    use()
    gc.collect()
    before = resident_pages()
    use()
    gc.collect()
    assert (resident_pages() - before) * os.sysconf("SC_PAGE_SIZE") < 4 << 20
