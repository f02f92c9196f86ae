"""Five years for a case, one for who reported it; what a court has asked for stays until it lets go (§8)."""

from datetime import timedelta

import pytest

from nuanxin.cases import services
from nuanxin.cases.models import Attachment, Case, CaseLog, Confirmation, LegalHold, Reporter
from nuanxin.cases.queries.queue import Filters
from nuanxin.cases.services import OnBehalf, Photo
from nuanxin.cases.services.holding import AlreadyHeld
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.retention import rule_named, run_rule
from nuanxin.people.services import erase_me
from tests.factories.desks import MINUTE, client_of, reported
from tests.factories.fixtures import jpeg
from tests.factories.town import LAT, LNG

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=366)
LINK, CASE = "cases.Reporter.link", "cases.Case"
PAPER = {"basis": "（2026）协查字第 12 号", "reason": "一起事故的调查"}


@pytest.fixture
def old(town):
    case = reported(town, photos=[Photo("near", accept_image(jpeg(), name="x.jpg"))])
    Case.objects.filter(pk=case.pk).update(state="archived", closed_at=town.now + MINUTE)
    return Case.objects.get(pk=case.pk)


def test_a_year_after_the_end_nobody_knows_who_it_was(town, old):
    assert run_rule(rule_named(LINK), now=town.now + YEAR - 2 * timedelta(days=1)).gone == 0
    run = run_rule(rule_named(LINK), now=town.now + YEAR)
    assert (run.due, run.gone) == (1, 1)
    row = Reporter.objects.get(case=old)
    assert (row.subject_id, row.submitter_id, row.contact, row.body_digest) == (None, None, "", "")
    assert run_rule(rule_named(LINK), now=town.now + YEAR).gone == 0
    assert Case.objects.filter(pk=old.pk).exists()
    assert old.number not in client_of(town, "worker").get("/mine/").content.decode()


def test_what_a_caller_told_the_desk_goes_as_well(town):
    case = services.report_case(
        actor=town["community"],
        draft=services.Draft(category="0401", text="坑很深", address="x", lng=LNG + 0.002, lat=LAT + 0.002),
        key="desk-retention-1",
        on_behalf=OnBehalf(name="周禾", phone="19912340000"),
        now=town.now,
    ).case
    Case.objects.filter(pk=case.pk).update(state="archived", closed_at=town.now)
    assert Reporter.objects.get(case=case).contact
    run_rule(rule_named(LINK), now=town.now + YEAR)
    assert Reporter.objects.get(case=case).contact == ""


def test_an_open_case_keeps_its_reporter_and_says_so(town):
    reported(town)
    run = run_rule(rule_named(LINK), now=town.now + 2 * YEAR)
    assert (run.due, run.gone, run.held) == (0, 0, [[1, "还没办完"]])


def test_after_five_years_the_case_is_gone_with_everything(town, old):
    files = list(Attachment.objects.filter(case=old).values_list("file", flat=True))
    child = reported(town, who="other_worker")
    Case.objects.filter(pk=child.pk).update(state="merged", closed_at=town.now + MINUTE, parent=old)
    assert run_rule(rule_named(CASE), now=town.now + 4 * YEAR).gone == 0
    run = run_rule(rule_named(CASE), now=town.now + 5 * YEAR + timedelta(days=3))
    assert run.gone == 1
    assert not Case.objects.filter(pk__in=[old.pk, child.pk]).exists()
    assert not CaseLog.objects.exists()
    assert not StoredFile.objects.filter(pk__in=files).exists()
    assert not Case.objects.filter(Filters(words="路面").q()).exists()


def test_who_has_seen_it_too_is_forgotten_with_the_reporter(town, old):
    Confirmation.objects.create(
        case=old, subject_id=town["other_worker"].subject_id, key="k", at=town.now, position=2
    )
    assert run_rule(rule_named("cases.Confirmation.link"), now=town.now + YEAR).gone == 1
    assert Confirmation.objects.get().subject_id is None


def held(town, case, **paper):
    return services.place_hold(
        actor=town["security_admin"], number=case.number, now=town.now, **{**PAPER, **paper}
    )


def test_what_a_court_asks_for_stays_until_it_lets_go(town, old):
    hold = held(town, old)
    link = run_rule(rule_named(LINK), now=town.now + 2 * YEAR)
    case = run_rule(rule_named(CASE), now=town.now + 6 * YEAR)
    assert (link.gone, case.gone) == (0, 0)
    assert link.held[0][0] == case.held[0][0] == 1
    assert "依法保全" in case.held[0][1]
    services.end_hold(actor=town["security_admin"], hold_id=hold.pk, now=town.now + 6 * YEAR)
    services.end_hold(actor=town["security_admin"], hold_id=hold.pk, now=town.now + 6 * YEAR)
    assert run_rule(rule_named(CASE), now=town.now + 6 * YEAR).gone == 1
    assert not LegalHold.objects.exists()
    assert AuditEntry.objects.filter(action="cases.end_hold").count() == 1


def test_holding_a_case_holds_what_was_merged_into_it(town, old):
    child = reported(town, who="other_worker")
    Case.objects.filter(pk=child.pk).update(state="merged", closed_at=town.now + MINUTE, parent=old)
    held(town, child)
    assert run_rule(rule_named(CASE), now=town.now + 6 * YEAR).gone == 0


def test_who_erases_themselves_is_told_what_is_held_and_why(town, old):
    """Name and number stay in the case for the court, and nowhere else; released, they are gone."""
    hold = held(town, old)
    client = client_of(town, "worker")
    page = client.get("/me/erase/").content.decode()
    assert PAPER["basis"] in page
    assert PAPER["reason"] in page
    person = town.persons["worker"]
    report = erase_me(person=person, now=town.now + MINUTE)
    kept = next(line for line in report.kept if line.table.label == "cases.Reporter")
    assert PAPER["reason"] in str(kept.outcome.reason)
    row = Reporter.objects.get(case=old)
    assert (row.subject_id, row.submitter_id) == (None, None)
    assert "测试worker" in row.contact
    told = services.reveal_reporter(
        actor=town["dispatcher"], case=old, reason="法院要求提供", now=town.now + 2 * MINUTE
    )
    assert "测试worker" in told.name
    services.end_hold(actor=town["security_admin"], hold_id=hold.pk, now=town.now + 3 * MINUTE)
    assert Reporter.objects.get(case=old).contact == ""


def test_only_the_security_administrator_holds_and_sees_no_case(town, old):
    for who in ("dispatcher", "swd", "system_admin", "audit_admin", "property"):
        with pytest.raises(NotAllowed):
            services.place_hold(actor=town[who], number=old.number, now=town.now, **PAPER)
        assert client_of(town, who).get("/cases/holds/").status_code == 404
    client = client_of(town, "security_admin")
    assert client.get(f"/cases/{old.number}/").status_code == 404
    assert client.post("/cases/holds/", {"number": old.number, **PAPER}).status_code == 302
    assert client.post("/cases/holds/", {"number": old.number, **PAPER}).status_code == 422
    page = client.get("/cases/holds/").content.decode()
    assert old.number in page
    assert "路面" not in page
    wrong = client.post("/cases/holds/", {"number": "9" * 19, **PAPER})
    assert wrong.status_code == 422
    assert "没有这个案卷号" in wrong.content.decode()
    with pytest.raises(AlreadyHeld):
        held(town, old)
    with pytest.raises(Invalid):
        held(town, old, basis=" ")
    hold = LegalHold.objects.get()
    assert client.post(f"/cases/holds/{hold.pk}/end/").status_code == 302
    assert "已解除" in client.get("/cases/holds/").content.decode()


def test_the_administrators_see_the_report_and_nobody_else(town, old):
    held(town, old)
    for who in ("system_admin", "security_admin", "audit_admin"):
        page = client_of(town, who).get("/system/retention/")
        assert page.status_code == 200
        assert "案件和上报人的关联" in page.content.decode()
    assert client_of(town, "dispatcher").get("/system/retention/").status_code == 404
