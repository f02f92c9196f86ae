"""What people say in the demo city: short report texts, staff opinions, results, questions, ratings.

The words are data (reference/texts.csv by category, reference/phrases.csv by step). They are about places,
things and dangers, never about persons (domain.md §0.3, law 23).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from random import Random

from nuanxin.demo.names import REFERENCE

Table = dict[tuple[str, str], tuple[str, ...]]
Numbers = dict[str, int]


@cache
def _table(file: str, first: str, second: str) -> Table:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    with (REFERENCE / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[row[first], row[second]].append(row["text"])
    return {key: tuple(texts) for key, texts in found.items()}


def texts(category: str, kind: str) -> tuple[str, ...]:
    """`kind`: report | result | question | answer. Empty where a category has none (the confidential ones)."""
    return _table("texts.csv", "code", "kind").get((category, kind), ())


def phrases(kind: str, key: str = "") -> tuple[str, ...]:
    """`kind`: dispatch, claim, accept, start, make_safe, verify, rework, return (by R1–R9), reject (by 1–9), …"""
    return _table("phrases.csv", "kind", "key").get((kind, key), ())


def phrase_keys(kind: str) -> tuple[str, ...]:
    return tuple(key for found, key in _table("phrases.csv", "kind", "key") if found == kind)


def numbers(rng: Random) -> Numbers:
    """Building, unit, floor and a serial: drawn once for a report, so that its answers speak of the same house."""
    return {
        "b": rng.randint(1, 18),
        "u": rng.randint(1, 4),
        "f": rng.randint(3, 17),
        "n": rng.randint(101, 987),
    }


def say(rng: Random, choices: tuple[str, ...], filled: Numbers) -> str:
    """One of them, with its numbers filled in: {b}号楼{u}单元{f}楼. Empty if there are none to choose from."""
    return rng.choice(choices).format(**filled) if choices else ""
