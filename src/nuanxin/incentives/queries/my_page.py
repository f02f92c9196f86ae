"""Both directions on one page: what somebody received, what they gave, and what came of it. Nobody else reads it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.contributed import latest_solved
from nuanxin.incentives.enums import OrderState, PostingKind
from nuanxin.incentives.models import Honour, HoursEntry, Posting, ShopOrder
from nuanxin.incentives.queries.holds import waiting_for
from nuanxin.incentives.queries.honours import AWARDED
from nuanxin.incentives.queries.ledger import Balance, balance_of
from nuanxin.incentives.queries.stars import Standing, standing_of
from nuanxin.kernel.access import Actor, permits
from nuanxin.kernel.worktime.weeks import week_begins
from nuanxin.volunteering.queries.minutes import hours_shown

LATEST = 3
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Solved:
    """Something that was put right: what, when, by whom."""

    what: str
    at: datetime | None
    unit: str


@dataclass(frozen=True, slots=True)
class MyPage:
    """`solved`: what was put right because of it; `waiting`: awards that somebody is looking at."""

    balance: Balance
    standing: Standing
    solved: list[Solved]
    honours: list[Honour]
    waiting: int


def my_page(actor: Actor) -> MyPage:
    """A fixed number of statements, however long somebody has been here."""
    own = actor.subject_id or NOBODY
    honoured = Honour.objects.filter(subject_id=own, state__in=AWARDED).select_related("kind")
    return MyPage(
        balance=balance_of(own),
        standing=standing_of(own),
        solved=[_solved(each) for each in latest_solved(actor)] if permits(actor, "cases.view_own") else [],
        honours=list(honoured.order_by("-awarded_at")[:LATEST]),
        waiting=waiting_for(own),
    )


def _solved(case: Case) -> Solved:
    unit = case.handled_by.name if case.handled_by else ""
    return Solved(kind_of(case.category_id).name, case.closed_at, unit)


def points_earned(actor: Actor, *, now: datetime) -> tuple[str, str]:
    """Points that came in, less those taken back; what was spent since does not lessen them."""
    own = actor.subject_id or NOBODY
    since = timezone.localdate(week_begins(now))
    rows = Posting.objects.filter(account=own, on__gte=since)
    told = rows.aggregate(
        came=Sum("amount", filter=Q(kind=PostingKind.AWARD)),
        went=Sum("amount", filter=Q(kind=PostingKind.REVERSAL)),
    )
    return str(max((told["came"] or 0) - (told["went"] or 0), 0)), str(balance_of(own).growth)


def things_redeemed(actor: Actor, *, now: datetime) -> tuple[str, str]:
    rows = ShopOrder.objects.filter(person=actor.person_id, state=OrderState.COLLECTED)
    told = rows.aggregate(week=Count("pk", filter=Q(collected_at__gte=week_begins(now))), always=Count("pk"))
    return str(told["week"]), str(told["always"])


def honours_received(actor: Actor, *, now: datetime) -> tuple[str, str]:
    rows = Honour.objects.filter(subject_id=actor.subject_id or NOBODY, state__in=AWARDED)
    told = rows.aggregate(week=Count("pk", filter=Q(awarded_at__gte=week_begins(now))), always=Count("pk"))
    return str(told["week"]), str(told["always"])


def hours_served(actor: Actor, *, now: datetime) -> tuple[str, str]:
    """Hours that were confirmed and recorded, rounded down."""
    rows = HoursEntry.objects.filter(subject_id=actor.subject_id or NOBODY)
    since = timezone.localdate(week_begins(now))
    told = rows.aggregate(week=Sum("minutes", filter=Q(served_on__gte=since)), always=Sum("minutes"))
    return hours_shown(told["week"] or 0), hours_shown(told["always"] or 0)


def times_served(actor: Actor, *, now: datetime) -> tuple[str, str]:
    rows = HoursEntry.objects.filter(subject_id=actor.subject_id or NOBODY, minutes__gt=0)
    since = timezone.localdate(week_begins(now))
    told = rows.aggregate(week=Count("pk", filter=Q(served_on__gte=since)), always=Count("pk"))
    return str(told["week"]), str(told["always"])


@dataclass(frozen=True, slots=True)
class Thing:
    """One of the six: what it is, how it is counted, what it is not, and whom to ask."""

    name: str
    icon: str
    value: str
    formula: str
    never: str
    appeal: str
    url_name: str


def six_things(actor: Actor) -> list[Thing]:
    """Hours, points, growth, star, rating, tip-off reward (`domain.md` §4.3): never one number."""
    own = actor.subject_id or NOBODY
    held, standing = balance_of(own), standing_of(own)
    hours = "volunteering:my_hours" if permits(actor, "volunteering.serve") else ""
    ratings = "incentives:rating" if permits(actor, "incentives.rating") else ""
    tips = "incentives:tips" if permits(actor, "incentives.tip_off") else ""
    return [
        Thing(
            _("服务时长"), "clock", _("%s 小时") % standing.hours,
            _("真正在服务的分钟数，由别人确认；路上不算，显示时向下取到百分之一小时。"),
            _("不会过期，也不能换东西。"), _("少记、记错：在服务记录里申请更正。"), hours,
        ),
        Thing(
            _("积分"), "coin", str(held.points), _("每一笔怎么来的，明细里写着哪条规则、多少分。"),
            _("不能提现、不能转给别人，和派单、收入没有关系。"),
            _("没发、被留着：看“等人核实的积分”，可以说明、可以申诉。"),
            "incentives:own_holds",
        ),
        Thing(
            _("成长值"), "chart-line", str(held.growth), _("到现在一共得过多少积分，换了东西也不减。"),
            _("只是记得您做过多少，不能花。"), _("和积分一起更正。"),
            "incentives:points",
        ),
        Thing(
            _("志愿者星级"), "star", _("%s 星") % standing.level,
            _("按服务时长，自己申请，核对后公示 5 个工作日再授。"), _("授了就不收回，不和谁比。"),
            _("没通过：30 天内可以申诉，由别人裁定。"), "incentives:own_stars",
        ),
        Thing(
            _("小哥星级评价"), "certificate", _("只有您看得到"),
            _("您同意才算：每季度按志愿服务时长和通过的安全课程。"), _("平台、社区、街道都看不到。"),
            _("觉得算得不对：在评价页上申诉。"), ratings,
        ),
        Thing(
            _("举报奖励"), "receipt", _("部门另发"), _("部门核实线索后，在窗口按它自己的办法发。"),
            _("不是积分，这里不收银行和税务信息。"), _("没核实：30 天内可以申诉。"), tips,
        ),
    ]  # fmt: skip
