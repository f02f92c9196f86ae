"""The case page and its buttons, as the browsers of a street, a community and a unit use them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case, CaseMessage, Task
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.catalogue import CATALOGUE
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.events.models import Event
from tests.factories.desks import (
    HTMX,
    MINUTE,
    client_of,
    dispatched,
    handed_in,
    picture,
    reported,
    task_of,
)


@pytest.fixture
def town(town_of):
    """The pages read the clock of the wall, so the town lives now."""
    return town_of(timezone.now() - timedelta(hours=2))


@pytest.fixture
def street(town):
    return client_of(town, "dispatcher")


def address(case, rest=""):
    return f"/cases/{case.number}/{rest}"


def step(case, name, task=None):
    return address(case, f"steps/{name}/") + (f"?task={task.pk}" if task else "")


def state_of(case):
    return Case.objects.get(pk=case.pk).state


def names(response):
    actions = response.context["actions"]
    return [action.name for action in actions.bar + actions.more]


# --- Reading ----------------------------------------------------------------------------------------------------
def test_the_page_of_a_gas_leak_shows_everything_but_the_reporter(town):
    case = reported(town, "0101", text="楼道里很大煤气味")
    services.ask_reporter(actor=town["community"], case=case, text="几楼味道最重？", now=town.now + MINUTE)
    services.answer_question(actor=town["worker"], case=case, text="一楼", now=town.now + 2 * MINUTE)
    page = client_of(town, "dispatcher").get(address(case)).content.decode()
    for words in ("燃气泄漏", "人命关天", "楼道里很大煤气味", "云川燃气", "枫桥社区居委会", "几楼味道最重？", "一楼",
                  "系统", "小哥（身份已保护）", "控制险情", "总时限", "枫林街道 枫桥社区"):  # fmt: skip
        assert words in page, words
    for secret in (town.persons["worker"].name, "1990000", str(town["worker"].subject_id)):
        assert secret not in page


def test_without_words_the_page_says_where_to_look(town, street, photo):
    gas = reported(town, "0101", text="")
    grate = reported(town, "0302", text="", photos=[photo()])
    assert "没有写文字，见位置。" in street.get(address(gas)).content.decode()
    assert "没有写文字，见照片和位置。" in street.get(address(grate)).content.decode()


def test_a_page_takes_the_same_statements_however_long_its_story(town, street, photo):
    short, long = reported(town), handed_in(town, photo)
    CATALOGUE.get()
    taken = []
    for case in (short, long):
        street.get(address(case))
        with CaptureQueriesContext(connection) as made:
            street.get(address(case))
        taken.append(len(made))
    assert max(taken) <= 34, taken


def test_another_street_and_the_reporter_find_nothing(town):
    case = reported(town)
    assert client_of(town, "other_dispatcher").get(address(case)).status_code == 404
    assert client_of(town, "worker").get(address(case)).status_code == 404
    assert client_of(town, "water").get(address(case)).status_code == 404


def test_a_confidential_case_is_marked_and_open_to_named_roles_only(town, street):
    code = next(kind.code for kind in CATALOGUE.get().values() if kind.is_confidential)
    case = reported(town, code)
    assert "保密" in street.get(address(case)).content.decode()
    assert client_of(town, "grid").get(address(case)).status_code == 404


def test_masked_roles_see_the_building_and_not_the_door(town):
    case = reported(town)
    response = client_of(town, "grid_part").get(address(case))
    page = response.content.decode()
    assert "云栖里 5 号楼***" in page
    assert "3 单元 502" not in page
    assert response.context["page"].point == (105.0, 30.0)


def test_htmx_gets_the_case_alone(town, street):
    case = reported(town)
    panel = street.get(address(case), **HTMX).content.decode()
    assert "<html" not in panel
    assert "整页打开" in panel


def test_the_slip_is_a_sheet_of_its_own(town, street, photo):
    case = handed_in(town, photo)
    sheet = street.get(address(case, "print/")).content.decode()
    assert "print__sheet" in sheet
    assert "经办人签字" in sheet
    assert "已填平压实" in sheet


def test_a_clock_explains_every_stretch(town, street):
    case = dispatched(town)
    page = street.get(address(case)).context["page"]
    for line in page.clocks:
        response = street.get(address(case, f"clocks/{line.clock.pk}/"))
        explained = response.context["explained"]
        assert response.status_code == 200
        assert explained.intervals[0].start == line.clock.started_at
        ends = [each.end for each in explained.intervals]
        assert ends[-1] >= line.clock.due_at
        assert "到期：" in response.content.decode()
    assert street.get(address(case, "clocks/999999/")).status_code == 404


# --- What may be done -----------------------------------------------------------------------------------------------
def test_a_fresh_report_offers_filing_and_dispatch_in_one(town, street):
    response = street.get(address(reported(town)))
    assert names(response) == ["dispatch", "screen", "file", "merge", "recategorise", "reject"]
    assert "立案并派单" in response.content.decode()
    assert "建议派给" in response.content.decode()


def test_the_district_looks_on_and_asks_but_does_none_of_the_work(town):
    case = reported(town)
    assert names(client_of(town, "swd").get(address(case))) == ["remind", "supervise"]


def test_the_community_no_longer_handles_what_a_unit_has_accepted(town):
    case = dispatched(town)
    community = client_of(town, "community")
    task = task_of(case, "community")
    services.claim_task(actor=town["community"], task=task, now=town.now + 2 * MINUTE)
    assert "self_handle" in names(community.get(address(case)))
    services.accept_task(actor=town["city_management"], task=task_of(case, "lead"), now=town.now + 3 * MINUTE)
    assert "self_handle" not in names(community.get(address(case)))


def test_danger_under_control_comes_first_while_its_clock_runs(town):
    case = reported(town, "0101")
    gas, task = client_of(town, "gas"), task_of(case, "lead")
    assert names(gas.get(address(case)))[0] == "accept"
    services.accept_task(actor=town["gas"], task=task, now=town.now + MINUTE)
    assert names(gas.get(address(case)))[0] == "make_safe"
    done = gas.post(step(case, "make_safe", task), {"opinion": "阀门已关", "after": [picture()]})
    assert done.status_code == 302
    assert "make_safe" not in names(gas.get(address(case)))


# --- Doing it -------------------------------------------------------------------------------------------------------
def test_dispatch_shows_who_and_why_and_files_in_the_same_step(town, street):
    case = reported(town)
    form = street.get(step(case, "dispatch")).content.decode()
    assert "枫桥社区居委会一定会收到" in form
    assert "管这类设施，服务范围包括这里" in form
    lead = str(town.organisations["city_management"].public_id)
    assist = str(town.organisations["water"].public_id)
    given = {"lead": lead, "assists": [assist], "opinion": "今天先围挡"}
    response = street.post(step(case, "dispatch"), given, follow=True)
    assert response.redirect_chain == [(address(case), 302)]
    assert state_of(case) == "dispatched"
    roles = {task.organisation.name: task.role for task in detail.tasks_of(case)}
    assert roles == {"枫桥社区居委会": "community", "暖阳区城管局": "lead", "云川水务": "assist"}


def test_dispatch_to_a_unit_that_nobody_suggested(town, street):
    case = reported(town)
    missing = street.post(step(case, "dispatch"), {"lead": "other", "opinion": "请水务看看"})
    assert missing.status_code == 422
    assert "请选一个单位" in missing.content.decode()
    assert "请水务看看" in missing.content.decode()
    water = str(town.organisations["water"].public_id)
    street.post(step(case, "dispatch"), {"lead": "other", "other_lead": water})
    assert Case.objects.get(pk=case.pk).lead_organisation == town.organisations["water"]


def test_reject_keeps_what_was_typed_and_previews_where_to_go(town, street):
    case = reported(town)
    refused = street.post(step(case, "reject"), {"opinion": "这里已经出了本区"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "这里已经出了本区" in page
    assert "请在事情发生的地方重新上报，或拨打 12345。" in page
    street.post(step(case, "reject"), {"reason": "1", "opinion": "这里已经出了本区"})
    assert state_of(case) == "rejected"


def test_the_community_claims_and_handles_it_itself_with_both_pictures(town):
    case = dispatched(town)
    community, task = client_of(town, "community"), task_of(case, "community")
    community.post(step(case, "claim", task))
    assert state_of(case) == "claimed"
    url = step(case, "self_handle", task)
    half = community.post(url, {"opinion": "填好了", "after": [picture()]})
    assert half.status_code == 422
    assert "请附上“处理前”的照片" in half.content.decode()
    community.post(url, {"opinion": "填好了", "before": [picture()], "after": [picture("#137A4B")]})
    assert state_of(case) == "result_submitted"


def test_a_file_that_is_no_picture_is_told_beside_its_field(town):
    case = dispatched(town)
    unit, task = client_of(town, "city_management"), task_of(case, "lead")
    unit.post(step(case, "accept", task))
    broken = picture()
    broken.file.seek(0)
    broken.file.write(b"GIF no")
    response = unit.post(step(case, "submit_result", task), {"opinion": "好了", "after": [broken]})
    assert response.status_code == 422
    assert "不是可以使用的照片" in response.content.decode()


def test_a_unit_accepts_starts_and_hands_in(town):
    case = dispatched(town)
    unit, task = client_of(town, "city_management"), task_of(case, "lead")
    for name in ("accept", "start"):
        assert unit.post(step(case, name, task)).status_code == 302
    unit.post(step(case, "submit_result", task), {"opinion": "已填平", "after": [picture()]})
    assert state_of(case) == "result_submitted"
    assert names(unit.get(address(case))) == []


def test_a_unit_returns_with_a_reason(town):
    case = dispatched(town)
    unit, task = client_of(town, "city_management"), task_of(case, "lead")
    url = step(case, "return", task)
    assert unit.post(url, {"reason": "R2"}).status_code == 422
    unit.post(url, {"reason": "R2", "opinion": "已移交给市政", "basis": "道路移交文件第 3 条"})
    assert state_of(case) == "returned"
    page = client_of(town, "dispatcher").get(address(case)).content.decode()
    assert "R2 不是我的职责" in page
    assert "单位退回了" in page


def test_the_community_calls_units_in(town):
    case = dispatched(town)
    community, task = client_of(town, "community"), task_of(case, "community")
    community.post(step(case, "claim", task))
    url = step(case, "call_in", task)
    assert community.post(url, {}).status_code == 422
    community.post(url, {"units_wanted": [str(town.organisations["water"].public_id)]})
    assert Task.objects.filter(case=case, organisation=town.organisations["water"]).exists()


def test_verification_fails_and_then_passes(town, street, photo):
    case = handed_in(town, photo)
    assert names(street.get(address(case)))[:2] == ["pass", "fail"]
    street.post(step(case, "fail"), {"opinion": "边上还是松的"})
    assert state_of(case) == "rework"
    task = task_of(case, "lead")
    services.submit_result(
        actor=town["city_management"],
        task=task,
        opinion="重新压实",
        photos=[photo("after")],
        now=timezone.now(),
    )
    street.post(step(case, "pass"), {"outcome": "solved", "after": [picture()]})
    assert state_of(case) == "closed"


def test_htmx_gets_the_case_anew_and_the_list_is_told(town, street):
    case = reported(town)
    response = street.post(step(case, "screen"), **HTMX)
    assert response.status_code == 200
    assert response["HX-Retarget"] == "#case"
    assert response["HX-Trigger"] == "queue-changed"
    page = response.content.decode()
    assert "核实中" in page
    assert 'hx-swap-oob="beforeend"' in page


def test_who_is_second_is_told_so_and_keeps_the_words(town, street):
    case = reported(town)
    services.file_case(actor=town["street_lead"], case=case, now=timezone.now())
    response = street.post(step(case, "reject"), {"reason": "1", "opinion": "不在本区"}, **HTMX)
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#step"
    page = response.content.decode()
    assert "刚刚有人先处理了" in page
    assert "不在本区" in page
    plain = street.post(step(case, "reject"), {"reason": "1", "opinion": "不在本区"})
    assert plain.status_code == 409
    assert "刷新看看" in plain.content.decode()


def test_a_step_that_does_not_exist_is_not_found(town, street):
    case = reported(town)
    assert street.get(step(case, "explode")).status_code == 404
    assert client_of(town, "other_dispatcher").post(step(case, "screen")).status_code == 404


def test_a_step_of_another_organisation_is_refused(town):
    case = dispatched(town)
    response = client_of(town, "community").post(step(case, "accept", task_of(case, "lead")))
    assert response.status_code == 409
    assert Task.objects.get(case=case, role="lead").state == "dispatched"


# --- The relay, and the glass -----------------------------------------------------------------------------------------
def test_a_question_goes_through_the_relay(town, street):
    case = reported(town)
    url = address(case, "ask/")
    assert street.post(url, {"text": ""}).status_code == 422
    assert street.post(url, {"text": "坑有多大？"}).status_code == 302
    assert CaseMessage.objects.get(case=case).text == "坑有多大？"
    for text in ("还在吗？", "有人受伤吗？"):
        street.post(url, {"text": text})
    fourth = street.post(url, {"text": "第四问"})
    assert fourth.status_code == 409
    assert "已经有 3 个问题还没回答" in fourth.content.decode()
    assert "第四问" in fourth.content.decode()


def test_breaking_the_glass_asks_why_tells_and_shows_once(town, street):
    case = reported(town)
    url = address(case, "reporter/")
    name = town.persons["worker"].name
    assert name not in street.get(url).content.decode()
    assert street.post(url, {"reason": " "}).status_code == 422
    shown = street.post(url, {"reason": "要确认他本人安全"})
    assert name in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert name not in street.get(url).content.decode()
    assert AuditEntry.objects.filter(action="cases.reveal_reporter").count() == 1
    assert Event.objects.filter(name__endswith="ReporterRevealed").count() == 1


@pytest.mark.parametrize("who", ["community", "city_management", "grid", "swd"])
def test_others_cannot_break_the_glass(town, who):
    case = dispatched(town)
    assert client_of(town, who).get(address(case, "reporter/")).status_code == 404
