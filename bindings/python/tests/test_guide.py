"""The guide's examples are right."""

import doctest
import re

from conftest import ROOT
from test_docs import FLAGS


def test_the_guide():
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    examples = "\n".join(re.findall(r"```python\n(>>>.*?)```", text, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, "docs/python.md", None, 0)
    said = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(test, out=said.append)
    assert test.examples and runner.summarize(verbose=False).failed == 0, "".join(said)


def test_the_readmes_show_the_same_names():
    import smsbackup

    for page in (ROOT / "README.md", ROOT / "bindings" / "python" / "README.md", ROOT / "docs" / "python.md"):
        for name in re.findall(r"\bsmsbackup\.([A-Za-z_]\w+)\b(?=[(. \]])", page.read_text(encoding="utf-8")):
            assert hasattr(smsbackup, name) or name in ("hpp", "jsonl"), f"{page.name}: smsbackup.{name}"
