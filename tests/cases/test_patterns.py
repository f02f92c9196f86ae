"""What comes back within a month asks why, once; five of a kind in one compound propose a topic, once a month."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case, RootCause, TopicProposal
from nuanxin.cases.queries import patterns
from nuanxin.cases.services.patterns import CauseKnown
from nuanxin.cases.services.steps import MissingField
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.notifications import queries as inbox
from tests.factories.desks import HTMX, client_of, handed_in, reported
from tests.factories.town import LAT, LNG

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
METRE = 1 / 111_195


def solved(town, photo, *, outcome="solved", now=None):
    case = handed_in(town, photo, now=now)
    closed = (now or town.now) + timedelta(hours=1)
    services.pass_verification(actor=town["dispatcher"], case=case, outcome=outcome, now=closed)
    return Case.objects.get(pk=case.pk)


def filed(town, now, *, who="other_worker", metres=10.0, category="0401", **given):
    place = {"lng": LNG + 0.002, "lat": LAT + 0.002 + metres * METRE, **given}
    case = reported(town, category, who=who, now=now, **place)
    services.file_case(actor=town["dispatcher"], case=case, now=now + MINUTE)
    drain(now=now + MINUTE)
    return Case.objects.get(pk=case.pk)


def titles(town, who, now):
    lines, _ = inbox.inbox_page(town[who], now=now)
    return [line.title for line in lines]


@pytest.mark.parametrize(
    ("metres", "days", "recurs"), [(10, 5, True), (29, 29, True), (31, 5, False), (10, 31, False)]
)
def test_within_thirty_metres_and_days(town, photo, metres, days, recurs):
    earlier = solved(town, photo)
    case = filed(town, town.now + days * DAY, metres=metres)
    assert (case.recurs_id == earlier.pk) is recurs
    assert RootCause.objects.exists() is recurs


def test_what_was_only_explained_has_not_come_back(town, photo):
    solved(town, photo, outcome="explained")
    assert filed(town, town.now + 5 * DAY).recurs_id is None


def test_another_kind_is_another_thing(town, photo):
    solved(town, photo)
    assert filed(town, town.now + 5 * DAY, category="0302").recurs_id is None


def test_the_one_who_repaired_it_finds_out_why_once(town, photo):
    earlier = solved(town, photo)
    now = town.now + 5 * DAY
    case = filed(town, now)
    cause = RootCause.objects.get()
    assert (cause.case_id, cause.earlier_id) == (case.pk, earlier.pk)
    assert cause.organisation == town.organisations["city_management"]
    assert cause.due_at > now + 10 * DAY
    drain(now=now + 2 * MINUTE)
    assert "又出现了：道路破损坑洼" in titles(town, "city_management", now + 2 * MINUTE)
    Delivery.objects.update(state="pending")
    drain(now=now + 3 * MINUTE)
    assert RootCause.objects.count() == 1
    assert Event.objects.filter(name__endswith="CaseRecurred").count() == 1


def test_only_that_organisation_writes_and_only_once(town, photo):
    solved(town, photo)
    now = town.now + 5 * DAY
    filed(town, now)
    (line,) = patterns.causes(town["city_management"], now=now)
    assert line.may_write
    said = {"finding": "路基沉降，只填了表面", "measures": "月底前挖开重做基层"}
    for who, error in (("water", NotFound), ("dispatcher", NotFound), ("worker", NotFound)):
        with pytest.raises(error):
            services.find_cause(actor=town[who], cause_id=line.row.pk, now=now, **said)
    unit = town["city_management"]
    with pytest.raises(MissingField):
        services.find_cause(actor=unit, cause_id=line.row.pk, now=now, finding="沉降", measures=" ")
    services.find_cause(actor=unit, cause_id=line.row.pk, now=now, **said)
    with pytest.raises(CauseKnown):
        services.find_cause(actor=unit, cause_id=line.row.pk, now=now, **said)
    assert not patterns.causes(unit, now=now)
    assert [each.row.finding for each in patterns.causes(unit, show="done", now=now)] == [said["finding"]]
    assert len(patterns.causes(town["dispatcher"], show="all", now=now)) == 1
    assert not patterns.causes(town["other_dispatcher"], show="all", now=now)


def five(town, now, count=5, *, who="worker", **given):
    where = {"compound_id": town.compound.pk, "lng": None, "lat": None, "address": "云栖里", **given}
    for number in range(count):
        case = reported(town, "0401", who=who, now=now + number * MINUTE, text=f"坑 {number}", **where)
        services.file_case(actor=town["dispatcher"], case=case, now=now + number * MINUTE)
    drain(now=now + count * MINUTE)


def test_five_in_a_compound_propose_a_topic_once(town):
    five(town, town.now, 4)
    assert not TopicProposal.objects.exists()
    five(town, town.now + DAY, 3)
    topic = TopicProposal.objects.get()
    assert (topic.count, topic.compound, topic.category_id) == (5, town.compound, "0401")
    happened = Event.objects.get(name__endswith="TopicProposed")
    assert happened.payload["compound_id"] == town.compound.pk
    later = town.now + DAY + timedelta(hours=1)
    drain(now=later)
    assert "建议议题：云栖里的道路破损坑洼" in titles(town, "community_head", later)
    five(town, town.now + 32 * DAY)
    assert TopicProposal.objects.count() == 2


def test_what_was_refused_or_is_old_does_not_count(town):
    five(town, town.now, 4)
    refused = reported(town, "0401", now=town.now, compound_id=town.compound.pk, lng=None, lat=None)
    services.reject_case(actor=town["dispatcher"], case=refused, reason="7", opinion="不归街道", now=town.now)
    five(town, town.now + 31 * DAY, 1)
    assert not TopicProposal.objects.exists()


def test_the_topic_shows_the_cases_behind_it_to_those_who_may_see_them(town):
    five(town, town.now)
    (topic,) = patterns.topics(town["community"])
    _found, cases = patterns.topic_for(town["community"], topic.row.pk)
    assert len(cases) == topic.row.count
    assert not patterns.topics(town["other_dispatcher"])
    with pytest.raises(NotFound):
        patterns.topic_for(town["other_dispatcher"], topic.row.pk)


def test_pages_of_staff(town, photo):
    now = timezone.now() - timedelta(hours=3)
    earlier = solved(town, photo, now=now)
    case = filed(town, now + timedelta(hours=2))
    five(town, now)
    unit, street = client_of(town, "city_management"), client_of(town, "dispatcher")
    cause = RootCause.objects.get()
    assert earlier.number in street.get(f"/cases/{case.number}/").content.decode()
    assert "反弹" in street.get(f"/cases/{case.number}/").content.decode()
    for client in (unit, street):
        assert case.number in client.get("/cases/causes/").content.decode()
    assert "不能代填" in street.get(f"/cases/causes/{cause.pk}/").content.decode()
    empty = unit.post(f"/cases/causes/{cause.pk}/", {"finding": "", "measures": ""})
    assert empty.status_code == 422
    sent = unit.post(f"/cases/causes/{cause.pk}/", {"finding": "基层沉降", "measures": "月底前重做"})
    assert sent.status_code == 302
    assert "基层沉降" in unit.get("/cases/causes/?show=done").content.decode()
    exported = street.post("/cases/causes/export/?show=all").getvalue().decode()
    assert "基层沉降" in exported
    assert "单元" not in exported
    topic = TopicProposal.objects.get()
    assert "云栖里" in street.get("/cases/topics/").content.decode()
    assert "坑 1" in street.get(f"/cases/topics/{topic.pk}/").content.decode()
    assert client_of(town, "worker").get("/cases/causes/").status_code == 404


def test_the_screener_sees_candidates_side_by_side_and_merges(town):
    now = timezone.now()
    parent = reported(town, now=now, text="路面塌了一个大坑")
    child = reported(town, who="other_worker", now=now, text="大坑，路面塌了")
    street = client_of(town, "dispatcher")
    page = street.get(f"/cases/{child.number}/").content.decode()
    assert "可能是同一件" in page
    assert parent.number in page
    assert "描述相近" in page
    form = street.get(f"/cases/{child.number}/steps/merge/", **HTMX).content.decode()
    assert f'value="{parent.number}"' in form
    wrong = street.post(f"/cases/{child.number}/steps/merge/", {"parent": "other", "number": "12"}, **HTMX)
    assert wrong.status_code == 422
    done = street.post(f"/cases/{child.number}/steps/merge/", {"parent": parent.number}, **HTMX)
    assert done.status_code == 200
    assert "已并案" in done.content.decode()
    assert child.number in street.get(f"/cases/{parent.number}/").content.decode()
    split = street.post(f"/cases/{child.number}/steps/split/", {"opinion": "不是一个坑"}, **HTMX)
    assert split.status_code == 200
    assert Case.objects.get(pk=child.pk).parent_id is None
    assert "可能是同一件" not in client_of(town, "community").get(f"/cases/{child.number}/").content.decode()
