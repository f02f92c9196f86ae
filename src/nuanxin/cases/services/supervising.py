"""Supervision (督办, `domain.md` §2.3): opened by time, by reworks and by hand; an answer is required; reminders."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import ClockKind, Desk, SupervisionCause, SupervisionLevel
from nuanxin.cases.models import Case, CaseLog, Clock, Supervision
from nuanxin.cases.oversight_events import CaseUrged, SupervisionAnswered, SupervisionOpened
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.queries.oversight import asks_others
from nuanxin.cases.queries.watching import ORDER
from nuanxin.cases.services.clocks import Start, set_next_due, start_clocks, stop_clocks
from nuanxin.cases.services.easing import ease, show_level
from nuanxin.cases.services.steps import MissingField, announce, locked_case, require_text, write_beside
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.enums import UnitType
from nuanxin.people.models import Organisation
from nuanxin.people.queries import ancestor_codes, organisations_covering

BY_HAND = {
    SupervisionCause.LEADER: (SupervisionLevel.LEADER, "cases.supervise"),
    SupervisionCause.KEY: (SupervisionLevel.LISTED, "cases.supervise_key"),
}


class NothingToSupervise(Conflict):
    default_message = _("这件事现在没有别的单位在办，不能督办、催办。")
    default_hint = _("已办结、已挂账的不用督办；还没派单的请先派单。")


class AlreadySupervised(Conflict):
    default_message = _("已经督办过这个单位，还没有回复。")
    default_hint = _("可以先“催办”，或等回复期限到了由系统上报。")


class RemindedToday(Conflict):
    default_message = _("今天已经催过了。")
    default_hint = _("每天最多催办一次；更急的请“督办”。")


def responsible_for(case: Case, clock: Clock | None = None) -> Organisation | None:
    """Whose delay it is: the clock's own unit, the lead while it is being handled, otherwise the street."""
    if clock is not None and clock.organisation is not None:
        return clock.organisation
    if case.desk == Desk.HANDLE and case.lead_organisation is not None:
        return case.lead_organisation
    offices = organisations_covering(UnitType.JD, ancestor_codes(case.scope_code))
    return offices[0] if offices else None


def supervise_case(*, actor: Actor, case: Case, cause: str, words: str, now: datetime) -> Case:
    """By hand: a leader asks (领导督办), or it is put on the district's list (重点督办, 挂牌).

    Publishes `SupervisionOpened`. Raises `NothingToSupervise`, `AlreadySupervised`.
    """
    if cause not in BY_HAND:
        raise MissingField(fields={"cause": _("请选择领导督办还是重点督办。")})
    text = require_text("opinion", words, _("请写明要求：做什么、什么时候前。"))
    level, permission = BY_HAND[SupervisionCause(cause)]
    with transaction.atomic():
        case = locked_case(actor, permission, case)
        organisation = _asked_by_hand(actor, case)
        if organisation is None:
            raise NothingToSupervise
        waiting = Supervision.objects.filter(case=case, organisation=organisation, cause=cause, ended_at=None)
        if waiting.filter(replied_at=None).exists():
            raise AlreadySupervised
        open_supervision(case, organisation, level, cause, now=now, actor=actor, words=text)
        set_next_due(case)
    return case


def _asked_by_hand(actor: Actor, case: Case) -> Organisation | None:
    """Nobody asks oneself, nor anybody about what is over or on the shelf."""
    if not case.is_open or case.shelved_at is not None or not asks_others(actor, case):
        return None
    return responsible_for(case)


def open_supervision(
    case: Case,
    organisation: Organisation,
    level: str,
    cause: str,
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    clock: Clock | None = None,
    words: str = "",
) -> bool:
    """Ask the organisation at this level. By the system once in a round, not below what is asked already, and
    in place of what it has asked below.

    The case is locked by the caller, who also sets what is due next. Publishes `SupervisionOpened`.
    """
    this_round = case.reopened_count + case.rework_count
    if actor is SYSTEM:
        if _is_asked_already(case, organisation, level, this_round):
            return False
        ease(case, now=now, organisation=organisation, cause=SupervisionCause.TIME)
    supervision = Supervision.objects.create(
        case=case,
        organisation=organisation,
        level=level,
        cause=cause,
        round=this_round,
        clock=clock,
        reply_clock=_start_reply(case, organisation, level, now=now),
        words=words,
        opened_at=now,
        by_organisation_id=actor.organisation_id,
        assignment_id=actor.assignment_id,
    )
    told = f"{SupervisionLevel(level).label} → {organisation.label}"
    write_beside(case, "supervise", actor=actor, opinion=f"{told}：{words}" if words else told, now=now)
    show_level(case)
    by_hand = None if actor is SYSTEM else actor.organisation_id
    announce(
        case,
        SupervisionOpened(case.pk, case.number, supervision.pk, organisation.pk, level, cause, by_hand),
        now=now,
    )
    return True


def _is_asked_already(case: Case, organisation: Organisation, level: str, this_round: int) -> bool:
    """By the system, in this round, at this level or above."""
    levels = Supervision.objects.filter(
        case=case,
        organisation=organisation,
        round=this_round,
        cause__in=[SupervisionCause.TIME, SupervisionCause.REWORK],
    ).values_list("level", flat=True)
    return any(ORDER[each] >= ORDER[level] for each in levels)


def _start_reply(case: Case, organisation: Organisation, level: str, *, now: datetime) -> Clock | None:
    limits = handling_limits()
    if ORDER[level] + 1 < limits.reply_from:
        return None
    limit = limits.reply_within_urgent if case.urgency == "U1" else limits.reply_within
    (clock,) = start_clocks(
        case, [Start(ClockKind.REPLY, limit=limit, organisation_id=organisation.pk)], now=now
    )
    return clock


def list_after_reworks(case: Case, organisation: Organisation | None, *, now: datetime) -> None:
    """So many reworks put it on the district's list (挂牌)."""
    if organisation is not None and case.rework_count >= handling_limits().listed_reworks:
        open_supervision(case, organisation, SupervisionLevel.LISTED, SupervisionCause.REWORK, now=now)


def reply_supervision(*, actor: Actor, case: Case, text: str, now: datetime) -> Case:
    """The organisation answers all that it is asked about this case, in one go. Publishes `SupervisionAnswered`."""
    words = require_text("opinion", text, _("请写明：为什么晚、现在到哪一步、什么时候办好。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.reply_supervision", case)
        open_rows = Supervision.objects.filter(
            case=case, organisation=actor.organisation_id, ended_at=None, replied_at=None
        )
        highest = max(open_rows.values_list("level", flat=True), key=lambda level: ORDER[level])
        open_rows.update(replied_at=now, reply=words, replied_by=actor.assignment_id)
        stop_clocks(case, ClockKind.REPLY, organisation_id=actor.organisation_id, now=now)
        write_beside(case, "reply_supervision", actor=actor, opinion=words, now=now)
        set_next_due(case)
        announce(
            case, SupervisionAnswered(case.pk, case.number, actor.organisation_id or 0, highest), now=now
        )
    return case


def remind_unit(*, actor: Actor, case: Case, now: datetime, words: str = "") -> Case:
    """Remind whoever has it (催办), once a day. Publishes `CaseUrged`. Raises `NothingToSupervise`, `RemindedToday`."""
    with transaction.atomic():
        case = locked_case(actor, "cases.remind", case)
        organisation = _asked_by_hand(actor, case)
        if organisation is None:
            raise NothingToSupervise
        if not urge(case, organisation, now=now, actor=actor, words=words.strip()):
            raise RemindedToday
    return case


def urge(
    case: Case, organisation: Organisation, *, now: datetime, actor: Actor = SYSTEM, words: str = ""
) -> bool:
    """Write the reminder down and say so, unless it was done today already."""
    midnight = datetime.combine(now.astimezone(SHANGHAI).date(), time.min, SHANGHAI)
    today = CaseLog.objects.filter(
        case=case, action="remind", at__gte=midnight, at__lt=midnight + timedelta(days=1)
    )
    if today.exists():
        return False
    opinion = f"{organisation.label}：{words}" if words else organisation.label
    write_beside(case, "remind", actor=actor, opinion=opinion, now=now)
    announce(case, CaseUrged(case.pk, case.number, organisation.pk, actor is not SYSTEM), now=now)
    return True
