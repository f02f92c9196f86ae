"""Legal holds: which cases are kept for whom, and what a person is told of those that are their own."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import LegalHold
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotAllowed
from nuanxin.kernel.privacy.register import Subject, Text

PAGE = 50


def holds_for(actor: Actor, *, start: int = 0) -> Sequence[LegalHold]:
    """Those in force first, then the ended ones, the latest first; a page and one more. Raises `NotAllowed`.

    Of the case only its number: who holds it need not see it.
    """
    if not policy.permits(actor, "cases.hold"):
        raise NotAllowed
    rows = LegalHold.objects.select_related("case", "placed_by__role", "ended_by__role")
    return list(
        rows.order_by(F("ended_at").desc(nulls_first=True), "-placed_at", "-pk")[start : start + PAGE + 1]
    )


def own_holds(subject_id: UUID | None) -> list[LegalHold]:
    """Of what the person has reported."""
    if subject_id is None:
        return []
    rows = LegalHold.objects.filter(case__reporter__subject_id=subject_id, ended_at=None)
    return list(rows.select_related("case").order_by("placed_at", "pk"))


def told_of_holds(subject: Subject) -> list[Text]:
    """A sentence for each, before somebody erases themselves and after."""
    words = _("案卷 %(number)s 依法保全：%(reason)s（%(basis)s）。解除以前，这一件里的姓名和手机号要留着。")
    return [
        words % {"number": hold.case.number, "reason": hold.reason, "basis": hold.basis}
        for hold in own_holds(subject.subject_id)
    ]
