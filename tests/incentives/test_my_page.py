"""The pages of both directions, stars, honours, boards and held awards, as those see them whom they are for."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nuanxin.incentives.models import Hold, Honour, StarApplication, TipProgramme, WorkerRating
from nuanxin.incentives.queries.boards import counted_at
from nuanxin.incentives.queries.my_page import points_earned
from nuanxin.incentives.services import holds, ledger, ratings
from nuanxin.kernel.events import drain
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import line_of
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from nuanxin.people.services.consents import give_consent
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name
from tests.factories.fixtures import jpeg
from tests.factories.honours import agreed, awarded, displayed, nominated, perform, served
from tests.factories.people import sign_in
from tests.factories.town import DISTRICT

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(timezone.now() - timedelta(hours=3))


@pytest.fixture
def as_(town):
    """`as_("worker")`: a client of one of the town's people."""
    return lambda who: sign_in(Client(), Assignment.objects.get(person=town.persons[who]))


def text(response):
    assert response.status_code == 200, response
    return response.content.decode()


def told(person):
    return [line_of(each, {}).title for each in Notice.objects.filter(person=person).order_by("pk")]


def test_both_directions_in_a_fixed_number_of_statements(town, as_, django_assert_max_num_queries):
    worker = as_("worker")
    assert "你报的事办好以后" in text(worker.get("/thanks/me/"))
    served(town, hours=3, on=timezone.localdate())
    awarded(town, now=town.now)
    with django_assert_max_num_queries(40):
        page = text(worker.get("/thanks/me/"))
    assert "3.00" in page
    assert "10 分" in page
    assert "离下一颗星还有 97 小时" in page
    six = text(worker.get("/thanks/six/"))
    assert "只有您看得到" in six
    assert 'href="/volunteering/my-hours/"' in six
    assert 'href="/thanks/points/"' in six
    assert as_("dispatcher").get("/thanks/me/").status_code == 404
    assert Client().get("/thanks/me/").status_code == 302


def test_what_was_taken_back_this_week_is_not_said_to_have_come(town):
    actor = town["worker"]
    awarded(town, source="kept", amount=6, now=town.now)
    wrong = awarded(town, source="wrong", amount=10, now=town.now)
    ledger.reverse(posting_id=wrong.pk, because="mistake", now=town.now)
    ledger.spend(subject_id=actor.subject_id, amount=4, source="x", now=town.now)
    assert points_earned(actor, now=town.now) == ("6", "6")


def test_a_star_from_the_application_to_the_grant_over_pages(town, as_):
    worker = as_("worker")
    assert "再有 100 小时" in text(worker.get("/thanks/stars/"))
    served(town)
    assert "可以申请 1 星了" in text(worker.get("/thanks/stars/"))
    assert worker.post("/thanks/stars/", {"shown_as": ""}).status_code == 422
    assert worker.post("/thanks/stars/", {"shown_as": "枫桥小王"}).status_code == 302
    star, lead = StarApplication.objects.get(), as_("street_lead")
    assert "枫桥小王" in text(lead.get("/thanks/stars/desk/"))
    lead.post(f"/thanks/stars/desk/{star.public_id}/publicise/")
    assert "枫桥小王" in text(Client().get("/thanks/roll/?show=publicity"))
    here = f"/thanks/roll/stars/{star.public_id}/"
    assert Client().post(here, {"key": uuid4(), "text": "那天没有来"}).status_code == 302
    refuse = f"/thanks/stars/desk/{star.public_id}/refuse/"
    assert lead.get(refuse).status_code == 200
    assert lead.post(refuse, {"reason": ""}).status_code == 422
    assert lead.post(refuse, {"reason": "重复了一次"}).status_code == 302
    assert "重复了一次" in text(worker.get("/thanks/stars/"))
    appeal = f"/thanks/appeals/star/{star.public_id}/"
    assert worker.post(appeal, {"reason": ""}).status_code == 422
    assert worker.post(appeal, {"reason": "不是同一天"}).status_code == 302
    assert as_("other_worker").get(appeal).status_code == 404
    assert "枫桥小王" in lead.post("/thanks/stars/desk/export/", {"form": "csv"}).getvalue().decode()
    drain(now=timezone.now())
    assert told(town.persons["worker"])[-1] == "您的星级申请没有通过"
    levels = {f"hours_{n}": n * 50 for n in range(1, 6)} | {f"growth_{n}": 0 for n in range(1, 6)}
    given = {**levels, "publicity_days": 5, "most_no_shows": 0, "note": "本地办法"}
    given |= {"no_show_effect": "remind", "pause_months": 6}
    swd = as_("swd")
    assert swd.post("/thanks/stars/desk/scheme/", {**given, "publicity_days": 3}).status_code == 422
    assert swd.post("/thanks/stars/desk/scheme/", given).status_code == 302
    assert "第 2 版" in text(swd.get("/thanks/stars/desk/scheme/"))


def test_an_honour_over_pages_and_gone_at_once(town, as_):
    worker, other, lead = as_("worker"), as_("other_worker"), as_("street_lead")
    given = {
        "key": uuid4(), "kind": "good_deeds", "title": "暴雨里推车", "story": "傍晚在枫桥路口帮老人推车。",
        "who": "王师傅", "phone": town.persons["worker"].phone,
    }  # fmt: skip
    assert other.post("/thanks/nominate/", {**given, "story": "短"}).status_code == 422
    assert other.post("/thanks/nominate/", given).status_code == 302
    assert other.post("/thanks/nominate/", given).status_code == 302
    honour = Honour.objects.get()
    desk, mine = f"/thanks/honours/{honour.public_id}/", f"/thanks/honours/mine/{honour.public_id}/"
    assert "王师傅" in text(as_("community").get(desk))
    assert as_("community").post(f"{desk}steps/verify/", {"opinion": ""}).status_code == 422
    assert as_("community").post(f"{desk}steps/verify/", {"opinion": "问过邻居"}).status_code == 302
    waiting = text(lead.get(desk))  # what would be refused has no button, and says what it waits for
    assert ("本人还没有同意" in waiting, f"{desk}steps/publicise/" in waiting) == (True, False)
    assert "还没有同意" in text(lead.post(f"{desk}steps/publicise/", follow=True))
    assert worker.post(mine, {"do": "honour_publicity", "shown_as": ""}).status_code == 422
    worker.post(mine, {"do": "honour_publicity", "shown_as": "枫桥小王"})
    assert f"{desk}steps/publicise/" in text(lead.get(desk))
    lead.post(f"{desk}steps/publicise/")
    assert "公示还没有期满" in text(lead.get(desk))
    story = f"/thanks/roll/{honour.public_id}/"
    shown = text(Client().get(story))
    assert "枫桥小王" in shown
    assert "王师傅" not in shown
    assert Client().post(story, {"key": uuid4(), "text": ""}).status_code == 422
    assert Client().post(story, {"key": uuid4(), "text": "推车的是别人"}).status_code == 302
    objection = lead.get(desk).context["page"].objections[0]
    answered = lead.post(
        f"/thanks/objections/{objection.pk}/answer/", {"is_upheld": "no", "answer": "看过录像"}
    )
    assert answered.status_code == 302
    assert "看过录像" in text(Client().get(story))
    worker.post(mine, {"do": "no_honour_publicity"})
    assert Client().get(story).status_code == 404
    assert "还没有" in text(lead.get(desk))
    listed = text(lead.get("/thanks/honours/"))
    assert "暴雨里推车" in listed
    assert path_name(honour.scope_code, top=Level.STREET) in listed
    assert "暴雨里推车" in lead.post("/thanks/honours/export/", {"form": "csv"}).getvalue().decode()
    drain(now=timezone.now())
    assert "想问您愿不愿意公示" in " ".join(told(town.persons["worker"]))


def test_a_picture_is_looked_at_before_it_is_on_the_wall(town, as_):
    honour = displayed(town, now=town.now - timedelta(days=12))
    desk = f"/thanks/honours/{honour.public_id}/"
    added = {"picture": SimpleUploadedFile("a.jpg", jpeg())}
    assert as_("community").post(f"{desk}pictures/", added).status_code == 302
    photo = honour.photos.get()
    assert as_("community").get(f"/thanks/honours/pictures/{photo.file.public_id}/").getvalue()
    public = f"/thanks/roll/pictures/{photo.file.public_id}/?thumb"
    assert Client().get(public).status_code == 404
    as_("street_lead").post(f"{desk}pictures/{photo.pk}/release/")
    assert Client().get(public).getvalue()
    assert str(photo.file.public_id) in text(Client().get("/thanks/roll/"))


def test_a_held_award_its_owner_its_reviewer_and_nobody_else(town, as_):
    made = [
        awarded(town, source=f"s{number}", amount=2, now=town.now + timedelta(seconds=number))
        for number in range(6)
    ]
    holds.look_at_award(posting_id=made[-1].pk, case_number="", now=town.now)
    hold, worker, lead = Hold.objects.get(), as_("worker"), as_("street_lead")
    drain(now=timezone.now())
    assert "有 2 分先留着，请人看一眼" in told(town.persons["worker"])
    assert "1 笔积分在等人核实" in text(worker.get("/thanks/me/"))
    assert "十分钟里得了好几笔" in text(worker.get("/thanks/held/"))
    given = {"hold": hold.public_id, "answer": "一下午都在巡街"}
    assert worker.post("/thanks/held/", {**given, "answer": ""}).status_code == 422
    assert worker.post("/thanks/held/", given).status_code == 302
    page = text(lead.get(f"/thanks/holds/{hold.public_id}/"))
    assert "一下午都在巡街" in page
    assert town.persons["worker"].name not in page
    assert str(town["worker"].subject_id) not in page
    assert "1 笔" in text(lead.get("/thanks/holds/"))
    assert lead.post(f"/thanks/holds/{hold.public_id}/", {"do": "deny", "opinion": ""}).status_code == 422
    assert (
        lead.post(f"/thanks/holds/{hold.public_id}/", {"do": "deny", "opinion": "太密了"}).status_code == 302
    )
    assert "太密了" in text(worker.get("/thanks/held/"))
    worker.post(f"/thanks/appeals/hold/{hold.public_id}/", {"reason": "都是真的"})
    swd = as_("swd")
    appeal = swd.get("/thanks/holds/").context["appeals"][0]
    assert lead.get("/thanks/holds/").context["appeals"] == []
    here = f"/thanks/appeals/{appeal.public_id}/"
    assert "都是真的" in text(swd.get(here))
    assert swd.post(here, {}).status_code == 422
    assert swd.post(here, {"is_upheld": "yes", "answer": "照片都对"}).status_code == 302
    assert Hold.objects.get().state == "released"
    assert as_("dispatcher").get("/thanks/holds/").status_code == 404
    exported = lead.post("/thanks/holds/export/", {"form": "csv", "tab": "all"}).getvalue().decode()
    assert "太密了" in exported


def test_a_board_is_joined_and_left_over_pages(town, as_):
    worker = as_("worker")
    awarded(town, now=timezone.now())
    drain(now=counted_at(timezone.now()))
    assert "还没有人选择上榜" in text(worker.get("/thanks/board/"))
    assert worker.post("/thanks/board/", {"nickname": ""}).status_code == 422
    assert worker.post("/thanks/board/", {"nickname": "城南老赵"}).status_code == 302
    assert "城南老赵" in text(as_("resident").get("/thanks/board/"))
    assert worker.get("/thanks/board/?kind=orders").status_code == 422
    worker.post("/thanks/board/leave/")
    assert "城南老赵" not in text(as_("resident").get("/thanks/board/"))


def test_a_rating_is_shown_by_a_link_that_is_taken_back(town, as_):
    worker = as_("worker")
    assert "您没有开通" in text(worker.get("/thanks/rating/"))
    give_consent(person=town.persons["worker"], purpose="worker_rating", now=town.now)
    assert "还没有评价" in text(worker.get("/thanks/rating/"))
    ratings.rate_quarter(now=timezone.now())
    rating = WorkerRating.objects.get()
    assert "小时" in text(worker.get("/thanks/rating/"))
    assert "分钟" not in text(worker.get("/thanks/rating/"))
    link = worker.post("/thanks/rating/", {"do": "show", "rating": rating.public_id}).context["link"]
    path = link.removeprefix("http://testserver")
    assert "小哥星级评价" in text(Client().get(path))
    worker.post("/thanks/rating/", {"do": "hide", "link": rating.links.get().pk})
    assert Client().get(path).status_code == 404
    assert as_("street_lead").get("/thanks/rating/").status_code == 404


def test_a_clue_is_registered_verified_and_paid_at_the_counter(town, as_):
    TipProgramme.objects.create(
        code="food", name_zh="食品安全线索", name_en="Food safety clues", reward="每条 50 元", how="市场监管所窗口",
        department=town.organisations["city_management"], scope_code=DISTRICT,
    )  # fmt: skip
    worker, desk = as_("worker"), as_("city_management")
    done = worker.post("/thanks/tip-offs/", {"programme": "food", "clue": "SP20260001"})
    code = done.context["code"]
    assert code in text(done)
    assert code not in text(worker.get("/thanks/tip-offs/"))
    (row,) = [tip for tip, _moves in desk.get("/thanks/tip-offs/desk/").context["rows"]]
    here = f"/thanks/tip-offs/desk/{row.public_id}/"
    desk.post(f"{here}verify/")
    assert desk.post(f"{here}pay/", {"code": "NO"}).status_code == 422
    assert desk.post(f"{here}pay/", {"code": code}).status_code == 302
    assert "部门已发" in text(worker.get("/thanks/tip-offs/"))


def test_the_api_gives_ones_own_numbers_and_the_public_roll(town):
    displayed(town, now=town.now - timedelta(days=12))
    served(town, hours=100)
    for number in range(6):
        awarded(town, source=f"s{number}", amount=2, now=town.now + timedelta(seconds=number))
    drain(now=timezone.now())
    assignment = Assignment.objects.get(person=town.persons["worker"])
    _token, word = create_token(person=assignment.person, assignment=assignment, name="x", now=timezone.now())
    mine = Client(headers={"authorization": f"Bearer {word}"})
    own = mine.get("/api/v1/thanks/own").json()
    assert (own["minutes"], own["points"], own["held"], own["waiting"], own["entitled"]) == (
        6000,
        10,
        2,
        1,
        1,
    )
    (held,) = mine.get("/api/v1/thanks/held").json()
    answered = mine.post(
        f"/api/v1/thanks/held/{held['id']}/answer", {"answer": "一下午"}, content_type="application/json"
    )
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    (story,) = mine.get("/api/v1/thanks/roll").json()["items"]
    assert (story["shown_as"], set(story) & {"who", "subject_id", "nominator_id"}) == ("枫桥小王", set())
    assert mine.get("/api/v1/thanks/roll?kind=BAD").status_code == 422


def test_nominated_by_staff_and_withdrawn_by_its_owner(town, as_):
    honour = nominated(town, "community_head")
    perform(town, honour, "verify", "community")
    agreed(town, honour)
    mine = f"/thanks/honours/mine/{honour.public_id}/"
    assert "我不想要这个提名" in text(as_("worker").get(mine))
    as_("worker").post(mine, {"do": "withdraw"})
    assert Honour.objects.get().state == "withdrawn"
    assert "暴雨里帮老人推车" in text(as_("worker").get("/thanks/honours/mine/"))


def test_a_name_that_may_not_be_shown_is_refused_with_why_in_either_place(town, as_):
    honour = nominated(town)
    mine = f"/thanks/honours/mine/{honour.public_id}/"
    for purpose in ("honour_publicity", "honour_display"):
        refused = as_("worker").post(mine, {"do": purpose, "shown_as": "13800138000"})
        assert refused.status_code == 422
        errors = re.search(
            r'<div class="notice notice--danger".*?</div></div>', refused.content.decode(), re.DOTALL
        )
        assert "公开时的称呼 · " in errors.group(), purpose
        assert 'value="13800138000"' in refused.content.decode()
        agreed(town, honour)  # then only the second is still asked for
        Honour.objects.update(may_display_at=None)


def test_from_a_later_page_one_comes_back_to_the_first_with_what_was_asked_for(town, as_):
    nominated(town)
    page = text(as_("community").get("/thanks/honours/?tab=all&kind=good_deeds&q=老人&before=999999"))
    assert 'href="?tab=all&amp;kind=good_deeds&amp;q=%E8%80%81%E4%BA%BA"' in page
    assert "回到第一页" in page
    assert "回到第一页" not in text(as_("community").get("/thanks/honours/?tab=all"))
