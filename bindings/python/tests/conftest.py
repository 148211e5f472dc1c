"""Sample files, and a folder of one's own for every test."""

import contextlib
import importlib.util
import os
import pathlib
import shutil
import sqlite3

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "examples" / "data"

# Set by scripts/test-python.sh, which installs everything: then a test that lacks something fails.
SKIP_NOTHING = bool(os.environ.get("SMSBACKUP_SKIP_NOTHING"))


def needs(*modules: str) -> pytest.MarkDecorator:
    """Skips a test where one of these isn't installed."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    return pytest.mark.skipif(bool(missing) and not SKIP_NOTHING, reason=f"{', '.join(missing)} is not installed")


def needs_program(program: str, package: str) -> pytest.MarkDecorator:
    """Skips a test where there is no such program."""
    return pytest.mark.skipif(
        shutil.which(program) is None and not SKIP_NOTHING, reason=f"{program} is not installed (Debian: {package})"
    )

DAMAGED = b"""{"__type":"sms","address":"+12025550143","date":"1000","type":"1","body":"one"}
{"__type":"sms","address":"+12025550143","date":"2000","type":"1","body":"private text that is cut o
{"__type":"sms","address":"+12025550143","date":"3000","type":"1","body":"three"}
"""


CONTACTS = """
    CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY, contact_id INTEGER, deleted INTEGER, display_name TEXT);
    CREATE TABLE contacts (_id INTEGER PRIMARY KEY, name_raw_contact_id INTEGER);
    CREATE TABLE mimetypes (_id INTEGER PRIMARY KEY, mimetype TEXT);
    CREATE TABLE groups (_id INTEGER PRIMARY KEY, title TEXT, deleted INTEGER);
    CREATE TABLE data (_id INTEGER PRIMARY KEY, mimetype_id INTEGER, raw_contact_id INTEGER, is_primary INTEGER,
                       is_super_primary INTEGER, data1 TEXT, data2 TEXT, data3 TEXT, data4 TEXT, data5 TEXT, data6 TEXT);
    INSERT INTO raw_contacts VALUES (10, 7, 0, 'Ann Archer');
    INSERT INTO contacts VALUES (7, 10);
    INSERT INTO mimetypes VALUES (1, 'vnd.android.cursor.item/phone_v2'), (2, 'vnd.android.cursor.item/group_membership');
    INSERT INTO groups VALUES (4, 'Friends', 0);
    INSERT INTO data (mimetype_id, raw_contact_id, data1) VALUES (1, 10, '+49 151 12345678'), (2, 10, '4');
"""


@pytest.fixture(scope="session")
def contacts_database(tmp_path_factory):
    """A phone's contacts2.db with one contact, as far as the library looks into it."""
    path = tmp_path_factory.mktemp("phone") / "contacts2.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(CONTACTS)
    return path


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, contacts_database):
    """The current folder of a test, with the sample files under short names."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(SAMPLES / "sms-20240203101500.xml", "sms.xml")
    shutil.copy(SAMPLES / "calls-20240203101500.xml", "calls.xml")
    shutil.copy(SAMPLES / "people.vcf", "people.vcf")
    pathlib.Path("damaged.jsonl").write_bytes(DAMAGED)
    shutil.copy(contacts_database, "contacts2.db")
    return tmp_path
