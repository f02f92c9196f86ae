"""What happens to a case reaches whom it concerns, once, in their language, and not while they ride."""

from datetime import timedelta
from uuid import uuid4

from django.utils import translation

from nuanxin.cases import services
from nuanxin.cases.queries import detail
from nuanxin.cases.services import Draft
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.events.models import Delivery
from nuanxin.notifications import queries
from nuanxin.notifications.models import Notice
from tests.factories import people
from tests.factories.desks import client_of
from tests.factories.town import LAT, LNG


def report(town, now, category="0401"):
    draft = Draft(
        category=category, text="路面有坑", lng=LNG + 0.002, lat=LAT + 0.002, address="枫林横街 3 号旁"
    )
    return services.report_case(actor=town["worker"], draft=draft, key=f"key-{now.timestamp()}", now=now).case


def titles(town, who, now):
    lines, _ = queries.inbox_page(town[who], now=now)
    return [line.title for line in lines]


def test_reporter_and_dispatcher_hear_of_a_report(town):
    now = town.now
    case = report(town, now)
    drain(now=now)
    assert titles(town, "worker", now) == ["收到了：道路破损坑洼"]
    assert titles(town, "dispatcher", now) == ["新上报：道路破损坑洼"]
    assert titles(town, "other_dispatcher", now) == []
    with translation.override("en"):
        assert "Pothole" in titles(town, "worker", now)[0]
    services.reject_case(actor=town["dispatcher"], case=case, reason="7", opinion="属于物业合同范围", now=now)
    drain(now=now)
    assert titles(town, "worker", now)[0] == "没有受理：道路破损坑洼"


def test_what_happened_last_stands_first_on_every_page_whenever_it_was_written(town):
    report(town, town.now)
    drain(now=town.now)
    notice = Notice.objects.get(person=town.persons["worker"])
    for number in range(2 * queries.PAGE_SIZE + 3):
        notice.pk, notice.event_id = None, uuid4()
        notice.at = town.now - timedelta(minutes=number * 7 % 11)  # many at the same minute, in no order
        notice.save(force_insert=True)
    told, before, pages = [], None, 0
    while pages == 0 or before:
        lines, before = queries.inbox_page(town["worker"], now=town.now, before=before)
        told += [(line.at, line.notice.pk) for line in lines]
        pages += 1
    assert pages == 3
    assert told == sorted(told, reverse=True)
    assert {pk for _at, pk in told} == set(
        Notice.objects.filter(person=town.persons["worker"]).values_list("pk", flat=True)
    )


def test_redelivery_tells_nobody_twice(town):
    now = town.now
    report(town, now)
    drain(now=now)
    before = Notice.objects.count()
    Delivery.objects.update(state="pending")
    drain(now=now)
    assert Notice.objects.count() == before


def test_peak_hours_are_quiet_except_for_life(town):
    noon = town.now + timedelta(hours=3)  # 12:00
    report(town, noon)
    drain(now=noon)
    assert titles(town, "worker", noon) == []
    assert titles(town, "worker", noon + timedelta(hours=1)) == ["收到了：道路破损坑洼"]
    report(town, noon + timedelta(minutes=1), category="0101")
    drain(now=noon + timedelta(minutes=1))
    assert "收到了：燃气泄漏、燃气异味" in titles(town, "worker", noon + timedelta(minutes=1))


def test_a_passed_limit_climbs_one_level(town):
    now = town.now
    case = report(town, now, category="0101")
    drain(now=now)
    later = now + timedelta(minutes=20)
    while services.watch_clocks(now=later):
        pass
    drain(now=later)
    assert "超时：燃气泄漏、燃气异味" in titles(town, "gas_lead", later)
    assert "超时：燃气泄漏、燃气异味" in titles(town, "community_head", later)
    assert "超时：燃气泄漏、燃气异味" in titles(town, "street_lead", later)  # nobody has answered at all
    assert not services.watch_clocks(now=later)
    assert detail.case_for(town["dispatcher"], case.number).is_open


def test_what_was_told_to_another_post_is_opened_by_acting_in_it(town):
    """Whoever rides and leads a team finds the team's work in one inbox; as a rider its page would not exist."""
    person, client = town.persons["worker"], client_of(town, "worker")
    post = people.services.assign(
        actor=SYSTEM, person=person, role="dispatcher", scope_code=people.STREET, now=town.now
    )
    notice = Notice.objects.create(
        person=person, assignment=post, event_id=uuid4(), kind="dispatched", case_number="9901012026030200001",
        at=town.now, visible_at=town.now, facts={"path": "/cases/publications/"},
    )  # fmt: skip
    asked = client.get(f"/inbox/{notice.pk}/")
    assert asked.status_code == 200
    assert f'value="{post.public_id}"' in asked.content.decode()
    told = {"assignment": post.public_id, "next": "/cases/publications/"}
    assert client.post("/me/role/", told)["Location"] == "/cases/publications/"
    assert client.get(f"/inbox/{notice.pk}/")["Location"] == "/cases/publications/"
    assert client.post("/me/role/", told | {"next": "//elsewhere.example/"})["Location"] == "/"
    Notice.objects.filter(pk=notice.pk).update(assignment=None, facts={"path": "/thanks/rating/"})
    asked = client.get(
        f"/inbox/{notice.pk}/"
    ).content.decode()  # told to the person, who rides in the other post
    assert f'value="{person.assignments.exclude(pk=post.pk).get().public_id}"' in asked
