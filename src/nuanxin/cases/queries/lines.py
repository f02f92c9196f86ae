"""A case as one line of a list, as far as this actor may read it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from nuanxin.cases.enums import CaseState
from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.hand_offs import destination_of
from nuanxin.cases.queries.places import address_for, community_names
from nuanxin.kernel.access import Actor


@dataclass(frozen=True, slots=True)
class Line:
    case: Case
    category: str
    place: str
    text: str
    step: str


def queue_lines(
    actor: Actor, cases: Sequence[Case], *, communities: Iterable[tuple[str, str]] = ()
) -> list[Line]:
    """At most one statement for all of them: the names of those that are not among the `communities` at hand."""
    names = dict(communities)
    missing = {case.scope_community.ljust(12, "0") for case in cases if case.scope_community} - names.keys()
    if missing:
        names |= community_names(missing)
    return [_line(actor, case, names) for case in cases]


def _line(actor: Actor, case: Case, names: dict[str, str]) -> Line:
    community = names.get(case.scope_community.ljust(12, "0"), "")
    address = address_for(actor, case)
    lead = case.lead_organisation.label if case.lead_organisation else ""
    to = destination_of(case) if case.state == CaseState.FILED else None
    state = _("已转给%(where)s，等回执") % {"where": to.goes} if to else case.get_state_display()
    return Line(
        case=case,
        category=kind_of(case.category_id).name,
        place=" · ".join(filter(None, (address, community))),
        text=case.text or case.transcript,
        step=f"{state} · {lead}" if lead and case.is_open else str(state),
    )
