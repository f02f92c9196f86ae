"""The tip-off reward (举报奖励): a register apart. The department verifies and pays outside; nothing is a point.

The department sees the number of a clue. Who it was shows a claim code at its counter; the code is kept as a digest.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.cases.queries.thanking import is_reported_by
from nuanxin.incentives.events import TipOffMoved
from nuanxin.incentives.models import TipOff, TipProgramme
from nuanxin.incentives.workflow import TIP_OFF
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, permits, visible
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import publish
from nuanxin.people.queries import person_of_subject
from nuanxin.people.services.consents import give_consent

PURPOSE = "tip_off"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10


class TipNotFound(NotFound):
    default_message = gettext_lazy("没有找到这条登记。")


class NotYourReport(Conflict):
    default_message = gettext_lazy("这个编号的上报不是这个账号报的。")
    default_hint = gettext_lazy("请填部门给您的线索编号；用别的账号报的，请用那个账号登记。")


class TakenClue(Conflict):
    default_message = gettext_lazy("这条线索已经登记过了。")
    default_hint = gettext_lazy("请核对线索编号；是您报的却被别人登记了，请直接找发奖励的部门。")


def register_tip(*, actor: Actor, programme: str, clue: str, now: datetime) -> tuple[TipOff, str]:
    """With the clue's number; returns the claim code, shown this once. It is an opt-in of its own.

    Publishes `TipOffMoved`. Raises `NotAllowed`, `Invalid`, `TakenClue`, and `NotYourReport`: numbers of reports are
    public, so only who reported may claim for one.
    """
    person = person_of_subject(actor.subject_id) if actor.subject_id is not None else None
    if actor.subject_id is None or person is None or not permits(actor, "incentives.tip_off"):
        raise NotAllowed
    found = TipProgramme.objects.filter(code=programme, is_active=True).first()
    number = "".join(normalize("NFKC", clue).upper().split())[:32]  # the same clue however it is typed
    if found is None or len(number) < 4:
        raise Invalid(fields={"clue": _("请填部门给您的线索编号，或者这条上报的编号。")})
    if is_reported_by(number=number, subject_id=actor.subject_id) is False:
        raise NotYourReport
    code = "".join(secrets.choice(ALPHABET) for _digit in range(CODE_LENGTH))
    try:
        with transaction.atomic():
            give_consent(person=person, purpose=PURPOSE, now=now)
            made = TipOff.objects.create(
                programme=found, subject_id=actor.subject_id, clue=number, claim_digest=_digest(code),
                state_since=now, registered_at=now,
            )  # fmt: skip
            _told(actor, made, "register", now)
    except IntegrityError as error:
        raise TakenClue from error
    return made, code


def perform_tip(*, actor: Actor, public_id: UUID, name: str, reason: str, code: str, now: datetime) -> TipOff:
    """The department's steps. Publishes `TipOffMoved`. Raises `TipNotFound`, `Invalid`, `IllegalMove`, `KeyError`."""
    if TIP_OFF[name].permission != "incentives.tip_verify":
        raise KeyError(name)
    with transaction.atomic():
        rows = visible(TipOff.objects.filter(public_id=public_id), "incentives.tip_verify", actor)
        key = rows.values_list("pk", flat=True).first()
        if key is None:
            raise TipNotFound
        tip = TipOff.objects.select_for_update(of=("self",)).select_related("programme").get(pk=key)
        if name == "pay" and not secrets.compare_digest(_digest(code.strip().upper()), tip.claim_digest):
            raise Invalid(fields={"code": _("领奖码不对。请本人再看一遍：没有 0、1、I、L、O、U。")})
        if name == "refuse" and not reason.strip():
            raise Invalid(fields={"reason": _("请写明为什么没有核实，本人看得到，也能申诉。")})
        changes: dict[str, Any] = {"state_since": now, "decided_by_id": actor.assignment_id}
        TIP_OFF.step(tip, name, state_reason=reason.strip()[:200], **changes)
        _told(actor, tip, name, now)
    return tip


def reopen_tip_off(*, target: UUID, now: datetime) -> None:
    """An appeal was upheld: the department looks again."""
    tip = TipOff.objects.select_related("programme").get(public_id=target)
    TIP_OFF.step(tip, "reopen", state_since=now, state_reason="")
    _told(SYSTEM, tip, "reopen", now)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _told(actor: Actor, tip: TipOff, action: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"incentives.tip_{action}", object_type="tip_off", object_id=tip.pk,
        scope_code=tip.programme.scope_code, detail={"state": tip.state}, now=now,
        is_unnamed=action == "register",  # the clue may be a case's number
    )  # fmt: skip
    happened = TipOffMoved(str(tip.public_id), tip.state)
    publish(happened, subject_id=tip.subject_id, scope_code=tip.programme.scope_code, now=now)


@dataclass(frozen=True, slots=True)
class ProgrammeData:
    code: str
    name_zh: str
    name_en: str
    reward: str
    how: str
    scope_code: str


def open_programme(*, actor: Actor, data: ProgrammeData, department_id: int, now: datetime) -> TipProgramme:
    """A department's reward, in its own words; the same code again changes nothing. Raises `NotAllowed`."""
    if not permits(actor, "incentives.reference"):
        raise NotAllowed
    made, new = TipProgramme.objects.get_or_create(
        code=data.code, defaults={**asdict(data), "department_id": department_id}
    )
    if new:
        audit.record(
            actor=actor, action="incentives.tip_programme", object_type="tip_programme", object_id=data.code,
            scope_code=data.scope_code, detail={}, now=now,
        )  # fmt: skip
    return made
