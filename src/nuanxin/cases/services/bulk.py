"""One step for many cases: each in its own transaction, each with its own answer, nothing done twice.

A row is written in the transaction of its step. Whoever sends the same key again gets the same answers, and what a
killed process had not reached is done then.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import Outcome
from nuanxin.cases.models import KEY_LENGTH, BulkRow, BulkRun, Case
from nuanxin.cases.queries.bulk import BULK_MOST, BULK_STEPS, standing
from nuanxin.cases.queries.detail import case_for
from nuanxin.cases.queries.routing import suggest_units
from nuanxin.cases.services.performing import StepInput, perform_step
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, DomainError, Invalid, NotAllowed

Text = str | Promise


@dataclass(frozen=True, slots=True)
class BulkItem:
    """One case and what is decided about it; `lead` and `assists` are public ids of organisations."""

    number: str
    lead: UUID | None = None
    assists: tuple[UUID, ...] = ()
    outcome: str = ""
    opinion: str = ""

    def given(self, case: Case, step: str) -> StepInput:
        """Where nobody said to whom, the rules say it: lead and assistants as suggested."""
        lead, assists = self.lead, self.assists
        if step == "dispatch" and lead is None:
            units = suggest_units(case)
            lead = next((unit.organisation.public_id for unit in units if unit.role == "lead"), None)
            lead = lead or next((unit.organisation.public_id for unit in units), None)
            assists = tuple(unit.organisation.public_id for unit in units if unit.role == "assist")
        return StepInput(opinion=self.opinion, outcome=self.outcome, lead=lead, assists=assists)


@dataclass(frozen=True, slots=True)
class BulkResult:
    run: BulkRun
    rows: Sequence[BulkRow] = field(default_factory=list)

    @property
    def done(self) -> list[BulkRow]:
        return [row for row in self.rows if row.is_done]

    @property
    def refused(self) -> list[BulkRow]:
        return [row for row in self.rows if not row.is_done]


class BulkKeyReused(Conflict):
    default_message = _("这次提交和刚才那次内容不一样。")
    default_hint = _("请回到队列重新勾选，再提交一次。")


class NothingSelected(Invalid):
    default_message = _("还没有勾选案件。")
    default_hint = _("请回到队列，勾上要一起办的，再点下面的按钮。")


class TooManySelected(Invalid):
    default_message = _("一次最多 50 件。")
    default_hint = _("请分几次办：一页正好 50 件。")


def perform_bulk(
    *, actor: Actor, step: str, items: Sequence[BulkItem], key: str, now: datetime
) -> BulkResult:
    """Do the step (`dispatch` or `pass`) for each case that lets this actor do it; the others say why not.

    Publishes what the step's own service publishes. Raises `NotAllowed`, `NothingSelected`, `TooManySelected`,
    `BulkKeyReused`, `Invalid` for no key; never for one of the cases.
    """
    permission = BULK_STEPS.get(step)
    if permission is None or not policy.permits(actor, permission) or actor.assignment_id is None:
        raise NotAllowed
    unique = list({item.number: item for item in items}.values())
    if not unique:
        raise NothingSelected
    if len(unique) > BULK_MOST:
        raise TooManySelected
    if not key or len(key) > KEY_LENGTH:
        raise Invalid(fields={"key": _("提交缺少编号，请刷新页面再试。")})
    run = _run(actor, step, unique, key=key, now=now)
    known = {row.case_number: row for row in run.rows.all()}
    rows = [known.get(item.number) or _do(actor, run, item, now=now) for item in unique]
    return BulkResult(run, rows)


def _run(actor: Actor, step: str, items: Sequence[BulkItem], *, key: str, now: datetime) -> BulkRun:
    assert actor.assignment_id is not None  # noqa: S101  -- the caller has asked
    digest = _digest(step, items)
    fresh = {"step": step, "body_digest": digest, "count": len(items), "at": now}
    run, _created = BulkRun.objects.get_or_create(assignment_id=actor.assignment_id, key=key, defaults=fresh)
    if run.body_digest != digest:
        raise BulkKeyReused
    return run


def _digest(step: str, items: Sequence[BulkItem]) -> str:
    body = [
        [each.number, str(each.lead), [str(unit) for unit in each.assists], each.outcome, each.opinion]
        for each in items
    ]
    return hashlib.sha256(json.dumps([step, body], ensure_ascii=False).encode()).hexdigest()


def _do(actor: Actor, run: BulkRun, item: BulkItem, *, now: datetime) -> BulkRow:
    """The row goes in first: of two that send the same at once, one waits for it and then finds it there."""
    try:
        with transaction.atomic():
            row = BulkRow.objects.create(run=run, case_number=item.number, is_done=True)
            case = case_for(actor, item.number)
            given = item.given(case, run.step)
            case = perform_step(actor=actor, case=case, name=run.step, given=given, now=now)
            row.message = _said(case, run.step)
            row.save(update_fields=["message"])
    except IntegrityError:
        return BulkRow.objects.get(run=run, case_number=item.number)
    except DomainError as error:
        return _refused(actor, run, item, error)
    return row


def _refused(actor: Actor, run: BulkRun, item: BulkItem, error: DomainError) -> BulkRow:
    """Why not, in words for the one who asked. `standing` knows more than the refusal: whose turn it is."""
    reason, hint = standing(actor, run.step, item.number)
    fields: Mapping[str, Text] = error.fields if isinstance(error, Invalid) else {}
    told = reason or "".join(str(text) for text in fields.values()) or str(error.message)
    row, _created = BulkRow.objects.get_or_create(
        run=run,
        case_number=item.number,
        defaults={"is_done": False, "message": told[:200], "hint": str(hint or error.hint)[:200]},
    )
    return row


def _said(case: Case, step: str) -> str:
    if step == "pass":
        return gettext("已结案：%(outcome)s") % {"outcome": Outcome(case.outcome).label}
    lead = case.lead_organisation.name if case.lead_organisation else ""
    return gettext("已派给%(unit)s") % {"unit": lead}


def summary(result: BulkResult) -> str:
    """“做完 8 件，2 件没有做成。”"""
    done, refused = len(result.done), len(result.refused)
    words = ngettext("做完 %(n)d 件", "做完 %(n)d 件", done) % {"n": done}
    if not refused:
        return gettext("%(done)s，都成了。") % {"done": words}
    left = ngettext("%(n)d 件没有做成", "%(n)d 件没有做成", refused) % {"n": refused}
    return gettext("%(done)s，%(refused)s。") % {"done": words, "refused": left}
