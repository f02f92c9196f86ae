"""Supervision, shelving and appeals of one case: what the page shows of them, and which buttons they offer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from nuanxin.cases.enums import Desk, ShelvingState
from nuanxin.cases.models import Appeal, Case, Shelving, Supervision
from nuanxin.cases.queries.appealing import appeals_of, facts_against
from nuanxin.cases.queries.aside import Aside
from nuanxin.cases.workflow import APPEAL, BESIDE, SHELVING
from nuanxin.kernel.access import Actor, level_of
from nuanxin.kernel.workflow import Transition

ON_CASE = ("reply_supervision", "supervise", "remind", "request_shelving", "appeal")
ABOVE_THE_STREET = frozenset({"district", "city", "province"})
PERMISSIONS = frozenset({BESIDE[name].permission for name in ON_CASE} | {"cases.supervise_key"})

OversightMove = tuple[Transition, str]  # and the appeal that it is about, by its id


@dataclass(frozen=True, slots=True)
class Oversight:
    """`shelving` is the latest one with its reviews; the others are the latest first."""

    shelving: Shelving | None
    supervisions: Sequence[Supervision]
    appeals: Sequence[Appeal]
    asked_of_us: Sequence[Supervision]

    @property
    def open_supervisions(self) -> list[Supervision]:
        return [each for each in self.supervisions if each.ended_at is None]


def oversight_of(actor: Actor, case: Case, aside: Aside) -> Oversight:
    """Four statements at most, whatever has happened to the case, and none where nothing has."""
    supervisions = _supervisions_of(case) if Supervision in aside else []
    return Oversight(
        shelving=latest_shelving(case) if Shelving in aside else None,
        supervisions=supervisions,
        appeals=appeals_of(actor, case) if Appeal in aside else [],
        asked_of_us=[each for each in supervisions if _is_asked(actor, each)],
    )


def _supervisions_of(case: Case) -> list[Supervision]:
    return list(
        Supervision.objects.filter(case=case)
        .select_related("organisation", "by_organisation", "reply_clock")
        .order_by("-opened_at", "-id")
    )


def _is_asked(actor: Actor, supervision: Supervision) -> bool:
    waiting = supervision.ended_at is None and supervision.replied_at is None
    return waiting and supervision.organisation_id == actor.organisation_id


def latest_shelving(case: Case) -> Shelving | None:
    rows = Shelving.objects.filter(case=case).select_related("organisation", "decided_by")
    return rows.prefetch_related("reviews").order_by("-id").first()


def oversight_moves(
    actor: Actor, case: Case, oversight: Oversight, *, held: set[str], now: datetime
) -> list[OversightMove]:
    """The legal moves of the two tables, and those beside the tables that make sense now."""
    offered = [name for name in ON_CASE if _is_offered(name, actor, case, held, now)]
    if "request_shelving" in offered and _is_fresh(case, oversight.shelving):
        offered.remove("request_shelving")
    moves: list[OversightMove] = [(BESIDE[name], "") for name in offered]
    return [*moves, *_on_shelving(actor, case, oversight.shelving), *_on_appeals(actor, oversight.appeals)]


def asks_others(actor: Actor, case: Case) -> bool:
    """Whether it is with somebody else: with the unit that leads it, or with the street, which the district asks."""
    if case.desk == Desk.HANDLE:
        return case.lead_organisation_id not in {None, actor.organisation_id}
    return bool(actor.scope_code) and level_of(actor.scope_code) in ABOVE_THE_STREET


def _is_offered(name: str, actor: Actor, case: Case, held: set[str], now: datetime) -> bool:
    is_under_way = case.is_open and case.shelved_at is None and asks_others(actor, case)
    if name == "supervise":
        return bool(held & {"cases.supervise", "cases.supervise_key"}) and is_under_way
    if BESIDE[name].permission not in held:
        return False
    match name:
        case "remind":
            return is_under_way
        case "request_shelving":
            return case.shelved_at is None and case.urgency != "U1"
        case "appeal":
            return bool(facts_against(case, actor.organisation_id, now=now))
    return True


def _is_fresh(case: Case, shelving: Shelving | None) -> bool:
    """A request that still waits; one from before the case moved on has lapsed."""
    asked = shelving is not None and shelving.state == ShelvingState.ASKED
    return asked and shelving is not None and shelving.asked_at >= case.state_since


def _on_shelving(actor: Actor, case: Case, shelving: Shelving | None) -> Iterator[OversightMove]:
    """What the centre may do: decide a request that is still fresh, look at what is shelved, take it off."""
    if shelving is None or not (case.shelved_at or _is_fresh(case, shelving)):
        return
    for transition in SHELVING.available(actor, shelving):
        yield transition, ""


def _on_appeals(actor: Actor, appeals: Sequence[Appeal]) -> Iterator[OversightMove]:
    for appeal in appeals:
        if appeal.decided_at is None:
            for transition in APPEAL.available(actor, appeal):
                yield transition, str(appeal.pk)
