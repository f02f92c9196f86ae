"""The reporter's side after the start: three answers, one reopening, and a relay that tells nobody who they are."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, MessageDirection
from nuanxin.cases.events import CaseRated, CaseReopened, QuestionAnswered, QuestionAsked, ReporterRevealed
from nuanxin.cases.models import RATING_WINDOW, Case, CaseMessage, Disclosure, Rating, Reporter
from nuanxin.cases.models.disclosure import REASON_LENGTH
from nuanxin.cases.queries.duplicates import confirmation_of, is_reporter
from nuanxin.cases.services.clocks import set_next_due
from nuanxin.cases.services.dispatching import start_total
from nuanxin.cases.services.publishing import recall_publication
from nuanxin.cases.services.steps import announce, locked_case, move_case, require_text
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.events import publish
from nuanxin.people.queries.subjects import Contact, contact_of

MOST_OPEN_QUESTIONS = 3


class NotRateable(Conflict):
    default_message = _("这件事现在不能评价。")
    default_hint = _("结案后 7 天内可以评价一次。")


class TooManyQuestions(Conflict):
    default_message = _("已经有 3 个问题还没回答。")
    default_hint = _("请先等上报人回答，不要重复追问。")


def rate_case(
    *,
    actor: Actor,
    case: Case,
    contacted: bool,
    solved: bool,
    satisfied: bool,
    now: datetime,
    comment: str = "",
) -> Case:
    """Three answers, once for each closing, within seven days; "not solved" reopens once by itself (§2.1).

    Whoever follows it may answer: the reporter, those whose reports were merged into it, and those who saw it too.

    Publishes `CaseRated`, and `CaseReopened`. Raises `NotRateable`.
    """
    with transaction.atomic():
        case = locked_case(actor, "cases.rate", case)
        main = _main(case)
        if main.closed_at is None or main.state != CaseState.CLOSED or now > main.closed_at + RATING_WINDOW:
            raise NotRateable
        mine = is_reporter(case, actor.subject_id)
        rating = Rating(
            case=case,
            confirmation=None if mine else confirmation_of(case, actor.subject_id),
            round=main.reopened_count,
            contacted=contacted,
            solved=solved,
            satisfied=satisfied,
            comment=comment.strip(),
            at=now,
        )
        _write_rating(rating)
        publish(
            CaseRated(main.pk, main.number, contacted, solved, satisfied),
            subject_id=actor.subject_id,
            scope_code=main.scope_code,
            now=now,
        )
        if not solved and not main.reopened_count:
            _reopen(main, actor=actor, opinion=comment.strip(), now=now)
    return main


def _main(case: Case) -> Case:
    """The case that is worked on: the one that this report was merged into, locked, or itself."""
    if case.parent_id is None:
        return case
    return Case.objects.select_for_update(of=("self",)).get(pk=case.parent_id)


def reopen_case(*, actor: Actor, case: Case, opinion: str, now: datetime) -> Case:
    """Not solved after all: once, by the reporter, while it may be rated. Publishes `CaseReopened`."""
    text = require_text("opinion", opinion, _("请说一句哪里还没解决。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.reopen", case)
        if case.closed_at is None or now > case.closed_at + RATING_WINDOW:
            raise NotRateable
        _reopen(case, actor=actor, opinion=text, now=now)
    return case


def ask_reporter(*, actor: Actor, case: Case, text: str, now: datetime) -> CaseMessage:
    """Ask through the relay; neither side learns who the other is. Publishes `QuestionAsked`."""
    question = require_text("text", text, _("请写下要问的话。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.ask", case)
        open_questions = 0
        for message in CaseMessage.objects.filter(case=case).order_by("-at", "-id")[:MOST_OPEN_QUESTIONS]:
            if message.direction == MessageDirection.FROM_REPORTER:
                break
            open_questions += 1
        if open_questions >= MOST_OPEN_QUESTIONS:
            raise TooManyQuestions
        message = _write_message(case, MessageDirection.TO_REPORTER, question, actor=actor, now=now)
        announce(case, QuestionAsked(case.pk, case.number), now=now)
    return message


def answer_question(*, actor: Actor, case: Case, text: str, now: datetime) -> CaseMessage:
    """The reporter answers or adds something; the same words sent once more are the same answer.

    Publishes `QuestionAnswered`, for a new one.
    """
    answer = require_text("text", text, _("请写一句话。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.answer", case)
        newest = CaseMessage.objects.filter(case=case).order_by("-at", "-id").first()
        if newest and newest.direction == MessageDirection.FROM_REPORTER and newest.text == answer:
            return newest
        asked_by = (
            CaseMessage.objects.filter(case=case, direction=MessageDirection.TO_REPORTER)
            .order_by("-at", "-id")
            .values_list("organisation_id", flat=True)
            .first()
        )
        message = _write_message(case, MessageDirection.FROM_REPORTER, answer, actor=None, now=now)
        main = case.parent if case.parent is not None else case
        told = QuestionAnswered(main.pk, main.number, asked_by or main.lead_organisation_id)
        announce(case, told, now=now)
    return message


def reveal_reporter(*, actor: Actor, case: Case, reason: str, now: datetime) -> Contact | None:
    """Break the glass: name and phone of the reporter, for a written reason that the reporter reads too. Audited.

    Publishes `ReporterRevealed`. `None` when the reporter has been erased or left no contact.
    """
    text = require_text("reason", reason, _("必须写明原因；上报人会知道有人看过。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.break_glass", case)
        audit.record(
            actor=actor,
            action="cases.reveal_reporter",
            object_type="cases.case",
            object_id=case.number,
            scope_code=case.scope_code,
            now=now,
        )
        Disclosure.objects.create(
            case=case,
            at=now,
            role=actor.role,
            organisation_id=actor.organisation_id,
            assignment_id=actor.assignment_id,
            reason=text[:REASON_LENGTH],
        )
        told = ReporterRevealed(case.pk, case.number, actor.role, "stated", actor.organisation_id)
        announce(case, told, now=now)
        reporter = Reporter.objects.get(case=case)
        if reporter.contact:
            return Contact(name=reporter.contact, phone="")
        return contact_of(reporter.subject_id) if reporter.subject_id else None


def _reopen(case: Case, *, actor: Actor, opinion: str, now: datetime) -> None:
    move_case(
        case,
        "reopen",
        actor=actor,
        now=now,
        opinion=opinion,
        is_reporter=True,
        closed_at=None,
        handled_by=None,
        outcome="",
        reopened_count=case.reopened_count + 1,
    )
    recall_publication(case, now=now)
    start_total(case, now=now)
    set_next_due(case)
    announce(case, CaseReopened(case.pk, case.number), now=now)


def _write_rating(rating: Rating) -> None:
    try:
        with transaction.atomic():
            rating.save(force_insert=True)
    except IntegrityError:
        raise NotRateable(_("您已经评价过了，谢谢。")) from None


def _write_message(
    case: Case, direction: str, text: str, *, actor: Actor | None, now: datetime
) -> CaseMessage:
    return CaseMessage.objects.create(
        case=case,
        direction=direction,
        text=text,
        at=now,
        organisation_id=actor.organisation_id if actor else None,
        assignment_id=actor.assignment_id if actor else None,
    )
