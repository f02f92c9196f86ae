"""Nothing is kept longer than was said, nothing goes that is still needed, and it can be seen."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from nuanxin.kernel import audit, checks
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry, AuditSeal
from nuanxin.kernel.events import publish
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.kernel.privacy.register import registered
from nuanxin.kernel.retention import Held, Rows, Rule, report, rule_named, rules, run_rule
from nuanxin.kernel.retention import events as of_events
from nuanxin.kernel.retention.models import RetentionRun
from nuanxin.kernel.retention.registry import BATCH, expired
from nuanxin.kernel.scheduler import periodic_jobs
from nuanxin.kernel.scheduler.models import Heartbeat
from nuanxin.people.events import PersonRegistered

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 15, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
# Tables whose rows stay until the person goes, or belong to a row that has a rule; each says so in its `retention`.
UNTIL_ERASED = (
    "到您注销为止",
    "到注销为止",
    "到您停用或注销为止",
    "到您改掉或注销为止",
    "到您下榜或注销",
    "注销后",
    "到您去掉或注销为止",
    "长期保留",
    "不使用",
    "自己删除",
    "您关掉",
    "随案件",
    "随账号",
)


def test_every_personal_table_has_a_rule_or_says_until_when():
    ruled = {rule.what.rsplit(".", 1)[0] if rule.what.count(".") > 1 else rule.what for rule in rules()}
    for table in registered():
        says = str(table.retention)
        assert table.label in ruled or any(words in says for words in UNTIL_ERASED), (table.label, says)


def test_every_rule_has_its_job_and_words():
    jobs = periodic_jobs()
    for rule in rules():
        assert rule.job in jobs
        assert jobs[rule.job].purpose
        assert str(rule.purpose)
        assert str(rule.keeps)


def happened(at: datetime, state: str = "done") -> Event:
    with transaction.atomic():
        publish(PersonRegistered("worker"), now=at)
    event = Event.objects.latest("pk")
    Delivery.objects.filter(event=event).delete()
    Delivery.objects.create(event=event, subscriber="x", state=state, available_at=at)
    return event


def test_events_go_when_everybody_has_heard_of_them(settings, monkeypatch):
    monkeypatch.setattr(of_events, "_needed", {})
    settings.NUANXIN_EVENT_DAYS = 400
    old, fresh = happened(NOW - 401 * DAY), happened(NOW - 399 * DAY)
    waiting, dead = happened(NOW - 900 * DAY, "pending"), happened(NOW - 900 * DAY, "dead")
    rule = rule_named("kernel.Event")
    run = run_rule(rule, now=NOW)
    assert (run.due, run.gone) == (1, 1)
    assert set(Event.objects.all()) == {fresh, waiting, dead}
    assert not Delivery.objects.filter(event_id=old.pk).exists()
    assert run.held == [[2, "还有通知没有送达，或者送不出去等人处理"]]
    assert run_rule(rule, now=NOW).gone == 0


def test_events_that_somebody_still_reads_stay(settings, monkeypatch):
    settings.NUANXIN_EVENT_DAYS = 400
    monkeypatch.setattr(
        of_events, "_needed", {"figures": lambda now: now - 500 * DAY, "none": lambda now: None}
    )
    needed, old = happened(NOW - 450 * DAY), happened(NOW - 501 * DAY)
    rule = rule_named("kernel.Event")
    run = run_rule(rule, now=NOW)
    assert set(Event.objects.all()) == {needed}
    assert run.held == [[1, "统计或对外推送还要用"]]
    assert old.pk not in Event.objects.values_list("pk", flat=True)


@pytest.mark.django_db(transaction=True)
def test_the_audit_log_is_cut_at_seals_batch_by_batch(settings):
    """In transactions that end: PostgreSQL seals only what is finished."""
    settings.NUANXIN_AUDIT_DAYS = 366
    for day in (800, 700, 600, 10):
        at = NOW - day * DAY
        with transaction.atomic():
            audit.record(actor=SYSTEM, action="test.entry", now=at)
        audit.seal_pending(now=at)
    assert audit.cuttable(before=NOW - 366 * DAY) == 3
    before = AuditSeal.objects.count()
    assert audit.cut(before=NOW - 366 * DAY, now=NOW, most_seals=2) == 2
    run = run_rule(rule_named("kernel.AuditEntry"), now=NOW)
    assert (run.due, run.gone) == (1, 1)
    assert AuditEntry.objects.filter(action="test.entry").count() == 1
    assert AuditSeal.objects.count() < before
    audit.seal_pending(now=NOW)
    assert audit.verify().is_sound


def test_a_rule_goes_on_where_it_was_stopped(monkeypatch):
    """Killed after the first batch: what went is gone and on record, the rest goes the next time."""
    monkeypatch.setattr("nuanxin.kernel.retention.registry.BATCH", 2)
    for number in range(5):
        Heartbeat.objects.create(worker=f"w{number}", started_at=NOW, alive_at=NOW - 3 * DAY)
    rows = expired(Heartbeat, "alive_at", DAY)
    calls = []

    def stops(now: datetime) -> int:
        if calls:
            raise KeyboardInterrupt
        calls.append(now)
        return rows.end(now)

    with pytest.raises(KeyboardInterrupt):
        run_rule(Rule("test", "x", "x", Rows(rows.count, stops)), now=NOW)
    stopped = RetentionRun.objects.get(what="test")
    assert (stopped.due, stopped.gone, stopped.ended_at) == (5, 2, None)
    assert Heartbeat.objects.count() == 3
    again = run_rule(Rule("test", "x", "x", rows), now=NOW + DAY)
    assert (again.due, again.gone) == (3, 3)
    assert again.ended_at is not None
    assert BATCH == 500


def test_the_report_says_what_is_due_what_went_and_what_stays_and_why():
    happened(NOW - 900 * DAY, "dead")
    happened(NOW - 900 * DAY)
    line = next(each for each in report(NOW) if each.rule.what == "kernel.Event")
    assert (line.due, line.gone, line.held_count) == (1, 0, 1)
    assert line.last is None
    run_rule(line.rule, now=NOW)
    line = next(each for each in report(NOW) if each.rule.what == "kernel.Event")
    assert (line.due, line.gone, line.last.gone) == (0, 1, 1)
    assert isinstance(line.held[0], Held)
    finding = next(each for each in checks.run(NOW) if each.code.startswith("retention"))
    assert finding.level == checks.Level.OK
    happened(NOW - 900 * DAY)
    finding = next(each for each in checks.run(NOW + 5 * DAY) if each.code.startswith("retention"))
    assert finding.code == "retention-late"
    assert "kernel.Event" in finding.message


def test_days_on_which_nothing_was_due_leave_one_row():
    rule = rule_named("kernel.OutgoingMessage")
    for day in range(4):
        run_rule(rule, now=NOW + day * DAY)
    assert RetentionRun.objects.filter(what=rule.what).count() == 1
