"""The reporter's pages, as their browser asks for them: report, watch, answer, rate."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case, Rating
from nuanxin.cases.queries import detail, own
from nuanxin.cases.services import Draft, Photo
from nuanxin.kernel.files.accept import accept_image
from nuanxin.people.models import Assignment
from tests.factories.fixtures import jpeg
from tests.factories.people import sign_in
from tests.factories.town import COMMUNITY, LAT, LNG

REPORT = "/report/"
POINT = {"place_by": "point", "lng": str(LNG + 0.002), "lat": str(LAT + 0.002)}
OWN = {"place_by": "territory", "territory": COMMUNITY}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(town_of):
    """The pages read the clock of the wall, so the town lives now."""
    return town_of(timezone.now() - timedelta(hours=2))


def client_of(town, who: str) -> Client:
    return sign_in(Client(), Assignment.objects.get(person=town.persons[who]))


@pytest.fixture
def worker(town):
    return client_of(town, "worker")


def body(**given):
    return {"key": "phone-0001", "category": "0401", "text": "路面一个大坑", **OWN, **given}


def picture(name="x.jpg", content=None):
    return SimpleUploadedFile(name, content or jpeg(), content_type="image/jpeg")


def reported(town, who="worker", *, category="0401", key="k1", now=None, text="路面一个大坑"):
    draft = Draft(category=category, text=text, lng=LNG + 0.002, lat=LAT + 0.002, address="枫林横街 3 号旁")
    return services.report_case(actor=town[who], draft=draft, key=key, now=now or town.now).case


def closed(town, *, now, outcome="solved"):
    """A pothole that the community filled itself, verified by the street; `now` is when it was closed."""
    start = now - timedelta(hours=1)
    case = reported(town, now=start)
    dispatcher, community = town["dispatcher"], town["community"]
    lead = town.organisations["city_management"]
    services.file_case(actor=dispatcher, case=case, now=start)
    services.dispatch_case(actor=dispatcher, case=case, lead=lead, now=start + MINUTE)
    task = next(task for task in detail.tasks_of(case) if task.role == "community")
    services.claim_task(actor=community, task=task, now=start + 2 * MINUTE)
    photos = [Photo(kind, accept_image(jpeg())) for kind in ("before", "after")]
    services.self_handle(
        actor=community, task=task, opinion="填平压实了", photos=photos, now=start + 3 * MINUTE
    )
    case = detail.case_for(dispatcher, case.number)
    services.pass_verification(actor=dispatcher, case=case, outcome=outcome, opinion="看过了", now=now)
    return detail.own_case(town["worker"], case.number)


# --- Reporting -------------------------------------------------------------------------------------------------------
def test_the_form_opens_with_the_own_community_and_a_fresh_key(worker):
    first, second = (worker.get(REPORT) for _ in range(2))
    assert first.status_code == 200
    assert "枫桥社区" in first.text
    assert "正在骑行？停稳再补充也行" in first.text
    assert first.context["form"].initial["key"] != second.context["form"].initial["key"]
    assert [kind.code for kind, _icon in first.context["first"]] == [
        "0101", "0202", "0301", "0204", "0401", "0504",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "source", "scope"),
    [
        (POINT, "pin", COMMUNITY),
        (OWN, "territory", COMMUNITY),
        (OWN | {"territory_other": "990101002001"}, "territory", "990101002001"),
        ({"place_by": "territory", "territory": "", "quick_place": f"t:{COMMUNITY}"}, "territory", COMMUNITY),
    ],
)
def test_every_way_of_saying_where(worker, place, source, scope):
    answer = worker.post(REPORT, body(**place))
    case = Case.objects.get()
    assert answer.url == f"/report/{case.number}/"
    assert (case.place_source, case.scope_code) == (source, scope)
    assert (case.lng is None) == (source == "territory")


def test_a_compound_is_a_place(town, worker):
    worker.post(REPORT, body(place_by="compound", compound=town.compound.pk, lng="1", lat="1"))
    case = Case.objects.get()
    assert (case.place_source, case.compound_id, case.address) == ("compound", town.compound.pk, "云栖里")


def test_a_link_may_choose_compound_and_category(town, worker):
    page = worker.get(REPORT, {"compound": town.compound.pk, "category": "0504"}).text
    assert f'name="compound" value="{town.compound.pk}" checked' in page
    assert 'value="0504" checked' in page


def test_photos_are_taken_and_wrong_ones_are_told_beside_the_field(worker):
    answer = worker.post(REPORT, body(text="", photos=[picture("a.jpg"), picture("b.jpg", jpeg("#137A4B"))]))
    assert answer.status_code == 302
    assert detail.timeline(Case.objects.get())[0].attachments.count() == 2
    answer = worker.post(REPORT, body(key="k2", photos=[picture("a.jpg", b"MZ not a picture")]))
    assert answer.status_code == 422
    assert "不是可以使用的照片" in answer.text
    assert "照片要重新选一次" in answer.text
    assert "路面一个大坑" in answer.text  # what was typed stays


@pytest.mark.parametrize(
    ("given", "words", "step"),
    [
        ({"text": ""}, "还缺一张照片或一句话", 1),
        ({"place_by": "point"}, "还没有位置", 2),
        ({"place_by": ""}, "还不知道在哪里", 2),
        (POINT | {"lng": "1", "lat": "1"}, "不在本市的服务范围内", 2),
        ({"category": ""}, "还没选是什么问题", 3),
        ({"category": "9999"}, "没有这个类别", 3),
    ],
)
def test_what_is_missing_is_said_where_it_is_missing(worker, given, words, step):
    answer = worker.post(REPORT, body(**given))
    assert answer.status_code == 422
    assert words in answer.text
    told = worker.post(REPORT, body(**given), headers={"accept": "application/json"})
    assert (told.status_code, told.json()["step"]) == (422, step)
    assert words in " ".join(told.json()["fields"].values())
    assert not Case.objects.exists()


def test_no_photos_where_one_should_keep_away(worker):
    answer = worker.post(REPORT, body(category="1203", photos=[picture()]))
    assert answer.status_code == 422
    assert "请去掉照片后再提交" in answer.text
    assert worker.post(REPORT, body(category="1203")).status_code == 302


def test_sending_twice_is_sending_once(worker):
    first, again = worker.post(REPORT, body()), worker.post(REPORT, body())
    assert first.url == again.url
    assert Case.objects.count() == 1


def test_the_same_key_with_another_content_is_told_kindly(worker):
    number = worker.post(REPORT, body(), headers={"accept": "application/json"}).json()["number"]
    answer = worker.post(REPORT, body(text="另一处也有坑"))
    assert answer.status_code == 409
    assert "刚才那次已经收到了" in answer.text
    assert f"/mine/{number}/" in answer.text
    assert "另一处也有坑" in answer.text
    told = worker.post(REPORT, body(text="另一处也有坑"), headers={"accept": "application/json"}).json()
    assert told["earlier"] == f"/mine/{number}/"
    assert worker.post(REPORT, body(text="另一处也有坑", key=told["key"])).status_code == 302
    assert Case.objects.count() == 2


def test_danger_begins_with_the_telephone(worker):
    page = worker.get(REPORT, {"danger": "1"}).text
    assert page.index("tel:119") < page.index("电梯困人")
    page = worker.get(REPORT, {"category": "0101"}).text
    assert page.index("先离开，再打电话") < page.index("tel:119") < page.index("同时告诉社区（带上位置）")
    assert 'name="photos"' not in page


def test_danger_is_with_everybody_at_once(worker):
    given = {"key": "k9", "category": "0101", **POINT, "accuracy_m": "9"}
    answer = worker.post(REPORT, given)
    case = Case.objects.get()
    assert case.state == "dispatched"
    page = worker.get(answer.url).text
    assert "枫桥社区居委会" in page
    assert "云川燃气" in page
    assert "tel:119" in page


def test_the_end_says_who_has_it_and_by_when(worker):
    answer = worker.post(REPORT, body(), follow=True)
    assert "已送到枫林街道" in answer.text
    assert "会有人看" in answer.text
    assert Case.objects.get().number in answer.text


@pytest.mark.parametrize("words", ["井盖", "jinggai", "jg", "0301"])
def test_categories_are_found_by_any_name(worker, words):
    answer = worker.get("/report/kinds/", {"kind_words": words}, headers={"hx-request": "true"})
    assert 'value="0301"' in answer.text
    assert "<html" not in answer.text


def test_compounds_and_surroundings(town, worker):
    town.compound.initials, town.compound.pinyin = "yql", "yunqili"
    town.compound.save()
    assert "云栖里" in worker.get("/report/compounds/", {"compound_words": "yql"}).text
    here = worker.get("/report/around/", {"lng": LNG + 0.005, "lat": LAT + 0.005}).text
    assert "枫林街道 枫桥社区" in here
    assert "云栖里" in here
    assert "不在本市的服务范围内" in worker.get("/report/around/", {"lng": "1", "lat": "1"}).text
    assert worker.get("/report/around/", {"lng": "x"}).status_code == 422


def test_the_plain_form_searches_without_scripts(worker):
    answer = worker.post(REPORT, body(find="kind", kind_words="电梯困人"))
    assert answer.status_code == 200
    assert "找到的" in answer.text
    assert "路面一个大坑" in answer.text
    assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_report_costs_few_statements(worker, django_assert_max_num_queries):
    """Outside a transaction, as in the server: numbers come from the block in memory."""
    worker.post(REPORT, body(key="warm", **POINT))  # calendars, outlines and grants are read once
    with django_assert_max_num_queries(14):
        assert worker.post(REPORT, body(key="counted", different="1", **POINT)).status_code == 302


# --- Watching -----------------------------------------------------------------------------------------------------
def test_only_the_reporter_sees_it(town, worker):
    case = reported(town)
    pages = [f"/mine/{case.number}/", f"/report/{case.number}/"]
    assert [worker.get(page).status_code for page in pages] == [200, 200]
    for who in ("other_worker", "resident", "grid_part", "dispatcher", "community"):
        stranger = client_of(town, who)
        assert [stranger.get(page).status_code for page in pages] == [404, 404]
        assert stranger.post(f"/mine/{case.number}/rate/", {"contacted": "yes"}).status_code == 404
        assert stranger.post(f"/mine/{case.number}/answer/", {"text": "x"}).status_code == 404
        assert case.number not in stranger.get("/mine/").text
    assert Client().get(pages[0]).status_code == 302


def test_nobody_is_named(town, worker):
    case = closed(town, now=timezone.now() - MINUTE)
    page = worker.get(f"/mine/{case.number}/").text
    assert "枫桥社区居委会" in page
    assert "填平压实了" in page
    for name in ("测试community", "测试dispatcher"):
        assert name not in page


def test_a_rejected_report_says_why_and_where_to_go(town, worker):
    case = reported(town)
    services.reject_case(
        actor=town["dispatcher"], case=case, reason="7", opinion="两家之间的合同", now=town.now + MINUTE
    )
    page = worker.get(f"/mine/{case.number}/").text
    assert "没有受理：不属于公共事务" in page
    assert "可以这样办" in page
    assert "社区也愿意帮忙调解" in page
    assert "两家之间的合同" in page
    assert f"/mine/{case.number}/rate/" not in page
    assert case.number in worker.get("/mine/", {"show": "closed"}).text
    assert case.number not in worker.get("/mine/", {"show": "open"}).text


def test_rating_not_solved_opens_it_again(town, worker):
    case = closed(town, now=timezone.now() - MINUTE)
    page = worker.get(f"/mine/{case.number}/").text
    assert "会马上重新打开" in page
    url = f"/mine/{case.number}/rate/"
    assert worker.post(url, {"contacted": "yes"}).status_code == 422
    answers = {"contacted": "yes", "solved": "no", "satisfied": "no", "comment": "边上还是松的"}
    answer = worker.post(url, answers, follow=True)
    assert "已重新打开" in answer.text
    case.refresh_from_db()
    assert (case.state, case.reopened_count) == ("reopened", 1)
    assert worker.post(url, answers).status_code == 422
    assert Rating.objects.count() == 1


def test_rating_solved_and_then_opening_again(town, worker):
    case = closed(town, now=timezone.now() - MINUTE)
    url = f"/mine/{case.number}/"
    answer = worker.post(
        f"{url}rate/", {"contacted": "yes", "solved": "yes", "satisfied": "yes"}, follow=True
    )
    assert "谢谢你回来告诉我们" in answer.text
    assert "你的评价" in answer.text
    assert worker.post(f"{url}reopen/", {"opinion": ""}).status_code == 422
    assert "重新派单" in worker.post(f"{url}reopen/", {"opinion": "又塌了"}, follow=True).text
    assert worker.post(f"{url}reopen/", {"opinion": "又塌了"}).status_code in {403, 422}


def test_after_seven_days_there_is_nothing_to_rate(town, worker):
    case = closed(town, now=timezone.now() - timedelta(days=7, minutes=1))
    page = worker.get(f"/mine/{case.number}/").text
    assert "办得怎么样" not in page
    answers = {"contacted": "yes", "solved": "yes", "satisfied": "yes"}
    answer = worker.post(f"/mine/{case.number}/rate/", answers)
    assert answer.status_code == 422
    assert not Rating.objects.exists()


def test_questions_and_answers_go_through_the_relay(town, worker):
    case = reported(town)
    services.ask_reporter(
        actor=town["dispatcher"], case=case, text="井盖上写的是雨还是污？", now=town.now + MINUTE
    )
    url = f"/mine/{case.number}/"
    page = worker.get(url).text
    assert "井盖上写的是雨还是污？" in page
    assert "枫林街道办事处" in page
    assert "去回答" in page
    assert worker.post(f"{url}answer/", {"text": " "}).status_code == 422
    answer = worker.post(f"{url}answer/", {"text": "是雨"}, follow=True)
    assert "他们不知道你是谁" in answer.text
    assert "去回答" not in answer.text


def test_live_refresh_answers_with_the_moving_part_only(town, worker):
    case = reported(town)
    answer = worker.get(f"/mine/{case.number}/", headers={"hx-request": "true", "x-poll": "1"})
    assert "已送到枫林街道" in answer.text
    assert "<html" not in answer.text
    assert "<textarea" not in answer.text


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_however_long_it_is(town, worker, count, django_assert_max_num_queries):
    for number in range(count):
        reported(town, key=f"k{number}", now=town.now + number * MINUTE)
    worker.get("/mine/")
    with django_assert_max_num_queries(6):
        page = worker.get("/mine/")
    assert len(page.context["lines"]) == min(count, own.PAGE)
    assert ("更早的" in page.text) == (count > own.PAGE)
    if count > own.PAGE:
        last = page.context["following"]
        rest = worker.get("/mine/", {"before": last}, headers={"hx-request": "true"})
        assert len(rest.context["lines"]) == count - own.PAGE


def test_the_map_knows_only_the_own_open_reports(town, worker):
    case = reported(town)
    features = worker.get("/mine/points.geojson").json()["features"]
    assert [feature["properties"]["url"] for feature in features] == [f"/mine/{case.number}/"]
    assert client_of(town, "resident").get("/mine/points.geojson").json()["features"] == []
    assert "/mine/points.geojson" in worker.get("/map/").text


def test_leave_first_is_said_for_gas_only(worker):
    assert "先离开，再打电话" in worker.get(REPORT, {"category": "0101"}).text.split("<template")[0]
    assert "先离开" not in worker.get(REPORT, {"category": "0301"}).text.split("<template")[0]


def test_home_shows_three_open_ones_or_one_thing_to_do(town, worker):
    assert "看到不对的地方，拍一张" in worker.get("/").text
    cases = [reported(town, key=f"k{number}") for number in range(4)]
    page = worker.get("/").text
    assert [case.number in page for case in cases] == [False, True, True, True]
    for case in cases:
        services.reject_case(
            actor=town["dispatcher"], case=case, reason="9", opinion="没有", now=town.now + MINUTE
        )
    assert "都办完了" in worker.get("/").text
