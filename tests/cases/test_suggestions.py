"""What a text sounds like: the sentences behind it, the shipped weights, and what they do."""

import re
import unicodedata
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import combinations

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.cases.models import Category
from nuanxin.cases.queries.catalogue import CATALOGUE
from nuanxin.cases.queries.phrasings import (
    NOTHING,
    category_names,
    data_digest,
    measure,
    measure_on_reports,
    read_held_out,
    read_phrasings,
)
from nuanxin.cases.queries.suggestions import (
    WEIGHTS,
    differing_kind,
    ranked,
    shipped_model,
    suggest_kinds,
)
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.factories.desks import client_of, reported

LEARNT, HELD_OUT = read_phrasings(), read_held_out()
FEWEST, FEWEST_HELD_OUT = 40, 8
ALIKE = 0.6  # share of common pairs of letters, place words taken out; above it two sentences are one
PLACES = [
    "小区", "路口", "路边", "楼道", "门口", "走廊", "楼下", "楼上", "单元", "马路", "人行道", "院里",
    "巷子", "胡同", "桥上", "桥下", "公园", "商场", "学校", "医院", "超市", "饭店", "餐馆", "店里",
    "驿站",
]  # fmt: skip


def pairs(text):
    plain = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).lower())
    for place in PLACES:
        plain = plain.replace(place, "")
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1)) or frozenset([plain])


def alike(one, other):
    return len(one & other) / len(one | other)


# --- The sentences ------------------------------------------------------------------------------------------------
def test_every_category_has_enough_sentences_of_each_sort():
    learnt, held = Counter(each.category for each in LEARNT), Counter(each.category for each in HELD_OUT)
    for code in category_names():
        assert learnt[code] >= FEWEST, code
        assert held[code] >= FEWEST_HELD_OUT, code
    assert set(learnt) == set(held) == {*category_names(), NOTHING}
    assert held[NOTHING] >= 24


def test_no_sentence_is_nearly_another_of_its_category():
    groups = defaultdict(list)
    for each in LEARNT:
        if each.category != NOTHING:
            groups[each.category].append((each.text, pairs(each.text)))
    found = [
        (code, one, other)
        for code, rows in groups.items()
        for (one, ones), (other, others) in combinations(rows, 2)
        if alike(ones, others) > ALIKE
    ]
    assert not found, found


def test_no_sentence_stands_under_two_categories():
    owners = defaultdict(set)
    for each in LEARNT:
        owners[each.text].add(each.category)
    assert not {text: codes for text, codes in owners.items() if len(codes) > 1}


def test_no_held_out_sentence_is_nearly_one_that_was_learnt():
    learnt = [(each.text, pairs(each.text)) for each in LEARNT]
    by_pair = defaultdict(set)
    for at, (_text, found) in enumerate(learnt):
        for pair in found:
            by_pair[pair].add(at)
    near = []
    for each in HELD_OUT:
        own = pairs(each.text)
        for at in {at for pair in own for at in by_pair[pair]}:
            if alike(own, learnt[at][1]) > ALIKE:
                near.append((each.text, learnt[at][0]))
    assert not near, near


# --- The weights --------------------------------------------------------------------------------------------------
def test_the_shipped_weights_are_made_from_these_sentences():
    assert shipped_model().data == data_digest(LEARNT, category_names()), "run: nuanxin suggestions train"
    assert set(shipped_model().classes) == {*category_names(), NOTHING}
    assert WEIGHTS.stat().st_size < 1_000_000


def test_they_do_what_is_documented():
    """The figures themselves stand in docs/generated/suggestions.md, which is compared with a fresh count."""
    measured = measure(shipped_model(), HELD_OUT)
    assert measured.total.among_three / measured.total.asked > 0.9
    assert measured.total.spoke / measured.total.asked > 0.9
    assert measured.silent / measured.nothing > 0.85
    assert len(measured.worst) == 10


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("井盖松了，骑车差点摔", "0301", "井盖"),
        ("刚送餐到六楼，走廊里煤气味老大了，你们快来", "0101", "煤气味"),
        ("那个雨水箅子翘起来了", "0302", "箅子"),
        ("楼上往下扔瓶子", "1004", "扔"),
        ("小哥驿站的微波炉坏了没人修", "1201", "驿站"),
        ("ＬＥＤ路灯　不亮", "0303", "路灯"),
    ],
)
def test_it_says_why(text, code, word):
    first = ranked(shipped_model(), text)[0]
    assert first.code == code
    assert any(word in fragment for fragment in first.because)
    plain = unicodedata.normalize("NFKC", text).lower()
    assert all(fragment in plain for guess in ranked(shipped_model(), text) for fragment in guess.because)


@pytest.mark.parametrize("text", ["", " ", "钱", "。。。", "你好", "在吗", "123456", "😀😀", "ﷺ", "x" * 5000])
def test_it_stays_silent_where_there_is_nothing_to_say(text):
    assert ranked(shipped_model(), text) == []


def test_a_long_text_is_read_from_its_beginning():
    assert ranked(shipped_model(), "路中间井盖没了" + "，" + "啊" * 3000)[0].code == "0301"


# --- In a city --------------------------------------------------------------------------------------------------
def test_only_kinds_in_use_are_suggested(town):
    assert suggest_kinds("井盖没了，一个大洞")[0].kind.code == "0301"
    Category.objects.filter(code="0301").update(is_active=False)
    CATALOGUE.changed()
    assert "0301" not in {each.kind.code for each in suggest_kinds("井盖没了，一个大洞")}


def test_a_difference_is_told_only_where_the_choice_is_not_among_the_likely(town):
    told = differing_kind("雨水箅子断了两根", "0706")
    assert told
    assert told.kind.code == "0302"
    assert differing_kind("雨水箅子断了两根", "0302") is None
    assert differing_kind("你好", "0302") is None


def test_the_reports_of_a_city_are_counted_without_showing_one(town):
    reported(town, "0301", text="井盖没了，一个大洞")
    reported(town, "0706", text="雨水箅子断了两根")
    reported(town, "0101", text="")
    score = measure_on_reports(since=town.now - timedelta(days=1))
    assert (score.asked, score.first, score.among_three, score.spoke) == (2, 1, 1, 2)
    assert measure_on_reports(since=town.now + timedelta(days=1)).asked == 0


# --- On the pages and over the API ----------------------------------------------------------------------------------
def test_the_phone_shows_three_with_the_reason_and_ticks_none(town):
    worker = client_of(town, "worker")
    page = worker.post("/report/likely/", {"text": "井盖松了，骑车差点摔"}).content.decode()
    assert "看起来像" in page
    assert "因为你写了“井盖" in page
    assert 1 <= page.count('type="radio"') <= 3
    assert "checked" not in page
    assert 'data-call="122' in page  # danger to life keeps its telephone card
    assert worker.post("/report/likely/", {"text": "你好"}).content.decode().strip() == ""
    assert worker.post("/report/likely/", {}).content.decode().strip() == ""


def test_without_scripts_it_stands_in_the_page_after_the_words_were_posted(town):
    worker = client_of(town, "worker")
    page = worker.post("/report/", {"find": "likely", "text": "雨水箅子断了两根"}).content.decode()
    assert "看起来像" in page
    assert page.index("看起来像") < page.index("常见的")
    assert "看起来像" not in worker.get("/report/").content.decode()


def test_the_desk_hears_it_too(town):
    staff = client_of(town, "dispatcher")
    page = staff.post("/cases/new/likely/", {"text": "老人家里煤气味很大"}).content.decode()
    assert "听起来像" in page
    assert "0101" in page
    assert "请来电人先打 119" in page
    assert client_of(town, "worker").post("/cases/new/likely/", {"text": "井盖没了"}).status_code in {
        403,
        404,
    }


def test_the_address_of_a_suggestion_carries_no_words(town):
    assert client_of(town, "worker").get("/report/likely/?text=井盖没了").status_code == 405


def test_the_api_suggests_with_the_reason(town):
    assignment = Assignment.objects.get(pk=town["worker"].assignment_id)
    key = create_token(person=town.persons["worker"], assignment=assignment, name="t", now=timezone.now())[1]

    def ask(text):
        headers = {"authorization": f"Bearer {key}"}
        return Client().post("/api/v1/cases/suggestions", {"text": text}, headers=headers)

    found = ask("井盖没了，一个大洞").json()
    assert found[0]["code"] == "0301"
    assert found[0]["urgency"] == "U1"
    assert 0 < found[0]["likelihood"] <= 1
    assert "井盖" in found[0]["because"][0]
    assert ask("").status_code == 422
    assert ask("你好").json() == []
