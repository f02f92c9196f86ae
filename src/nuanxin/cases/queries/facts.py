"""What the contexts above may know of a case when they react to its events: never words, never who."""

from dataclasses import dataclass

from nuanxin.cases.enums import ClockKind, Desk, Visibility
from nuanxin.cases.models import Case, Clock
from nuanxin.kernel.worktime import Limit


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """`place` is empty for a confidential case; `first_look_within` is a limit in words."""

    number: str
    category: str
    category_name_zh: str
    place: str
    is_life_safety: bool
    awaits_verification: bool
    first_look_within: str


def case_facts(case_id: int) -> CaseFacts:
    case = Case.objects.select_related("category", "compound").get(pk=case_id)
    confidential = case.visibility == Visibility.CONFIDENTIAL
    place = case.address or (case.compound.name if case.compound else "")
    return CaseFacts(
        number=case.number,
        category=case.category_id,
        category_name_zh=case.category.name_zh,
        place="" if confidential else place,
        is_life_safety=case.urgency == "U1",
        awaits_verification=case.desk == Desk.VERIFY,
        first_look_within=_first_look(case),
    )


def _first_look(case: Case) -> str:
    """How soon somebody looks at it: the response limit, else the screening one."""
    limits = dict(
        Clock.objects.filter(case=case, kind__in=[ClockKind.RESPOND, ClockKind.SCREEN]).values_list(
            "kind", "limit"
        )
    )
    text = limits.get(ClockKind.SCREEN) or limits.get(ClockKind.RESPOND) or ""
    return Limit.parse(text).label if text else ""
