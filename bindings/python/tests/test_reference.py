"""The reference is what the docstrings say."""

import subprocess
import sys

import pytest
from conftest import ROOT


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 prints some annotations differently")
def test_the_reference_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "bindings" / "python" / "reference.py")]
    made = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    there = (ROOT / "docs" / "python-reference.md").read_text(encoding="utf-8")
    assert made == there, "run: python bindings/python/reference.py > docs/python-reference.md"
