"""What the contexts above may know of a case when they react to its events: never words, never who."""

from dataclasses import dataclass

from nuanxin.cases.enums import Desk, Visibility
from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import kind_of

COLUMNS = ("number", "category_id", "visibility", "desk", "address", "compound__name")


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """`place` is empty for a confidential case; `first_look_within` is a limit (`PT30M`)."""

    number: str
    category: str
    category_name_zh: str
    place: str
    is_life_safety: bool
    awaits_verification: bool
    first_look_within: str


def case_facts(case_id: int) -> CaseFacts:
    """One statement."""
    case = Case.objects.select_related("compound").only(*COLUMNS).get(pk=case_id)
    kind = kind_of(case.category_id)
    confidential = case.visibility == Visibility.CONFIDENTIAL
    place = case.address or (case.compound.name if case.compound else "")
    return CaseFacts(
        number=case.number,
        category=case.category_id,
        category_name_zh=kind.name_zh,
        place="" if confidential else place,
        is_life_safety=kind.is_life_safety,
        awaits_verification=case.desk == Desk.VERIFY,
        first_look_within=str(kind.first_look or ""),
    )
