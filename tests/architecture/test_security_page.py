"""docs/security.md names the tests that hold its rules, and the places in the code: all of them are there."""

import ast
import re

from tests.architecture.source import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## Level 3, rule by rule")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith("| Row")
]


def test_every_rule_has_a_place_and_a_test():
    assert len(ROWS) > 40
    for row, rule, where, held in ROWS:
        assert row, rule
        assert re.findall(r"`([^`]+)`", where), rule
        assert re.findall(r"`(tests/[^`]+)`", held), rule


def test_every_test_that_is_named_exists():
    missing = []
    for *_rest, held in ROWS:
        for named in re.findall(r"`(tests/[^`]+)`", held):
            path, _colons, function = named.partition("::")
            file = ROOT / path
            if not file.exists() or (
                function and function not in _tests_in(file.read_text(encoding="utf-8"))
            ):
                missing.append(named)
    assert not missing, missing


def test_every_place_that_is_named_exists():
    places = [
        place
        for _row, _rule, where, _held in ROWS
        for place in re.findall(r"`([\w./]+)`", where)
        if "/" in place
    ]
    missing = [place for place in places if not (ROOT / "src" / "nuanxin" / place).exists()]
    assert places
    assert not missing, missing


def _tests_in(text: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
