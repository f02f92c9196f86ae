from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots


class IncentivesConfig(AppConfig):
    name = "nuanxin.incentives"
    label = "incentives"
    verbose_name = "激励"

    def ready(self) -> None:
        post_migrate.connect(_load_reference, sender=self, dispatch_uid="incentives.reference")
        _honour_slots()
        _fill_both_directions()
        _shop_slots()
        _point_slots()


def _load_reference(**kwargs: Any) -> None:
    """Rules are there as soon as their tables are."""
    from nuanxin.incentives.services.rules import load_rules  # models exist only after the apps are ready

    load_rules()
    from nuanxin.incentives.services.honour_catalogue import load_honours  # as above

    load_honours()


def _honour_slots() -> None:
    """Where honours, stars, boards and held awards are found."""
    slots.name_group("thanks", _("积分与荣誉"), icon="award", order=40)
    own = slots.Item(
        _("双向奔赴"), "incentives:my_page", icon="heart-handshake", permission="incentives.my_page",
        match=("incentives:my_page", "incentives:six", "incentives:own_stars", "incentives:rating", "incentives:tips"),
    )  # fmt: skip
    slots.register("my_page", own, order=10)
    honoured = slots.Item(
        _("我的荣誉"), "incentives:own_honours", icon="award", permission="incentives.honour_own",
        match=("incentives:own_honours", "incentives:own_honour", "incentives:nominate"),
    )  # fmt: skip
    slots.register("my_page", honoured, order=14, group="thanks")
    boards = slots.Item(_("积分榜"), "incentives:board", icon="list-details", permission="incentives.board")
    slots.register("my_page", boards, order=15, group="thanks")
    staff = slots.Item(
        _("荣誉"), "incentives:honours", icon="award", permission="incentives.honour_view",
        match=("incentives:honours", "incentives:honour", "incentives:honour_step", "incentives:honour_story"),
    )  # fmt: skip
    slots.register("rail", staff, order=66, group="thanks")
    stars = slots.Item(
        _("星级"), "incentives:stars", icon="star", permission="incentives.star_check",
        match=(
            "incentives:stars", "incentives:star_step", "incentives:star_scheme", "incentives:absences",
            "incentives:absence",
        ),
    )  # fmt: skip
    slots.register("rail", stars, order=67, group="thanks")
    holds = slots.Item(
        _("待核实积分"), "incentives:holds", icon="hourglass", permission="incentives.hold_review",
        match=("incentives:holds", "incentives:hold", "incentives:appeal"),
    )  # fmt: skip
    slots.register("rail", holds, order=68, group="thanks")
    tables = slots.Item(
        _("激励的基础数据"), "incentives:reference", icon="database", permission="incentives.reference",
        match=("incentives:reference", "incentives:reference_new", "incentives:reference_edit"),
    )  # fmt: skip
    slots.register("rail", tables, order=31, group="settings")
    tips = slots.Item(
        _("举报奖励"), "incentives:tips_to_verify", icon="receipt", permission="incentives.tip_verify",
        match=("incentives:tips_to_verify", "incentives:tip_step"),
    )  # fmt: skip
    slots.register("rail", tips, order=69, group="thanks")
    slots.register(
        "home", slots.Panel("incentives/home_two_way.html", permission="incentives.my_page"), order=17
    )


def _shop_slots() -> None:
    """Where the volunteer supermarket is found: by who redeems, by who keeps it, and without a network."""
    own = slots.Item(
        _("积分换东西"), "incentives:shops", icon="gift", permission="incentives.redeem",
        match=("incentives:shops", "incentives:shop", "incentives:shop_item"),
    )  # fmt: skip
    slots.register("my_page", own, order=16, group="thanks")
    fetched = slots.Item(
        _("我换的"), "incentives:shop_orders", icon="receipt", permission="incentives.redeem",
        match=("incentives:shop_orders", "incentives:shop_order"),
    )  # fmt: skip
    slots.register("my_page", fetched, order=17, group="thanks")
    counter = slots.Item(
        _("超市柜台"), "incentives:shop_counter", icon="scan", permission="incentives.shop_counter",
        about=_("扫取货码，把换好的东西交给他"),
    )  # fmt: skip
    slots.register("rail", counter, order=7)
    slots.register("home_work", counter, order=7)
    kept = slots.Item(
        _("志愿超市"), "incentives:shop_list", icon="building-store", permission="incentives.shop_view",
        match=tuple(
            f"incentives:shop_{name}"
            for name in (
                "list", "new", "shelf", "state", "item_new", "item_edit", "receive", "count", "refill_step",
                "order_list", "order_step", "settlements", "settlement", "settlement_step", "report",
            )
        ),
    )  # fmt: skip
    slots.register("rail", kept, order=64, group="thanks")
    alone = slots.Item(
        _("没有网时的柜台"), "incentives:shop_counter", match=("incentives:shop_counter_offline",)
    )
    slots.register("kept_page", alone)


def _point_slots() -> None:
    """Where one's points are found, and by staff what they are given for and what they cost."""
    own = slots.Item(
        _("我的积分"), "incentives:points", icon="coin", permission="incentives.points",
        match=("incentives:points", "incentives:statement"),
    )  # fmt: skip
    slots.register("my_page", own, order=12, group="thanks")
    rules = slots.Item(
        _("积分规则"), "incentives:rules", icon="adjustments-horizontal", permission="incentives.rules_view",
        match=("incentives:rules", "incentives:rule", "incentives:rule_edit", "incentives:rule_step"),
    )  # fmt: skip
    slots.register("rail", rules, order=30, group="settings")
    big = slots.Item(
        _("大额奖励"), "incentives:grants", icon="sunrise",
        permission=("incentives.grant_propose", "incentives.grant_approve"),
    )  # fmt: skip
    slots.register("rail", big, order=70, group="thanks")
    thanks = slots.Item(
        _("队里的感谢"), "incentives:team_awards", icon="heart-handshake", permission="incentives.team_award_view",
        match=("incentives:team_awards", "incentives:team_award"),
    )  # fmt: skip
    slots.register("rail", thanks, order=72, group="thanks")
    slots.register("my_page", thanks, order=18, group="thanks")
    slots.register("team_desk", thanks)
    cost = slots.Item(
        _("积分的账"), "incentives:point_costs", icon="coin", permission="incentives.points_cost"
    )
    slots.register("rail", cost, order=71, group="thanks")
    slots.register(
        "home",
        slots.Panel("incentives/home_points.html", context=_just_earned, permission="incentives.points"), order=14,
    )  # fmt: skip


def _just_earned(request: Any) -> dict[str, Any]:
    from nuanxin.incentives.queries.statements import (
        just_earned,  # models exist only after the apps are ready
    )

    return {"earned": just_earned(request.actor, now=request.now)}


def _fill_both_directions() -> None:
    """What the page of both directions counts here."""
    earned = slots.Figure(
        _("得到的积分"), _("分"), _("这周新得的，和到现在一共得过的；花掉的不从这里减。"), "coin", _of("points_earned"),
        "", "incentives.my_page",
    )  # fmt: skip
    slots.register("received", earned, order=10)
    redeemed = slots.Figure(
        _("换到的东西"), _("样"), _("在志愿服务超市用积分换、已经取走的。"), "gift", _of("things_redeemed"),
        "incentives:shop_orders", "incentives.redeem",
    )  # fmt: skip
    slots.register("received", redeemed, order=20)
    honoured = slots.Figure(
        _("荣誉"), _("项"), _("公示期满、已经授予的；展不展示由您定。"), "award", _of("honours_received"),
        "incentives:own_honours", "incentives.honour_own",
    )  # fmt: skip
    slots.register("received", honoured, order=60)
    served = slots.Figure(
        _("志愿服务"), _("小时"), _("别人确认、已经记录的服务时间，路上不算，向下取整到百分之一小时。"), "clock",
        _of("hours_served"), "incentives:own_stars", "incentives.star_apply",
    )  # fmt: skip
    slots.register("contributed", served, order=20)
    times = slots.Figure(
        _("参加服务"), _("次"), _("记录了时长的活动和班次，每一份记录算一次。"), "heart-handshake", _of("times_served"),
        "", "incentives.star_apply",
    )  # fmt: skip
    slots.register("contributed", times, order=30)


def _of(name: str) -> Any:
    def value(request: Any) -> tuple[str, str]:
        from nuanxin.incentives.queries import my_page  # models exist only after the apps are ready

        numbers: tuple[str, str] = getattr(my_page, name)(request.actor, now=request.now)
        return numbers

    return value
