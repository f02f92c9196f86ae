"""Who reported reaches nobody in the case: every address is asked as everybody, and the answers are searched.

`domain.md` §0.3 law 4: retaliation against a rider is a known fear. The reporter here has a name, a nickname, a number,
keys and a device that occur nowhere else; whatever answers with one of them has a hole. The scene is built once
(`tests/cases/wall.py`, with the table of what stands in the addresses); each test undoes what it does.
"""

import html
import logging
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from PIL import Image

from nuanxin.cases.models import Addition, Disclosure, Reporter, VoiceNote
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.backup import stored
from nuanxin.kernel.channels.models import RecordedMessage
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import inbox_page
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token, erase_me
from tests.cases.wall import (
    CALLER_NAME,
    CALLER_PHONE,
    DEVICE,
    NAME,
    NATIONAL,
    NICKNAME,
    PERSON,
    SUBJECT,
    Scene,
    build_scene,
    holes,
    opened,
    table,
    wire,
)
from tests.factories.addresses import Address, opens, operations, pages
from tests.factories.people import sign_in
from tests.factories.town import PEOPLE

pytestmark = pytest.mark.django_db


class Listener(logging.Handler):
    """Everything that is logged while the scene stands."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(scope="module")
def logged():
    """As loud as it goes; a logger for which the settings name a level of its own keeps it."""
    listener, kept = Listener(), settings.LOGGING["loggers"]
    before = {}
    for name, logger in [("", logging.root), *logging.root.manager.loggerDict.items()]:
        if isinstance(logger, logging.Logger) and not any(f"{name}.".startswith(f"{each}.") for each in kept):
            before[logger] = logger.level
            logger.setLevel(logging.DEBUG)
    logging.root.addHandler(listener)
    yield listener
    logging.root.removeHandler(listener)
    for logger, level in before.items():
        logger.setLevel(level)


@pytest.fixture(scope="module")
def scene(logged, django_db_setup, django_db_blocker, tmp_path_factory):
    """In a transaction around all tests of the file; each of them has its own inside."""
    folder = tmp_path_factory.mktemp("wall") / "media"
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder):
        around = transaction.atomic()
        around._from_testcase = True
        with around:
            yield build_scene()
            transaction.set_rollback(True)


def client_as(scene: Scene, who: str) -> Client:
    client = Client(raise_request_exception=True)
    return sign_in(client, Assignment.objects.get(person=scene.town.persons[who])) if who else client


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
# The first who has it: the others of a role differ in where they may look, which the walks over all addresses ask.
EACH_ROLE = list({role: key for key, role, *_ in reversed(PEOPLE)}.values())
AS_PARTS = {
    "dispatcher",
    "community",
    "gas",
    "swd",
}  # asked as htmx asks as well: the same templates, in parts


def doors(scene: Scene, who: str) -> list[Address]:
    """The addresses that the role may open at all.

    Of the others `test_access_walk.py` asks every one as every role: they answer with the page that nothing is here,
    which is one page and read here as well.
    """
    actor = scene.town.actors[who] if who else None
    return [address for address in pages(table(scene)) if address.is_open_to(actor)]


def steps_of(scene: Scene, client: Client) -> list[str]:
    """The steps that the pages of the cases offer, as they name them."""
    pages_of = [client.get(f"/cases/{number}/").content.decode() for number in scene.numbers]
    found = [path for page in pages_of for path in re.findall(r'"(/cases/\d{19}/steps/[^"]+)"', page)]
    return [html.unescape(path) for path in dict.fromkeys(found)]


@pytest.mark.slow
@pytest.mark.parametrize("who", [*EACH_ROLE, "other_worker", ""], ids=lambda who: who or "anonymous")
def test_no_page_says_who_reported(scene, who):
    """GET, plain and as htmx asks; whatever the answer is, it is searched."""
    client = client_as(scene, who)
    addresses = doors(scene, who)
    # A step that is not to be taken is answered with the case and one sentence: a unit is asked for each of them.
    steps = {each.path for each in addresses if each.name == "cases:step"}
    paths = [each.path for each in addresses if each.path not in steps]
    paths += sorted(steps)[:: 1 if who == "dispatcher" else 9] + steps_of(scene, client)
    paths += [path.replace("{number}", scene.numbers[0]) for path in EXTRA]
    found: list[str] = []
    seen = 0
    for path in dict.fromkeys(paths):
        answer = client.get(path)
        assert answer.status_code < 500, path
        seen += answer.status_code == 200
        found += holes(scene, path, answer)
        if (
            who in AS_PARTS
            and answer.status_code == 200
            and path.startswith("/cases/")
            and "/steps/" not in path
        ):
            found += holes(scene, path, client.get(path, headers={"hx-request": "true"}))
    assert not found
    assert seen > 5


def token_of(scene: Scene, who: str) -> str:
    person = scene.town.persons[who]
    now = timezone.now()
    return create_token(person=person, assignment=person.assignments.get(), name="wall", now=now)[1]


@pytest.mark.parametrize("who", EACH_ROLE)
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


@pytest.mark.parametrize("who", [key for key in EACH_ROLE if key not in {"worker", "resident"}])
def test_nobody_finds_a_case_by_its_reporter(scene, who):
    client = sign_in(Client(), Assignment.objects.get(person=scene.town.persons[who]))
    if not opens("/cases/", scene.town.actors[who]):
        assert client.get("/cases/", {"tab": "all", "q": NAME}).status_code == 404
        return
    of_nobody = found_by(scene, client, "鸑鷟")
    assert of_nobody in ([], found_by(scene, client, "")), "who may not search sees the list"
    for words in (NAME, NICKNAME, NATIONAL, "8765", CALLER_NAME, CALLER_PHONE, str(SUBJECT)):
        assert found_by(scene, client, words) == of_nobody, words


def found_by(scene: Scene, client: Client, words: str) -> list[str]:
    page = client.get("/cases/", {"tab": "all", "q": words}).content.decode()
    return [number for number in scene.numbers if number in page]


@pytest.mark.parametrize("who", EACH_ROLE)
def test_no_file_that_leaves_says_anything(scene, who):
    """Every export there is, in each of its forms; opened, its sheets and properties read."""
    client = client_as(scene, who)
    paths = [address.path for address in doors(scene, who) if "export" in address.name]
    left = []
    for path in dict.fromkeys(paths):
        for form in ("csv", "xlsx"):
            for asked in (f"{path}?tab=all&form={form}&show=all&state=all", path):
                answer = client.post(asked, {"form": form})
                answer = client.get(asked) if answer.status_code == 405 else answer
                assert answer.status_code < 500, asked
                if answer.status_code == 200:
                    left.append(path)
                    assert not holes(scene, asked, answer)
                    assert re.fullmatch(
                        r'(attachment|inline); filename="[A-Za-z0-9_.-]+"',
                        answer.get("Content-Disposition", 'inline; filename="x"'),
                    ), asked
    if who == "dispatcher":
        assert len(set(left)) >= 6


def test_the_files_are_opened_indeed(scene):
    """The search sees into a workbook and into a PDF: the number of a case is found where it must be."""
    dispatcher = client_as(scene, "dispatcher")
    number = scene.numbers[0].encode()
    assert number in opened(dispatcher.post("/cases/export/?tab=all&form=xlsx").getvalue())
    area = scene.town.actors["dispatcher"].scope_code
    paper = dispatcher.get(f"/bulletins/{area}/{timezone.localdate().isoformat()}/bulletin.pdf")
    if paper.status_code == 200:
        assert scene.numbers[2].encode() in wire(paper)


WRITES = (
    "dispatcher",
    "community",
    "property",
    "platform",
    "other_worker",
    "security_admin",
    "audit_admin",
    "",
)


@pytest.mark.parametrize("who", WRITES, ids=lambda who: who or "anonymous")
def test_no_refusal_says_who_reported(scene, who):
    """Every address that one may open is sent nonsense: error pages, forms and redirects are searched as well."""
    client = client_as(scene, who)
    found: list[str] = []
    for address in doors(scene, who):
        if address.name in {"people:sign_out", "people:switch", "people:end_other_sessions"}:
            continue
        answer = client.post(address.path, {"reason": "", "text": "\x00", "number": "x", "given": "maybe"})
        assert answer.status_code < 500, address.path
        if "export" not in address.name and not answer.streaming:
            found += holes(scene, address.path, answer)
    assert not found


def test_a_log_says_of_a_case_who_handled_it_and_never_who_reported(scene):
    """Rows by the reporter's opaque id are about the own account; no number of a case stands beside it."""
    own = AuditEntry.objects.filter(actor_subject_id=SUBJECT)
    assert own.exists()
    told = [row["action"] for row in own.values() if any(number in str(row) for number in scene.numbers)]
    assert not told


def test_what_an_archive_names_its_members_says_nothing(scene):
    """Folders and digests: neither a person's id nor the name with which a picture came."""
    names = [name for name, _open in stored.each()]
    assert names
    found = scene.secret.found_in("\n".join(names).encode())
    assert not [
        label for label in found if not label.startswith("voice")
    ]  # its own digest is a recording's name
    assert all(re.fullmatch(r"[a-z0-9_/]+/[0-9a-f]{16,64}(\.[a-z0-9]+)?", name) for name in names), names


def test_served_pictures_carry_neither_names_nor_tags(scene):
    """As they arrive, not as they lie: to the unit, to the dispatcher, to the reporter."""
    addresses = [each.path for each in pages(table(scene)) if each.name in {"cases:file", "cases:thumb"}]
    assert addresses
    for client in (client_as(scene, "dispatcher"), client_as(scene, "community"), scene.witness):
        for path in addresses:
            answer = client.get(path)
            if answer.status_code != 200:
                continue
            assert re.fullmatch(r'inline; filename="photo-[0-9a-f]{8}\.jpg"', answer["Content-Disposition"])
            assert "Last-Modified" not in answer
            assert "no-cache" in answer["Cache-Control"]
            _bare(answer.getvalue())


def _bare(content: bytes) -> None:
    with Image.open(BytesIO(content)) as image:
        assert not image.getexif()
        assert not {"exif", "xmp", "comment", "icc_profile", "photoshop"} & set(image.info)


def test_no_cookie_and_no_header_is_anybodys(scene):
    """Of the reporter's own session too: cookies hold random keys, nothing that could be matched elsewhere."""
    answer = scene.witness.get("/mine/")
    told = wire(answer).split(b"\n\n")[0]
    for word in (str(PERSON), str(SUBJECT), SUBJECT.hex, NATIONAL, DEVICE):
        assert word.encode() not in b"\n".join(f"{k}: {v}".encode() for k, v in answer.items())
    assert "ETag" not in answer or str(PERSON) not in answer["ETag"]
    assert told


def test_recorded_messages_say_nothing(scene, settings):
    """The page of the recorder is open to everybody where it exists at all; what it holds are masked numbers."""
    settings.DEMO = True
    answer = Client().get("/messages/")
    assert answer.status_code == 200
    assert not holes(scene, "/messages/", answer)
    rows = "\n".join(str(row) for row in RecordedMessage.objects.values())
    assert not scene.secret.found_in(rows.encode())


def test_no_log_line_says_anything(scene, logged):
    """Of building the scene, of all tests before this one, and of what fails."""
    client = client_as(scene, "dispatcher")
    client.get(f"/cases/{scene.numbers[0]}/")
    scene.witness.get("/mine/")
    scene.witness.post("/report/", {"key": "quagga-key-bad", "category": "9999"})
    Delivery.objects.update(state="pending")
    drain(now=timezone.now())
    found = {
        f"{record.name}: {label}"
        for record in logged.records
        if "/people/" not in record.getMessage()  # an address of the directory that was asked, and refused
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
    contexts = ("cases", "gateway", "insight", "compounds", "territories")
    for model in (model for name in contexts for model in apps.get_app_config(name).get_models()):
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
        client = client_as(scene, who)
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
    _reads_who_when_and_why(scene)


def _reads_who_when_and_why(scene: Scene) -> None:
    """An office and a role, never a person; on the reporter's own page of the case, and on nobody else's."""
    page = scene.witness.get(f"/mine/{scene.numbers[1]}/").content.decode()
    assert page.count("现场有人受伤，需要了解情况") == 2
    assert "枫林街道办事处 · 街道派单员" in page
    assert "街道负责人" in page
    for who in ("dispatcher", "street_lead"):
        assert scene.town.persons[who].name not in page
    assert Disclosure.objects.count() == 2
    assert (
        "现场有人受伤"
        not in client_as(scene, "dispatcher").get(f"/cases/{scene.numbers[1]}/").content.decode()
    )
    assert "现场有人受伤" not in scene.witness.get(f"/mine/{scene.numbers[0]}/").content.decode()


WHERE_PEOPLE_ARE = (
    *("/cases/?tab=all", "/cases/{number}/", "/cases/{number}/print/", "/cases/{number}/time/"),
    *("/cases/{number}/reporter/", "/cases/notices/", "/cases/appeals/", "/cases/publications/", "/cases/holds/"),
    *("/pictures/", "/public/", "/board/"),
    *("/people/", "/people/?q=欧阳", "/people/{person}/", "/people/duty/", "/people/export.csv", "/organisations/"),
    *("/audit/", "/audit/export.csv?action=cases.", "/audit/?action=people.", "/inbox/", "/mine/", "/me/"),
    *("/api/v1/cases?tab=all", "/api/v1/cases/{number}", "/bulletins/", "/system/retention/", "/system/check/"),
)  # fmt: skip
FIGURES = ("/insight/", "/insight/export/", "/board/", "/cases/?tab=all", "/cases/library/", "/cases/causes/")


def figures_of(scene: Scene) -> str:
    """What is counted, as those who read figures see it, without the marks of one request."""
    told = []
    for who in ("street_lead", "swd", "community_head"):
        client = client_as(scene, who)
        for path in FIGURES:
            answer = client.get(path)
            text = (
                wire(answer).decode("utf-8", "replace").split("\n\n", 1)[-1]
                if answer.status_code == 200
                else ""
            )
            text = re.sub(
                r'name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*|nonce-[\w=+/-]*|csrftoken=[^;]*',
                "",
                text,
            )
            told.append(f"{who} {path}: {re.findall(r'>([^<>]*[0-9][^<>]*)<', text)}")
    return "\n".join(told)


def test_who_has_gone_is_nowhere_and_no_figure_changes(scene):
    """After an erasure whatever could show a person is asked as each role; directories are no exception now."""
    now = timezone.now()
    counted = figures_of(scene)
    report = erase_me(person=scene.town.persons["witness"], now=now)
    drain(now=now)
    assert figures_of(scene) == counted
    assert not [line for line in report.kept if line.table.label.startswith("cases.")]
    about = {"number": scene.numbers[0], "person": str(scene.town.persons["witness"].public_id)}
    paths = [path.format(**about) for path in WHERE_PEOPLE_ARE]
    found: list[str] = []
    for who in [*EACH_ROLE, ""]:
        client, actor = client_as(scene, who), scene.town.actors[who] if who else None
        for path in (path for path in paths if opens(path, actor)):
            answer = client.get(path)
            assert answer.status_code < 500, path
            found += holes(scene, path, answer, erased=True)
    assert not found
    gone = Client()  # the witness's own is needed by other tests
    gone.cookies["sessionid"] = scene.witness.cookies["sessionid"].value
    assert gone.get("/mine/").status_code in {302, 403}


def test_the_reporter_sees_the_own_reports_and_may_take_them_along(scene):
    assert scene.numbers[0] in scene.witness.get("/mine/").content.decode()
    answer = scene.witness.post("/me/export/")
    assert answer.status_code in {200, 302}
    assert scene.numbers[0] in wire(answer).decode() or scene.numbers[0] in wire(
        scene.witness.get("/me/export/")
    ).decode("utf-8", "replace")
