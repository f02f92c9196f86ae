"""What makes an award wait for a human being (`domain.md` §4.3): each rule answers with numbers, or with nothing.

Nothing is followed. Of a phone only how many accounts that earn points signed in on it (`people/queries/devices.py`).
Limits are data (`HoldRule`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import BigIntegerField, Sum

from nuanxin.cases.enums import PhotoKind
from nuanxin.cases.models import Attachment, Case, Confirmation
from nuanxin.incentives.enums import HoldReason, HoldState, PostingKind
from nuanxin.incentives.models import Account, Hold, HoldRule, Posting
from nuanxin.kernel.files.likeness import difference
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.geo.coordinates import distance_m
from nuanxin.kernel.prepared import Prepared
from nuanxin.people.queries.devices import KEPT, accounts_beside

NEAR_M = 500  # two points this near are one place: position is not that exact
LOOK_BACK = timedelta(days=30)
BURST = timedelta(minutes=10)
MOST_PICTURES = 60
TAKEN = (PhotoKind.NEAR, PhotoKind.FAR, PhotoKind.REFERENCE)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`evidence`: numbers that a person may judge by; never who, never a position."""

    reason: HoldReason
    evidence: dict[str, Any] = field(default_factory=dict)


def suspicion_about(posting: Posting, case_number: str) -> Suspicion | None:
    """The first rule that sees something; a handful of statements, all by index."""
    limits = dict(HoldRule.objects.filter(is_on=True).values_list("reason", "limit"))
    if not limits:
        return None
    case = case_of(case_number)
    for reason, rule in RULES.items():
        if reason in limits and (found := rule(posting, case, limits[reason])) is not None:
            return Suspicion(reason, found)
    return None


def case_of(number: str) -> Case | None:
    return Case.objects.filter(number=number).first() if number else None


def _same_picture(posting: Posting, case: Case | None, limit: int) -> dict[str, Any] | None:
    """The same upload on another report, or one that looks the same on an earlier report of the same account."""
    if case is None:
        return None
    own = list(_pictures(case))
    if not own:
        return None
    digests = [each.source_sha256 for each in own]
    same = Attachment.objects.filter(file__source_sha256__in=digests, kind__in=TAKEN).exclude(case=case)
    if other := same.exclude(case__parent=case.pk).values_list("case__number", flat=True).first():
        return {"bits": 0, "other": other}
    before = Attachment.objects.filter(case__reporter__subject_id=posting.account_id, kind__in=TAKEN)
    rows = before.exclude(case=case).exclude(file__likeness=None).order_by("-pk")
    for likeness, number in rows.values_list("file__likeness", "case__number")[:MOST_PICTURES]:
        for each in own:
            if (
                likeness is not None
                and each.likeness is not None
                and difference(each.likeness, likeness) <= limit
            ):
                return {"bits": difference(each.likeness, likeness), "other": number}
    return None


def _pictures(case: Case) -> list[StoredFile]:
    found = Attachment.objects.filter(case=case, kind__in=TAKEN).select_related("file")
    return [each.file for each in found[:10]]


def _travel(posting: Posting, case: Case | None, limit: int) -> dict[str, Any] | None:
    """Two reports further apart than one can ride in the time between them."""
    if case is None or case.lng is None or case.lat is None:
        return None
    seen = case.captured_at or case.reported_at
    near = Case.objects.filter(
        reporter__subject_id=posting.account_id,
        reported_at__gte=seen - timedelta(hours=12),
        reported_at__lte=seen + timedelta(hours=12),
    ).exclude(pk=case.pk)
    for other in near.exclude(lng=None).order_by("-reported_at")[:20]:
        if other.lng is None or other.lat is None:
            continue
        apart = distance_m(case.lng, case.lat, other.lng, other.lat)
        minutes = abs((seen - (other.captured_at or other.reported_at)).total_seconds()) / 60
        if apart > NEAR_M and apart * 60 > limit * 1000 * max(minutes, 0.5):
            return {"km": round(apart / 1000, 1), "minutes": int(minutes), "other": other.number}
    return None


def _old_picture(posting: Posting, case: Case | None, limit: int) -> dict[str, Any] | None:
    """The picture says that it was taken long before or after it was reported as seen."""
    if case is None:
        return None
    seen = case.captured_at or case.reported_at
    for each in _pictures(case):
        if each.taken_at is None:
            continue
        apart = abs((seen - each.taken_at).total_seconds()) / 60
        if apart > limit:
            return {"minutes": int(apart)}
    return None


def _reciprocal(posting: Posting, case: Case | None, limit: int) -> dict[str, Any] | None:
    """A has confirmed B's reports and B those of A, again and again."""
    if case is None:
        return None
    since, own = posting.at - LOOK_BACK, posting.account_id
    mine = Confirmation.objects.filter(case__reporter__subject_id=own, at__gte=since)
    for other in set(mine.order_by("-pk").values_list("subject_id", flat=True)[:50]) - {None, own}:
        given = Confirmation.objects.filter(
            subject_id=own, case__reporter__subject_id=other, at__gte=since
        ).count()
        taken = mine.filter(subject_id=other).count()
        if min(given, taken) >= limit:
            return {"given": given, "taken": taken}
    return None


def _burst(posting: Posting, case: Case | None, limit: int) -> dict[str, Any] | None:
    """So many awards for reports within ten minutes."""
    if posting.group != "report":
        return None
    rows = Posting.objects.filter(
        account=posting.account_id, on=posting.on, group="report", kind=PostingKind.AWARD,
        at__gte=posting.at - BURST, at__lte=posting.at,
    )  # fmt: skip
    count = rows.values("deed").distinct().count()
    return {"count": count, "minutes": int(BURST.total_seconds() // 60)} if count >= limit else None


def _device(posting: Posting, case: Case | None, limit: int) -> dict[str, Any] | None:
    """More accounts that earn points on one phone than a family has; only their number is kept.

    One question at a time: while it waits nothing else of the account does, and a number that somebody has found to be
    in order (a family's phone) is not asked about again until more accounts come.
    """
    phones = accounts_beside(posting.account_id, on=posting.on)
    most = max(phones, key=len, default=set())
    if len(most) <= limit:
        return None
    count = max(
        Account.objects.filter(pk__in=each, growth__gt=0).count() for each in phones if len(each) > limit
    )
    if count <= limit:
        return None
    asked = Hold.objects.filter(subject_id=posting.account_id, reason=HoldReason.DEVICE).exclude(evidence={})
    for state, seen in asked.exclude(state=HoldState.DENIED).values_list("state", "evidence"):
        if state != HoldState.RELEASED or seen.get("accounts", 0) >= count:
            return None
    return {"accounts": count, "days": KEPT}


Rule = Callable[[Posting, Case | None, int], dict[str, Any] | None]
RULES: dict[HoldReason, Rule] = {
    HoldReason.SAME_PICTURE: _same_picture,
    HoldReason.TRAVEL: _travel,
    HoldReason.OLD_PICTURE: _old_picture,
    HoldReason.DEVICE: _device,
    HoldReason.RECIPROCAL: _reciprocal,
    HoldReason.BURST: _burst,
}


def award_of(posting_id: int) -> Posting | None:
    return _award.first(pk=posting_id)


_award = Prepared(
    lambda *, pk: Posting.objects.filter(pk=pk, kind=PostingKind.AWARD).select_related("deed"),
    pk=BigIntegerField(),
)


def award_by_deed(deed_id: int, rule: str) -> Posting | None:
    """The award as it stands in the ledger now: its posting may have been told again."""
    rows = Posting.objects.filter(deed=deed_id, rule=rule, kind=PostingKind.AWARD)
    return rows.order_by("-number").first()


def taken_back(deed_id: int, rule: str, *, because: str) -> int:
    """How much of an award was taken back for this reason; more than was held where some had been used already."""
    rows = Posting.objects.filter(of=deed_id, rule=rule, kind=PostingKind.REVERSAL, because=because)
    return rows.aggregate(all=Sum("amount"))["all"] or 0
