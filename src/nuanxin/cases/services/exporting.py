"""Rows leaving the system: a written act, masked, and never more than `EXPORT_MOST` at once (`domain.md` §8)."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.places import community_names
from nuanxin.cases.queries.queue import EXPORT_MOST, Filters, Tab, rows_to_export
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotAllowed
from nuanxin.kernel.privacy.masking import mask_address

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 500
HEADINGS = (
    gettext_lazy("案卷号"),
    gettext_lazy("类别编码"),
    gettext_lazy("类别"),
    gettext_lazy("紧急程度"),
    gettext_lazy("状态"),
    gettext_lazy("来源"),
    gettext_lazy("所在社区"),
    gettext_lazy("位置（脱敏）"),
    gettext_lazy("主办单位"),
    gettext_lazy("上报时间"),
    gettext_lazy("立案时间"),
    gettext_lazy("总时限"),
    gettext_lazy("办结时间"),
    gettext_lazy("办结方式"),
    gettext_lazy("退回次数"),
    gettext_lazy("返工次数"),
)


def export_cases(*, actor: Actor, tab: Tab, filters: Filters, now: datetime) -> Iterator[list[str]]:
    """The headings and then the rows of a queue, as text. Free text stays here: it may hold anything. Audited.

    Raises `NotAllowed`.
    """
    if not policy.permits(actor, "cases.export"):
        raise NotAllowed
    with transaction.atomic():
        audit.record(
            actor=actor,
            action="cases.export",
            object_type="cases.queue",
            object_id=tab.name,
            scope_code=actor.scope_code,
            detail={"most": EXPORT_MOST, "filters": _narrowed(filters)},
            now=now,
        )
    return _lines(actor, tab, filters, now=now)


def _narrowed(filters: Filters) -> dict[str, str]:
    """Which filters were set; words that were searched for may name somebody and are only counted."""
    given = {name: value for name, value in asdict(filters).items() if value}
    return {name: str(len(value)) if name == "words" else str(value) for name, value in given.items()}


def _lines(actor: Actor, tab: Tab, filters: Filters, *, now: datetime) -> Iterator[list[str]]:
    yield [str(heading) for heading in HEADINGS]
    names: dict[str, str] = {}
    for case in rows_to_export(actor, tab, filters, now=now).iterator(chunk_size=CHUNK):
        community = case.scope_community.ljust(12, "0")
        if community not in names:
            names |= {community: "", **community_names([community])}
        number, *others = _cells(case, names[community])
        yield [
            f"\t{number}",
            *map(_safe, others),
        ]  # the tab keeps a spreadsheet from rounding nineteen digits


def _cells(case: Case, community: str) -> list[str]:
    address = case.address or (case.compound.name if case.compound else "")
    lead = case.lead_organisation.name if case.lead_organisation else ""
    return [
        case.number,
        case.category_id,
        kind_of(case.category_id).name,
        str(case.get_urgency_display()),
        str(case.get_state_display()),
        str(case.get_source_display()),
        community,
        mask_address(address),
        lead,
        _time(case.reported_at),
        _time(case.filed_at),
        _time(case.due_at),
        _time(case.closed_at),
        str(case.get_outcome_display()) if case.outcome else "",
        str(case.return_count),
        str(case.rework_count),
    ]


def _time(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _safe(cell: str) -> str:
    """Never a formula, whatever somebody wrote into an address."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
