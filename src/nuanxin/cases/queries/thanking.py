"""What thanking the one who reported needs to know. Shown to nobody else: it goes to a ledger of subjects."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from nuanxin.cases.enums import CaseState
from nuanxin.cases.models import Case, Reporter
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.geo.coordinates import distance_m

NEAR_M = 50
NEAR_DAYS = 7


def reported_here_before(*, case_id: int, subject_id: UUID) -> bool:
    """Whether the same person had reported the same kind within 50 m in the seven days before (`domain.md` §4.3)."""
    case = Case.objects.filter(pk=case_id).only("category_id", "lng", "lat", "reported_at").first()
    if case is None or case.lng is None or case.lat is None:
        return False
    own = Reporter.objects.filter(
        subject_id=subject_id, case__lt=case_id, case__category=case.category_id,
        case__reported_at__gt=case.reported_at - timedelta(days=NEAR_DAYS),
    )  # fmt: skip
    lng, lat = case.lng, case.lat
    places = own.exclude(case__lng=None).values_list("case__lng", "case__lat")
    return any(distance_m(float(east or 0), float(north or 0), lng, lat) <= NEAR_M for east, north in places)


def closed_case_numbered(actor: Actor, number: str) -> tuple[int, str] | None:
    """A closed case that the actor may see, as id and scope code; whose it is is not said."""
    rows = Case.objects.filter(policy.rule("cases.view", actor), number=number)
    rows = rows.filter(state__in=(CaseState.CLOSED, CaseState.ARCHIVED))
    return rows.values_list("pk", "scope_code").first()


def subject_to_thank(case_id: int) -> UUID | None:
    """The opaque subject that reported it, for a posting; nobody once the link is cut."""
    return Reporter.objects.filter(case=case_id).values_list("subject_id", flat=True).first()


def categories_of(case_ids: Iterable[int]) -> dict[int, str]:
    """The codes of their categories, for the page of the one who reported them."""
    return dict(Case.objects.filter(pk__in=case_ids).values_list("pk", "category_id"))


def categories_numbered(numbers: Iterable[str]) -> dict[str, str]:
    """The same by the numbers of the cases."""
    return dict(Case.objects.filter(number__in=numbers).values_list("number", "category_id"))
