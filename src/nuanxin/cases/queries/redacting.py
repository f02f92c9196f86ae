"""Pictures on their way to the public page: what waits for a person, and what everybody may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from nuanxin.cases.enums import LookResult, RedactionState, Visibility
from nuanxin.cases.models import Redaction
from nuanxin.kernel.access import Actor, policy, scope_q
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.files.redact import Area, AreaKind, read_areas
from nuanxin.kernel.files.services import OpenedFile, open_file

PERMISSION = "cases.release_picture"


@dataclass(frozen=True, slots=True)
class PictureFilters:
    """`show` is a state, or `all`; `found`: `some` areas, `none`, or `alone` for what no model has looked at.

    Days are those on which the case was closed, included at both ends.
    """

    show: str = RedactionState.PROPOSED
    category: str = ""
    major: str = ""
    found: str = ""
    place: str = ""
    since: date | None = None
    until: date | None = None
    number: str = ""

    def q(self) -> Q:
        where = Q() if self.show == "all" else Q(state=self.show)
        if self.category:
            where &= Q(case__category=self.category)
        elif self.major:
            where &= Q(case__category__gte=self.major + "00", case__category__lte=self.major + "99")
        if self.place:
            where &= scope_q(self.place, "case__")
        if self.since:
            where &= Q(case__closed_at__gte=_midnight(self.since))
        if self.until:
            where &= Q(case__closed_at__lt=_midnight(self.until + timedelta(days=1)))
        if self.number:
            where &= Q(case__number=self.number)
        match self.found:
            case "some":
                where &= ~Q(areas=[]) & ~Q(looked="")
            case "none":
                where &= Q(areas=[], looked=LookResult.MODELS)
            case "alone":
                where &= Q(looked__in=[LookResult.ABSENT, LookResult.FAILED])
        return where


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class PublicPicture:
    """A released picture. `kind` says what it shows (`before`, `after` …); `attachment_id` which one it was made of."""

    public_id: UUID
    case_id: int
    attachment_id: int
    kind: str
    width: int
    height: int

    @property
    def path(self) -> str:
        return reverse("cases:public_picture", args=[self.public_id])

    @property
    def thumb_path(self) -> str:
        return reverse("cases:public_thumb", args=[self.public_id])


def released_pictures(case_ids: Iterable[int]) -> dict[int, list[PublicPicture]]:
    """By case, in the order in which they were taken: only what a person has released, never an original. One query."""
    rows = _released().filter(case__in=list(case_ids))
    rows = rows.select_related("attachment", "file").order_by(
        "attachment__log_id", "attachment__position", "attachment_id"
    )
    found: dict[int, list[PublicPicture]] = {}
    for row in rows:
        if row.file is not None:
            one = PublicPicture(
                row.public_id,
                row.case_id,
                row.attachment_id,
                row.attachment.kind,
                row.file.width,
                row.file.height,
            )
            found.setdefault(row.case_id, []).append(one)
    return found


def open_public_picture(public_id: UUID, *, thumb: bool = False) -> OpenedFile:
    """For everybody who may see its case. Raises `NotFound` for what is not released, or not any more."""
    return _opened(_released().filter(public_id=public_id).first(), thumb=thumb)


def _released() -> QuerySet[Redaction]:
    """A case that has become confidential since then shows nothing any more."""
    rows = Redaction.objects.filter(state=RedactionState.RELEASED)
    return rows.exclude(case__visibility=Visibility.CONFIDENTIAL)


def open_redacted(actor: Actor, picture_id: int, *, thumb: bool = False) -> OpenedFile:
    """For whoever reviews it: the picture as it would become public. Raises `NotFound`."""
    return _opened(picture_for(actor, picture_id), thumb=thumb)


def _opened(row: Redaction | None, *, thumb: bool) -> OpenedFile:
    if row is None or row.file is None:
        raise NotFound
    return open_file(public_id=row.file.public_id, thumb=thumb)


def pictures(actor: Actor, filters: PictureFilters) -> QuerySet[Redaction]:
    """What waits in the order in which it came, everything else the latest first."""
    rows = _reach(actor).filter(filters.q())
    rows = rows.select_related("attachment", "file", "case__compound", "case__lead_organisation")
    if filters.show == RedactionState.PROPOSED:
        return rows.order_by("id")
    return rows.order_by("-reviewed_at", "-id")


def picture_counts(actor: Actor) -> dict[str, int]:
    """How many there are in each state; `busy` of the waiting ones are still being looked at by the worker."""
    rows = _reach(actor).values_list("state").annotate(n=Count("pk"), busy=Count("pk", filter=Q(looked="")))
    counts = dict.fromkeys(RedactionState.values, 0) | {"busy": 0}
    for state, n, busy in rows.order_by():
        counts[state] = n
        if state == RedactionState.PROPOSED:
            counts["busy"] = busy
    return counts


def picture_for(actor: Actor, picture_id: int) -> Redaction:
    """Raises `NotFound` to whoever may not review it."""
    rows = _reach(actor).select_related("attachment", "file", "case__compound", "case__lead_organisation")
    row = rows.filter(pk=picture_id).first()
    if row is None:
        raise NotFound
    return row


def next_picture(actor: Actor, after: int) -> int | None:
    """The next one that waits and is ready, from the beginning again after the last."""
    waiting = _reach(actor).filter(state=RedactionState.PROPOSED).exclude(looked="").exclude(pk=after)
    ids = waiting.order_by("id").values_list("pk", flat=True)
    return ids.filter(pk__gt=after).first() or ids.first()


def areas_of(row: Redaction) -> tuple[Area, ...]:
    return read_areas(row.areas)


def found_words(row: Redaction) -> dict[str, int]:
    """How many areas of each kind there are."""
    kinds = [area.kind for area in areas_of(row)]
    return {kind.value: kinds.count(kind) for kind in AreaKind}


def _reach(actor: Actor) -> QuerySet[Redaction]:
    return Redaction.objects.filter(policy.rule(PERMISSION, actor))
