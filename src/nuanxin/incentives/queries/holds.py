"""Held awards: one's own in plain words, those that somebody is to look at, and what has become of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy

from nuanxin.incentives.enums import HoldReason, HoldState, Reviewed
from nuanxin.incentives.models import Appeal, Hold, ShopOrder
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import NotFound

PAGE = 50
EXPORT_MOST = 5000
UNDECIDED = (HoldState.HELD, HoldState.ANSWERED)
KEPT_AFTER = timedelta(days=90)
APPEAL_WITHIN = timedelta(days=30)
TABS: dict[str, tuple[HoldState, ...]] = {
    "todo": UNDECIDED,
    "released": (HoldState.RELEASED,),
    "denied": (HoldState.DENIED,),
}
# What its owner reads: what was noticed, without a reproach.
WHY: Mapping[str, Any] = {
    HoldReason.SAME_PICTURE: gettext_lazy("这次的照片和另一次上报的照片看起来是同一张。"),
    HoldReason.TRAVEL: gettext_lazy("这次和另一次上报的地点相距较远，中间的时间骑车到不了。"),
    HoldReason.OLD_PICTURE: gettext_lazy("照片记录的拍摄时间和上报的时间差得比较多。"),
    HoldReason.DEVICE: gettext_lazy("有几个账号用了同一台手机。"),
    HoldReason.RECIPROCAL: gettext_lazy("您和另一个账号多次互相点了“我也看到了”。"),
    HoldReason.BURST: gettext_lazy("十分钟里得了好几笔上报积分。"),
    HoldReason.SELF_REDEEM: gettext_lazy("这一单像是自己店里兑给了自己。"),
}
# Where the evidence has this key, it is said so.
SEEN: Mapping[str, tuple[str, Any]] = {
    HoldReason.SAME_PICTURE: (
        "bits",
        gettext_lazy("两张照片的 64 位指纹差 %(bits)s 位；10 位以内一般是同一个画面。"),
    ),
    HoldReason.TRAVEL: ("km", gettext_lazy("相距 %(km)s 公里，中间隔 %(minutes)s 分钟。")),
    HoldReason.OLD_PICTURE: (
        "minutes",
        gettext_lazy("拍摄和上报相差 %(minutes)s 分钟。手机时间不准也会这样。"),
    ),
    HoldReason.DEVICE: (
        "accounts",
        gettext_lazy("%(days)s 天里有 %(accounts)s 个得积分的账号在这台手机上登录过。"),
    ),
    HoldReason.RECIPROCAL: (
        "given",
        gettext_lazy("30 天里给对方点了 %(given)s 次，对方给您点了 %(taken)s 次。"),
    ),
    HoldReason.BURST: ("count", gettext_lazy("%(minutes)s 分钟里 %(count)s 笔。")),
    HoldReason.SELF_REDEEM: ("count", gettext_lazy("%(days)s 天里在自己能管的超市换了 %(count)s 次。")),
}
# What explains it so often that whoever looks need not write it.
GIVEN: Mapping[str, tuple[Any, ...]] = {
    HoldReason.DEVICE: (
        gettext_lazy("一家人、合租的工友共用一台手机，正常。"),
        gettext_lazy("临时借手机登录，正常。"),
    ),
    HoldReason.SELF_REDEEM: (gettext_lazy("用自己的积分换自己用的，次数也正常。"),),
    HoldReason.SAME_PICTURE: (gettext_lazy("同一处接着又出了问题，照片取景一样，正常。"),),
    HoldReason.OLD_PICTURE: (gettext_lazy("停稳以后才报的，正常。"),),
}


class HoldNotFound(NotFound):
    default_message = gettext_lazy("没有找到这一笔。")
    default_hint = gettext_lazy("它可能不归您现在的身份看。")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFilters:
    """`tab`: todo, released, denied or all; `late`: whose time has run out."""

    tab: str = "todo"
    reason: str = ""
    late: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(self.reason or self.late)


def why(hold: Hold) -> str:
    return str(WHY[hold.reason])


def facts_of(hold: Hold) -> list[str]:
    """What the rule saw, as sentences with their numbers; for the owner and for who looks."""
    key, words = SEEN[hold.reason]
    return [str(words) % hold.evidence] if key in hold.evidence else []


def own_holds(actor: Actor, *, limit: int = PAGE) -> list[Hold]:
    return list(visible(Hold.objects.all(), "incentives.hold_own", actor).order_by("-pk")[:limit])


@dataclass(frozen=True, slots=True)
class OwnHold:
    """One for its owner: in plain words, with the latest appeal, and whether a refusal may still be contested."""

    hold: Hold
    why: str
    facts: list[str]
    appeal: Appeal | None
    may_appeal: bool


def own_holds_told(actor: Actor, *, now: datetime) -> list[OwnHold]:
    """At most two statements."""
    rows = own_holds(actor)
    denied = [each.public_id for each in rows if each.state == HoldState.DENIED]
    filed = list(Appeal.objects.filter(target__in=denied).order_by("pk")) if denied else []
    latest, contested = (
        {each.target: each for each in filed},
        {(each.target, each.against_at) for each in filed},
    )
    return [
        OwnHold(
            each, why(each), facts_of(each), latest.get(each.public_id),
            each.state == HoldState.DENIED
            and now <= each.state_since + APPEAL_WITHIN
            and (each.public_id, each.state_since) not in contested,
        )
        for each in rows
    ]  # fmt: skip


def waiting_for(subject_id: UUID) -> int:
    """How many of somebody's awards wait."""
    return Hold.objects.filter(subject_id=subject_id, state__in=UNDECIDED).count()


def visible_hold(actor: Actor, public_id: UUID, permission: str) -> Hold:
    """Raises `HoldNotFound`."""
    found = visible(Hold.objects.filter(public_id=public_id), permission, actor).first()
    if found is None:
        raise HoldNotFound
    return found


def _narrowed(rows: "QuerySet[Hold]", filters: HoldFilters, now: datetime) -> "QuerySet[Hold]":
    if filters.tab in TABS:
        rows = rows.filter(state__in=TABS[filters.tab])
    if filters.reason:
        rows = rows.filter(reason=filters.reason)
    if filters.late:
        rows = rows.filter(state__in=UNDECIDED, due_at__lt=now)
    return rows


def listed_holds(
    actor: Actor, filters: HoldFilters, *, now: datetime, before: int = 0, limit: int = PAGE
) -> tuple[list[Hold], bool]:
    """The newest first; one statement. Nobody's own is among them."""
    rows = visible(Hold.objects.all(), "incentives.hold_review", actor)
    rows = _narrowed(_not_own(rows, actor), filters, now)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def holds_to_export(actor: Actor, filters: HoldFilters, *, now: datetime) -> list[Hold]:
    rows = _not_own(visible(Hold.objects.all(), "incentives.hold_export", actor), actor)
    return list(_narrowed(rows, filters, now).order_by("-pk")[: EXPORT_MOST + 1])


def _not_own(rows: "QuerySet[Hold]", actor: Actor) -> "QuerySet[Hold]":
    return rows.exclude(subject_id=actor.subject_id) if actor.subject_id is not None else rows


@dataclass(frozen=True, slots=True)
class Figures:
    """Since the start: how many were held, how many of the decided ones proved right."""

    held: int
    waiting: int
    late: int
    released: int
    denied: int

    @property
    def percent_released(self) -> int | None:
        decided = self.released + self.denied
        return self.released * 100 // decided if decided else None


def hold_figures(actor: Actor, *, now: datetime) -> Figures:
    """One statement."""
    rows = _not_own(visible(Hold.objects.all(), "incentives.hold_review", actor), actor)
    waiting = Q(state__in=UNDECIDED)
    told = rows.aggregate(
        held=Count("pk"),
        waiting=Count("pk", filter=waiting),
        late=Count("pk", filter=waiting & Q(due_at__lt=now)),
        released=Count("pk", filter=Q(state=HoldState.RELEASED)),
        denied=Count("pk", filter=Q(state=HoldState.DENIED)),
    )
    return Figures(**told)


def open_appeals(actor: Actor, *, limit: int = PAGE) -> list[Appeal]:
    """Those that one may decide: not one's own, and not against one's own decision."""
    rows = visible(Appeal.objects.filter(decided_at=None), "incentives.appeal_decide", actor)
    if actor.subject_id is not None:
        rows = rows.exclude(subject_id=actor.subject_id)
    if actor.assignment_id is not None:
        rows = rows.exclude(against_by=actor.assignment_id)
    return list(rows.order_by("due_at", "pk")[:limit])


def visible_appeal(actor: Actor, public_id: UUID) -> Appeal:
    """Raises `HoldNotFound`."""
    rows = visible(Appeal.objects.filter(public_id=public_id), "incentives.appeal_decide", actor)
    found = rows.first()
    if found is None:
        raise HoldNotFound
    return found


def order_behind(hold: Hold) -> ShopOrder | None:
    """What somebody redeemed at a shop that they keep; whose it is stays with the counter."""
    if hold.reason != HoldReason.SELF_REDEEM:
        return None
    rows = ShopOrder.objects.select_related("item", "shop__place").defer("person")
    return rows.filter(public_id=hold.deed.source.partition(":")[2]).first()


def hold_behind(appeal: Appeal) -> Hold | None:
    if appeal.about != Reviewed.HOLD:
        return None
    return Hold.objects.filter(public_id=appeal.target).first()
