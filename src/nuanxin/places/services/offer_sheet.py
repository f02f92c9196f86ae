"""Offers, or how often they were used on which day, as a file. No persons, no hours. Audited."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.workbooks import Text
from nuanxin.places.enums import OfferState
from nuanxin.places.models import Offer
from nuanxin.places.queries.offers import OfferFilters, offers_to_export, shown_offer, uses_by_day
from nuanxin.places.queries.register import EXPORT_MOST

OFFERS = (
    _("地方"), _("区划"), _("类别"), _("名称"), _("英文名称"), _("优惠"), _("怎么用"), _("什么时候"), _("谁能用"),
    _("次数限制"), _("状态"), _("状态起"), _("原因"),
)  # fmt: skip
USES = (_("地方"), _("区划"), _("类别"), _("名称"), _("日期"), _("用了几次"), _("对不上的"))


class TooManyOffers(Invalid):
    default_message = _("符合条件的超过 5,000 行，一次导不完。")
    default_hint = _("请选一个街道或一个类别，分几次导出；没有导出任何内容。")


def export_offers(*, actor: Actor, filters: OfferFilters, what: str, form: str, now: datetime) -> File:
    """`what`: offers or uses. As far as the actor may take it out. Raises `NotAllowed`, `TooManyOffers`."""
    if not policy.permits(actor, "places.offer_export"):
        raise NotAllowed
    heading, rows = _uses(actor, filters) if what == "uses" else _offers(actor, filters, now)
    if len(rows) > EXPORT_MOST:
        raise TooManyOffers
    with transaction.atomic():
        audit.record(
            actor=actor, action="places.offer_export", object_type="offer", scope_code=actor.scope_code,
            detail={"rows": len(rows), "form": form, "what": what, "show": filters.show}, now=now,
        )  # fmt: skip
    name = f"{what}-{filters.show}-{stamp(now)}"
    return table_file(name, heading, rows, title=_("优惠"), form=form, now=now)


def _uses(actor: Actor, filters: OfferFilters) -> tuple[Sequence[Text], list[list[str]]]:
    counted = uses_by_day(actor, filters)
    return USES, [
        [*_where(offer), offer.name_zh, on.isoformat(), str(given), str(disputed)]
        for offer, on, given, disputed in counted
    ]


def _offers(actor: Actor, filters: OfferFilters, now: datetime) -> tuple[Sequence[Text], list[list[str]]]:
    return OFFERS, [_row(each, now) for each in offers_to_export(actor, filters)]


def _where(offer: Offer) -> list[str]:
    return [offer.place.name_zh, offer.place.scope_code, offer.kind.name_zh]


def _row(offer: Offer, now: datetime) -> list[str]:
    shown = shown_offer(offer, now)
    return [
        *_where(offer),
        offer.name_zh,
        offer.name_en,
        shown.worth,
        offer.terms_zh,
        shown.when,
        shown.who,
        "，".join(shown.limits),
        str(OfferState(offer.state).label),
        f"{offer.state_since:%Y-%m-%d}",
        offer.reason,
    ]
