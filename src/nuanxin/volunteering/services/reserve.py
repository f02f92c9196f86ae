"""The reserve: asked for or recommended, looked at by named roles, trained, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, permits, visible
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.people.models import Person
from nuanxin.people.queries import person_by_phone, subject_of
from nuanxin.volunteering.enums import ReserveState
from nuanxin.volunteering.events import ReserveAsked
from nuanxin.volunteering.models import OPEN_RESERVE, ReserveCandidate
from nuanxin.volunteering.queries.reserve import CandidateNotFound
from nuanxin.volunteering.queries.team_catalogue import team_catalogue
from nuanxin.volunteering.queries.teams import home_of
from nuanxin.volunteering.services.appointment_log import OwnNomination, said
from nuanxin.volunteering.workflow import RESERVE

OWN_STEPS = ("agree", "withdraw")


class InReserve(Conflict):
    default_message = _("已经在库里，或者正在办。")
    default_hint = _("在“后备人才”一页看到了哪一步；想改写的内容，先退出再申请。")


def apply_for_reserve(
    *, actor: Actor, criteria: Sequence[str], words: str, now: datetime
) -> ReserveCandidate:
    """Oneself. The same again is the same. Raises `NotAllowed`, `InReserve`, `Invalid`."""
    if not permits(actor, "volunteering.apply_reserve") or actor.person_id is None:
        raise NotAllowed
    text = said(words, "words", _("请写一句想做什么、做过什么。"), 400)
    told = _criteria(criteria)
    home = home_of(actor)
    if not home:
        raise Invalid(fields={"words": _("请先在“我的资料”里填社区，街道才知道归谁看。")})
    with transaction.atomic():
        held = _held(actor.person_id)
        if held is not None and (held.words, held.criteria) == (text, told):
            return held
        return _begin(actor, actor.person_id, "apply", ReserveState.APPLIED, home, text, now, criteria=told)


def recommend_for_reserve(*, actor: Actor, phone: str, words: str, now: datetime) -> ReserveCandidate:
    """Somebody else, who is asked first. Publishes `ReserveAsked`.

    Raises `NotAllowed`, `OwnNomination`, `InReserve`, `Invalid` for a number without an account.
    """
    if not permits(actor, "volunteering.recommend_reserve"):
        raise NotAllowed
    text = said(words, "words", _("请写一句为什么推荐。"), 400)
    person = person_by_phone(phone)
    if person is None:
        raise Invalid(fields={"phone": _("这个号码还没有注册。请对方先注册，再来推荐。")})
    if person.pk == actor.person_id:
        raise OwnNomination
    with transaction.atomic():
        return _begin(
            actor, person.pk, "recommend", ReserveState.ASKED, actor.scope_code, text, now,
            recommended_by_id=actor.assignment_id,
        )  # fmt: skip


def _begin(
    actor: Actor,
    person_id: int,
    name: str,
    state: str,
    scope_code: str,
    words: str,
    now: datetime,
    **given: Any,
) -> ReserveCandidate:
    try:
        with transaction.atomic():
            made = ReserveCandidate.objects.create(
                person_id=person_id, state=state, state_since=now, applied_at=now, words=words,
                scope_code=scope_code, **given,
            )  # fmt: skip
    except IntegrityError as error:
        raise InReserve from error
    _told(actor, made, name, now)
    return made


def perform_reserve(
    *, actor: Actor, public_id: UUID, name: str, words: str = "", now: datetime
) -> ReserveCandidate:
    """One step by the table; never about oneself but for one's own. Publishes `ReserveAsked`.

    Raises `CandidateNotFound`, `OwnNomination`, `IllegalMove`, `KeyError` for one that nobody presses, `Invalid`.
    """
    move = RESERVE[name]
    if not move.sources[0]:
        raise KeyError(name)
    needed = move.required_fields
    text = (
        said(words, needed[0], _("请写一句，本人看得到。"), 120 if needed[0] == "training" else 200)
        if needed
        else ""
    )
    with transaction.atomic():
        rows = visible(ReserveCandidate.objects.filter(public_id=public_id), move.permission, actor)
        key = rows.values_list("pk", flat=True).first()
        if key is None:
            raise CandidateNotFound
        found = ReserveCandidate.objects.select_for_update().get(pk=key)
        if name not in OWN_STEPS and found.person_id == actor.person_id:
            raise OwnNomination
        column = {"reason": "state_reason"}.get(needed[0], needed[0]) if needed else ""
        RESERVE.step(found, name, state_since=now, **({column: text} if column else {}))
        _told(actor, found, name, now)
    return found


def _criteria(codes: Sequence[str]) -> str:
    known = team_catalogue().criteria
    return " ".join(code for code in known if code in codes)


def _held(person_id: int) -> ReserveCandidate | None:
    Person.objects.select_for_update().get(pk=person_id)
    return ReserveCandidate.objects.filter(person=person_id, state__in=OPEN_RESERVE).first()


def _told(actor: Actor, found: ReserveCandidate, name: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"volunteering.reserve_{name}", object_type="volunteering.reserve", object_id=found.pk,
        scope_code=found.scope_code, detail={"state": found.state}, now=now,
    )  # fmt: skip
    subject = subject_of(found.person_id)
    publish(ReserveAsked(found.pk, found.state), subject_id=subject, scope_code=found.scope_code, now=now)
