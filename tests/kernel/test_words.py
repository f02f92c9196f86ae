"""What is typed: only what can be seen counts; what goes to a spreadsheet is no formula."""

import pytest
from pydantic import TypeAdapter, ValidationError

from nuanxin.kernel.access.api import PlainText, ShortText
from nuanxin.kernel.downloads import safe
from nuanxin.kernel.words import seen


@pytest.mark.parametrize(
    "text", ["\u200b", "\u2060 \u3164", "\u200d\ufe0f", "\u202e", "\u2800\uffa0", " \u115f "]
)
def test_what_nobody_can_see_is_nothing(text):
    assert seen(text) == ""


@pytest.mark.parametrize("text", ["王师傅", "👨‍👩‍👧", "❤️", "a b", "किताब"])
def test_what_can_be_seen_stays_as_it_is(text):
    assert seen(f" \u200b{text}\u2060 ") == text


def test_programs_words_are_read_alike():
    for kind in (PlainText, ShortText):
        words = TypeAdapter(kind)
        assert words.validate_python("\u200b修好了 ") == "修好了"
        for wrong in ("a\x00b", "\ud800"):
            with pytest.raises(ValidationError):
                words.validate_python(wrong)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+1", "@A1", "\t=1", "\n=1", "＝1", "＋1", "－1", "＠A1", "-"]
)
def test_a_cell_is_never_a_formula(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-3", "-12.50", "12", "枫桥驿站", ""])
def test_a_figure_stays_a_figure(text):
    assert safe(text) == text
