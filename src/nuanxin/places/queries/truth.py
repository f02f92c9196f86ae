"""How sure one may be of each place, in words. Four statements, however many places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext

from nuanxin.places.enums import Question, Standing, Sureness
from nuanxin.places.models import Doubt, OpenCheck, Place, Sighting
from nuanxin.places.queries.confidence import Evidence, Sign, confidence
from nuanxin.places.queries.truth_rules import truth_rules

OPPOSITE = {Standing.OPEN: False, Standing.CLOSED: True}


@dataclass(frozen=True, slots=True)
class Truth:
    """`value` 0–1 is for reckoning; people read `words` and `sureness`."""

    value: float
    sureness: Sureness
    words: str
    doubt: Doubt | None = None
    notes: tuple[str, ...] = ()
    last_at: datetime | None = None

    @property
    def is_checking(self) -> bool:
        return self.doubt is not None

    @property
    def tone(self) -> str:
        tones = {
            Sureness.SURE: "ok",
            Sureness.FAIR: "info",
            Sureness.UNSURE: "quiet",
            Sureness.CHECKING: "wait",
        }
        return tones[self.sureness]

    @property
    def icon(self) -> str:
        icons = {Sureness.SURE: "checks", Sureness.FAIR: "check", Sureness.UNSURE: "help-circle"}
        return icons.get(self.sureness, "eye")


@dataclass(slots=True)
class _Known:
    place: Place
    sightings: list[Sighting] = field(default_factory=list)
    checks: list[OpenCheck] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def truth_of(place: Place, now: datetime) -> Truth:
    return truth_of_all([place], now)[place.pk]


def truth_of_all(places: Iterable[Place], now: datetime) -> Mapping[int, Truth]:
    """Three statements for all of them."""
    known = {each.pk: _Known(each) for each in places}
    if not known:
        return {}
    since = now - timedelta(days=truth_rules().look_back)
    recent = {"place__in": known.keys(), "at__gte": since, "at__lte": now}
    for seen in Sighting.objects.filter(**recent).order_by("at"):
        known[seen.place_id].sightings.append(seen)
    for check in OpenCheck.objects.filter(**recent).order_by("at"):
        known[check.place_id].checks.append(check)
    for doubt in Doubt.objects.filter(place__in=known.keys()).order_by("since"):
        known[doubt.place_id].doubts.append(doubt)
    return {pk: _truth(each, now) for pk, each in known.items()}


def _truth(known: _Known, now: datetime) -> Truth:
    weights = truth_rules().weights
    doubt = next((each for each in known.doubts if each.settled_at is None), None)
    value = confidence(_evidence(known), now=now, weights=weights, is_checking=doubt is not None)
    sureness = Sureness.UNSURE
    if doubt is not None:
        sureness = Sureness.CHECKING
    elif value * 100 >= weights.sure_from:
        sureness = Sureness.SURE
    elif value * 100 >= weights.fair_from:
        sureness = Sureness.FAIR
    last = _last_at(known)
    return Truth(value, sureness, _words(known, doubt, last, now), doubt, tuple(_notes(known, now)), last)


def _evidence(known: _Known) -> list[Evidence]:
    found = [Evidence(Sign.CHECK, each.at) for each in known.checks]
    found += [Evidence(Sign.REPAIR, each.settled_at) for each in known.doubts if each.settled_at is not None]
    if known.place.confirmed_at:
        found.append(Evidence(Sign.KEEPER, known.place.confirmed_at))
    return found + [Evidence(_sign(each), each.at) for each in known.sightings]


def _sign(seen: Sighting) -> Sign:
    """What stands on the page was right, or it was not; unknown hours are only ever made surer by an open door."""
    if seen.question != Question.OPEN:
        return Sign.SEEN if seen.answer else Sign.LACKING
    return Sign.AGAINST if speaks_against(seen.answer, seen.expected) else Sign.SEEN


def speaks_against(answer: bool, expected: str) -> bool:  # noqa: FBT001  -- the answer is what it is about
    return OPPOSITE.get(Standing(expected), False) is answer


def _last_at(known: _Known) -> datetime | None:
    """When anybody last said that it is as the page says."""
    times = [each.at for each in _evidence(known) if each.sign not in {Sign.AGAINST, Sign.LACKING}]
    return max(times, default=None)


def _words(known: _Known, doubt: Doubt | None, last: datetime | None, now: datetime) -> str:
    if doubt is not None:
        return gettext("有人说门锁着，正在核实")
    today = _today(known, now)
    shut, opened = (_tellers(today, Question.OPEN, answer) for answer in (False, True))
    if opened or shut:
        told = [gettext("今天 %(n)d 人说开着") % {"n": opened}] if opened else []
        if shut:
            told.append(gettext("今天 %(n)d 人说关着") % {"n": shut})
        return gettext("，").join(told)
    if last is None:
        return gettext("还没有人确认过")
    days = (timezone.localdate(now) - timezone.localdate(last)).days
    if days == 0:
        return gettext("今天有人看过")
    return gettext("%(n)d 天没人确认") % {"n": days}


def _notes(known: _Known, now: datetime) -> Iterable[str]:
    """What people said of stock and cleanness today; the last word of each kind."""
    words = {
        (Question.STOCK, True): gettext("今天有人说有货"),
        (Question.STOCK, False): gettext("今天有人说缺货"),
        (Question.CLEAN, True): gettext("今天有人说干净"),
        (Question.CLEAN, False): gettext("今天有人说该打扫了"),
    }
    for question in (Question.STOCK, Question.CLEAN):
        said = [each.answer for each in _today(known, now) if each.question == question]
        if said:
            yield words[question, said[-1]]


def _today(known: _Known, now: datetime) -> list[Sighting]:
    today = timezone.localdate(now)
    return [each for each in known.sightings if timezone.localdate(each.at) == today]


def _tellers(said: list[Sighting], question: Question, answer: bool) -> int:  # noqa: FBT001  -- as above
    """Different people, as far as the day tells them apart; afterwards each tap counts."""
    rows = [each for each in said if each.question == question and each.answer is answer]
    return len({each.who or f"row {each.pk}" for each in rows})
