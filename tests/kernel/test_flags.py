"""What points at a person in a text that is about to become public."""

import itertools

import pytest

from nuanxin.kernel.privacy.flags import FlagKind, flags, quoted


def kinds(text, words=(), said=()):
    return [flag.kind for flag in flags(text, words, said)]


@pytest.mark.parametrize(
    "text",
    [
        "有事打13812345678",
        "电话138 1234 5678",
        "138-1234-5678",
        "１３８１２３４５６７８",
        "138****5678",
        "138 **** 5678",
        "1 3 8 1 2 3 4 5 6 7 8",
        "+86 13812345678",
        "幺三八幺二三四五六七八",
        "一三八一二三四五六七八",
        "0551-6234567",
        "0551 62345678",
        "座机：6234567",
    ],
)
def test_telephone_numbers_however_they_are_written(text):
    assert kinds(text) == [FlagKind.PHONE]


@pytest.mark.parametrize(
    "text", ["11010519491231002X", "身份证110105194912310021", "1***************8", "110105 19491231 002X"]
)
def test_identity_numbers(text):
    assert FlagKind.IDENTITY in kinds(text)


@pytest.mark.parametrize(
    "text", ["川A·12345", "皖A12345", "皖a 12345D", "川A·**345", "沪AD12345", "京Ａ１２３４５"]
)
def test_plates(text):
    assert kinds(text) == [FlagKind.PLATE]


@pytest.mark.parametrize(
    "text",
    ["微信：rider_2026", "加vx abc12345", "wechat: Rider2026", "QQ 12345678", "写信到 a.b@example.com"],
)
def test_accounts(text):
    assert kinds(text) == [FlagKind.ACCOUNT]


@pytest.mark.parametrize(
    "text",
    [
        "王先生",
        "欧阳女士",
        "李师傅说修好了",
        "张某某",
        "刘某",
        "小王",
        "老李",
        "王*强",
        "联系人：周小明",
        "我是陈亮亮",
        "赵大爷",
        "孙姐",
    ],
)
def test_names_and_what_people_are_called(text):
    assert FlagKind.NAME in kinds(text)


@pytest.mark.parametrize(
    "text", ["3号楼", "二单元", "枫林横街12号", "302室", "3-2-501", "１２号", "五栋", "B座", "8号门"]
)
def test_doors(text):
    assert FlagKind.DOOR in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "井盖破损，换上了新的，已经和路面齐平。",
        "11月3号修好的",
        "地铁5号线口的路灯换了 2 盏",
        "2026-11-20 已恢复通行",
        "小区门口积水，疏通了 30 米管道",
        "老路面补了 12 平方米",
        "街道安排 3 名工人，用了 2 小时",
    ],
)
def test_plain_words_about_things_pass(text):
    assert flags(text) == []


def test_a_word_of_the_list_and_where_it_stands():
    (flag,) = flags("感谢上报人反映", ["上报人"])
    assert (flag.kind, flag.start, flag.end, flag.text) == (FlagKind.WORD, 2, 5, "上报人")


def test_only_what_a_machine_cannot_decide_may_be_cleared():
    assert [flag.may_be_cleared for flag in flags("王先生 13812345678")] == [True, False]


def test_a_title_begins_with_the_name_and_not_before():
    assert [flag.text for flag in flags("3号楼的李师傅差点摔倒")] == ["3号楼", "李师傅"]


def test_nothing_stands_within_another():
    found = flags("联系人：王先生 电话 138 1234 5678，川A·12345，3号楼")
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))


def test_the_reporters_own_words_whatever_stands_between_them():
    said = ["路口的井盖少了一半，我昨晚差点连人带车摔进去"]
    (flag,) = quoted("昨晚 差点连人、带车摔进去，现已修复", said)
    assert flag.text == "昨晚 差点连人、带车摔进去"
    assert not flag.may_be_cleared
    assert quoted("井盖少了一半，已更换", said) == []


def test_texts_without_any_end():
    assert flags("") == []
    assert flags("*" * 500) == []
    assert flags("1" * 500, ["上报人"], ["1" * 5]) == []
