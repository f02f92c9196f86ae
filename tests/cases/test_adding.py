"""A reporter adds pictures and words to a case that is still open: counted, once, by nobody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Attachment, CaseLog
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.duplicates import similar_to
from nuanxin.cases.services.adding import HandledWithAnother, NothingMoreTaken, TooManyPhotos
from nuanxin.cases.services.reporting import KeyReused
from nuanxin.cases.services.steps import MissingField, NoPictures
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.notifications.models import Notice
from nuanxin.people.services import create_token
from tests.factories.desks import MINUTE, client_of, dispatched, picture, reported, task_of
from tests.factories.pictures import scene
from tests.factories.sounds import voice

COLOURS = ("#D9480F", "#137A4B", "#1D4ED8", "#9A6700", "#B42318", "#5C6470")


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(timezone.now() - timedelta(hours=2))


def add(town, case, *, who="worker", key="added-0001", now=None, **given):
    now = now or town.now + MINUTE
    return services.supplement_case(actor=town[who], case=case, key=key, now=now, **given)


def told(case, kind):
    drain(now=timezone.now())
    return {notice.person_id for notice in Notice.objects.filter(case_number=case.number, kind=kind)}


def test_a_picture_comes_later_by_nobody(town, photo):
    case = reported(town)
    assert add(town, case, photos=[photo()], text="从近处拍的").created
    log = CaseLog.objects.get(case=case, action="supplement")
    assert (log.role, log.assignment_id, log.organisation_id) == ("reporter", None, None)
    assert (log.opinion, log.is_overdue, log.from_state) == ("从近处拍的", False, log.to_state)
    assert Attachment.objects.get(case=case).log_id == log.pk


def test_late_for_the_screening_is_not_the_reporters_delay(town, photo):
    case = reported(town)
    add(town, case, photos=[photo()], now=town.now + timedelta(days=2))
    assert not CaseLog.objects.get(case=case, action="supplement").is_overdue


def test_sent_twice_is_once(town, photo):
    case = reported(town)
    assert add(town, case, photos=[photo()]).created
    assert not add(town, case, photos=[photo()]).created
    with pytest.raises(KeyReused):
        add(town, case, photos=[photo(colour="#137A4B")])
    assert Attachment.objects.filter(case=case).count() == 1


def test_there_is_a_total_that_a_city_sets(town, photo):
    services.put_handling_limit(actor=town["swd"], name="most_photos", value="3", now=town.now)
    case = reported(town, photos=(photo(),))
    with pytest.raises(TooManyPhotos) as refused:
        add(town, case, photos=[photo(colour=colour) for colour in COLOURS[:3]])
    assert "2" in str(refused.value.fields["photos"])
    add(town, case, photos=[photo(colour=colour) for colour in COLOURS[:2]])
    with pytest.raises(TooManyPhotos):
        add(town, case, photos=[photo()], key="added-0002")
    assert Attachment.objects.filter(case=case).count() == 3


@pytest.mark.parametrize("category", ["1101", "1102", "1103"])
def test_people_in_need_are_not_photographed_later_either(town, photo, category):
    case = reported(town, category, text="需要帮忙")
    with pytest.raises(NoPictures):
        add(town, case, photos=[photo()])
    assert not Attachment.objects.filter(case=case).exists()


def test_nothing_after_the_end(town, photo):
    case = reported(town)
    services.reject_case(actor=town["dispatcher"], case=case, reason="9", opinion="没看到", now=town.now)
    with pytest.raises(NothingMoreTaken):
        add(town, case, photos=[photo()])


def test_what_was_merged_goes_on_elsewhere(town, photo):
    first, second = reported(town), reported(town, who="other_worker")
    services.merge_case(actor=town["dispatcher"], case=second, parent=first.number, now=town.now)
    with pytest.raises(HandledWithAnother):
        add(town, second, who="other_worker", photos=[photo()])


@pytest.mark.parametrize("who", ["other_worker", "resident"])
def test_only_to_the_own(town, photo, who):
    case = reported(town)
    with pytest.raises(NotFound):
        add(town, case, who=who, photos=[photo()])


def test_words_alone_have_their_own_way(town):
    with pytest.raises(MissingField):
        add(town, reported(town), text="再说一句")
    with pytest.raises(Invalid):
        add(town, reported(town), key="", photos=[scene(1)])


def test_it_tells_the_street_while_it_waits_and_the_unit_that_has_it(town, photo):
    waiting = reported(town)
    add(town, waiting, photos=[photo()])
    assert told(waiting, "added") == {town.persons["dispatcher"].pk}
    at_work = dispatched(town)
    services.claim_task(
        actor=town["community"], task=task_of(at_work, "community"), now=town.now + 2 * MINUTE
    )
    add(town, at_work, photos=[photo()], now=town.now + 3 * MINUTE)
    people = {"community", "community_head", "grid", "city_management"}
    assert told(at_work, "added") == {town.persons[who].pk for who in people}


def test_the_event_counts_and_says_nothing_else(town, photo):
    case = reported(town)
    add(town, case, photos=[photo()], text="在我家楼下")
    payload = Event.objects.get(name="cases.CaseSupplemented").payload
    assert payload == {"case_id": case.pk, "number": case.number, "photos": 1}


def test_its_looks_count_for_duplicates(town):
    earlier, later = reported(town, photos=(scene(7),)), reported(town, who="other_worker", text="有个坑")
    without = similar_to(later, now=town.now + MINUTE)[0].bits
    add(town, later, who="other_worker", photos=[scene(7, quality=40)])
    found = similar_to(later, now=town.now + MINUTE)
    assert without is None
    assert found[0].pk == earlier.pk
    assert found[0].bits is not None
    assert found[0].bits < 10


# --- Pages -----------------------------------------------------------------------------------------
def body(**given):
    return {"key": "page-0001", "text": "", **given}


def test_the_page_takes_it_and_both_sides_see_it(town):
    case = reported(town)
    page = client_of(town, "worker")
    assert "补一张照片" in page.get(f"/mine/{case.number}/").content.decode()
    answer = page.post(f"/mine/{case.number}/add/", body(photos=picture(), text="近一点"), follow=True)
    assert answer.status_code == 200
    assert "你补充了 1 张照片" in answer.content.decode()
    desk = client_of(town, "dispatcher").get(f"/cases/{case.number}/").content.decode()
    public_id = Attachment.objects.get(case=case).file.public_id
    assert "上报人补充了 1 张照片" in desk
    assert desk.count(f"/files/{public_id}/thumb/") == 1
    assert "近一点" in desk


def test_what_is_wrong_stands_beside_it(town):
    case = reported(town)
    page = client_of(town, "worker")
    answer = page.post(f"/mine/{case.number}/add/", body(text="只有字"))
    assert answer.status_code == 422
    assert "只想写一句" in answer.content.decode()
    assert "只有字" in answer.content.decode()
    refused = page.post(f"/mine/{case.number}/add/", body(photos=picture("#1D4ED8"), key=""))
    assert refused.status_code == 422


def test_it_is_not_offered_where_it_is_not_taken(town):
    case = reported(town)
    assert client_of(town, "other_worker").post(f"/mine/{case.number}/add/", body()).status_code == 404
    assert client_of(town, "dispatcher").post(f"/mine/{case.number}/add/", body()).status_code == 404
    services.reject_case(
        actor=town["dispatcher"], case=case, reason="9", opinion="没看到", now=timezone.now()
    )
    page = client_of(town, "worker")
    assert "补一张照片" not in page.get(f"/mine/{case.number}/").content.decode()
    late = page.post(f"/mine/{case.number}/add/", body(photos=picture()))
    assert "已经办结" in late.content.decode()
    quiet = reported(town, "1101", text="需要帮忙")
    own = page.get(f"/mine/{quiet.number}/").content.decode()
    assert "补一张照片" not in own
    assert "说一句" in own


# --- REST ------------------------------------------------------------------------------------------
def api(client, town):
    person = town.persons["worker"]
    token = create_token(person=person, assignment=person.assignments.get(), name="x", now=timezone.now())[1]
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def test_the_operation_adds_once(town, client):
    case, url = reported(town), "/api/v1/cases/mine/{}/additions"
    client = api(client, town)
    files = {"key": "api-key-0001", "photos": [picture(), picture("#137A4B")], "text": "两张"}
    assert client.post(url.format(case.number), files).status_code == 201
    files["photos"] = [picture(), picture("#137A4B")]
    again = client.post(url.format(case.number), files)
    assert again.status_code == 200
    assert [step["action"] for step in again.json()["timeline"]].count("supplement") == 1
    other = client.post(url.format(case.number), {"key": "api-key-0001", "photos": [picture("#1D4ED8")]})
    assert other.status_code == 409
    assert client.post(url.format(case.number), {"key": "api-key-0002"}).status_code == 422
    theirs = reported(town, who="other_worker")
    assert client.post(url.format(theirs.number), {"key": "api-key-0003"}).status_code in {404, 422}


def test_detail_of_the_reporter_shows_the_picture(town, photo):
    case = reported(town)
    add(town, case, photos=[photo()], voice=voice())
    client = client_of(town, "worker")
    public_id = Attachment.objects.get(case=case).file.public_id
    seen = client.get(f"/files/{public_id}/")
    assert seen.status_code == 200
    assert seen.getvalue()
    assert client_of(town, "other_worker").get(f"/files/{public_id}/").status_code == 404
    assert detail.own_case(town["worker"], case.number).pk == case.pk
