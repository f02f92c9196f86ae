"""An organisation contests what counts against it: pre-check, its own opinion, a leader's word (`domain.md` §2.3).

Upheld means that the fact is not counted; the clock, the log and the rating stay as they are.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import AppealState
from nuanxin.cases.models import Appeal, AppealStep, Case
from nuanxin.cases.oversight_events import AppealDecided, AppealFiled, AppealLate, AppealMoved
from nuanxin.cases.queries.appealing import Fact, fact_named
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.services.steps import MissingField, announce, locked_case, refusal, require_text
from nuanxin.cases.workflow import APPEAL
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, policy
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.worktime import SHANGHAI, Limit, due_at
from nuanxin.kernel.worktime.services import calendar_for
from nuanxin.people.queries import assignments_at, roles_holding

BATCH = 200


class NotContestable(Conflict):
    default_message = _("这一项现在不能申诉。")
    default_hint = _("只能对本单位的超时、返工或“不满意”申诉，从发生起 5 个工作日内，每项一次。")


class AppealedAlready(Conflict):
    default_message = _("这一项已经申诉过了，每项只能申诉一次。")
    default_hint = _("结果在“申诉”一栏里。")


def file_appeal(*, actor: Actor, case: Case, about: str, reason: str, now: datetime) -> Appeal:
    """Contest one fact (`clock-12`, `log-5`, `rating-3`). Publishes `AppealFiled`.

    Raises `NotContestable` for what is not the organisation's own or too long ago, `AppealedAlready`.
    """
    text = require_text("opinion", reason, _("请写明为什么不该算在本单位头上，有什么依据。"))
    if not about:
        raise MissingField(fields={"about": _("请选择对哪一项申诉。")})
    with transaction.atomic():
        case = locked_case(actor, "cases.appeal", case)
        fact = fact_named(case, actor.organisation_id, about, now=now)
        if fact is None:
            raise NotContestable
        appeal = _create(case, fact, actor=actor, reason=text, now=now)
        _write(appeal, "appeal", actor=actor, opinion=text, now=now)
        announce(
            case, AppealFiled(case.pk, case.number, appeal.pk, appeal.organisation_id, fact.kind), now=now
        )
    return appeal


def accept_appeal(*, actor: Actor, appeal: Appeal, now: datetime, opinion: str = "") -> Appeal:
    """The pre-check finds it worth hearing; the organisation's own head has a word, where somebody else heads it.

    Publishes `AppealMoved`.
    """
    with transaction.atomic():
        appeal = _locked(actor, "cases.precheck_appeal", appeal)
        _move(
            appeal, "accept_appeal", handling_limits().opinion_within, actor=actor, opinion=opinion, now=now
        )
        if not _has_another_head(appeal, now=now):
            _pass_on(appeal, now=now)
    return appeal


def dismiss_appeal(*, actor: Actor, appeal: Appeal, opinion: str, now: datetime) -> Appeal:
    """The pre-check finds nothing to hear. Publishes `AppealDecided`."""
    return _close(actor, "cases.precheck_appeal", appeal, "dismiss_appeal", opinion, now=now)


def opine_appeal(*, actor: Actor, appeal: Appeal, opinion: str, now: datetime) -> Appeal:
    """The head of the organisation says what the organisation thinks. Publishes `AppealMoved`."""
    text = require_text("opinion", opinion, _("请写明本单位的意见：情况是否属实，是否支持申诉。"))
    with transaction.atomic():
        appeal = _locked(actor, "cases.opine_appeal", appeal)
        _move(appeal, "opine_appeal", handling_limits().decide_within, actor=actor, opinion=text, now=now)
    return appeal


def uphold_appeal(*, actor: Actor, appeal: Appeal, opinion: str, now: datetime) -> Appeal:
    """It does not count against the organisation. Publishes `AppealDecided`."""
    return _close(actor, "cases.decide_appeal", appeal, "uphold_appeal", opinion, now=now)


def reject_appeal(*, actor: Actor, appeal: Appeal, opinion: str, now: datetime) -> Appeal:
    """It stays as it is. Publishes `AppealDecided`."""
    return _close(actor, "cases.decide_appeal", appeal, "reject_appeal", opinion, now=now)


def watch_appeals(*, now: datetime) -> int:
    """Stages that have run out of time: an opinion that nobody gave is passed over, the others climb one level, once.

    Publishes `AppealMoved` and `AppealLate`. Returns how many; call until 0.
    """
    with transaction.atomic():
        rows = Appeal.objects.select_for_update(of=("self",), skip_locked=True).select_related("case")
        late = list(rows.filter(decided_at=None, climbed_at=None, due_at__lt=now).order_by("due_at")[:BATCH])
        for appeal in late:
            if appeal.state == AppealState.OPINION:
                _pass_on(appeal, now=now)
                continue
            Appeal.objects.filter(pk=appeal.pk).update(climbed_at=now)
            said = (appeal.case_id, appeal.case.number, appeal.pk, appeal.organisation_id, appeal.kind)
            announce(appeal.case, AppealLate(*said, appeal.state), now=now)
    return len(late)


def _create(case: Case, fact: Fact, *, actor: Actor, reason: str, now: datetime) -> Appeal:
    try:
        with transaction.atomic():
            return Appeal.objects.create(
                case=case,
                kind=fact.kind,
                fact_at=fact.at,
                reason=reason,
                organisation_id=actor.organisation_id or 0,
                assignment_id=actor.assignment_id,
                asked_at=now,
                state_since=now,
                due_at=_by(case, handling_limits().precheck_within, now=now),
                **{f"{fact.column}_id": fact.row_id},
            )
    except IntegrityError:
        raise AppealedAlready from None


def _locked(actor: Actor, permission: str, appeal: Appeal) -> Appeal:
    """Raises `NotFound` to whoever may not see the case, `NotAllowed` to whoever may only look on."""
    rows = Appeal.objects.select_for_update(of=("self",)).select_related("case", "organisation")
    row = rows.filter(policy.rule(permission, actor), pk=appeal.pk).first()
    if row is None:
        raise refusal(actor, appeal.case)
    return row


def _move(
    appeal: Appeal, name: str, limit: Limit | None, *, actor: Actor, opinion: str, now: datetime
) -> None:
    """To the next desk, with its own limit; or to the end."""
    ended = {} if limit else {"decided_at": now}
    due = _by(appeal.case, limit, now=now) if limit else None
    APPEAL.step(appeal, name, state_since=now, due_at=due, climbed_at=None, **ended)
    _write(appeal, name, actor=actor, opinion=opinion.strip(), now=now)
    said = (appeal.case_id, appeal.case.number, appeal.pk, appeal.organisation_id, appeal.kind)
    if limit:
        announce(appeal.case, AppealMoved(*said, appeal.state), now=now)
    else:
        upheld = appeal.state == AppealState.UPHELD
        announce(appeal.case, AppealDecided(*said, upheld), now=now)


def _pass_on(appeal: Appeal, *, now: datetime) -> None:
    _move(appeal, "pass_on", handling_limits().decide_within, actor=SYSTEM, opinion="", now=now)


def _close(
    actor: Actor, permission: str, appeal: Appeal, name: str, opinion: str, *, now: datetime
) -> Appeal:
    text = require_text("opinion", opinion, _("请写明理由，申诉单位会看到。"))
    with transaction.atomic():
        appeal = _locked(actor, permission, appeal)
        _move(appeal, name, None, actor=actor, opinion=text, now=now)
    return appeal


def _has_another_head(appeal: Appeal, *, now: datetime) -> bool:
    """Whether anybody but the one who appealed can speak for the organisation."""
    heads = assignments_at(
        roles=sorted(roles_holding("cases.opine_appeal")), organisation_id=appeal.organisation_id, now=now
    )
    asked_by = next((head.person_id for head in heads if head.pk == appeal.assignment_id), None)
    return any(head.pk != appeal.assignment_id and head.person_id != asked_by for head in heads)


def _by(case: Case, limit: Limit, *, now: datetime) -> datetime:
    return due_at(now, limit, calendar_for(case.scope_code, now.astimezone(SHANGHAI).date())).at


def _write(appeal: Appeal, action: str, *, actor: Actor, opinion: str, now: datetime) -> None:
    """The appeal's own record, and the audit row; the case's timeline is about the work."""
    AppealStep.objects.create(
        appeal=appeal,
        action=action,
        to_state=appeal.state,
        at=now,
        role=actor.role,
        assignment_id=actor.assignment_id,
        organisation_id=actor.organisation_id,
        opinion=opinion,
    )
    audit.record(
        actor=actor,
        action=f"cases.{action}",
        object_type="cases.case",
        object_id=appeal.case.number,
        scope_code=appeal.case.scope_code,
        detail={"appeal": appeal.pk, "kind": appeal.kind, "to": appeal.state},
        now=now,
    )
