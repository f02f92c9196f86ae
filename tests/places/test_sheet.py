"""Lists of places as spreadsheet, CSV and GeoJSON, in any map's coordinates: what each row does, and why not."""

import io
import json

import pytest
from xlsxwriter import Workbook

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.geo.coordinates import Crs, from_wgs84
from nuanxin.kernel.sheets import (
    AlreadyDifferent,
    Verdict,
    apply_plan,
    apply_upload,
    dry_run,
    keep_upload,
    read,
    write_template,
)
from nuanxin.places.models import Place, PlaceChange, PlaceFacility
from nuanxin.places.queries.register import Filters
from nuanxin.places.services import export_places
from nuanxin.places.services.sheet import SHEET
from tests.factories import people
from tests.factories.places import LAT, LNG, place
from tests.factories.territories import COMMUNITY, NOW, STREET

pytestmark = pytest.mark.usefixtures("city")
HEAD = ["名称", "类型", "经度", "纬度", "坐标系", "开放时间", "设施", "坏了的设施", "电话", "编号"]


@pytest.fixture
def street():
    return people.actor(people.staff("dispatcher", scope_code=STREET))


def row(
    name, type_="暖新驿站", lat=LAT, *, crs="", opening="24/7", facilities="", broken="", phone="", number=""
):
    lng = LNG
    if crs:
        lng, lat = from_wgs84(lng, lat, Crs(crs))
    return [name, type_, f"{lng:.7f}", f"{lat:.7f}", crs, opening, facilities, broken, phone, number]


def as_csv(*rows, encoding="utf-8-sig"):
    return "\n".join(",".join(f'"{cell}"' for cell in each) for each in [HEAD, *rows]).encode(encoding)


def as_workbook(*rows):
    file = io.BytesIO()
    with Workbook(file) as book:
        page = book.add_worksheet()
        for number, cells in enumerate([HEAD, *rows]):
            page.write_row(number, 0, cells)
    return file.getvalue()


def as_geojson(*rows):
    features = [
        {
            "type": "Feature",
            "properties": {
                "name": each[0],
                "type": each[1],
                "crs": each[4],
                "opening": each[5],
                "facilities": each[6],
            },
            "geometry": {"type": "Point", "coordinates": [float(each[2]), float(each[3])]},
        }
        for each in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def bring_in(actor, content):
    upload = keep_upload(actor=actor, sheet=SHEET, file_name="x", content=content, now=NOW)
    digest = dry_run(actor=actor, sheet=SHEET, content=content).digest
    return apply_upload(actor=actor, sheet=SHEET, public_id=upload.public_id, digest=digest, now=NOW)


@pytest.mark.parametrize("write", [as_csv, as_workbook, as_geojson])
@pytest.mark.parametrize("crs", ["", "wgs84", "gcj02", "bd09"])
def test_each_form_and_each_map(street, write, crs):
    content = write(
        row("枫林暖新驿站", crs=crs, facilities="厕所、热水"), row("半亩园", "社区食堂", LAT + 0.001, crs=crs)
    )
    upload = bring_in(street, content)
    assert upload.outcome["new"] == 2
    made = Place.objects.get(name_zh="枫林暖新驿站")
    assert (made.lng, made.lat) == pytest.approx((LNG, LAT), abs=1e-6)
    assert (made.state, made.scope_community, made.opening) == ("draft", COMMUNITY, "24/7")
    assert set(made.facilities.values_list("facility", "order")) == {
        ("toilet", "works"),
        ("hot_water", "works"),
    }
    again = dry_run(actor=street, sheet=SHEET, content=content)
    assert [each.verdict for each in again.rows] == [Verdict.SAME] * 2


def test_a_row_says_why_it_is_refused(street):
    content = as_csv(
        row("没有类型", "宫殿"),
        row("读不懂", opening="看情况", lat=LAT + 0.001),
        row("手机号", phone="13812345678", lat=LAT + 0.002),
        row("海上", lat=10.0),
        row("", lat=LAT + 0.003),
        row("没设施", facilities="王座", lat=LAT + 0.004),
        ["坐标", "暖新驿站", "东经", "北纬", "", "", "", "", "", ""],
        row("好的", lat=LAT + 0.005),
        row("好的", lat=LAT + 0.005),
    )
    plan = dry_run(actor=street, sheet=SHEET, content=content)
    assert plan.counts == {"new": 1, "changed": 0, "removed": 0, "same": 0, "refused": 8}
    told = [(each.problems[0].ref[0], str(each.problems[0].text)) for each in plan.rows if each.problems]
    assert [ref for ref, _text in told] == ["B", "F", "I", "A", "A", "G", "C", "A"]
    assert all(text for _ref, text in told)


def test_what_is_there_is_changed_and_not_doubled(street):
    made = place(facilities=["toilet", "sofa?"], number="7")
    content = as_csv(
        row("枫林暖新驿站（东门）", number="7", facilities="沙发", broken="厕所", phone="66660000"),
    )
    plan = dry_run(actor=street, sheet=SHEET, content=content)
    assert [each.verdict for each in plan.rows] == [Verdict.CHANGED]
    assert {change.column for change in plan.rows[0].changes} == {"名称", "电话", "设施"}
    bring_in(street, content)
    made.refresh_from_db()
    assert (made.name_zh, made.phone, made.address, made.state) == (
        "枫林暖新驿站（东门）",
        "66660000",
        "枫林横街 3 号",
        "open",
    )
    assert dict(PlaceFacility.objects.values_list("facility", "order")) == {
        "toilet": "broken",
        "sofa": "works",
    }
    assert Place.objects.count() == 1


def test_what_has_changed_meanwhile_is_looked_at_again(street):
    content = as_csv(row("枫林暖新驿站"))
    upload = keep_upload(actor=street, sheet=SHEET, file_name="x.csv", content=content, now=NOW)
    digest = dry_run(actor=street, sheet=SHEET, content=content).digest
    place()
    with pytest.raises(AlreadyDifferent):
        apply_upload(actor=street, sheet=SHEET, public_id=upload.public_id, digest=digest, now=NOW)
    assert Place.objects.count() == 1


@pytest.mark.parametrize("form", ["csv", "xlsx", "geojson"])
@pytest.mark.parametrize("crs", ["wgs84", "bd09"])
def test_what_was_taken_out_comes_back_as_the_same(street, form, crs):
    place(facilities=["toilet", "hot_water!"], phone="66660000", capacity=3)
    place("半亩园", type="canteen", lat=LAT + 0.001, opening="Mo-Fr 08:00-18:00; PH off")
    file = export_places(actor=street, filters=Filters(), form=form, crs=crs, now=NOW)
    plan = dry_run(actor=street, sheet=SHEET, content=file.content)
    assert [(each.verdict, each.changes) for each in plan.rows] == [(Verdict.SAME, ())] * 2


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"a,b\n1,2", b"{}", b'{"features": [1]}', b'{"features": 1}', b"", b"PK\x03\x04"],
)
def test_what_is_no_list_is_said_to_be_none(street, content):
    with pytest.raises(Invalid):
        keep_upload(actor=street, sheet=SHEET, file_name="x", content=content, now=NOW)


def test_the_template_can_be_filled_in_and_the_pages_lead_through(client, street):
    plan = dry_run(actor=SYSTEM, sheet=SHEET, content=write_template(SHEET))
    assert [each.verdict for each in plan.rows] == [Verdict.NEW]
    staff = people.sign_in(client, people.staff("street_lead", scope_code=STREET))
    assert staff.get("/places/register/import/").status_code == 200
    assert staff.get("/places/register/import/template/?filled=1").status_code == 200
    upload = io.BytesIO(as_csv(row("枫林暖新驿站")))
    upload.name = "list.csv"
    shown = staff.post("/places/register/import/", {"file": upload})
    page = staff.get(shown.url)
    assert "枫林暖新驿站" in page.content.decode()
    assert staff.post(shown.url, {"digest": page.context["plan"].digest}).status_code == 302
    assert Place.objects.get().name_zh == "枫林暖新驿站"


def test_the_same_few_questions_however_long(street, django_assert_max_num_queries):
    content = as_csv(*(row(f"站{number}", lat=LAT + number / 10_000) for number in range(60)))
    with django_assert_max_num_queries(150):
        dry_run(actor=street, sheet=SHEET, content=content)


def test_a_long_list_by_hand_costs_few_statements_and_leaves_every_trace(
    city, monkeypatch, django_assert_max_num_queries
):
    """What an upload takes at once is limited; an operator's own file on the machine is not."""
    monkeypatch.setattr(read, "MOST_ROWS", 20)
    content = as_csv(
        *(row(f"站{number}", lat=LAT + number / 10_000, facilities="热水") for number in range(60))
    )
    with pytest.raises(Invalid):
        dry_run(actor=SYSTEM, sheet=SHEET, content=content)
    with django_assert_max_num_queries(45):
        plan = dry_run(actor=SYSTEM, sheet=SHEET, content=content, by_hand=True)
        apply_plan(actor=SYSTEM, sheet=SHEET, plan=plan, sha256="0" * 64, now=NOW)
    assert Place.objects.count() == PlaceFacility.objects.count() == PlaceChange.objects.count() == 60
    assert Event.objects.filter(name="places.PlaceCreated").count() == 60
    again = dry_run(actor=SYSTEM, sheet=SHEET, content=content, by_hand=True)
    assert again.counts["same"] == 60
