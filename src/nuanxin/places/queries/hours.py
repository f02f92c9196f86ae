"""Whether a place is open, until when, and what is next. The one place that asks the engine of opening hours."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.opening import InvalidOpening, Kind, State, parse
from nuanxin.places.enums import ExceptionKind, PlaceState, Standing
from nuanxin.places.models import OpeningException, Place
from nuanxin.ui.hours import state_words

Text = str | Promise
ALWAYS = "24/7"
JUDGED = ("pk", "opening", "state", "valid_from", "valid_to")  # what `hours_of` looks at
NAMED = 1000  # more places than that are not named one by one: what runs now is looked at for the whole city
DAYS = {
    "Mo": _("周一"), "Tu": _("周二"), "We": _("周三"), "Th": _("周四"), "Fr": _("周五"), "Sa": _("周六"),
    "Su": _("周日"), "PH": _("节假日"),
}  # fmt: skip
SIGNS: tuple[tuple[str, Text], ...] = (
    (r"\bMo-Su\b", _("每天")),
    (r"\b24/7\b", _("24 小时")),
    (r"\b(Mo|Tu|We|Th|Fr|Sa|Su)-(Mo|Tu|We|Th|Fr|Sa|Su)\b", r"\1 – \2"),
    *((rf"\b{day}\b", words) for day, words in DAYS.items()),
    (r"\b(off|closed)\b", _("不开")),
    (r"\s*;\s*", _("；")),
)


@dataclass(frozen=True, slots=True)
class Hours:
    """`until` is when the answer changes, where that is known; `why` what it rests on beside the weekly hours."""

    standing: Standing
    until: datetime | None = None
    why: Text = ""
    then: Standing | None = None

    @property
    def is_open(self) -> bool:
        return self.standing is Standing.OPEN

    @property
    def tone(self) -> str:
        return {Standing.OPEN: "ok", Standing.CLOSED: "quiet", Standing.UNKNOWN: "wait"}[self.standing]

    @property
    def icon(self) -> str:
        return {Standing.OPEN: "door-enter", Standing.CLOSED: "lock", Standing.UNKNOWN: "help-circle"}[
            self.standing
        ]

    def words(self, now: datetime) -> str:
        """`营业中，22:00 关门`."""
        kind = Kind(self.standing.value)
        following = Kind(self.then.value) if self.then else Kind.CLOSED if kind is Kind.OPEN else Kind.OPEN
        return state_words(State(kind, self.until, following if self.until else None), now=now)


def hours_of(place: Place, exceptions: Iterable[OpeningException], now: datetime) -> Hours:
    """What is said for this hour goes before the weekly hours; a place that is not in service is closed."""
    if place.state != PlaceState.OPEN:
        return Hours(Standing.CLOSED, why=PlaceState(place.state).label)
    if outside := _outside_season(place, timezone.localdate(now)):
        return outside
    running = [each for each in exceptions if each.starts_at <= now < each.ends_at]
    for kind in (ExceptionKind.CLOSED, ExceptionKind.OPEN):
        found = [each for each in running if each.kind == kind]
        if found:
            last = max(each.ends_at for each in found)
            return _excepted(Standing(kind.value), last, place.opening, found[0].reason or kind.label)
    return weekly(place.opening, now)


def _excepted(standing: Standing, last: datetime, opening: str, why: Text) -> Hours:
    """Until the exception ends, or, where the weekly hours then say the same, until they say otherwise."""
    after = weekly(opening, last)
    if after.standing is standing:
        return Hours(standing, after.until, why, after.then)
    return Hours(standing, last, why, after.standing)


def _outside_season(place: Place, today: date) -> Hours | None:
    if place.valid_from and today < place.valid_from:
        return Hours(Standing.CLOSED, why=_("还没到启用的日子"))
    if place.valid_to and today > place.valid_to:
        return Hours(Standing.CLOSED, why=_("今年已经结束"))
    return None


def weekly(opening: str, now: datetime) -> Hours:
    """What the opening hours say; unknown where there are none, or none that can be read."""
    try:
        return _told(parse(opening).at(now)) if opening else Hours(Standing.UNKNOWN)
    except InvalidOpening:
        return Hours(Standing.UNKNOWN)


def _told(state: State) -> Hours:
    then = Standing(state.then.value) if state.then else None
    return Hours(Standing(state.kind.value), state.until, state.comment, then)


def hours_of_all(places: Iterable[Any], now: datetime) -> Mapping[int, Hours]:
    """One statement for all of them: places, or rows with their `pk` and what `JUDGED` names."""
    rows = list(places)
    told: dict[int, list[OpeningException]] = {}
    live = OpeningException.objects.filter(starts_at__lte=now, ends_at__gt=now)
    if len(rows) <= NAMED:
        live = live.filter(place__in=[each.pk for each in rows])
    for each in live if rows else ():
        told.setdefault(each.place_id, []).append(each)
    return _answers(rows, told, now)


def _answers(rows: list[Any], told: Mapping[int, list[OpeningException]], now: datetime) -> dict[int, Hours]:
    """Where nothing but the weekly hours says anything, places with the same hours have the same answer."""
    found: dict[int, Hours] = {}
    plain: dict[str, Hours] = {}
    for each in rows:
        pk, opening = each.pk, each.opening
        if pk in told or each.state != PlaceState.OPEN or each.valid_from or each.valid_to:
            found[pk] = hours_of(each, told.get(pk, ()), now)
            continue
        if opening not in plain:
            plain[opening] = weekly(opening, now)
        found[pk] = plain[opening]
    return found


def in_words(opening: str) -> str:
    """The weekly hours as a reader takes them in: `周一至周五 08:00-22:00；节假日不开`."""
    text = opening.strip()
    if text == ALWAYS:
        return gettext("全年，24 小时")
    for sign, words in SIGNS:
        text = re.sub(sign, str(words), text)
    return text
