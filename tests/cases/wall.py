"""The scene of `test_wall.py`: a reporter whose name, number, keys and device occur nowhere else, and the addresses.

Built once for the whole file: whoever adds an address with a parameter says in `table` what stands in it.
"""

import re
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from nuanxin.cases import services
from nuanxin.cases.models import (
    Addition,
    Attachment,
    BulkRun,
    Case,
    Clock,
    Redaction,
    Reporter,
    Task,
    VoiceNote,
)
from nuanxin.cases.queries.bulletin import five_o_clock
from nuanxin.cases.services import BulkItem, Draft, OnBehalf, Photo
from nuanxin.compounds.models import Compound
from nuanxin.kernel import audit
from nuanxin.kernel.events import drain
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.privacy.masking import mask_name, mask_phone
from nuanxin.notifications.models import Notice
from nuanxin.people.models import Assignment, Organisation, Person, SignIn, Subject
from nuanxin.people.queries.actors import actor_for
from tests.factories.activities import ACTIVITY_ADDRESSES
from tests.factories.fixtures import jpeg
from tests.factories.people import sign_in
from tests.factories.served import SERVICE_ADDRESSES
from tests.factories.sounds import webm
from tests.factories.town import COMMUNITY, LAT, LNG, STREET, build_town
from tests.journeys.thanks_pages import THANKS_ADDRESSES

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
        self.words[label] = text.lower().encode()
        if not text.isascii():
            self.words[f"{label} in an address"] = quote(text).lower().encode()
            self.words[f"{label} in JSON"] = text.encode("ascii", "backslashreplace").lower()

    def found_in(self, content: bytes) -> list[str]:
        told = content.lower()
        return [label for label, word in self.words.items() if word in told]


@dataclass
class Scene:
    town: Any
    cases: list[Case] = field(default_factory=list)
    secret: Secret = field(default_factory=Secret)
    witness: Client = field(default_factory=Client)

    @property
    def numbers(self) -> list[str]:
        return [case.number for case in self.cases]


def build_scene() -> Scene:
    """Cases of one worker in the states in which most people look, reported and answered as the worker's phone does."""
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
        # What most addresses ask for that nobody has made here; named ones below come first.
        "public_id": [UUID(int=7)],
        "message_id": [UUID(int=7)],
        "step": ["end"],
        "hold_id": [1],
        "attachment_id": [1],
        "ui:styles:name": ["app"],
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
        "gateway:ogc_collection:name": ["places"],
        "gateway:ogc_items:name": ["places"],
        "gateway:ogc_feature:name": ["places"],
        "gateway:ogc_feature:key": [UUID(int=7)],
        "gateway:ogc_unknown:rest": ["nowhere"],
        "places:tile:zoom": [10],
        "places:tile:x": [809],
        "places:tile:y": [393],
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
        "places:step:name": ["suspend"],
        "places:entry:code": ["station"],
        "places:at_door:code": ["23456789ab"],
        "kind": ["types"],
        "facility": ["toilet"],
        "exception_id": [1],
        "item": ["plaster"],
        "lot_id": [1],
        "book_id": [UUID(int=7)],
        "places:undo_take:key": [UUID(int=7)],
        "places:restock_step:name": ["accept"],
        "places:offer_step:name": ["confirm", "suspend"],
        "place_id": [UUID(int=7)],
        "places:scene_step:name": ["refuse"],
        "places:plated:code": ["23456789ab"],
        "month": ["2026-10"],
        "incentives:shop_refill_step:name": ["accept"],
        "incentives:shop_order_step:name": ["prepare", "call_off"],
        "incentives:shop_settlement_step:name": ["approve"],
        "incentives:shop_settlement_file:form": ["csv"],
        "incentives:shop_report_file:form": ["csv"],
        "incentives:rule:code": ["case_filed"],
        "incentives:rule_edit:code": ["case_filed"],
        "incentives:rule_step:name": ["approve"],
        "incentives:grant_step:name": ["approve"],
        "incentives:statement:code": ["23456789ABCDEFGH"],
        "incentives:statement_json:code": ["23456789ABCDEFGH"],
        "incentives:statement_pdf:code": ["23456789ABCDEFGH"],
        "objection_id": [1],
        "day_id": [UUID(int=7)],
        "places:booking_step:name": ["withdraw"],
        "places:desk_step:name": ["came", "call_off"],
        "places:book:item": ["haircut"],
        "places:booking_rules:item": ["haircut"],
        "photo_id": [1],
        "warning_id": [1],
        "file_id": [UUID(int=7)],
        "member_id": [UUID(int=7)],
        "assignment_id": [UUID(int=7)],
        "volunteering:member_step:name": ["leave"],
        "volunteering:team_member_step:name": ["take_in", "part"],
        "volunteering:own_post_step:name": ["agree", "resign"],
        "volunteering:appointment_step:name": ["review", "publicise", "remove"],
        "volunteering:card:code": ["23456789ab"],
        "volunteering:post_kind:code": ["opinion_collector"],
        "volunteering:own_reserve_step:name": ["agree"],
        "volunteering:candidate_step:name": ["admit", "train"],
        **SERVICE_ADDRESSES,
        **ACTIVITY_ADDRESSES,
        **THANKS_ADDRESSES,
        "GET /api/v1/territories/{code}:code": [COMMUNITY],
        "GET /api/v1/compounds/{compound_id}:compound_id": [Compound.objects.get().pk],
        "POST /api/v1/cases/{number}/transitions/{name}:name": ["screen"],
        "GET /api/v1/scenes/plates/{code}:code": ["23456789ab"],
        "POST /api/v1/scenes/{public_id}/transitions/{name}:name": ["start"],
        "POST /api/v1/teams/appointments/{public_id}/transitions/{name}:name": ["resign"],
        "POST /api/v1/points/team-awards/{public_id}/transitions/{name}:name": ["take_back"],
        "POST /api/v1/points/grants/{public_id}/transitions/{name}:name": ["approve"],
        "GET /api/v1/points/rules/{code}:code": ["case_filed"],
        "POST /api/v1/points/rules/{code}/simulation:code": ["case_filed"],
        "POST /api/v1/points/rules/{code}/versions:code": ["case_filed"],
        "POST /api/v1/points/rules/versions/{public_id}/transitions/{name}:name": ["approve"],
    }


def wire(answer: Any) -> bytes:
    """The whole answer: headers, cookies, body; of a workbook every sheet and what it says of itself, of a PDF its text
    and its properties. What the address that was asked says itself is not an answer.
    """
    body = answer.getvalue()
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return headers.encode() + b"\n" + answer.cookies.output().encode() + b"\n" + opened(body)


def opened(body: bytes) -> bytes:
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(body)) as book:
            names = "\n".join(book.namelist()).encode()
            return b"\n".join([names, *(book.read(name) for name in book.namelist())])
    if body.startswith(b"%PDF-"):
        paper = PdfReader(BytesIO(body))
        told = [*(page.extract_text() for page in paper.pages), str(dict(paper.metadata or {}))]
        return body + "\n".join(told).encode()
    return body


def holes(scene: Scene, path: str, answer: Any, *, erased: bool = False) -> list[str]:
    """What the answer says that it must not. `erased`: the person is gone, so a directory says nothing either."""
    content = wire(answer)
    if is_directory(path) and not erased:
        return [f"{path} names case {number}" for number in scene.numbers if number.encode() in content]
    if path.startswith("/audit/"):
        # The log says that an opaque subject signed in; a row about a case says the role alone.
        own = (f"people.subject {SUBJECT}", f"people.subject,{SUBJECT}", f"people.assignment {ASSIGNMENT}")
        for written in own:
            content = content.replace(written.encode(), b"")
    if path.startswith("/audit/export"):  # by the opaque id alone, and never in the line of a case
        lines = content.split(b"\n")
        about = [number.encode() for number in scene.numbers]
        content = b"\n".join(
            line.replace(str(SUBJECT).encode(), b"") if not any(each in line for each in about) else line
            for line in lines
        )
    asked = path.encode()
    return [f"{path}: {found}" for found in scene.secret.found_in(content.replace(asked, b""))]
