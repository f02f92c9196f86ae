"""What the lists beside the queue can be narrowed to."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import (
    AppealKind,
    AppealState,
    ExtensionState,
    ShelvingCause,
    ShelvingState,
    SupervisionCause,
    SupervisionLevel,
)
from nuanxin.cases.forms.queue import kind_choices
from nuanxin.cases.queries.appealing import AppealFilters
from nuanxin.cases.queries.extending import ExtensionFilters
from nuanxin.cases.queries.library import LibraryFilters
from nuanxin.cases.queries.publication_review import ReviewFilters
from nuanxin.cases.queries.supervision import SupervisionFilters

ALL: list[tuple[str, Any]] = [("", _("全部"))]


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _choice(label: Any, choices: Sequence[tuple[str, Any]], empty: Any = None) -> forms.ChoiceField:
    first = ALL if empty is None else [("", empty)]
    return forms.ChoiceField(label=label, required=False, choices=[*first, *choices])


class ListForm(forms.Form):
    """What is not understood narrows nothing."""

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        if "unit" in self.fields:
            self.fields["unit"].choices = [("", _("全部单位")), *units]  # type: ignore[attr-defined]

    def chosen(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    def day(self, name: str) -> date | None:
        self.is_valid()
        found = self.cleaned_data.get(name)
        return found if isinstance(found, date) else None

    def given(self) -> dict[str, str]:
        """What narrows the list, as the address carries it."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class PublicListForm(ListForm):
    """Solved cases on their way to everybody: kind, place, the days on which they were solved."""

    kind = forms.ChoiceField(label=_("类别"), required=False)
    place = forms.ChoiceField(label=_("街道、社区"), required=False)
    since = day_field(_("办结日期从"))
    until = day_field(_("到"))

    def __init__(self, *args: Any, places: Sequence[Any] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]
        if places:
            self.fields["place"].choices = [("", _("全部地方")), *places]  # type: ignore[attr-defined]
        else:
            del self.fields["place"]

    def narrowed(self) -> dict[str, Any]:
        """What both lists are narrowed by."""
        kind = self.chosen("kind")
        return {
            "major": kind if len(kind) == 2 else "",
            "category": kind if len(kind) == 4 else "",
            "place": self.chosen("place"),
            "since": self.day("since"),
            "until": self.day("until"),
        }


class PublicationListForm(PublicListForm):
    words = forms.CharField(
        label=_("关键字"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": _("案卷号，或标题、内容里的词"), "type": "search"}),
    )

    def filters(self) -> ReviewFilters:
        return ReviewFilters(words=self.chosen("words").strip(), **self.narrowed())


class LibraryForm(ListForm):
    show = forms.ChoiceField(
        label=_("看哪些"),
        required=False,
        choices=[
            ("", _("在库")),
            (ShelvingState.ASKED, _("待审核")),
            (ShelvingState.ENDED, _("已销账")),
            (ShelvingState.REFUSED, _("未同意")),
        ],
    )
    cause = _choice(_("原因"), ShelvingCause.choices, _("全部原因"))
    kind = forms.ChoiceField(label=_("类别"), required=False)
    unit = forms.ChoiceField(label=_("单位"), required=False)
    when = _choice(_("期限"), [("passed", _("过了目标日期")), ("review", _("复查超时"))], _("不限期限"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]

    def filters(self) -> LibraryFilters:
        kind, when = self.chosen("kind"), self.chosen("when")
        return LibraryFilters(
            show=self.chosen("show") or ShelvingState.SHELVED,
            cause=self.chosen("cause"),
            major=kind if len(kind) == 2 else "",
            category=kind if len(kind) == 4 else "",
            organisation=self.chosen("unit"),
            target=when if when == "passed" else "",
            overdue_review=when == "review",
        )


class SupervisionForm(ListForm):
    show = forms.ChoiceField(
        label=_("看哪些"), required=False, choices=[("", _("没解除的")), ("all", _("全部"))]
    )
    level = _choice(_("级别"), SupervisionLevel.choices, _("全部级别"))
    reply = _choice(
        _("回复"),
        [("waiting", _("还没回复")), ("late", _("回复超时")), ("replied", _("已回复"))],
        _("回复不限"),
    )
    unit = forms.ChoiceField(label=_("单位"), required=False)
    cause = _choice(_("事由"), SupervisionCause.choices, _("全部事由"))

    def filters(self) -> SupervisionFilters:
        return SupervisionFilters(
            show=self.chosen("show") or "open",
            level=self.chosen("level"),
            cause=self.chosen("cause"),
            organisation=self.chosen("unit"),
            reply=self.chosen("reply"),
        )


class AppealListForm(ListForm):
    state = forms.ChoiceField(
        label=_("看哪些"),
        required=False,
        choices=[("", _("还没决定的")), ("all", _("全部")), *AppealState.choices],
    )
    fact = _choice(_("申诉什么"), AppealKind.choices, _("全部申诉"))
    when = _choice(_("期限"), [("late", _("本步超时"))], _("不限期限"))

    def filters(self) -> AppealFilters:
        state = self.chosen("state") or "open"
        return AppealFilters(
            state="" if state == "all" else state,
            kind=self.chosen("fact"),
            late=self.chosen("when") == "late",
        )


class ExtensionListForm(ListForm):
    """Who decides sees first what waits for the own word; the others what is asked."""

    show = forms.ChoiceField(label=_("看哪些"), required=False)
    unit = forms.ChoiceField(label=_("单位"), required=False)

    def __init__(self, *args: Any, decides: bool, **given: Any) -> None:
        super().__init__(*args, **given)
        self.first = "mine" if decides else ExtensionState.ASKED
        label = _("等我审批的") if decides else _("等审批的")
        rest = [(value, label_) for value, label_ in ExtensionState.choices if value != self.first]
        self.fields["show"].choices = [("", label), *rest, ("all", _("全部"))]  # type: ignore[attr-defined]

    def filters(self) -> ExtensionFilters:
        show = self.chosen("show") or self.first
        return ExtensionFilters(show="" if show == "all" else show, organisation=self.chosen("unit"))
