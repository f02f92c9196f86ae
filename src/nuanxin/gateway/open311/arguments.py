"""What a client asks for, read from its query or form; whatever cannot be read is refused with its name."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from nuanxin.gateway.open311.refusals import BadArgument
from nuanxin.kernel.worktime import SHANGHAI

SPAN = timedelta(days=90)
MOST_IDS = 50
MOST_ROWS = 1000
LONGEST = 4000
OPEN, CLOSED = "open", "closed"
ATTRIBUTE = re.compile(r"attribute\[([A-Za-z0-9_]{1,40})\](?:\[\])?")
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")  # a query that did not escape the + of +08:00
_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,18})?")
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RequestFilters:
    """Numbers override everything else, as the standard has it. `since` is never more than 90 days before `until`."""

    since: datetime
    until: datetime
    numbers: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    statuses: frozenset[str] = frozenset({OPEN, CLOSED})
    page: int = 1
    page_size: int = MOST_ROWS


@dataclass(frozen=True, slots=True)
class Posted:
    """A request that a client sends. Who reported stays apart from what was reported."""

    service_code: str
    description: str = ""
    lng: float | None = None
    lat: float | None = None
    address: str = ""
    address_id: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    by_token: bool = False
    named_media: bool = False


@dataclass(frozen=True, slots=True)
class PostedUpdate:
    number: str
    text: str
    status: str = ""
    key: str = ""


def plain(given: Mapping[str, str], name: str, most: int = LONGEST) -> str:
    """One argument as text, without the spaces around it."""
    value = given.get(name, "").strip()
    if len(value) > most:
        raise BadArgument(_("%(name)s 太长，最多 %(most)d 个字符。") % {"name": name, "most": most})
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadArgument(_("%(name)s 里有不能识别的字符。") % {"name": name})
    return value


def request_filters(given: Mapping[str, str], *, now: datetime) -> RequestFilters:
    since, until = span(given, now=now)
    return RequestFilters(
        since=since,
        until=until,
        numbers=_listed(given, "service_request_id"),
        codes=_listed(given, "service_code"),
        statuses=_statuses(given),
        page=_whole(given, "page", 1, MOST_ROWS),
        page_size=_whole(given, "page_size", MOST_ROWS, MOST_ROWS),
    )


def span(given: Mapping[str, str], *, now: datetime) -> tuple[datetime, datetime]:
    """At most 90 days: of a longer span the last ones, of none at all the latest."""
    start, end = moment(given, "start_date"), moment(given, "end_date")
    if end is None:
        end = now if start is None else min(max(now, start), start + SPAN)
    if start is None:
        start = end - SPAN
    if start > end:
        raise BadArgument(_("start_date 晚于 end_date。"))
    return max(start, end - SPAN), end


def moment(given: Mapping[str, str], name: str) -> datetime | None:
    """A W3C date and time; a day alone begins in Shanghai."""
    text = _LOST_PLUS.sub(r"+\1", plain(given, name, 40))
    if not text:
        return None
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)):
            found = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    except ValueError:
        found = None
    if found is not None and found.tzinfo is None:
        found = found.replace(tzinfo=SHANGHAI)
    if found is None or not EARLIEST.replace(tzinfo=None) < found.replace(tzinfo=None) < LATEST.replace(
        tzinfo=None
    ):
        raise BadArgument(
            _("%(name)s 不是时间，请写成 %(example)s。")
            % {"name": name, "example": "2026-01-31T08:00:00+08:00"}
        )
    return found


def posted(given: Mapping[str, str], headers: Mapping[str, Any]) -> Posted:
    code = plain(given, "service_code", 40)
    if not code:
        raise BadArgument(_("缺少 service_code。"))
    lat, lng = _degrees(given, "lat", 90), _degrees(given, "long", 180)
    if (lat is None) != (lng is None):
        raise BadArgument(_("lat 和 long 要一起给。"))
    name = " ".join(filter(None, (plain(given, part, 80) for part in ("last_name", "first_name", "email"))))
    return Posted(
        service_code=code,
        description=plain(given, "description"),
        lng=lng,
        lat=lat,
        address=plain(given, "address_string", 200),
        address_id=plain(given, "address_id", 20),
        attributes=_attributes(given),
        key=plain(headers, "Idempotency-Key", 200),
        name=name,
        phone=plain(given, "phone", 40),
        by_token="respond-async" in headers.get("Prefer", ""),
        named_media=bool(plain(given, "media_url")),
    )


def posted_update(given: Mapping[str, str]) -> PostedUpdate:
    number, text = plain(given, "service_request_id", 40), plain(given, "description")
    if not number:
        raise BadArgument(_("缺少 service_request_id。"))
    status = plain(given, "status", 40).lower()
    if not text and not status:
        raise BadArgument(_("缺少 description。"))
    return PostedUpdate(number, text, status, plain(given, "update_id", 200))


def _attributes(given: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name in given:
        match = ATTRIBUTE.fullmatch(name)
        if match:
            found[match[1]] = plain(given, name, 500)
        elif name.startswith("attribute"):
            raise BadArgument(_("看不懂 attribute 的写法，请写成 attribute[代码]=值。"))
    return {name: value for name, value in found.items() if value}


def _listed(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    values = dict.fromkeys(filter(None, (part.strip() for part in plain(given, name).split(","))))
    if len(values) > MOST_IDS:
        raise BadArgument(_("%(name)s 一次最多 %(most)d 个。") % {"name": name, "most": MOST_IDS})
    return tuple(values)


def _statuses(given: Mapping[str, str]) -> frozenset[str]:
    asked = {part.lower() for part in _listed(given, "status")}
    if asked - {OPEN, CLOSED}:
        raise BadArgument(_("status 只有 open 和 closed。"))
    return frozenset(asked or {OPEN, CLOSED})


def _whole(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    """A number from 1 on; more than `most` is `most`."""
    text = plain(given, name, 12)
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise BadArgument(_("%(name)s 要是正整数。") % {"name": name})
    return min(int(text), most)


def _degrees(given: Mapping[str, str], name: str, most: int) -> float | None:
    text = plain(given, name, 40)
    if not text:
        return None
    value = float(text) if _NUMBER.fullmatch(text) and text.isascii() else math.inf
    if abs(value) > most:
        raise BadArgument(_("%(name)s 不是 WGS-84 的经纬度。") % {"name": name})
    return value
