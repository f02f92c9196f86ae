"""A good deed, a dispute, a wish: filed, handed off, closed as transferred with a receipt; never counted as solved."""

from datetime import timedelta

import pytest
from django.urls import reverse

from nuanxin.cases import services
from nuanxin.cases.models import Clock, HandOff
from nuanxin.cases.queries import detail
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.notifications.models import Notice
from tests.factories.desks import HTMX, MINUTE, client_of, reported

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db
KINDS = {"1106": "good_deed", "1205": "dispute", "1206": "wish"}


def filed(town, category="1205"):
    case = reported(town, category, text="站点扣了我三天的单")
    services.file_case(actor=town["dispatcher"], case=case, now=town.now + MINUTE)
    return detail.case_for(town["dispatcher"], case.number)


@pytest.mark.parametrize("category", KINDS)
def test_filed_is_handed_off_and_waits_for_a_receipt(town, category):
    case = filed(town, category)
    row = HandOff.objects.get(case=case)
    assert (row.kind, row.is_open) == (KINDS[category], True)
    handed = Event.objects.get(name="cases.CaseHandedOff")
    assert handed.payload["kind"] == KINDS[category]
    running = Clock.objects.filter(case=case, stopped_at=None)
    assert [clock.kind for clock in running] == ["total"], "nobody is to dispatch it"
    assert case.next_due_at == case.due_at


def test_by_hand_it_closes_as_transferred_with_a_receipt(town):
    case = filed(town)
    with pytest.raises(Invalid):
        services.transfer_case(actor=town["dispatcher"], case=case, opinion=" ", now=town.now + HOUR)
    with pytest.raises(NotFound):
        services.transfer_case(actor=town["other_dispatcher"], case=case, opinion="x", now=town.now + HOUR)
    receipt = "工会调解中心已登记，明天上午会打电话；可拨 12348。"
    services.transfer_case(actor=town["dispatcher"], case=case, opinion=receipt, now=town.now + HOUR)
    case = detail.case_for(town["dispatcher"], case.number)
    assert (case.state, case.outcome) == ("closed", "transferred")
    assert HandOff.objects.get(case=case).receipt == receipt
    closed = Event.objects.get(name="cases.CaseClosed").payload
    assert closed["outcome"] == "transferred"
    own = client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()
    assert receipt in own
    assert "已经转给劳动争议调解" in own
    drain(now=town.now + HOUR)
    kinds = set(Notice.objects.filter(person=town.persons["worker"]).values_list("kind", flat=True))
    assert {"handed_off", "transferred"} <= kinds
    assert "closed" not in kinds, "what was passed on is not told as done"


def test_the_other_side_answers_once(town):
    case = filed(town)
    given = {"case_number": case.number, "receipt": "已受理", "now": town.now + HOUR}
    assert services.take_receipt(**given)
    assert not services.take_receipt(**given), "a receipt that comes twice is the same receipt"
    assert detail.case_for(town["dispatcher"], case.number).outcome == "transferred"


def test_the_street_may_dispatch_it_after_all(town):
    case = filed(town)
    unit = town.organisations["city_management"]
    services.dispatch_case(actor=town["dispatcher"], case=case, lead=unit, now=town.now + HOUR)
    row = HandOff.objects.get(case=case)
    assert not row.is_open
    assert Event.objects.filter(name="cases.HandOffWithdrawn").count() == 1
    assert not services.take_receipt(case_number=case.number, receipt="已受理", now=town.now + 2 * HOUR)
    with pytest.raises((NotAllowed, Conflict)):
        services.transfer_case(actor=town["dispatcher"], case=case, opinion="x", now=town.now + 2 * HOUR)


def test_dispatched_at_once_it_is_not_handed_off(town):
    case = reported(town, "1205")
    services.dispatch_case(
        actor=town["dispatcher"],
        case=case,
        lead=town.organisations["city_management"],
        now=town.now + MINUTE,
    )
    assert not HandOff.objects.exists()
    assert not Event.objects.filter(name="cases.CaseHandedOff").exists()


def test_the_pages_say_where_it_goes_and_what_happens_next(town):
    case = reported(town, "1206", text="想在站点旁边有个遮阳棚")
    desk = client_of(town, "dispatcher")
    page = desk.get(f"/cases/{case.number}/").content.decode()
    assert "立案并转交" in page
    assert "这一类立案后转给居民议事" in page
    assert desk.post(reverse("cases:step", args=[case.number, "file"]), **HTMX).status_code == 200
    page = desk.get(f"/cases/{case.number}/").content.decode()
    assert "已转给居民议事，等回执" in page
    assert "收到回执，转交办结" in page
    own = client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()
    assert "已转给居民议事，等回执" in own
    assert "社区把它放进议事清单" in own
    step = reverse("cases:step", args=[case.number, "transfer"])
    assert desk.post(step, {"opinion": "已列入 10 月议事清单"}, **HTMX).status_code == 200
    assert "已列入 10 月议事清单" in client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()


def test_a_pothole_is_not_handed_off(town):
    case = filed(town, "0401")
    assert not HandOff.objects.exists()
    with pytest.raises(NotAllowed):
        services.transfer_case(actor=town["dispatcher"], case=case, opinion="x", now=town.now + HOUR)


def test_not_solved_after_all_it_comes_back_to_the_street(town):
    case = filed(town)
    services.transfer_case(actor=town["dispatcher"], case=case, opinion="已登记", now=town.now + HOUR)
    own = detail.own_case(town["worker"], case.number)
    services.reopen_case(actor=town["worker"], case=own, opinion="没人找过我", now=town.now + 2 * HOUR)
    case = detail.case_for(town["dispatcher"], case.number)
    assert case.state == "reopened"
    unit = town.organisations["city_management"]
    services.dispatch_case(actor=town["dispatcher"], case=case, lead=unit, now=town.now + 3 * HOUR)
