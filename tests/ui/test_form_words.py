"""What a form says when it refuses: in plain words, with what to do next; what Django says of itself too."""

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django import forms
from django.template import engines
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler

import nuanxin
from nuanxin.kernel.errors import Invalid
from nuanxin.ui.forms import Refusing

CATALOGUE = Path(nuanxin.__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES"


class Asked(Refusing):
    name = forms.CharField(label="名称", max_length=4)
    count = forms.IntegerField(label="几个", max_value=9)
    on = forms.DateField(label="哪天")
    which = forms.ChoiceField(label="哪种", choices=[("a", "甲")])


class TooFar(Invalid):
    default_message = "离得太远。"
    default_hint = "走近一点再试。"


def shown(form):
    source = CottonCompiler().process('<c-form-errors :form="form" />')
    return engines["django"].from_string(source).render({"form": form})


def plain(text):
    """Of a sentence with a plural, its first form."""
    return text if isinstance(text, str) else text[0]


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("name", "", "这一项还空着。"),
        ("name", "一二三四五", "最多写 4 个字，现在是 5 个，删掉一些。"),
        ("count", "10", "最大填到 9。"),
        ("count", "几个", "这里填整数，例如 12。"),
        ("on", "明天", "日期写成 2026-11-23 这样。"),
        ("which", "b", "没有“b”这一项，重新选一个。"),
    ],
)
def test_django_speaks_as_the_house_does(name, wrong, words):
    form = Asked({"name": "王", "count": "1", "on": "2026-11-23", "which": "a"} | {name: wrong})
    with translation.override("zh-hans"):
        assert {key: list(said) for key, said in form.errors.items()} == {name: [words]}


def test_the_words_of_the_house_are_compiled():
    with (CATALOGUE / "django.po").open("rb") as po, (CATALOGUE / "django.mo").open("rb") as mo:
        written = {plain(each.id): plain(each.string) for each in read_po(po) if each.id}
        compiled = {plain(each.id): plain(each.string) for each in read_mo(mo) if each.id}
    assert written == compiled


def test_one_wrong_place_is_not_several():
    with translation.override("zh-hans"):
        one = shown(Asked({"name": "王", "count": "1", "on": "2026-11-23"}))
        three = shown(Asked({"name": "王"}))
    assert "有一处需要改一下" in one
    assert "有 3 处需要改一下" in three


def test_a_field_that_is_refused_says_what_to_do_next():
    form = Asked({"name": "王", "count": "1", "on": "2026-11-23", "which": "a"})
    assert form.is_valid()
    form.refuse(TooFar(fields={"name": TooFar.default_message, "count": "数不对。"}))
    assert form.errors["name"] == ["离得太远。走近一点再试。"]
    assert form.errors["count"] == ["数不对。"]
