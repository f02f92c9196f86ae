"""One small form for each selected case: whom it goes to, or how it ended."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import Outcome
from nuanxin.cases.queries.bulk import Candidate
from nuanxin.cases.services import BulkItem


class BulkRowForm(forms.Form):
    """Its fields carry the case's number as prefix, so that fifty of them are one page."""

    def __init__(self, data: Any, *, candidate: Candidate) -> None:
        super().__init__(data, prefix=candidate.case.number)
        self.candidate = candidate

    @property
    def number(self) -> str:
        return self.candidate.case.number


class DispatchRowForm(BulkRowForm):
    lead = forms.ChoiceField(label=_("主办单位"))
    assists = forms.MultipleChoiceField(label=_("协办单位"), required=False)
    more = forms.ChoiceField(label=_("再加一家协办"), required=False)

    def __init__(self, data: Any, *, candidate: Candidate) -> None:
        super().__init__(data, candidate=candidate)
        units = [(str(unit.public_id), unit.name) for unit in candidate.around]
        self.fields["lead"].choices = units  # type: ignore[attr-defined]
        self.fields["assists"].choices = units  # type: ignore[attr-defined]
        self.fields["more"].choices = [("", "—"), *units]  # type: ignore[attr-defined]
        lead = candidate.lead
        self.initial["lead"] = str(lead.organisation.public_id) if lead else ""
        self.initial["assists"] = [str(each.organisation.public_id) for each in candidate.assists]

    @property
    def assist_rows(self) -> list[tuple[str, str, bool]]:
        """Those suggested, each with whether it is ticked."""
        chosen = set(self["assists"].value() or [])
        units = [each.organisation for each in self.candidate.assists]
        return [(str(unit.public_id), unit.label, str(unit.public_id) in chosen) for unit in units]

    def item(self) -> BulkItem:
        given = self.cleaned_data
        wanted = [*given["assists"], *([given["more"]] if given["more"] else [])]
        assists = tuple(UUID(value) for value in dict.fromkeys(wanted) if value != given["lead"])
        return BulkItem(self.number, lead=UUID(given["lead"]), assists=assists)


class PassRowForm(BulkRowForm):
    outcome = forms.ChoiceField(label=_("办结方式"), choices=Outcome.choices, initial=Outcome.SOLVED)
    opinion = forms.CharField(
        label=_("核查说明"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "placeholder": _("上报人会看到，可不填")}),
    )

    def item(self) -> BulkItem:
        given = self.cleaned_data
        return BulkItem(self.number, outcome=given["outcome"], opinion=given["opinion"])


ROW_FORMS: dict[str, type[DispatchRowForm] | type[PassRowForm]] = {
    "dispatch": DispatchRowForm,
    "pass": PassRowForm,
}


def row_forms(step: str, candidates: Sequence[Candidate], data: Any) -> list[DispatchRowForm | PassRowForm]:
    """One for each case that may be done; of what was sent, one for each that was filled in, whatever it is now: a
    submission that is repeated says the same as before.
    """
    if data is None:
        return [ROW_FORMS[step](None, candidate=each) for each in candidates if not each.why_not]
    first = {"dispatch": "lead", "pass": "outcome"}[step]
    filled = [each for each in candidates if f"{each.case.number}-{first}" in data]
    return [ROW_FORMS[step](data, candidate=each) for each in filled]
