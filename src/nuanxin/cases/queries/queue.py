"""The queues: one page of rows, the tabs with their counts, all by one index each.

A page costs the same at ten thousand and at a million cases: equality on the level's column, order by the index,
keyset instead of offset, counts that stop at a thousand.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import STEP_OF_STATE, Desk, TaskState
from nuanxin.cases.models import Case, ConsultationParty, Task
from nuanxin.cases.queries.discretion import coarse_rows, coarse_tuples, reads_coarsely
from nuanxin.cases.queries.search import INDEX
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.prepared import PreparedFor
from nuanxin.kernel.privacy.keys import UnreadableSecret, decrypt, encrypt

PAGE_SIZE = 50
EXPORT_MOST = 5000
COUNT_CAP = 1000  # shown as 999+
CURSOR = "cases.cursor"
Text = str | Promise
R = TypeVar("R")
# What a row of a list shows, on the page and in the API; a compound's outline alone weighs more than all of it.
SHOWN = (
    *("number", "category_id", "urgency", "visibility", "state", "state_since", "text", "transcript"),
    *("address", "lng", "lat"),
    *("scope_code", "scope_community", "reported_at", "due_at", "next_due_at", "closed_at"),
    *("shelved_at", "shelved_until", "supervision", "voices_waiting"),
    *("lead_organisation__name", "lead_organisation__short_name", "compound__name"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tab:
    """One queue. `is_open` tabs are ordered by what is due next, the others by what came last."""

    name: str
    label: Text
    where: Q = field(default_factory=Q)
    is_open: bool = True
    counted: bool = True


OPEN = Q(closed_at__isnull=True)
STREET_TABS = (
    Tab("screen", _("待核实"), OPEN & Q(desk=Desk.SCREEN)),
    Tab("dispatch", _("待派单"), OPEN & Q(desk=Desk.DISPATCH)),
    Tab("handle", _("处理中"), OPEN & Q(desk=Desk.HANDLE)),
    Tab("verify", _("待核查"), OPEN & Q(desk=Desk.VERIFY)),
    Tab("consult", _("会商"), OPEN & Q(consulting_since__isnull=False)),
    Tab("overdue", _("已超时"), OPEN),
    Tab("open", _("全部在办"), OPEN),
    Tab("all", _("全部"), is_open=False, counted=False),
)
OWN_TABS = (
    Tab("new", _("待接收"), OPEN),
    Tab("mine", _("我们在办"), OPEN),
    Tab("verify", _("待核查"), OPEN & Q(desk=Desk.VERIFY)),
    Tab("consult", _("会商"), OPEN & Q(consulting_since__isnull=False)),
    Tab("overdue", _("已超时"), OPEN),
    Tab("open", _("全部在办"), OPEN),
    Tab("all", _("全部"), is_open=False, counted=False),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the user narrowed the list to; empty means everything."""

    words: str = ""
    major: str = ""
    category: str = ""
    urgency: str = ""
    source: str = ""
    community: str = ""
    compound_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def q(self) -> Q:
        where = Q()
        if self.major:
            where &= Q(category__gte=self.major + "00", category__lte=self.major + "99")
        for name in ("category", "urgency", "source"):
            value = getattr(self, name)
            if value:
                where &= Q(**{name: value})
        if self.community:
            where &= Q(scope_community=self.community)
        if self.compound_id:
            where &= Q(compound=self.compound_id)
        if self.since:
            where &= Q(reported_at__gte=self.since)
        if self.until:
            where &= Q(reported_at__lt=self.until)
        if self.words.strip():
            where &= INDEX.matching(self.words)
        return where


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """`cursor` leads to the next page, empty on the last."""

    rows: Sequence[R]
    cursor: str


def tabs_for(actor: Actor) -> tuple[Tab, ...]:
    """A street or district works by desks; a community or a unit by what is its own turn."""
    works_on_tasks = policy.permits(actor, "cases.claim") or policy.permits(actor, "cases.accept")
    return OWN_TABS if works_on_tasks and not policy.permits(actor, "cases.dispatch") else STREET_TABS


def tab_named(actor: Actor, name: str) -> Tab:
    """The tab, or the first one for a name that this actor does not have."""
    tabs = tabs_for(actor)
    return next((tab for tab in tabs if tab.name == name), tabs[0])


def cases_in(actor: Actor, tab: Tab, filters: Filters, *, now: datetime) -> QuerySet[Case]:
    """All rows of the tab, in its order."""
    rows = Case.objects.filter(policy.rule("cases.view", actor), _tab_q(actor, tab, now), filters.q())
    return rows.order_by("next_due_at", "id") if tab.is_open else rows.order_by("-id")


def _tab_q(actor: Actor, tab: Tab, now: datetime) -> Q:
    where = tab.where
    if tab.name == "overdue":
        where &= Q(next_due_at__lt=now)
    if tab.name == "consult" and not _sees_an_area(actor):
        return where & Q(Exists(_calls(actor)))
    if tab.name in {"new", "mine"} or (tab.is_open and not _sees_an_area(actor)):
        where &= Q(Exists(_own_tasks(actor, tab)))
    return where


def _sees_an_area(actor: Actor) -> bool:
    """A unit sees what it has a part in; what it has handed back is no longer its queue, and still under "all"."""
    return actor.extent("cases.view") in {"area", "all"}


def _calls(actor: Actor) -> QuerySet[ConsultationParty]:
    """Consultations, still open, to which the actor's organisation was whistled; a task of its own it need not have."""
    open_calls = ConsultationParty.objects.filter(consultation__ended_at__isnull=True)
    return open_calls.filter(consultation__case=OuterRef("pk"), organisation=actor.organisation_id)


def _own_tasks(actor: Actor, tab: Tab) -> QuerySet[Task]:
    """What the actor's organisation has in hand of a case: all of it, what it has not taken yet, or what it has."""
    tasks = Task.objects.filter(case=OuterRef("pk"), organisation=actor.organisation_id, ended_at=None)
    if tab.name == "new":
        return tasks.filter(state=TaskState.DISPATCHED)
    return tasks.exclude(state=TaskState.DISPATCHED) if tab.name == "mine" else tasks


def queue_page(
    actor: Actor,
    tab: Tab,
    filters: Filters,
    *,
    now: datetime,
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> Page[Case]:
    """One page, with what a row shows; one statement."""
    rows = cases_in(actor, tab, filters, now=now).select_related("lead_organisation", "compound").only(*SHOWN)
    after = _decode(cursor)
    if after is not None:
        rows = rows.filter(_after(tab, after))
    found = list(rows[: size + 1])
    more = len(found) > size
    page = found[:size]
    cursor = _encode(tab, page[-1]) if more else ""
    return Page(coarse_rows(actor, page) if reads_coarsely(actor) else page, cursor)


class Row(NamedTuple):
    """A case as a list tells it to a program: what `ROW` reads, in its order."""

    id: int
    number: str
    category_id: str
    urgency: str
    state: str
    text: str
    transcript: str
    address: str
    lng: float | None
    lat: float | None
    scope_code: str
    reported_at: datetime
    due_at: datetime | None
    next_due_at: datetime | None
    closed_at: datetime | None
    shelved_until: date | None
    supervision: str
    compound_name: str | None

    @property
    def step(self) -> int:
        return STEP_OF_STATE[self.state]


ROW = (*Row._fields[:-1], "compound__name")


def row_page(
    actor: Actor,
    tab: Tab,
    filters: Filters,
    *,
    now: datetime,
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> "Page[Row]":
    """One page without a model for each row; one statement. The first page of a tab as it is comes ready-built."""
    after = _decode(cursor)
    if after is None and filters == Filters() and tab.name != "overdue":
        found = _first_rows.of(actor, tab.name, size + 1).rows()
    else:
        rows = cases_in(actor, tab, filters, now=now).values_list(*ROW)
        found = list((rows if after is None else rows.filter(_after(tab, after)))[: size + 1])
    page = [Row(*values) for values in found[:size]]
    cursor = _encode(tab, page[-1]) if len(found) > size else ""
    return Page(coarse_tuples(actor, page) if reads_coarsely(actor) else page, cursor)


def _first(actor: Actor, name: str, size: int) -> "QuerySet[Any, tuple[Any, ...]]":
    timeless = datetime.max.replace(tzinfo=UTC)  # only what is overdue depends on the time
    return cases_in(actor, tab_named(actor, name), Filters(), now=timeless).values_list(*ROW)[:size]


_first_rows = PreparedFor(_first)


def rows_to_export(actor: Actor, tab: Tab, filters: Filters, *, now: datetime) -> QuerySet[Case]:
    """The rows of the tab that may also leave the system: `cases.export` reaches less than `cases.view`."""
    rows = cases_in(actor, tab, filters, now=now).filter(policy.rule("cases.export", actor))
    return rows.select_related("lead_organisation", "compound")[:EXPORT_MOST]


def is_too_long_to_export(actor: Actor, tab: Tab, filters: Filters, *, now: datetime) -> bool:
    """Whether rows would be left out; nobody should find out from the last line of a file."""
    rows = cases_in(actor, tab, filters, now=now).filter(policy.rule("cases.export", actor))
    return bool(rows.values_list("pk")[EXPORT_MOST : EXPORT_MOST + 1])


def counts(actor: Actor, tabs: Sequence[Tab], filters: Filters, *, now: datetime) -> dict[str, int]:
    """How many rows each counted tab has, each stopped at `COUNT_CAP`; one statement for all."""
    counted = [tab for tab in tabs if tab.counted]
    parts: list[str] = []
    params: list[Any] = []
    for tab in counted:
        rows = cases_in(actor, tab, filters, now=now).values_list("pk")[
            :COUNT_CAP
        ]  # ordered: by the page's index
        try:
            sql, values = rows.query.sql_with_params()
        except EmptyResultSet:  # a rule that lets nothing through: a role of a unit, and no unit
            parts.append("0")
            continue
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS capped)")  # noqa: S608  -- a queryset's own statement
        params.extend(values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        row = cursor.fetchone()
    return {tab.name: count for tab, count in zip(counted, row, strict=True)}


def _after(tab: Tab, after: tuple[Any, int]) -> Q:
    due, pk = after
    if not tab.is_open:
        return Q(id__lt=pk)
    return Q(next_due_at__gte=due) & (Q(next_due_at__gt=due) | Q(id__gt=pk))


def _encode(tab: Tab, case: Case | Row) -> str:
    """Sealed: where the next page begins is a deadline, and not everybody is told all of them."""
    due = case.next_due_at.isoformat() if tab.is_open and case.next_due_at else ""
    return encrypt(json.dumps([due, case.id]), CURSOR).replace(".", "=")


def _decode(cursor: str) -> tuple[Any, int] | None:
    """What the cursor says; one that was tampered with is as none."""
    if not cursor:
        return None
    try:
        due, pk = json.loads(decrypt(cursor.replace("=", "."), CURSOR))
        return (datetime.fromisoformat(due) if due else None), int(pk)
    except (ValueError, TypeError, UnreadableSecret):
        return None
