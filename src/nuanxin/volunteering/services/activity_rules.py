"""What an activity has to say of itself before it may be kept; the same for one and for a plan of many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.access.scope import lies_in
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.worktime.peaks import after_peak
from nuanxin.people.enums import WorkerType
from nuanxin.people.models import Organisation
from nuanxin.territories.queries import is_territory
from nuanxin.volunteering.enums import ActivityState, SignUpMode
from nuanxin.volunteering.models import Activity
from nuanxin.volunteering.queries.matching import post_kinds
from nuanxin.volunteering.queries.taxonomy import taxonomy

YOUNGEST, OLDEST = 3, 17
SHOWN = (ActivityState.PUBLISHED, ActivityState.OPEN, ActivityState.RUNNING)
LEAST_NOTICE = timedelta(hours=2)  # between the opening of sign-up and the first shift


class OpensAtPeak(Invalid):
    default_message = _("开始报名的时间在送单高峰里。")
    default_hint = _("11 点到 13 点、17 点到 20 点大家都在路上，换个时间才公平。")


class NotInsured(Conflict):
    default_message = _("有风险的活动，没有保险不能发布。")
    default_hint = _("填上保险公司、保单号和起止日期；保险要管到最后一班那天。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityData:
    """What is filled in; organisations and place by their public ids, days and times in Shanghai."""

    title: str
    kind: str
    words: str = ""
    tags: Sequence[str] = ()
    organiser: UUID | None = None
    co_organisers: Sequence[UUID] = ()
    place: UUID | None = None
    where: str = ""
    lng: float | None = None
    lat: float | None = None
    scope_code: str = ""
    link: str = ""
    is_outdoor: bool | None = None
    is_risky: bool | None = None
    insurer: str = ""
    policy_number: str = ""
    insured_from: date | None = None
    insured_until: date | None = None
    audience_types: Sequence[str] = ()
    audience_area: str = ""
    own_team_only: bool = False
    for_women: bool = False
    for_families: bool = False
    required: str = ""
    required_post: str = ""
    with_children: bool = False
    min_age: int | None = None
    max_age: int | None = None
    mode: str = SignUpMode.FIRST
    opens_at: datetime | None = None
    collect_minutes: int = 120
    call_off_hours: int = 12


PLAIN = tuple(
    each.name
    for each in fields(ActivityData)
    if each.name
    not in (
        "kind",
        "tags",
        "organiser",
        "co_organisers",
        "place",
        "audience_types",
        "scope_code",
        "required_post",
    )
)


def check_activity(actor: Actor, data: ActivityData, scope_code: str) -> None:
    """Raises `Invalid` with a word for each field, `OpensAtPeak`."""
    wrong = {**_wrong_words(data), **_wrong_area(actor, data, scope_code), **_wrong_rules(data)}
    if wrong:
        raise Invalid(fields=wrong)
    if data.opens_at is not None and after_peak(data.opens_at) != data.opens_at:
        raise OpensAtPeak(fields={"opens_at": OpensAtPeak.default_hint})


def _wrong_words(data: ActivityData) -> dict[str, str | Promise]:
    wrong: dict[str, str | Promise] = {}
    if not 2 <= len(data.title.strip()) <= 60:
        wrong["title"] = _("写 2 到 60 个字。")
    if data.kind not in taxonomy().kinds:
        wrong["kind"] = _("请选一种活动。")
    if len(data.words) > 1000:
        wrong["words"] = _("最多 1000 个字。")
    if data.place is None and not data.where.strip() and not data.link:
        wrong["where"] = _("选一个点位，或者写清楚在哪里集合；线上的填直播链接。")
    if data.link and not data.link.startswith("https://"):
        wrong["link"] = _("链接要以 https:// 开头。")
    return wrong


def _wrong_area(actor: Actor, data: ActivityData, scope_code: str) -> dict[str, str | Promise]:
    wrong: dict[str, str | Promise] = {}
    if set(data.audience_types) - set(WorkerType.values):
        wrong["audience_types"] = _("请从列出的从业类型里选。")
    if not is_territory(scope_code) or not _within(actor, scope_code):
        wrong["scope_code"] = _("活动要在您负责的辖区里。")
    if data.audience_area and not is_territory(data.audience_area):
        wrong["audience_area"] = _("没有这个辖区，请重新选。")
    return wrong


def _wrong_rules(data: ActivityData) -> dict[str, str | Promise]:
    wrong: dict[str, str | Promise] = {}
    if data.required_post and data.required_post not in {each.code for each in post_kinds()}:
        wrong["required_post"] = _("请从列表里选。")
    if data.mode not in SignUpMode.values:
        wrong["mode"] = _("请选怎么报名。")
    if not 30 <= data.collect_minutes <= 10_080 or not 0 <= data.call_off_hours <= 168:
        wrong["collect_minutes"] = _("登记至少半小时、最多一周；取消最多提前一周。")
    if data.insured_from and data.insured_until and data.insured_until < data.insured_from:
        wrong["insured_until"] = _("保险的结束要在开始以后。")
    if data.with_children:
        ages = (data.min_age, data.max_age)
        if None in ages or not YOUNGEST <= (data.min_age or 0) <= (data.max_age or 0) <= OLDEST:
            wrong["min_age"] = _("孩子的活动要写年龄：3 到 17 岁之间，先小后大。")
    return wrong


def _within(actor: Actor, scope_code: str) -> bool:
    """Staff of an area stay in it; an organisation or a team goes where it is invited."""
    if actor.extent("volunteering.activity_new") != "area":
        return True
    return lies_in(scope_code, actor.scope_code)


def may_organise_for(actor: Actor, office: Organisation) -> bool:
    """The own office; in an area any that is at home there."""
    if actor.role == SYSTEM.role or office.pk == actor.organisation_id:
        return True
    if actor.extent("volunteering.activity_new") != "area" or not actor.scope_code:
        return actor.extent("volunteering.activity_new") == "all"
    return lies_in(office.scope_code, actor.scope_code)


def fill(activity: Activity, data: ActivityData) -> None:
    """What was said, in its columns; a kind brings its line, and what goes without saying of it."""
    kind = taxonomy().kinds[data.kind]
    for name in PLAIN:
        value = getattr(data, name)
        setattr(activity, name, value.strip() if isinstance(value, str) else value)
    activity.kind, activity.line = kind, kind.line
    activity.required_post_id = data.required_post or None
    activity.is_outdoor = kind.is_outdoor if data.is_outdoor is None else data.is_outdoor
    activity.is_risky = kind.is_risky or bool(data.is_risky)  # what is a risk by its kind is not ticked away
    activity.audience_types = ",".join(sorted(set(data.audience_types)))


def is_insured(activity: Activity, spans: Iterable[tuple[datetime, datetime]]) -> bool:
    """Where there is a risk, for all days (`domain.md` §4.1); where there is none, always."""
    if not activity.is_risky:
        return True
    if not (activity.insurer and activity.policy_number and activity.insured_from and activity.insured_until):
        return False
    days = [timezone.localdate(each) for span in spans for each in span]
    return all(activity.insured_from <= day <= activity.insured_until for day in days)


def opening(wanted: datetime | None, first: datetime, now: datetime) -> datetime:
    """When signing up begins: as announced, not within the hours of delivery; at once where the first shift is near."""
    opens_at = after_peak(max(wanted or now, now))
    return opens_at if opens_at <= first - LEAST_NOTICE else now
