"""Steps in which several organisations have a part: whistling, answering, naming one lead, assistants, more time."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import ConsultAnswer, TaskRole
from nuanxin.cases.forms.steps import DispatchForm, StepForm, Units, words_field
from nuanxin.cases.models import Task
from nuanxin.cases.queries.extending import end_of_day, first_day, last_day
from nuanxin.cases.queries.page import CasePage
from nuanxin.cases.services import StepInput


class UnitsForm(StepForm):
    """A list of organisations to tick: the suggested ones first, each with why."""

    units_wanted = forms.MultipleChoiceField(
        label=_("单位"), required=False, widget=forms.CheckboxSelectMultiple
    )
    legend: Any = _("单位")
    legend_help: Any = ""

    def __init__(self, *args: Any, units: Units, **given: Any) -> None:
        super().__init__(*args, units=units, **given)
        choices = [(str(each.organisation.public_id), each.organisation.name) for each in units.suggestions]
        self.fields["units_wanted"].choices = [*choices, *units.others_flat()]  # type: ignore[attr-defined]

    @property
    def rows(self) -> list[tuple[str, str, str, bool]]:
        """Value, name, why, chosen."""
        assert self.units is not None  # noqa: S101  -- the constructor asks for them
        chosen = set(self["units_wanted"].value() or [])
        rows = [
            (str(each.organisation.public_id), each.organisation.name, str(each.reason))
            for each in self.units.suggestions
            if each.organisation.pk not in self.left_out()
        ]
        rows += [(value, label, "") for value, label in self.units.others_flat()]
        told = [(value, label, why, value in chosen) for value, label, why in rows]
        return sorted(told, key=lambda row: (not row[3], not row[2]))

    def left_out(self) -> set[int]:
        """Organisations that are not asked, by key."""
        return set()

    def step_input(self) -> StepInput:
        units = tuple(UUID(value) for value in self.cleaned_data["units_wanted"])
        return StepInput(opinion=self.cleaned_data["opinion"], units=units)


class ConsultForm(UnitsForm):
    legend = _("请哪些单位来会商")
    legend_help = _("每个单位要在时限内报到：派人到会，或给出书面意见。")
    opinion = words_field(
        _("为什么会商，要定什么"), help_text=_("被吹哨的单位都会看到；上报人只知道几个单位在商量。")
    )

    def __init__(self, *args: Any, units: Units, page: CasePage, **given: Any) -> None:
        super().__init__(*args, units=units, page=page, **given)
        at_it = [task.organisation.public_id for task in page.tasks if task.role != TaskRole.COMMUNITY]
        self.initial.setdefault("units_wanted", list(dict.fromkeys(str(each) for each in at_it)))


class AnswerCallForm(StepForm):
    answer = forms.ChoiceField(
        label=_("怎么参加"),
        choices=ConsultAnswer.choices,
        initial=ConsultAnswer.ATTENDS,
        widget=forms.RadioSelect,
    )
    opinion = words_field(
        _("本单位的意见"), required=False, help_text=_("归谁管、怎么办、依据是什么。选“书面意见”时必须写。")
    )

    def step_input(self) -> StepInput:
        return StepInput(answer=self.cleaned_data["answer"], opinion=self.cleaned_data["opinion"])


class ConcludeForm(DispatchForm):
    opinion = words_field(_("会商结论"), help_text=_("谁主办、谁配合、各做什么。各单位都会看到。"))


class CallOffForm(StepForm):
    opinion = words_field(
        _("为什么不开了"),
        rows=2,
        help_text=_("被吹哨的单位都会收到通知；办这件事的单位看得到原因，上报人只知道不用商量了。"),
    )


class AssistsForm(UnitsForm):
    legend = _("哪些单位协办")
    legend_help = _("勾上就派一份，取消就撤回；已交结果的不能撤。每个协办单位有自己的时限。")
    opinion = words_field(
        _("说明"), required=False, rows=2, help_text=_("需要它们做什么；撤回时写一句为什么。")
    )

    def __init__(self, *args: Any, units: Units, page: CasePage, **given: Any) -> None:
        self.others_at_it = {
            task.organisation_id for task in page.tasks if _is_open(task) and task.role != TaskRole.ASSIST
        }
        super().__init__(*args, units=units, page=page, **given)
        now_at_it = [
            str(task.organisation.public_id)
            for task in page.tasks
            if _is_open(task) and task.role == TaskRole.ASSIST
        ]
        known = {value for value, _label in self.fields["units_wanted"].choices}  # type: ignore[attr-defined]
        self.fields["units_wanted"].choices += [  # type: ignore[attr-defined]
            (str(task.organisation.public_id), task.organisation.name)
            for task in page.tasks
            if str(task.organisation.public_id) in set(now_at_it) - known
        ]
        self.initial.setdefault("units_wanted", now_at_it)

    def left_out(self) -> set[int]:
        return self.others_at_it


def _is_open(task: Task) -> bool:
    return task.ended_at is None


class RequestExtensionForm(StepForm):
    day = forms.DateField(
        label=_("延到哪一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    opinion = words_field(
        _("为什么办不完，这段时间做什么"), help_text=_("审批的人会看到；上报人只会知道新的时间。")
    )

    def __init__(self, *args: Any, page: CasePage, **given: Any) -> None:
        super().__init__(*args, page=page, **given)
        self.case = page.case
        if self.case.due_at is not None:
            first, last = first_day(self.case), last_day(self.case.due_at)
            self.fields["day"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}
            self.fields["day"].help_text = _("从 %(first)s 到 %(last)s 之间的一天，到那天下班为止。") % {
                "first": first.isoformat(),
                "last": last.isoformat(),
            }

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if end_of_day(self.case, day) is None:
            raise forms.ValidationError(_("那天不上班，请换一个工作日。"))
        return day

    def step_input(self) -> StepInput:
        until = end_of_day(self.case, self.cleaned_data["day"])
        return StepInput(opinion=self.cleaned_data["opinion"], until=until)


class GrantExtensionForm(StepForm):
    opinion = words_field(_("审批意见"), required=False, rows=2)


class RefuseExtensionForm(StepForm):
    opinion = words_field(_("为什么不同意"), help_text=_("申请的单位会看到，时限不变。"))


FORMS: dict[str, type[StepForm]] = {
    "consult": ConsultForm,
    "answer_call": AnswerCallForm,
    "conclude": ConcludeForm,
    "call_off": CallOffForm,
    "assists": AssistsForm,
    "request_extension": RequestExtensionForm,
    "grant_extension": GrantExtensionForm,
    "refuse_extension": RefuseExtensionForm,
}
