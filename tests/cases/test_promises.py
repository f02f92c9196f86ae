"""A promise that was not kept: the community looks, and whoever promised never learns that somebody said so."""

import pytest

from nuanxin.cases import services
from nuanxin.cases.enums import Source
from nuanxin.cases.models import Case, Reporter, Task
from nuanxin.cases.queries import detail
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Delivery
from nuanxin.notifications import queries as inbox
from nuanxin.people.models import Assignment, Site
from nuanxin.places import queries as places
from nuanxin.places import services as register
from nuanxin.places.models import BrokenPromise, Place
from tests.factories import offers
from tests.factories.desks import MINUTE, client_of, task_of
from tests.factories.places import place
from tests.factories.town import COMMUNITY, LAT, LNG

NAME = "枫桥小面"


@pytest.fixture
def offer(town):
    """At a merchant's that the water company hosts and the town's keeper keeps: neither may hear of it."""
    made = place(
        NAME, now=town.now, type="merchant", lng=LNG + 0.004, lat=LAT + 0.004, scope_code=COMMUNITY,
        address="云栖路 1 号", host_id=town.organisations["water"].pk,
    )  # fmt: skip
    keeper = Assignment.objects.get(person=town.persons["station"])
    keeper.site = Site.objects.get(pk=made.site_id)
    keeper.save()
    Place.objects.filter(pk=made.pk).update(keeper=keeper)
    return offers.offer(made, now=town.now)


def refused(town, offer, who="worker"):
    held = offers.take(offer, town[who], now=town.now)
    register.say_refused(actor=town[who], public_id=held.public_id, now=town.now)
    drain(now=town.now)


def test_it_goes_to_the_community_alone(town, offer):
    refused(town, offer)
    refused(town, offer, "other_worker")
    case = Case.objects.get()
    assert (case.category_id, case.source) == ("1204", Source.WORKER)
    assert [(each.organisation.name) for each in Task.objects.all()] == ["枫桥社区居委会"]
    assert BrokenPromise.objects.get().times == 2
    reporter = Reporter.objects.get(case=case)
    assert (reporter.subject_id, reporter.submitter_id, reporter.contact) == (None, None, "")
    page = client_of(town, "community").get(f"/cases/{case.number}/").content.decode()
    assert "骑手套餐八折" in page
    for name in ("worker", "other_worker"):
        assert town.persons[name].name not in page
        assert str(town[name].subject_id) not in page
    for who in ("station", "water"):
        assert client_of(town, who).get(f"/cases/{case.number}/").status_code == 404
        told = [line.title for line in inbox.inbox_page(town[who], now=town.now + MINUTE)[0]]
        assert not [each for each in told if "兑现" in each]
    mine = client_of(town, "station").get(f"/places/offers/{offer.public_id}/").content.decode()
    assert "没有兑现" not in mine
    street = client_of(town, "dispatcher").get(f"/places/offers/{offer.public_id}/").content.decode()
    assert "不要提有人反映" in street


def test_the_same_event_twice_is_one_case_and_its_end_settles_it(town, offer, photo):
    refused(town, offer)
    Delivery.objects.update(state="pending")
    drain(now=town.now + MINUTE)
    case, now = Case.objects.get(), town.now
    services.claim_task(actor=town["community"], task=task_of(case, "community"), now=now)
    services.self_handle(
        actor=town["community"], task=task_of(case, "community"), opinion="店员知道了，照给",
        photos=[photo("before"), photo("after")], now=now + 10 * MINUTE,
    )  # fmt: skip
    case = detail.case_for(town["dispatcher"], case.number)
    services.start_verification(actor=town["dispatcher"], case=case, now=now + 15 * MINUTE)
    case.refresh_from_db()
    services.pass_verification(actor=town["dispatcher"], case=case, outcome="solved", now=now + 20 * MINUTE)
    drain(now=now + 20 * MINUTE)
    assert BrokenPromise.objects.get().end == "kept"
    assert places.promise_of(offer) is None


def test_the_street_and_the_keeper_hear_of_an_offer(town, offer):
    drain(now=town.now)
    now = town.now + MINUTE
    [asked] = [each for each in inbox.inbox_page(town["dispatcher"], now=now)[0] if NAME in each.title]
    assert asked.title == f"{NAME}提了一个优惠：骑手套餐八折"
    assert asked.notice.facts["path"] == f"/places/offers/{offer.public_id}/"
    assert "确认了：骑手套餐八折" in [each.title for each in inbox.inbox_page(town["station"], now=now)[0]]
