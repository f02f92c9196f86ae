"""What everybody reads without signing in; none of it says who reported it, in which words, or where exactly."""

import csv
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuanxin.cases import services
from nuanxin.cases.enums import RedactionState
from nuanxin.cases.models import Redaction
from nuanxin.cases.queries import publishing
from nuanxin.cases.queries.catalogue import all_kinds
from nuanxin.cases.queries.publication_review import ReviewFilters
from nuanxin.cases.services.redacting import look_at_next_picture, release_picture
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import NotAllowed
from nuanxin.people.services import withdraw_consent
from tests.factories.desks import HTMX, client_of
from tests.factories.publishing import WORDS, offered, open_streets, published, solved
from tests.factories.town import COMMUNITY, NEXT_COMMUNITY

SAID = "我每天七点在这家店取餐，鹮鹇路口差点摔进坑里"
LATER = "后门那条鸸鹋巷也有一个"
HOUR = timedelta(hours=1)


@pytest.fixture
def visitor():
    return Client()


@pytest.fixture
def shown(town, photo, settings, tmp_path):
    """One published case with a picture; its reporter has said things that nobody else may read."""
    settings.MEDIA_ROOT = tmp_path / "media"
    open_streets(town)
    case = solved(town, photo, text=SAID)
    services.answer_question(actor=town["worker"], case=case, text=LATER, now=town.now)
    row = offered(town, case)
    while look_at_next_picture(now=town.now):
        pass
    picture = Redaction.objects.filter(case=case, attachment__kind="after").get()
    release_picture(
        actor=town["dispatcher"], picture_id=picture.pk, checked=True, revision=picture.revision, now=town.now
    )
    services.publish_case(
        actor=town["dispatcher"],
        publication=row,
        words=WORDS,
        before_id=None,
        after_id=picture.attachment_id,
        cleared=(),
        now=town.now + 2 * HOUR,
    )
    row.refresh_from_db()
    picture.refresh_from_db()
    return case, row, picture


def addresses(row, picture):
    return [
        "/public/",
        f"/public/?kind=04&area={COMMUNITY}",
        "/public/map/",
        "/public/points.geojson",
        f"/public/points.geojson?only={row.public_id}",
        "/public/feed.atom",
        f"/public/{row.public_id}/",
        f"/public/pictures/{picture.public_id}.jpg",
        f"/public/pictures/{picture.public_id}-small.jpg",
    ]


def read(answer) -> bytes:
    return answer.getvalue()


def test_everybody_reads_it_and_nobody_learns_who(town, shown, visitor):
    case, row, picture = shown
    reporter = town.persons["worker"]
    secrets = [
        SAID[:12], "鹮鹇", "鸸鹋", "云栖里", "5 号楼", reporter.name, str(reporter.public_id),
        str(reporter.subject.pk), case.number, "测试",
    ]  # fmt: skip
    for path in addresses(row, picture):
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        text = read(answer)
        if not path.endswith(".jpg"):
            assert WORDS["title"].encode() in text or b"data-map" in text or b"features" in text, path
        for secret in secrets:
            assert secret.encode() not in text, (path, secret)
            assert secret.encode("ascii", "backslashreplace") not in text, (path, secret)
        assert not re.search(rf"{case.lng}(?!\d)|{case.lat}(?!\d)".encode(), text), path
        for header in answer.headers.values():
            assert not any(secret in header for secret in secrets)
        assert not re.search(rb"\d\d:\d\d(?!\d)", text) or path.endswith((".jpg", ".atom")), path


def test_nobody_keeps_it_and_no_engine_lists_it(shown, visitor, settings):
    _, row, picture = shown
    for path in addresses(row, picture):
        answer = visitor.get(path)
        read(answer)
        assert answer["Cache-Control"] == "no-cache"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
    settings.NUANXIN_PUBLIC_INDEX = True
    assert "X-Robots-Tag" not in visitor.get("/public/")


def test_the_same_page_is_not_sent_twice(town, shown, visitor):
    case, _, _ = shown
    for path in ("/public/", "/public/points.geojson"):
        tag = visitor.get(path)["ETag"]
        assert visitor.get(path, HTTP_IF_NONE_MATCH=tag).status_code == 304
    services.take_back_publication(actor=town["worker"], case=case, now=town.now + 3 * HOUR)
    again = visitor.get("/public/", HTTP_IF_NONE_MATCH=tag)
    assert again.status_code == 200
    assert WORDS["title"] not in again.content.decode()


@pytest.mark.parametrize("how", ["one", "all", "street"])
def test_taken_back_it_is_gone_from_every_address_at_once(town, shown, visitor, how):
    case, row, picture = shown
    if how == "one":
        services.take_back_publication(actor=town["worker"], case=case, now=town.now + 3 * HOUR)
    elif how == "all":
        withdraw_consent(person=town.persons["worker"], purpose="publication", now=town.now + 3 * HOUR)
    else:
        services.put_public_area(actor=town["swd"], code="990101001000", is_on=False, now=town.now)
    for path in addresses(row, picture):
        answer = visitor.get(path)
        assert WORDS["title"].encode() not in read(answer), path
        if path.endswith((".jpg", f"{row.public_id}/")):
            assert answer.status_code == 404, path


def test_a_picture_released_but_not_of_a_public_case(town, photo, visitor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    open_streets(town)
    offered(town, solved(town, photo))
    while look_at_next_picture(now=town.now):
        pass
    picture = Redaction.objects.filter(attachment__kind="after").get()
    release_picture(
        actor=town["dispatcher"], picture_id=picture.pk, checked=True, revision=picture.revision, now=town.now
    )
    picture.refresh_from_db()
    assert picture.state == RedactionState.RELEASED
    assert visitor.get(f"/public/pictures/{picture.public_id}.jpg").status_code == 404


def test_nothing_yet_and_nothing_of_that_kind(town, photo, visitor):
    assert "还没有公开的" in visitor.get("/public/").content.decode()
    open_streets(town)
    published(town, solved(town, photo))
    assert WORDS["title"] in visitor.get("/public/?kind=04&month=2026-09").content.decode()
    stale = visitor.get("/public/?kind=zz&area=1&month=never").content.decode()
    assert WORDS["title"] in stale
    assert "有效的选项" not in stale  # a link that somebody kept is no mistake of theirs
    page = visitor.get("/public/?after=20260101-1").content.decode()
    assert WORDS["title"] not in page


def test_pages_follow_one_another_and_ask_the_same(
    town, photo, visitor, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("nuanxin.cases.queries.publications.PAGE", 2)
    open_streets(town)
    for _ in range(3):
        published(town, solved(town, photo))
    with django_assert_max_num_queries(14):
        first = visitor.get("/public/").content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    rows = visitor.get(following, **HTMX).content.decode()
    assert "<html" not in rows
    assert rows.count("public-card__link") == 1
    assert first.count("public-card__link") == 2


# --- The desk and the reporter's page ------------------------------------------------------------------------------


def test_the_reporter_agrees_with_an_unticked_box_and_takes_it_back(town, photo):
    open_streets(town)
    case = solved(town, photo)
    page = client_of(town, "worker")
    address = f"/mine/{case.number}/"
    before = page.get(address).content.decode()
    assert 'name="agree"' in before
    assert not re.search(r'name="agree"[^>]*checked', before)
    assert "暖阳区城管局" in before
    assert page.post(f"{address}publication/", {"do": "offer"}).status_code == 422
    assert page.post(f"{address}publication/", {"do": "offer", "agree": "on"}).status_code == 302
    assert "等街道审核" in page.get(address).content.decode()
    assert page.post(f"{address}publication/", {"do": "take_back"}).status_code == 302
    assert 'name="agree"' in page.get(address).content.decode()


def test_how_many_others_is_said_only_when_there_are_some(town, photo):
    case = solved(town, photo)
    page = client_of(town, "worker")
    assert "也报过它" not in page.get(f"/mine/{case.number}/").content.decode()
    type(case).objects.filter(pk=case.pk).update(heat=4)
    assert "办好了，还有 3 个人也报过它。谢谢你们。" in page.get(f"/mine/{case.number}/").content.decode()


def test_where_the_city_shows_nothing_nobody_is_asked(town, photo):
    case = solved(town, photo)
    assert 'name="agree"' not in client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()


def test_the_desk_from_the_queue_to_the_page(town, photo, visitor):
    open_streets(town)
    row = offered(town, solved(town, photo, text=SAID))
    desk = client_of(town, "dispatcher")
    assert str(row.public_id) in desk.get("/cases/publications/").content.decode()
    address = f"/cases/publications/{row.public_id}/"
    seen = desk.get(address).content.decode()
    assert "鹮鹇" not in seen
    assert "已填平压实" in seen
    wrong = desk.post(address, {**WORDS, "done": "李师傅修的，电话 138 1234 5678", "do": "publish"})
    assert wrong.status_code == 422
    told = wrong.content.decode()
    assert "138 1234 5678" in told
    assert 'value="李师傅"' in told
    assert 'value="138 1234 5678"' not in told
    kept = desk.post(address, {**WORDS, "do": "keep"})
    assert kept["Location"] == address
    done = {**WORDS, "done": "李师傅补平了", "cleared": ["李师傅"], "do": "publish"}
    assert desk.post(address, done)["Location"] == "/cases/publications/"
    assert "李师傅补平了" in visitor.get(f"/public/{row.public_id}/").content.decode()
    assert desk.post(f"{address}end/", {"do": "revise"})["Location"] == address
    assert visitor.get(f"/public/{row.public_id}/").status_code == 404
    assert desk.post(f"{address}end/", {"do": "refuse", "opinion": "先不公开"}).status_code == 302
    assert "先不公开" in desk.get("/cases/publications/?tab=over").content.decode()


# --- The moderators' list: narrowed, and as a file ------------------------------------------------------------------
LIST = "/cases/publications/"
FILE = f"{LIST}export/"


def rows_of(answer):
    text = answer.getvalue().decode()
    assert text.startswith("\ufeff")
    return text, list(csv.reader(text.lstrip("\ufeff").splitlines()))


def test_the_list_narrows_by_kind_place_day_and_word(town, photo):
    open_streets(town)
    case = solved(town, photo)
    row = offered(town, case)
    desk = client_of(town, "dispatcher")
    draft = {"actor": town["dispatcher"], "publication": row, "before_id": None, "after_id": None}
    services.draft_publication(**draft, words=WORDS, cleared=(), now=town.now)
    day = row.solved_on.isoformat()
    for query, is_there in (
        ("", True), ("kind=04", True), ("kind=0401", True), ("kind=0101", False), ("kind=x", True),
        (f"place={COMMUNITY}", True), (f"place={NEXT_COMMUNITY}", False), ("place=110101001000", True),
        (f"since={day}&until={day}", True), ("until=2020-01-01", False), ("since=yesterday", True),
        ("words=铣刨", True), (f"words={case.number}", True), ("words=鹮鹇", False), (f"words={'长' * 90}", True),
    ):  # fmt: skip
        page = desk.get(f"{LIST}?{query}", **HTMX).content.decode()
        assert (case.number in page) is is_there, query
    assert "没有符合条件的" in desk.get(f"{LIST}?kind=0101").content.decode()
    page = desk.get(f"{LIST}?kind=04&tab=published").content.decode()
    assert f"{FILE}?tab=published&amp;kind=04" in page
    assert "?tab=waiting&amp;kind=04" in page


def test_the_file_holds_what_the_list_shows_and_nobody(town, shown, photo):
    case, row, _ = shown
    other = solved(town, photo, text=SAID)
    waiting = offered(town, other)
    services.draft_publication(
        actor=town["dispatcher"], publication=waiting, words=WORDS, before_id=None, after_id=None, cleared=(),
        now=town.now,
    )  # fmt: skip
    desk = client_of(town, "dispatcher")
    text, rows = rows_of(desk.post(f"{FILE}?tab=published"))
    assert rows[0][:4] == ["案卷号", "类别", "大概在", "状态"]
    assert rows[1][0] == f"\t{case.number}"
    assert (rows[1][2], rows[1][8]) == ("枫林街道 枫桥社区", WORDS["title"])
    drafted, unmoderated = rows_of(desk.post(FILE))
    assert unmoderated[1][0] == f"\t{other.number}"
    assert WORDS["title"] not in drafted
    person = town.persons["worker"]
    for hidden in (SAID, LATER, person.name, person.phone, "云栖里", row.agreed_hash):
        assert hidden not in text + drafted, hidden
    assert ":" not in text + drafted  # days, no hours: not when somebody reported or agreed
    entry = AuditEntry.objects.filter(action="cases.export").latest("pk")
    assert (entry.object_type, entry.object_id) == ("cases.publications", "waiting")
    services.refuse_publication(
        actor=town["dispatcher"], publication=waiting, opinion="=1+1", now=town.now + HOUR
    )
    counted = []
    for tab in ("published", "over"):
        with CaptureQueriesContext(connection) as asked:
            rows = list(
                services.export_publications(
                    actor=town["dispatcher"], tab=tab, filters=ReviewFilters(words="1"), now=town.now
                )
            )
        counted.append(len(asked))
    assert rows[1][-1] == "'=1+1"
    assert counted[0] <= counted[1] <= 12
    entry = AuditEntry.objects.filter(action="cases.export").latest("pk")
    assert entry.detail["filters"] == {"words": "1"}  # how many letters


@pytest.mark.parametrize("who", ["swd", "community", "worker", "city_management", "system_admin"])
def test_who_takes_no_file_of_what_is_moderated(town, who):
    for path in (FILE, "/pictures/export/"):
        answer = client_of(town, who).post(path)
        assert answer.status_code in {403, 404}, path
    with pytest.raises(NotAllowed):
        services.export_publications(actor=town[who], tab="waiting", filters=ReviewFilters(), now=town.now)


def test_so_many_files_an_hour(town, settings):
    settings.NUANXIN_LIMITS = ["exports=1/1h"]
    desk = client_of(town, "dispatcher")
    answers = [desk.post(path).status_code for path in (FILE, "/pictures/export/", "/cases/appeals/export/")]
    assert answers == [200, 429, 429]


def test_what_a_city_sets(town):
    desk = client_of(town, "swd")
    address = "/cases/publications/settings/"
    assert desk.post(address, {"area": "990101001000", "on": "1"}).status_code == 302
    assert desk.post(address, {"words": "蓝衣服\n" + "长" * 30}).status_code == 422
    assert desk.post(address, {"words": "蓝衣服"}).status_code == 302
    assert "蓝衣服" in desk.get(address).content.decode()
    assert client_of(town, "dispatcher").get(address).status_code == 404


def ticked(answer):
    return set(re.findall(r'name="on" value="(\d+)" checked', answer.content.decode()))


def test_kinds_are_switched_one_by_one_or_as_a_group_and_only_saving_saves(
    town, django_assert_max_num_queries
):
    desk = client_of(town, "swd")
    address = "/cases/publications/settings/"
    before = ticked(desk.get(address))
    was = " ".join(sorted(before))
    assert set(publishing.public_kinds()) == before
    group = {code for code in before if code.startswith("04")}
    closed = desk.post(address, {"was": was, "on": list(before), "do": "close-04"})
    assert (closed.status_code, ticked(closed)) == (200, before - group)
    assert f"<b data-n>{len(group)}</b>" in closed.content.decode()
    assert set(publishing.public_kinds()) == before  # nothing is saved yet
    saved = desk.post(address, {"was": was, "on": list(before - group), "do": "save"})
    assert saved["Location"] == address
    assert set(publishing.public_kinds()) == before - group
    entries = AuditEntry.objects.filter(action="cases.put_public_kind")
    assert set(entries.values_list("object_id", flat=True)) == group
    again = desk.post(address, {"was": was, "on": list(before - group), "do": "save"})
    assert (again.status_code, entries.count()) == (302, len(group))
    opened = desk.post(address, {"was": was, "on": [], "do": "open-12"})
    assert not any(code == "1204" for code in ticked(opened))  # what no city shows
    assert desk.post(address, {"was": was, "on": [*before, "1204"]}).status_code == 409
    assert desk.post(address, {"was": was, "on": ["9999"]}).status_code == 422
    with django_assert_max_num_queries(12):
        desk.get(address)


def test_of_two_who_change_different_kinds_both_are_right(town):
    desk = client_of(town, "swd")
    address = "/cases/publications/settings/"
    both = ticked(desk.get(address))
    was = " ".join(both)
    desk.post(address, {"was": was, "on": list(both - {"0401"})})
    desk.post(address, {"was": was, "on": list(both - {"0402"})})
    assert set(publishing.public_kinds()) == both - {"0401", "0402"}


def test_a_kind_is_found_without_a_script_and_no_tick_is_lost(town):
    desk = client_of(town, "swd")
    address = "/cases/publications/settings/"

    def listed(answer):
        return set(re.findall(r'<li data-words="[^"]*">.*?(\d{4})', answer.content.decode()))

    every = listed(desk.get(address))
    assert len(every) == len(all_kinds())
    found = desk.post(address, {"was": "0401 0402", "on": ["0402"], "q": "井盖", "do": "find"})
    assert set() < listed(found) < every
    assert "0402" in ticked(found)
    assert "改了 <b data-n>1</b> 类" in found.content.decode()
    assert listed(desk.get(address, {"q": "井盖"})) == listed(found)
    code = min(listed(found))
    one = desk.post(address, {"was": "", "on": [], "q": code, "do": f"open-{code[:2]}"})
    assert ticked(one) == {code}
    kept = desk.post(address, {"was": "0401", "on": ["0401"], "q": "井盖"})
    assert kept["Location"] == f"{address}?q=%E4%BA%95%E7%9B%96"
