"""Kind notices, measures, stages of a repair, receipts: the keys are the names of the steps."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import MeasureKind, PhotoKind, StageKind
from nuanxin.cases.forms.photos import PhotosField
from nuanxin.cases.forms.steps import StepForm, words_field
from nuanxin.cases.models import Measure
from nuanxin.cases.services import PlannedStage, StepInput
from nuanxin.ui.phrases import moment

SUBJECT_HELP = _("店招、摊位、车位或物品，例如“南门水果摊”。不写人名、电话。")


def _subject(*, required: bool = True) -> forms.CharField:
    return forms.CharField(label=_("对着什么"), max_length=60, required=required, help_text=SUBJECT_HELP)


def _moment(label: Any, help_text: Any = "", *, required: bool = False) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, help_text=help_text, widget=widget)


class KindNoticeForm(StepForm):
    photo_kinds = {"before": PhotoKind.BEFORE}
    subject = _subject()
    opinion = words_field(
        _("再加一句"),
        required=False,
        rows=2,
        help_text=_("可以不写。提示单上已有这一类的暖心话、期限、单位和电话，发出前能打印。"),
    )
    day = _moment(_("请在什么时候前改好"), _("不填就按这一类的规定；可以更宽，不能更紧。"))
    before = PhotosField(label=_("现场照片（可不拍）"))

    def step_input(self) -> StepInput:
        given = self.cleaned_data
        return StepInput(
            subject=given["subject"], opinion=given["opinion"], until=given["day"], photos=self.photos()
        )


class LookAgainForm(StepForm):
    photo_kinds = {"after": PhotoKind.AFTER}
    measure = forms.ChoiceField(label=_("哪一张提示单"), widget=forms.RadioSelect)
    outcome = forms.ChoiceField(
        label=_("改了吗"),
        choices=[("heeded", _("已经改好")), ("unheeded", _("到期没有改"))],
        widget=forms.RadioSelect,
    )
    opinion = words_field(_("看到的情况"), required=False, rows=2)
    after = PhotosField(label=_("现场照片（可不拍）"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        now = timezone.now()
        own = self.task.organisation_id if self.task else None
        measures = self.page.measures if self.page else ()
        choices = [
            (str(each.pk), f"{each.subject} · {moment(each.comply_by, now=now)}")
            for each in measures
            if each.is_open_notice and each.organisation_id == own and each.comply_by
        ]
        self.fields["measure"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["measure"].widget = forms.HiddenInput()
            self.initial["measure"] = choices[0][0]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        hidden = [field for field in self.hidden_fields() if field.name == "measure"]
        return [*hidden, *super().plain_fields]

    def step_input(self) -> StepInput:
        given = self.cleaned_data
        return StepInput(
            measure=int(given["measure"]),
            outcome=given["outcome"],
            opinion=given["opinion"],
            photos=self.photos(),
        )


class ManageForm(StepForm):
    """After what the step before was about; `danger` only where life or limb may be."""

    photo_kinds = {"after": PhotoKind.AFTER}
    before: MeasureKind = MeasureKind.NOTICE
    subject = forms.ChoiceField(label=_("对着什么"), required=False)
    other_subject = forms.CharField(
        label=_("别的对象"), max_length=60, required=False, help_text=SUBJECT_HELP
    )
    opinion = words_field(_("采取了什么措施"), help_text=_("写措施和依据，不写人名。上报人看不到这段话。"))
    danger = forms.CharField(
        label=_("为什么等不了提示单"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("只有紧急的（U1、U2）才可以不走前一步，必须写明原因，会单独统计。"),
    )
    after = PhotosField(label=_("现场照片（可不拍）"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        names = list(dict.fromkeys(each.subject for each in self._ready()))
        if names:
            self.fields["subject"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
            self.fields["subject"].required = True
            for name in ("other_subject", "danger"):
                del self.fields[name]
        else:
            del self.fields["subject"]
            self.fields["danger"].required = self.fields["other_subject"].required = True

    def _ready(self) -> list[Measure]:
        measures = self.page.measures if self.page else ()
        if self.before == MeasureKind.NOTICE:
            return [each for each in measures if each.complied is False]
        return [each for each in measures if each.kind == self.before]

    def step_input(self) -> StepInput:
        given = self.cleaned_data
        return StepInput(
            subject=given.get("subject") or given.get("other_subject", ""),
            opinion=given["opinion"],
            danger=given.get("danger", ""),
            photos=self.photos(),
        )


class PenaliseForm(ManageForm):
    before = MeasureKind.MANAGEMENT
    opinion = words_field(
        _("处罚的种类、依据和文书号"), help_text=_("不写人名和证件号。上报人看不到这段话。")
    )


class PlanRepairForm(StepForm):
    """Two or three rows; those that are done are not asked again."""

    temporary_first = (StageKind.MAKE_SAFE, StageKind.TEMPORARY, StageKind.FINAL)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        stages = {each.kind: each for each in (self.page.stages if self.page else ())}
        examples = {
            StageKind.MAKE_SAFE: _("例如：围挡、放警示牌"),
            StageKind.TEMPORARY: _("例如：盖临时盖板"),
            StageKind.FINAL: _("例如：换新井盖"),
        }
        for kind in self.temporary_first:
            planned = stages.get(kind)
            if planned is not None and planned.done_at:
                continue
            last = kind == StageKind.FINAL
            self.fields[f"{kind}_name"] = forms.CharField(
                label=kind.label, max_length=40, required=last, help_text=examples[kind]
            )
            self.fields[kind.value] = _moment(_("什么时候做好"), required=last)
            if planned is not None:
                self.initial[f"{kind}_name"] = planned.name
                self.initial[kind.value] = planned.planned_for

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for kind in self.temporary_first:
            name, at = given.get(f"{kind}_name"), given.get(kind.value)
            if bool(name) != bool(at) and kind.value in self.fields and not self.errors.get(kind.value):
                self.add_error(kind.value, _("写了做什么，就要写什么时候做好；不需要这一步就都空着。"))
        return given

    def step_input(self) -> StepInput:
        given = self.cleaned_data
        plan = tuple(
            PlannedStage(kind, given[f"{kind}_name"], given[kind.value])
            for kind in self.temporary_first
            if given.get(kind.value) and given.get(f"{kind}_name")
        )
        return StepInput(plan=plan)


class FinishStageForm(StepForm):
    photo_kinds = {"after": PhotoKind.AFTER}
    stage = forms.ChoiceField(label=_("做好了哪一步"), widget=forms.RadioSelect)
    opinion = words_field(
        _("告诉上报人"), rows=2, help_text=_("例如：临时盖板已盖好，明天换新井盖。上报人会看到。")
    )
    after = PhotosField(label=_("现场照片"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        stages = self.page.stages if self.page else ()
        choices = [
            (each.kind, f"{each.get_kind_display()} · {each.name}")
            for each in stages
            if each.done_at is None and each.kind != StageKind.FINAL
        ]
        self.fields["stage"].choices = choices  # type: ignore[attr-defined]
        if choices:
            self.initial.setdefault("stage", choices[0][0])

    def step_input(self) -> StepInput:
        given = self.cleaned_data
        return StepInput(stage=given["stage"], opinion=given["opinion"], photos=self.photos())


class TransferForm(StepForm):
    opinion = words_field(
        _("对方的回执"),
        help_text=_("谁收到了、接下来怎么办、打哪个电话。上报人会看到；不写任何人的姓名。"),
    )


MEASURE_FORMS: Mapping[str, type[StepForm]] = {
    "kind_notice": KindNoticeForm,
    "look_again": LookAgainForm,
    "manage": ManageForm,
    "penalise": PenaliseForm,
    "plan_repair": PlanRepairForm,
    "finish_stage": FinishStageForm,
    "transfer": TransferForm,
}
