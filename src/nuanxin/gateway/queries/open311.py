"""What other systems may read by Open311: what is public anyway, and what they have sent themselves, coarsely."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from nuanxin.cases.enums import INSTEAD, OVER_STATES, CaseState, Outcome, RejectReason, Visibility
from nuanxin.cases.models import Case, CaseLog
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.publication_review import coarse
from nuanxin.cases.queries.publications import PublicFilters, PublicRow, public_rows
from nuanxin.gateway.models import ApiKey, Jurisdiction, SentRequest
from nuanxin.gateway.open311.arguments import CLOSED, MOST_ROWS, OPEN, RequestFilters
from nuanxin.gateway.open311.refusals import JurisdictionMissing, UnknownJurisdiction, UnknownRequest
from nuanxin.gateway.open311.rows import RequestRow, UpdateRow, step_words
from nuanxin.kernel.access.scope import scope_q, significant
from nuanxin.kernel.cached import Cached
from nuanxin.kernel.worktime import SHANGHAI


@dataclass(frozen=True, slots=True)
class Area:
    """A jurisdiction on offer; without a name and a code it is all of this installation."""

    identifier: str = ""
    name: str = ""
    scope_code: str = ""


EVERYWHERE = Area()


def _load() -> tuple[Area, ...]:
    rows = Jurisdiction.objects.filter(closed_at=None).order_by("identifier")
    return tuple(Area(row.identifier, row.name, row.scope_code) for row in rows)


JURISDICTIONS: Cached[tuple[Area, ...]] = Cached("gateway.jurisdictions", _load)


def areas() -> tuple[Area, ...]:
    return JURISDICTIONS.get()


def area_of(identifier: str) -> Area:
    """The one that a client means. Raises `JurisdictionMissing` where there are several, `UnknownJurisdiction`."""
    known = areas()
    if identifier:
        found = next((area for area in known if area.identifier == identifier), None)
        if found is None:
            raise UnknownJurisdiction
        return found
    if len(known) > 1:
        raise JurisdictionMissing
    return known[0] if known else EVERYWHERE


def narrower(area: Area, key: ApiKey) -> str:
    """The territory that lies in both, a division code; empty for none."""
    if not area.scope_code:
        return key.scope_code
    ours, theirs = significant(area.scope_code), significant(key.scope_code)
    if ours.startswith(theirs):
        return area.scope_code
    return key.scope_code if theirs.startswith(ours) else ""


def key_digest(text: str) -> str:
    """256 random bits need no salt and no slow hash."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def key_in_force(text: str, *, now: datetime) -> ApiKey | None:
    return ApiKey.objects.filter(
        key_hash=key_digest(text), revoked_at=None, expires_at__gt=now, created_at__lte=now
    ).first()


def requests_for(area: Area, filters: RequestFilters, *, key: ApiKey | None) -> list[RequestRow]:
    """The page that was asked for of the first thousand, the latest first. Four statements at most."""
    rows = {row.number: row for row in _public(area, filters)}
    if key is not None:
        rows |= {row.number: row for row in _sent(area, filters, key)}
    found = sorted(rows.values(), key=lambda row: (row.requested_at, row.number), reverse=True)[:MOST_ROWS]
    begin = (filters.page - 1) * filters.page_size
    return found[begin : begin + filters.page_size]


def one_request(area: Area, filters: RequestFilters, *, key: ApiKey | None) -> list[RequestRow]:
    """The list with the one that was asked for. Raises `UnknownRequest`."""
    found = requests_for(area, filters, key=key)
    if not found:
        raise UnknownRequest
    return found


def updates_for(area: Area, filters: RequestFilters, *, key: ApiKey | None) -> list[UpdateRow]:
    """What became of them in this time, the earliest first: ended, or taken up again."""
    solved = PublicFilters(
        scope_code=area.scope_code,
        numbers=filters.numbers,
        solved_since=_day(filters.since),
        solved_until=_day(filters.until),
    )
    rows = {
        row.number: UpdateRow(f"{row.number}-1", row.number, CLOSED, _at(row.solved_on), row.done)
        for row in public_rows(solved, most=MOST_ROWS)
    }
    own = _own_updates(area, filters, key) if key is not None else []
    others = [row for number, row in rows.items() if number not in {each.number for each in own}]
    return sorted([*others, *own], key=lambda row: (row.updated_at, row.update_id))[:MOST_ROWS]


def number_of_token(key: ApiKey, token: str) -> str:
    """The case that a token stands for. Raises `UnknownRequest`, also for what another key has sent."""
    try:
        wanted = UUID(token)
    except ValueError:
        raise UnknownRequest from None
    row = SentRequest.objects.filter(api_key=key, token=wanted).select_related("case").first()
    if row is None:
        raise UnknownRequest
    return row.case.number


def _public(area: Area, filters: RequestFilters) -> list[RequestRow]:
    if CLOSED not in filters.statuses and not filters.numbers:
        return []
    if filters.numbers:
        chosen = PublicFilters(scope_code=area.scope_code, numbers=filters.numbers)
    else:
        chosen = PublicFilters(
            scope_code=area.scope_code,
            categories=filters.codes,
            reported_since=_day(filters.since),
            reported_until=_day(filters.until),
        )
    return [_drawn(row) for row in public_rows(chosen, most=MOST_ROWS)]


def _drawn(row: PublicRow) -> RequestRow:
    picture = row.before or row.after
    return RequestRow(
        number=row.number,
        status=CLOSED,
        requested_at=_at(row.reported_on),
        updated_at=_at(row.solved_on),
        kind=row.kind,
        notes=row.done,
        description=row.wrong,
        agency=row.unit,
        address=row.area,
        address_id=row.area_code,
        lng=row.lng,
        lat=row.lat,
        picture=picture.path if picture else "",
    )


def _sent(area: Area, filters: RequestFilters, key: ApiKey) -> list[RequestRow]:
    rows = _sent_to(area, key)
    if filters.numbers:
        rows = rows.filter(case__number__in=filters.numbers)
    else:
        rows = rows.filter(sent_at__range=(filters.since, filters.until))
        if filters.codes:
            rows = rows.filter(case__category__in=filters.codes)
        ended = Q(case__parent=None, case__closed_at__isnull=False)
        ended |= Q(case__parent__isnull=False, case__parent__closed_at__isnull=False)
        if filters.statuses == {OPEN}:
            rows = rows.exclude(ended)
        elif filters.statuses == {CLOSED}:
            rows = rows.filter(ended)
    return [_coarse(row) for row in rows.order_by("-sent_at")[:MOST_ROWS]]


def _sent_to(area: Area, key: ApiKey) -> QuerySet[SentRequest]:
    rows = SentRequest.objects.filter(api_key=key).select_related("case__parent")
    return rows.filter(scope_q(area.scope_code, "case__")) if area.scope_code else rows


def _coarse(row: SentRequest) -> RequestRow:
    """Where it stands; not what was written since, who has it, nor when exactly anything happened."""
    case = row.case
    main = case.parent or case
    is_secret = Visibility.CONFIDENTIAL in {case.visibility, main.visibility}
    lng, lat = coarse(case.lng, case.lat)
    return RequestRow(
        number=case.number,
        status=OPEN if main.is_open else CLOSED,
        requested_at=row.sent_at,
        updated_at=_at(main.state_since.astimezone(SHANGHAI).date()),
        kind=None if is_secret else kind_of(case.category_id),
        notes="" if is_secret else _how(main),
        lng=lng,
        lat=lat,
    )


def _how(case: Case) -> str:
    if case.is_open:
        return step_words(case.step)
    if case.state == CaseState.REJECTED and case.reject_reason:
        label = RejectReason(case.reject_reason).label
        return f"{label}。{INSTEAD[case.reject_reason]}"
    return str(Outcome(case.outcome).label) if case.outcome else _("已办结")


def _own_updates(area: Area, filters: RequestFilters, key: ApiKey) -> list[UpdateRow]:
    sent = _sent_to(area, key)
    if filters.numbers:
        sent = sent.filter(case__number__in=filters.numbers)
    ended = Q(to_state__in=OVER_STATES) & ~Q(from_state__in=OVER_STATES) & ~Q(to_state=CaseState.MERGED)
    own = sent.filter(Q(case=OuterRef("case")) | Q(case__parent=OuterRef("case")))
    logs = CaseLog.objects.filter(
        ended | Q(action="reopen"), Exists(own), at__range=(filters.since, filters.until)
    ).order_by("at", "id")[:MOST_ROWS]
    by_case: dict[int, list[CaseLog]] = {}
    for log in logs:
        by_case.setdefault(log.case_id, []).append(log)
    concerned = sent.filter(Q(case__in=by_case) | Q(case__parent__in=by_case))[:MOST_ROWS]
    return [_update(row.case, log) for row in concerned for log in _logs_of(row.case, by_case)]


def _logs_of(case: Case, logs: dict[int, list[CaseLog]]) -> Iterable[CaseLog]:
    return logs.get(case.parent_id or case.pk, ())


def _update(case: Case, log: CaseLog) -> UpdateRow:
    """An id that stays the same however often it is asked for."""
    is_end = log.action != "reopen"
    main = case.parent or case
    words = _("处理有了结果") if is_end else _("重新打开，继续处理")
    if is_end and Visibility.CONFIDENTIAL not in {case.visibility, main.visibility} and not main.is_open:
        words = _how(main)
    stamp = log.at.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
    return UpdateRow(f"{case.number}-{stamp}", case.number, CLOSED if is_end else OPEN, log.at, words)


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _at(day: date) -> datetime:
    """Of what is public only the day is known: its first moment."""
    return datetime.combine(day, time(), SHANGHAI)
