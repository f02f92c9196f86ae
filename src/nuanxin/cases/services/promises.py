"""A promise that was not kept becomes a case for the community alone. Nobody is its reporter."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from nuanxin.cases.enums import PlaceSource, Source
from nuanxin.cases.models import Case, PromiseCase
from nuanxin.cases.queries.routing import suggest_units
from nuanxin.cases.services.dispatching import dispatch_case
from nuanxin.cases.services.reporting import Draft, report_case
from nuanxin.kernel.access import SYSTEM
from nuanxin.places.enums import PromiseEnd
from nuanxin.places.models import Offer
from nuanxin.places.services import settle_promise

CATEGORY = "1204"


def open_promise_case(*, offer_id: int, promise_id: int, now: datetime) -> Case | None:
    """The same promise again is the same case. Whoever runs the place gets no task and cannot read it.

    Nothing in it says who was refused, which voucher it was, nor when. Publishes `CaseReported`, `CaseFiled`,
    `TaskDispatched`.
    """
    if PromiseCase.objects.filter(promise_id=promise_id).exists():
        return None
    offer = Offer.objects.select_related("place").get(pk=offer_id)
    with transaction.atomic():
        case = report_case(actor=SYSTEM, draft=_draft(offer), key=f"promise:{promise_id}", now=now).case
        PromiseCase.objects.create(case=case, promise_id=promise_id)
        nearest = next((each for each in suggest_units(case)), None)
        if nearest is not None:
            dispatch_case(actor=SYSTEM, case=case, lead=nearest.organisation, now=now)
    return case


def promise_case_over(*, case_id: int, is_rejected: bool, now: datetime) -> None:
    """The offer is told: put right, or nothing found. A report that was merged ends with the one it went into."""
    related = PromiseCase.objects.filter(case=case_id) | PromiseCase.objects.filter(case__parent=case_id)
    end = PromiseEnd.UNFOUNDED if is_rejected else PromiseEnd.KEPT
    for each in related:
        settle_promise(promise_id=each.promise_id, end=end, now=now)


def _draft(offer: Offer) -> Draft:
    place = offer.place
    with override("zh-hans"):  # what is stored is in the language of the street
        text = _(
            "%(place)s：有人说“%(offer)s”没有兑现。请当作日常走访去看一眼，不要提有人反映；落实了告诉大家。"
        ) % {"place": place.name_zh, "offer": offer.name_zh}
    return Draft(
        category=CATEGORY, text=text, lng=place.lng, lat=place.lat, address=place.address or place.name_zh,
        place_source=PlaceSource.PIN, territory=place.scope_code, source=Source.WORKER,
    )  # fmt: skip
