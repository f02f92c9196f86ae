"""A door found locked becomes a case, and the place hears when it is over. Nobody is its reporter."""

from datetime import datetime

from django.db import transaction
from django.db.models import BigIntegerField
from django.utils.translation import gettext as _
from django.utils.translation import override

from nuanxin.cases.enums import PlaceSource, TaskRole
from nuanxin.cases.models import Case, PlaceCase
from nuanxin.cases.queries.routing import suggest_units
from nuanxin.cases.services.dispatching import dispatch_case
from nuanxin.cases.services.reporting import Draft, report_case
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.prepared import Prepared
from nuanxin.people.models import Organisation
from nuanxin.places.enums import DoubtEnd
from nuanxin.places.models import Place
from nuanxin.places.services import record_repair, settle_doubt

CATEGORY = "1201"


def open_door_case(*, place_id: int, doubt_id: int, now: datetime) -> Case | None:
    """A case for the community and whoever runs the place; the same doubt again is the same case.

    Nothing in it says who stood at the door, nor when. Publishes `CaseReported`, `CaseFiled`, `TaskDispatched`.
    """
    if PlaceCase.objects.filter(doubt_id=doubt_id).exists():
        return None
    place = Place.objects.select_related("host").get(pk=place_id)
    with transaction.atomic():
        case = report_case(actor=SYSTEM, draft=_draft(place), key=f"door:{doubt_id}", now=now).case
        PlaceCase.objects.create(case=case, place=place, doubt_id=doubt_id)
        lead = _lead(case, place)
        if lead is not None:
            dispatch_case(actor=SYSTEM, case=case, lead=lead, now=now)
    return case


def door_case_over(*, case_id: int, is_rejected: bool, now: datetime) -> None:
    """The place is told: put right, or nothing found. A report that was merged ends with the one it went into."""
    for each in [*_about.rows(case=case_id), *_gone_into.rows(case=case_id)]:
        if is_rejected:
            settle_doubt(actor=SYSTEM, place=each.place, end=DoubtEnd.UNFOUNDED, now=now)
        else:
            record_repair(actor=SYSTEM, public_id=each.place.public_id, now=now)


_about = Prepared(
    lambda *, case: PlaceCase.objects.select_related("place").filter(case=case), case=BigIntegerField()
)
_gone_into = Prepared(
    lambda *, case: PlaceCase.objects.select_related("place").filter(case__parent=case),
    case=BigIntegerField(),
)


def _draft(place: Place) -> Draft:
    with override("zh-hans"):  # what is stored is in the language of the street
        text = _("%(place)s：开放时间里门锁着，不止一个人这样说。请去看一眼，核实后告诉大家。") % {
            "place": place.name_zh
        }
    return Draft(
        category=CATEGORY, text=text, lng=place.lng, lat=place.lat, address=place.address or place.name_zh,
        place_source=PlaceSource.PIN, territory=place.scope_code,
    )  # fmt: skip


def _lead(case: Case, place: Place) -> Organisation | None:
    """Whoever runs the place; without one the unit that such reports go to, else the community's own."""
    if place.host is not None and place.host.is_active:
        return place.host
    units = suggest_units(case)
    found = next((each for each in units if each.role == TaskRole.LEAD), None) or next(iter(units), None)
    return found.organisation if found else None
