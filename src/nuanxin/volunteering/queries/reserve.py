"""The reserve, for the few roles that read it, and for the person."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.volunteering.enums import ReserveState
from nuanxin.volunteering.models import OPEN_RESERVE, ReserveCandidate, ReserveCriterion
from nuanxin.volunteering.queries.team_catalogue import team_catalogue

PAGE = 50
TABS: dict[str, tuple[ReserveState, ...]] = {
    "applied": (ReserveState.APPLIED,),
    "pool": (ReserveState.ADMITTED, ReserveState.TRAINING),
    "engaged": (ReserveState.ENGAGED,),
    "ended": (ReserveState.REFUSED, ReserveState.WITHDRAWN, ReserveState.ENDED),
}


class CandidateNotFound(NotFound):
    default_message = _("没有找到这位后备人才。")
    default_hint = _("可能已经退出，或者不归您现在的身份看。")


def own_candidacy(actor: Actor) -> ReserveCandidate | None:
    """What runs, else the last one."""
    rows = ReserveCandidate.objects.filter(person=actor.person_id or 0)
    return rows.filter(state__in=OPEN_RESERVE).first() or rows.order_by("-pk").first()


def candidate_for(actor: Actor, public_id: UUID) -> ReserveCandidate:
    """Raises `CandidateNotFound`."""
    rows = visible(ReserveCandidate.objects.filter(public_id=public_id), "volunteering.view_reserve", actor)
    found = rows.select_related("person").first()
    if found is None:
        raise CandidateNotFound
    return found


def listed_candidates(
    actor: Actor, *, tab: str, before: int = 0, limit: int = PAGE
) -> tuple[list[ReserveCandidate], bool]:
    """The newest first. One statement."""
    rows = visible(ReserveCandidate.objects.all(), "volunteering.view_reserve", actor)
    if tab in TABS:
        rows = rows.filter(state__in=TABS[tab])
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("person").order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def candidate_counts(actor: Actor) -> dict[str, int]:
    rows = visible(ReserveCandidate.objects.all(), "volunteering.view_reserve", actor)
    return rows.aggregate(
        **{name: Count("pk", filter=Q(state__in=states)) for name, states in TABS.items()}, all=Count("pk")
    )


def criteria_of(found: ReserveCandidate) -> list[ReserveCriterion]:
    known = team_catalogue().criteria
    return [known[code] for code in found.criteria.split() if code in known]


@dataclass(frozen=True, slots=True)
class ReserveFacts:
    """What a notice needs, and whom it reaches."""

    public_id: UUID
    person_id: int
    scope_code: str


def reserve_facts(candidate_id: int) -> ReserveFacts:
    """For the contexts above. Raises `ReserveCandidate.DoesNotExist`."""
    found = ReserveCandidate.objects.get(pk=candidate_id)
    return ReserveFacts(found.public_id, found.person_id, found.scope_code)
