"""A joint consultation (会商, 吹哨报到): the community or the street whistles, units answer, one lead is named (§2.3).

It is no pause: the clocks of the case run on, those of the consultation beside them.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import ClockKind, ConsultAnswer
from nuanxin.cases.events import (
    ConsultationAnswered,
    ConsultationCalled,
    ConsultationCalledOff,
    ConsultationConcluded,
)
from nuanxin.cases.models import Case, Consultation, ConsultationParty
from nuanxin.cases.queries.besides import must_consult
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.queries.parties import refuse_parties
from nuanxin.cases.services.clocks import Start, set_next_due, start_clocks, stop_clocks
from nuanxin.cases.services.consultation_ends import end_consultation, open_consultation
from nuanxin.cases.services.dispatching import give_out, parts_of
from nuanxin.cases.services.steps import MissingField, announce, locked_case, require_text, write_beside
from nuanxin.cases.workflow import BESIDE, CASE
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.people.models import Organisation

MOST_PARTIES = 12


class AlreadyConsulting(Conflict):
    default_message = _("这件事已经在会商了。")
    default_hint = _("请看“会商”一栏：谁被吹哨、谁已报到。")


class NotConsulting(Conflict):
    default_message = _("现在没有正在进行的会商。")
    default_hint = _("可能已经有了结论，请刷新看看。")


class AlreadyAnswered(Conflict):
    default_message = _("贵单位已经报到过了。")
    default_hint = _("有新的意见，请在会上说，或联系街道。")


def call_consultation(
    *, actor: Actor, case: Case, units: Sequence[Organisation], opinion: str, now: datetime
) -> Case:
    """Whistle: each unit has to answer, and somebody to bring them together, in time. Publishes `ConsultationCalled`.

    The dispatcher's clock stops with it: what was to be done in time has been begun.
    Raises `AlreadyConsulting`, `IllegalMove`.
    """
    text = require_text("opinion", opinion, _("请写明为什么要会商、要大家定什么。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.consult", case)
        if case.consulting_since is not None:
            raise AlreadyConsulting
        if case.state not in BESIDE["consult"].sources:
            raise IllegalMove(case.get_state_display(), BESIDE["consult"].label)
        called = _callable(actor, units)
        refuse_parties(case, called, "units")
        consultation = _open(case, called, actor=actor, reason=text, now=now)
        stop_clocks(case, ClockKind.DISPATCH, now=now)
        set_next_due(case)
        write_beside(case, "consult", actor=actor, opinion=text, now=now)
        announce(
            case,
            ConsultationCalled(
                case.pk, case.number, consultation.pk, actor.organisation_id or 0, consultation.is_required
            ),
            now=now,
        )
    return case


def _callable(actor: Actor, units: Sequence[Organisation]) -> list[Organisation]:
    called = [unit for unit in units if unit.pk != actor.organisation_id]
    if not called:
        raise MissingField(fields={"units": _("请至少选一个别的单位。")})
    if len(called) > MOST_PARTIES:
        raise MissingField(fields={"units": _("一次最多吹哨 %(most)s 个单位。") % {"most": MOST_PARTIES}})
    return called


def _open(
    case: Case, units: Sequence[Organisation], *, actor: Actor, reason: str, now: datetime
) -> Consultation:
    limits = handling_limits()
    starts = [Start(ClockKind.ANSWER, limit=limits.answer_within, organisation_id=unit.pk) for unit in units]
    *answers, meeting = start_clocks(
        case, [*starts, Start(ClockKind.MEETING, limit=limits.meet_within)], now=now
    )
    consultation = Consultation.objects.create(
        case=case,
        called_by_id=actor.organisation_id,
        assignment_id=actor.assignment_id,
        reason=reason,
        is_required=must_consult(case),
        called_at=now,
        meet_by=meeting.due_at,
    )
    ConsultationParty.objects.bulk_create(
        ConsultationParty(consultation=consultation, organisation=unit, answer_by=clock.due_at)
        for unit, clock in zip(units, answers, strict=True)
    )
    case.consulting_since = now
    Case.objects.filter(pk=case.pk).update(consulting_since=now)
    return consultation


def answer_call(*, actor: Actor, case: Case, answer: str, now: datetime, opinion: str = "") -> Case:
    """Report in (报到): somebody will come, or this is what we say in writing. Publishes `ConsultationAnswered`.

    The same answer again changes nothing; another one is `AlreadyAnswered`.
    """
    if answer not in ConsultAnswer.values:
        raise MissingField(fields={"answer": _("请选择到会，还是给出书面意见。")})
    text = opinion.strip()
    if answer == ConsultAnswer.OPINION:
        text = require_text("opinion", opinion, _("请写下贵单位的意见：归谁管、怎么办、依据是什么。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.attend", case)
        party = _party(actor, case)
        if party.answered_at is not None:
            if (party.answer, party.opinion) == (answer, text):
                return case
            raise AlreadyAnswered
        party.answer, party.opinion, party.answered_at = answer, text, now
        party.assignment_id = actor.assignment_id
        party.save(update_fields=["answer", "opinion", "answered_at", "assignment_id"])
        write_beside(
            case, "answer_call", actor=actor, opinion=text, since=party.consultation.called_at, now=now
        )
        stop_clocks(case, ClockKind.ANSWER, organisation_id=party.organisation_id, now=now)
        set_next_due(case)
        announce(case, _answered(case, party), now=now)
    return case


def call_off_consultation(*, actor: Actor, case: Case, opinion: str, now: datetime) -> Case:
    """Nobody need come any more, and why; whoever was whistled is told. Publishes `ConsultationCalledOff`.

    Where the case still waits to be given out, the dispatcher's clock begins anew; one that must be consulted about
    has to be whistled for again. Raises `NotConsulting`, also the second time.
    """
    text = require_text("opinion", opinion, _("请写明为什么不开了，办这件事的单位会看到。"))
    with transaction.atomic():
        if Case.objects.filter(pk=case.pk, consulting_since=None).exists():
            raise NotConsulting
        case = locked_case(actor, "cases.call_off", case)
        consultation = open_consultation(case)
        if consultation is None:
            raise NotConsulting
        consultation.call_off_reason = text
        end_consultation(case, consultation, minutes="", lead=None, now=now)
        if case.state in CASE.transitions["dispatch"].sources:
            start_clocks(case, [Start(ClockKind.DISPATCH)], now=now)
        set_next_due(case)
        write_beside(case, "call_off", actor=actor, opinion=text, since=consultation.called_at, now=now)
        announce(
            case,
            ConsultationCalledOff(case.pk, case.number, consultation.pk, actor.organisation_id or 0),
            now=now,
        )
    return case


def _party(actor: Actor, case: Case) -> ConsultationParty:
    return (
        ConsultationParty.objects.select_for_update(of=("self",))
        .select_related("consultation")
        .get(consultation__case=case, consultation__ended_at=None, organisation=actor.organisation_id)
    )


def _answered(case: Case, party: ConsultationParty) -> ConsultationAnswered:
    waiting = ConsultationParty.objects.filter(consultation=party.consultation_id, answered_at=None)
    return ConsultationAnswered(
        case.pk,
        case.number,
        party.consultation_id,
        party.organisation_id,
        party.answer,
        is_complete=not waiting.exists(),
    )


def conclude_consultation(
    *,
    actor: Actor,
    case: Case,
    lead: Organisation,
    opinion: str,
    now: datetime,
    assists: Sequence[Organisation] = (),
) -> Case:
    """The minutes: one lead, and who assists; the case is given out accordingly.

    Publishes `ConsultationConcluded`, and `TaskDispatched` for each new part. Raises `NotConsulting`.
    """
    text = require_text("opinion", opinion, _("请写会商结论：谁主办、谁配合、各做什么。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.conclude", case)
        consultation = open_consultation(case)
        if consultation is None:
            raise NotConsulting
        refuse_parties(case, [lead])
        refuse_parties(case, assists, "assists")
        end_consultation(case, consultation, minutes=text, lead=lead, now=now)
        give_out(case, parts_of(case, lead, assists), actor=actor, now=now, opinion=text, step="conclude")
        announce(case, ConsultationConcluded(case.pk, case.number, consultation.pk, lead.pk), now=now)
    return case
