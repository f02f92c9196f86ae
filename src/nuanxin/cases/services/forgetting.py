"""How long a case and its reporter are kept (`domain.md` §8): the link a year after the end, the case five years.

What a court has asked for stays until it is released (`services/holding.py`), and what is still being worked on too.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Attachment, Case, Confirmation, LegalHold, Reporter
from nuanxin.cases.queries.search import INDEX
from nuanxin.kernel.files.services import delete_file
from nuanxin.kernel.retention import Held

KEEP_LINK = timedelta(days=365)
KEEP_CASE = timedelta(days=5 * 365 + 1)
BATCH, CASES_AT_ONCE = 500, 50
CUT_KEY = Concat(Value("cut:"), Cast("case_id", CharField()))  # unique still, and says nothing
HELD_KEY = Concat(Value("held:"), Cast("case_id", CharField()))  # who it was is kept for the court only
HELD = _("依法保全（法院、检察院或审计要求）")


def holds(case: str) -> Exists:
    """Whether the case in this column is held, or the one that it was merged into, or one merged into it."""
    open_holds = LegalHold.objects.filter(ended_at=None)
    own = Q(case=OuterRef(case)) | Q(case__children=OuterRef(case)) | Q(case__parent=OuterRef(case))
    return Exists(open_holds.filter(own))


def _over(now: datetime) -> Q:
    """Ended a year ago; what was merged ends with the case it was merged into."""
    over = Q(case__parent=None, case__closed_at__lt=now - KEEP_LINK)
    return over | Q(case__parent__closed_at__lt=now - KEEP_LINK)


def _known() -> QuerySet[Reporter]:
    """Rows that still lead to somebody. What is encrypted is only asked whether it is there."""
    rows = Reporter.objects.annotate(contact_stored=Cast("contact", TextField()))
    return rows.filter(Q(subject_id__isnull=False) | Q(submitter_id__isnull=False) | Q(contact_stored__gt=""))


def _links(now: datetime) -> QuerySet[Reporter]:
    return _known().filter(_over(now))


def due_links(now: datetime) -> int:
    return _links(now).exclude(holds("case_id")).count()


def held_links(now: datetime) -> Iterator[Held]:
    yield Held(_links(now).filter(holds("case_id")).count(), HELD)
    old = _known().filter(case__reported_at__lt=now - KEEP_LINK, case__closed_at=None, case__parent=None)
    yield Held(old.count(), _("还没办完"))


def cut_old_links(*, now: datetime) -> int:
    """A year after the end a case no longer knows its reporter (§8). Returns how many; call until 0."""
    with transaction.atomic():
        rows = _links(now).exclude(holds("case_id")).order_by("pk")
        return cut(Reporter.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH])))


def cut(rows: QuerySet[Reporter]) -> int:
    """Who it was is gone; that somebody reported it stays, under a key that says nothing."""
    return rows.update(subject_id=None, submitter_id=None, contact="", key=CUT_KEY, body_digest="")


def _seen(now: datetime) -> QuerySet[Confirmation]:
    return Confirmation.objects.exclude(subject_id=None).filter(_over(now))


def due_confirmations(now: datetime) -> int:
    return _seen(now).exclude(holds("case_id")).count()


def held_confirmations(now: datetime) -> Iterator[Held]:
    yield Held(_seen(now).filter(holds("case_id")).count(), HELD)


def forget_confirmations(*, now: datetime) -> int:
    """Who has seen it too is forgotten with the reporter; how many they were stays. Returns how many; until 0."""
    with transaction.atomic():
        rows = _seen(now).exclude(holds("case_id")).order_by("pk")
        batch = list(rows.values_list("pk", flat=True)[:BATCH])
        return Confirmation.objects.filter(pk__in=batch).update(subject_id=None, key=CUT_KEY)


def _old(now: datetime) -> QuerySet[Case]:
    """Roots: what was merged into a case goes with it."""
    return Case.objects.filter(parent=None, closed_at__lt=now - KEEP_CASE)


def due_cases(now: datetime) -> int:
    return _old(now).exclude(holds("pk")).count()


def held_cases(now: datetime) -> Iterator[Held]:
    yield Held(_old(now).filter(holds("pk")).count(), HELD)
    open_still = Case.objects.filter(reported_at__lt=now - KEEP_CASE, closed_at=None)
    yield Held(open_still.count(), _("还没办完"))


def forget_cases(*, now: datetime) -> int:
    """Delete cases five years after their end, with everything that belongs to them. Returns how many; until 0."""
    with transaction.atomic():
        roots = list(
            _old(now).exclude(holds("pk")).order_by("pk").values_list("pk", flat=True)[:CASES_AT_ONCE]
        )
        merged = list(Case.objects.filter(parent__in=roots).values_list("pk", flat=True))
        files = list(Attachment.objects.filter(case__in=[*roots, *merged]).values_list("file_id", flat=True))
        LegalHold.objects.filter(case__in=[*roots, *merged]).delete()  # those that have ended
        for keys in (merged, roots):
            Case.objects.filter(pk__in=keys).delete()
        _unfind([*roots, *merged])
    for file_id in files:
        delete_file(file_id=file_id)
    return len(roots)


def _unfind(keys: Iterable[int]) -> None:
    for key in keys:
        INDEX.remove(key)
