"""What everybody may read of solved cases: reviewed rows with coarse places, and nothing of persons.

All that is public is read here, whether for the page, the map or another system. A row is there only as long as all of
it holds: published, in a territory and of a kind that the city shows, still closed as solved, and its reporter's
consent not taken back. Each statement asks anew; nothing of it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from nuanxin.cases.enums import CaseState, Outcome, PublicationState
from nuanxin.cases.models import Publication, Reporter
from nuanxin.cases.queries.catalogue import Kind, kind_of
from nuanxin.cases.queries.publishing import public_kinds, shown_areas
from nuanxin.cases.queries.redacting import PublicPicture, open_public_picture, released_pictures
from nuanxin.kernel.access.scope import level_of, scope_q
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.files.services import OpenedFile
from nuanxin.people.enums import UnitType
from nuanxin.people.queries.subjects import subjects_agreeing
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_names

PAGE = 20
MOST = 1000
CONSENT = "publication"  # the purpose, in people's consents


@dataclass(frozen=True, slots=True)
class PublicFilters:
    """All may be left out. Days are included at both ends.

    `scope_code` a division code down to the community; `solved_*` when it was closed, `reported_*` when it was
    reported; `after` the cursor of the last row that one has.
    """

    scope_code: str = ""
    categories: Sequence[str] = ()
    major: str = ""
    solved_since: date | None = None
    solved_until: date | None = None
    reported_since: date | None = None
    reported_until: date | None = None
    numbers: Sequence[str] = ()
    public_ids: Sequence[UUID] = ()

    def q(self) -> Q:
        where = Q()
        if self.scope_code:
            where &= _inside(self.scope_code)
        if self.categories:
            where &= Q(category__in=self.categories)
        if self.major:
            where &= Q(category__major=self.major)
        if self.numbers:
            where &= Q(case__number__in=self.numbers)
        if self.public_ids:
            where &= Q(public_id__in=self.public_ids)
        between = {
            "solved_on__gte": self.solved_since,
            "solved_on__lte": self.solved_until,
            "reported_on__gte": self.reported_since,
            "reported_on__lte": self.reported_until,
        }
        return where & Q(**{name: day for name, day in between.items() if day is not None})


@dataclass(frozen=True, slots=True)
class PublicRow:
    """One solved case as everybody may know it.

    `public_id` is its name on the public page, `number` the case number (area, day and serial) for systems that
    answer by it. `area_code` is a community, or a street where that is all that is known; `lng, lat` (WGS-84) the
    middle of a hexagon about a kilometre across, `None` where there was no point. `before` and `after` are blurred,
    released and public under their `path`.
    """

    id: int
    public_id: UUID
    number: str
    kind: Kind
    title: str
    wrong: str
    done: str
    unit: str
    area_code: str
    area: str
    lng: float | None
    lat: float | None
    reported_on: date
    solved_on: date
    published_on: date
    before: PublicPicture | None = None
    after: PublicPicture | None = None

    @property
    def cursor(self) -> str:
        return f"{self.solved_on:%Y%m%d}-{self.id}"

    @property
    def days(self) -> int:
        """How many days it took, by the calendar."""
        return (self.solved_on - self.reported_on).days


class Cursor(NamedTuple):
    solved_on: date
    id: int


def public_rows(
    filters: PublicFilters | None = None, *, after: str = "", most: int = PAGE
) -> list[PublicRow]:
    """At most `most` rows, the latest solved first, from behind the cursor on. Three statements, however many."""
    rows = visible_publications().filter((filters or PublicFilters()).q())
    cursor = read_cursor(after)
    if cursor:
        rows = rows.filter(
            Q(solved_on__lt=cursor.solved_on) | Q(solved_on=cursor.solved_on, id__lt=cursor.id)
        )
    found = list(rows.select_related("case").order_by("-solved_on", "-id")[: max(1, min(most, MOST))])
    return _drawn(found)


def public_row(*, public_id: UUID | None = None, number: str = "") -> PublicRow | None:
    """One of them, by either name; `None` for what is not, or no longer, public."""
    named = {"public_id": public_id} if public_id else {"case__number": number}
    found = list(visible_publications().filter(**named).select_related("case")[:1])
    return _drawn(found)[0] if found else None


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """How many rows there are under these filters, and the first day on which one of them was solved."""

    count: int
    since: date | None


def public_figures(filters: PublicFilters | None = None) -> PublicFigures:
    """One statement."""
    rows = visible_publications().filter((filters or PublicFilters()).q())
    return PublicFigures(**rows.aggregate(count=Count("id"), since=Min("solved_on")))


def open_picture(public_id: UUID, *, thumb: bool = False) -> OpenedFile:
    """A picture of a row that is public now. Raises `NotFound` for any other, released or not."""
    shown = Q(before__redaction__public_id=public_id) | Q(after__redaction__public_id=public_id)
    if not visible_publications().filter(shown).exists():
        raise NotFound
    return open_public_picture(public_id, thumb=thumb)


def read_cursor(text: str) -> Cursor | None:
    """`None` for none and for what is no cursor."""
    day, _dash, row_id = text.partition("-")
    if not (day.isdecimal() and day.isascii() and len(day) == 8):
        return None
    if not (row_id.isdecimal() and row_id.isascii() and len(row_id) <= 18):
        return None
    try:
        return Cursor(date(int(day[:4]), int(day[4:6]), int(day[6:])), int(row_id))
    except ValueError:
        return None


def visible_publications() -> QuerySet[Publication]:
    """The one place that says what is public now."""
    return Publication.objects.filter(
        shown_areas(),
        _agreed(),
        state=PublicationState.PUBLISHED,
        category__in=public_kinds(),
        case__state__in=(CaseState.CLOSED, CaseState.ARCHIVED),
        case__outcome=Outcome.SOLVED,
    )


def _agreed() -> Q:
    """The reporter has not taken the consent back, here or with all consents at once.

    A year after the end nobody is known as the reporter any more; what was agreed to until then stays.
    """
    reporter = Reporter.objects.filter(case=OuterRef("case"))
    known = reporter.filter(subject_id__in=subjects_agreeing(CONSENT))
    return Q(Exists(known)) | Q(Exists(reporter.filter(subject_id=None)))


def unit_told(unit: str, unit_kind: str) -> str:
    """Its name, or in the reader's language what kind of unit it is."""
    return unit or (str(UnitType(unit_kind).label) if unit_kind else "")


def _inside(scope_code: str) -> Q:
    try:
        level_of(scope_code)
    except ValueError:
        return Q(pk__in=[])
    return scope_q(scope_code)


def _drawn(rows: Sequence[Publication]) -> list[PublicRow]:
    if not rows:
        return []
    areas = path_names((row.scope_code for row in rows), top=Level.STREET)
    pictures = {
        picture.attachment_id: picture
        for of_case in released_pictures([row.case_id for row in rows]).values()
        for picture in of_case
    }
    return [
        PublicRow(
            id=row.pk,
            public_id=row.public_id,
            number=row.case.number,
            kind=kind_of(row.category_id),
            title=row.title,
            wrong=row.wrong,
            done=row.done,
            unit=unit_told(row.unit, row.unit_kind),
            area_code=row.scope_code,
            area=areas[row.scope_code],
            lng=row.lng,
            lat=row.lat,
            reported_on=row.reported_on,
            solved_on=row.solved_on,
            published_on=row.published_on or row.solved_on,
            before=pictures.get(row.before_id or 0),
            after=pictures.get(row.after_id or 0),
        )
        for row in rows
    ]
