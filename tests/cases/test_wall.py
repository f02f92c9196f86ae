"""Who reported reaches nobody in the case: every address is asked as everybody, and the answers are searched.

`domain.md` §0.3 law 4: retaliation against a rider is a known fear. The reporter here has a name, a nickname, a number,
keys and a device that occur nowhere else; whatever answers with one of them has a hole.
"""

import logging
import re
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from nuanxin.cases import services
from nuanxin.cases.models import Addition, Attachment, BulkRun, Case, Clock, Redaction, Reporter, Task, VoiceNote
from nuanxin.cases.queries.bulletin import five_o_clock
from nuanxin.cases.services import BulkItem, Draft, OnBehalf, Photo
from nuanxin.compounds.models import Compound
from nuanxin.kernel import audit
from nuanxin.kernel.channels.models import RecordedMessage
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.privacy.masking import mask_name, mask_phone
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import inbox_page
from nuanxin.people.models import Assignment, Organisation, Person, SignIn, Subject
from nuanxin.people.queries.actors import actor_for
from nuanxin.people.services import create_token
from tests.factories.addresses import operations, pages
from tests.factories.fixtures import jpeg
from tests.factories.people import sign_in
from tests.factories.sounds import webm
from tests.factories.town import COMMUNITY, LAT, LNG, PEOPLE, STREET, build_town

NAME, NICKNAME = "欧阳鹮鹇", "骑鲸客鳐"
NATIONAL = "19912348765"
PHONE = f"+86{NATIONAL}"
CALLER_NAME, CALLER_PHONE = "司徒鸸鹋", "19956784321"
DEVICE = "Zenphone-Quagga-77"
FILE_NAME = f"{NAME}-{NATIONAL}.jpg"
PERSON, ASSIGNMENT = 918_273_645_012, 918_273_645_099
SUBJECT = UUID("fe0dcafe-1234-4abc-9def-0123456789ab")
MINUTE = timedelta(minutes=1)
HERE = {"lng": LNG + 0.002, "lat": LAT + 0.002}
# A directory of people shows people; what it must not show is which of them reported.
DIRECTORY = re.compile(r"^/people/")


def is_directory(path: str) -> bool:
    return bool(DIRECTORY.match(path))


def picture() -> bytes:
    """With the photographer's name in every field that a phone writes, and in a comment."""
    exif = Image.Exif()
    exif[0x013B] = exif[0x010E] = exif[0x8298] = f"{NAME} {NATIONAL} Quagga"
    exif[0x0110] = DEVICE
    buffer = BytesIO()
    with Image.open(BytesIO(jpeg(size=(320, 240)))) as image:
        image.save(buffer, "JPEG", exif=exif, comment=f"{NAME} {NATIONAL}".encode())
    return buffer.getvalue()


@dataclass
class Secret:
    """What no answer may contain."""

    words: dict[str, bytes] = field(default_factory=dict)

    def add(self, label: str, text: str) -> None:
        self.words[label] = text.encode()
        if not text.isascii():
            self.words[f"{label} in an address"] = quote(text).encode()
            self.words[f"{label} in JSON"] = text.encode("ascii", "backslashreplace")

    def found_in(self, content: bytes) -> list[str]:
        return [label for label, word in self.words.items() if word.lower() in content.lower()]


@dataclass
class Scene:
    town: Any
    cases: list[Case] = field(default_factory=list)
    secret: Secret = field(default_factory=Secret)
    witness: Client = field(default_factory=Client)

    @property
    def numbers(self) -> list[str]:
        return [case.number for case in self.cases]


@pytest.fixture
def scene(db, caplog, settings, tmp_path):
    """Cases of one worker in the states in which most people look, reported and answered as the worker's phone does."""
    settings.MEDIA_ROOT = tmp_path / "media"
    _listen_to_everything(caplog)
    scene = Scene(build_town(timezone.now() - timedelta(hours=3)))
    _settle_witness(scene)
    _report(scene)
    _go_round(scene)
    _by_phone(scene)
    _at_the_desk(scene)
    _learn_secrets(scene)
    drain(now=timezone.now())
    audit.seal_pending(now=timezone.now())
    return scene


def _listen_to_everything(caplog) -> None:
    """As loud as it goes; a logger for which the settings name a level of its own keeps it."""
    caplog.set_level(logging.DEBUG)
    kept = settings.LOGGING["loggers"]
    for name, logger in logging.root.manager.loggerDict.items():
        if isinstance(logger, logging.Logger) and not any(
            f"{name}.".startswith(f"{quiet}.") for quiet in kept
        ):
            caplog.set_level(logging.DEBUG, logger=name)


def _settle_witness(scene: Scene) -> None:
    now = scene.town.now
    person = Person.objects.create(pk=PERSON, name=NAME, nickname=NICKNAME, phone=PHONE, registered_at=now)
    Subject.objects.create(pk=SUBJECT, person=person)
    assignment = Assignment.objects.create(
        pk=ASSIGNMENT, person=person, role_id="worker", scope_code=COMMUNITY, active_from=now
    )
    scene.town.persons["witness"], scene.town.actors["witness"] = person, actor_for(assignment)
    scene.witness = sign_in(Client(headers={"user-agent": f"Mozilla/5.0 ({DEVICE})"}), assignment)


def _report(scene: Scene) -> None:
    """Through the page, with a photo whose name and tags say who took it; and a gas leak."""
    body = {
        "text": "路面一个大坑",
        "place_by": "point",
        "lng": str(HERE["lng"]),
        "lat": str(HERE["lat"]),
        "address": "枫林横街 3 号旁",
        "different": "1",
    }
    for number in range(2):
        photo = SimpleUploadedFile(FILE_NAME, picture(), content_type="image/jpeg")
        key = f"quagga-key-{number}"
        answer = scene.witness.post(
            "/report/", {**body, "key": key, "category": "0401", "photos": photo}, follow=True
        )
        assert answer.status_code == 200, answer.text
    scene.witness.post(
        "/report/", {**body, "key": "quagga-key-gas", "category": "0101", "text": "煤气味很大"}
    )
    scene.cases = list(Case.objects.order_by("pk"))
    assert len(scene.cases) == 3
    said = SimpleUploadedFile(f"{NAME}.webm", webm(3, speaker=f"{NAME} {NATIONAL} Quagga"))
    added = {"key": "quagga-key-added", "photos": SimpleUploadedFile(FILE_NAME, picture()), "voice": said}
    assert scene.witness.post(f"/mine/{scene.cases[0].number}/add/", added).status_code == 302


def _go_round(scene: Scene) -> None:
    """The first one to its end: asked and answered, handled, verified, rated; the second waits; the third is U1."""
    town, case, now = scene.town, scene.cases[0], scene.town.now
    street, community = town["dispatcher"], town["community"]
    services.start_screening(actor=street, case=case, now=timezone.now())
    services.ask_reporter(actor=street, case=case, text="坑有多深？", now=timezone.now())
    scene.witness.post(f"/mine/{case.number}/answer/", {"text": "半米"})
    lead = town.organisations["city_management"]
    services.dispatch_case(actor=street, case=case, lead=lead, now=timezone.now())
    task = Task.objects.get(case=case, role="community")
    services.claim_task(actor=community, task=task, now=timezone.now())
    photos = [Photo(kind, accept_image(picture(), name=FILE_NAME)) for kind in ("before", "after")]
    services.self_handle(actor=community, task=task, opinion="填好了", photos=photos, now=timezone.now())
    services.pass_verification(actor=street, case=case, outcome="solved", now=timezone.now())
    answers = {"contacted": "yes", "solved": "yes", "satisfied": "yes", "comment": "谢谢"}
    assert scene.witness.post(f"/mine/{case.number}/rate/", answers).status_code == 302
    assert now < timezone.now()


def _by_phone(scene: Scene) -> None:
    """Registered at the desk: for somebody without an account, and for the witness by the number."""
    town = scene.town
    for number, (name, phone) in enumerate([(CALLER_NAME, CALLER_PHONE), (NAME, NATIONAL)]):
        case = services.report_case(
            actor=town["community"],
            draft=Draft(category="0401", text="路坏了", address="枫林横街 9 号", **HERE),
            key=f"quagga-desk-{number}",
            on_behalf=OnBehalf(name=name, phone=phone),
            now=timezone.now(),
        ).case
        scene.cases.append(case)
    assert Reporter.objects.get(case=scene.cases[-1]).subject_id == SUBJECT


def _at_the_desk(scene: Scene) -> None:
    """What the desk makes of many cases: the day on one page, a step for several at once."""
    items = [BulkItem(case.number, outcome="solved") for case in scene.cases]
    services.perform_bulk(
        actor=scene.town["dispatcher"], step="pass", items=items, key="wall-key-1", now=timezone.now()
    )
    assert services.make_bulletins(now=five_o_clock(timezone.localdate()))
    assert services.propose_redactions(case=scene.cases[0], now=timezone.now())
    assert services.look_at_next_picture(now=timezone.now())


def _learn_secrets(scene: Scene) -> None:
    """Names and numbers in each way of writing them, and every key that leads to the person."""
    secret, person = scene.secret, scene.town.persons["witness"]
    for text in (NAME, NICKNAME, CALLER_NAME, mask_name(NAME), mask_name(NICKNAME), mask_name(CALLER_NAME)):
        secret.add(f"name {text}", text)
    for phone in (NATIONAL, CALLER_PHONE):
        spaced = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
        for text in (phone, spaced, spaced.replace(" ", "-"), mask_phone(phone), f"****{phone[-4:]}"):
            secret.add(f"phone {text}", text)
    for label, value in (
        ("person", PERSON),
        ("assignment", ASSIGNMENT),
        ("person's public id", person.public_id),
        ("person's public id", person.public_id.hex),
        ("subject", SUBJECT),
        ("subject", SUBJECT.hex),
        ("session", scene.witness.cookies["sessionid"].value),
        ("device", DEVICE),
        ("device", "quagga"),
        *(("session", row.public_id) for row in SignIn.objects.filter(person=person)),
        *(("assignment", row.public_id) for row in Assignment.objects.filter(person=person)),
        *(("key", row.key) for row in Reporter.objects.all()),
        *(("digest", row.body_digest) for row in Reporter.objects.all()),
        *(("key", row.key) for row in Addition.objects.all()),
        *(("voice", row.sealed_as) for row in VoiceNote.objects.all()),
    ):
        secret.add(f"{label} {value}", str(value))


def table(scene: Scene) -> dict[str, list[Any]]:
    """What stands in the addresses: of every case, of its files, of people and places."""
    town, case = scene.town, scene.cases[0]
    clocks = Clock.objects.filter(case=case).values_list("pk", flat=True)[:2]
    files = Attachment.objects.values_list("file__public_id", flat=True)
    colleague = town.persons["community"]
    return {
        "number": scene.numbers,
        "cases:step:number": [scene.numbers[1], scene.numbers[2]],
        "cases:step:name": sorted(services.STEP_NAMES),
        "cases:clock:clock_id": [*clocks],
        "cases:voice:public_id": [*VoiceNote.objects.values_list("public_id", flat=True)],
        "cases:transcribe:public_id": [*VoiceNote.objects.values_list("public_id", flat=True)],
        "cases:bulk:step": ["dispatch", "pass"],
        "cases:bulk_run:public_id": [*BulkRun.objects.values_list("public_id", flat=True)],
        "cases:view:view_id": [1],
        "cases:notice_paper:measure_id": [1],
        "cases:cause:cause_id": [1],
        "cases:topic:topic_id": [1],
        "picture_id": [*Redaction.objects.values_list("pk", flat=True)],
        "cases:bulletin_page:scope_code": [STREET],
        "cases:bulletin_page:on": [timezone.localdate().isoformat()],
        "cases:bulletin_pdf:scope_code": [STREET],
        "cases:bulletin_pdf:on": [timezone.localdate().isoformat()],
        "cases:file:public_id": [*files],
        "cases:thumb:public_id": [*files],
        "cases:category:code": ["0401"],
        "cases:limit:name": ["most_returns"],
        "identifier": ["filing_rate"],
        "cases:categories_plan:public_id": [UUID(int=7)],
        "cases:rules_plan:public_id": [UUID(int=7)],
        "people:organisations_plan:public_id": [UUID(int=7)],
        "gateway:revoke_key:public_id": [UUID(int=7)],
        "gateway:close_jurisdiction:identifier": ["nowhere.example"],
        "form": ["json", "xml"],
        "gateway:open311_service:service_code": ["0401"],
        "gateway:open311_request:request_id": scene.numbers,
        "gateway:open311_token:token": [UUID(int=7)],
        "gateway:open311_unknown:rest": ["nowhere.json"],
        "people:invited:token": ["x"],
        "people:consent:purpose": ["service"],
        "people:end_session:public_id": [UUID(int=7)],
        "people:revoke_token:public_id": [UUID(int=7)],
        "people:remove_shift:shift_id": [1],
        "people:end_assignment:public_id": [
            Assignment.objects.get(pk=ASSIGNMENT).public_id,
            colleague.assignments.get().public_id,
        ],
        "people:person:public_id": [town.persons["witness"].public_id, colleague.public_id],
        "people:assign:public_id": [town.persons["witness"].public_id, colleague.public_id],
        "people:reset_second_factor:public_id": [town.persons["witness"].public_id],
        "people:organisation:public_id": [*Organisation.objects.values_list("public_id", flat=True)[:3]],
        "notifications:open:notice_id": [*Notice.objects.values_list("pk", flat=True)],
        "demo:enter:key": ["rider"],
        "demo:enter:role": ["worker"],
        "territories:territory:code": [STREET, COMMUNITY],
        "territories:map_layer:name": ["water", "roads"],
        "compounds:detail:public_id": [town.compound.public_id],
        "compounds:edit:public_id": [town.compound.public_id],
        "compounds:outline:public_id": [town.compound.public_id],
        "GET /api/v1/territories/{code}:code": [COMMUNITY],
        "GET /api/v1/compounds/{compound_id}:compound_id": [Compound.objects.get().pk],
        "POST /api/v1/cases/{number}/transitions/{name}:name": ["screen"],
    }


def wire(answer: Any) -> bytes:
    """The whole answer: headers, cookies, body; what the address that was asked says itself is not an answer."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return headers.encode() + b"\n" + answer.cookies.output().encode() + b"\n" + body


def holes(scene: Scene, path: str, answer: Any) -> list[str]:
    content = wire(answer)
    if is_directory(path):
        return [f"{path} names case {number}" for number in scene.numbers if number.encode() in content]
    if path.startswith("/audit/"):
        # The log says that an opaque subject signed in; a row about a case says the role alone.
        content = content.replace(f"people.subject {SUBJECT}".encode(), b"")
    asked = path.encode()
    return [f"{path}: {found}" for found in scene.secret.found_in(content.replace(asked, b""))]


EXTRA = (
    "/cases/?tab=all",
    "/cases/?tab=open&q=路面",
    "/cases/?tab=all&case={number}",
    "/cases/bulk/dispatch/?number={number}",
    "/cases/bulk/pass/?number={number}",
    "/audit/?action=cases.",
    "/audit/?action=people.",
    "/organisations/?q=枫",
    "/api/v1/openapi.json",
    "/no/such/page/",
)
ROLES = [key for key, *_ in PEOPLE]


@pytest.mark.slow
@pytest.mark.parametrize("who", [*ROLES, ""], ids=lambda who: who or "anonymous")
def test_no_page_says_who_reported(scene, who):
    """GET, plain and as htmx asks; whatever the answer is, it is searched."""
    client = Client(raise_request_exception=True)
    if who:
        sign_in(client, Assignment.objects.get(person=scene.town.persons[who]))
    paths = [address.path for address in pages(table(scene))]
    paths += [path.replace("{number}", scene.numbers[0]) for path in EXTRA]
    found: list[str] = []
    seen = 0
    for path in dict.fromkeys(paths):
        answer = client.get(path)
        assert answer.status_code < 500, path
        seen += answer.status_code == 200
        found += holes(scene, path, answer)
        if answer.status_code == 200 and path.startswith("/cases/") and "/steps/" not in path:
            found += holes(scene, path, client.get(path, headers={"hx-request": "true"}))
    assert not found
    assert seen > 5


def token_of(scene: Scene, who: str) -> str:
    person = scene.town.persons[who]
    now = timezone.now()
    return create_token(person=person, assignment=person.assignments.get(), name="wall", now=now)[1]


@pytest.mark.parametrize("who", ROLES)
def test_no_operation_says_who_reported(scene, who):
    client = Client(headers={"authorization": f"Bearer {token_of(scene, who)}"})
    queries = {
        "/api/v1/cases": ["?tab=all", "?tab=open&words=路面", "?tab=verify"],
        "/api/v1/compounds/search": ["?q=云栖"],
        "/api/v1/compounds/near": ["?lng=105.005&lat=30.005"],
        "/api/v1/territories/search": ["?q=枫桥"],
        "/api/v1/territories/locate": ["?lng=105.005&lat=30.005"],
    }
    found: list[str] = []
    for method, path in operations(table(scene)):
        for query in queries.get(path, [""]) if method == "GET" else [""]:
            answer = client.generic(method, path + query)
            assert answer.status_code < 500, path
            found += holes(scene, path, answer)
    assert not found


@pytest.mark.parametrize("who", [key for key in ROLES if key not in {"worker", "other_worker", "resident"}])
def test_nobody_finds_a_case_by_its_reporter(scene, who):
    client = sign_in(Client(), Assignment.objects.get(person=scene.town.persons[who]))
    assert found_by(scene, client, "鸑鷟") in ([], found_by(scene, client, "")), (
        "who may not search sees the list"
    )
    for words in (NAME, NICKNAME, NATIONAL, "8765", CALLER_NAME, CALLER_PHONE, str(SUBJECT)):
        assert found_by(scene, client, words) == found_by(scene, client, "鸑鷟"), words


def found_by(scene: Scene, client: Client, words: str) -> list[str]:
    page = client.get("/cases/", {"tab": "all", "q": words}).content.decode()
    return [number for number in scene.numbers if number in page]


def test_the_export_of_a_queue_says_nothing(scene):
    for who in ROLES:
        client = sign_in(Client(), Assignment.objects.get(person=scene.town.persons[who]))
        answer = client.post("/cases/export/?tab=all")
        content = wire(answer)
        assert not scene.secret.found_in(content), who
        if who == "dispatcher":
            assert scene.numbers[0].encode() in content


def test_recorded_messages_say_nothing(scene, settings):
    """The page of the recorder is open to everybody where it exists at all; what it holds are masked numbers."""
    settings.DEMO = True
    answer = Client().get("/messages/")
    assert answer.status_code == 200
    assert not holes(scene, "/messages/", answer)
    rows = "\n".join(str(row) for row in RecordedMessage.objects.values())
    assert not scene.secret.found_in(rows.encode())


def test_no_log_line_says_anything(scene, caplog):
    client = sign_in(Client(), Assignment.objects.get(person=scene.town.persons["dispatcher"]))
    client.get(f"/cases/{scene.numbers[0]}/")
    scene.witness.get("/mine/")
    scene.witness.post("/report/", {"key": "quagga-key-bad", "category": "9999"})
    Delivery.objects.update(state="pending")
    drain(now=timezone.now())
    found = {
        f"{record.name}: {label}"
        for record in [*caplog.get_records("setup"), *caplog.records]
        for label in scene.secret.found_in(f"{record.getMessage()} {record.exc_text or ''}".encode())
    }
    assert not found


def test_events_and_notices_carry_an_opaque_subject_only(scene):
    rows = [str(row) for row in Event.objects.values_list("name", "payload", "scope_code")]
    rows += [str(row) for row in Delivery.objects.values_list("subscriber", "last_error")]
    rows += [str(row) for row in Notice.objects.values_list("kind", "facts", "case_number")]
    assert rows
    assert not scene.secret.found_in("\n".join(rows).encode())


def test_no_table_of_the_case_holds_the_reporter(scene):
    """In `Reporter` alone; and there what a caller said is encrypted."""
    for model in apps.get_app_config("cases").get_models():
        if model not in {Reporter, Addition, VoiceNote}:
            rows = "\n".join(str(row) for row in model._default_manager.values())
            assert not scene.secret.found_in(rows.encode()), model
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM cases_reporter")
        stored = str(cursor.fetchall())
    assert CALLER_NAME not in stored
    assert CALLER_PHONE not in stored


def test_files_have_neither_name_nor_tags(scene):
    folder = settings.MEDIA_ROOT
    stored = [path for path in folder.rglob("*") if path.is_file()]
    assert stored
    encodings = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
    for path in stored:
        if path.parent.parent.name == "sealed":
            assert re.fullmatch(r"[0-9a-f]{64}", path.name)
            assert not scene.secret.found_in(path.read_bytes())
            assert b"webm" not in path.read_bytes()
            continue
        assert re.fullmatch(r"[0-9a-f]{64}\.jpg", path.name)
        content = path.read_bytes()
        assert not scene.secret.found_in(content)
        for word in (NAME, NATIONAL, DEVICE, "Quagga"):
            assert not any(word.encode(encoding) in content for encoding in encodings)
        with Image.open(path) as image:
            assert not image.getexif()
            assert not {"exif", "xmp", "comment", "icc_profile", "photoshop"} & set(image.info)


def test_breaking_the_glass_is_for_few_and_told(scene):
    """Name and number once, for a reason, to the roles that may; nothing stays behind; the reporter hears of it."""
    url = f"/cases/{scene.numbers[1]}/reporter/"
    for who in ROLES:
        client = sign_in(Client(), Assignment.objects.get(person=scene.town.persons[who]))
        before = Notice.objects.filter(person=PERSON, kind="revealed").count()
        refused = client.post(url, {"reason": ""})
        assert not holes(scene, url, refused)
        answer = client.post(url, {"reason": "现场有人受伤，需要了解情况"})
        drain(now=timezone.now())
        told = Notice.objects.filter(person=PERSON, kind="revealed").count() - before
        if who in {"dispatcher", "street_lead"}:
            assert NATIONAL in answer.content.decode(), who
            assert answer["Cache-Control"] == "no-store"
            assert told == 1
            assert not holes(scene, url, client.get(url))
        else:
            assert answer.status_code == 404, who
            assert not holes(scene, url, answer)
            assert told == 0
    lines, _more = inbox_page(scene.town["witness"], now=timezone.now() + timedelta(hours=4))
    assert sum("联系方式" in line.title + line.text for line in lines) == 2


def test_the_reporter_sees_the_own_reports_and_may_take_them_along(scene):
    assert scene.numbers[0] in scene.witness.get("/mine/").content.decode()
    answer = scene.witness.post("/me/export/")
    assert answer.status_code in {200, 302}
    assert scene.numbers[0] in wire(answer).decode() or scene.numbers[0] in wire(
        scene.witness.get("/me/export/")
    ).decode("utf-8", "replace")
