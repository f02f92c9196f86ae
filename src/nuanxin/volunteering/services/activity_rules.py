"""What an activity has to say of itself before it may be kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.access.scope import significant
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.worktime.peaks import after_peak
from nuanxin.people.enums import WorkerType
from nuanxin.territories.queries import is_territory
from nuanxin.volunteering.enums import SignUpMode
from nuanxin.volunteering.queries.taxonomy import taxonomy

YOUNGEST, OLDEST = 3, 17


class OpensAtPeak(Invalid):
    default_message = _("开始报名的时间在送单高峰里。")
    default_hint = _("11 点到 13 点、17 点到 20 点大家都在路上，换个时间才公平。")


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
    with_children: bool = False
    min_age: int | None = None
    max_age: int | None = None
    mode: str = SignUpMode.FIRST
    opens_at: datetime | None = None
    collect_minutes: int = 120
    call_off_hours: int = 12


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
    return bool(actor.scope_code) and scope_code.startswith(significant(actor.scope_code))
