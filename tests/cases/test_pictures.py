"""Pictures that may become public: proposed, looked at in the worker, hidden, and released by a person or not."""

import functools
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from nuanxin.cases import services
from nuanxin.cases.enums import LookResult, RedactionState, Visibility
from nuanxin.cases.models import Attachment, Case, Redaction
from nuanxin.cases.queries import redacting
from nuanxin.cases.queries.redacting import PictureFilters, released_pictures
from nuanxin.cases.services import Photo
from nuanxin.cases.services.steps import attach
from nuanxin.kernel.access import policy
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Conflict, Invalid, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.files import detector, finding
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.files.redact import Area, AreaKind
from nuanxin.kernel.files.services import open_file
from nuanxin.notifications.models import Notice
from tests.factories.desks import client_of, handed_in
from tests.factories.likenesses import jpeg_of, person
from tests.factories.town import COMMUNITY, NEXT_COMMUNITY

AREA = Area(0.1, 0.2, 0.3, 0.4, AreaKind.FACE)
HOUR = timedelta(hours=1)


@pytest.fixture
def no_models(monkeypatch):
    monkeypatch.setattr(detector, "models", lambda: None)


@functools.cache
def somebody():
    """Drawn and taken in once: blurring takes longer than what is tried with it."""
    return accept_image(jpeg_of(person()))


@pytest.fixture
def solved(town, photo):
    """A closed case with one picture from the reporter and one from the unit."""
    case = handed_in(town, photo)
    log = case.logs.order_by("id").first()
    attach(case, log, [Photo("near", somebody())], now=town.now)
    services.pass_verification(actor=town["dispatcher"], case=case, now=town.now + HOUR, outcome="solved")
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def ready(town, solved, no_models):
    """Proposed, and looked at by nobody but the one who reviews it."""
    services.propose_redactions(case=solved, now=town.now + HOUR)
    while services.look_at_next_picture(now=town.now + HOUR):
        pass
    return list(Redaction.objects.order_by("id"))


def content(response):
    return response.getvalue()


def release(town, row, who="street_lead", **given):
    given = {"checked": True, "revision": row.revision, "now": town.now + 2 * HOUR} | given
    return services.release_picture(actor=town[who], picture_id=row.pk, **given)


# --- proposing and looking -------------------------------------------------------------------------------------------
def test_proposing_twice_is_proposing_once(town, solved):
    first = services.propose_redactions(case=solved, now=town.now)
    again = services.propose_redactions(case=solved, now=town.now + HOUR)
    assert [row.pk for row in first] == [row.pk for row in again]
    assert len(first) == Attachment.objects.filter(case=solved).count() == 2
    assert {row.state for row in again} == {RedactionState.PROPOSED}


def test_a_confidential_case_proposes_nothing(town, solved):
    Case.objects.filter(pk=solved.pk).update(visibility=Visibility.CONFIDENTIAL)
    solved.refresh_from_db()
    assert services.propose_redactions(case=solved, now=town.now) == []


def test_without_models_a_person_looks_alone(ready):
    assert {row.looked for row in ready} == {LookResult.ABSENT}
    assert all(row.file_id and row.areas == [] for row in ready)


def test_reviewers_of_the_street_are_told_once_when_all_are_ready(town, ready):
    (said,) = Event.objects.filter(name="cases.PicturesReady")
    assert (said.payload["count"], said.subject_id) == (2, None)
    drain(now=town.now + HOUR)
    told = set(Notice.objects.filter(kind="pictures").values_list("person_id", flat=True))
    assert told == {town.persons[who].pk for who in ("dispatcher", "street_lead")}


@pytest.mark.skipif(not finding.are_models_there(), reason="the models are not installed")
def test_a_face_is_hidden_before_anybody_looks(town, solved):
    services.propose_redactions(case=solved, now=town.now)
    while services.look_at_next_picture(now=town.now):
        pass
    with_face = Redaction.objects.get(attachment__kind="near")
    assert with_face.looked == LookResult.MODELS
    assert "face" in {area["kind"] for area in with_face.areas}
    assert {area["by"] for area in with_face.areas} == {"model"}
    assert with_face.file.sha256 != with_face.attachment.file.sha256


def test_a_look_that_fails_three_times_is_left_to_the_person(town, solved, monkeypatch):
    monkeypatch.setattr(finding, "SECONDS", 0.0001)
    monkeypatch.setattr(detector, "models", lambda: ("a", "b", "c"))
    services.propose_redactions(case=solved, now=town.now)
    looks = 0
    while services.look_at_next_picture(now=town.now):
        looks += 1
    assert looks == 6
    assert {row.looked for row in Redaction.objects.all()} == {LookResult.FAILED}


def test_a_picture_whose_file_is_gone_can_only_be_refused(town, solved, no_models, settings, tmp_path):
    services.propose_redactions(case=solved, now=town.now)
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    while services.look_at_next_picture(now=town.now):
        pass
    row = Redaction.objects.first()
    assert row.file_id is None
    with pytest.raises(Conflict):
        release(town, row)
    page = client_of(town, "street_lead").get(f"/pictures/{row.pk}/")
    assert "原图已经不在" in page.content.decode()
    services.refuse_picture(actor=town["street_lead"], picture_id=row.pk, reason="照片没有了", now=town.now)


# --- who may ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["dispatcher", "street_lead", "swd"])
def test_the_street_reviews(town, ready, who):
    client = client_of(town, who)
    assert client.get("/pictures/").status_code == 200
    assert client.get(f"/pictures/{ready[0].pk}/").status_code == 200
    assert content(client.get(f"/pictures/{ready[0].pk}/redacted.jpg")).startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "who", ["other_dispatcher", "community", "city_management", "worker", "property", "system_admin", "guard"]
)
def test_nobody_else_does(town, ready, who):
    client = client_of(town, who)
    for path in ("", "redacted.jpg", "redacted-small.jpg", "original/"):
        assert client.get(f"/pictures/{ready[0].pk}/{path}").status_code == 404
    post = {"do": "release", "revision": ready[0].revision, "checked": "on"}
    assert client.post(f"/pictures/{ready[0].pk}/", post).status_code == 404
    assert Redaction.objects.get(pk=ready[0].pk).state == RedactionState.PROPOSED


def test_who_handled_it_does_not_release_it(town, ready, solved):
    Case.objects.filter(pk=solved.pk).update(handled_by=town.organisations["street"])
    with pytest.raises(NotFound):
        release(town, ready[0])
    assert redacting.pictures(town["dispatcher"], PictureFilters()).count() == 0
    assert redacting.pictures(town["swd"], PictureFilters()).count() == 2


def test_who_reported_it_does_not_review_it(town, ready, solved):
    solved.reporter.subject_id = town["street_lead"].subject_id
    solved.reporter.save()
    assert not policy.allows(town["street_lead"], "cases.release_picture", ready[0])
    assert policy.allows(town["dispatcher"], "cases.release_picture", ready[0])


# --- hiding ----------------------------------------------------------------------------------------------------------
def test_saving_makes_the_picture_anew_and_drops_the_one_before(town, ready):
    row = ready[0]
    before = row.file
    saved = services.save_areas(
        actor=town["dispatcher"], picture_id=row.pk, areas=[AREA], revision=row.revision, now=town.now
    )
    assert (saved.revision, saved.areas) == (row.revision + 1, [AREA.as_dict()])
    assert saved.file.sha256 != before.sha256
    assert not StoredFile.objects.filter(pk=before.pk).exists()


def test_the_same_areas_again_are_the_same_picture(town, ready):
    given = {"actor": town["dispatcher"], "picture_id": ready[0].pk, "areas": [AREA], "now": town.now}
    first = services.save_areas(revision=ready[0].revision, **given)
    again = services.save_areas(revision=ready[0].revision, **given)
    assert (first.revision, first.file_id) == (again.revision, again.file_id)


def test_of_two_who_draw_at_once_the_second_is_told(town, ready):
    given = {"picture_id": ready[0].pk, "revision": ready[0].revision, "now": town.now}
    services.save_areas(actor=town["dispatcher"], areas=[AREA], **given)
    with pytest.raises(Conflict):
        services.save_areas(actor=town["street_lead"], areas=[], **given)
    with pytest.raises(Conflict):
        release(town, ready[0])


def test_what_has_changed_is_made_and_shown_before_it_is_released(town, ready):
    row, client = ready[0], client_of(town, "street_lead")
    areas = {"x": "10", "y": "20", "w": "30", "h": "40", "kind": "face", "by": "hand"}
    post = {"do": "release", "revision": row.revision, "checked": "on", **areas}
    assert client.post(f"/pictures/{row.pk}/", post).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.areas) == (RedactionState.PROPOSED, [AREA.as_dict()])
    page = client.get(f"/pictures/{row.pk}/").content.decode()
    assert 'x="10.0"' in page
    post |= {"revision": row.revision}
    assert client.post(f"/pictures/{row.pk}/", post).headers["Location"] == f"/pictures/{ready[1].pk}/"
    row.refresh_from_db()
    assert row.state == RedactionState.RELEASED


@pytest.mark.parametrize(
    "areas",
    [
        {"x": "a", "y": "1", "w": "5", "h": "5", "kind": "face", "by": "hand"},
        {"x": "1", "y": "1", "w": "5", "h": "5", "kind": "cat", "by": "hand"},
        {"x": "1", "y": "1", "w": "nan", "h": "5", "kind": "face", "by": "hand"},
        {"x": ["1", "2"], "y": "1", "w": "5", "h": "5", "kind": "face", "by": "hand"},
    ],
)
def test_wrong_numbers_get_a_sentence(town, ready, areas):
    post = {"do": "save", "revision": ready[0].revision, **areas}
    response = client_of(town, "dispatcher").post(f"/pictures/{ready[0].pk}/", post)
    assert response.status_code == 422
    assert "遮挡区域有误" in response.content.decode()


# --- releasing -------------------------------------------------------------------------------------------------------
def public(row, **given):
    with redacting.open_public_picture(row.public_id, **given).content as file:
        return file.read()


def is_public(row):
    try:
        return bool(public(row))
    except NotFound:
        return False


def test_released_pictures_may_be_shown(town, ready, solved):
    assert released_pictures([solved.pk]) == {}
    release(town, ready[0])
    ((picture,),) = released_pictures([solved.pk]).values()
    assert picture.path == f"/public/pictures/{ready[0].public_id}.jpg"
    assert picture.thumb_path == f"/public/pictures/{ready[0].public_id}-small.jpg"
    for thumb in (False, True):
        opened = redacting.open_public_picture(picture.public_id, thumb=thumb)
        assert opened.name.startswith("photo-")
        with opened.content as file, Image.open(io.BytesIO(file.read())) as image:
            assert not image.getexif()


def test_what_is_not_released_or_not_any_more_is_not_there(town, ready):
    assert not any(is_public(row) for row in ready)
    release(town, ready[0])
    assert [is_public(row) for row in ready] == [True, False]
    given = {"actor": town["dispatcher"], "picture_id": ready[0].pk, "now": town.now + 3 * HOUR}
    services.refuse_picture(reason="看得见门牌", **given)
    assert not is_public(ready[0])


def test_a_case_that_becomes_confidential_shows_nothing_any_more(town, ready, solved):
    release(town, ready[0])
    Case.objects.filter(pk=solved.pk).update(visibility=Visibility.CONFIDENTIAL)
    assert released_pictures([solved.pk]) == {}
    assert not is_public(ready[0])


def test_it_is_never_the_original(town, ready):
    release(town, ready[0])
    original = ready[0].attachment.file
    assert original.public_id not in {ready[0].public_id, ready[0].file.public_id}
    with pytest.raises(NotFound):
        redacting.open_public_picture(original.public_id)
    assert ready[0].file.source_sha256 != original.source_sha256
    with original_of(ready[0]) as file:
        assert file.read() != public(ready[0])


def original_of(row):
    return open_file(public_id=row.attachment.file.public_id).content


def test_releasing_needs_the_tick_and_refusing_a_reason(town, ready):
    with pytest.raises(Invalid):
        release(town, ready[0], checked=False)
    with pytest.raises(Invalid):
        services.refuse_picture(actor=town["dispatcher"], picture_id=ready[0].pk, reason=" ", now=town.now)
    response = client_of(town, "dispatcher").post(
        f"/pictures/{ready[0].pk}/", {"do": "refuse", "revision": ready[0].revision, "reason": ""}
    )
    assert response.status_code == 422
    assert "请写明为什么不公开这张照片" in response.content.decode()


def test_pressing_twice_is_pressing_once(town, ready):
    release(town, ready[0])
    release(town, ready[0])
    refuse = {"actor": town["dispatcher"], "picture_id": ready[0].pk, "reason": "看得见门牌"}
    services.refuse_picture(now=town.now + 3 * HOUR, **refuse)
    services.refuse_picture(now=town.now + 4 * HOUR, **refuse)
    names = list(Event.objects.filter(name__startswith="cases.Picture").values_list("name", flat=True))
    assert names.count("cases.PictureReleased") == names.count("cases.PictureRefused") == 1


def test_a_refused_picture_may_be_looked_at_again(town, ready):
    refused = {"actor": town["dispatcher"], "picture_id": ready[0].pk, "now": town.now}
    services.refuse_picture(reason="看得见门牌", **refused)
    with pytest.raises(Conflict):
        services.save_areas(areas=[AREA], revision=ready[0].revision, **refused)
    row = services.review_again(**refused)
    assert (row.state, row.reason, row.reviewed_at) == (RedactionState.PROPOSED, "", None)


def test_what_is_called_off_is_gone_and_may_come_back_for_a_new_look(town, ready, solved):
    release(town, ready[0])
    assert is_public(ready[0])
    assert services.call_off_redactions(case=solved, now=town.now + 3 * HOUR) == 2
    assert not is_public(ready[0])
    assert services.call_off_redactions(case=solved, now=town.now + 3 * HOUR) == 0
    rows = services.propose_redactions(case=solved, now=town.now + 4 * HOUR)
    assert {row.state for row in rows} == {RedactionState.PROPOSED}
    assert not is_public(ready[0])


# --- the original ----------------------------------------------------------------------------------------------------
def test_the_page_shows_the_hidden_one_only(town, ready):
    page = client_of(town, "dispatcher").get(f"/pictures/{ready[0].pk}/").content.decode()
    assert f"/pictures/{ready[0].pk}/redacted.jpg" in page
    assert str(ready[0].attachment.file.public_id) not in page
    assert "data:image" not in page


def test_the_original_is_shown_once_for_a_reason_on_record(town, ready):
    client, path = client_of(town, "dispatcher"), f"/pictures/{ready[0].pk}/original/"
    assert "data:image" not in client.get(path).content.decode()
    for reason in ("", "看看"):
        assert client.post(path, {"reason": reason}).status_code == 422
    assert not AuditEntry.objects.filter(action="cases.original_picture").exists()
    shown = client.post(path, {"reason": "遮挡太大，看不清是不是同一个井盖"})
    assert "data:image/jpeg;base64," in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    (entry,) = AuditEntry.objects.filter(action="cases.original_picture")
    assert entry.detail["reason"].startswith("遮挡太大")
    assert entry.detail["picture"] == ready[0].pk
    assert Redaction.objects.get(pk=ready[0].pk).originals_seen == 1
    assert "已看过 1 次" in client.get(f"/pictures/{ready[0].pk}/").content.decode()


def test_every_decision_is_on_record(town, ready):
    services.save_areas(
        actor=town["dispatcher"],
        picture_id=ready[0].pk,
        areas=[AREA],
        revision=ready[0].revision,
        now=town.now,
    )
    ready[0].refresh_from_db()
    release(town, ready[0])
    services.refuse_picture(actor=town["swd"], picture_id=ready[0].pk, reason="看得见门牌", now=town.now)
    services.review_again(actor=town["swd"], picture_id=ready[0].pk, now=town.now)
    kept = AuditEntry.objects.filter(object_id=ready[0].case.number).values_list("action", flat=True)
    assert {
        "cases.picture_redacted",
        "cases.release_picture",
        "cases.withdraw_picture",
        "cases.review_again",
    } <= set(kept)


# --- lists -----------------------------------------------------------------------------------------------------------
def test_the_list_narrows_and_counts(town, ready):
    release(town, ready[0])
    client = client_of(town, "dispatcher")
    assert redacting.picture_counts(town["dispatcher"]) == {
        "proposed": 1, "released": 1, "refused": 0, "withdrawn": 0, "busy": 0,
    }  # fmt: skip
    for query, n in (
        ("", 1),
        ("?show=released", 1),
        ("?show=refused", 0),
        ("?show=all", 2),
        ("?found=some", 0),
        ("?found=alone", 1),
        ("?found=none", 0),
        ("?kind=04", 1),
        ("?kind=0101", 0),
        ("?page=x", 1),
    ):
        page = client.get(f"/pictures/{query}").content.decode()
        assert page.count("contact-sheet__one") == n, query
    assert "没有符合条件的" in client.get("/pictures/?show=refused").content.decode()


def test_the_list_narrows_by_place_day_and_number_and_is_a_file(town, ready, solved):
    release(town, ready[0])
    client = client_of(town, "dispatcher")
    day = timezone.localdate(solved.closed_at).isoformat()
    for query, n in (
        (f"place={COMMUNITY}", 1), (f"place={NEXT_COMMUNITY}", 0), (f"since={day}&until={day}", 1),
        ("until=2020-01-01", 0), ("since=x", 1), (f"number={solved.number}", 1), ("number=0", 0),
    ):  # fmt: skip
        page = client.get(f"/pictures/?{query}").content.decode()
        assert page.count("contact-sheet__one") == n, query
    assert "/pictures/export/?show=all" in client.get("/pictures/?show=all").content.decode()
    text = content(client.post("/pictures/export/?show=all")).decode()
    assert text.count(solved.number) == 2
    assert ("已放行" in text, "待审" in text, "枫林街道 枫桥社区" in text) == (True, True, True)
    for hidden in (solved.text, solved.address, town.persons["worker"].name, str(ready[0].public_id)):
        assert hidden not in text, hidden
    entry = AuditEntry.objects.filter(action="cases.export").latest("pk")
    assert (entry.object_type, entry.detail["filters"]) == ("cases.pictures", {"show": "all"})


def test_the_file_asks_the_same_however_many(town, ready):
    counted = []
    for number in ("0", ""):
        with CaptureQueriesContext(connection) as asked:
            filters = PictureFilters(show="all", number=number)
            rows = list(services.export_pictures(actor=town["dispatcher"], filters=filters, now=town.now))
        counted.append((len(rows), len(asked)))
    assert [rows for rows, _ in counted] == [1, 3]
    assert counted[1][1] <= counted[0][1] + 1 <= 12  # names of places, once


def test_an_empty_list_says_what_will_be_there(town):
    assert "没有待审的照片" in client_of(town, "dispatcher").get("/pictures/").content.decode()


def test_the_list_asks_the_same_however_many(town, ready, django_assert_max_num_queries, photo):
    client = client_of(town, "dispatcher")
    client.get("/pictures/")
    with django_assert_max_num_queries(14):
        client.get("/pictures/")


def test_the_next_one_comes_round_again(town, ready):
    first, second = (row.pk for row in ready)
    actor = town["dispatcher"]
    assert redacting.next_picture(actor, first) == second
    assert redacting.next_picture(actor, second) == first
    release(town, ready[1])
    assert redacting.next_picture(actor, first) is None


def test_public_pictures_of_many_cases_are_one_query(town, ready, solved, django_assert_num_queries):
    for row in ready:
        release(town, row)
    with django_assert_num_queries(1):
        found = released_pictures([solved.pk, solved.pk + 1])
    assert [picture.kind for picture in found[solved.pk]] == ["near", "after"]


def test_an_unlooked_picture_waits(town, solved):
    row, *_ = services.propose_redactions(case=solved, now=town.now)
    with pytest.raises(Conflict):
        release(town, row)
    client = client_of(town, "dispatcher")
    assert "正在找人脸和车牌" in client.get(f"/pictures/{row.pk}/").content.decode()
    assert "2 张还在找人脸和车牌" in client.get("/pictures/").content.decode()
    assert client.get(f"/pictures/{row.pk}/redacted.jpg").status_code == 404
    assert redacting.next_picture(town["dispatcher"], 0) is None
