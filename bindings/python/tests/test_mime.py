import email
import email.policy
import pathlib

import pytest

import smsbackup

from conftest import ROOT
from hazards import hazards, plain_mms, plain_sms

GOLDEN = sorted((ROOT / "tests" / "data" / "smsbackupplus").glob("*.eml"))


def test_every_hazard_survives_a_mail():
    encoder, decoder = smsbackup.MimeEncoder(), smsbackup.MimeDecoder()
    for record in hazards():
        decoded = decoder.decode(encoder.encode(record).mail)
        assert decoded.kind == "record" and decoded.record == record, record


def test_messages_of_the_email_package():
    encoded = smsbackup.MimeEncoder().encode(plain_mms(2))
    message = encoded.message()
    assert message["Message-ID"] == encoded.message_id
    assert [part.get_content_type() for part in message.walk() if not part.is_multipart()] == ["text/plain", "image/jpeg"]
    assert smsbackup.MimeDecoder().decode(message).record == plain_mms(2)
    old = email.message_from_bytes(encoded.mail)
    assert smsbackup.MimeDecoder().decode(old).record == plain_mms(2)


@pytest.mark.parametrize("mail", GOLDEN[:20], ids=lambda path: path.stem)
def test_mails_of_sms_backup_plus(mail):
    decoded = smsbackup.MimeDecoder().decode(pathlib.Path(mail).read_bytes())
    assert decoded.kind == "record" and decoded.message_id.startswith("<")


def test_a_mail_that_is_meant_as_a_record_but_unreadable():
    mail = smsbackup.MimeEncoder().encode(plain_mms(2)).mail
    decoded = smsbackup.MimeDecoder().decode(mail[: len(mail) // 2])
    assert decoded.problem is not None
    assert smsbackup.MimeDecoder(smsbackup.Limits(mail_size=10)).decode(mail).kind == "damaged"


def test_keys_come_out_of_headers():
    mail = smsbackup.MimeEncoder().encode(plain_sms(1)).mail
    key = smsbackup.MimeDecoder().key_from_headers(mail[: mail.index(b"\r\n\r\n") + 4])
    assert key == smsbackup.key_of(plain_sms(1)) or key.content == smsbackup.key_of(plain_sms(1)).content
    assert smsbackup.MimeDecoder().key_from_headers(b"Subject: lunch\r\n\r\n") is None


def test_what_is_no_bytes_is_refused():
    with pytest.raises(TypeError):
        smsbackup.MimeDecoder().decode("text")
    assert smsbackup.MimeDecoder().decode(bytearray(b"Subject: x\r\n\r\n")).kind == "foreign"


def test_contacts_of_a_vcard_file():
    book = smsbackup.ContactBook.from_vcard(pathlib.Path("people.vcf"))
    assert len(book) == 6 and book.problems == ()
    assert book.lookup("no such number") is None
    book.add(smsbackup.Contact("Zoe", numbers=("+15559999999",), emails=("x@example.org", "zoe@gmail.com")))
    zoe = book.lookup("5559999999")
    assert zoe.name == "Zoe" and zoe.mail_address == "zoe@gmail.com" and zoe.id > 0
    with pytest.raises(smsbackup.NotFoundError):
        smsbackup.ContactBook.from_vcard("nobody.vcf")
