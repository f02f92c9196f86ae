"""The report page without signal, as the server sees it: the worker, the page kept on phones, what comes late."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case
from nuanxin.cases.queries.own import account_token
from nuanxin.cases.services import Draft
from nuanxin.cases.services.reporting import TooLongAgo
from nuanxin.cases.views.offline import MODULES, SHELL
from nuanxin.kernel.errors import Invalid
from nuanxin.people.models import Assignment
from tests.factories.people import sign_in
from tests.factories.town import COMMUNITY

JSON = {"HTTP_ACCEPT": "application/json"}
IMPORTED = re.compile(r"""(?:from |import )"(\.[^"]+)";|url\("([^"]+)"\)""")


@pytest.fixture
def town(town_of):
    return town_of(timezone.now() - timedelta(hours=2))


def client_of(town, who="worker") -> Client:
    return sign_in(Client(), Assignment.objects.get(person=town.persons[who]))


def body(**given):
    own = {"place_by": "territory", "territory": COMMUNITY}
    return {"key": "phone-0001", "category": "0401", "text": "路面一个大坑", "different": "1", **own, **given}


def imports_of(name: str) -> set[str]:
    """What a module or stylesheet brings along, as names of static files."""
    text = Path(finders.find(name)).read_text()
    paths = [one or other for one, other in IMPORTED.findall(text)]
    root = Path("/")
    return {str((root / name).parent.joinpath(path).resolve().relative_to(root)) for path in paths}


# --- The worker and its page ------------------------------------------------------------------------------------
def test_the_worker_may_serve_every_page_and_is_never_old(db):
    answer = Client().get("/sw.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/"
    assert answer["Cache-Control"] == "no-cache"
    text = answer.content.decode()
    page = Client().get("/report/offline/")
    assert f"nuanxin-{page['Nuanxin-Static']}" in text
    assert "/static/cases/outbox.js" in text


def test_the_worker_keeps_all_that_its_pages_need(town):
    pages = ("/report/offline/", "/places/map/offline/", "/places/desk/offline/")
    page = "".join(Client().get(path).content.decode() for path in pages)
    needed = {path.split("#")[0] for path in re.findall(r'(?:src|href|data-htmx)="/static/([^"]+)"', page)}
    for name in list(needed):
        if name.endswith((".js", ".css")):
            needed |= imports_of(name)
    for name in list(needed):
        if name.endswith(".js"):
            needed |= imports_of(name)
    needed |= {"cases/riding.js"}  # fetched where the phone gives its position
    assert needed == set(SHELL)
    assert (
        re.search(r'href="(/ui/styles/phone.css[^"]+)"', page)[1] in Client().get("/sw.js").content.decode()
    )
    assert set(MODULES) <= set(SHELL)
    assert not [name for name in SHELL if finders.find(name) is None]


def test_the_kept_page_holds_nobodys_data(town):
    visitor = Client().get("/report/offline/")
    worker = client_of(town).get("/report/offline/")
    assert visitor.status_code == 200
    assert worker.content == visitor.content  # whoever fetches it
    text = visitor.content.decode()
    assert 'name="csrfmiddlewaretoken"' not in text
    assert "X-CSRFToken" not in text
    assert 'data-owner=""' in text
    for number in ("119", "120", "110"):
        assert f"tel:{number}" in text
    assert 'value="0401"' in text
    assert not visitor.cookies


def test_the_manifest_can_be_installed():
    manifest = json.loads(Path(finders.find("ui/app.webmanifest")).read_text())
    assert manifest["id"] == manifest["start_url"] == manifest["scope"] == "/"
    assert {icon.get("purpose", "any") for icon in manifest["icons"]} == {"any", "maskable"}
    assert "/report/" in [shortcut["url"] for shortcut in manifest["shortcuts"]]
    for icon in manifest["icons"]:
        assert finders.find(f"ui/{icon['src']}")


# --- Whose phone it is ------------------------------------------------------------------------------------------
def test_an_account_has_a_token_of_its_own_that_says_nothing(town):
    worker, other = client_of(town), client_of(town, "dispatcher")
    mine = worker.get("/report/token/").json()
    assert mine["owner"] == account_token(town["worker"]) == worker.get("/report/token/").json()["owner"]
    assert mine["owner"] != account_token(town["dispatcher"])
    assert town.persons["worker"].name not in json.dumps(mine, ensure_ascii=False)
    assert str(town["worker"].subject_id) not in json.dumps(mine)
    assert abs(mine["now"] / 1000 - timezone.now().timestamp()) < 60
    assert mine["token"]
    assert other.get("/report/token/").status_code in {200, 404}
    assert f'data-owner="{mine["owner"]}"' in worker.get("/report/").content.decode()
    for page in ("/", "/mine/"):
        assert f'data-owner="{mine["owner"]}"' in worker.get(page).content.decode()


def test_nobody_is_asked_to_sign_in_first(db):
    answer = Client().get("/report/token/", **JSON)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_what_another_account_wrote_is_not_sent(town):
    answer = client_of(town).post("/report/", body(owner="f" * 32), **JSON)
    assert answer.status_code == 403
    assert answer.json()["code"] == "OtherAccount"
    assert not Case.objects.exists()
    assert (
        client_of(town).post("/report/", body(owner=account_token(town["worker"])), **JSON).status_code == 200
    )


# --- Seen earlier than received ---------------------------------------------------------------------------------
def test_when_it_was_seen_is_kept_apart_from_when_it_came(town):
    seen = timezone.now() - timedelta(hours=5)
    worker = client_of(town)
    answer = worker.post("/report/", body(captured_at=seen.isoformat()), **JSON)
    case = Case.objects.get(number=answer.json()["number"])
    assert case.captured_at == seen
    assert case.reported_at > seen + timedelta(hours=4)
    page = worker.get(f"/mine/{case.number}/").content.decode()
    assert "看到" in page
    assert "收到" in page


def test_sent_again_later_it_is_the_same(town):
    worker = client_of(town)
    first = worker.post("/report/", body(captured_at=timezone.now().isoformat()), **JSON)
    later = timezone.now() - timedelta(minutes=3)  # the phone's clock was put right in between
    again = worker.post("/report/", body(captured_at=later.isoformat()), **JSON)
    assert first.json()["number"] == again.json()["number"]
    assert Case.objects.count() == 1


@pytest.mark.parametrize(("away", "error"), [(timedelta(days=-8), TooLongAgo), (timedelta(hours=1), Invalid)])
def test_not_from_the_future_and_not_from_last_month(town, away, error):
    now = timezone.now()
    answer = client_of(town).post("/report/", body(captured_at=(now + away).isoformat()), **JSON)
    assert answer.status_code == 422
    assert answer.json()["step"] == 1
    assert answer.json()["fields"]["captured_at"]
    draft = Draft(category="0401", text="路上有坑", territory=COMMUNITY, captured_at=now + away)
    with pytest.raises(error):
        services.report_case(actor=town["worker"], draft=draft, key="k9", now=now)
    assert not Case.objects.exists()
