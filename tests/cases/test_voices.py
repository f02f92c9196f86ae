"""A voice identifies a person: one role hears it, everybody else reads what was written; after a while it is gone."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import LegalHold, VoiceNote
from nuanxin.cases.queries import detail
from nuanxin.cases.services.reporting import NothingToGoOn
from nuanxin.cases.services.steps import MissingField
from nuanxin.cases.services.voices import TooManyVoices, VoiceGone
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.files.sounds.accept import accept_sound
from nuanxin.kernel.privacy.rotation import reencrypt
from nuanxin.kernel.privacy.runners import erase_person, export_person
from nuanxin.notifications.models import Notice
from tests.factories.desks import HTMX, MINUTE, client_of, dispatched, reported
from tests.factories.sounds import FORMS, voice, wav, webm
from tests.factories.town import COMMUNITY, PEOPLE

WORDS = "三号楼门口的井盖翻了"
DAY = timedelta(days=1)
OTHERS = [key for key, *_ in PEOPLE if key != "dispatcher"]


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(timezone.now() - timedelta(hours=2))


@pytest.fixture
def case(town):
    return reported(town, text="", voice=voice())


def note_of(case):
    return VoiceNote.objects.get(case=case)


def url_of(note, *, sound=True):
    return f"/cases/{note.case.number}/voices/{note.public_id}/{'sound/' if sound else ''}"


def transcribe(town, case, words=WORDS, *, who="dispatcher", now=None, **given):
    return services.transcribe_voice(
        actor=town[who],
        case=case,
        public_id=note_of(case).public_id,
        words=words,
        now=now or town.now + MINUTE,
        **given,
    )


def closed(town, case, now):
    services.reject_case(actor=town["dispatcher"], case=case, reason="9", opinion="没看到", now=now)


def stored(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


# --- Reporting with it -----------------------------------------------------------------------------
def test_a_voice_is_enough_for_a_report(town, case):
    assert (case.text, case.voices_waiting) == ("", 1)
    with pytest.raises(NothingToGoOn):
        reported(town, text="")


def test_it_lies_under_a_random_name_and_cannot_be_read(town, case, settings):
    note = note_of(case)
    (path,) = stored(settings)
    assert path.name == note.sealed_as
    assert accept_sound(wav()).data[60:200] not in path.read_bytes()
    assert b"RIFF" not in path.read_bytes()


def test_the_same_submission_with_another_voice_is_another(town):
    draft = services.Draft(category="0401", territory=COMMUNITY, voice=voice(2))
    first = services.report_case(actor=town["worker"], draft=draft, key="voice-key", now=town.now)
    again = services.report_case(actor=town["worker"], draft=draft, key="voice-key", now=town.now)
    assert (again.case, again.created) == (first.case, False)
    other = services.Draft(category="0401", territory=COMMUNITY, voice=voice(3))
    with pytest.raises(Exception, match="不一样"):
        services.report_case(actor=town["worker"], draft=other, key="voice-key", now=town.now)
    assert VoiceNote.objects.count() == 1


@pytest.mark.parametrize("kind", FORMS)
def test_the_page_takes_each_kind(town, kind):
    client = client_of(town, "worker")
    sound = SimpleUploadedFile(f"欧阳.{kind}", FORMS[kind](2), content_type="audio/anything")
    body = {
        "key": "phone-1",
        "category": "0401",
        "place_by": "territory",
        "territory": COMMUNITY,
        "voice": sound,
    }
    assert client.post("/report/", {**body, "different": "1"}).status_code == 302
    note = VoiceNote.objects.get()
    assert (note.kind, note.seconds) == (kind, 2)


def test_what_is_no_recording_is_told_beside_it(town):
    client = client_of(town, "worker")
    sound = SimpleUploadedFile("x.webm", b"not a voice", content_type="audio/webm")
    body = {
        "key": "phone-1",
        "category": "0401",
        "place_by": "territory",
        "territory": COMMUNITY,
        "voice": sound,
    }
    answer = client.post("/report/", body, headers={"accept": "application/json"})
    assert answer.status_code == 422
    assert "不是可以使用的录音" in answer.json()["fields"]["voice"]
    assert answer.json()["step"] == 1


def test_three_are_enough(town, case):
    for number in range(2):
        services.supplement_case(
            actor=town["worker"], case=case, key=f"more-{number}", voice=voice(number + 3), now=town.now
        )
    with pytest.raises(TooManyVoices):
        services.supplement_case(actor=town["worker"], case=case, key="more-9", voice=voice(9), now=town.now)
    assert VoiceNote.objects.count() == 3


# --- Hearing ---------------------------------------------------------------------------------------
def test_the_dispatcher_hears_it_and_every_hearing_is_on_record(town, case):
    note = note_of(case)
    answer = client_of(town, "dispatcher").get(url_of(note))
    assert answer.status_code == 200
    assert answer.content == accept_sound(wav()).data
    assert (answer["Content-Type"], answer["Accept-Ranges"]) == ("audio/wav", "bytes")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    entry = AuditEntry.objects.get(action="cases.hear")
    assert (entry.object_id, entry.detail, entry.role) == (
        str(note.public_id),
        {"case": case.number},
        "dispatcher",
    )
    services.hear_voice(
        actor=town["dispatcher"], case=case, public_id=note.public_id, now=timezone.now() + timedelta(hours=1)
    )
    assert AuditEntry.objects.filter(action="cases.hear").count() == 2


@pytest.mark.parametrize("who", OTHERS)
def test_for_everybody_else_it_is_not_there(town, case, who):
    """The reporter included: it was said to the street."""
    client, note = client_of(town, who), note_of(case)
    for method in (client.get, client.post):
        assert method(url_of(note)).status_code in {404, 405}
        assert method(url_of(note, sound=False)).status_code == 404
    assert not AuditEntry.objects.filter(action="cases.hear").exists()
    with pytest.raises(NotFound):
        services.hear_voice(actor=town[who], case=case, public_id=note.public_id, now=timezone.now())


def test_nobody_signed_in_is_asked_to_sign_in(town, case, client):
    assert client.get(url_of(note_of(case))).status_code == 302


def test_another_cases_voice_is_not_found_under_this_one(town, case):
    other = reported(town, "0302")
    path = f"/cases/{other.number}/voices/{note_of(case).public_id}/sound/"
    assert client_of(town, "dispatcher").get(path).status_code == 404
    assert client_of(town, "dispatcher").get(f"/cases/{case.number}/voices/{UUID(int=7)}/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-1", 206, 0, 1),
        ("bytes=0-", 206, 0, None),
        ("bytes=100-199", 206, 100, 199),
        ("bytes=-50", 206, -50, None),
        ("bytes=10-99999999", 206, 10, None),
        ("bytes=0-1,5-9", 200, 0, None),
        ("lines=1-2", 200, 0, None),
        ("bytes=-", 200, 0, None),
    ],
)
def test_players_ask_for_pieces(town, case, asked, status, start, end):
    whole = accept_sound(wav()).data
    client = client_of(town, "dispatcher")
    answer = client.get(url_of(note_of(case)), headers={"range": asked})
    assert answer.status_code == status
    first = start % len(whole)
    last = len(whole) - 1 if end is None else end
    assert answer.content == whole[first : last + 1]
    if status == 206:
        assert answer["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    assert AuditEntry.objects.filter(action="cases.hear").count() == 1
    client.get(url_of(note_of(case)), headers={"range": "bytes=200-"})
    assert AuditEntry.objects.filter(action="cases.hear").count() == 1


def test_a_piece_behind_the_end_is_refused(town, case):
    answer = client_of(town, "dispatcher").get(url_of(note_of(case)), headers={"range": "bytes=9999999-"})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer["Content-Range"].startswith("bytes */")


# --- Writing it down -------------------------------------------------------------------------------
def test_before_it_is_written_down_others_know_that_it_is_there(town):
    case = dispatched(town)
    services.supplement_case(actor=town["worker"], case=case, key="said-0001", voice=voice(), now=town.now)
    unit = client_of(town, "city_management").get(f"/cases/{case.number}/").content.decode()
    assert "有一段语音，等街道转写" in unit
    assert "<audio" not in unit
    assert "/voices/" not in unit
    desk = client_of(town, "dispatcher").get(f"/cases/{case.number}/").content.decode()
    assert "<audio" in desk
    drain(now=timezone.now())
    assert {each.person_id for each in Notice.objects.filter(kind="to_hear")} == {
        town.persons["dispatcher"].pk
    }


def test_written_down_it_is_the_words_of_the_case(town):
    case = dispatched(town)
    services.supplement_case(actor=town["worker"], case=case, key="said-0001", voice=voice(), now=town.now)
    client = client_of(town, "dispatcher")
    answer = client.post(url_of(note_of(case), sound=False), {"words": WORDS}, **HTMX)
    assert answer.status_code == 200
    case.refresh_from_db()
    assert (case.transcript, case.voices_waiting) == (WORDS, 0)
    unit = client_of(town, "city_management")
    page = unit.get(f"/cases/{case.number}/").content.decode()
    assert WORDS in page
    assert "街道转写" in page
    assert WORDS in unit.get(f"/cases/{case.number}/print/").content.decode()
    assert case.number in client.get("/cases/?tab=all&q=井盖翻").content.decode()
    drain(now=timezone.now())
    told = {each.person_id for each in Notice.objects.filter(kind="written_down")}
    assert town.persons["city_management"].pk in told
    own = client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()
    assert WORDS in own


def test_a_list_shows_what_was_said_where_nothing_was_written(town, case):
    page = client_of(town, "dispatcher").get("/cases/?tab=screen").content.decode()
    assert "语音待转写" in page
    transcribe(town, case)
    page = client_of(town, "dispatcher").get("/cases/?tab=screen").content.decode()
    assert "语音待转写" not in page
    assert WORDS in page


def test_it_may_be_unclear_and_corrected_later(town, case):
    with pytest.raises(MissingField):
        transcribe(town, case, " ")
    with pytest.raises(Invalid):
        transcribe(town, case, "很" * 401)
    assert transcribe(town, case, "", is_unclear=True).is_unclear
    case.refresh_from_db()
    assert (case.transcript, case.voices_waiting) == ("", 0)
    transcribe(town, case)
    transcribe(town, case, WORDS)
    case.refresh_from_db()
    assert case.transcript == WORDS
    assert [step.action for step in detail.steps_of(case)].count("transcribe") == 2


@pytest.mark.parametrize("who", ["street_lead", "community", "city_management", "worker", "other_dispatcher"])
def test_nobody_else_writes_it_down(town, case, who):
    with pytest.raises((NotFound, Exception)):
        transcribe(town, case, who=who)
    assert note_of(case).written_at is None


def test_the_page_without_scripts(town, case):
    client = client_of(town, "dispatcher")
    page = client.get(url_of(note_of(case), sound=False)).content.decode()
    assert "<audio" in page
    assert client.post(url_of(note_of(case), sound=False), {"words": ""}).status_code == 422
    answer = client.post(url_of(note_of(case), sound=False), {"words": "", "unclear": "1"})
    assert answer.status_code == 302
    assert note_of(case).is_unclear


def test_what_was_said_of_people_in_need_is_for_named_roles(town):
    case = reported(town, "1101", text="", voice=voice())
    assert client_of(town, "dispatcher").get(url_of(note_of(case))).status_code == 200
    for who in ("community", "street_lead", "grid", "swd", "city_management"):
        assert client_of(town, who).get(url_of(note_of(case))).status_code == 404


# --- Nothing of it anywhere else -------------------------------------------------------------------
def test_no_event_and_no_notice_says_what_was_said(town, case):
    transcribe(town, case)
    services.supplement_case(actor=town["worker"], case=case, key="said-2", voice=voice(4), now=town.now)
    drain(now=timezone.now())
    note = VoiceNote.objects.filter(case=case).first()
    rows = str(list(Event.objects.values_list("name", "payload"))) + str(list(Notice.objects.values()))
    for word in (WORDS, str(note.public_id), note.sealed_as, note.public_id.hex):
        assert word not in rows
    for payload in Event.objects.filter(name__contains="Voice").values_list("payload", flat=True):
        assert set(payload) == {"case_id", "number"}
    exported = client_of(town, "dispatcher").post("/cases/export/?tab=all")
    assert WORDS not in exported.getvalue().decode()


# --- How long --------------------------------------------------------------------------------------
def test_the_recording_goes_after_the_end_and_the_words_stay(
    town, case, settings, django_capture_on_commit_callbacks
):
    transcribe(town, case)
    closed(town, case, timezone.now())
    assert services.forget_voices(now=timezone.now() + 29 * DAY) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert services.forget_voices(now=timezone.now() + 31 * DAY) == 1
    note = note_of(case)
    assert (note.sealed_as, note.secret, note.words) == ("", "", WORDS)
    assert stored(settings) == []
    assert services.forget_voices(now=timezone.now() + 32 * DAY) == 0
    assert client_of(town, "dispatcher").get(url_of(note)).status_code == 404
    assert WORDS in client_of(town, "dispatcher").get(f"/cases/{case.number}/").content.decode()
    with pytest.raises(VoiceGone):
        transcribe(town, case, "别的")


def test_a_city_says_how_long(town, case):
    services.put_handling_limit(actor=town["swd"], name="voice_kept", value="P7D", now=town.now)
    closed(town, case, timezone.now())
    assert services.forget_voices(now=timezone.now() + 8 * DAY) == 1


def test_while_it_is_open_it_stays(town, case):
    assert services.forget_voices(now=timezone.now() + 400 * DAY) == 0


def test_what_a_court_asked_for_stays(town, case):
    closed(town, case, timezone.now())
    LegalHold.objects.create(case=case, basis="调取证据通知书", reason="x", placed_at=timezone.now())
    assert services.forget_voices(now=timezone.now() + 400 * DAY) == 0


def test_what_a_rollback_left_is_cleared(town, case, settings):
    note = note_of(case)
    VoiceNote.objects.filter(pk=note.pk).delete()
    assert services.clear_stray_voices(now=timezone.now()) == 0
    assert services.clear_stray_voices(now=timezone.now() + 2 * DAY) == 1
    assert stored(settings) == []


def test_a_person_takes_the_voice_along_and_has_it_erased(
    town, case, settings, django_capture_on_commit_callbacks
):
    transcribe(town, case)
    person = town.persons["worker"]
    who = {"person_id": person.pk, "subject_id": person.subject.pk}
    (table,) = [each for each in export_person(**who)["tables"] if each["table"] == "cases.VoiceNote"]
    (row,) = table["rows"]
    assert row["audio"].startswith("data:audio/wav;base64,")
    assert row["words"] == WORDS
    with django_capture_on_commit_callbacks(execute=True):
        report = erase_person(**who, now=timezone.now())
    (line,) = [each for each in report.tables if each.table.label == "cases.VoiceNote"]
    assert line.outcome.removed == 1
    assert stored(settings) == []
    case.refresh_from_db()
    assert case.transcript == WORDS


def test_keys_rotate_without_touching_a_file(town, case, settings):
    before = stored(settings)[0].read_bytes()
    settings.NUANXIN_KEYS = ["QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=", *settings.NUANXIN_KEYS]
    assert reencrypt()["cases.VoiceNote"] == 1
    settings.NUANXIN_KEYS = settings.NUANXIN_KEYS[:1]
    note = note_of(case)
    heard = services.hear_voice(
        actor=town["dispatcher"], case=case, public_id=note.public_id, now=timezone.now()
    )
    assert heard.data == accept_sound(wav()).data
    assert stored(settings)[0].read_bytes() == before


def test_reporting_by_the_interface(town, client):
    from tests.cases.test_adding import api

    sound = SimpleUploadedFile("x", webm(2), content_type="audio/webm")
    given = {"key": "api-voice-1", "category": "0401", "territory": COMMUNITY, "voice": sound}
    answer = api(client, town).post("/api/v1/cases", given)
    assert answer.status_code == 201
    assert answer.json()["transcript"] == ""
    assert VoiceNote.objects.get().kind == "webm"
    bad = {**given, "key": "api-voice-2", "voice": SimpleUploadedFile("x", b"no")}
    assert client.post("/api/v1/cases", bad).status_code == 422


@pytest.mark.parametrize("who", ["property", "city_management"])
def test_a_handler_reads_the_half_of_the_day_only(town, photo, who):
    """Somebody with a gate's log must not find the minute at which a reporter stood there."""
    case = dispatched(town, lead=who)
    at = town.now + 7 * MINUTE
    if at.minute == 0:  # midnight and noon are what a half of the day begins with
        at += MINUTE
    services.supplement_case(
        actor=town["worker"], case=case, key="said-0001", voice=voice(), photos=[photo()], now=at
    )
    drain(now=timezone.now())
    client, minute = client_of(town, who), timezone.localtime(at).strftime("%H:%M")
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "上报人补充了 1 张照片" in page
    assert "有一段语音，等街道转写" in page
    assert minute not in page
    assert minute not in client.get("/inbox/").content.decode()
    assert minute in client_of(town, "dispatcher").get(f"/cases/{case.number}/").content.decode()
