"""Another category: clocks from the same start, danger to life at once, pictures of people never."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanxin.cases import services
from nuanxin.cases.models import Attachment, Case, CaseLog, Clock, Task
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.catalogue import UnknownCategory
from nuanxin.cases.queries.queue import Filters, queue_page, tab_named
from nuanxin.cases.services.recategorising import TooLateForAnotherCategory
from nuanxin.cases.services.steps import MissingField, Photo
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import NotAllowed, NotFound
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.models import StoredFile
from nuanxin.notifications.models import Notice
from tests.factories.desks import HTMX, MINUTE, client_of, dispatched, reported, task_of
from tests.factories.fixtures import jpeg

LATER = timedelta(minutes=10)


def rename(town, case, category, *, who="dispatcher", now=None, opinion=""):
    return services.recategorise_case(
        actor=town[who], case=case, category=category, opinion=opinion, now=now or town.now + LATER
    )


def running(case):
    return {clock.kind: clock for clock in Clock.objects.filter(case=case, stopped_at=None, task=None)}


def cancelled(case):
    return set(Clock.objects.filter(case=case, outcome="cancelled").values_list("kind", flat=True))


def returned(town, reason, *, category="0706"):
    case = dispatched(town, category=category)
    services.return_task(
        actor=town["city_management"],
        task=task_of(case, "lead"),
        reason=reason,
        opinion="是雨水箅子",
        basis="处置规定",
        now=town.now + 2 * MINUTE,
    )
    return detail.case_for(town["dispatcher"], case.number)


# --- What changes -------------------------------------------------------------------------------------------------
def test_a_fresh_report_gets_the_name_the_urgency_and_the_clocks_of_the_other_category(town):
    case = reported(town, "0706", text="雨水箅子断了两根")
    before = running(case)
    case = rename(town, case, "0302", opinion="是部件，不是广告")
    assert (case.category_id, case.urgency, case.state) == ("0302", "U2", "reported")
    clocks = running(case)
    assert set(clocks) == {"respond", "screen"}
    assert {clock.started_at for clock in clocks.values()} == {town.now}
    assert clocks["screen"].limit != before["screen"].limit
    assert case.next_due_at == min(clock.due_at for clock in clocks.values())
    assert case.due_at is None
    found = queue_page(town["dispatcher"], tab_named(town["dispatcher"], "screen"), Filters(words="箅子损坏"),
                       now=town.now)  # fmt: skip
    assert [row.pk for row in found.rows] == [case.pk]


def test_it_stands_in_log_audit_and_outbox(town):
    case = rename(town, reported(town, "0706"), "0302", opinion="是部件")
    log = CaseLog.objects.get(case=case, action="recategorise")
    assert log.opinion == "非法小广告 → 雨水箅子（井箅子）损坏堵塞：是部件"
    assert (log.role, log.from_state, log.to_state) == ("dispatcher", "reported", "reported")
    assert AuditEntry.objects.filter(action="cases.recategorise", object_id=case.number).exists()
    event = Event.objects.get(name="cases.CaseRecategorised")
    assert event.payload == {
        "case_id": case.pk, "number": case.number, "category_before": "0706", "category": "0302",
    }  # fmt: skip


def test_a_filed_one_keeps_its_start_however_late_the_change_comes(town):
    case = reported(town, "0706")
    services.file_case(actor=town["dispatcher"], case=case, now=town.now + MINUTE)
    old = running(case)
    case = rename(town, case, "0401", now=town.now + timedelta(hours=1))
    clocks = running(case)
    assert set(clocks) == {"total", "dispatch", "make_safe"}
    assert clocks["total"].started_at == old["total"].started_at
    assert clocks["make_safe"].started_at == old["total"].started_at
    assert case.due_at == clocks["total"].due_at == Case.objects.get(pk=case.pk).due_at
    assert "total" in cancelled(case)


def test_what_had_passed_stays_late(town):
    case = reported(town, "0706")
    rename(town, case, "0301", now=town.now + timedelta(days=10))
    assert set(Clock.objects.filter(case=case, outcome="late").values_list("kind", flat=True)) == {
        "respond", "screen",
    }  # fmt: skip


def test_there_and_back_is_as_it_was(town):
    case = reported(town, "0706")
    before = {kind: (clock.limit, clock.due_at) for kind, clock in running(case).items()}
    case = rename(town, rename(town, case, "0302"), "0706", now=town.now + 2 * LATER)
    assert {kind: (clock.limit, clock.due_at) for kind, clock in running(case).items()} == before


def test_danger_to_life_is_filed_and_dispatched_at_once(town):
    case = rename(town, reported(town, "0706", text="煤气味很大"), "0101")
    assert case.urgency == "U1"
    assert Case.objects.get(pk=case.pk).state == "dispatched"
    clocks = running(case)
    assert {"total", "respond", "make_safe"} <= set(clocks)
    assert {clock.started_at for clock in clocks.values()} == {case.reported_at}
    assert Task.objects.filter(case=case).count() >= 2
    assert Event.objects.filter(name="cases.TaskDispatched").count() >= 2


def test_a_filed_one_that_is_danger_to_life_is_dispatched_too(town):
    case = reported(town, "0706")
    services.file_case(actor=town["dispatcher"], case=case, now=town.now + MINUTE)
    rename(town, case, "0301")
    assert Case.objects.get(pk=case.pk).state == "dispatched"


def test_pictures_of_people_in_need_are_not_kept(town):
    picture = Photo("near", accept_image(jpeg()))
    case = reported(town, "1205", text="送餐看到老人没应门", photos=(picture,))
    assert Attachment.objects.filter(case=case).exists()
    case = rename(town, case, "1101")
    assert case.visibility == "confidential"
    assert not Attachment.objects.filter(case=case).exists()
    assert not StoredFile.objects.exists()


def test_what_is_answered_elsewhere_goes_there_and_comes_back(town):
    case = reported(town, "0706")
    services.file_case(actor=town["dispatcher"], case=case, now=town.now + MINUTE)
    case = rename(town, case, "1206")
    assert Event.objects.filter(name="cases.CaseHandedOff").count() == 1
    assert "dispatch" not in running(case)
    case = rename(town, case, "0706", now=town.now + 2 * LATER)
    assert Event.objects.filter(name="cases.HandOffWithdrawn").count() == 1
    assert "dispatch" in running(case)


# --- When, and by whom ----------------------------------------------------------------------------------------------
def test_after_dispatch_only_a_return_for_the_category_opens_it_again(town):
    case = dispatched(town, category="0706")
    with pytest.raises(TooLateForAnotherCategory):
        rename(town, case, "0302")
    case = returned(town, "R3")
    case = rename(town, case, "0302")
    assert (case.category_id, case.state) == ("0302", "returned")
    with pytest.raises(TooLateForAnotherCategory):
        rename(town, returned(town, "R2"), "0302")


@pytest.mark.parametrize(
    ("category", "error"), [("0706", MissingField), ("9999", UnknownCategory), ("", UnknownCategory)]
)
def test_it_must_be_another_one_that_exists(town, category, error):
    with pytest.raises(error):
        rename(town, reported(town, "0706"), category)


@pytest.mark.parametrize("who", ["community", "city_management", "worker"])
def test_only_the_street_may(town, who):
    case = reported(town, "0706")
    with pytest.raises((NotAllowed, NotFound)):
        rename(town, case, "0302", who=who)


# --- On the pages ---------------------------------------------------------------------------------------------------
def test_the_case_page_says_what_the_words_are_more_like_and_changes_it_by_one_click(town):
    case = reported(town, "0706", text="路边雨水箅子断了两根，轮子会卡住")
    street = client_of(town, "dispatcher")
    page = street.get(f"/cases/{case.number}/").content.decode()
    assert "描述更像 0302" in page
    assert "箅子" in page
    assert "改为这一类" in page
    answer = street.post(f"/cases/{case.number}/steps/recategorise/", {"category": "0302"}, **HTMX)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "描述更像" not in text
    assert "非法小广告 → 雨水箅子" in text


def test_nothing_is_said_where_the_choice_fits_or_it_is_too_late(town):
    street = client_of(town, "dispatcher")
    for case in (reported(town, "0302", text="雨水箅子断了两根"), dispatched(town)):
        assert "描述更像" not in street.get(f"/cases/{case.number}/").content.decode()


def test_the_form_offers_the_likely_ones_first(town):
    case = reported(town, "0706", text="雨水箅子断了两根")
    page = client_of(town, "dispatcher").get(f"/cases/{case.number}/steps/recategorise/").content.decode()
    assert "改成哪一类" in page
    assert page.index('value="0302"') < page.index('value="0101"')
    assert 'value="0706"' not in page


def test_who_may_not_sees_no_button(town):
    case = reported(town, "0706", text="雨水箅子断了两根")
    page = client_of(town, "community").get(f"/cases/{case.number}/").content.decode()
    assert "描述更像" not in page
    assert "改类别" not in page


def test_it_costs_the_page_no_statement(town):
    street, plain, odd = (
        client_of(town, "dispatcher"),
        reported(town),
        reported(town, "0706", text="雨水箅子断了"),
    )
    taken = []
    for case in (plain, odd):
        street.get(f"/cases/{case.number}/")
        with CaptureQueriesContext(connection) as made:
            street.get(f"/cases/{case.number}/")
        taken.append(len(made))
    assert taken[0] == taken[1]


def test_the_reporter_reads_it_and_is_told(town):
    case = rename(town, reported(town, "0706"), "0302")
    page = client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()
    assert "改了类别" in page
    assert "非法小广告 → 雨水箅子" in page
    drain(now=town.now + LATER)
    notice = Notice.objects.get(kind="renamed")
    assert notice.case_number == case.number
