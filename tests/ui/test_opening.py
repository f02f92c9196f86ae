"""The editor of opening hours: what goes in comes out, what the table cannot say stays, and words about hours."""

import json
import subprocess
from datetime import date
from html.parser import HTMLParser

import pytest
from django import forms
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from nuanxin.kernel.opening import Change, Holidays, Period, Season, parse
from nuanxin.kernel.opening.syntax import Span
from nuanxin.kernel.opening.week import WHOLE_DAY, OnHolidays, Week, clock, from_text, to_text
from nuanxin.ui.hours import state_words, why_words
from nuanxin.ui.opening import Opening, OpeningField
from scripts import node
from tests.kernel.opening_rules import thousand
from tests.kernel.worktime_cases import CALENDAR, at

HOLIDAYS = Holidays.of(CALENDAR)


class HoursForm(forms.Form):
    opening = OpeningField(label="开放时间", with_changes=True)


class Filled(HTMLParser):
    """What a browser would send for a page's fields, as they are."""

    def __init__(self, html):
        super().__init__()
        self.sent, self.select, self.area, self.depth = {}, "", "", 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        field = dict(attrs)
        self.depth += tag == "template"
        if self.depth or (tag in {"input", "select", "textarea"} and "name" not in field):
            return
        if tag == "input" and (field.get("type") != "radio" or "checked" in field):
            self.sent[field["name"]] = field.get("value", "")
        elif tag == "select":
            self.select = field["name"]
        elif tag == "textarea":
            self.area = field["name"]
        elif tag == "option" and ("selected" in field or self.select not in self.sent):
            self.sent[self.select] = field["value"]

    def handle_data(self, data):
        if self.area:
            self.sent[self.area] = data

    def handle_endtag(self, tag):
        self.depth -= tag == "template"
        self.area = "" if tag == "textarea" else self.area


def shown(opening):
    return Filled(str(HoursForm(initial={"opening": opening})["opening"])).sent


def sent(fields):
    data = QueryDict(mutable=True)
    data.update(fields)
    return HoursForm(data)


def saved(fields):
    form = sent(fields)
    assert form.is_valid(), form.errors
    return form.cleaned_data["opening"]


# --- the table and the expression -------------------------------------------------------------------------------

minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def days(draw):
    start, length = draw(minutes), draw(st.integers(2, 24 * 60 - 1))
    cuts = sorted(draw(st.sets(st.integers(1, length - 1), max_size=2, min_size=0)))
    if len(cuts) != 2:
        return (Span(start, start + length),)
    return (Span(start, start + cuts[0]), Span(start + cuts[1], start + length))


@st.composite
def weeks(draw):
    usual = draw(st.lists(st.sampled_from([(), WHOLE_DAY]) | days(), min_size=1, max_size=3))
    kind = draw(st.sampled_from(list(OnHolidays)))
    return Week(
        tuple(draw(st.sampled_from(usual)) for _day in range(7)),
        kind,
        draw(days()) if kind is OnHolidays.HOURS else (),
        draw(st.sampled_from(["", "先打电话"])) if kind is OnHolidays.UNKNOWN else "",
        draw(st.booleans()),
    )


@given(weeks())
def test_every_table_is_an_expression_and_that_a_table_which_says_the_same(week):
    text = to_text(week)
    again = from_text(text)
    assert again is not None, text
    assert to_text(again) == text or len(to_text(again)) < len(text)
    span = at("2026-09-14 00:00"), at("2026-10-26 00:00")
    one, other = (
        [
            (each.start, each.end, each.kind, each.comment)
            for each in parse(words).intervals(*span, holidays=HOLIDAYS)
        ]
        for words in (text, to_text(again))
    )
    assert one == other


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("24/7", "24/7"),
        ("24/7; PH off", "Mo-Su 00:00-24:00; PH off"),
        ("Mo-Fr,PH 09:00-18:00", "Mo-Fr 09:00-18:00; PH 09:00-18:00"),
        ("09:00-18:00; Su off", "Mo-Sa 09:00-18:00"),
        ("Mo,Tu,We,Th,Fr 09:00-18:00; PH off", "Mo-Th,Fr 09:00-18:00; PH off"),
        ("Mo-Fr 09:00-12:00,13:30-17:30; Sa 10:00-16:00; PH off", None),
        ("Mo-Su 22:00-06:00; PH off", None),
        ('Mo-Fr 09:00-18:00; PH unknown "先打电话"', None),
    ],
)
def test_expressions_that_a_table_can_say(text, same):
    week = from_text(text)
    assert week is not None
    assert to_text(week) == (same or text)


@pytest.mark.parametrize(
    "text",
    [
        "Jul-Aug 10:00-12:00",
        "10:00+",
        'Mo-Fr 09:00-18:00 "二楼"',
        "Mo[1] 10:00-12:00",
        "Mo-Fr 09:00-18:00, Mo 20:00-21:00",
        "Mo-Fr 09:00-18:00 || unknown",
        "Mo-Fr 09:00-18:00; We off; PH off",  # a worked Saturday has hours here, and would not in a table
        "PH off; Mo-Fr 09:00-18:00",  # the weekdays take the holidays back
        "Mo 08:00-09:00,10:00-11:00,12:00-13:00",
        "PH -1 day off",
        "周一到周五",
    ],
)
def test_expressions_that_no_table_can_say(text):
    assert from_text(text) is None


# --- the form ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", thousand(60))
def test_what_nobody_touched_stays_to_the_letter(text):
    assert saved(shown(Opening(text))).text == text


def test_rows_for_single_days_stay_too():
    changes = (
        Change(date(2026, 10, 1), date(2026, 10, 7), "Mo-Su 10:00-16:00", "国庆短开"),
        Change(date(2026, 11, 3), date(2026, 11, 3), "", "停水"),
        Change(date(2026, 11, 4), date(2026, 11, 4), "10:00+", "看情况"),
    )
    assert saved(shown(Opening("24/7", changes))) == Opening("24/7", changes)


def test_a_week_as_it_is_filled_in_without_scripts():
    fields = shown(Opening()) | {
        "opening-0-start": "830", "opening-0-end": "21：00",
        "opening-0-rest_start": "12", "opening-0-rest_end": "1330",
        **{f"opening-{number}-mode": "same" for number in (1, 2, 3, 4)},
        "opening-5-mode": "hours", "opening-5-start": "22:00", "opening-5-end": "6:00",
        "opening-6-mode": "always",
        "opening-holidays": "unknown", "opening-holidays_words": '先"打电话"',
        "opening-change-0-first": "2026-12-24", "opening-change-0-reason": "停水",
    }  # fmt: skip
    assert saved(fields) == Opening(
        'Mo-Fr 08:30-12:00,13:30-21:00; Sa 22:00-06:00; Su 00:00-24:00; PH unknown "先打电话"',
        (Change(date(2026, 12, 24), date(2026, 12, 24), "", "停水"),),
    )


def test_a_rule_written_by_hand():
    fields = shown(Opening("24/7")) | {"opening-way": "text", "opening-text": "Jul-Aug  06:00-23:00"}
    assert saved(fields).text == "Jul-Aug 06:00-23:00"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"opening-1-start": ""}, "周二：请填几点开门"),
        ({"opening-1-start": "25:00"}, "周二：请填几点开门"),
        ({"opening-1-rest_start": "12:00"}, "周二：午休"),
        ({"opening-1-rest_start": "07:00", "opening-1-rest_end": "08:00"}, "周二：午休"),
        ({"opening-holidays": "hours"}, "节假日：请填几点开门"),
        ({"opening-change-0-first": "2026-13-01"}, "请选日期"),
        ({"opening-change-0-reason": "停水"}, "请选日期"),
        ({"opening-change-0-first": "2026-12-02", "opening-change-0-last": "2026-12-01"}, "最后一天"),
        ({"opening-way": "text", "opening-text": "Mo-Fr 9-18"}, "第 7 个字起读不懂：9 钟点要写到分钟"),
        ({"opening-way": "text", "opening-text": ""}, "还没有写开放时间"),
    ],
)
def test_a_mistake_says_which_day_and_keeps_what_was_filled_in(fields, said):
    filled = shown(Opening()) | fields
    form = sent(filled)
    assert not form.is_valid()
    assert said in str(form.errors["opening"])
    again = Filled(str(form["opening"])).sent
    assert {key: again.get(key, "") for key in fields} == fields


def test_hours_that_nobody_knows_yet_stay_unknown():
    class Known(forms.Form):
        opening = OpeningField(required=False)

    fields = Filled(str(Known(initial={"opening": ""})["opening"])).sent
    assert fields["opening-way"] == "none"
    for sent_fields, text in (
        ({}, ""),
        (fields, ""),
        (fields | {"opening-way": "table"}, "Mo-Fr 09:00-18:00; PH off"),
    ):
        form = Known(sent_fields)
        assert form.is_valid()
        assert form.cleaned_data["opening"].text == text
    assert "还不清楚" not in str(HoursForm()["opening"])


def test_nothing_sent_is_no_opening_hours():
    assert not sent({}).is_valid()


@pytest.mark.skipif(
    not node.ready(), reason="node or what tests/node needs is not installed: `make test` brings both"
)
def test_the_browser_writes_the_expression_that_the_server_writes(tmp_path):
    tables = [week for week in map(from_text, thousand()) if week]
    tables += [week_of(make_up) for make_up in (True, False)]
    (tmp_path / "weeks.json").write_text(json.dumps([as_the_browser_sees(week) for week in tables]))
    program = (
        "import { weekText, asTime } from './src/nuanxin/ui/static/ui/js/opening.js';"
        "import fs from 'node:fs';"
        "const weeks = JSON.parse(fs.readFileSync(process.argv[1]));"
        "const times = ['0900', '900', '9', '9:05', '21：00', '24:00', '24:01', '9:60', 'x', ''].map(asTime);"
        "console.log(JSON.stringify({ texts: weeks.map(weekText), times }))"
    )
    command = ["node", "--input-type=module", "--no-warnings", "--eval", program, tmp_path / "weeks.json"]
    said = subprocess.run(command, cwd=node.FOLDER.parents[1], check=True, capture_output=True, text=True)
    answer = json.loads(said.stdout)
    assert answer["texts"] == [to_text(week) for week in tables]
    assert answer["times"] == ["09:00", "09:00", "09:00", "09:05", "21:00", "00:00", "", "", "", ""]


def week_of(make_up):
    return Week(((Span(540, 1080),),) * 6 + ((),), OnHolidays.CLOSED, make_up=make_up)


def as_the_browser_sees(week):
    def texts(spans):
        return [f"{clock(span.start)}-{clock(span.end, end=True)}" for span in spans]

    return {
        "days": [texts(spans) for spans in week.days],
        "on_holidays": week.on_holidays.value,
        "holiday_hours": texts(week.holiday_hours),
        "holiday_words": week.holiday_words,
        "make_up": week.make_up,
    }


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "when", "said"),
    [
        ("Mo-Su 08:00-22:00", "2026-03-02 10:00", "营业中，22:00 关门"),
        ("Mo-Su 08:00-22:00", "2026-03-02 23:00", "没开门，明天 08:00 开门"),
        ("Mo-Su 08:00-22:00", "2026-03-02 06:00", "没开门，今天 08:00 开门"),
        ("Mo-Su 22:00-06:00", "2026-03-02 23:00", "营业中，明天 06:00 关门"),
        ("Mo-Fr 09:00-18:00; PH off", "2026-09-30 19:00", "没开门，10月8日 09:00 开门"),
        ("24/7", "2026-03-02 10:00", "一直开着"),
        ("off", "2026-03-02 10:00", "不开放"),
        ('24/7 open "敲门"', "2026-03-02 10:00", "一直开着（敲门）"),
        ("10:00-16:00+", "2026-03-02 12:00", "营业中，16:00 以后说不准"),
        (
            'Mo-Fr 09:00-18:00 || unknown "先打电话"',
            "2026-03-02 20:00",
            "说不准开不开，明天 09:00 一定开门（先打电话）",
        ),
    ],
)
def test_what_it_is_in_words(text, when, said):
    now = at(when)
    assert state_words(parse(text).at(now, holidays=HOLIDAYS), now=now) == said


@pytest.mark.parametrize(
    ("text", "when", "rows", "said"),
    [
        (
            "Mo-Fr 09:00-12:00,13:30-17:30",
            "2026-03-02 12:30",
            {},
            ["这个时间不在开放时间里。", "今天的时间：09:00–12:00、13:30–17:30。"],
        ),
        (
            "Mo-Fr 09:00-18:00; PH off",
            "2026-10-05 10:00",
            {},
            ["按这一条：PH off", "今天整天不开。", "今天是节假日：国庆节。"],
        ),
        (
            "Mo-Fr 09:00-18:00; PH off",
            "2026-10-10 10:00",
            {},
            [
                "按这一条：Mo-Fr 09:00-18:00",
                "今天的时间：09:00–18:00。",
                "今天是调休上班的日子，按工作日算。",
            ],
        ),
        (
            "24/7; PH off",
            "2027-10-05 10:00",
            {},
            ["按这一条：24/7", "今天的时间：00:00–24:00。", "那一年的放假安排还没有公布，到时候可能会变。"],
        ),
        (
            "24/7",
            "2026-03-02 10:00",
            {"changes": [Period(at("2026-03-02 09:00"), at("2026-03-02 11:00"), reason="盘点")]},
            ["有特别安排：盘点。", "今天的时间：00:00–09:00、11:00–24:00。"],
        ),
        (
            "24/7",
            "2026-03-02 10:00",
            {"seasons": [Season(date(2026, 6, 1), date(2026, 9, 1))]},
            ["现在不在开放的季节。"],
        ),
        ("22:00-06:00", "2026-03-02 03:00", {}, ["按这一条：22:00-06:00", "昨天的时间：22:00–06:00。"]),
    ],
)
def test_why_in_words(text, when, rows, said):
    now = at(when)
    assert why_words(parse(text).explain(now, holidays=HOLIDAYS, **rows), now=now) == said
