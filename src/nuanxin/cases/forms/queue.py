"""What a queue can be narrowed to; every field may stay empty, and what is not understood narrows nothing."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import Source, Urgency
from nuanxin.cases.queries.catalogue import MAJORS, kinds_by_major
from nuanxin.cases.queries.queue import Filters


def kind_choices() -> list[Any]:
    """Majors as groups: all of the major first, then its kinds."""
    groups: list[Any] = [("", _("全部类别"))]
    for major, kinds in kinds_by_major():
        name = MAJORS[major][0]
        rows = [(kind.code, f"{kind.code[:2]}-{kind.code[2:]} {kind.name}") for kind in kinds]
        groups.append((name, [(major, _("%(name)s（全部）") % {"name": name}), *rows]))
    return groups


def _date(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class QueueForm(forms.Form):
    words = forms.CharField(
        label=_("关键字"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": _("编号、地址、描述，两个字就能查"), "type": "search"}),
    )
    kind = forms.ChoiceField(label=_("类别"), required=False)
    urgency = forms.ChoiceField(
        label=_("紧急程度"), required=False, choices=[("", _("全部")), *Urgency.choices]
    )
    source = forms.ChoiceField(label=_("来源"), required=False, choices=[("", _("全部")), *Source.choices])
    community = forms.ChoiceField(label=_("社区"), required=False)
    since = _date(_("上报日期从"))
    until = _date(_("到"))

    def __init__(
        self,
        *args: Any,
        communities: Sequence[tuple[str, str]] = (),
        may_search: bool = True,
        **given: Any,
    ) -> None:
        super().__init__(*args, **given)
        self.communities = communities
        if not may_search:
            del self.fields["words"]
        self.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]
        if communities:
            self.fields["community"].choices = [("", _("全部")), *communities]  # type: ignore[attr-defined]
        else:
            del self.fields["community"]

    def filters(self) -> Filters:
        """Only the fields that were understood."""
        self.is_valid()
        given = self.cleaned_data
        kind = given.get("kind") or ""
        return Filters(
            words=given.get("words") or "",
            major=kind if len(kind) == 2 else "",
            category=kind if len(kind) == 4 else "",
            urgency=given.get("urgency") or "",
            source=given.get("source") or "",
            community=given.get("community") or "",
            since=_midnight(given.get("since")),
            until=_midnight(given.get("until"), days=1),
        )

    def given(self) -> dict[str, str]:
        """What narrows the list, as the address carries it; what was not understood is left out."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value not in (None, "")}

    def applied(self) -> list[tuple[str, str, str]]:
        """Name, label and value in words of every filter that narrows the list."""
        self.is_valid()
        found = []
        for name, value in self.cleaned_data.items():
            if value in (None, ""):
                continue
            field = self.fields[name]
            found.append((name, str(field.label), _in_words(field, value)))
        return found


def _in_words(field: forms.Field, value: Any) -> str:
    if not isinstance(field, forms.ChoiceField):
        return str(value)
    choices: list[Any] = list(field.choices)  # type: ignore[arg-type]  # the stubs allow a callable, which it is not
    flat = [pair for key, label in choices for pair in (label if isinstance(label, list) else [(key, label)])]
    return next((str(label) for key, label in flat if key == value), str(value))


def _midnight(day: Any, *, days: int = 0) -> datetime | None:
    return make_aware(datetime.combine(day, time.min)) + timedelta(days=days) if day else None
