"""A door found locked becomes a case of nobody's, and the place recovers when the case is over."""

from datetime import timedelta

import pytest

from nuanxin.cases import services
from nuanxin.cases.enums import Source
from nuanxin.cases.models import Case, PlaceCase, Reporter, Task
from nuanxin.cases.queries import detail
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Delivery
from nuanxin.notifications import queries as inbox
from nuanxin.people.models import Assignment, Site
from nuanxin.places import queries as places
from nuanxin.places import services as register
from nuanxin.places.enums import DoubtEnd, Sureness
from nuanxin.places.models import Doubt, Place
from nuanxin.places.services import Passer
from tests.factories.desks import MINUTE, client_of, task_of
from tests.factories.places import place
from tests.factories.town import COMMUNITY, LAT, LNG

NAME = "云栖暖新驿站"


@pytest.fixture
def station(town):
    """Run by the water company, kept by the town's keeper."""
    made = place(
        NAME, now=town.now, lng=LNG + 0.004, lat=LAT + 0.004, scope_code=COMMUNITY, address="云栖路 1 号",
        host_id=town.organisations["water"].pk,
    )  # fmt: skip
    keeper = Assignment.objects.get(person=town.persons["station"])
    keeper.site = Site.objects.get(pk=made.site_id)
    keeper.save()
    Place.objects.filter(pk=made.pk).update(keeper=keeper)
    made.refresh_from_db()
    return made


def locked(town, station, who, minutes):
    key = f"person:{town.persons[who].pk}"
    now = town.now + minutes * MINUTE
    register.tell_at_door(
        code=station.door_code,
        passer=Passer(key=key, address="198.51.100.1", is_member=True),
        question="open",
        answer=False,
        now=now,
    )
    drain(now=now)


def titles(town, who, now):
    return [line.title for line in inbox.inbox_page(town[who], now=now)[0]]


def test_a_locked_door_is_a_case_and_back(town, station, photo):
    now = town.now + 30 * MINUTE
    locked(town, station, "worker", 0)
    assert titles(town, "station", now) == [f"有人说{NAME}门锁着"]  # its keeper hears first
    assert not Case.objects.exists()
    locked(town, station, "other_worker", 20)
    case = Case.objects.get()
    assert (case.category_id, case.source, case.state) == ("1201", Source.DOOR, "dispatched")
    assert set(Task.objects.values_list("organisation__name", "role")) == {
        ("枫桥社区居委会", "community"),
        ("云川水务", "lead"),
    }
    assert titles(town, "station", now)[0] == f"{NAME}：不止一个人说门锁着"
    assert places.truth_of(station, now).words == "有人说门锁着，正在核实"

    task = task_of(case, "lead")
    services.accept_task(actor=town["water"], task=task, now=now)
    services.submit_result(
        actor=town["water"],
        task=task,
        opinion="换了锁，门开着",
        photos=[photo("after")],
        now=now + 10 * MINUTE,
    )
    case = detail.case_for(town["dispatcher"], case.number)
    services.start_verification(actor=town["dispatcher"], case=case, now=now + 15 * MINUTE)
    case.refresh_from_db()
    services.pass_verification(actor=town["dispatcher"], case=case, outcome="solved", now=now + 20 * MINUTE)
    drain(now=now + 20 * MINUTE)
    after = places.truth_of(station, now + 20 * MINUTE)
    assert (after.sureness, after.doubt) == (Sureness.SURE, None)
    assert Doubt.objects.get().end == DoubtEnd.REPAIRED


def test_the_same_event_twice_is_one_case(town, station):
    locked(town, station, "worker", 0)
    locked(town, station, "other_worker", 1)
    Delivery.objects.update(state="pending")
    drain(now=town.now + 2 * MINUTE)
    assert Case.objects.count() == PlaceCase.objects.count() == 1


def test_nobody_is_its_reporter(town, station):
    """Not in the row, not in the page, not for the one who may break the glass."""
    locked(town, station, "worker", 0)
    locked(town, station, "other_worker", 1)
    case = Case.objects.get()
    reporter = Reporter.objects.get(case=case)
    assert (reporter.subject_id, reporter.submitter_id, reporter.contact) == (None, None, "")
    for who in ("dispatcher", "community", "water"):
        page = client_of(town, who).get(f"/cases/{case.number}/").content.decode()
        assert NAME in page
        for name in ("worker", "other_worker"):
            assert town.persons[name].name not in page
            assert str(town[name].subject_id) not in page
            assert town.persons[name].phone not in page


def test_nothing_found_settles_it_as_well(town, station):
    locked(town, station, "worker", 0)
    locked(town, station, "other_worker", 1)
    case = Case.objects.get()
    now = town.now + timedelta(hours=1)
    services.door_case_over(case_id=case.pk, is_rejected=True, now=now)
    assert Doubt.objects.get().end == DoubtEnd.UNFOUNDED
    assert not places.truth_of(station, now).is_checking
    assert not register.record_repair(actor=SYSTEM, public_id=station.public_id, now=now)
