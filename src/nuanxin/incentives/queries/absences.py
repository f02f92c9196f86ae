"""How often somebody did not come this year, what the city's star rules say to that, and what was decided."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import AbsenceState, NoShowEffect
from nuanxin.incentives.models import Absence, AbsenceReview, StarScheme
from nuanxin.incentives.queries.stars import scheme_in_force
from nuanxin.kernel.access import Actor, permits, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.volunteering.models import ServiceRecord

PAGE = 50
UNDECIDED = (AbsenceState.ASKED, AbsenceState.ANSWERED)
TABS: dict[str, tuple[AbsenceState, ...]] = {
    "todo": UNDECIDED,
    "paused": (AbsenceState.PAUSED,),
    "kept": (AbsenceState.KEPT,),
}


class AbsenceNotFound(NotFound):
    default_message = _("没有找到这一件。")
    default_hint = _("它可能不归您现在的身份看。")


@dataclass(frozen=True, slots=True)
class Counted:
    """This year's count, what the rules in force say, and the review of it, if one was asked for."""

    year: int
    count: int
    scheme: StarScheme
    review: AbsenceReview | None
    until: date | None

    @property
    def is_counting(self) -> bool:
        return self.scheme.most_no_shows > 0

    @property
    def has_effect(self) -> bool:
        return self.scheme.no_show_effect == NoShowEffect.PAUSE

    @property
    def left(self) -> int:
        return max(0, self.scheme.most_no_shows - self.count)


def absences_in(subject_id: UUID, year: int) -> int:
    rows = Absence.objects.filter(subject_id=subject_id, on__gte=date(year, 1, 1), on__lte=date(year, 12, 31))
    return rows.count()


def sign_up_of(record: UUID) -> UUID | None:
    """What a service record was signed up by, if it was."""
    rows = ServiceRecord.objects.filter(public_id=record, sign_up__isnull=False)
    return rows.values_list("sign_up__public_id", flat=True).first()


def paused_until(subject_id: UUID, *, now: datetime) -> date | None:
    """The day from which a star may be asked for again; nothing where it may be now."""
    rows = AbsenceReview.objects.filter(
        subject_id=subject_id, state=AbsenceState.PAUSED, until__gt=timezone.localdate(now)
    )
    return rows.order_by("-until").values_list("until", flat=True).first()


def own_absences(actor: Actor, *, now: datetime) -> Counted | None:
    """Nothing for who has no account."""
    if actor.subject_id is None:
        return None
    year = timezone.localdate(now).year
    reviews = visible(AbsenceReview.objects.all(), "incentives.star_apply", actor).order_by("-year")
    return Counted(
        year, absences_in(actor.subject_id, year), scheme_in_force(), reviews.first(),
        paused_until(actor.subject_id, now=now),
    )  # fmt: skip


def _listed(actor: Actor, tab: str) -> "QuerySet[AbsenceReview]":
    rows = visible(AbsenceReview.objects.all(), "incentives.star_check", actor)
    if actor.subject_id is not None:
        rows = rows.exclude(subject_id=actor.subject_id)
    return rows.filter(state__in=TABS[tab]) if tab in TABS else rows


def listed_absences(
    actor: Actor, *, tab: str, before: int = 0, limit: int = PAGE
) -> tuple[list[AbsenceReview], bool]:
    """The newest first, without whose they are; one statement."""
    rows = _listed(actor, tab).defer("subject_id")
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def absences_to_export(actor: Actor, *, tab: str, limit: int) -> list[AbsenceReview]:
    if not permits(actor, "incentives.star_check"):
        return []
    return list(_listed(actor, tab).defer("subject_id").order_by("-pk")[:limit])


def visible_absence(actor: Actor, public_id: UUID) -> AbsenceReview:
    """Raises `AbsenceNotFound`."""
    found = visible(AbsenceReview.objects.filter(public_id=public_id), "incentives.star_check", actor).first()
    if found is None:
        raise AbsenceNotFound
    return found
