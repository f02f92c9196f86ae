"""The rules of the house that a syntax tree can check; exceptions stand beside their rule, with a reason."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.architecture.source import ROOT, Source, functions, sources

LONGEST_FILE = 500
LONGEST_FUNCTION = 60
SAYS_NOTHING = {"utils", "helpers", "common", "misc", "util", "helper"}

WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "delete",
    "update",
}
# `update` and `delete` are also words of dicts, sets, digests and caches: only of a queryset do they write.
QUERYSET = re.compile(r"\b(objects|_default_manager|filter|exclude|all)\b")
MAY_WRITE_PARTS = {"services"}
MAY_WRITE_CONTEXTS = {
    "kernel",  # the machinery that services write through: outbox, audit, serials, clocks
    "demo",  # generates history; the bulk generator goes straight to the database for the benchmarks
}

EDGE_PARTS = {"views", "api", "admin", "middleware", "forms"}
# Where a clock may be read. Everybody else is told the time.
MAY_READ_THE_CLOCK = {
    "cli": "a command is an edge",
    "demo": "its views are an edge; its city is told the time",
    "kernel/worker.py": "the loop that gives jobs and handlers their time",
    "kernel/events/deliver.py": "the same loop run dry, for commands and tests",
    "ui/context.py": "what every page shows, for a request that failed before it was given its time",
    "kernel/access/http.py": "the request's time is read here, once",
}


def _where(source: Source) -> str:
    return source.where.removeprefix("src/nuanxin/")


def test_only_services_write():
    wrong = []
    for source in sources():
        if source.part in MAY_WRITE_PARTS or source.context in MAY_WRITE_CONTEXTS:
            continue
        wrong += [source.at(call) for call in _writes(source)]
    assert not wrong, "Move these into services:\n" + "\n".join(wrong)


def _writes(source: Source) -> Iterator[ast.Call]:
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, receiver = node.func.attr, ast.unparse(node.func.value)
        if name not in WRITES or receiver == "super()":
            continue
        if name in {"update", "delete", "create"} and not QUERYSET.search(receiver):
            continue
        yield node


def test_the_edge_never_touches_a_manager():
    wrong = [
        source.at(node)
        for source in sources()
        if source.part in EDGE_PARTS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
    ]
    assert not wrong, "Ask a query or a service instead:\n" + "\n".join(wrong)


def test_time_is_an_argument():
    wrong = []
    for source in sources():
        where = _where(source)
        if source.part in EDGE_PARTS or any(where.startswith(place) for place in MAY_READ_THE_CLOCK):
            continue
        wrong += [source.at(node) for node in ast.walk(source.tree) if _reads_the_clock(node)]
    assert not wrong, "Take `now` as an argument:\n" + "\n".join(wrong)


def _reads_the_clock(node: ast.AST) -> bool:
    """`timezone.now` in any form, and `timezone.localdate()` without the instant that it should convert."""
    owners = {"timezone", "datetime", "datetime.datetime", "date", "datetime.date"}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        return node.func.attr in {"localdate", "localtime"} and ast.unparse(node.func.value) in owners
    return (
        isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and ast.unparse(node.value) in owners
    )


def test_every_inline_import_says_why():
    wrong = []
    for source in sources():
        comments = _comments(source.text)
        for function in functions(source.tree):
            for node in ast.walk(function):
                if not isinstance(node, ast.Import | ast.ImportFrom):
                    continue
                lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                said = " ".join(comments.get(line, "") for line in lines)
                if not re.sub(r"#\s*(noqa|type):?[\s\w:,\[\]-]*?(--|$)", "", said).strip(" #-"):
                    wrong.append(source.at(node))
    assert not wrong, "Move these to the top, or say on the line why not:\n" + "\n".join(sorted(set(wrong)))


def _comments(text: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def test_no_module_is_named_for_nothing():
    wrong = [source.where for source in sources() if SAYS_NOTHING & set(source.path.with_suffix("").parts)]
    assert not wrong, wrong


def test_files_are_short():
    everything = [source.path for source in sources()] + [
        path for folder in ("tests", "scripts", "benchmarks") for path in (ROOT / folder).rglob("*.py")
    ]
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in everything}
    wrong = [
        f"{path.relative_to(ROOT)}: {length} lines"
        for path, length in lengths.items()
        if length > LONGEST_FILE
    ]
    assert not wrong, wrong


def test_functions_are_short():
    wrong = [
        f"{source.where}:{function.lineno} {function.name}: {length} lines"
        for source in sources()
        for function in functions(source.tree)
        if (length := (function.end_lineno or function.lineno) - function.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not wrong, wrong


def test_nothing_is_excluded_from_the_checks_wholesale():
    pattern = re.compile(r"^# (mypy: ignore-errors|ruff: noqa\s*$)", re.MULTILINE)
    wrong = [source.where for source in sources() if pattern.search(source.text)]
    assert not wrong, wrong


# A row that is not yet in the database begins in a state of its table; from then on only `Workflow.step` moves it.
BEGINS = {
    "volunteering/services/activities_many.py": "a whole season is written down as it stands",
    "volunteering/services/signing_up.py": "a sign-up begins confirmed, drawn for or waiting",
    "incentives/services/rule_changes.py": "a version begins as a proposal",
}
BY_TABLE = {"incentives", "places", "volunteering"}


def _sets_a_state(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        targets = [
            part for each in node.targets for part in (each.elts if isinstance(each, ast.Tuple) else [each])
        ]
        return any(isinstance(each, ast.Attribute) and each.attr == "state" for each in targets)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
        return any(each.arg == "state" for each in node.keywords)
    return False


def test_a_state_is_moved_by_its_table_only():
    wrong = [
        source.at(node)
        for source in sources()
        if source.context in BY_TABLE and not any(source.where.endswith(name) for name in BEGINS)
        for node in ast.walk(source.tree)
        if _sets_a_state(node)
    ]
    assert not wrong, "\n".join(wrong)
