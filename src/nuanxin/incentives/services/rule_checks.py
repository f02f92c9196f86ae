"""What a rule of points may not be, and what to do instead (`domain.md` §0.3 law 24, 000-01).

The national rules on government apps forbid quotas, forced check-ins, rankings that nobody asked for, and appraisal by
study time or likes. Nothing is earned while somebody rides, and nothing for a state of health. A rule is refused with
the reason and a way that is allowed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import Formula, RuleGroup
from nuanxin.kernel.errors import Invalid

Text = str | Promise

# Which facts of a deed a condition may ask for; a number that has to be reached is none of them.
FACTS: Mapping[str, tuple[str, ...]] = {
    "cases.TaskDispatched": ("category",),
    "cases.CaseFiled": ("category",),
    "cases.CaseClosed": ("category", "outcome"),
    "cases.CaseConfirmed": ("category",),
    "cases.CaseMerged": ("category",),
    "cases.CaseRejected": ("category", "reason"),
    "incentives.GrantApproved": (),
    "incentives.TeamAwarded": (),
    "volunteering.HoursRecorded": ("line", "quality"),
    "volunteering.DidNotCome": (),
    "places.KitchenLookedAt": (),
    "learning.CoursePassed": ("kind",),
    "cobuild.MeetingAttended": ("kind",),
}
DEDUCTING = frozenset({"cases.CaseRejected", "volunteering.DidNotCome"})
MOST = {"amount": 100, "rule_per_day": 200, "group_per_day": 200, "all_per_day": 200, "category_per_day": 200,
        "team_per_day": 10_000, "team_per_month": 100_000, "leader_per_month": 2_000, "first_places": 20,
        "months": 60}  # fmt: skip
BY_HAND = "incentives.TeamAwarded"
OF_TEAMS = frozenset({"volunteering.HoursRecorded", BY_HAND})  # deeds that say with which team they were done
OF_A_DAY = ("rule_per_day", "group_per_day", "all_per_day", "category_per_day")

# What people try to write, by the words that they use for it; in names, events and conditions.
REFUSED: Sequence[tuple[str, Text]] = (
    (
        r"每[日天周月季年]\s*(至少|必须|不少于|满|达标)|指标|任务量|定额|最低次数|quota|minimum|at[ _]?least|mandatory",
        _("不能设任务指标：报不报、来不来全凭自愿。改成每做成一件给一次，另设每天上限。"),
    ),
    (
        r"连续|连着|打卡|签到|全勤|不间断|streak|consecutive|check[ _]?in|in[ _]?a[ _]?row",
        _("不能奖励连续天数：停一天就清零，会逼着人天天来。改成每做成一件给一次。"),
    ),
    (
        r"累计满|达到|超过|以上|门槛|阶梯|翻倍|加倍|threshold|tier|bonus|multiplier|cumulative|total|count",
        _("不能设“差一点就没有”的门槛：改成按件或按小时给，做多少给多少。"),
    ),
    (
        r"学习时长|学时|在线时长|浏览|阅读时长|study|watch|online|screen[ _]?time|duration[ _]?online",
        _("不能按学习时长给分：国家规定不许拿它考核。改成通过一门课给一次。"),
    ),
    (
        r"点赞|转发|分享|评论|关注|投票|排名|名次|likes?\b|share|follow|comment|vote|rank",
        _("不能按点赞、转发、名次给分：改成由人核实的一件事给一次。"),
    ),
    (
        r"骑行|行驶|里程|路上|途中|接单量|送单|单量|在线率|速度|riding|driving|moving|speed|mileage|orders?\b",
        _("路上挣不到积分，也不和接单挂钩：先停稳再说。改成停下来做成的一件事。"),
    ),
    (
        r"步数|体重|血压|体检结果|健康|筛查|怀孕|steps|weight|health|blood|screening|medical",
        _("不能拿身体状况换积分：系统不记这些。要鼓励体检，请用免费的名额和时间。"),
    ),
)


class BadRule(Invalid):
    default_message = _("这条规则还不能提交。")
    default_hint = _("请按提示改好；现行的规则没有变。")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleData:
    """What somebody proposes. `conditions`: fact -> the values that count."""

    name_zh: str
    name_en: str
    event: str
    conditions: Mapping[str, Sequence[str]]
    group: str
    formula: str
    amount: int
    rule_per_day: int = 0
    group_per_day: int = 0
    all_per_day: int = 0
    category_per_day: int = 0
    team_per_day: int = 0
    team_per_month: int = 0
    leader_per_month: int = 0
    near_amount: int | None = None
    first_places: int = 0
    needs_two: bool = False
    months: int = 24
    effective_from: datetime | None = None
    reason: str = ""


def check_rule(data: RuleData, *, now: datetime) -> None:
    """Raises `BadRule` with everything that is wrong, each beside its field."""
    wrong: dict[str, Text] = dict(_forbidden(data))
    wrong |= _of_conditions(data)
    wrong |= _of_numbers(data)
    wrong |= _of_teams(data)
    for name, label in (("name_zh", _("请写中文名称。")), ("name_en", _("请写英文名称。"))):
        if not str(getattr(data, name)).strip():
            wrong.setdefault(name, label)
    if data.event not in FACTS:
        wrong.setdefault("event", _("没有这件事可听。请从列表里选一件。"))
    if data.group not in RuleGroup.values or data.formula not in Formula.values:
        wrong.setdefault("formula", _("请从列表里选一种算法。"))
    if data.formula == Formula.HOURS and data.event != "volunteering.HoursRecorded":
        wrong.setdefault("formula", _("只有志愿服务有时长，别的请按件给。"))
    if (data.formula == Formula.GIVEN) != (data.event == BY_HAND):
        wrong.setdefault("formula", _("由人定分值的只有队长的感谢，它也只能由人定。"))
    if data.effective_from is not None and data.effective_from < now:
        wrong.setdefault("effective_from", _("不能从过去算起：已经给出的积分不变。请选今天以后的一天。"))
    if not data.reason.strip():
        wrong.setdefault("reason", _("请写一句为什么改，另一位才好判断。"))
    if wrong:
        raise BadRule(fields=wrong)


def _forbidden(data: RuleData) -> dict[str, Text]:
    found: dict[str, Text] = {}
    conditions = " ".join(f"{fact} {' '.join(values)}" for fact, values in data.conditions.items())
    for name, text in (
        ("name_zh", data.name_zh), ("name_en", data.name_en), ("event", data.event), ("conditions", conditions),
    ):  # fmt: skip
        for pattern, instead in REFUSED:
            if text not in FACTS and re.search(pattern, text, re.IGNORECASE):
                found.setdefault(name, instead)
    return found


def _of_conditions(data: RuleData) -> dict[str, Text]:
    allowed = FACTS.get(data.event, ())
    for fact, values in data.conditions.items():
        if re.search(r"[<>≥≤]", fact) or any(re.search(r"[<>≥≤]", value) for value in values):
            return {"conditions": REFUSED[2][1]}
        if not values or not all(value.strip() for value in values):
            return {"conditions": _("“%s”要等于什么？请写上值，或者去掉这一条。") % fact}
        if fact not in allowed:
            listed = "、".join(allowed) or "—"
            return {
                "conditions": _("这件事没有“%(fact)s”可比。能用的有：%(facts)s。")
                % {"fact": fact, "facts": listed}
            }
    return {}


def _of_teams(data: RuleData) -> dict[str, Text]:
    found: dict[str, Text] = {}
    if data.event not in OF_TEAMS:
        for name in ("team_per_day", "team_per_month"):
            if getattr(data, name):
                found[name] = _("只有志愿服务和队长的感谢知道是哪支队，别的请填 0。")
    if data.event != BY_HAND and data.leader_per_month:
        found["leader_per_month"] = _("只有队长的感谢是队长给的，别的请填 0。")
    if data.event == BY_HAND:
        for name in OF_A_DAY:  # what is left of them would tell a leader what somebody earned elsewhere
            if getattr(data, name):
                found[name] = _(
                    "队长给的不按个人每天的上限截：截了，队长就看出这个人别处得了多少。请填 0，改用每月上限。"
                )
    return found


def _of_numbers(data: RuleData) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for name, most in MOST.items():
        value: Any = getattr(data, name)
        if name == "amount" and value < 0:
            if data.event not in DEDUCTING:
                found[name] = _("只有没来和查实的虚假上报可以设扣减，而且默认是 0。")
            elif value < -20:
                found[name] = _("一次最多扣 20 分。")
        elif not 0 <= value <= most:
            found[name] = _("要在 0 到 %d 之间。") % most
    if data.months < 6:
        found["months"] = _("至少要能用 6 个月，好让人来得及换。")
    if data.near_amount is not None and not 0 <= data.near_amount <= max(data.amount, 0):
        found["near_amount"] = _("不能比平时给的还多。")
    return found
