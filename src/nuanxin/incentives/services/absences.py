"""Not coming after signing up (`domain.md` §4.1): counted, said to the person, and decided by a human being.

What follows is the city's own (`StarScheme.most_no_shows`, `no_show_effect`, `pause_months`); by default nothing does.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.incentives.enums import NoShowEffect
from nuanxin.incentives.events import AbsenceAnswered, AbsenceAsked, AbsenceDecided, AbsenceNoted, ReviewLate
from nuanxin.incentives.models import Absence, AbsenceReview, StarScheme
from nuanxin.incentives.queries.absences import UNDECIDED, AbsenceNotFound, absences_in, sign_up_of
from nuanxin.incentives.queries.membership import scope_of
from nuanxin.incentives.queries.stars import scheme_in_force
from nuanxin.incentives.services.self_redeem import DECIDE_DAYS
from nuanxin.incentives.workflow import ABSENCE
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, visible
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.kernel.worktime.months import months_on
from nuanxin.places.queries.scene_standard import working_days_on

BATCH = 200
MOST_ANSWER, MOST_OPINION = 400, 200


class OwnAbsence(NotAllowed):
    default_message = gettext_lazy("自己的事不能自己核实。")
    default_hint = gettext_lazy("请另一位同事来看。")


def hear_absence(*, sign_up: UUID, subject_id: UUID, on: date, now: datetime) -> bool:
    """Somebody signed up and was not seen; once for each sign-up. Where a city counts, its owner hears the count.

    Publishes `AbsenceNoted`, or `AbsenceAsked` when the year's number is reached. False where it was heard already.
    """
    with transaction.atomic():
        _row, new = Absence.objects.get_or_create(
            sign_up=sign_up, defaults={"subject_id": subject_id, "on": on}
        )
        scheme = scheme_in_force()
        if not new or not scheme.most_no_shows:
            return new
        count = absences_in(subject_id, on.year)
        scope = scope_of(subject_id)
        reached = count >= scheme.most_no_shows and scheme.no_show_effect == NoShowEffect.PAUSE
        if not (reached and _ask(subject_id, on.year, count, scheme, scope, now)):
            told = AbsenceNoted(on.year, count, scheme.most_no_shows)
            publish(told, subject_id=subject_id, scope_code=scope, now=now)
    return True


def hear_coming(*, record: UUID) -> int:
    """Whoever was said not to have come has served after all: it was no absence. Returns how many were taken back."""
    sign_up = sign_up_of(record)
    return Absence.objects.filter(sign_up=sign_up).delete()[0] if sign_up is not None else 0


def _ask(subject_id: UUID, year: int, count: int, scheme: StarScheme, scope: str, now: datetime) -> bool:
    """Once a year, else False; whoever has decided about it has decided."""
    try:
        with transaction.atomic():
            made = AbsenceReview.objects.create(
                subject_id=subject_id, year=year, count=count, most=scheme.most_no_shows, scope_code=scope,
                state_since=now, asked_at=now, due_at=working_days_on(now, DECIDE_DAYS, scope),
            )  # fmt: skip
            _told(SYSTEM, made, "ask", now, AbsenceAsked(str(made.public_id), year, count))
    except IntegrityError:
        return False
    return True


def answer_absence(*, actor: Actor, public_id: UUID, answer: str, now: datetime) -> AbsenceReview:
    """Its owner says why. Publishes `AbsenceAnswered`. Raises `AbsenceNotFound`, `Invalid`, `IllegalMove`."""
    text = answer.strip()[:MOST_ANSWER]
    with transaction.atomic():
        found = _locked(actor, "incentives.star_apply", public_id)
        if not text:
            raise Invalid(fields={"answer": _("请写一句当时的情况，例如：那天送单路上车坏了，来不及取消。")})
        ABSENCE.step(found, "answer", state_since=now, answer=text)
        _told(actor, found, "answer", now, AbsenceAnswered(str(found.public_id)))
    return found


def decide_absence(
    *, actor: Actor, public_id: UUID, name: str, opinion: str, now: datetime, months: int = 0
) -> AbsenceReview:
    """`keep`: nothing follows. `pause`: no new star for so many months, at most what the rules say; stars stay.

    Publishes `AbsenceDecided`. Raises `AbsenceNotFound`, `OwnAbsence`, `Invalid`, `IllegalMove`, `KeyError`.
    """
    if ABSENCE[name].permission != "incentives.star_check":
        raise KeyError(name)
    text = opinion.strip()[:MOST_OPINION]
    if not text:
        raise Invalid(fields={"opinion": _("请写明看到了什么、为什么这样定；本人看得到，也能申诉。")})
    most = scheme_in_force().pause_months
    if name == "pause" and not 1 <= months <= most:
        raise Invalid(fields={"months": _("停的时间要在 1 到 %s 个月之间。") % most})
    with transaction.atomic():
        found = _locked(actor, "incentives.star_check", public_id)
        if found.subject_id is not None and found.subject_id == actor.subject_id:
            raise OwnAbsence
        changes: dict[str, Any] = {"state_since": now, "opinion": text, "decided_by_id": actor.assignment_id}
        if name == "pause":
            changes["until"] = months_on(timezone.localdate(now), months)
        ABSENCE.step(found, name, **changes)
        _told(actor, found, name, now, AbsenceDecided(str(found.public_id), is_paused=name == "pause"))
    return found


def restore_absence(*, target: UUID, now: datetime) -> None:
    """An appeal was upheld: stars may be asked for at once."""
    found = AbsenceReview.objects.select_for_update().get(public_id=target)
    ABSENCE.step(found, "restore", state_since=now, until=None)
    _told(SYSTEM, found, "restore", now, AbsenceDecided(str(found.public_id), is_paused=False))


def watch_absences(*, now: datetime) -> int:
    """What nobody has decided in its time, each said once. Publishes `ReviewLate`."""
    with transaction.atomic():
        rows = AbsenceReview.objects.filter(state__in=UNDECIDED, warned_at=None, due_at__lte=now)
        late = list(rows.order_by("due_at")[:BATCH])
        AbsenceReview.objects.filter(pk__in=[each.pk for each in late]).update(warned_at=now)
        for each in late:
            publish(ReviewLate("absence", str(each.public_id)), scope_code=each.scope_code, now=now)
    return len(late)


def erase_absences(subject: Subject, *, now: datetime) -> Erased:
    """The count of decisions stays; whose they were and what was said goes."""
    if subject.subject_id is None:
        return Erased()
    rows = AbsenceReview.objects.filter(subject_id=subject.subject_id)
    for waiting in rows.filter(state__in=UNDECIDED):
        ABSENCE.step(waiting, "forget", state_since=now)
    return Erased(anonymised=rows.update(subject_id=None, answer=""))


def _locked(actor: Actor, permission: str, public_id: UUID) -> AbsenceReview:
    rows = visible(AbsenceReview.objects.filter(public_id=public_id), permission, actor)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        raise AbsenceNotFound
    return AbsenceReview.objects.select_for_update().get(pk=key)


def _told(actor: Actor, found: AbsenceReview, action: str, now: datetime, happened: Any) -> None:
    audit.record(
        actor=actor, action=f"incentives.absence_{action}", object_type="absence_review", object_id=found.pk,
        scope_code=found.scope_code, detail={"state": found.state, "count": found.count}, now=now,
    )  # fmt: skip
    publish(happened, subject_id=found.subject_id, scope_code=found.scope_code, now=now)
