"""Writes the API reference out of the docstrings:  python bindings/python/reference.py > docs/python-reference.md

Names and texts come from the installed package, signatures from its sources and stubs. No network, nothing to install.
"""

from __future__ import annotations

import ast
import inspect
import pathlib
import sys
import types
from collections.abc import Iterator

import smsbackup

GROUPS = {
    "Records": "Kind Sms Mms MmsAddress MmsPart Call Record Blob ABSENT from_dict from_json to_dict",
    "Places": "open detect stores Source Sink Store OpenStore Place Reading Query QueryOptions Problem Skipped",
    "Moving records": "transfer copy merge backup restore verify stats RunOptions TeeSink Report Counts Progress ProgressBar "
    "CancelToken Duplicate VerifyReport VerifyCounts Difference Stats TypeStats log_to",
    "What is the same": "KeyIndex RecordKey key_of content_digest same_address address_bucket is_read",
    "Mail": "MimeEncoder EncodedMail MimeDecoder DecodedMail MimeOptions Wording ImapOptions TlsOptions Limits",
    "Contacts": "ContactBook Contact",
    "From one run to the next": "StateFile StateStore MemoryStateStore StateRun state_name state_fingerprint "
    "next_run NextRun ScheduleState ScheduleOptions",
    "Tables": "arrow_fields ArrowField ArrowStream from_arrow write_parquet ParquetSource",
    "For annotations": "Moment TableName AnySource AnySink AnyState AnyContactBook",
}
NATIVE = {name for name, value in vars(smsbackup).items() if getattr(value, "__module__", "") == "smsbackup._native"}
PACKAGE = pathlib.Path(smsbackup.__file__).parent


def definitions() -> dict[str, ast.stmt]:
    """Every class and function of the sources, methods as "Class.method"; stubs first, for they are complete."""
    found: dict[str, ast.stmt] = {}

    def take(body: list[ast.stmt], prefix: str = "") -> None:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found.setdefault(prefix + node.name, node)
                if isinstance(node, ast.ClassDef):
                    take(node.body, f"{node.name}.")

    for path in [*sorted(PACKAGE.glob("*.pyi")), *sorted(PACKAGE.glob("*.py"))]:
        take(ast.parse(path.read_text(encoding="utf-8")).body)
    return found


def signature(node: ast.stmt | None) -> str:
    if not isinstance(node, ast.FunctionDef):
        return ""
    if any(isinstance(mark, ast.Name) and mark.id == "property" for mark in node.decorator_list):
        return f": {ast.unparse(node.returns)}" if node.returns else ""
    arguments = node.args
    for hidden in ("self", "cls"):
        arguments.args = [one for one in arguments.args if one.arg != hidden]
        arguments.posonlyargs = [one for one in arguments.posonlyargs if one.arg != hidden]
    for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
        if one is not None:
            one.annotation = None
    return f"({ast.unparse(arguments)})" + (f" → {ast.unparse(node.returns)}" if node.returns else "")


def text_of(docstring: str | None) -> str:
    """Examples become code blocks."""
    lines: list[str] = []
    in_example = False
    for line in inspect.cleandoc(docstring or "").splitlines():
        if not in_example and line.startswith(">>>"):
            in_example = True
            lines.append("```pycon")
        elif in_example and not line.strip():
            in_example = False
            lines.append("```")
        lines.append(line)
    return "\n".join([*lines, "```"] if in_example else lines)


def fields(node: ast.stmt | None) -> Iterator[str]:
    """Those of a dataclass or a TypedDict, with what is said below each."""
    body = node.body if isinstance(node, ast.ClassDef) else []
    for field, below in zip(body, [*body[1:], None]):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name) or field.target.id[0] == "_":
            continue
        said = ""
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            said = f": {' '.join(str(below.value.value).split())}"
        shown = f"{field.target.id}: {ast.unparse(field.annotation)}"
        if field.value is not None and isinstance(field.value, ast.Constant):
            shown += f" = {ast.unparse(field.value)}"
        yield f"- `{shown}`{said}"


def members(kind: type) -> Iterator[tuple[str, object]]:
    for name, value in vars(kind).items():
        value = getattr(value, "__func__", value)
        if not name.startswith("_") and (callable(value) or isinstance(value, (property, types.GetSetDescriptorType))):
            yield name, value


def entry(name: str, value: object, known: dict[str, ast.stmt]) -> Iterator[str]:
    yield f"### `{name}`\n"
    if inspect.isclass(value):
        bases = [base.__name__ for base in value.__bases__ if getattr(smsbackup, base.__name__, None) is base]
        if bases:
            yield f"A {', '.join(f'`{base}`' for base in bases)}.\n"
    else:
        shown = signature(known.get(name))
        if shown:
            yield f"`{name}{shown}`\n"
    if not inspect.isclass(value) and not callable(value):
        yield "A type for annotations.\n" if name != "ABSENT" else text_of(type(value).__doc__) + "\n"
        return
    yield text_of(getattr(value, "__doc__", None)) + "\n"
    if inspect.isclass(value):
        listed = list(fields(known.get(name))) if name not in NATIVE else []
        if listed:
            yield "\n".join(listed) + "\n"
        for member, inner in members(value):
            doc = text_of(getattr(inner, "__doc__", None))
            if doc:
                yield f"#### `{name}.{member}{signature(known.get(f'{name}.{member}'))}`\n\n{doc}\n"


def main() -> None:
    known = definitions()
    public = {
        name: value
        for name, value in vars(smsbackup).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"
    }
    print("# Python reference\n")
    print("Written by `bindings/python/reference.py` out of the docstrings. The guide is [python.md](python.md).\n")
    left = dict(public)
    unknown = {name for names in GROUPS.values() for name in names.split()} - public.keys()
    if unknown:
        sys.exit(f"these names are not public: {sorted(unknown)}")
    errors = sorted(name for name, value in public.items() if inspect.isclass(value) and issubclass(value, Exception))
    enums = sorted(name for name, value in public.items() if inspect.isclass(value) and hasattr(value, "__members__"))
    groups = [(title, text.split()) for title, text in GROUPS.items()]
    for title, names in [*groups, ("Errors", errors), ("Enumerations", enums)]:
        print(f"## {title}\n")
        for name in names:
            if name in left:
                print("\n".join(entry(name, left.pop(name), known)))
    if left:
        print("## All others\n")
    for name in sorted(left):
        print("\n".join(entry(name, left[name], known)))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
