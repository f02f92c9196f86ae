"""Our words and theirs: fields, categories, units, states. All of it is data; no platform is named here.

Where a link says nothing, fields are named by `reference/exchange_fields.csv`, a category by its code of GB/T 30428, a
unit by our own code for its kind, and a state by our word.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_current_timezone, is_naive

from nuanxin.gateway.enums import CodeKind, TheirState

FIELDS = Path(__file__).parents[1] / "reference" / "exchange_fields.csv"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,39}")
LONGEST = 80
FUTURE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Codes:
    """What a link calls things: for each kind, ours → theirs. Several of their states may be one of ours."""

    fields: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str]]) -> "Codes":
        """From `(kind, ours, theirs)`."""
        by_kind: dict[str, dict[str, str]] = {kind: {} for kind in CodeKind.values}
        states: dict[str, tuple[str, ...]] = {}
        for kind, ours, theirs in rows:
            by_kind[kind][ours] = theirs
            if kind == CodeKind.STATE:
                states[ours] = (*states.get(ours, ()), theirs)
        return cls(
            {**default_fields(), **by_kind[CodeKind.FIELD]},
            by_kind[CodeKind.CATEGORY],
            by_kind[CodeKind.UNIT],
            states,
        )

    def named(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Our content under their names; what is empty is left out."""
        return {self.fields[name]: value for name, value in content.items() if value not in (None, "")}

    def read(self, content: Mapping[str, Any], name: str) -> Any:
        return content.get(self.fields[name])

    def state_for(self, ours: str) -> str:
        return self.states.get(ours, (ours,))[0]

    def state_from(self, theirs: str) -> str:
        """One of `TheirState`, empty for a word that nobody has mapped."""
        for ours, words in self.states.items():
            if theirs in words:
                return ours
        return theirs if theirs in TheirState.values and theirs not in self.states else ""


@dataclass(frozen=True, slots=True)
class Change:
    """What they say about one order."""

    event_id: str
    number: str
    their_number: str
    state: str
    words: str
    at: datetime


class NotUnderstood(ValueError):
    """Which of our fields is missing or wrong."""


def change_from(codes: Codes, content: Any, *, now: datetime) -> Change:
    """Raises `NotUnderstood`."""
    if not isinstance(content, dict):
        raise NotUnderstood("body")
    event_id = _text(codes, content, "event_id")
    number, theirs = _text(codes, content, "number"), _text(codes, content, "their_number")
    state = codes.state_from(_text(codes, content, "state"))
    if not event_id:
        raise NotUnderstood("event_id")
    if not (number or theirs):
        raise NotUnderstood("number")
    if not state:
        raise NotUnderstood("state")
    words = _text(codes, content, "words", longest=2000)[:300]
    return Change(event_id, number, theirs, state, words, _moment(codes, content, now=now))


def _text(codes: Codes, content: Mapping[str, Any], name: str, longest: int = LONGEST) -> str:
    value = codes.read(content, name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NotUnderstood(name)
    text = str(value).strip()
    if len(text) > longest or "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise NotUnderstood(name)
    return text


def _moment(codes: Codes, content: Mapping[str, Any], *, now: datetime) -> datetime:
    """Theirs, in ISO 8601; without a zone the city's own time. Never in the future, which would outlast all news."""
    text = _text(codes, content, "at")
    if not text:
        return now
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise NotUnderstood("at")
    if is_naive(at):
        at = at.replace(tzinfo=get_current_timezone())
    if at > now + FUTURE:
        raise NotUnderstood("at")
    return min(at, now).astimezone(UTC)


@cache
def default_fields() -> Mapping[str, str]:
    with FIELDS.open(encoding="utf-8", newline="") as file:
        return {row["ours"]: row["theirs"] for row in csv.DictReader(file)}
