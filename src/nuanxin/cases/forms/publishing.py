"""What a moderator writes and chooses; what the reporter ticks; and what a city sets."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import TITLE_LENGTH, WORDS_LENGTH
from nuanxin.cases.queries.catalogue import all_kinds
from nuanxin.cases.queries.publication_review import WORDS, Review
from nuanxin.cases.queries.publishing import is_never_public
from nuanxin.kernel.privacy.flags import Flag


class OfferForm(forms.Form):
    """The box starts empty, each time."""

    agree = forms.BooleanField(
        label=_("可以把结果公开（不含我）"),
        error_messages={"required": _("同意的话请先勾上；不同意就不用管这一栏。")},
    )


def _words(label: Any, help_text: Any, length: int, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows > 1 else forms.TextInput()
    return forms.CharField(label=label, help_text=help_text, max_length=length, required=False, widget=widget)


class WordsCleared(forms.MultipleChoiceField):
    """A word that was cleared and then taken out of the text is no mistake."""

    def valid_value(self, value: Any) -> bool:
        return len(str(value)) <= WORDS_LENGTH


class ReviewForm(forms.Form):
    """`cleared` offers what a machine cannot decide: each must be looked at before it is public."""

    title = _words(_("标题"), _("一句话：哪一类、好了。例：路口的井盖换好了。"), TITLE_LENGTH, rows=1)
    wrong = _words(_("原来怎么了"), _("用自己的话写事，不写人：什么坏了、影响什么。"), WORDS_LENGTH)
    done = _words(_("做了什么"), _("谁做了什么、现在怎么样。不写门牌、楼栋、人名。"), WORDS_LENGTH)
    before = forms.ChoiceField(label=_("处理前的照片"), required=False, widget=forms.RadioSelect)
    after = forms.ChoiceField(label=_("处理后的照片"), required=False, widget=forms.RadioSelect)
    cleared = WordsCleared(label=_("看过了，不是某个人"), required=False, widget=forms.CheckboxSelectMultiple)

    use_required_attribute = False  # what is only kept may be unfinished

    def __init__(
        self, *args: Any, review: Review, flags: Mapping[str, Sequence[Flag]] | None = None, **given: Any
    ) -> None:
        super().__init__(*args, **given)
        self.flags = flags or {}
        for name in WORDS:
            self.fields[name].required = not self.is_bound or self.data.get("do") == "publish"
        none = ("", _("不放照片"))
        chosen = [(str(each.attachment_id), each.thumb_path) for each in review.pictures]
        for name in ("before", "after"):
            self.fields[name].choices = [none, *chosen]  # type: ignore[attr-defined]
        texts = dict.fromkeys(
            flag.text for found in self.flags.values() for flag in found if flag.may_be_cleared
        )
        self.fields["cleared"].choices = [(text, text) for text in texts]  # type: ignore[attr-defined]
        self._begin(review)

    def _begin(self, review: Review) -> None:
        row = review.publication
        self.initial.update({name: getattr(row, name) for name in WORDS})
        if not row.title:
            self.initial["title"] = _("%(kind)s，处理好了") % {"kind": review.kind.name}
        self.initial["cleared"] = row.cleared
        last = {each.kind: str(each.attachment_id) for each in reversed(review.pictures)}
        self.initial["before"] = str(row.before_id or "") or last.get("before") or last.get("near") or ""
        self.initial["after"] = str(row.after_id or "") or last.get("after") or ""

    @property
    def words(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name) or "" for name in WORDS}

    @property
    def cleared_words(self) -> list[str]:
        return list(self.cleaned_data.get("cleared") or [])

    def picture(self, name: str) -> int | None:
        chosen = self.cleaned_data.get(name)
        return int(chosen) if chosen else None

    def flagged(self) -> list[tuple[str, list[Flag]]]:
        """By field, in the order of the form, with the field's label."""
        return [
            (str(self.fields[name].label), list(self.flags[name])) for name in WORDS if name in self.flags
        ]


class RefuseForm(forms.Form):
    opinion = forms.CharField(
        label=_("为什么不公开"),
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("上报人会看到这一句。"),
    )


class KindsForm(forms.Form):
    """Which kinds are shown. `was`: those that were when the page was made, so that only what this person has changed
    is changed. `do`: save, or only look: find, or switch what is found of a major (`open-04`, `close-04`).
    """

    was = forms.CharField(required=False, max_length=4000)
    on = forms.MultipleChoiceField(required=False)
    q = forms.CharField(
        label=_("找一类"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("名称、拼音或编码，例如“井盖”")}),
    )
    do = forms.RegexField(r"^(?:save|find|(?:open|close)-\d\d)$", required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["on"].choices = [(kind.code, kind.name) for kind in all_kinds()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        way, _dash, major = str(given.get("do") or "").partition("-")
        on = set(given.get("on") or [])
        if major:
            found = all_kinds(major=major, words=given.get("q", ""))
            codes = {kind.code for kind in found if not is_never_public(kind)}
            on = on | codes if way == "open" else on - codes
        return {**given, "on": on, "was": set(str(given.get("was") or "").split())}

    @property
    def is_saved(self) -> bool:
        return self.is_valid() and self.cleaned_data.get("do") in {"", "save"}

    @property
    def changes(self) -> dict[str, bool]:
        on, was = self.cleaned_data["on"], self.cleaned_data["was"]
        return {code: code in on for code in on ^ was}

    @property
    def ticked(self) -> set[str] | None:
        """As the boxes are now; none where nothing was sent, or nothing that can be read."""
        return self.cleaned_data["on"] if self.is_bound and self.is_valid() else None

    @property
    def words(self) -> str:
        return str(self["q"].value() or "")[:40]


class SensitiveWordsForm(forms.Form):
    words = forms.CharField(
        label=_("要当心的词"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("每行一个。审核时出现这些词会标黄，确认过才能公开。清空就用回自带的。"),
    )

    @property
    def lines(self) -> list[str]:
        return str(self.cleaned_data.get("words") or "").splitlines()
