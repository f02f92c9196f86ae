"""The small forms of supervision, shelving and appeals; the keys are the names of the steps."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import ShelvingCause, SupervisionCause
from nuanxin.cases.forms.steps import StepForm, words_field
from nuanxin.cases.models import PUBLIC_LENGTH
from nuanxin.cases.queries.appealing import facts_against
from nuanxin.cases.services import StepInput
from nuanxin.ui.phrases import stamp

SOON = timedelta(days=30)


def _public(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=PUBLIC_LENGTH, help_text=help_text, widget=forms.Textarea(attrs={"rows": 2})
    )


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget)


class OversightForm(StepForm):
    def step_input(self) -> StepInput:
        given = self.cleaned_data
        return StepInput(
            opinion=given.get("opinion", ""),
            cause=given.get("cause", ""),
            about=given.get("about", ""),
            public_words=given.get("public_words", ""),
            target_on=given.get("target_on"),
        )


class SuperviseForm(OversightForm):
    cause = forms.ChoiceField(
        label=_("督办种类"),
        choices=[
            (SupervisionCause.LEADER, _("领导督办：请单位限时回复")),
            (SupervisionCause.KEY, _("重点督办：列入区级挂牌")),
        ],
        initial=SupervisionCause.LEADER,
        widget=forms.RadioSelect,
    )
    opinion = words_field(
        _("督办要求"), help_text=_("要做什么、什么时候前。被督办单位会看到，上报人看不到。")
    )


class RemindForm(OversightForm):
    opinion = words_field(
        _("催办的话"), required=False, rows=2, help_text=_("可以不写。每天最多催一次，单位会收到通知。")
    )


class ReplyForm(OversightForm):
    opinion = words_field(
        _("回复"), help_text=_("为什么晚、现在到哪一步、什么时候办好。一次回复答复这件事的全部督办。")
    )


class RequestShelvingForm(OversightForm):
    cause = forms.ChoiceField(
        label=_("为什么现在解决不了"), choices=ShelvingCause.choices, widget=forms.RadioSelect
    )
    opinion = words_field(
        _("书面说明"),
        rows=5,
        help_text=_("做过什么、为什么解决不了、下一步怎么办。街道会核实，上报人看不到。"),
    )
    target_on = _day(_("预计什么时候能解决"), _("这一天会告诉上报人。"))


class ApproveShelvingForm(OversightForm):
    target_on = _day(_("目标日期"), _("这一天会告诉上报人，到期前每月复查。"))
    public_words = _public(_("给上报人的一句话"), _("上报人会看到：为什么要等、等的时候做什么。"))
    opinion = words_field(_("审核意见"), required=False, rows=2, help_text=_("单位之间看，上报人看不到。"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        shelving = self.page.oversight.shelving if self.page else None
        if shelving is not None:
            self.initial.setdefault("target_on", shelving.target_on)


class RefuseShelvingForm(OversightForm):
    opinion = words_field(_("为什么不同意"), help_text=_("请写接下来怎么办；申请单位会看到。"))


class ReviewShelvingForm(ApproveShelvingForm):
    public_words = _public(_("这个月的进展，给上报人的一句话"), _("上报人会看到。"))
    opinion = words_field(_("内部说明"), required=False, rows=2, help_text=_("单位之间看，上报人看不到。"))


class EndShelvingForm(OversightForm):
    public_words = _public(_("给上报人的一句话"), _("上报人会看到：现在可以办了。时限从剩下的时间接着算。"))


class AppealForm(OversightForm):
    about = forms.ChoiceField(label=_("对哪一项申诉"), widget=forms.RadioSelect)
    opinion = words_field(
        _("申诉理由"), rows=5, help_text=_("为什么不该算在本单位头上、有什么依据。上报人看不到申诉。")
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        facts = []
        if self.page and self.page.organisation_id:
            facts = facts_against(self.page.case, self.page.organisation_id, now=timezone.now())
        choices = [(fact.name, f"{fact.label} · {stamp(fact.at, 'm-d H:i')}") for fact in facts]
        self.fields["about"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.initial.setdefault("about", choices[0][0])


class AcceptAppealForm(OversightForm):
    opinion = words_field(_("初审意见"), required=False, rows=2)


class SayAppealForm(OversightForm):
    opinion = words_field(_("理由"), help_text=_("申诉单位会看到，记录永久保留。"))


class OpineForm(OversightForm):
    opinion = words_field(_("本单位意见"), help_text=_("情况是否属实，是否支持申诉。审定的领导会看到。"))


OVERSIGHT_FORMS: Mapping[str, type[OversightForm]] = {
    "supervise": SuperviseForm,
    "remind": RemindForm,
    "reply_supervision": ReplyForm,
    "request_shelving": RequestShelvingForm,
    "approve_shelving": ApproveShelvingForm,
    "refuse_shelving": RefuseShelvingForm,
    "review_shelving": ReviewShelvingForm,
    "end_shelving": EndShelvingForm,
    "appeal": AppealForm,
    "accept_appeal": AcceptAppealForm,
    "dismiss_appeal": SayAppealForm,
    "opine_appeal": OpineForm,
    "uphold_appeal": SayAppealForm,
    "reject_appeal": SayAppealForm,
}
