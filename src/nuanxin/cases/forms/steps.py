"""One small form for each step that needs something said; the keys are the names of the tables in `workflow`."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import INSTEAD, Outcome, PhotoKind, RejectReason, ReturnReason
from nuanxin.cases.forms.photos import PhotosField
from nuanxin.cases.models import TEXT_LENGTH, Task
from nuanxin.cases.queries.besides import may_return_for
from nuanxin.cases.queries.page import CasePage, missing_assistants
from nuanxin.cases.queries.routing import Suggestion
from nuanxin.cases.services import Photo, StepInput
from nuanxin.people.enums import UnitType
from nuanxin.people.models import Organisation

OTHER = "other"


def words_field(label: Any, *, required: bool = True, help_text: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=TEXT_LENGTH,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class StepForm(forms.Form):
    """Common to all: `step_input` is what the service is given, `told` what becomes of it, above the fields."""

    told: Any = ""
    photo_kinds: Mapping[str, PhotoKind] = {}

    def __init__(
        self,
        *args: Any,
        units: "Units | None" = None,
        page: CasePage | None = None,
        task: Task | None = None,
        takes_photos: bool = True,
        **given: Any,
    ) -> None:
        super().__init__(*args, **given)
        self.units = units
        self.page = page
        self.task = task
        if not takes_photos:
            for name in self.photo_kinds:
                self.fields.pop(name, None)

    @property
    def photo_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.photo_kinds if name in self.fields]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.photo_kinds]

    def photos(self) -> tuple[Photo, ...]:
        return tuple(
            Photo(kind, image)
            for name, kind in self.photo_kinds.items()
            for image in self.cleaned_data.get(name) or ()
        )

    def step_input(self) -> StepInput:
        given = self.cleaned_data
        return StepInput(
            opinion=given.get("opinion", ""),
            reason=given.get("reason", ""),
            outcome=given.get("outcome", ""),
            photos=self.photos(),
            basis=given.get("basis", ""),
            unfinished=given.get("unfinished", ""),
        )


class Units:
    """Whom a dispatcher can choose: those suggested, with why, and all others around the place."""

    def __init__(self, suggestions: Sequence[Suggestion], around: Sequence[Organisation]) -> None:
        self.suggestions = list(suggestions)
        suggested = {suggestion.organisation.pk for suggestion in suggestions}
        self.others = [unit for unit in around if unit.pk not in suggested]

    @property
    def community(self) -> Suggestion | None:
        return next((each for each in self.suggestions if each.role == "community"), None)

    @property
    def leads(self) -> list[Suggestion]:
        return [each for each in self.suggestions if each.role != "community"] or self.suggestions

    def grouped(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """For a select: the other units under the kind of work that they take."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for unit in self.others:
            label = UnitType(unit.unit_type).label if unit.unit_type in UnitType.values else str(_("其他"))
            groups.setdefault(str(label), []).append((str(unit.public_id), unit.name))
        return list(groups.items())

    def others_flat(self) -> list[tuple[str, str]]:
        return [pair for _label, pairs in self.grouped() for pair in pairs]


class PlainForm(StepForm):
    opinion = words_field(_("说明"), required=False)


class RejectForm(StepForm):
    reason = forms.ChoiceField(
        label=_("为什么不予受理"), choices=RejectReason.choices, widget=forms.RadioSelect
    )
    opinion = words_field(_("给上报人的一句话"), help_text=_("上报人会看到：为什么，可以去哪里。"))

    @property
    def instead(self) -> list[tuple[str, str, str]]:
        """Each reason with where to go instead, as the reporter will read it."""
        return [(value, str(label), str(INSTEAD[value])) for value, label in RejectReason.choices]


class ReturnForm(StepForm):
    reason = forms.ChoiceField(label=_("为什么退回"), choices=ReturnReason.choices, widget=forms.RadioSelect)
    opinion = words_field(_("退回的说明"), help_text=_("街道会看到。写清楚，能少来回一趟。"))
    basis = forms.CharField(
        label=_("依据的文件"),
        required=False,
        max_length=200,
        help_text=_("选“不是我的职责”时必填：哪个文件、哪一条。"),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        if self.task is None:
            return
        reasons = [
            (value, label) for value, label in ReturnReason.choices if may_return_for(self.task, value)
        ]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]
        if ReturnReason.R2 not in dict(reasons):
            del self.fields["basis"]


class SelfHandleForm(StepForm):
    photo_kinds = {"before": PhotoKind.BEFORE, "after": PhotoKind.AFTER}
    opinion = words_field(_("处理结果"), help_text=_("做了什么、现在怎么样。上报人会看到。"))
    before = PhotosField(label=_("处理前"))
    after = PhotosField(label=_("处理后"))


class ResultForm(StepForm):
    """A lead whose assistants are still at it says why it does not wait for them."""

    photo_kinds = {"after": PhotoKind.AFTER}
    opinion = words_field(_("处理结果"), help_text=_("做了什么、现在怎么样。上报人会看到。"))
    unfinished = words_field(_("为什么不等协办单位"), rows=2)
    after = PhotosField(label=_("处理后"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        missing = missing_assistants(self.page, self.task) if self.page else []
        if missing:
            told = _("%(units)s还没交结果。上报人看不到这一句。") % {"units": _("、").join(missing)}
            self.fields["unfinished"].help_text = told
        else:
            del self.fields["unfinished"]


class MadeSafeForm(StepForm):
    photo_kinds = {"after": PhotoKind.AFTER}
    opinion = words_field(
        _("怎么控制住的"), help_text=_("例如：阀门已关，现场已围挡。上报人会看到。"), required=False
    )
    after = PhotosField(label=_("现场照片"))


class PassForm(StepForm):
    photo_kinds = {"after": PhotoKind.AFTER}
    outcome = forms.ChoiceField(
        label=_("办结方式"), choices=Outcome.choices, initial=Outcome.SOLVED, widget=forms.RadioSelect
    )
    opinion = words_field(_("核查说明"), required=False, help_text=_("上报人会看到。"))
    after = PhotosField(label=_("核查照片"))


class FailForm(StepForm):
    photo_kinds = {"after": PhotoKind.AFTER}
    opinion = words_field(_("哪里还没做好"), help_text=_("处理单位会照着返工，请写具体。"))
    after = PhotosField(label=_("核查照片"))


class DispatchForm(StepForm):
    """Lead: one of the suggested, or another; assistants: any number. The community has its part in any case."""

    lead = forms.ChoiceField(label=_("主办单位"), widget=forms.RadioSelect)
    other_lead = forms.ChoiceField(label=_("选别的单位"), required=False)
    assists = forms.MultipleChoiceField(
        label=_("协办单位"), required=False, widget=forms.CheckboxSelectMultiple
    )
    opinion = words_field(_("派单意见"), required=False, rows=2)

    def __init__(self, *args: Any, units: Units, **given: Any) -> None:
        super().__init__(*args, units=units, **given)
        suggested = [(str(each.organisation.public_id), each.organisation.name) for each in units.leads]
        self.fields["lead"].choices = [*suggested, (OTHER, _("别的单位"))]  # type: ignore[attr-defined]
        self.fields["other_lead"].choices = [("", "—"), *units.grouped()]  # type: ignore[attr-defined]
        self.fields["assists"].choices = [*suggested, *units.others_flat()]  # type: ignore[attr-defined]
        lead = next((each for each in units.leads if each.role == "lead"), None)
        first = lead or next(iter(units.leads), None)
        self.initial.setdefault("lead", str(first.organisation.public_id) if first else OTHER)
        assists = [str(each.organisation.public_id) for each in units.leads if each.role == "assist"]
        self.initial.setdefault("assists", assists)

    def chosen(self, name: str) -> set[str]:
        value = self[name].value()
        return set(value) if isinstance(value, list | tuple) else {value}

    @property
    def lead_rows(self) -> list[tuple[Suggestion, str, bool]]:
        assert self.units is not None  # noqa: S101  -- the constructor asks for them
        chosen = self.chosen("lead")
        rows = [(each, str(each.organisation.public_id)) for each in self.units.leads]
        return [(each, value, value in chosen) for each, value in rows]

    @property
    def assist_rows(self) -> list[tuple[Suggestion, str, bool]]:
        chosen = self.chosen("assists")
        rows = [(each, value) for each, value, _lead in self.lead_rows if each.role != "lead"]
        return [(each, value, value in chosen) for each, value in rows]

    @property
    def other_assists(self) -> list[tuple[str, str, bool]]:
        """Those not suggested, and the suggested lead: somebody else may be chosen to lead it."""
        assert self.units is not None  # noqa: S101  -- as above
        chosen = self.chosen("assists")
        leads = [(value, each.organisation.name) for each, value, _c in self.lead_rows if each.role == "lead"]
        return [(value, label, value in chosen) for value, label in [*leads, *self.units.others_flat()]]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("lead") == OTHER and not given.get("other_lead"):
            self.add_error("other_lead", _("请选一个单位。"))
        return given

    def step_input(self) -> StepInput:
        given = self.cleaned_data
        lead = given["other_lead"] if given["lead"] == OTHER else given["lead"]
        assists = tuple(UUID(value) for value in given["assists"] if value != lead)
        return StepInput(opinion=given["opinion"], lead=UUID(lead), assists=assists)


class CallInForm(StepForm):
    units_wanted = forms.MultipleChoiceField(label=_("呼叫哪些单位"), widget=forms.CheckboxSelectMultiple)
    opinion = words_field(_("需要他们做什么"), required=False, rows=2)

    def __init__(self, *args: Any, units: Units, **given: Any) -> None:
        super().__init__(*args, units=units, **given)
        choices = [(str(each.organisation.public_id), each.organisation.name) for each in units.leads]
        self.fields["units_wanted"].choices = [*choices, *units.others_flat()]  # type: ignore[attr-defined]

    @property
    def rows(self) -> list[tuple[str, str, str, bool]]:
        """Value, name, why, chosen: the suggested units first."""
        assert self.units is not None  # noqa: S101  -- the constructor asks for them
        chosen = set(self["units_wanted"].value() or [])
        rows = [
            (str(each.organisation.public_id), each.organisation.name, str(each.reason))
            for each in self.units.leads
            if each.role != "community"
        ]
        rows += [(value, label, "") for value, label in self.units.others_flat()]
        return [(value, label, why, value in chosen) for value, label, why in rows]

    def step_input(self) -> StepInput:
        units = tuple(UUID(value) for value in self.cleaned_data["units_wanted"])
        return StepInput(opinion=self.cleaned_data["opinion"], units=units)


class AskForm(forms.Form):
    text = forms.CharField(
        label=_("问上报人"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("经系统转达，双方都不知道对方是谁。请不要问姓名和电话。"),
    )


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么必须知道"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("上报人会看到这句话、是哪个单位什么身份看的；审计里也有记录。"),
    )


FORMS: Mapping[str, type[StepForm]] = {
    "reject": RejectForm,
    "dispatch": DispatchForm,
    "return": ReturnForm,
    "self_handle": SelfHandleForm,
    "submit_result": ResultForm,
    "call_in": CallInForm,
    "pass": PassForm,
    "fail": FailForm,
    "make_safe": MadeSafeForm,
}
