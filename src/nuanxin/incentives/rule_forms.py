"""What is filled in about points: filters of a statement, a rule, a big award."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import Formula, PostingKind, TeamAwardState
from nuanxin.incentives.models import RuleVersion
from nuanxin.incentives.queries.rule_pages import RULE_STATES, RuleFilters, conditions_shown
from nuanxin.incentives.queries.statements import IN, OUT, StatementFilters
from nuanxin.incentives.queries.team_awards import TeamAwardFilters
from nuanxin.incentives.services.rule_changes import next_data
from nuanxin.incentives.services.rule_checks import FACTS, RuleData
from nuanxin.incentives.services.rules import conditions_in
from nuanxin.incentives.services.team_awards import MOST_BECAUSE, MOST_REASON, Thanks
from nuanxin.ui.forms import Refusing

AREA = forms.Textarea(attrs={"rows": 2})
DATE = forms.DateInput(attrs={"type": "date"})


class StatementForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("看哪些"),
        required=False,
        choices=[("", _("全部")), (IN, _("进来的")), (OUT, _("出去的")), *PostingKind.choices],
    )
    since = forms.DateField(label=_("从"), required=False, widget=DATE)
    until = forms.DateField(label=_("到"), required=False, widget=DATE)

    def filters(self) -> StatementFilters:
        """What was not understood is not asked for."""
        self.is_valid()
        data = self.cleaned_data
        return StatementFilters(data.get("kind") or "", data.get("since"), data.get("until"))


class RuleForm(Refusing):
    """The next version of a rule, made from the one in force."""

    called: ClassVar[Mapping[str, str]] = {"effective_from": "effective_on"}
    name_zh = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名称"), max_length=60)
    conditions = forms.CharField(label=_("附加条件"), required=False, max_length=200)
    formula = forms.ChoiceField(label=_("怎么算"), choices=Formula.choices)
    amount = forms.IntegerField(
        label=_("分值"), help_text=_("按小时算的，是每小时多少分。0 就是这条不给分。")
    )
    rule_per_day = forms.IntegerField(label=_("这一条每天最多"), help_text=_("0 是不限。"))
    group_per_day = forms.IntegerField(label=_("这一类每天最多"), help_text=_("0 是不限。"))
    all_per_day = forms.IntegerField(label=_("所有的每天最多"), help_text=_("0 是不限。"))
    category_per_day = forms.IntegerField(label=_("同一类事项每天最多"), help_text=_("0 是不限。"))
    team_per_day = forms.IntegerField(
        label=_("一支队每天最多"), required=False, help_text=_("只有志愿服务和队长的感谢有；0 是不限。")
    )
    team_per_month = forms.IntegerField(
        label=_("一支队每月最多"), required=False, help_text=_("同上，按自然月算；0 是不限。")
    )
    leader_per_month = forms.IntegerField(
        label=_("一位队长每月最多"),
        required=False,
        help_text=_("只有队长的感谢有；一位队长给一支队，按自然月算。"),
    )
    near_amount = forms.IntegerField(
        label=_("同一处七天内再报给几分"),
        required=False,
        help_text=_("同一个人、同一类、50 米内。不填就照常给。"),
    )
    first_places = forms.IntegerField(label=_("只给前几位"), help_text=_("0 是不限。"))
    months = forms.IntegerField(label=_("多少个月有效"))
    effective_on = forms.DateField(
        label=_("从哪天起"), required=False, widget=DATE, help_text=_("不填就从批准起。")
    )
    reason = forms.CharField(label=_("为什么改"), max_length=200, widget=AREA)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facts = FACTS.get(self.initial.get("event", ""), ())
        self.fields["conditions"].help_text = (
            _("这件事能比的有：%s。写成“名字=值”；几个值用竖线隔开，几条用分号隔开。") % "、".join(facts)
            if facts
            else _("这件事没有可以比的，空着就好。")
        )

    @staticmethod
    def initial_of(version: RuleVersion) -> dict[str, Any]:
        names = (
            "name_zh", "name_en", "formula", "amount", "rule_per_day", "group_per_day", "all_per_day",
            "category_per_day", "team_per_day", "team_per_month", "leader_per_month", "near_amount", "first_places",
            "months",
        )  # fmt: skip
        return {
            **{name: getattr(version, name) for name in names},
            "event": version.event,
            "conditions": conditions_shown(version),
        }

    def clean_conditions(self) -> dict[str, list[str]]:
        try:
            return conditions_in(self.cleaned_data["conditions"])
        except ValueError as error:
            raise forms.ValidationError(_("看不懂“%s”：写成“名字=值”，或者去掉它。") % error) from None

    def data_for(self, version: RuleVersion) -> RuleData:
        data = {**self.cleaned_data}
        data |= {name: data[name] or 0 for name in ("team_per_day", "team_per_month", "leader_per_month")}
        return next_data(version, **data)


class RuleFilterForm(Refusing):
    event = forms.ChoiceField(label=_("听哪件事"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *RULE_STATES])
    words = forms.CharField(
        label=_("找"), required=False, max_length=40, widget=forms.TextInput(attrs={"placeholder": _("名称、代码")})
    )  # fmt: skip

    @classmethod
    def over(cls, given: Any, events: Iterable[tuple[str, Any]]) -> Self:
        form = cls(given)
        form.choose("event", [("", _("全部")), *events])
        return form

    def filters(self) -> RuleFilters:
        """What was not understood is not asked for."""
        self.is_valid()
        data = self.cleaned_data
        return RuleFilters(**{name: data.get(name) or "" for name in ("event", "state", "words")})


class DecisionForm(Refusing):
    because = forms.CharField(
        label=_("意见"), max_length=200, required=False, help_text=_("不同意的要写一句原因。")
    )


class GrantForm(Refusing):
    number = forms.CharField(label=_("案卷号"), max_length=32, help_text=_("已结案、核查过的一件。"))
    reason = forms.CharField(
        label=_("避免了什么"), max_length=200, widget=AREA, help_text=_("只写事，不写人。例如：及时关阀，没有出事。")
    )  # fmt: skip


class VerifyForm(forms.Form):
    code = forms.CharField(label=_("查验编号"), max_length=24, help_text=_("对账单上的 16 位，大小写都行。"))


class ThanksForm(Refusing):
    """What a team leader gives a member."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    team = forms.ChoiceField(label=_("哪支队"))
    member = forms.ChoiceField(label=_("谢谁"))
    amount = forms.IntegerField(
        label=_("几分"), min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    reason = forms.CharField(
        label=_("谢什么"), max_length=MOST_REASON, widget=AREA,
        help_text=_("本人看得到。例如：暴雨天帮着转移了三位老人。"),
    )  # fmt: skip
    shift = forms.ChoiceField(label=_("哪一次活动"), required=False, help_text=_("不是活动里的事，不用选。"))

    def thanks(self) -> Thanks:
        told = self.cleaned_data
        return Thanks(
            team=UUID(told["team"]), member=UUID(told["member"]), amount=told["amount"], reason=told["reason"],
            shift=UUID(told["shift"]) if told["shift"] else None,
        )  # fmt: skip


class TakeBackForm(Refusing):
    because = forms.CharField(
        label=_("为什么收回"), max_length=MOST_BECAUSE, widget=AREA,
        help_text=_("本人看得到。例如：记错了人，是小陈做的。"),
    )  # fmt: skip


class TeamAwardFilterForm(Refusing):
    team = forms.ChoiceField(label=_("队伍"), required=False)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *TeamAwardState.choices]
    )
    since = forms.DateField(label=_("从"), required=False, widget=DATE)
    until = forms.DateField(label=_("到"), required=False, widget=DATE)

    def filters(self) -> TeamAwardFilters:
        """What was not understood is not asked for."""
        self.is_valid()
        data = self.cleaned_data
        return TeamAwardFilters(
            team=data.get("team") or "", state=data.get("state") or "", since=data.get("since"),
            until=data.get("until"),
        )  # fmt: skip
