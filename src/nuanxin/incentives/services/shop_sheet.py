"""Orders, a bill, a month as a file and as a sheet of paper. No persons; audited."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import OrderState
from nuanxin.incentives.models import Settlement
from nuanxin.incentives.models.shop import yuan
from nuanxin.incentives.queries.shop import shop_for
from nuanxin.incentives.queries.shop_orders import OrderFilters, filtered_orders
from nuanxin.incentives.queries.shop_reports import Report, lines_of, monthly_report, settlement_for
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid

MOST = 5000
ORDERS = (
    _("取货码前六位"), _("换的是什么"), _("积分"), _("状态"), _("什么时候换的"), _("最晚哪天取"), _("什么时候取的"),
    _("原因"),
)  # fmt: skip
LINES = (_("物品"), _("结算价（元）"), _("件数"), _("金额（元）"))
MONTH = (
    _("物品"), _("到货"), _("取走"), _("过期、破损"), _("盘点更正"), _("收回积分"), _("结算费用（元）"), _("现在有"),
)  # fmt: skip


class TooManyOrders(Invalid):
    default_message = _("符合条件的超过 5,000 行，一次导不完。")
    default_hint = _("请选一样东西或者一个状态，分几次导出；没有导出任何内容。")


def export_orders(*, actor: Actor, shop_id: UUID, filters: OrderFilters, form: str, now: datetime) -> File:
    """The list as it is narrowed. Raises `ShopNotFound`, `TooManyOrders`."""
    shop = shop_for(actor, shop_id, "incentives.shop_export")
    found = filtered_orders(actor, shop, filters).select_related("item").order_by("-pk")
    rows = [
        [
            each.number,
            each.item.name_zh,
            str(each.points),
            str(OrderState(each.state).label),
            _moment(each.placed_at),
            _moment(each.collect_by),
            _moment(each.collected_at),
            each.return_reason,
        ]
        for each in found[: MOST + 1]
    ]
    if len(rows) > MOST:
        raise TooManyOrders
    _note(actor, "orders", shop.place.scope_code, len(rows), form, now)
    name = f"orders-{filters.show}-{stamp(now)}"
    return table_file(name, ORDERS, rows, title=gettext("兑换"), form=form, now=now)


def export_settlement(*, actor: Actor, public_id: UUID, form: str, now: datetime) -> File:
    """Raises `SettlementNotFound`."""
    bill = settlement_for(actor, public_id, "incentives.shop_export")
    rows = [*_bill_rows(bill), [gettext("合计"), "", str(bill.count), yuan(bill.total_fen)]]
    _note(actor, "settlement", bill.shop.place.scope_code, len(rows), form, now)
    name = f"settlement-{bill.month:%Y-%m}-{bill.pk}"
    return table_file(name, LINES, rows, title=gettext("结算"), form=form, now=now)


def export_report(*, actor: Actor, shop_id: UUID, month: date, form: str, now: datetime) -> File:
    """Raises `ShopNotFound`."""
    shop = shop_for(actor, shop_id, "incentives.shop_export")
    report = monthly_report(shop, month, now=now)
    rows = [*_month_rows(report), _month_total(report)]
    _note(actor, "report", shop.place.scope_code, len(rows), form, now)
    name = f"shop-report-{month:%Y-%m}"
    return table_file(name, MONTH, rows, title=gettext("月报"), form=form, now=now)


def print_settlement(*, actor: Actor, public_id: UUID, now: datetime) -> dict[str, Any]:
    """What `print/shop_paper.typ` sets. Raises `SettlementNotFound`."""
    bill = settlement_for(actor, public_id, "incentives.shop_export")
    _note(actor, "settlement", bill.shop.place.scope_code, bill.count, "pdf", now)
    return {
        **_paper(gettext("志愿服务超市结算单"), bill.shop.name),
        "facts": [
            [gettext("月份"), f"{bill.month:%Y-%m}"],
            [gettext("供应方"), bill.supplier.name],
            [gettext("结算"), _moment(bill.closed_at)],
            [gettext("批准"), _moment(bill.approved_at) or gettext("还没有批准")],
        ],
        "head": [str(each) for each in LINES],
        "rows": _bill_rows(bill),
        "total": [gettext("合计"), "", str(bill.count), yuan(bill.total_fen)],
        "notes": [
            gettext("件数是当月交到本人手里、还没有结过的；负数是以前结过、后来因为有问题退回的。"),
            statement(),
        ],
        "signs": [gettext("经办人"), gettext("批准人"), gettext("供应方")],
    }


def print_report(*, actor: Actor, shop_id: UUID, month: date, now: datetime) -> dict[str, Any]:
    """Likewise of a month. Raises `ShopNotFound`."""
    shop = shop_for(actor, shop_id, "incentives.shop_export")
    report = monthly_report(shop, month, now=now)
    _note(actor, "report", shop.place.scope_code, len(report.lines), "pdf", now)
    ended = gettext("取消 %(cancelled)s 单，过期 %(expired)s 单，有问题退回 %(returned)s 单，积分都退回了。")
    return {
        **_paper(gettext("志愿服务超市月报"), report.shop.name),
        "facts": [
            [gettext("月份"), f"{report.month:%Y-%m}"],
            [gettext("取走"), gettext("%s 件") % report.collected],
            [gettext("收回积分"), str(report.points)],
            [gettext("结算费用"), gettext("%s 元") % yuan(report.cost_fen)],
        ],
        "head": [str(each) for each in MONTH],
        "rows": _month_rows(report),
        "total": _month_total(report),
        "notes": [
            ended
            % {
                "cancelled": report.cancelled,
                "expired": report.expired,
                "returned": report.returned,
            },
            statement(),
        ],
        "signs": [gettext("经办人"), gettext("负责人")],
    }


def statement() -> str:
    return gettext(
        "志愿服务超市不以营利为目的：积分不能提现、不能转让，不影响派单和收入；费用只用来付给供应方。"
    )


def _bill_rows(bill: Settlement) -> list[list[str]]:
    return [
        [each.item.name_zh, yuan(each.price_fen), str(each.count), yuan(each.total_fen)]
        for each in lines_of(bill)
    ]


def _month_rows(report: Report) -> list[list[str]]:
    return [
        [
            each.item.name_zh,
            *(str(number) for number in (each.came, each.taken, each.spoiled, each.corrected, each.points)),
            yuan(each.cost_fen),
            str(each.rest),
        ]
        for each in report.lines
    ]


def _month_total(report: Report) -> list[str]:
    corrected, rest = sum(each.corrected for each in report.lines), sum(each.rest for each in report.lines)
    return [
        gettext("合计"), str(report.came), str(report.collected), str(report.spoiled), str(corrected),
        str(report.points), yuan(report.cost_fen), str(rest),
    ]  # fmt: skip


def _paper(title: str, name: str) -> dict[str, Any]:
    return {"title": title, "lead": name, "lang": "en" if (get_language() or "").startswith("en") else "zh"}


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _note(actor: Actor, what: str, scope_code: str, rows: int, form: str, now: datetime) -> None:
    with transaction.atomic():
        audit.record(
            actor=actor, action="incentives.shop_export", object_type=what, scope_code=scope_code,
            detail={"rows": rows, "form": form}, now=now,
        )  # fmt: skip
