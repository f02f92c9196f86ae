"""What cannot be solved now waits in the problem library (挂账): asked for in writing, decided by the centre, looked at
every month, and taken off the shelf when it can be solved (`domain.md` §2.3).
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import ClockKind, Desk, PauseCause, ShelvingCause, ShelvingState
from nuanxin.cases.models import OPEN_SHELVINGS, PUBLIC_LENGTH, Case, Shelving, ShelvingReview
from nuanxin.cases.oversight_events import (
    CaseShelved,
    CaseUnshelved,
    ShelvingRefused,
    ShelvingRequested,
    ShelvingReviewed,
)
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.services.clocks import (
    Start,
    pause_clocks,
    resume_clocks,
    set_next_due,
    start_clocks,
    stop_clocks,
)
from nuanxin.cases.services.steps import (
    MissingField,
    announce,
    locked_case,
    refusal,
    require_text,
    write_beside,
)
from nuanxin.cases.workflow import SHELVING
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.worktime import SHANGHAI

LONGEST = timedelta(days=366 * 2)
# What no extension cures: these may be asked for at once; all else only after time has been granted and was not enough.
AT_ONCE = (ShelvingCause.SEASON, ShelvingCause.FUNDS)


class NotShelvable(Conflict):
    default_message = _("这件事现在不能挂账。")


class AlreadyAsked(Conflict):
    default_message = _("已经申请挂账，正在等街道审核。")
    default_hint = _("审核结果会通知您的单位。")


class NothingShelved(Conflict):
    default_message = _("这件事的挂账已经有人处理过了。")
    default_hint = _("请刷新页面看看现在的情况。")


def request_shelving(
    *, actor: Actor, case: Case, cause: str, statement: str, target_on: date | None, now: datetime
) -> Case:
    """Ask, in writing, to let it wait until a day. The clocks run on until the centre has agreed.

    Publishes `ShelvingRequested`. Raises `NotShelvable` with what is missing, `AlreadyAsked`.
    """
    if cause not in ShelvingCause.values:
        raise MissingField(fields={"cause": _("请选择为什么现在解决不了。")})
    text = require_text("opinion", statement, _("请写明：做过什么、为什么解决不了、什么时候能解决。"))
    day = _checked_target(target_on, now=now)
    with transaction.atomic():
        case = locked_case(actor, "cases.request_shelving", case)
        _check_shelvable(case, cause)
        _let_stale_request_lapse(case, now=now)
        shelving = Shelving.objects.create(
            case=case,
            cause=cause,
            statement=text,
            target_on=day,
            organisation_id=actor.organisation_id or 0,
            assignment_id=actor.assignment_id,
            asked_at=now,
        )
        write_beside(case, "request_shelving", actor=actor, opinion=text, now=now)
        announce(
            case,
            ShelvingRequested(case.pk, case.number, shelving.pk, shelving.organisation_id, cause),
            now=now,
        )
    return case


def approve_shelving(
    *,
    actor: Actor,
    case: Case,
    public_words: str,
    now: datetime,
    opinion: str = "",
    target_on: date | None = None,
) -> Case:
    """The centre agrees: all clocks stand still, a review is due every month, the reporter is told why and until when.

    Another target date than the one asked for may be set. Publishes `CaseShelved`.
    """
    words = _public(public_words)
    with transaction.atomic():
        case, shelving = _locked(actor, case)
        if case.desk != Desk.HANDLE or case.shelved_at is not None:
            raise NotShelvable(hint=_("只有正在处理的案件才能挂账；现在已经到别的步骤了。"))
        day = _checked_target(target_on or shelving.target_on, now=now)
        _decide(
            shelving,
            "approve_shelving",
            actor=actor,
            opinion=opinion,
            now=now,
            public_words=words,
            target_on=day,
        )
        pause_clocks(case, now=now, cause=PauseCause.SHELVED)
        _put_on_the_shelf(case, shelved_at=now, shelved_until=day)
        _start_review(case, now=now)
        write_beside(case, "approve_shelving", actor=actor, opinion=words, now=now)
        set_next_due(case)
        announce(
            case,
            CaseShelved(case.pk, case.number, shelving.pk, shelving.organisation_id, day.isoformat()),
            now=now,
        )
    return case


def refuse_shelving(*, actor: Actor, case: Case, opinion: str, now: datetime) -> Case:
    """The centre does not agree: the work goes on. Publishes `ShelvingRefused`."""
    text = require_text("opinion", opinion, _("请写明为什么不同意、接下来怎么办，申请单位会看到。"))
    with transaction.atomic():
        case, shelving = _locked(actor, case)
        _decide(shelving, "refuse_shelving", actor=actor, opinion=text, now=now)
        write_beside(case, "refuse_shelving", actor=actor, opinion=text, now=now)
        announce(case, ShelvingRefused(case.pk, case.number, shelving.pk, shelving.organisation_id), now=now)
    return case


def review_shelving(
    *, actor: Actor, case: Case, public_words: str, target_on: date | None, now: datetime, opinion: str = ""
) -> Case:
    """The monthly look: how it stands, in a sentence that the reporter reads too, and until when. The next is due in a
    month. Publishes `ShelvingReviewed`.
    """
    words = _public(public_words)
    with transaction.atomic():
        case, shelving = _locked(actor, case)
        day = _checked_target(target_on or shelving.target_on, now=now)
        SHELVING.step(shelving, "review_shelving", target_on=day)
        ShelvingReview.objects.create(
            shelving=shelving,
            at=now,
            target_on=day,
            public_words=words,
            opinion=opinion.strip(),
            organisation_id=actor.organisation_id,
        )
        _put_on_the_shelf(case, shelved_at=case.shelved_at, shelved_until=day)
        write_beside(case, "review_shelving", actor=actor, opinion=words, now=now)
        stop_clocks(case, ClockKind.REVIEW, now=now)
        _start_review(case, now=now)
        set_next_due(case)
        announce(case, ShelvingReviewed(case.pk, case.number, shelving.pk, day.isoformat()), now=now)
    return case


def end_shelving(*, actor: Actor, case: Case, public_words: str, now: datetime) -> Case:
    """It can be solved now (销账): the clocks run on with what they had left. Publishes `CaseUnshelved`."""
    words = _public(public_words)
    with transaction.atomic():
        case, shelving = _locked(actor, case)
        SHELVING.step(shelving, "end_shelving", ended_at=now)
        stop_clocks(case, ClockKind.REVIEW, now=now)
        write_beside(case, "end_shelving", actor=actor, opinion=words, now=now)
        _put_on_the_shelf(case, shelved_at=None, shelved_until=None)
        resume_clocks(case, now=now)
        set_next_due(case)
        announce(case, CaseUnshelved(case.pk, case.number, shelving.pk, shelving.organisation_id), now=now)
    return case


def _checked_target(day: date | None, *, now: datetime) -> date:
    today = now.astimezone(SHANGHAI).date()
    if day is None:
        raise MissingField(fields={"target_on": _("请选一个预计能解决的日期。")})
    if day <= today:
        raise MissingField(fields={"target_on": _("目标日期要在今天以后。")})
    if day > today + LONGEST:
        raise MissingField(fields={"target_on": _("目标日期最远两年；到时可以在复查时再改。")})
    return day


def _check_shelvable(case: Case, cause: str) -> None:
    if case.shelved_at is not None:
        raise NotShelvable(_("这件事已经挂账了。"), hint=_("有新情况，请联系街道在复查时写上。"))
    if case.urgency == "U1":
        raise NotShelvable(_("危及生命的案件不能挂账。"), hint=_("请先控制险情；需要支援，请联系街道会商。"))
    if cause not in AT_ONCE and not case.extension_count:
        raise NotShelvable(hint=_("延期之后仍解决不了的才能挂账；受季节影响、资金未落实的可以直接申请。"))


def _let_stale_request_lapse(case: Case, *, now: datetime) -> None:
    """One that nobody decided before the case went to verification and came back."""
    asked = Shelving.objects.filter(case=case, state=ShelvingState.ASKED).first()
    if asked is None:
        return
    if asked.asked_at >= case.state_since:
        raise AlreadyAsked
    SHELVING.step(asked, "lapse", decided_at=now)


def _public(words: str) -> str:
    text = require_text("public_words", words, _("请写一句给上报人的话：为什么要等、等到什么时候。"))
    if len(text) > PUBLIC_LENGTH:
        raise MissingField(fields={"public_words": _("给上报人的话请控制在 200 字以内。")})
    return text


def _locked(actor: Actor, case: Case) -> tuple[Case, Shelving]:
    """The case and its open shelving, both locked in this order, if the actor may decide about it."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    rows = Shelving.objects.select_for_update(of=("self",)).filter(case=case, state__in=OPEN_SHELVINGS)
    shelving = rows.filter(policy.rule("cases.decide_shelving", actor)).first()
    if shelving is not None:
        return case, shelving
    decides = policy.permits(actor, "cases.decide_shelving") and policy.allows(actor, "cases.view", case)
    if decides and not rows.exists():
        raise NothingShelved
    raise refusal(actor, case)


def _decide(
    shelving: Shelving, name: str, *, actor: Actor, opinion: str, now: datetime, **changes: object
) -> None:
    SHELVING.step(
        shelving,
        name,
        decided_at=now,
        decided_by_id=actor.organisation_id,
        opinion=opinion.strip(),
        **changes,
    )


def _put_on_the_shelf(case: Case, *, shelved_at: datetime | None, shelved_until: date | None) -> None:
    case.shelved_at, case.shelved_until = shelved_at, shelved_until
    Case.objects.filter(pk=case.pk).update(shelved_at=shelved_at, shelved_until=shelved_until)


def _start_review(case: Case, *, now: datetime) -> None:
    start_clocks(case, [Start(ClockKind.REVIEW, limit=handling_limits().review_every)], now=now)
