"""Which cases may be the same thing: by kind, place and time from the index, then ranked by how alike they are.

Nothing of a confidential kind is ever a candidate, nor are there candidates for it (`domain.md` §2.3, §0.3 law 23).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import BigIntegerField, CharField, DateTimeField, Q, QuerySet
from django.utils.translation import gettext as _

from nuanxin.cases.enums import REPORTERS_STEPS, STEP_OF_STATE, CaseState, Visibility
from nuanxin.cases.models import Attachment, Case, Confirmation, Reporter
from nuanxin.cases.queries.catalogue import Kind, kind_of, kinds
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.queries.routing import compound_of
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.files.likeness import difference
from nuanxin.kernel.geo.cells import RING, ring
from nuanxin.kernel.geo.coordinates import distance_m
from nuanxin.kernel.prepared import Prepared
from nuanxin.kernel.worktime import Limit
from nuanxin.ui.phrases import half_day

MOST_FOUND, MOST_SHOWN, MOST_OFFERED = 60, 6, 3
ALIKE_BITS = 10  # of 64: the same view
UNLIKE_BITS = 26
WORDS_ALIKE = 0.35
NEVER = (CaseState.MERGED, CaseState.REJECTED)
OFFER_AGE = timedelta(hours=2)
OFFER_SALT = "nuanxin.cases.offer"
# How much each of them says; what is not known of both says nothing, and the others weigh more.
WEIGHTS = {"distance": 0.35, "time": 0.15, "words": 0.25, "picture": 0.25}


@dataclass(frozen=True, slots=True)
class Place:
    """What is looked for: a kind at a point, with the words and the looks of its pictures where they are known."""

    category: str
    lng: float
    lat: float
    text: str = ""
    looks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Similar:
    """A case that may be the same; `score` from 0 to 1, `words` and `bits` are `None` where nothing can be said."""

    pk: int
    number: str
    category: str
    state: str
    reported_at: datetime
    closed_at: datetime | None
    text: str
    distance_m: float
    score: float
    words: float | None
    bits: int | None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def step(self) -> int:
        return STEP_OF_STATE[self.state]


def _build(
    *, category: str, since: datetime, most_id: int, **bounds: int
) -> "QuerySet[Case, tuple[Any, ...]]":
    cells = Q()
    for place in range(RING):
        cells |= Q(h3__range=(bounds[f"first{place}"], bounds[f"last{place}"]))
    rows = Case.objects.filter(cells, category=category, visibility=Visibility.NORMAL)
    rows = (
        rows.filter(Q(closed_at=None) | Q(closed_at__gte=since)).exclude(state__in=NEVER).exclude(pk=most_id)
    )
    return rows.order_by().values_list(*COLUMNS)[:MOST_FOUND]


COLUMNS = ("pk", "number", "category_id", "state", "reported_at", "closed_at", "text", "lng", "lat")
_bounds = {f"{end}{place}": BigIntegerField() for place in range(RING) for end in ("first", "last")}
_candidates = Prepared(
    _build, category=CharField(), since=DateTimeField(), most_id=BigIntegerField(), **_bounds
)


def similar_cases(place: Place, *, now: datetime, without: int = 0) -> list[Similar]:
    """Of the kind, near, open or closed a short while ago, the likeliest first. Raises `NotACoordinate`.

    One statement, and one more for the pictures when both sides may have some. `without`: the case itself.
    """
    if kind_of(place.category).is_confidential:
        return []
    limits = handling_limits()
    rows = _rows(place, limits.similar_within, now - length(limits.similar_closed), without)
    looks = _looks(pk for pk, *_rest in rows) if place.looks else {}
    found = [_similar(place, row, looks.get(row[0], ()), limits.similar_within, now=now) for row in rows]
    within = [each for each in found if each.distance_m <= limits.similar_within]
    return sorted(within, key=lambda each: (-each.score, each.distance_m, each.pk))


def similar_to(case: Case, *, now: datetime) -> list[Similar]:
    """For the one who screens: at most six that may be the same as this case."""
    if case.lng is None or case.lat is None or case.visibility == Visibility.CONFIDENTIAL:
        return []
    looks = tuple(_looks([case.pk]).get(case.pk, ()))
    place = Place(case.category_id, case.lng, case.lat, case.text, looks)
    return similar_cases(place, now=now, without=case.pk)[:MOST_SHOWN]


@dataclass(frozen=True, slots=True)
class Beside:
    """A candidate beside the case on the page of who screens it."""

    similar: Similar
    why: list[str]
    photos: list[UUID]
    state: str

    @property
    def number(self) -> str:
        return self.similar.number

    @property
    def percent(self) -> int:
        return round(self.similar.score * 100)

    @property
    def label(self) -> str:
        """In one line, for a choice."""
        return " · ".join([self.number, *self.why[1:], self.similar.text[:40]])


def beside(actor: Actor, case: Case, *, now: datetime) -> list[Beside]:
    """Those of the candidates that the actor may merge this case into, with their pictures."""
    found = similar_to(case, now=now)
    if not found:
        return []
    reach = Case.objects.filter(policy.rule("cases.merge", actor), pk__in=[each.pk for each in found])
    states = {row.pk: row.get_state_display() for row in reach.only("state")}
    photos: dict[int, list[UUID]] = {}
    shown = Attachment.objects.filter(case__in=states, log__action__in=REPORTERS_STEPS).order_by("pk")
    for pk, public_id in shown.values_list("case_id", "file__public_id"):
        photos.setdefault(pk, []).append(public_id)
    return [
        Beside(each, reasons(each), photos.get(each.pk, [])[:2], states[each.pk])
        for each in found
        if each.pk in states
    ]


def length(limit: Limit) -> timedelta:
    """How long it is on the wall: windows of looking back count no working time."""
    return timedelta(days=limit.amount) if limit.kind.counts_days else timedelta(minutes=limit.amount)


def _rows(place: Place, radius: int, since: datetime, without: int) -> list[tuple[Any, ...]]:
    values: dict[str, int] = {}
    for number, cells in enumerate(ring(place.lng, place.lat, radius)):
        values[f"first{number}"], values[f"last{number}"] = cells
    return _candidates.rows(category=place.category, since=since, most_id=without, **values)


def _similar(
    place: Place, row: tuple[Any, ...], looks: Sequence[int], radius: int, *, now: datetime
) -> Similar:
    pk, number, category, state, reported_at, closed_at, text, lng, lat = row
    away = distance_m(place.lng, place.lat, lng, lat)
    age = (now - reported_at) / timedelta(days=2)
    words = words_alike(place.text, str(text)) if place.text and text else None
    bits = min((difference(one, other) for one in place.looks for other in looks), default=None)
    parts = {
        "distance": max(0.0, 1 - away / radius),
        "time": 1 / (1 + max(0.0, age)),
        "words": words,
        "picture": None if bits is None else min(1.0, max(0.0, (UNLIKE_BITS - bits) / (UNLIKE_BITS - 6))),
    }
    known = {name: value for name, value in parts.items() if value is not None}
    score = sum(WEIGHTS[name] * value for name, value in known.items()) / sum(WEIGHTS[name] for name in known)
    return Similar(
        pk,
        number,
        category,
        state,
        reported_at,
        closed_at,
        text,
        away,
        score,
        words,
        bits,
    )


def words_alike(one: str, other: str) -> float:
    """How many pairs of neighbouring characters two texts share, from 0 to 1 (Dice); order and length forgive."""
    pairs, others = _pairs(one), _pairs(other)
    if not pairs or not others:
        return 0.0
    return 2 * len(pairs & others) / (len(pairs) + len(others))


def _pairs(text: str) -> set[str]:
    letters = [letter for letter in text.lower() if letter.isalnum()]
    return {first + second for first, second in pairwise(letters)} or set(letters)


def _looks(cases: Iterable[int]) -> Mapping[int, list[int]]:
    """What the reporters' pictures of these cases look like; one statement."""
    shown = Attachment.objects.filter(case__in=list(cases), log__action__in=REPORTERS_STEPS)
    rows = shown.filter(file__likeness__isnull=False)
    found: dict[int, list[int]] = {}
    for case, likeness in rows.values_list("case_id", "file__likeness"):
        if likeness is not None:
            found.setdefault(case, []).append(likeness)
    return found


def reasons(similar: Similar) -> list[str]:
    """Why it may be the same, in words for the one who decides."""
    said = [_("同一类别"), _("相距 %(n)d 米") % {"n": round(similar.distance_m)}]
    if similar.words is not None and similar.words >= WORDS_ALIKE:
        said.append(_("描述相近"))
    if similar.bits is not None and similar.bits <= ALIKE_BITS:
        said.append(_("照片相像"))
    return said


# --- To somebody who is about to report ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Offer:
    """Coarse facts only: never the words, the pictures or the number of somebody else's report.

    `about_m` is 0 where only the compound is known. `token` lets this person alone confirm it, for a while; `own` is
    the number where it is one's own already.
    """

    category: str
    about_m: int
    reported_at: datetime
    step: int
    is_open: bool
    token: str
    own: str

    @property
    def done(self) -> int:
        """How many of the five steps are behind it."""
        return self.step - 1

    @property
    def kind(self) -> Kind:
        return kind_of(self.category)


def offers_before(
    actor: Actor,
    *,
    key: str,
    category: str,
    text: str = "",
    point: tuple[float, float] | None = None,
    compound_id: int | None = None,
    looks: Sequence[int] = (),
    now: datetime,
) -> list[Offer]:
    """What to ask about before this is sent; nothing once it has been, and nothing without a place or a kind."""
    kind = kinds().get(category)
    compound = compound_of(compound_id) if point is None else None
    if compound is not None and compound.lng is not None and compound.lat is not None:
        point = (compound.lng, compound.lat)
    if kind is None or point is None or kind.is_life_safety or kind.is_confidential:
        return []
    if Reporter.objects.filter(submitter_id=actor.subject_id, key=key).exists():
        return []
    offers = offers_for(actor, Place(category, *point, text, tuple(looks)), now=now)
    return [replace(each, about_m=0) for each in offers] if compound is not None else offers


def offers_for(actor: Actor, place: Place, *, now: datetime) -> list[Offer]:
    """What others have reported of this kind around here; none for danger to life, which nothing may delay.

    None of complaints either, and of the others the half of the day: a gate guard may report, too.
    """
    kind = kind_of(place.category)
    if kind.is_life_safety or kind.about_party or not policy.permits(actor, "cases.report"):
        return []
    found = similar_cases(place, now=now)[:MOST_OFFERED]
    mine = _followed(actor, [each.pk for each in found])
    return [
        Offer(
            category=each.category,
            about_m=coarse_m(each.distance_m),
            reported_at=half_day(each.reported_at),
            step=each.step,
            is_open=each.is_open,
            token=_token(actor, each.pk, now) if each.is_open else "",
            own=each.number if each.pk in mine else "",
        )
        for each in found
    ]


def coarse_m(metres: float) -> int:
    """In steps of ten, and never nearer than that: a place in the street, not a door."""
    return max(10, round(metres / 10) * 10)


def _followed(actor: Actor, cases: Sequence[int]) -> set[int]:
    if not cases or actor.subject_id is None:
        return set()
    reported = Reporter.objects.filter(case__in=cases, subject_id=actor.subject_id).values_list("case_id")
    confirmed = Confirmation.objects.filter(case__in=cases, subject_id=actor.subject_id).values_list(
        "case_id"
    )
    return {pk for (pk,) in reported.union(confirmed)}


def _token(actor: Actor, case_id: int, now: datetime) -> str:
    return signing.dumps([case_id, str(actor.subject_id), int(now.timestamp())], salt=OFFER_SALT)


def offered_case(actor: Actor, token: str, *, now: datetime) -> int | None:
    """The case that was offered to this very person a short while ago; `None` for anything else."""
    try:
        case_id, subject, at = signing.loads(token, salt=OFFER_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    fresh = timedelta(0) <= now - datetime.fromtimestamp(at, now.tzinfo) + timedelta(minutes=1) <= OFFER_AGE
    return int(case_id) if fresh and subject == str(actor.subject_id) and actor.subject_id else None


# --- Who follows a case ----------------------------------------------------------------------------------------------
def is_reporter(case: Case, subject_id: UUID | None) -> bool:
    """Whether this person's own words and pictures are what the case says; others who follow it read neither."""
    return subject_id is not None and Reporter.objects.filter(case=case, subject_id=subject_id).exists()


def confirmation_of(case: Case, subject_id: UUID | None) -> Confirmation | None:
    return Confirmation.objects.filter(case=case, subject_id=subject_id).first() if subject_id else None


def merged_into(case: Case) -> list[Case]:
    """The reports that were merged into this one, the earliest first."""
    return list(Case.objects.filter(parent=case).order_by("pk"))
