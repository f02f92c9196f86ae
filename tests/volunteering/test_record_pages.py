"""The pages of service, as each of those who use them sees them."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nuanxin.kernel.events import drain
from nuanxin.kernel.files.accept import MAX_BYTES, accept_image
from nuanxin.kernel.privacy.runners import erase_person
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import line_of
from nuanxin.people.services import create_token
from nuanxin.volunteering.models import (
    Certificate,
    ClaimPicture,
    HelpRequest,
    ServiceRecord,
    SpotCheck,
    VolunteerProfile,
)
from nuanxin.volunteering.queries import check_codes
from nuanxin.volunteering.services import records
from tests.factories import people, pictures
from tests.factories.people import sign_in
from tests.factories.served import DAY, HOUR, MINUTE, Served, build_served, make_shift


@pytest.fixture
def served(town):
    """A shift that runs now, so that pages, which know the real time, show it."""
    made: Served = build_served(town)
    now = timezone.now()
    made.shift = make_shift(made.team, now - HOUR, now + HOUR, title="夜市安全巡查（今天）")
    made.sign_up("worker")
    made.sign_up("other_worker")
    return made


def at(served, who):
    person = served.town.persons["resident" if who == "leader" else who]
    rows = person.assignments.order_by("pk")
    return sign_in(Client(), rows.last() if who == "leader" else rows.first())


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def checked_in(served, who="worker"):
    code = check_codes.typed(served.shift.public_id, timezone.now())
    client = at(served, who)
    assert client.post("/volunteering/check-in/", {"code": code, "device": "x"}).status_code == 302
    return client, ServiceRecord.objects.get(person=served.town.persons[who])


def test_a_shift_from_the_screen_to_the_certificate(served):
    leader = at(served, "leader")
    assert "夜市安全巡查（今天）" in text_of(leader.get("/volunteering/screens/"))
    screen = f"/volunteering/screens/{served.shift.public_id}/"
    assert screen in text_of(leader.get("/"))  # whoever leads finds the screen on the first page
    assert "/volunteering/check-in/" in text_of(at(served, "worker").get("/volunteering/my-shifts/"))
    assert screen not in text_of(at(served, "worker").get("/"))
    shown = text_of(leader.get(screen))
    code = re.search(r'data-address="[^"#]*#([^"]+)"', shown)[1]
    assert "到了 0 人，报名 2 人" in shown
    worker = at(served, "worker")
    assert "夜市安全巡查（今天）" in text_of(worker.get("/volunteering/check-in/"))
    assert worker.post("/volunteering/check-in/", {"code": code}).status_code == 302
    record = ServiceRecord.objects.get()
    ServiceRecord.objects.update(came_at=timezone.now() - 50 * MINUTE)
    partial = text_of(leader.get(screen, headers={"HX-Request": "true"}))
    assert "到了 1 人" in partial
    assert "<html" not in partial
    place = served.places["other_worker"].public_id
    leader.post(f"{screen}admit/{place}/")
    assert ServiceRecord.objects.count() == 2
    assert worker.post(f"/volunteering/check-in/{record.public_id}/out/").status_code == 302
    assert "等队长确认" in text_of(worker.get("/volunteering/my-hours/"))

    sweep = text_of(leader.get("/volunteering/sweeps/"))
    assert str(record.public_id) in sweep
    marked = {"record": str(record.public_id), f"quality-{record.public_id}": "120"}
    other = ServiceRecord.objects.exclude(pk=record.pk).get()
    ServiceRecord.objects.filter(pk=other.pk).update(state="pending", held_for="")
    beside = {f"quality-{other.public_id}": "120", f"reason-{other.public_id}": "守到最后"}
    refused = leader.post("/volunteering/sweeps/", marked | beside)
    assert refused.status_code == 422
    record.refresh_from_db()
    assert record.state == "pending"  # more than full without a reason is not done silently
    page = refused.content.decode()  # and what was filled in is still there
    assert re.findall(r'name="record" value="[^"]+"( checked)?', page) in ([" checked", ""], ["", " checked"])
    assert 'value="守到最后"' in page
    assert page.count('<option value="120" selected>') == 2
    ServiceRecord.objects.filter(pk=other.pk).update(state="refused")
    reasoned = marked | {f"reason-{record.public_id}": "帮了三位老人"}
    assert "确认了 1 人" in leader.post("/volunteering/sweeps/", reasoned, follow=True).content.decode()
    late = leader.post("/volunteering/sweeps/", reasoned, follow=True).content.decode()
    assert "刚刚有人办过了" in late
    assert "先勾上" not in late
    assert "先勾上" in leader.post("/volunteering/sweeps/", {}, follow=True).content.decode()
    record.refresh_from_db()
    assert (record.state, record.quality) == ("recorded", 120)
    assert "0.8" in text_of(worker.get("/volunteering/my-hours/"))

    today = timezone.localdate()
    asked = {
        "organisation": served.team.public_id,
        "period_from": today - DAY,
        "period_to": today,
        "key": uuid4(),
    }
    assert worker.post("/volunteering/my-certificates/", asked).status_code == 302
    row = Certificate.objects.get()
    assert "核对无误" in text_of(leader.get(f"/volunteering/certificates/{row.public_id}/"))
    leader.post(f"/volunteering/certificates/{row.public_id}/issue/")
    row.refresh_from_db()
    assert "真实有效" in text_of(Client().get(f"/volunteering/verify/{row.number}/{row.code}/"))
    badge = worker.get(f"/volunteering/my-certificates/{row.public_id}/badge/")
    assert badge.content.count(b".") == 2


def test_what_is_wrong_is_said_beside_the_form(served):
    worker = at(served, "worker")
    answer = worker.post("/volunteering/check-in/", {"code": "ABCDEF"})
    assert answer.status_code == 422
    assert "签到码不对" in text_of(answer)
    claim = worker.post("/volunteering/my-hours/enter/", {"title": "x"})
    assert claim.status_code == 422
    told = {
        "key": str(uuid4()), "organisation": str(served.team.public_id), "source": "help", "title": "\u200b\u3164",
        "proof": "\u2060\u200d", "starts_at": "2026-03-06T09:00", "ends_at": "2026-03-06T10:00",
    }  # fmt: skip
    unseen = worker.post("/volunteering/my-hours/enter/", told)
    assert unseen.status_code == 422, "what nobody can see is no word"
    assert set(unseen.context["form"].errors) >= {"title", "proof"}
    nothing = worker.post("/volunteering/helping/", {"is_open": "on"})
    assert nothing.status_code == 422
    assert "至少选一个愿意帮忙的地方" in text_of(nothing)


def test_a_correction_is_asked_for_and_answered(served):
    worker, record = checked_in(served)
    worker.post(f"/volunteering/check-in/{record.public_id}/out/")
    leader = at(served, "leader")
    leader.post("/volunteering/sweeps/", {"record": str(record.public_id)})
    own = f"/volunteering/my-hours/{record.public_id}/"
    assert "申请更正" in text_of(worker.get(own))
    assert worker.post(own, {"words": "少记了十分钟", "wanted_minutes": "10"}).status_code == 302
    page = f"/volunteering/records/{record.public_id}/"
    assert "少记了十分钟" in text_of(leader.get(page))
    refused = leader.post(f"{page}correct/", {"minutes": "10", "quality": "100", "answer": ""})
    assert refused.status_code == 422
    assert (
        leader.post(f"{page}correct/", {"minutes": "10", "quality": "100", "answer": "核对过"}).status_code
        == 302
    )
    record.refresh_from_db()
    assert (record.state, record.minutes) == ("corrected", 10)
    assert "核对过" in text_of(worker.get(own))
    assert (
        leader.post(
            f"{page}entry/", {"kind": "training", "title": "急救培训", "on": "2026-09-01"}
        ).status_code
        == 302
    )
    export = worker.post("/volunteering/my-hours/export/", {"form": "csv"}).getvalue().decode()
    assert "服务时长（小时）" in export
    assert "急救培训" in export


def test_lists_and_files_for_the_community(served):
    worker, record = checked_in(served)
    worker.post(f"/volunteering/check-in/{record.public_id}/out/")
    community = at(served, "community")
    community.post("/volunteering/sweeps/", {"record": str(record.public_id)})
    name = served.town.persons["worker"].name
    assert name in text_of(community.get("/volunteering/records/?tab=counted"))
    masked = text_of(at(served, "swd").get("/volunteering/records/?tab=counted"))
    assert name not in masked
    answer = at(served, "swd").post("/volunteering/records/export/", {"tab": "counted", "form": "csv"})
    assert name not in answer.getvalue().decode()
    book = community.post("/volunteering/records/export/", {"tab": "counted", "form": "xlsx"})
    assert book.getvalue()[:2] == b"PK"
    head = at(served, "community_head")
    today = timezone.localdate()
    drawn = head.post(
        "/volunteering/spot-checks/", {"since": today - DAY, "until": today + DAY, "count": "3", "seed": "7"}
    )
    assert drawn.status_code == 302
    assert SpotCheck.objects.count() == 1
    assert head.post(f"/volunteering/spot-checks/{record.public_id}/", {"result": "ok"}).status_code == 302
    assert "属实" in text_of(head.get("/volunteering/spot-checks/"))
    for path in ("records/", "sweeps/", "certificates/", "needs/", "spot-checks/"):
        assert at(served, "worker").get(f"/volunteering/{path}").status_code == 404


def test_helping_is_filled_in_and_answered(served):
    worker = at(served, "worker")
    assert "愿意被问" in text_of(worker.get("/volunteering/helping/"))
    told = {"is_open": "on", "areas": ["990101001001"], "skills": ["first_aid"], "free": ["0", "4"]}
    assert worker.post("/volunteering/helping/", told).status_code == 302
    profile = VolunteerProfile.objects.get()
    assert (profile.is_open, profile.skills, profile.free) == (True, "first_aid", 0b10001)
    community = at(served, "community")
    now = timezone.localtime()
    need = {
        "kind": "patrol", "title": "河边走一圈", "note": "", "scope_code": "990101001001", "wanted": "2", "skill": "",
        "post": "", "starts_at": (now + DAY).strftime("%Y-%m-%dT%H:%M"), "key": uuid4(),
        "ends_at": (now + DAY + HOUR).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    assert community.post("/volunteering/needs/new/", need).status_code == 302
    assert community.post("/volunteering/needs/new/", need).status_code == 302
    row = HelpRequest.objects.get()
    assert "河边走一圈" in text_of(community.get("/volunteering/needs/"))
    page = f"/volunteering/needs/{row.public_id}/"
    assert community.post(page, {"reason": ""}).status_code == 422
    assert community.post(page, {"reason": "改天"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "cancelled"


def test_over_the_api_it_is_the_same(served):
    person = served.town.persons["worker"]
    _row, key = create_token(
        person=person, assignment=person.assignments.get(), name="表", now=timezone.now()
    )
    client = Client(headers={"Authorization": f"Bearer {key}"})
    code = check_codes.pictured(served.shift.public_id, timezone.now())
    told = client.post(
        "/api/v1/service-records/check-in", {"code": code}, content_type="application/json"
    ).json()
    assert (told["state"], told["hours"]) == ("checked_in", "0.00")
    out = client.post(f"/api/v1/service-records/{told['id']}/check-out").json()
    assert out["state"] == "pending"
    assert client.get("/api/v1/service-records/mine").json()["minutes"] == 0
    wrong = client.post(
        "/api/v1/service-records/check-in", {"code": "AAAAAA"}, content_type="application/json"
    )
    assert wrong.status_code == 422
    asked = client.post(
        f"/api/v1/service-records/{told['id']}/corrections",
        {"words": "少了"},
        content_type="application/json",
    )
    assert asked.status_code == 409  # nobody has confirmed it yet
    assert client.get("/api/v1/service-records/certificates").json() == []
    assert client.get("/api/v1/service-records/verify/990101-FW-2026-00001/aaaaaaaaaa").status_code == 404


def test_each_hears_of_what_is_theirs_and_leaving_keeps_the_minutes(served):
    worker, record = checked_in(served)
    worker.post(f"/volunteering/check-in/{record.public_id}/out/")
    now = timezone.now()
    drain(now=now)
    todo = Notice.objects.filter(kind="serve_todo")
    assert {each.person_id for each in todo} == {served.town.persons["resident"].pk}
    at(served, "leader").post("/volunteering/sweeps/", {"record": str(record.public_id)})
    drain(now=timezone.now())
    [news] = Notice.objects.filter(kind="serve_news")
    assert news.person_id == served.town.persons["worker"].pk
    line = line_of(news, {})
    assert line.title == "夜市安全巡查（今天）：时长记上了，谢谢你"
    ServiceRecord.objects.filter(pk=record.pk).update(minutes=60)
    person = served.town.persons["worker"]
    erase_person(person_id=person.pk, subject_id=person.subject.pk, now=timezone.now())
    record.refresh_from_db()
    assert (record.person_id, record.sign_up_id, record.minutes) == (None, None, 60)


def test_a_picture_beside_a_claim_is_seen_by_few(served):
    worker = at(served, "worker")
    began = timezone.now() - 6 * HOUR
    form = {
        "key": str(uuid4()), "organisation": str(served.team.public_id), "source": "help", "title": "帮忙搬东西",
        "starts_at": timezone.localtime(began).strftime("%Y-%m-%dT%H:%M"),
        "ends_at": timezone.localtime(began + HOUR).strftime("%Y-%m-%dT%H:%M"), "proof": "网格员在场",
    }  # fmt: skip
    enter = "/volunteering/my-hours/enter/"
    assert "不存拍摄的地点和时间" in text_of(worker.get(enter))
    refused = worker.post(enter, {**form, "picture": SimpleUploadedFile("a.jpg", b"x" * 50, "image/jpeg")})
    assert refused.status_code == 422
    assert "请换一张" in text_of(refused)
    jpeg = SimpleUploadedFile("IMG 小禾.jpg", pictures.drawn(1), "image/jpeg")
    assert worker.post(enter, {**form, "picture": jpeg}).status_code == 302
    record = ServiceRecord.objects.get(is_manual=True)
    picture = f"/volunteering/records/{record.public_id}/picture/"
    assert picture in text_of(worker.get(f"/volunteering/my-hours/{record.public_id}/"))
    shown = worker.get(picture)
    assert shown.getvalue()  # read to its end it closes itself
    assert (shown["Content-Type"], shown["Cache-Control"]) == ("image/jpeg", "private, no-store")
    assert "小禾" not in str(shown.headers)
    leader = at(served, "leader")
    assert picture in text_of(leader.get("/volunteering/sweeps/"))
    assert picture in text_of(leader.get(f"/volunteering/records/{record.public_id}/"))
    small = leader.get(f"{picture}?thumb")
    assert small.getvalue()
    assert small.status_code == 200
    assert at(served, "other_worker").get(picture).status_code == 404
    assert Client().get(picture).status_code == 302


def test_over_the_api_a_claim_takes_the_same_picture_and_the_same_refusals(served):
    person = served.town.persons["worker"]
    _row, key = create_token(
        person=person, assignment=person.assignments.get(), name="表", now=timezone.now()
    )
    phone = Client(headers={"Authorization": f"Bearer {key}"})
    offered = phone.get("/api/v1/service-records/organisations").json()
    assert served.team.name in {each["name"] for each in offered}
    began = timezone.now() - 6 * HOUR
    form = {
        "key": str(uuid4()), "organisation": str(served.team.public_id), "source": "help", "title": "帮忙搬东西",
        "starts_at": began.isoformat(), "ends_at": (began + HOUR).isoformat(), "proof": "网格员在场",
    }  # fmt: skip

    def send(data=None, **other):
        jpeg = SimpleUploadedFile("IMG 小禾.jpg", pictures.drawn(1) if data is None else data, "image/jpeg")
        return phone.post("/api/v1/service-records", {**form, "picture": jpeg, **other})

    for wrong in (b"", b"x" * 50, b"\xff\xd8\xff" + b"x" * MAX_BYTES):
        refused = send(wrong)
        assert (refused.status_code, bool(refused.json()["hint"])) == (422, True)
    for other in (
        {"title": "\u200b"}, {"title": "长" * 61}, {"proof": " "}, {"source": "shift"}, {"organisation": str(uuid4())},
        {"starts_at": (began - 60 * DAY).isoformat()}, {"ends_at": began.isoformat()}, {"ends_at": "2026-09-15 10:00"},
    ):  # fmt: skip
        assert send(**other).status_code == 422, other
    assert not ServiceRecord.objects.exists()
    told, again = send(), send()
    assert (told.status_code, told.json()) == (again.status_code, again.json())
    assert (told.json()["state"], told.json()["is_manual"], told.json()["minutes"]) == ("pending", True, 60)
    kept = ClaimPicture.objects.get()
    assert (kept.record.public_id.hex, kept.file.taken_at) == (told.json()["id"].replace("-", ""), None)
    later = {"key": str(uuid4()), "starts_at": (began + 2 * HOUR).isoformat()}
    used = send(**later, ends_at=(began + 3 * HOUR).isoformat())
    assert (used.status_code, used.json()["code"]) == (409, "PictureUsed")
    assert send(title="别的").json()["code"] == "KeyReused"
    bare = phone.post("/api/v1/service-records", {**form, **later, "ends_at": (began + 3 * HOUR).isoformat()})
    assert (bare.status_code, ServiceRecord.objects.count(), ClaimPicture.objects.count()) == (200, 2, 1)


def test_who_may_not_read_the_name_does_not_see_the_picture(served):
    accepted = accept_image(pictures.drawn(2))
    now = timezone.now()
    claim = records.Claim(
        organisation=served.team.public_id, source="help", title="帮忙", starts_at=now - 6 * HOUR,
        ends_at=now - 5 * HOUR, proof="在场", picture=accepted,
    )  # fmt: skip
    made = records.enter_service(actor=served.town["worker"], claim=claim, key=uuid4(), now=now)
    office = sign_in(Client(), people.staff("swd", name="舒科长", scope_code="990101000000"))
    page = text_of(office.get(f"/volunteering/records/{made.public_id}/"))
    assert "帮忙" in page
    assert "附的照片" not in page
    assert office.get(f"/volunteering/records/{made.public_id}/picture/").status_code == 404
