#!/usr/bin/env python3
"""Python's imaplib, one mail at a time: what SMS Backup+ does, and most scripts.

    imaplib_client.py upload PORT USER BOX MAILS COUNT
    imaplib_client.py fetch PORT USER BOX COUNT
"""
import imaplib
import sys


def ok(answer):
    kind, data = answer
    assert kind == "OK", data
    return data


def main():
    what, port, user, box = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    server = imaplib.IMAP4("127.0.0.1", port)
    ok(server.login(user, "pass"))
    if what == "upload":
        ok(server.create(box))
        with open(sys.argv[5], "rb") as mails:
            for _ in range(int(sys.argv[6])):
                mail = mails.read(int(mails.readline()))
                ok(server.append(box, r"(\Seen)", '"13-Sep-2020 12:26:40 +0000"', mail))
    else:
        ok(server.select(box, readonly=True))
        for uid in ok(server.uid("SEARCH", "ALL"))[0].split()[: int(sys.argv[5])]:
            ok(server.uid("FETCH", uid.decode(), "(UID FLAGS BODY.PEEK[])"))
    server.logout()


main()
