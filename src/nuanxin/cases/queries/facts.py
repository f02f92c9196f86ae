"""What the contexts above may know of a case when they react to its events: never words, never who."""

from dataclasses import dataclass

from django.db.models import BigIntegerField

from nuanxin.cases.enums import Desk, Visibility
from nuanxin.cases.models import Case, Task
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.kernel.prepared import Prepared

COLUMNS = ("number", "category_id", "visibility", "desk", "address", "compound__name", "heat")


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """`place` is empty for a confidential case; `first_look_within` is a limit (`PT30M`)."""

    case_id: int
    number: str
    category: str
    category_name_zh: str
    place: str
    is_life_safety: bool
    awaits_verification: bool
    first_look_within: str
    is_confidential: bool = False
    heat: int = 1  # how many people stand behind it


_facts = Prepared(
    lambda *, case_id: Case.objects.filter(pk=case_id).values_list(*COLUMNS), case_id=BigIntegerField()
)


def case_facts(case_id: int) -> CaseFacts:
    """One statement. Raises `Case.DoesNotExist`."""
    row = _facts.first(case_id=case_id)
    if row is None:
        raise Case.DoesNotExist
    number, code, visibility, desk, address, compound, heat = row
    kind = kind_of(code)
    return CaseFacts(
        case_id=case_id,
        number=number,
        category=code,
        category_name_zh=kind.name_zh,
        place="" if visibility == Visibility.CONFIDENTIAL else address or compound or "",
        is_life_safety=kind.is_life_safety,
        awaits_verification=desk == Desk.VERIFY,
        first_look_within=str(kind.first_look or ""),
        is_confidential=visibility == Visibility.CONFIDENTIAL,
        heat=heat,
    )


def holders_of(case_id: int) -> list[int]:
    """The organisations that hold a part of it while it is being handled; none while it lies with the street."""
    held = Task.objects.filter(case=case_id, case__desk=Desk.HANDLE, ended_at=None)
    return list(held.order_by("pk").values_list("organisation_id", flat=True))
