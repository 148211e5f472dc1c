"""Sample files, and a folder of one's own for every test."""

import pathlib
import shutil

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "examples" / "data"

DAMAGED = b"""{"__type":"sms","address":"+12025550143","date":"1000","type":"1","body":"one"}
{"__type":"sms","address":"+12025550143","date":"2000","type":"1","body":"private text that is cut o
{"__type":"sms","address":"+12025550143","date":"3000","type":"1","body":"three"}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The current folder of a test, with the sample files under short names."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(SAMPLES / "sms-20240203101500.xml", "sms.xml")
    shutil.copy(SAMPLES / "calls-20240203101500.xml", "calls.xml")
    shutil.copy(SAMPLES / "people.vcf", "people.vcf")
    pathlib.Path("damaged.jsonl").write_bytes(DAMAGED)
    return tmp_path
