"""The buttons of supervision, shelving and appeals, as `performing` knows them: by name, with what was filled in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from nuanxin.cases.models import Appeal, Case
from nuanxin.cases.queries.appealing import appeal_for
from nuanxin.cases.services.appealing import (
    accept_appeal,
    dismiss_appeal,
    file_appeal,
    opine_appeal,
    reject_appeal,
    uphold_appeal,
)
from nuanxin.cases.services.shelving import (
    approve_shelving,
    end_shelving,
    refuse_shelving,
    request_shelving,
    review_shelving,
)
from nuanxin.cases.services.supervising import remind_unit, reply_supervision, supervise_case
from nuanxin.kernel.access import Actor

if TYPE_CHECKING:  # it imports this file
    from nuanxin.cases.services.performing import StepInput

Step = Callable[[Actor, Case, "StepInput", datetime], Case]


def _appeal(actor: Actor, case: Case, given: "StepInput", now: datetime) -> Case:
    file_appeal(actor=actor, case=case, about=given.about, reason=given.opinion, now=now)
    return case


def _on_appeal(service: Callable[..., Appeal]) -> Step:
    """`about` is the appeal's id."""

    def step(actor: Actor, case: Case, given: "StepInput", now: datetime) -> Case:
        service(actor=actor, appeal=appeal_for(case, given.about), opinion=given.opinion, now=now)
        return case

    return step


OVERSIGHT_STEPS: Mapping[str, Step] = {
    "supervise": lambda actor, case, given, now: supervise_case(
        actor=actor, case=case, cause=given.cause, words=given.opinion, now=now
    ),
    "remind": lambda actor, case, given, now: remind_unit(
        actor=actor, case=case, words=given.opinion, now=now
    ),
    "reply_supervision": lambda actor, case, given, now: reply_supervision(
        actor=actor, case=case, text=given.opinion, now=now
    ),
    "request_shelving": lambda actor, case, given, now: request_shelving(
        actor=actor,
        case=case,
        cause=given.cause,
        statement=given.opinion,
        target_on=given.target_on,
        now=now,
    ),
    "approve_shelving": lambda actor, case, given, now: approve_shelving(
        actor=actor,
        case=case,
        public_words=given.public_words,
        opinion=given.opinion,
        target_on=given.target_on,
        now=now,
    ),
    "refuse_shelving": lambda actor, case, given, now: refuse_shelving(
        actor=actor, case=case, opinion=given.opinion, now=now
    ),
    "review_shelving": lambda actor, case, given, now: review_shelving(
        actor=actor,
        case=case,
        public_words=given.public_words,
        opinion=given.opinion,
        target_on=given.target_on,
        now=now,
    ),
    "end_shelving": lambda actor, case, given, now: end_shelving(
        actor=actor, case=case, public_words=given.public_words, now=now
    ),
    "appeal": _appeal,
    "accept_appeal": _on_appeal(accept_appeal),
    "dismiss_appeal": _on_appeal(dismiss_appeal),
    "opine_appeal": _on_appeal(opine_appeal),
    "uphold_appeal": _on_appeal(uphold_appeal),
    "reject_appeal": _on_appeal(reject_appeal),
}
