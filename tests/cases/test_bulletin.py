"""The day on one page: made once at five, true to the cases, without anybody's name, on paper too."""

import re
from datetime import date, datetime, timedelta

import pytest

from nuanxin.cases import jobs, services
from nuanxin.cases.models import Case, DailyBulletin
from nuanxin.cases.queries.bulletin_page import bulletin_page, bulletins_for
from nuanxin.cases.queries.catalogue import CATALOGUE
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.typesetting import NoChineseFont, chinese_fonts, typeset
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.notifications.models import Notice
from tests.factories.desks import client_of, dispatched, reported
from tests.factories.town import COMMUNITY, DISTRICT, OTHER_STREET, STREET

ON = date(2026, 9, 15)
FIVE = datetime(2026, 9, 15, 17, 0, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)
needs_font = pytest.mark.skipif(chinese_fonts() == (None, None), reason="no Chinese font on this machine")


def made(scope=STREET, on=ON):
    return DailyBulletin.objects.get(scope_code=scope, on=on)


def test_it_is_made_once_for_each_street_and_district_and_not_before_five(town):
    assert services.make_bulletins(now=FIVE - MINUTE) == 0
    assert services.make_bulletins(now=FIVE + MINUTE) == 3
    assert services.make_bulletins(now=FIVE + 5 * MINUTE) == 0
    jobs.daily_bulletin(FIVE + 10 * MINUTE)
    assert set(DailyBulletin.objects.values_list("scope_code", flat=True)) == {STREET, OTHER_STREET, DISTRICT}
    services.make_bulletins(now=FIVE + timedelta(days=1))
    assert made(on=date(2026, 9, 16)).issue == 2


def test_its_figures_are_those_of_the_cases(town):
    reported(town)
    dispatched(town)
    reported(town, now=town.now - timedelta(days=2))
    late = reported(town, "0202")
    rejected = reported(town)
    services.reject_case(
        actor=town["dispatcher"], case=rejected, reason="9", opinion="现场没有", now=town.now + MINUTE
    )
    Case.objects.filter(pk=late.pk).update(next_due_at=town.now + MINUTE)
    services.make_bulletins(now=FIVE)
    figures = made().content["figures"]
    assert figures["reported"] == 4
    assert figures["dispatched"] == Case.objects.filter(dispatched_at__isnull=False).count()
    assert figures["rejected"] == 1
    assert figures["closed"] == 0
    assert figures["open"] == Case.objects.filter(closed_at=None).count()
    assert figures["overdue"] == Case.objects.filter(closed_at=None, next_due_at__lt=FIVE).count()
    assert made(DISTRICT).content["figures"] == figures
    assert made(OTHER_STREET).content["figures"]["reported"] == 0


def test_nobody_can_be_read_out_of_it(town):
    confidential = next(kind.code for kind in CATALOGUE.get().values() if kind.is_confidential)
    secret = reported(town, confidential)
    urgent = reported(town, "0101", text="王师傅家煤气味很大", address="云栖里 5 号楼 3 单元 502")
    services.make_bulletins(now=FIVE)
    kept = str(made().content)
    assert urgent.number in kept
    assert secret.number not in kept
    assert not re.search("王师傅|单元|5 号楼|测试", kept)
    page = client_of(town, "dispatcher").get(f"/bulletins/{STREET}/2026-09-15/").content.decode()
    assert not re.search("王师傅|单元|5 号楼", page)


def test_it_compares_with_the_day_before(town):
    services.make_bulletins(now=FIVE - timedelta(days=1))
    reported(town)
    reported(town)
    services.make_bulletins(now=FIVE)
    page = bulletin_page(town["dispatcher"], STREET, ON)
    assert [figure.change for figure in page.figures[:2]] == ["比昨天 +2", "和昨天一样"]
    assert page.hot[0].text == "枫桥社区"
    assert page.issue == "2026 年第 2 期"


def test_who_may_read_it(town):
    services.make_bulletins(now=FIVE)
    assert len(bulletins_for(town["swd"])) == 3
    assert [row.scope_code for row, _name in bulletins_for(town["dispatcher"])] == [STREET]
    with pytest.raises(NotFound):
        bulletin_page(town["other_dispatcher"], STREET, ON)
    for who in ("worker", "community", "city_management", "system_admin"):
        assert client_of(town, who).get("/bulletins/").status_code == 404
    street = client_of(town, "dispatcher")
    for wrong in ("2026-13-45", "gestern", "2026-09-14"):
        assert street.get(f"/bulletins/{STREET}/{wrong}/").status_code == 404
    assert street.get(f"/bulletins/{OTHER_STREET}/2026-09-15/").status_code == 404


def test_those_who_answer_for_the_day_hear_of_it(town):
    services.make_bulletins(now=FIVE)
    drain(now=FIVE)
    heard = set(Notice.objects.filter(kind="bulletin").values_list("person", flat=True))
    assert heard == {town.persons[who].pk for who in ("dispatcher", "other_dispatcher", "street_lead", "swd")}
    street = client_of(town, "dispatcher")
    notice = Notice.objects.get(kind="bulletin", person=town.persons["dispatcher"])
    assert "枫林街道" in street.get("/inbox/").content.decode()
    assert street.get(f"/inbox/{notice.pk}/").url == f"/bulletins/{STREET}/2026-09-15/"


def test_a_list_takes_the_same_statements_however_many_days(town, django_assert_max_num_queries):
    for day in range(10):
        services.make_bulletins(now=FIVE + timedelta(days=day))
    with django_assert_max_num_queries(2):
        assert len(bulletins_for(town["dispatcher"])) == 10
    with django_assert_max_num_queries(4):
        bulletin_page(town["dispatcher"], STREET, ON)


def test_an_empty_day_says_so(town):
    street = client_of(town, "dispatcher")
    assert "还没有快报" in street.get("/bulletins/").content.decode()
    services.make_bulletins(now=FIVE)
    page = street.get(f"/bulletins/{STREET}/2026-09-15/").content.decode()
    assert "没有留到明天的事" in page
    assert "今天没有紧急的上报" in page


@needs_font
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_prints_on_paper_without_a_network(town, settings, language):
    reported(town, "0101")
    services.make_bulletins(now=FIVE)
    street = client_of(town, "dispatcher")
    street.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = street.get(f"/bulletins/{STREET}/2026-09-15/bulletin.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert b"NotoS" in response.content or len(response.content) > 10_000
    assert response["Content-Disposition"] == f'inline; filename="bulletin-{STREET}-2026-09-15.pdf"'


def test_a_machine_without_fonts_says_what_is_missing(town, monkeypatch, tmp_path):
    monkeypatch.setattr("nuanxin.kernel.typesetting.chinese_fonts", lambda: (None, None))
    with pytest.raises(NoChineseFont):
        typeset(tmp_path / "x.typ", {}, now=FIVE)
    services.make_bulletins(now=FIVE)
    answer = client_of(town, "dispatcher").get(f"/bulletins/{STREET}/2026-09-15/bulletin.pdf")
    assert answer.status_code == 503
    assert "中文字体" in answer.content.decode()


def test_the_district_reads_its_communities_by_name(town):
    reported(town)
    reported(town)
    services.make_bulletins(now=FIVE)
    assert made().content["hot"][0]["community"] == COMMUNITY
    assert bulletin_page(town["swd"], DISTRICT, ON).title == "暖阳区随手拍每日快报"
