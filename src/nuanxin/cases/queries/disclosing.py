"""Who has looked at who reported, as the reporter is told: which office, in which role, when and why."""

from dataclasses import dataclass
from datetime import datetime

from nuanxin.cases.models import Case, Disclosure
from nuanxin.cases.queries.page import role_names


@dataclass(frozen=True, slots=True)
class Disclosed:
    """`who` is an office and a role, never a person."""

    who: str
    at: datetime
    reason: str


def disclosures_of(case: Case) -> list[Disclosed]:
    """One statement; the latest first."""
    names = role_names()
    rows = Disclosure.objects.filter(case=case).select_related("organisation").order_by("-at", "-id")
    return [Disclosed(_who(row, names), row.at, row.reason) for row in rows]


def _who(row: Disclosure, names: dict[str, str]) -> str:
    office = row.organisation.label if row.organisation else ""
    return " · ".join(filter(None, (office, names.get(row.role, ""))))
