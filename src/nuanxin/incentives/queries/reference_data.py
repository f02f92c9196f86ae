"""The tables that a city fills in: as they stand, what was changed, and what a rule of holds would have done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import HoldReason, PostingKind, ReferenceKind
from nuanxin.incentives.models import (
    HoldRule,
    HonourKind,
    Posting,
    RatingLevel,
    ReferenceChange,
    ShopOrder,
    TipProgramme,
)
from nuanxin.incentives.queries.own_shop import keeps_shop, redeemed_there
from nuanxin.incentives.queries.suspicions import RULES, case_of
from nuanxin.kernel.errors import NotFound
from nuanxin.people.models import Assignment, Organisation
from nuanxin.people.queries import roles_holding

HOLD_COLUMNS = ("limit", "is_on")
KIND_COLUMNS = (
    "name_zh", "name_en", "about_zh", "about_en", "icon", "is_nomination_only", "publicity_days", "display_months",
    "sort", "is_active",
)  # fmt: skip
LEVEL_COLUMNS = ("minutes", "courses", "name_zh", "name_en")
PROGRAMME_COLUMNS = ("name_zh", "name_en", "department_id", "reward", "how", "is_active")
TABLES: dict[str, type[Model]] = {
    ReferenceKind.HOLD_RULE: HoldRule,
    ReferenceKind.HONOUR_KIND: HonourKind,
    ReferenceKind.RATING_LEVEL: RatingLevel,
    ReferenceKind.TIP_PROGRAMME: TipProgramme,
}
ADDED = (ReferenceKind.HONOUR_KIND, ReferenceKind.TIP_PROGRAMME)  # to these a city adds rows of its own
MONTH = timedelta(days=30)
MOST_TRIED = 200
SHOWN_CHANGES = 30
# (least, most, what the limit counts); below the least a rule would hold what everybody does.
BOUNDS: dict[HoldReason, tuple[int, int, Any]] = {
    HoldReason.SAME_PICTURE: (0, 10, _("两张照片的 64 位指纹最多差几位")),
    HoldReason.TRAVEL: (30, 200, _("两次上报之间每小时超过多少公里")),
    HoldReason.OLD_PICTURE: (5, 1440, _("拍摄和上报相差超过多少分钟")),
    HoldReason.DEVICE: (2, 20, _("一台手机上得积分的账号超过几个")),
    HoldReason.RECIPROCAL: (2, 50, _("30 天里互相确认到几次")),
    HoldReason.BURST: (3, 50, _("10 分钟里到几笔上报积分")),
    HoldReason.SELF_REDEEM: (1, 30, _("30 天里在自己能管的超市换到第几次")),
}


class ReferenceNotFound(NotFound):
    default_message = _("没有找到这一行。")
    default_hint = _("请回到列表，从那里点开。")


@dataclass(frozen=True, slots=True)
class Tried:
    """Of so many of the last month's awards, so many would have waited."""

    looked: int
    held: int
    is_all: bool


def bounds_of(reason: HoldReason) -> tuple[int, int]:
    low, high, _words = BOUNDS[reason]
    return low, high


def reference_rows(kind: str) -> list[Any]:
    """Raises `ReferenceNotFound` for a table that there is not. One statement."""
    if kind not in TABLES:
        raise ReferenceNotFound
    if kind == ReferenceKind.HOLD_RULE:
        known = {each.reason: each for each in HoldRule.objects.all()}
        return [known[reason] for reason in HoldReason.values if reason in known]
    rows = TABLES[kind]._default_manager.all()
    return list(rows.select_related("department") if kind == ReferenceKind.TIP_PROGRAMME else rows)


def reference_row(kind: str, code: str) -> Any:
    """Raises `ReferenceNotFound`."""
    found = next(
        (
            each
            for each in reference_rows(kind)
            if str(each.pk if kind != "tip_programme" else each.code) == code
        ),
        None,
    )
    if found is None:
        raise ReferenceNotFound
    return found


def changes_of(kind: str, code: str = "") -> list[ReferenceChange]:
    """The newest first."""
    rows = ReferenceChange.objects.filter(kind=kind).select_related("by__role", "by__organisation")
    return list((rows.filter(code=code) if code else rows)[:SHOWN_CHANGES])


def departments() -> list[Organisation]:
    """Those in which somebody verifies clues."""
    roles = roles_holding("incentives.tip_verify")
    held = Assignment.objects.filter(role__in=roles, organisation__isnull=False, active_to=None)
    return list(
        Organisation.objects.filter(pk__in=held.values("organisation"), is_active=True).order_by("name")
    )


def is_department(organisation_id: int) -> bool:
    return any(each.pk == organisation_id for each in departments())


def try_hold_rule(reason: str, limit: int, *, now: datetime) -> Tried:
    """What the rule would have held of the last thirty days' awards with this limit; counted, and nothing else."""
    if reason == HoldReason.SELF_REDEEM:
        return _try_orders(limit, now)
    rule = RULES[HoldReason(reason)]
    rows = Posting.objects.filter(kind=PostingKind.AWARD, at__gt=now - MONTH, at__lte=now)
    newest = list(rows.select_related("deed__mention").order_by("-pk")[: MOST_TRIED + 1])
    tried = newest[:MOST_TRIED]
    held = sum(rule(each, case_of(_number(each)), limit) is not None for each in tried)
    return Tried(len(tried), held, len(newest) <= MOST_TRIED)


def _number(posting: Posting) -> str:
    mention = getattr(posting.deed, "mention", None)
    return mention.number if mention is not None else ""


def _try_orders(limit: int, now: datetime) -> Tried:
    rows = ShopOrder.objects.filter(placed_at__gt=now - MONTH, placed_at__lte=now, person__isnull=False)
    newest = list(rows.order_by("-pk")[: MOST_TRIED + 1])
    tried = newest[:MOST_TRIED]
    held = sum(
        each.person_id is not None
        and keeps_shop(each.person_id, each.shop_id, now=each.placed_at)
        and redeemed_there(each.person_id, each.shop_id, now=each.placed_at) >= limit
        for each in tried
    )
    return Tried(len(tried), held, len(newest) <= MOST_TRIED)
