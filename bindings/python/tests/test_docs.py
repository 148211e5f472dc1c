"""Every public name has a docstring, and the examples in them are right."""

import doctest
import inspect
import types

import pytest

import smsbackup

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def public_names():
    for name in sorted(vars(smsbackup)):
        value = getattr(smsbackup, name)
        if name.startswith("_") or inspect.ismodule(value):
            continue
        yield name, value


def members(kind):
    for name, value in vars(kind).items():
        if name.startswith("_"):
            continue
        value = getattr(value, "__func__", value)
        if callable(value) or isinstance(value, (property, types.GetSetDescriptorType)):
            yield name, value


def docstrings():
    yield "smsbackup", smsbackup.__doc__
    for name, value in public_names():
        yield name, value.__doc__ or ""
        if inspect.isclass(value) and issubclass(value, object):
            for member, inner in members(value):
                yield f"{name}.{member}", inner.__doc__ or ""


WITH_EXAMPLES = [(name, text) for name, text in docstrings() if ">>>" in text]


@pytest.mark.parametrize("name,text", WITH_EXAMPLES, ids=[name for name, _ in WITH_EXAMPLES])
def test_example(name, text):
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    said = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(test, out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)


TYPES = {"Record", "Kind", "Moment", "Place", "AnySource", "AnySink", "AnyContactBook", "AnyState", "ABSENT", "TableName"}


def test_every_public_name_has_a_docstring():
    silent = []
    for name, text in docstrings():
        if name.partition(".")[0] not in TYPES and not text.strip():
            silent.append(name)
    assert silent == []


def test_every_public_class_and_function_has_an_example():
    without = [
        name
        for name, value in public_names()
        if name not in TYPES and (inspect.isclass(value) or callable(value)) and ">>>" not in (value.__doc__ or "")
    ]
    assert without == []
