"""A city's own catalogue, units and rules from a spreadsheet: every row explained, exactly that applied, once."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import load_workbook
from xlsxwriter import Workbook

from nuanxin.cases.models import Category, Clock, DispatchRule
from nuanxin.cases.queries import routing
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.services import catalogue_sheet, rules_sheet, update_category
from nuanxin.cases.services.catalogue_sheet import limit_text
from nuanxin.cases.services.lawful import refusal_of
from nuanxin.kernel import sheets
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.retention import rule_named, run_rule
from nuanxin.kernel.sheets import AlreadyDifferent, SheetUpload, UnreadableSheet, Verdict
from nuanxin.kernel.sheets.services import QuotaRefused
from nuanxin.people.models import Organisation
from nuanxin.people.services import organisation_sheet
from tests.factories.desks import client_of, dispatched
from tests.factories.town import COMMUNITY, OTHER_STREET, STREET

pytestmark = pytest.mark.django_db
CATALOGUE, RULES, UNITS = catalogue_sheet.SHEET, rules_sheet.SHEET, organisation_sheet.SHEET
HEAD = ("编号", "名称", "英文名称", "紧急程度", "办结时限", "主办")
NEW = ("0499", "路缘石破损", "broken kerb", "U4", "5个工作日", "城管、住建")


MADE = datetime(2026, 9, 15, tzinfo=UTC)  # the same rows are the same file a second later


def workbook(*rows, title="") -> bytes:
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": MADE})
        page = book.add_worksheet("数据")
        for number, row in enumerate([(title,)] if title else []):
            page.write_row(number, 0, row)
        for number, row in enumerate(rows, start=1 if title else 0):
            page.write_row(number, 0, row)
    return file.getvalue()


def planned(town, sheet, *rows, who="swd"):
    return sheets.dry_run(actor=town[who], sheet=sheet, content=workbook(*rows))


def kept(town, sheet, *rows, who="swd"):
    content = workbook(*rows)
    return sheets.keep_upload(actor=town[who], sheet=sheet, file_name="x.xlsx", content=content, now=town.now)


def applied(town, sheet, upload, digest, who="swd"):
    return sheets.apply_upload(
        actor=town[who], sheet=sheet, public_id=upload.public_id, digest=digest, now=town.now
    )


def said(row) -> list[tuple[str, str]]:
    return [(problem.ref, str(problem.text)) for problem in row.problems]


# --- Each row is explained -----------------------------------------------------------------------------------------
def test_new_changed_unchanged_and_refused_rows_are_told_apart(town):
    old = Category.objects.get(pk="0401")
    same = (
        old.code,
        old.name_zh,
        old.name_en,
        old.urgency,
        old.finish_within,
        catalogue_sheet.shown("lead", old.lead),
    )
    plan = planned(
        town, CATALOGUE, HEAD, NEW, same,
        ("0402", "路面塌陷", "collapse", "U1", "PT24H", "住建"),
        (405, "交通事故、严重拥堵", "traffic accident", "U9", "一会儿", "天兵"),
        ("0401", "道路破损坑洼", "pothole", "U3", "3wd", "城管"),
    )  # fmt: skip
    new, unchanged, collapsed, wrong, twice = plan.rows
    assert new.verdict == Verdict.NEW
    told = {change.column: change.after for change in new.changes}
    assert (told["名称"], told["办结时限"]) == ("路缘石破损", "5 个工作日")
    assert unchanged.verdict == Verdict.SAME
    assert collapsed.verdict in {Verdict.CHANGED, Verdict.REFUSED}, "U1 only with a number to call first"
    assert wrong.verdict == Verdict.REFUSED
    assert {ref for ref, _text in said(wrong)} >= {"E5", "F5"}
    assert [str(warning.ref) for warning in wrong.warnings] == ["A5"], (
        "the lost nought is understood, and said"
    )
    assert twice.verdict == Verdict.REFUSED
    assert "第 3 行" in said(twice)[0][1]
    assert not SheetUpload.objects.exists()
    assert not Category.objects.filter(pk="0499").exists()


def test_a_change_says_from_what_to_what(town):
    plan = planned(town, CATALOGUE, ("编号", "名称", "紧急程度", "办结时限", "主办", "检索词"),
                   ("0401", "路上有坑", "U3", "24小时", "城管", "坑 洼"))  # fmt: skip
    (row,) = plan.rows
    assert row.verdict == Verdict.CHANGED
    told = {change.column: (change.before, change.after) for change in row.changes}
    assert told["名称"] == ("道路破损坑洼", "路上有坑")
    assert told["办结时限"][1] == "24 小时"
    assert "英文名称" not in told, "a column that is not in the file stays as it is"


@pytest.mark.parametrize(
    ("words", "limit"),
    [("30分钟", "PT30M"), ("24 小时", "PT24H"), ("4工作时", "4wh"), ("3个工作日", "3wd"), ("15个自然日", "P15D"),
     ("PT30M", "PT30M"), ("4wh", "4wh"), ("", "")],
)  # fmt: skip
def test_limits_in_words(words, limit):
    assert limit_text(words) == limit


@pytest.mark.parametrize("words", ["马上", "0分钟", "三天", "PT", "99999wd"])
def test_limits_that_nobody_understands_are_refused(words):
    with pytest.raises(Invalid):
        limit_text(words)


# --- The law -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    [
        "可疑人员徘徊",
        "聚众上访",
        "外来人员",
        "骑手闯红灯",
        "发表不当言论",
        "穿着暴露",
        "不文明行为",
        "宗教活动",
    ],
)
def test_a_category_about_persons_is_refused(town, name):
    (row,) = planned(town, CATALOGUE, HEAD, (NEW[0], name, *NEW[2:])).rows
    assert row.verdict == Verdict.REFUSED
    assert "不能报人" in said(row)[0][1]
    with pytest.raises(Invalid):
        update_category(actor=town["swd"], code="0401", changes={"name_zh": name}, now=town.now)


def test_the_shipped_catalogue_is_lawful_and_comes_back_unchanged(town):
    for row in Category.objects.all():
        assert refusal_of(row.code, row.name_zh, row.name_en, row.keywords) is None, row.code
    content = sheets.write_template(CATALOGUE, CATALOGUE.current(town["swd"]))
    plan = sheets.dry_run(actor=town["swd"], sheet=CATALOGUE, content=content)
    assert {row.verdict for row in plan.rows} == {Verdict.SAME}, [
        row for row in plan.rows if row.verdict != "same"
    ]
    assert len(plan.rows) == Category.objects.count()


def test_quotas_are_refused_wherever_they_stand(town):
    with pytest.raises(QuotaRefused, match="G1"):
        planned(town, CATALOGUE, (*HEAD, "每人每月任务数"), (*NEW, "5"))
    with pytest.raises(QuotaRefused, match="G2"):
        planned(town, CATALOGUE, (*HEAD, "检索词"), (*NEW, "每人每天至少上报3件"))


def test_what_is_confidential_stays_so(town):
    head = ("编号", "名称", "紧急程度", "办结时限", "主办", "可见范围")
    old = Category.objects.get(pk="1103")
    row = ("1103", old.name_zh, old.urgency, old.finish_within, "民政", "普通")
    (refused,) = planned(town, CATALOGUE, head, row).rows
    assert refused.verdict == Verdict.REFUSED
    assert said(refused)[0][0] == "F2"


# --- Confirming ----------------------------------------------------------------------------------------------------
def test_confirming_does_exactly_what_was_shown_once(town):
    case = dispatched(town, category="0401")
    limits = list(Clock.objects.filter(case=case).order_by("pk").values_list("pk", "limit", "due_at"))
    upload = kept(
        town,
        CATALOGUE,
        HEAD,
        NEW,
        ("0401", "路上有坑", "pothole", "U3", "9wd", "城管"),
        ("9", "x", "", "", "", ""),
    )
    assert (
        kept(
            town,
            CATALOGUE,
            HEAD,
            NEW,
            ("0401", "路上有坑", "pothole", "U3", "9wd", "城管"),
            ("9", "x", "", "", "", ""),
        ).pk
        == upload.pk
    )
    plan = sheets.dry_run(actor=town["swd"], sheet=CATALOGUE, content=bytes(upload.content))
    done = applied(town, CATALOGUE, upload, plan.digest)
    assert done.outcome == {"new": 1, "changed": 1, "removed": 0, "same": 0, "refused": 1}
    assert kind_of("0499").name_zh == "路缘石破损"
    assert str(kind_of("0401").finish) == "9wd"
    assert "luyuanshi" in Category.objects.get(pk="0499").spelling
    assert list(Clock.objects.filter(case=case).order_by("pk").values_list("pk", "limit", "due_at")) == limits
    entries = AuditEntry.objects.count()
    assert applied(town, CATALOGUE, upload, plan.digest).pk == upload.pk
    assert AuditEntry.objects.count() == entries, "again is the same"
    assert {"sheets.apply", "cases.import_category"} <= set(
        AuditEntry.objects.values_list("action", flat=True)
    )


def test_data_that_changed_in_between_stops_it(town):
    upload = kept(town, CATALOGUE, HEAD, ("0401", "路上有坑", "pothole", "U3", "9wd", "城管"))
    digest = sheets.dry_run(actor=town["swd"], sheet=CATALOGUE, content=bytes(upload.content)).digest
    update_category(actor=town["swd"], code="0401", changes={"finish_within": "2wd"}, now=town.now)
    with pytest.raises(AlreadyDifferent):
        applied(town, CATALOGUE, upload, digest)
    assert Category.objects.get(pk="0401").finish_within == "2wd"
    with pytest.raises(NotFound):
        applied(town, CATALOGUE, upload, digest, who="system_admin")
    with pytest.raises(NotAllowed):
        applied(town, CATALOGUE, upload, digest, who="dispatcher")


def test_unconfirmed_uploads_are_forgotten(town):
    kept(town, CATALOGUE, HEAD, NEW)
    rule = rule_named("kernel.SheetUpload")
    assert run_rule(rule, now=town.now + timedelta(hours=23)).gone == 0
    assert run_rule(rule, now=town.now + timedelta(hours=25)).gone == 1


# --- Rules and units -----------------------------------------------------------------------------------------------
RULE = ("类别编号", "区划代码", "单位", "分工", "依据", "删除")


def test_rules_are_put_changed_and_removed(town):
    rows = [RULE, ("0401", STREET, "暖阳区城管局", "主办", "权责清单第 12 条", "")]
    upload = kept(town, RULES, *rows)
    plan = sheets.dry_run(actor=town["swd"], sheet=RULES, content=bytes(upload.content))
    assert [row.verdict for row in plan.rows] == [Verdict.NEW]
    applied(town, RULES, upload, plan.digest)
    assert DispatchRule.objects.get().note == "权责清单第 12 条"
    case = dispatched(town, category="0401")
    lead = next(each for each in routing.suggest_units(case) if each.role == "lead")
    assert lead.organisation.name == "暖阳区城管局"
    again = planned(town, RULES, *rows, ("0401", STREET, "暖阳区城管局", "主办", "别的", ""))
    assert [row.verdict for row in again.rows] == [Verdict.SAME, Verdict.REFUSED]
    upload = kept(town, RULES, RULE, ("0401", STREET, "暖阳区城管局", "", "", "是"))
    digest = sheets.dry_run(actor=town["swd"], sheet=RULES, content=bytes(upload.content)).digest
    applied(town, RULES, upload, digest)
    assert not DispatchRule.objects.exists()


def test_rules_that_lead_nowhere_say_why(town):
    plan = planned(
        town, RULES, RULE,
        ("9999", STREET, "暖阳区城管局", "", "", ""),
        ("0401", "990101009000", "暖阳区城管局", "", "", ""),
        ("0401", STREET, "没有这个局", "", "", ""),
        ("0401", OTHER_STREET, "枫桥社区居委会", "", "", ""),
        ("0401", STREET, "暖阳区城管局", "主帅", "", ""),
        ("0401", STREET, "暖阳区城管局", "", "", "是"),
    )  # fmt: skip
    assert {row.verdict for row in plan.rows} == {Verdict.REFUSED}
    assert [said(row)[0][0] for row in plan.rows] == ["A2", "B3", "C4", "C5", "D6", "F7"]


UNIT = ("单位名称", "简称", "类别", "承办类型", "区划代码", "统一社会信用代码", "上级单位", "值班电话")


def test_units_are_registered_and_changed(town):
    gas = town.organisations["gas"]
    plan = planned(
        town, UNITS, UNIT,
        ("枫林市政养护中心", "市政养护", "城市管理", "城管", STREET, "", "枫林街道办事处", "0512-66660000"),
        ("养护二队", "", "city_management", "CG", STREET, "", "枫林市政养护中心", ""),
        (gas.name, "燃气公司", "水电气热等公用事业", "燃气", gas.scope_code, "", "", "0512-12345"),
        who="security_admin",
    )  # fmt: skip
    assert [row.verdict for row in plan.rows] == [Verdict.NEW, Verdict.NEW, Verdict.CHANGED], [
        said(r) for r in plan.rows
    ]
    sheets.apply_plan(actor=town["security_admin"], sheet=UNITS, plan=plan, sha256="0" * 64, now=town.now)
    second = Organisation.objects.get(name="养护二队")
    assert second.parent.name == "枫林市政养护中心"
    assert second.parent.parent == town.organisations["street"]
    gas.refresh_from_db()
    assert (gas.short_name, gas.phone) == ("燃气公司", "0512-12345")
    content = sheets.write_template(UNITS, UNITS.current(town["security_admin"]))
    back = sheets.dry_run(actor=town["security_admin"], sheet=UNITS, content=content)
    assert {row.verdict for row in back.rows} == {Verdict.SAME}


def test_units_outside_the_reach_and_wrong_cells_are_refused(town):
    plan = planned(
        town, UNITS, UNIT,
        ("别处的中心", "", "城市管理", "城管", OTHER_STREET, "", "", ""),
        ("某中心", "", "天上的机关", "", STREET, "", "", ""),
        ("第二中心", "", "城市管理", "天兵", STREET, "91350100M000100Y44", "", "13800001111"),
        ("第三中心", "", "城市管理", "", STREET, "", "没有这个上级", "abc"),
        who="street_lead",
    )  # fmt: skip
    assert {row.verdict for row in plan.rows} == {Verdict.REFUSED}
    assert [said(row)[0][0] for row in plan.rows][:2] == ["E2", "C3"]
    assert {ref for ref, _text in said(plan.rows[2])} == {"D4", "F4", "H4"}
    assert {ref for ref, _text in said(plan.rows[3])} == {"G5", "H5"}
    assert Organisation.objects.filter(scope_code=COMMUNITY).exists()


# --- Files that are none -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"not a zip at all", b"\xff" * 3_000_000, workbook(("别的", "表头"), ("1", "2"))],
)
def test_what_is_no_such_sheet_is_refused_in_words(town, content):
    with pytest.raises(UnreadableSheet):
        sheets.dry_run(actor=SYSTEM, sheet=CATALOGUE, content=content)


def test_headings_may_stand_below_a_title_in_any_order(town):
    content = workbook(HEAD[::-1], NEW[::-1], title="某市类别目录（2026）")
    (row,) = sheets.dry_run(actor=town["swd"], sheet=CATALOGUE, content=content).rows
    assert (row.number, row.verdict) == (3, Verdict.NEW)


def test_more_rows_than_may_be_are_refused(town):
    with pytest.raises(UnreadableSheet):
        planned(town, CATALOGUE, HEAD, *[NEW] * 5_200)


# --- The pages -----------------------------------------------------------------------------------------------------
def upload_file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("目录.xlsx", content)


def test_the_pages_from_template_to_done(town):
    client = client_of(town, "swd")
    assert client.get("/cases/categories/import/").status_code == 200
    for query, rows in (("", 2), ("?filled=1", Category.objects.count() + 1)):
        answer = client.get(f"/cases/categories/import/template.xlsx{query}")
        book = load_workbook(io.BytesIO(answer.getvalue()))
        assert book.get_sheet_by_index(0).height == rows
        assert book.sheet_names[1] == "填写说明"
    bad = client.post("/cases/categories/import/", {"file": upload_file(b"x")})
    assert bad.status_code == 422
    assert "这个文件读不了" in bad.content.decode()
    assert client.post("/cases/categories/import/", {}).status_code == 422
    sent = client.post("/cases/categories/import/", {"file": upload_file(workbook(HEAD, NEW, ("x",) * 6))})
    page = client.get(sent["Location"])
    text = page.content.decode()
    assert "路缘石破损" in text
    assert "不导入" in text
    assert client.get(sent["Location"] + "?show=refused&page=9").status_code == 200
    stale = client.post(sent["Location"], {"digest": "0" * 64})
    assert stale.status_code == 409
    assert not Category.objects.filter(pk="0499").exists()
    done = client.post(sent["Location"], {"digest": page.context["plan"].digest}, follow=True)
    assert "导入好了" in done.content.decode()
    assert Category.objects.filter(pk="0499").exists()
    assert client_of(town, "system_admin").get(sent["Location"]).status_code == 404, "another's upload"


def test_the_plan_costs_the_same_for_few_rows_and_many(town, django_assert_max_num_queries):
    client = client_of(town, "swd")
    many = [
        (f"04{number:02}", f"路缘石破损{number}", "kerb", "U4", "5wd", "城管") for number in range(20, 90)
    ]
    sent = client.post("/cases/categories/import/", {"file": upload_file(workbook(HEAD, *many))})
    with django_assert_max_num_queries(14):
        client.get(sent["Location"])


@pytest.mark.parametrize(
    ("path", "who"), [("/cases/rules/import/", "swd"), ("/organisations/import/", "street_lead")]
)
def test_the_other_two_have_the_same_pages(town, path, who):
    client = client_of(town, who)
    assert client.get(path).status_code == 200
    assert client.get(f"{path}template.xlsx?filled=1").status_code == 200
    assert client_of(town, "dispatcher").get(path).status_code == 404
