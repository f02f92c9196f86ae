"""The pages of friendly scenes: for whose they are, for who assesses and decides, for everybody."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.people.services import create_token
from nuanxin.places import services as places
from nuanxin.places.models import Scene, SceneAssessment, SceneStandard
from nuanxin.places.queries import score_cards as cards
from nuanxin.places.queries.scene_standard import items_of, standard_in_force
from nuanxin.places.services import open_days, scenes
from nuanxin.places.services.scene_watching import watch_scenes
from tests.factories import people
from tests.factories.fixtures import jpeg
from tests.factories.places import LAT, place
from tests.factories.scenes import DAY, Staff, accredited, applied, assessed, publicised
from tests.factories.stock import actor_of
from tests.factories.territories import COMMUNITY, NOW, OTHER_STREET, STREET


@pytest.fixture
def staff(city):
    return Staff()


@pytest.fixture
def signed(client, staff):
    """`signed("lead")`: the client as one of the street's people."""
    return lambda who: people.sign_in(client, getattr(staff, who))


def answers(scene, **given):
    told = {}
    for item in items_of(scene.standard, scene.type_id):
        told[f"g_{item.code}"] = given.get(item.code, "2")
        told[f"e_{item.code}"] = "看到了"
    return told


def test_from_the_application_to_the_plate_over_pages(signed, staff, client):
    here = f"/places/register/{staff.place.public_id}/scene/"
    keeper = signed("keeper")
    assert "申请认定" in keeper.get(f"/places/register/{staff.place.public_id}/").content.decode()
    wrong = keeper.post(here, {"type": "station", "words": ""})
    assert wrong.status_code == 422
    given = {"type": "station", "words": "有热水、能充电"}
    at = keeper.post(here, given)["Location"]
    assert keeper.post(here, given)["Location"] == at
    scene = Scene.objects.get()
    assert "已申请" in keeper.get(at).content.decode()
    assert keeper.get(f"{at}assess/").status_code == 404

    assessor = signed("assessor")
    assert scene.name in assessor.get("/places/scenes/").content.decode()
    assert assessor.post(f"{at}steps/start/").status_code == 302
    page = assessor.get(f"{at}assess/").content.decode()
    assert "必须" in page
    told = answers(scene)
    missing = {name: text for name, text in told.items() if name != "g_polite"}
    refused = assessor.post(f"{at}assess/", missing)
    assert refused.status_code == 422
    assert "这一项还没有选" in refused.content.decode()
    no_picture = assessor.post(
        f"{at}assess/", {**told, "p_water": SimpleUploadedFile("x.jpg", b"no picture")}
    )
    assert no_picture.status_code == 422
    assert (
        assessor.post(
            f"{at}assess/", {**told, "p_water": SimpleUploadedFile("water.jpg", jpeg())}
        ).status_code
        == 302
    )
    mark = SceneAssessment.objects.get().marks.get(item__code="water")
    assert assessor.get(f"/places/scenes/evidence/{mark.photo.public_id}/").status_code == 200
    assert "自己评的" in assessor.get(at).content.decode()

    press = f"{at}steps/publicise/"
    assert press not in signed("lead").get(at).content.decode()  # nobody has looked at it twice yet
    looker = signed("looker")
    looker.post(f"{at}confirm/", {"look": "return"})
    assert SceneAssessment.objects.get().state == "submitted"
    looker.post(f"{at}confirm/", {"look": "confirm"})
    assert SceneAssessment.objects.get().state == "confirmed"

    lead = signed("lead")
    assert press in lead.get(at).content.decode()
    lead.post(press)
    assert "公示还没有期满" in lead.post(f"{at}steps/accredit/", follow=True).content.decode()
    Scene.objects.update(publicity_until=timezone.now() - timedelta(hours=1))
    lead.post(f"{at}steps/accredit/")
    scene.refresh_from_db()
    assert scene.number in lead.get(f"{at}plate/").content.decode()
    assert lead.post(f"{at}steps/suspend/", {"reason": ""}).status_code == 422
    assert lead.post(f"{at}steps/suspend/", {"reason": "不让小哥进"}).status_code == 302
    assert lead.get(f"{at}plate/").status_code == 404
    client.logout()
    seen = client.get(f"/places/p/{scene.code}/").content.decode()
    assert "暂停挂牌" in seen
    assert "不让小哥进" in seen


def test_a_step_that_nobody_presses_is_no_address(signed, staff):
    scene = applied(staff)
    lead = signed("lead")
    for name in ("fall_due", "lapse", "reopen", "apply", "nothing"):
        assert lead.post(f"/places/scenes/{scene.public_id}/steps/{name}/").status_code == 404
    assert (
        signed("keeper").post(f"/places/scenes/{scene.public_id}/steps/refuse/", {"reason": "x"}).status_code
        == 404
    )


def test_everybody_sees_what_is_public_and_may_say_a_word(client, staff):
    now = timezone.now()
    scene = publicised(staff, now=now)
    listed = client.get("/places/scenes/public/?show=publicity").content.decode()
    assert scene.name in listed
    at = f"/places/scenes/public/{scene.public_id}/"
    assert client.post(at, {"key": uuid4(), "text": ""}).status_code == 422
    key = uuid4()
    for _ in range(2):
        assert client.post(at, {"key": key, "text": "楼号看不见"}).status_code == 302
    assert scene.objections.count() == 1
    page = client.get(at).content.decode()
    assert "楼号看不见" not in page
    for name in ("依依", "丽派", "方社", "严主任"):
        assert name not in page
    people.sign_in(client, staff.lead)
    answer = f"/places/scenes/{scene.public_id}/objections/{scene.objections.get().pk}/"
    assert "楼号看不见" in client.get(answer).content.decode()
    assert client.post(answer, {"is_upheld": "no"}).status_code == 422
    assert client.post(answer, {"is_upheld": "no", "answer": "夜里去看过，有灯"}).status_code == 302
    client.logout()
    assert "夜里去看过，有灯" in client.get(at).content.decode()


def test_an_appeal_over_pages(signed, staff):
    scene = accredited(staff, now=timezone.now() - 30 * DAY)
    given = {"actor": staff.actor("lead"), "public_id": scene.public_id, "now": timezone.now()}
    scenes.suspend_scene(reason="不让小哥进", **given)
    at = f"/places/scenes/{scene.public_id}/"
    keeper = signed("keeper")
    assert "可以申诉" in keeper.get(at).content.decode()
    assert keeper.post(f"{at}appeal/", {"reason": ""}).status_code == 422
    assert keeper.post(f"{at}appeal/", {"reason": "那天停电"}).status_code == 302
    assert signed("lead").post(f"{at}appeal/decide/", {"is_upheld": "yes", "answer": "是"}).status_code == 422
    judge = signed("judge")
    assert "那天停电" in judge.get(f"{at}appeal/decide/").content.decode()
    assert judge.post(f"{at}appeal/decide/", {"is_upheld": "yes", "answer": "停电属实"}).status_code == 302
    assert Scene.objects.get().state == "accredited"


def test_the_list_is_narrowed_and_goes_out(signed, staff):
    scene = applied(staff)
    lead = signed("lead")
    assert "没有符合条件的" in lead.get("/places/scenes/?type=park").content.decode()
    assert scene.name in lead.get("/places/scenes/?q=枫林&type=station").content.decode()
    sent = lead.post("/places/scenes/export/", {"tab": "all", "form": "csv"})
    rows = list(csv.reader(io.StringIO(sent.getvalue().decode("utf-8-sig"))))
    assert [rows[1][0], rows[1][3]] == [scene.name, "已申请，等评估"]
    assert lead.post("/places/scenes/export/", {"tab": "all", "form": "xlsx"}).status_code == 200
    assert signed("keeper").post("/places/scenes/export/", {"form": "csv"}).status_code == 404


def test_the_checklist_is_edited_as_a_new_version(client, city):
    people.sign_in(client, people.staff("swd", scope_code="990101000000"))
    assert "第 1 版" in client.get("/places/scenes/standard/").content.decode()
    page = client.get("/places/scenes/standard/edit/")
    rows = page.context["rows"]
    told = {name: field.value() for name, field in ((each.name, each) for each in page.context["form"])}
    for form in (rows.management_form, *rows.forms):
        for field in form:
            value = field.value()
            if value not in (None, False):
                told[field.html_name] = "on" if value is True else value
    told["note"] = "改了门槛"
    told["minimum"] = 0
    assert client.post("/places/scenes/standard/edit/", told).status_code == 422
    told["minimum"] = 80
    assert client.post("/places/scenes/standard/edit/", told).status_code == 302
    assert (standard_in_force().version, standard_in_force().minimum) == (2, 80)
    sent = client.get("/places/scenes/standard/export/")
    content = sent.getvalue()
    file = io.BytesIO(content.replace("能接热水".encode(), "能接开水".encode()))
    file.name = "checklist.csv"
    assert client.post("/places/scenes/standard/import/", {"file": file, "note": ""}).status_code == 302
    assert SceneStandard.objects.count() == 3
    bad = io.BytesIO(b"nothing")
    bad.name = "x.csv"
    assert client.post("/places/scenes/standard/import/", {"file": bad}).status_code == 422


class TestScoreCards:
    def test_each_figure_has_its_rows_and_nothing_is_no_number(self, staff):
        lead = staff.actor("lead")
        place("云栖驿站", lat=LAT + 0.004)
        at = NOW + 10 * DAY
        top = cards.score_cards(lead, now=at)[0]
        shares = {each.measure.code: (each.part, each.of, each.percent) for each in top.shares}
        assert shares["accredited"] == (0, 2, 0)
        assert shares["rechecked"] == (0, 0, None)
        accredited(staff)
        places.check_place(actor=staff.actor("keeper"), public_id=staff.place.public_id, wrong=(), now=at)
        own, *below = cards.score_cards(lead, now=at)
        shares = {each.measure.code: each.percent for each in own.shares}
        assert (shares["accredited"], shares["checked"], own.all_plates) == (50, 50, 1)
        assert own.classes["facility"] == 1
        assert {each.code: each.all_plates for each in below}[COMMUNITY] == 1
        assert own.points is not None
        empty = next(each for each in below if each.code != COMMUNITY)
        assert empty.points is None
        assert cards.score_cards(actor_of("dispatcher", scope_code=OTHER_STREET), now=at, within=STREET) == []

    def test_a_recheck_in_time_counts_and_a_late_one_does_not(self, staff):
        scene = accredited(staff)
        on = NOW + 373 * DAY
        watch_scenes(now=on)
        lead = staff.actor("lead")

        def rechecked(now):
            return next(
                (each.part, each.of)
                for each in cards.score_cards(lead, now=now)[0].shares
                if each.measure.code == "rechecked"
            )

        assert rechecked(on + DAY) == (0, 0)
        assessed(staff, Scene.objects.get(pk=scene.pk), now=on + DAY)
        scenes.renew(actor=lead, public_id=scene.public_id, now=on + 2 * DAY)
        assert rechecked(on + 3 * DAY) == (1, 1)

    def test_the_page_and_its_export(self, signed, staff):
        accredited(staff)
        lead = signed("lead")
        page = lead.get("/places/scenes/cards/").content.decode()
        assert "现在有有效友好场景牌子的占多少" in page
        assert "—" in page
        sent = lead.post("/places/scenes/cards/export/", {"within": STREET, "form": "csv"})
        text = sent.getvalue().decode("utf-8-sig")
        assert "枫林街道" in text
        assert signed("keeper").get("/places/scenes/cards/").status_code == 404


def test_a_kitchen_shows_itself_over_pages(client, city):
    made = place("云栖社区食堂", type="canteen")
    people.sign_in(client, people.staff("merchant", site=made.site))
    here = f"/places/register/{made.public_id}/open-days/"
    assert "还没有办过开放日" in client.get(here).content.decode()
    start = timezone.localtime() + timedelta(days=2)
    told = {
        "key": uuid4(),
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "capacity": 3,
        "words": "看后厨",
    }
    assert client.post(here, told | {"capacity": 0}).status_code == 422
    assert client.post(here, told).status_code == 302
    day = made.open_days.get()
    at = f"/places/open-days/{day.public_id}/"
    client.logout()
    assert made.name in client.get("/places/open-days/").content.decode()
    assert "登录以后可以报名" in client.get(at).content.decode()
    people.sign_in(client, people.worker())
    assert client.post(f"{at}join/", {"coming": "1"}).status_code == 302
    assert "取消报名" in client.get(at).content.decode()
    given = {f"k_{code}": "ok" for code in open_days.kitchen_points()}
    assert client.post(f"{at}look/", given).status_code == 422
    type(day).objects.update(starts_at=timezone.now() - timedelta(hours=1))
    assert client.post(f"{at}look/", {}).status_code == 422
    assert client.post(f"{at}look/", given | {"k_pests": "wrong"}).status_code == 302
    assert "您的表收到了" in client.get(at).content.decode()
    people.sign_in(client, people.staff("merchant", site=made.site))
    assert client.post(f"{at}cancel/", {"reason": "停水"}).status_code == 302
    assert places.suspend_place(actor=SYSTEM, public_id=made.public_id, reason="装修", now=timezone.now())


def api_of(assignment):
    _token, text = create_token(person=assignment.person, assignment=assignment, name="x", now=timezone.now())
    return Client(headers={"authorization": f"Bearer {text}"})


class TestApi:
    def test_list_detail_and_steps_over_rest(self, staff):
        scene = applied(staff)
        lead = api_of(staff.lead)
        at = f"/api/v1/scenes/{scene.public_id}"
        assert [each["id"] for each in lead.get("/api/v1/scenes?tab=todo").json()["items"]] == [
            str(scene.public_id)
        ]
        assert [each["name"] for each in lead.get(at).json()["moves"]] == ["start", "refuse"]
        json = {"content_type": "application/json"}
        assert lead.post(f"{at}/transitions/fall_due", "{}", **json).status_code == 404
        assert lead.post(f"{at}/transitions/refuse", "{}", **json).status_code == 422
        assert lead.post(f"{at}/transitions/start", "{}", **json).json()["state"] == "assessing"
        assert lead.post(f"{at}/transitions/start", "{}", **json).status_code == 409
        assert api_of(people.staff("dispatcher", scope_code=OTHER_STREET)).get(at).status_code == 404

    def test_a_plate_and_the_cards_over_rest(self, staff):
        scene = accredited(staff)
        client = api_of(people.worker().assignments.get())
        told = client.get(f"/api/v1/scenes/plates/{scene.code}").json()
        assert (told["number"], told["is_in_force"]) == (scene.number, True)
        assert client.get(f"/api/v1/scenes/{scene.public_id}").status_code == 404
        assert client.get("/api/v1/scenes/score-cards").status_code == 404
        lead = api_of(staff.lead)
        assert lead.get("/api/v1/scenes/score-cards").json()[0]["shares"][0]["part"] == 1
