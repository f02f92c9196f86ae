"""Appeals: what an organisation may contest of a case, who has said what, and the list of those who decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import AppealKind, AppealState, ClockKind, ClockOutcome
from nuanxin.cases.models import Appeal, Case, CaseLog, Clock, Rating
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.worktime import SHANGHAI, due_at
from nuanxin.kernel.worktime.services import calendar_for
from nuanxin.ui.phrases import half_day

HANDED_IN = ("submit_result", "self_handle")
OPEN_STATES = (AppealState.PRECHECK, AppealState.OPINION, AppealState.REVIEW)
CONTESTABLE = (ClockKind.CLAIM, ClockKind.ACCEPT, ClockKind.MAKE_SAFE, ClockKind.HANDLE, ClockKind.TOTAL)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that counts against an organisation; `name` is how a form and the API say it."""

    kind: str
    column: str  # of Appeal
    row_id: int
    at: datetime
    label: str | Promise

    @property
    def name(self) -> str:
        return f"{self.column}-{self.row_id}"


def facts_against(case: Case, organisation_id: int | None, *, now: datetime) -> list[Fact]:
    """What this organisation may contest now: its own, recent enough, and not contested yet."""
    if organisation_id is None:
        return []
    done = Appeal.objects.filter(case=case, organisation=organisation_id).values_list(
        "clock", "log", "rating"
    )
    contested = {
        f"{column}-{row_id}"
        for row in done
        for column, row_id in zip(("clock", "log", "rating"), row, strict=True)
        if row_id
    }
    facts = [*_late(case, organisation_id), *_reworked(case, organisation_id), *_rated(case, organisation_id)]
    return [fact for fact in facts if fact.name not in contested and now <= appeal_until(case, fact.at)]


def fact_named(case: Case, organisation_id: int | None, name: str, *, now: datetime) -> Fact | None:
    """One of them; `None` for what is not there, not its own, or too long ago. A contested one is there still."""
    if organisation_id is None:
        return None
    facts = [*_late(case, organisation_id), *_reworked(case, organisation_id), *_rated(case, organisation_id)]
    return next((fact for fact in facts if fact.name == name and now <= appeal_until(case, fact.at)), None)


def appeal_until(case: Case, fact_at: datetime) -> datetime:
    calendar = calendar_for(case.scope_code, fact_at.astimezone(SHANGHAI).date())
    return due_at(fact_at, handling_limits().appeal_within, calendar).at


def _late(case: Case, organisation_id: int) -> Iterator[Fact]:
    """Limits that stopped late: the organisation's own, and the whole case's for the one that handled it."""
    own = Q(organisation=organisation_id) | Q(task__organisation=organisation_id)
    if organisation_id in {case.handled_by_id, case.lead_organisation_id}:
        own |= Q(kind__in=[ClockKind.TOTAL, ClockKind.MAKE_SAFE], organisation=None)
    rows = Clock.objects.filter(own, case=case, outcome=ClockOutcome.LATE, kind__in=CONTESTABLE)
    for clock in rows.order_by("stopped_at", "id"):
        label = _("“%(kind)s”超时") % {"kind": clock.get_kind_display()}
        yield Fact(AppealKind.OVERDUE, "clock", clock.pk, clock.stopped_at or clock.due_at, label)


def _reworked(case: Case, organisation_id: int) -> Iterator[Fact]:
    logs = _handed_in_or(case, "fail")
    for log, handler in _with_handler(logs):
        if log.action == "fail" and handler == organisation_id:
            yield Fact(AppealKind.REWORK, "log", log.pk, log.at, _("核查不通过，返工"))


def _rated(case: Case, organisation_id: int) -> Iterator[Fact]:
    ratings = list(Rating.objects.filter(case=case, satisfied=False))
    if not ratings:
        return
    handed_in = [log for log in _handed_in_or(case) if log.task is not None]
    for rating in ratings:
        before = [log for log in handed_in if log.at <= rating.at]
        if before and before[-1].task and before[-1].task.organisation_id == organisation_id:
            at = half_day(rating.at)  # when the reporter answered is told to nobody who is appraised by it
            yield Fact(AppealKind.UNSATISFIED, "rating", rating.pk, at, _("上报人评价“不满意”"))


def _handed_in_or(case: Case, *actions: str) -> list[CaseLog]:
    rows = CaseLog.objects.filter(case=case, action__in=[*HANDED_IN, *actions])
    return list(rows.select_related("task").order_by("at", "id"))


def _with_handler(logs: Sequence[CaseLog]) -> Iterator[tuple[CaseLog, int | None]]:
    """Each with the organisation whose result was the last before it."""
    handler: int | None = None
    for log in logs:
        if log.task is not None and log.action in HANDED_IN and log.task.role != "assist":
            handler = log.task.organisation_id
        yield log, handler


@dataclass(frozen=True, slots=True)
class AppealFilters:
    state: str = "open"
    kind: str = ""
    organisation: str = ""
    late: bool = False
    since: datetime | None = None
    until: datetime | None = None

    def q(self, *, now: datetime) -> Q:
        where = Q()
        if self.state == "open":
            where &= Q(decided_at=None)
        elif self.state:
            where &= Q(state=self.state)
        if self.kind:
            where &= Q(kind=self.kind)
        if self.organisation:
            where &= Q(organisation__public_id=self.organisation)
        if self.late:
            where &= Q(decided_at=None, due_at__lt=now)
        if self.since:
            where &= Q(asked_at__gte=self.since)
        if self.until:
            where &= Q(asked_at__lt=self.until)
        return where


def appeals(actor: Actor, filters: AppealFilters, *, now: datetime) -> QuerySet[Appeal]:
    """Of the cases that the actor sees: a unit its own only, whoever oversees an area all in it."""
    cases = Case.objects.filter(policy.rule("cases.view", actor))
    rows = Appeal.objects.filter(filters.q(now=now), case__in=cases)
    if actor.extent("cases.view") in {"org", "site"}:
        rows = rows.filter(organisation=actor.organisation_id)
    rows = rows.select_related("case__compound", "organisation")
    return rows.order_by("due_at", "id") if filters.state == "open" else rows.order_by("-asked_at", "-id")


def appeals_of(actor: Actor, case: Case) -> list[Appeal]:
    """For the page of a case, with what everybody said; a unit sees its own."""
    rows = Appeal.objects.filter(case=case).select_related("organisation", "clock")
    if actor.extent("cases.view") in {"org", "site"}:
        rows = rows.filter(organisation=actor.organisation_id)
    return list(rows.prefetch_related("steps__organisation").order_by("-id"))


def appeal_for(case: Case, about: str) -> Appeal:
    """By its id, of this case. Raises `NotFound`; what may be done with it the service decides."""
    row = None
    if about.isascii() and about.isdigit() and len(about) <= 18:
        rows = Appeal.objects.filter(case=case, pk=int(about))
        row = rows.select_related("case", "organisation").first()
    if row is None:
        raise NotFound
    return row
