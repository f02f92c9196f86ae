"""What somebody looks at before a solved case becomes public: the queue, the facts, the words and what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple
from uuid import UUID

import h3.api.basic_int as h3_int
from django.db.models import Count, Q, QuerySet

from nuanxin.cases.enums import CaseState, MessageDirection, Outcome, PublicationState, RedactionState
from nuanxin.cases.models import Case, CaseLog, CaseMessage, Publication, Rating, Redaction
from nuanxin.cases.queries.catalogue import Kind, kind_of
from nuanxin.cases.queries.publications import unit_told
from nuanxin.cases.queries.publishing import is_public_area, is_public_kind, sensitive_words
from nuanxin.cases.queries.redacting import PublicPicture, open_public_picture, released_pictures
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.access.scope import LEVELS, padded, scope_q
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.files.services import OpenedFile
from nuanxin.kernel.privacy.flags import Flag, flags
from nuanxin.people.enums import UnitType
from nuanxin.people.models import Organisation
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name, path_names

PAGE = 30
COARSE = 8  # H3 resolution: hexagons of about 0.7 km²
WORDS = ("title", "wrong", "done")
OPEN_STATES = (PublicationState.WANTED, PublicationState.IN_REVIEW)
AT_ONE_PLACE = frozenset({UnitType.WY, UnitType.OP})  # their names would name the compound or the shop
SAID_BY_REPORTER = ("report", "reopen")


class Tab(NamedTuple):
    name: str
    states: tuple[str, ...]


TABS = {
    "waiting": Tab("waiting", OPEN_STATES),
    "published": Tab("published", (PublicationState.PUBLISHED,)),
    "over": Tab("over", (PublicationState.REFUSED, PublicationState.WITHDRAWN)),
}


@dataclass(frozen=True, slots=True)
class ReviewFilters:
    """All may be left out. `words` are looked for in what the office wrote, a whole case number finds its case.

    Days are those on which it was solved, included at both ends: when the reporter agreed narrows nothing.
    """

    words: str = ""
    category: str = ""
    major: str = ""
    place: str = ""
    since: date | None = None
    until: date | None = None

    def q(self) -> Q:
        where = Q()
        if self.category:
            where &= Q(category=self.category)
        elif self.major:
            where &= Q(category__gte=self.major + "00", category__lte=self.major + "99")
        if self.place:
            where &= scope_q(self.place)
        if self.since:
            where &= Q(solved_on__gte=self.since)
        if self.until:
            where &= Q(solved_on__lte=self.until)
        if self.words:
            written = (Q(**{f"{name}__icontains": self.words}) for name in (*WORDS, "reason"))
            where &= reduce(or_, written, Q(case__number=self.words))
        return where


NO_FILTERS = ReviewFilters()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the queue. Days, no hours: when the reporter agreed is nobody's business here."""

    publication: Publication
    kind: Kind
    area: str


@dataclass(frozen=True, slots=True)
class Review:
    """All that the moderator looks at. `told` are the office's own words, to write from."""

    publication: Publication
    kind: Kind
    area: str
    unit: str
    told: Sequence[str]
    pictures: Sequence[PublicPicture]
    waiting_pictures: int
    may_be_shown: bool

    @property
    def case(self) -> Case:
        return self.publication.case


def may_be_public(case: Case) -> bool:
    """Solved, still closed, of a kind and in a territory that the city shows."""
    return (
        case.state in {CaseState.CLOSED, CaseState.ARCHIVED}
        and case.outcome == Outcome.SOLVED
        and is_public_kind(kind_of(case.category_id))
        and is_public_area(case.scope_code)
    )


def publication_of(case: Case) -> Publication | None:
    return Publication.objects.filter(case=case).first()


def review_rows(
    actor: Actor, *, tab: str = "waiting", filters: ReviewFilters = NO_FILTERS
) -> QuerySet[Publication]:
    """What waits, the oldest first; the rest, the latest first."""
    chosen = TABS.get(tab, TABS["waiting"])
    rows = _seen_by(actor).filter(filters.q(), state__in=chosen.states).select_related("case")
    return rows.order_by("id" if chosen.name == "waiting" else "-id")


def publications(
    actor: Actor, *, tab: str = "waiting", filters: ReviewFilters = NO_FILTERS, before: int = 0
) -> list[Waiting]:
    """At most `PAGE` + 1 after the row `before`. Two statements."""
    rows = review_rows(actor, tab=tab, filters=filters)
    if before:
        rows = rows.filter(pk__gt=before) if tab == "waiting" else rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    areas = path_names((row.scope_code for row in found), top=Level.STREET)
    return [Waiting(row, kind_of(row.category_id), areas[row.scope_code]) for row in found]


def publication_counts(actor: Actor, filters: ReviewFilters = NO_FILTERS) -> dict[str, int]:
    """How many on each tab; one statement."""
    counted = {name: Count("id", filter=Q(state__in=tab.states)) for name, tab in TABS.items()}
    return dict(_seen_by(actor).filter(filters.q()).aggregate(**counted))


def publication_for(actor: Actor, public_id: UUID) -> Publication:
    """Raises `NotFound`; also to whoever handled it."""
    row = (
        _seen_by(actor)
        .filter(public_id=public_id)
        .select_related("case__handled_by", "case__compound")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def review(actor: Actor, public_id: UUID) -> Review:
    """Raises `NotFound`."""
    row = publication_for(actor, public_id)
    return Review(
        publication=row,
        kind=kind_of(row.category_id),
        area=area_told(row.scope_code),
        unit=unit_told(**unit_shown(row.case.handled_by)),
        told=_told(row.case),
        pictures=released_pictures([row.case_id]).get(row.case_id, []),
        waiting_pictures=Redaction.objects.filter(case=row.case_id, state=RedactionState.PROPOSED).count(),
        may_be_shown=may_be_public(row.case),
    )


def open_released(actor: Actor, public_id: UUID, attachment_id: int) -> OpenedFile:
    """Raises `NotFound` for a picture that nobody has released, and to whoever may not publish the case."""
    row = publication_for(actor, public_id)
    pictures = released_pictures([row.case_id]).get(row.case_id, [])
    found = next((each for each in pictures if each.attachment_id == attachment_id), None)
    if found is None:
        raise NotFound
    return open_public_picture(found.public_id, thumb=True)


def flags_in(case: Case, words: Mapping[str, str]) -> dict[str, list[Flag]]:
    """What in the public words points at a person or repeats the reporter, by field; fields without are left out."""
    said, careful = _said(case), (*sensitive_words(), *_names_of_place(case))
    found = {name: flags(words.get(name, ""), careful, said) for name in WORDS}
    return {name: each for name, each in found.items() if each}


def coarse(lng: float | None, lat: float | None) -> tuple[float | None, float | None]:
    """The middle of the hexagon about a kilometre across in which the point lies."""
    if lng is None or lat is None:
        return None, None
    middle = h3_int.cell_to_latlng(h3_int.latlng_to_cell(lat, lng, COARSE))
    return round(middle[1], 5), round(middle[0], 5)


def community_of(scope_code: str) -> str:
    """The 12-digit code of the community; of the street, where no community is known."""
    return padded(scope_code[: LEVELS["community"]])


def area_told(scope_code: str) -> str:
    return path_name(scope_code, top=Level.STREET)


def unit_shown(unit: Organisation | None) -> dict[str, str]:
    """The two columns of who fixed it: by name, but a property manager or a shop only by what it is."""
    if unit is None:
        return {"unit": "", "unit_kind": ""}
    if unit.unit_type in AT_ONE_PLACE:
        return {"unit": "", "unit_kind": unit.unit_type}
    return {"unit": unit.label, "unit_kind": ""}


def days_taken(publication: Publication) -> timedelta:
    return publication.solved_on - publication.reported_on


def _seen_by(actor: Actor) -> QuerySet[Publication]:
    return Publication.objects.filter(policy.rule("cases.publish", actor))


def _told(case: Case) -> list[str]:
    """What the offices wrote that the reporter may read as well: the result, the verification."""
    rows = CaseLog.objects.filter(
        case=case, action__in=("submit_result", "self_handle", "pass", "finish_stage")
    )
    return [words for words in rows.values_list("opinion", flat=True) if words]


def _said(case: Case) -> list[str]:
    """All that those who reported it have written, here or in reports that were merged into it."""
    of_all = Q(case=case) | Q(case__parent=case)
    reports = Case.objects.filter(Q(pk=case.pk) | Q(parent=case)).values_list("text", "address")
    answers = CaseMessage.objects.filter(of_all, direction=MessageDirection.FROM_REPORTER)
    comments = Rating.objects.filter(of_all).values_list("comment", flat=True)
    again = CaseLog.objects.filter(of_all, action__in=SAID_BY_REPORTER, role="reporter")
    return [
        *(words for row in reports for words in row),
        *answers.values_list("text", flat=True),
        *comments,
        *again.values_list("opinion", flat=True),
    ]


def _names_of_place(case: Case) -> list[str]:
    """The compound by name, and the address as it was given: nearer than the public place."""
    names = [case.compound.name if case.compound else "", case.address]
    return [name for name in names if len(name) > 1]
