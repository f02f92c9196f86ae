"""Staff report for somebody who called; the catalogue that they choose from, and its editor."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nuanxin.cases.models import Case, Category, Reporter
from nuanxin.cases.queries.catalogue import CATALOGUE as CACHE
from nuanxin.cases.queries.catalogue import kind_of, kinds
from nuanxin.cases.services import Draft, report_case
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Invalid
from tests.factories.desks import client_of, picture, reported
from tests.factories.town import COMMUNITY, LAT, LNG

DESK = "/cases/new/"
CATALOGUE = "/cases/categories/"


@pytest.fixture
def town(town_of):
    """The pages read the clock of the wall, so the town lives now."""
    return town_of(timezone.now() - timedelta(hours=2))


@pytest.fixture(autouse=True)
def forgotten():
    """What a test changed in the catalogue is rolled back behind the back of the process's copy."""
    yield
    CACHE.forget()


@pytest.fixture
def street(town):
    return client_of(town, "dispatcher")


def body(**given):
    place = {"place_by": "territory", "territory": COMMUNITY}
    return {"key": "desk-0001", "category": "0401", "text": "路面一个大坑", **place, **given}


# --- Reporting for somebody ---------------------------------------------------------------------------------------
def test_a_call_becomes_a_case_and_its_caller_is_kept_apart(town, street):
    given = body(caller_name="老周", caller_phone="139 9900 1234")
    response = street.post(DESK, given, follow=True)
    case = Case.objects.get()
    assert (case.source, case.state, case.scope_code) == ("on_behalf", "reported", COMMUNITY)
    page = response.content.decode()
    assert case.number in page
    assert "代为登记（身份已保护）" in page
    assert "老周" not in page
    assert Reporter.objects.get().contact == "老周 139 9900 1234"


def test_a_caller_with_an_account_sees_it_among_their_own(town, street):
    street.post(DESK, body(caller_phone=town.persons["worker"].phone))
    assert Reporter.objects.get().subject_id == town["worker"].subject_id


def test_the_same_form_sent_twice_is_one_case(town, street):
    street.post(DESK, body())
    street.post(DESK, body())
    assert Case.objects.count() == 1
    other = street.post(DESK, body(text="另一件事情"))
    assert other.status_code == 422
    assert "这次提交和刚才那次内容不一样" in other.content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"territory": ""}, "请选一个社区"),
        ({"place_by": "compound"}, "请选一个小区"),
        ({"place_by": "pin"}, "请在地图上点一下位置"),
        ({"category": ""}, "请选一个类别"),
        ({"text": ""}, "还缺一张照片或一句话"),
        ({"caller_phone": "12"}, "这个手机号不对"),
        ({"place_by": "pin", "lng": "116.4", "lat": "39.9"}, "不在本市的服务范围内"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_the_rest_stays(town, street, given, words):
    response = street.post(DESK, body(**{"address": "横街路口", **given}))
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "横街路口" in page
    assert 'value="desk-0001"' in page
    assert not Case.objects.exists()


def test_a_place_is_a_compound_a_pin_or_a_community(town, street):
    street.post(DESK, body(key="desk-0002", place_by="compound", compound=town.compound.pk))
    street.post(DESK, body(key="desk-0003", place_by="pin", lng=LNG + 0.012, lat=LAT + 0.002))
    by_compound, by_pin = Case.objects.order_by("id")
    assert (by_compound.compound_id, by_compound.address) == (town.compound.pk, "云栖里")
    assert (by_pin.place_source, by_pin.scope_community) == ("pin", "990101001002")


def test_a_pin_that_was_not_chosen_says_nothing(town, street):
    street.post(DESK, body(lng="105.012", lat="30.002"))
    assert Case.objects.get().lng is None


def test_pictures_come_along_and_stay_away_where_they_must(town, street):
    street.post(DESK, body(photos=[picture()]))
    assert Case.objects.get().attachments.count() == 1
    refused = street.post(DESK, body(key="desk-0009", category="0101", photos=[picture()]))
    assert refused.status_code == 422
    assert "请去掉照片后再提交" in refused.content.decode()


@pytest.mark.parametrize("words", ["井盖", "jinggai", "jg", "0301"])
def test_categories_are_found_by_chinese_pinyin_initials_and_number(town, street, words):
    page = street.get(f"{DESK}kinds/", {"kind_words": words}).content.decode()
    assert 'value="0301"' in page
    assert "<html" not in page


def test_compounds_are_found_in_the_own_area_only(town, street):
    url = f"{DESK}compounds/"
    assert "云栖里" in street.get(url, {"compound_words": "云栖"}).content.decode()
    other = client_of(town, "other_dispatcher").get(url, {"compound_words": "云栖"})
    assert "没有叫这个名字的小区" in other.content.decode()


def test_the_desk_is_for_those_who_may_report_for_others(town):
    assert client_of(town, "community").get(DESK).status_code == 200
    for who in ("worker", "city_management", "swd"):
        assert client_of(town, who).get(DESK).status_code == 404


# --- The catalogue ---------------------------------------------------------------------------------------------------
def edited(client, code="0401", **given):
    row = Category.objects.get(pk=code)
    fields = (
        "name_zh",
        "name_en",
        "keywords",
        "urgency",
        "respond_within",
        "make_safe_within",
        "finish_within",
    )
    values = {name: getattr(row, name) for name in fields}
    return client.post(f"{CATALOGUE}{code}/", {**values, "is_active": "on", **given})


def test_the_catalogue_lists_limits_in_words(town):
    page = client_of(town, "swd").get(CATALOGUE).content.decode()
    assert "燃气泄漏、燃气异味" in page
    assert "30 分钟" in page
    found = client_of(town, "swd").get(CATALOGUE, {"words": "jg"}, HTTP_HX_REQUEST="true").content.decode()
    assert "03-01" in found
    assert "01-01" not in found


def test_a_limit_is_changed_and_written_down(town):
    assert edited(client_of(town, "swd"), finish_within="5wd").status_code == 302
    assert kind_of("0401").finish.amount == 5
    assert AuditEntry.objects.filter(action="cases.update_category").count() == 1


def test_a_limit_that_nobody_can_read_is_told_beside_its_field(town):
    response = edited(client_of(town, "swd"), finish_within="sometime")
    page = response.content.decode()
    assert response.status_code == 422
    assert "请写成 PT30M" in page
    assert 'value="sometime"' in page
    assert kind_of("0401").finish.amount != 0


def test_a_category_out_of_use_keeps_its_old_cases_and_takes_no_new_ones(town, street):
    case = reported(town)
    edited(client_of(town, "swd"), is_active="")
    assert "0401" not in kinds()
    assert street.get(f"/cases/{case.number}/").status_code == 200
    assert street.get("/cases/").status_code == 200
    draft = Draft(category="0401", text="路面一个大坑", lng=LNG + 0.002, lat=LAT + 0.002)
    with pytest.raises(Invalid):
        report_case(actor=town["worker"], draft=draft, key="late-0001", now=timezone.now())
    assert "停用" in client_of(town, "swd").get(CATALOGUE).content.decode()


def test_a_dispatcher_reads_the_catalogue_and_changes_nothing(town, street):
    page = street.get(CATALOGUE).content.decode()
    assert "/cases/categories/0401/" not in page
    assert street.get(f"{CATALOGUE}0401/").status_code == 404
    assert client_of(town, "swd").get(f"{CATALOGUE}9999/").status_code == 404
