"""What a deed earns by the rules in force when it happened."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, CharField, UUIDField

from nuanxin.cases.queries.thanking import reported_here_before
from nuanxin.incentives.enums import PostingKind
from nuanxin.incentives.models import Deed, Mention, Posting
from nuanxin.incentives.queries.rules import Rule, Rules, rules_held, valued_at, worth
from nuanxin.incentives.services.book import Book
from nuanxin.incentives.services.ledger import About, apply, note_deed, tell_awards
from nuanxin.incentives.services.rows import open_book, write
from nuanxin.incentives.services.team_caps import Uses, left_by_rule, lock_uses, team_of
from nuanxin.kernel.events import Envelope
from nuanxin.kernel.prepared import Prepared

_heard = Prepared(
    lambda *, subject_id, case_id, name: Mention.objects.filter(
        subject_id=subject_id, case_id=case_id, deed__name=name
    ).values_list("deed_id", flat=True),
    subject_id=UUIDField(), case_id=BigIntegerField(), name=CharField(),
)  # fmt: skip
CORRECTED = "volunteering.HoursCorrected"
RECORDED = "volunteering.HoursRecorded"


def hear_of_case(
    *, name: str, envelope: Envelope, about: About, facts: dict[str, Any], looks_near: bool = True
) -> None:
    """A step of a case, for whom the envelope names. Once for a case, whatever happens to it twice.

    Writes a deed, postings, lots; publishes `PointsAwarded`. Where no rule gives anything, nothing is written.
    """
    subject_id = envelope.subject_id
    rules = _listening(name, envelope.occurred_at)
    if subject_id is None or not rules:
        return
    with transaction.atomic(savepoint=False):  # the worker has one around it
        book = open_book(subject_id)
        if _heard.rows(subject_id=subject_id, case_id=about.case_id, name=name):
            return
        if not any(rule.category_per_day for rule in rules):
            facts.pop("category", None)
        if looks_near and reported_here_before(case_id=about.case_id, subject_id=subject_id):
            facts["near"] = True
        _earn(book, name, envelope, facts, about)


def hear_of_deed(*, name: str, envelope: Envelope, facts: dict[str, Any]) -> None:
    """Anything else that a rule may listen to. Writes and publishes as above."""
    if envelope.subject_id is None or not _listening(name, envelope.occurred_at):
        return
    with transaction.atomic(savepoint=False):  # the worker has one around it
        _earn(open_book(envelope.subject_id), name, envelope, facts, None)


def hear_of_correction(*, envelope: Envelope, facts: dict[str, Any]) -> None:
    """Hours are others than was said: what they gave is taken back, what they are worth now is given."""
    if envelope.subject_id is None or not _listening(RECORDED, envelope.occurred_at):
        return
    with transaction.atomic(savepoint=False):  # the worker has one around it
        book = open_book(envelope.subject_id)
        earlier = Deed.objects.filter(
            subject_id=envelope.subject_id, name__in=(RECORDED, CORRECTED), facts__record=facts["record"]
        ).order_by("-id")  # fmt: skip
        if before := earlier.first():
            first = before.facts.get("root", before.pk)
            facts |= {
                "of": before.pk,
                "root": first,
                "since": before.facts.get("since", before.at.isoformat()),
            }
            facts |= {"team": before.facts["team"]} if before.facts.get("team") else {}
        _earn(book, CORRECTED, envelope, facts, None, before=before)


def _earn(
    book: Book, name: str, envelope: Envelope, facts: dict[str, Any], about: About | None, *,
    before: Deed | None = None,
) -> None:  # fmt: skip
    key: dict[str, Any] = {"name": name, "source": str(envelope.id), "subject_id": book.account.pk}
    # A case is asked for by its mention, before; all else by its own key.
    if about is None and Deed.objects.filter(**key, rule="").exists():
        return
    uses = _limited(name, envelope.occurred_at, facts, before)
    deed, _new = note_deed(
        **key,
        facts=facts,
        scope_code=envelope.scope_code,
        about=about,
        at=envelope.occurred_at,
        is_fresh=True,
    )
    take_effect(book, deed, rules_held.get())
    done = write(book)
    if uses is not None:
        uses.add_awards(done)
    tell_awards(done, deed, about.number if about else "")


def _limited(name: str, at: datetime, facts: dict[str, Any], before: Deed | None) -> Uses | None:
    """Of what was done with a team: its caps, locked; what they leave goes into the facts. `before` counts no more."""
    team = team_of(facts)
    if team is None:
        return None
    rules = _listening(RECORDED if name == CORRECTED else name, at)
    uses = lock_uses(team, (rule.code for rule in rules), at, *([before.at] if before else []))
    given = Posting.objects.filter(deed=before, kind=PostingKind.AWARD) if before else Posting.objects.none()
    for posting in given:
        uses.add(posting.rule, posting.at, -posting.amount)
    if left := left_by_rule(uses, rules, at):
        facts["left"] = left
    return uses


def take_effect(book: Book, deed: Deed, rules: Rules) -> None:
    """What this deed does to its subject's book: says its own amounts, or goes by the rules of its moment."""
    if deed.name.startswith("incentives."):
        apply(book, deed)
        return
    because, name, at = "", deed.name, valued_at(deed.facts, deed.at)
    if name == CORRECTED:
        because, name = "service_corrected", RECORDED
        if "of" in deed.facts:
            for rule in rules.at(RECORDED, at):
                book.reverse(deed, deed.facts["of"], rule.code, because="corrected")
    holding = rules.at(name, at)
    earned = _earned(book, deed, holding, at) if any(map(_is_capped, holding)) else None
    for each in worth(holding, deed.facts, earned):
        rule = each.rule
        if each.amount > 0:
            book.award(
                deed, each.amount, because=because or rule.code, rule=rule.code, version=rule.number, group=rule.group,
                months=rule.months,
            )  # fmt: skip
        elif each.amount < 0:
            book.deduct(deed, -each.amount, because=rule.code, rule=rule.code, version=rule.number)


def _earned(book: Book, deed: Deed, holding: list[Rule], at: datetime) -> Counter[str]:
    """What caps count of the day: for a correction that of what it corrects, without what that gave itself."""
    earned = book.shelf.earned(at)
    if "root" in deed.facts:
        for rule in holding:
            given = book.shelf.award(deed.facts["root"], rule.code).amount
            earned.subtract({"all": given, f"group:{rule.group}": given, f"rule:{rule.code}": given})
    return earned


def _listening(name: str, at: datetime) -> list[Rule]:
    """The rules that would give or take something; a deed that none listens to is not kept."""
    return [rule for rule in rules_held.get().at(name, at) if rule.amount and not rule.needs_two]


def _is_capped(rule: Rule) -> bool:
    return bool(
        rule.rule_per_day or rule.group_per_day or rule.all_per_day or rule.category_per_day
        or rule.team_per_day or rule.team_per_month
    )  # fmt: skip
