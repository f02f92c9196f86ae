"""What thanking the one who reported needs to know. Shown to nobody else: it goes to a ledger of subjects."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import BigIntegerField, UUIDField

from nuanxin.cases.enums import CaseState
from nuanxin.cases.models import Case, Reporter
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.geo.coordinates import distance_m
from nuanxin.kernel.prepared import Prepared

NEAR_M = 50
NEAR_DAYS = 7


# One's own reports up to this one, the newest first; many more in a week are none of a person's.
_own_until = Prepared(
    lambda *, case_id, subject_id: (
        Reporter.objects.filter(subject_id=subject_id, case__lte=case_id).order_by("-case").values_list(
            "case_id", "case__category_id", "case__lng", "case__lat", "case__reported_at"
        )[:60]
    ),
    case_id=BigIntegerField(), subject_id=UUIDField(),
)  # fmt: skip


def reported_here_before(*, case_id: int, subject_id: UUID) -> bool:
    """Whether the same person had reported the same kind within 50 m in the seven days before (`domain.md` §4.3).

    One statement. False for who has not reported it.
    """
    found = _own_until.rows(case_id=case_id, subject_id=subject_id)
    if not found:
        return False
    newest, category, lng, lat, reported_at = found[0]
    if newest != case_id or lng is None or lat is None:
        return False
    return any(
        kind == category
        and at > reported_at - timedelta(days=NEAR_DAYS)
        and east is not None
        and north is not None
        and distance_m(east, north, lng, lat) <= NEAR_M
        for _case, kind, east, north, at in found[1:]
    )


def closed_case_numbered(actor: Actor, number: str) -> tuple[int, str] | None:
    """A closed case that the actor may see, as id and scope code; whose it is is not said."""
    rows = Case.objects.filter(policy.rule("cases.view", actor), number=number)
    rows = rows.filter(state__in=(CaseState.CLOSED, CaseState.ARCHIVED))
    return rows.values_list("pk", "scope_code").first()


def is_reported_by(*, number: str, subject_id: UUID) -> bool | None:
    """Whether the report of that number is this subject's; None where there is no such number."""
    found = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    return None if found is None else Reporter.objects.filter(case=found, subject_id=subject_id).exists()


def subject_to_thank(case_id: int) -> UUID | None:
    """The opaque subject that reported it, for a posting; nobody once the link is cut."""
    return Reporter.objects.filter(case=case_id).values_list("subject_id", flat=True).first()


def categories_of(case_ids: Iterable[int]) -> dict[int, str]:
    """The codes of their categories, for the page of the one who reported them."""
    return dict(Case.objects.filter(pk__in=case_ids).values_list("pk", "category_id"))


def categories_numbered(numbers: Iterable[str]) -> dict[str, str]:
    """The same by the numbers of the cases."""
    return dict(Case.objects.filter(number__in=numbers).values_list("number", "category_id"))
