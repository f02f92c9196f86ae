"""What happens to a case reaches whom it concerns, once, in their language, and not while they ride."""

from datetime import timedelta

from django.utils import translation

from nuanxin.cases import services
from nuanxin.cases.queries import detail
from nuanxin.cases.services import Draft
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.events.models import Delivery
from nuanxin.notifications import queries
from nuanxin.notifications.models import Notice
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
