"""A daily bulletin as it is read, on the page and on paper, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import dateformat
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, Desk
from nuanxin.cases.models import DailyBulletin
from nuanxin.cases.queries.bulletin import DAY
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.places import community_names
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound
from nuanxin.people.queries.responsible import street_offices
from nuanxin.territories.queries import path_name
from nuanxin.ui.phrases import duration_words, time_of_day

Text = str | Promise
LIST_MOST = 60


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
