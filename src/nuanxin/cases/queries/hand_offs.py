"""Where a report goes that somebody else answers, and what happens there: the words for staff and for the reporter."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import HandOffKind
from nuanxin.cases.models import Case, HandOff
from nuanxin.cases.queries.catalogue import kind_of

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Destination:
    """`goes` where, `then` what happens next, `call` whom one may ring meanwhile."""

    goes: Text
    then: Text
    call: Text = ""


DESTINATIONS: dict[str, Destination] = {
    HandOffKind.GOOD_DEED: Destination(
        _("好人好事登记"),
        _("社区核实后登记，当事人同意才会公布；核实结果会回到这里。"),
    ),
    HandOffKind.DISPUTE: Destination(
        _("劳动争议调解"),
        _("工会和人社的调解员会联系，先听两边说；结果会回到这里。"),
        _("等不及可以先打 12333（人社）或 12348（法律援助），都不收费。"),
    ),
    HandOffKind.WISH: Destination(
        _("居民议事"),
        _("社区把它放进议事清单，能办的认领，要商量的开会；结果会回到这里。"),
    ),
}


def destination_of(case: Case) -> Destination | None:
    """Where this kind of report goes; `None` for one that is handled here."""
    return DESTINATIONS.get(kind_of(case.category_id).handoff)


def hand_off_of(case: Case) -> HandOff | None:
    """No statement for a category that is never handed off."""
    if not kind_of(case.category_id).handoff:
        return None
    return HandOff.objects.filter(case=case).first()
