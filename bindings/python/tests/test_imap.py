"""A real mail server as a store: Debian's Dovecot."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import ROOT, needs_program
from dovecot import PASSWORD, Dovecot, token_for

import smsbackup

pytestmark = [needs_program("dovecot", "dovecot-imapd"), needs_program("openssl", "openssl")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    folder = tmp_path_factory.mktemp("dovecot")
    for above in (folder, *folder.parents[:2]):  # pytest keeps them to their owner, and mail belongs to another user
        above.chmod(0o755)
    running = Dovecot(folder)
    yield running
    running.stop()


def open_as(server: Dovecot, user: str, **options: object) -> smsbackup.OpenStore:
    options = {"password": PASSWORD, "tls": smsbackup.TlsOptions(ca_file=server.ca_file), "retry_for": 0, **options}
    return smsbackup.open(server.address(user), "a", imap=smsbackup.ImapOptions(**options))  # type: ignore[arg-type]


def test_backup_and_restore(server: Dovecot) -> None:
    with open_as(server, "u1") as archive:
        first = smsbackup.backup("sms.xml", archive, drafts=True)
        assert (first.complete, first.sms.written, first.mms.written) == (True, 40, 5), first.problems
    with open_as(server, "u1") as archive:
        again = smsbackup.backup("sms.xml", archive, drafts=True)
        assert (again.total.written, again.total.duplicate) == (0, 45)
        assert smsbackup.restore(archive, "restored.jsonl").total.written == 45
        assert smsbackup.verify("sms.xml", archive).all_there

    def texts(place: str) -> list[tuple[int | None, str | None, str | None]]:
        messages = smsbackup.open(place).read(types=smsbackup.Sms)
        return sorted((sms.date, sms.address, sms.body) for sms in messages if isinstance(sms, smsbackup.Sms))

    assert texts("restored.jsonl") == texts("sms.xml")


def test_what_the_server_says_of_itself(server: Dovecot) -> None:
    smsbackup.transfer("sms.xml", open_as(server, "u2"))
    said = open_as(server, "u2").check()
    assert "IMAP4rev1" in said["capabilities"] and said["tls_version"].startswith("TLSv1.")
    assert [folder["messages"] for folder in said["folders"]] == [45]


def test_a_password_is_asked_for(server: Dovecot) -> None:
    asked = []

    def password(user: str, host: str) -> str:
        asked.append((user, host))
        return PASSWORD

    assert list(open_as(server, "u3", password=password)) == []
    assert asked == [("u3", "localhost")]


def test_a_token_is_asked_for_again_when_it_was_refused(server: Dovecot) -> None:
    asked = []

    def token(user: str, host: str, refused: bool) -> str:
        asked.append((user, host, refused))
        return token_for(user, valid_for=3600 if refused else -60)

    with open_as(server, "u4", password=None, token=token) as archive:
        assert smsbackup.transfer("calls.xml", archive).call.written == 12
        assert archive.check()["mechanism"] in ("OAUTHBEARER", "XOAUTH2")
    assert asked[:2] == [("u4", "localhost", False), ("u4", "localhost", True)], server.log()


def test_a_refusal_has_a_class_and_says_no_secret(server: Dovecot) -> None:
    with pytest.raises(smsbackup.LoginError) as caught:
        list(open_as(server, "u5", password="not the pass word"))
    assert caught.value.code == smsbackup.ErrorCode.WRONG_CREDENTIALS
    assert caught.value.hint and "not the pass word" not in f"{caught.value} {caught.value.hint} {caught.value.detail}"

    with pytest.raises(smsbackup.LoginError):
        list(open_as(server, "u5", password=None, token=lambda user, host, refused: token_for(user, valid_for=-60)))


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Dovecot) -> None:
    with pytest.raises(smsbackup.TrustError) as caught:
        list(open_as(server, "u6", tls=None))
    assert caught.value.code == smsbackup.ErrorCode.CERTIFICATE_REJECTED


def test_what_a_callback_raises_comes_back_unchanged(server: Dovecot) -> None:
    locked = LookupError("the key ring is locked")

    def password(user: str, host: str) -> str:
        raise locked

    with pytest.raises(LookupError) as caught:
        list(open_as(server, "u7", password=password))
    assert caught.value is locked


def test_the_example_that_watches_an_archive(server: Dovecot) -> None:
    smsbackup.transfer("calls.xml", open_as(server, "u8"), newest=3)
    program = ROOT / "examples" / "python" / "watch_archive.py"
    environment = {**os.environ, "SMSBACKUP_PASSWORD": PASSWORD, "SSL_CERT_FILE": str(server.ca_file)}
    watching = subprocess.Popen(
        [sys.executable, str(program), server.address("u8"), "0.1", "1000"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert watching.stdout is not None and watching.stderr is not None
        assert watching.stdout.readline() == "3 records\n", watching.stderr.read()
        smsbackup.transfer("calls.xml", open_as(server, "u8"), newest=5)
        new = [line for line in iter(watching.stdout.readline, "5 records\n") if line.startswith("new")]
        assert len(new) == 2 and all(line.startswith("new: call, ") for line in new)
    finally:
        watching.kill()
        watching.communicate()


def test_a_state_on_a_mail_server_asks_it_for_nothing_old(server: Dovecot, folder: pathlib.Path) -> None:
    with open_as(server, "u9") as archive:
        assert smsbackup.backup("calls.xml", archive, state="state.db").call.written == 12
    with open_as(server, "u9", password="not needed: nobody logs in") as archive:
        assert smsbackup.backup("calls.xml", archive, state="state.db").remembered == 12
