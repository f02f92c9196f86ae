"""Components render what their attributes say, safely, and never break the content security policy."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

import nuanxin.ui

NOW = datetime(2026, 11, 20, 8, 48, tzinfo=UTC)
TEMPLATES = Path(nuanxin.ui.__file__).parent / "templates"


def render(source: str, **context) -> str:
    request = RequestFactory().get("/ui/")
    request.now = NOW
    compiled = CottonCompiler().process("{% load i18n static %}" + source)
    return engines["django"].from_string(compiled).render(context, request)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_button_passes_on_what_it_does_not_know():
    html = render('<c-button icon="send" hx-post="/x/" name="go" disabled>送出</c-button>')
    assert 'hx-post="/x/"' in html
    assert "disabled" in html
    assert "#send" in html
    assert words(html) == "送出"


def test_values_are_escaped():
    html = render(
        '<c-row :title="title" text="{{ title }}" data-note="{{ title }}" />',
        title='"><script>alert(1)</script>',
    )
    assert "<script>" not in html


def test_a_time_behind_a_place_is_not_torn_apart():
    html = render('<c-row title="井盖" text="云栖里东门岗亭旁" when="昨天 23:43" />')
    assert '云栖里东门岗亭旁 · <span class="nowrap">昨天 23:43</span>' in html
    assert "·" not in render('<c-row title="井盖" when="昨天 23:43" />')


def test_a_component_sees_only_what_it_is_given():
    assert "泄漏" not in render("<c-card>文</c-card>", title="泄漏", tone="danger")


def test_a_state_has_an_icon_and_a_word():
    html = render('<c-badge tone="ok">已办结</c-badge>')
    assert "#circle-check" in html
    assert words(html) == "已办结"


@pytest.mark.parametrize(
    ("left", "state", "said"),
    [
        (timedelta(hours=6), "ok", "还剩 6 小时 · 今天 22:48 前"),
        (timedelta(minutes=42), "soon", "还剩 42 分钟 · 今天 17:30 前"),
        (timedelta(hours=-2), "overdue", "已超 2 小时"),
    ],
)
def test_the_clock_speaks_plainly(left, state, said):
    html = render('<c-clock :due="due" />', due=NOW + left)
    assert f"clock--{state}" in html
    assert words(html) == said


def test_a_paused_clock_and_one_that_was_met():
    assert words(render('<c-clock state="paused" />')) == "已暂停计时"
    assert words(render('<c-clock :due="due" state="met" />', due=NOW)) == "按时完成"


def test_the_tracker_has_five_steps_and_says_them():
    html = render('<c-tracker done="3" />')
    assert re.findall(r"tracker__step--(\w+)", html) == ["done", "done", "done", "now", "todo"]
    assert html.count('aria-current="step"') == 1
    assert words(html) == "上报 已完成 派单 已完成 领单 已完成 接单 进行中 反馈 还没到"


def test_a_finished_tracker_has_nothing_under_way():
    assert "aria-current" not in render('<c-tracker :done="done" />', done=5)


class Form(forms.Form):
    phone = forms.CharField(label="手机号", help_text="只用来告诉您进展")
    agree = forms.BooleanField(label="现场已经安全", required=False)


def test_a_field_ties_help_and_error_to_the_control():
    html = render("<c-fields :form='form' />", form=Form({"phone": ""}))
    assert 'aria-describedby="id_phone_help id_phone_error"' in html
    assert 'id="id_phone_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<label class="field__check" for="id_agree">' in html


def test_emergency_numbers_are_calls():
    html = render('<c-emergency numbers="119,120" />')
    assert re.findall(r'href="(tel:\d+)"', html) == ["tel:119", "tel:120"]


def test_tabs_cap_their_counts():
    assert words(render('<c-tab href="#" :count="n">全部</c-tab>', n=1280)) == "全部 999+"
    assert words(render('<c-tab href="#" :count="n">超时</c-tab>', n=0)) == "超时 0"


def test_the_map_keeps_the_point_exact_in_every_language():
    html = render('<c-map :lng="lng" :lat="lat" pin />', lng=116.353812, lat=39.900512)
    assert 'name="lng" value="116.353812"' in html
    assert 'data-lat="39.900512"' in html


def test_a_pager_without_pages_is_nothing():
    assert render("<c-pager />").strip() == ""


def test_no_template_breaks_the_content_security_policy():
    forbidden = re.compile(r"""\sstyle=["']|<style|<script(?![^>]*\bsrc=)|\son[a-z]+=["']|javascript:""")
    sources = Path(nuanxin.ui.__file__).parents[1].rglob("*.html")
    assert not [path.name for path in sources if forbidden.search(path.read_text())]


def test_every_component_is_in_the_readme():
    readme = (TEMPLATES.parent / "README.md").read_text()
    names = [path.stem.replace("_", "-") for path in (TEMPLATES / "cotton").glob("*.html")]
    assert not [name for name in names if f"<c-{name}>" not in readme and f"<c-{name} " not in readme]
