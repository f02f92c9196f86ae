"""The day of a street or a district: what happened until five in the afternoon, what is urgent, what waits.

Nothing here names a person, and no confidential case has a line of its own: it is in the figures only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import dateformat
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, Desk, Urgency, Visibility
from nuanxin.cases.models import OPEN, Case, DailyBulletin
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.places import community_names
from nuanxin.kernel.access import Actor, policy, scope_q
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.queries.responsible import street_offices
from nuanxin.territories.queries import path_name
from nuanxin.ui.phrases import duration_words, time_of_day

Text = str | Promise
HOUR = 17
DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOST_URGENT, MOST_HOT, MOST_WAITING, HOT_FROM = 10, 5, 6, 2
LIST_MOST = 60
DONE = (CaseState.CLOSED, CaseState.ARCHIVED)


# --- What is kept -------------------------------------------------------------------------------------------------
def five_o_clock(on: date) -> datetime:
    return datetime.combine(on, time(HOUR), tzinfo=SHANGHAI)


def bulletin_scopes() -> list[str]:
    """Every street that has an office here, and the districts around them."""
    streets = {office.scope_code for office in street_offices()}
    return sorted(streets | {padded(code[: LEVELS["district"]]) for code in streets})


def content_of(scope_code: str, *, on: date, now: datetime) -> dict[str, Any]:
    """What the bulletin keeps: figures, codes and places. The period ends at five; what is open is open now."""
    until = five_o_clock(on)
    since = until - DAY
    living = Case.objects.filter(scope_q(scope_code), OPEN | Q(closed_at__gte=since - WEEK))
    told = living.filter(visibility=Visibility.NORMAL)
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "figures": _figures(living, since, until, now),
        "urgent": _urgent(told, since, until),
        "hot": _hot(told, until - WEEK, until),
        "waiting": _waiting(told, now),
    }


def _figures(rows: QuerySet[Case], since: datetime, until: datetime, now: datetime) -> dict[str, int]:
    def within(column: str) -> Q:
        return Q(**{f"{column}__gte": since, f"{column}__lt": until})

    counted: dict[str, Any] = {
        "reported": within("reported_at"),
        "filed": within("filed_at"),
        "dispatched": within("dispatched_at"),
        "closed": within("closed_at") & Q(state__in=DONE),
        "rejected": within("closed_at") & Q(state=CaseState.REJECTED),
        "overdue": OPEN & Q(next_due_at__lt=now),
        "supervised": OPEN & ~Q(supervision=""),
        "shelved": OPEN & Q(shelved_at__isnull=False),
        "open": OPEN,
        **{f"desk_{desk}": OPEN & Q(desk=desk) for desk in Desk.values if desk != Desk.OVER},
    }
    return dict(rows.aggregate(**{name: Count("pk", filter=where) for name, where in counted.items()}))


def _urgent(rows: QuerySet[Case], since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Those of the day, and those of the first degree that are still open."""
    today = Q(reported_at__gte=since, reported_at__lt=until)
    wanted = (today & Q(urgency__in=[Urgency.U1, Urgency.U2])) | (OPEN & Q(urgency=Urgency.U1))
    found = rows.filter(wanted).select_related("compound").order_by("urgency", "-id")
    return [
        {
            "number": case.number,
            "at": case.reported_at.isoformat(),
            "urgency": case.urgency,
            "state": case.state,
            **_what_and_where(case),
        }
        for case in found[:MOST_URGENT]
    ]


def _hot(rows: QuerySet[Case], since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Where most was reported in seven days: a compound, else a community."""
    found = (
        rows.filter(reported_at__gte=since, reported_at__lt=until)
        .order_by()
        .values("compound__name", "scope_community")
        .annotate(count=Count("pk"))
        .filter(count__gte=HOT_FROM)
        .order_by("-count", "scope_community", "compound__name")[:MOST_HOT]
    )
    return [
        {"place": row["compound__name"] or "", "community": row["scope_community"], "count": row["count"]}
        for row in found
    ]


def _waiting(rows: QuerySet[Case], now: datetime) -> list[dict[str, Any]]:
    """What has waited longest beyond its limit."""
    late = rows.filter(OPEN, next_due_at__lt=now).select_related("compound", "lead_organisation")
    return [
        {
            "number": case.number,
            "due": case.next_due_at.isoformat() if case.next_due_at else "",
            "state": case.state,
            "unit": case.lead_organisation.label if case.lead_organisation else "",
            **_what_and_where(case),
        }
        for case in late.order_by("next_due_at", "id")[:MOST_WAITING]
    ]


def _what_and_where(case: Case) -> dict[str, str]:
    """A compound or a community: an address may be somebody's home."""
    compound = case.compound.name if case.compound else ""
    return {"category": case.category_id, "place": compound, "community": case.scope_community}


# --- As it is read ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Figure:
    """`change` against the bulletin of the day before, in words; empty where there was none."""

    label: Text
    value: int
    change: str
    tone: str


@dataclass(frozen=True, slots=True)
class BulletinLine:
    number: str
    lead: str
    text: str
    end: str


@dataclass(frozen=True, slots=True)
class BulletinPage:
    """Everything that page and print say, in the reader's language."""

    bulletin: DailyBulletin
    title: str
    area: str
    office: str
    issue: str
    day: str
    period: str
    summary: Sequence[str]
    figures: Sequence[Figure]
    urgent: Sequence[BulletinLine]
    hot: Sequence[BulletinLine]
    waiting: Sequence[BulletinLine]
    desks: Sequence[tuple[str, int]]


FIGURES: tuple[tuple[str, Text, str], ...] = (
    ("reported", _("上报"), ""),
    ("filed", _("立案"), ""),
    ("dispatched", _("派单"), ""),
    ("closed", _("结案"), "ok"),
    ("overdue", _("超时未办"), "danger"),
    ("supervised", _("督办中"), "wait"),
)


def bulletins_for(actor: Actor, *, before: date | None = None) -> list[tuple[DailyBulletin, str]]:
    """The latest first, each with the name of its area."""
    rows = DailyBulletin.objects.filter(policy.rule("cases.bulletin", actor))
    if before is not None:
        rows = rows.filter(on__lt=before)
    found = list(rows.order_by("-on", "scope_code")[:LIST_MOST])
    names = community_names({row.scope_code for row in found})
    return [(row, names.get(row.scope_code, "")) for row in found]


def bulletin_page(actor: Actor, scope_code: str, on: date) -> BulletinPage:
    """Raises `NotFound`."""
    rows = DailyBulletin.objects.filter(policy.rule("cases.bulletin", actor), scope_code=scope_code)
    bulletin = rows.filter(on=on).first()
    if bulletin is None:
        raise NotFound
    earlier = rows.filter(on=on - DAY).first()
    return _page(bulletin, earlier.content["figures"] if earlier else {})


def _page(bulletin: DailyBulletin, earlier: Mapping[str, int]) -> BulletinPage:
    content = bulletin.content
    places = _Places([*content["urgent"], *content["hot"], *content["waiting"]])
    area = path_name(bulletin.scope_code)
    short = area.rpartition(" ")[2]
    made = bulletin.created_at
    return BulletinPage(
        bulletin=bulletin,
        title=gettext("%(area)s随手拍每日快报") % {"area": short},
        area=area,
        office=_office(bulletin.scope_code) or area,
        issue=gettext("%(year)d 年第 %(issue)d 期") % {"year": bulletin.on.year, "issue": bulletin.issue},
        day=f"{day_of(bulletin.on)} {dateformat.format(bulletin.on, 'l')}",
        period=_period(content),
        summary=_summary(content, short),
        figures=[_figure(content, earlier, *each) for each in FIGURES],
        urgent=[_urgent_line(each, places) for each in content["urgent"]],
        hot=[_hot_line(each, places) for each in content["hot"]],
        waiting=[_waiting_line(each, places, made) for each in content["waiting"]],
        desks=[
            (str(Desk(desk).label), content["figures"][f"desk_{desk}"])
            for desk in Desk.values
            if desk != Desk.OVER
        ],
    )


def _office(scope_code: str) -> str:
    """The street office by its name; a district has no one office that signs."""
    return next((office.name for office in street_offices() if office.scope_code == scope_code), "")


class _Places:
    """Names of the communities on the page, one statement."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.names = community_names({str(row["community"]).ljust(12, "0") for row in rows})

    def of(self, row: Mapping[str, Any]) -> str:
        community = self.names.get(str(row["community"]).ljust(12, "0"), "")
        return " · ".join(filter(None, (community, str(row["place"]))))


def _period(content: Mapping[str, Any]) -> str:
    since, until = (_moment(content[name]) for name in ("since", "until"))
    return gettext("%(since)s 至 %(until)s") % {"since": since, "until": until}


def _moment(text: str) -> str:
    at = parse_datetime(text)
    if at is None:
        return ""
    return f"{dateformat.format(localtime(at), pgettext('date format', 'n月j日'))} {time_of_day(at)}"


def day_of(on: date | datetime) -> str:
    return dateformat.format(on, pgettext("date format", "Y年n月j日"))


def _figure(
    content: Mapping[str, Any], earlier: Mapping[str, int], name: str, label: Text, tone: str
) -> Figure:
    value = content["figures"][name]
    change = ""
    if name in earlier:
        more = value - earlier[name]
        change = gettext("比昨天 %(more)+d") % {"more": more} if more else gettext("和昨天一样")
    return Figure(label, value, change, tone if value else "")


def _summary(content: Mapping[str, Any], area: str) -> list[str]:
    """The day in two or three sentences."""
    figures = content["figures"]
    told = [
        gettext(
            "%(area)s一天收到上报 %(reported)d 件，立案 %(filed)d 件，派单 %(dispatched)d 件，结案 %(closed)d 件。"
        )
        % {"area": area, **figures}
    ]
    if figures["rejected"]:
        told.append(gettext("不予受理 %(rejected)d 件，都说明了原因和去处。") % figures)
    told.append(_left_over(figures))
    return told


def _left_over(figures: Mapping[str, int]) -> str:
    """What is open, and of that only what there is."""
    if not figures["open"]:
        return gettext("没有留到明天的事。")
    parts = [
        words % figures
        for name, words in (
            ("overdue", gettext("超时 %(overdue)d 件")),
            ("supervised", gettext("督办 %(supervised)d 件")),
            ("shelved", gettext("挂账 %(shelved)d 件")),
        )
        if figures[name]
    ]
    if not parts:
        return gettext("现在在办 %(open)d 件，没有超时的。") % figures
    listed = gettext("、").join(parts)
    return gettext("现在在办 %(open)d 件，其中%(listed)s。") % {"open": figures["open"], "listed": listed}


def _urgent_line(row: Mapping[str, Any], places: _Places) -> BulletinLine:
    return BulletinLine(
        number=row["number"],
        lead=_moment(row["at"]),
        text=gettext("%(what)s，%(where)s")
        % {"what": kind_of(row["category"]).name, "where": places.of(row)},
        end=str(CaseState(row["state"]).label),
    )


def _hot_line(row: Mapping[str, Any], places: _Places) -> BulletinLine:
    count = gettext("七天 %(n)d 件") % {"n": row["count"]}
    return BulletinLine(number="", lead="", text=places.of(row), end=count)


def _waiting_line(row: Mapping[str, Any], places: _Places, made: datetime) -> BulletinLine:
    due = parse_datetime(row["due"])
    late = gettext("已超 %(time)s") % {"time": duration_words(made - due)} if due else ""
    return BulletinLine(
        number=row["number"],
        lead=str(row["unit"] or CaseState(row["state"]).label),
        text=gettext("%(what)s，%(where)s")
        % {"what": kind_of(row["category"]).name, "where": places.of(row)},
        end=late,
    )
