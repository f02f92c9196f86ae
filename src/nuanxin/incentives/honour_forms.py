"""What is filled in about stars, honours, boards, held awards and the tip-off register."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import HoldReason, NoShowEffect, TipState
from nuanxin.incentives.models import StarScheme
from nuanxin.incentives.queries.holds import GIVEN, HoldFilters
from nuanxin.incentives.queries.holds import TABS as HOLD_TABS
from nuanxin.incentives.queries.honours import TABS, HonourFilters, kinds
from nuanxin.incentives.queries.tip_offs import programmes
from nuanxin.incentives.services.honours import Nomination
from nuanxin.ui.forms import Refusing, posted

__all__ = ["Refusing", "posted"]
AREA = forms.Textarea(attrs={"rows": 3})
LONG = forms.Textarea(attrs={"rows": 6})
NAME_HELP = _("大家看到的就是它，不写真名也行，例如：枫桥小王。")


class NameForm(Refusing):
    """What one wants to be called where everybody reads it."""

    shown_as = forms.CharField(label=_("公开时的称呼"), max_length=12, help_text=NAME_HELP)


class NicknameForm(Refusing):
    nickname = forms.CharField(label=_("榜上的称呼"), max_length=12, help_text=NAME_HELP)


class NominateForm(Refusing):
    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("哪一种荣誉"), widget=forms.RadioSelect)
    is_self = forms.BooleanField(label=_("提名的是我自己"), required=False)
    who = forms.CharField(
        label=_("提名的是谁"), max_length=60, required=False, help_text=_("例如：常在枫桥驿站等单的王师傅。")
    )
    phone = forms.CharField(
        label=_("对方的手机号"), max_length=20, required=False,
        help_text=_("知道就填，只用来找到账号，不保存；公开前一定先问本人。"),
    )  # fmt: skip
    title = forms.CharField(label=_("一句话"), max_length=40, help_text=_("例如：暴雨里帮老人推车。"))
    story = forms.CharField(
        label=_("什么时候、在哪里、做了什么"), max_length=1200, widget=LONG,
        help_text=_("写看到的事，不用写好听的话。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [(each.code, f"{each.name} · {each.about}") for each in kinds()]

    def nomination(self) -> Nomination:
        told = self.cleaned_data
        names = ("kind", "title", "story", "who", "phone", "is_self")
        return Nomination(**{name: told[name] for name in names})


class StoryForm(Refusing):
    title = forms.CharField(label=_("一句话"), max_length=40)
    story = forms.CharField(
        label=_("事迹"),
        max_length=1200,
        widget=LONG,
        help_text=_("公开时大家读到的就是这一段，不写别人的名字。"),
    )
    phone = forms.CharField(
        label=_("本人的手机号"),
        max_length=20,
        required=False,
        help_text=_("只用来找到账号、好去问本人，不保存。"),
    )


class OpinionForm(Refusing):
    """For the steps that need a word."""

    opinion = forms.CharField(label=_("核实了什么，为什么"), max_length=200, widget=AREA)


class HoldOpinionForm(OpinionForm):
    """`given`: an explanation that is so common that it need not be written."""

    given = forms.ChoiceField(label=_("常见的情况"), required=False, widget=forms.RadioSelect)

    def __init__(self, data: QueryDict | None, *, reason: str, denies: bool) -> None:
        super().__init__(data)
        found = [(str(number), words) for number, words in enumerate(GIVEN.get(reason, ()), start=1)]
        self.words = dict(found)
        choice: Any = self.fields["given"]
        choice.choices = [("", _("都不是，下面另写")), *found]
        self.fields["opinion"].required = denies

    def told(self) -> str:
        """What its owner reads."""
        return self.cleaned_data["opinion"].strip() or str(self.words.get(self.cleaned_data["given"], ""))


class ReasonForm(Refusing):
    reason = forms.CharField(
        label=_("原因"), max_length=200, widget=AREA, help_text=_("本人看得到，也能申诉。")
    )


class AbsenceForm(Refusing):
    """What somebody decides who has looked: `months` counts only where stars wait."""

    months = forms.IntegerField(label=_("停几个月"), min_value=1, max_value=12, required=False)
    opinion = forms.CharField(
        label=_("看到了什么，为什么这样定"),
        max_length=200,
        widget=AREA,
        help_text=_("本人看得到，也能申诉。"),
    )


class CodeForm(Refusing):
    code = forms.CharField(
        label=_("领奖码"), max_length=16, help_text=_("请本人在窗口出示，身份也在窗口核对。")
    )


class AnswerForm(Refusing):
    answer = forms.CharField(
        label=_("当时是什么情况"), max_length=400, widget=AREA,
        help_text=_("写给核实的人看；不用写名字，他们不知道您是谁。"),
    )  # fmt: skip


class AppealForm(Refusing):
    reason = forms.CharField(
        label=_("为什么不服"), max_length=400, widget=AREA, help_text=_("由没有作决定的人来裁定。")
    )


class VerdictForm(Refusing):
    """Yes or no, and why."""

    is_upheld = forms.TypedChoiceField(
        label=_("结果"), coerce=lambda value: value == "yes", widget=forms.RadioSelect,
        choices=(("yes", _("成立")), ("no", _("不成立"))),
    )  # fmt: skip
    answer = forms.CharField(label=_("理由"), max_length=200, widget=AREA)


class ObjectionForm(Refusing):
    key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("哪里不对"), max_length=400, widget=AREA,
        help_text=_("不用登录，不记是谁。请不要写人名和电话。"),
    )  # fmt: skip


class TipForm(Refusing):
    programme = forms.ChoiceField(label=_("哪个部门的奖励"))
    clue = forms.CharField(
        label=_("线索编号"), max_length=32, help_text=_("部门给您的编号，或者这条上报的编号。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["programme"]
        field.choices = [(each.code, f"{each.name} · {each.reward}") for each in programmes()]


class TipFilterForm(forms.Form):
    state = forms.ChoiceField(
        label=_("到哪一步"), required=False, choices=[("", _("全部")), *TipState.choices]
    )

    def state_wanted(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("state", ""))


class HonourFilterForm(forms.Form):
    tab = forms.CharField(required=False)
    q = forms.CharField(label=_("找一句话、称呼"), required=False, max_length=40)
    kind = forms.ChoiceField(label=_("哪一种荣誉"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        field: Any = self.fields["kind"]
        field.choices = [("", _("全部")), *((each.code, each.name) for each in kinds(active=False))]

    def filters(self) -> HonourFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        told = self.cleaned_data
        tab = told.get("tab", "")
        return HonourFilters(
            tab=tab if tab in {*TABS, "all"} else "todo",
            kind=told.get("kind", ""),
            text=told.get("q", "").strip(),
        )


class HoldFilterForm(forms.Form):
    tab = forms.CharField(required=False)
    reason = forms.ChoiceField(
        label=_("为什么"), required=False, choices=[("", _("全部")), *HoldReason.choices]
    )
    late = forms.BooleanField(label=_("只看超时的"), required=False)

    def filters(self) -> HoldFilters:
        self.is_valid()
        told = self.cleaned_data
        tab = told.get("tab", "")
        return HoldFilters(
            tab=tab if tab in {*HOLD_TABS, "all"} else "todo",
            reason=told.get("reason", ""),
            late=bool(told.get("late")),
        )


class SchemeForm(Refusing):
    """The star rules' next version: hours and growth of the five levels."""

    publicity_days = forms.IntegerField(label=_("公示期（工作日）"), min_value=5, max_value=30)
    most_no_shows = forms.IntegerField(
        label=_("一年最多爽约几次"), min_value=0, max_value=99, help_text=_("填 0 就不看这一项。")
    )
    no_show_effect = forms.ChoiceField(
        label=_("到了次数怎么办"), choices=NoShowEffect.choices, widget=forms.RadioSelect,
        help_text=_("没有一样是自动的：停不停由人看了再定，本人先知道、能说明、能申诉。"),
    )  # fmt: skip
    pause_months = forms.IntegerField(label=_("最多停几个月"), min_value=1, max_value=12)
    needs_balance = forms.BooleanField(label=_("积分欠着不评"), required=False)
    note = forms.CharField(label=_("改了什么"), max_length=120, required=False)

    def __init__(self, data: QueryDict | None, *, scheme: StarScheme) -> None:
        held = {each.level: each for each in scheme.levels.all()}
        initial = {
            "publicity_days": scheme.publicity_days, "most_no_shows": scheme.most_no_shows,
            "needs_balance": scheme.needs_balance, "no_show_effect": scheme.no_show_effect,
            "pause_months": scheme.pause_months,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        for level in range(1, 6):
            self.fields[f"hours_{level}"] = forms.IntegerField(
                label=_("%s 星要多少小时") % level, min_value=1, max_value=100_000, initial=held[level].hours
            )
            self.fields[f"growth_{level}"] = forms.IntegerField(
                label=_("%s 星要多少成长值") % level,
                min_value=0,
                max_value=1_000_000,
                initial=held[level].growth,
            )

    def rows(self) -> list[tuple[int, Any, Any]]:
        return [(level, self[f"hours_{level}"], self[f"growth_{level}"]) for level in range(1, 6)]

    def told(self) -> dict[str, Any]:
        given = self.cleaned_data
        levels = {level: (given[f"hours_{level}"], given[f"growth_{level}"]) for level in range(1, 6)}
        rest = ("publicity_days", "most_no_shows", "no_show_effect", "pause_months", "needs_balance", "note")
        return {"levels": levels, **{name: given[name] for name in rest}}
