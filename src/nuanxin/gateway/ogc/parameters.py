"""What a client may ask for, once for the description and for reading it; whatever else it says is refused by name."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from nuanxin.gateway.ogc.refusals import BadParameter
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.places.enums import PlaceState
from nuanxin.places.queries import PublishedFilters
from nuanxin.territories.queries import Bounds

JSON, HTML = "json", "html"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"  # WGS-84, longitude first; there is no other
DEFAULT_LIMIT, MOST = 100, 1000
LONGEST = 400
MOST_CODES = 20
CODE = "^[a-z0-9_-]{1,32}$"
TERRITORY = "^[0-9]{12}$"
STATES = [PlaceState.OPEN.value, PlaceState.SUSPENDED.value]
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """`schema` as OpenAPI 3.0 has it; `of_array` says in which form a list is written."""

    name: str
    about: str
    schema: Schema
    example: Any = None

    def described(self) -> dict[str, Any]:
        listed = {"style": "form", "explode": False} if self.schema["type"] == "array" else {}
        said = {} if self.example is None else {"example": self.example}
        return {
            "name": self.name, "in": "query", "description": self.about, "required": False, "schema": self.schema,
            **listed, **said,
        }  # fmt: skip


def _codes(example: str) -> Schema:
    items = {"type": "string", "pattern": CODE, "example": example}
    return {"type": "array", "items": items, "minItems": 1, "maxItems": MOST_CODES}


CHOICE = "The form of the answer; without it the header Accept decides."
FORMAT = Parameter("f", CHOICE, {"type": "string", "enum": [JSON]})
PAGE_FORMAT = Parameter("f", CHOICE, {"type": "string", "enum": [JSON, HTML]})
ITEMS: tuple[Parameter, ...] = (
    Parameter(
        "limit",
        f"How many at most on a page; more than {MOST} is {MOST}.",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
    ),
    Parameter("after", "The last feature before the page; `next` has it.", {"type": "string", "format": "uuid"}),
    Parameter(
        "bbox",
        "West, south, east, north in degrees (WGS-84); a west greater than the east reaches across 180°. "
        "Six numbers are heights as well, which are not looked at.",
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
        [116.2, 39.8, 116.6, 40.1],
    ),
    Parameter(
        "datetime",
        "An instant or an interval (RFC 3339, `..` is open): places whose season has a day in it.",
        {"type": "string", "maxLength": 80},
        "2026-07-01/..",
    ),
    Parameter("type", "Codes of types; any of them.", _codes("station")),
    Parameter("facility", "Codes of facilities; all of them, and in working order.", _codes("toilet")),
    Parameter("state", "In service or suspended for the time being.", {"type": "string", "enum": STATES}),
    Parameter("number", "The number that the city gives.", {"type": "string", "maxLength": 32}),
    Parameter("district", "The 12 digits of a district.", {"type": "string", "pattern": TERRITORY}),
    Parameter("street", "The 12 digits of a street or town.", {"type": "string", "pattern": TERRITORY}),
    Parameter("open_now", "Only what is open at this moment; `numberMatched` is left out then.", {"type": "boolean"}),
    Parameter("crs", "Of the answer.", {"type": "string", "enum": [CRS84]}),
    Parameter("bbox-crs", "Of `bbox`.", {"type": "string", "enum": [CRS84]}),
    FORMAT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    filters: PublishedFilters
    limit: int
    after: UUID | None


def checked(given: Mapping[str, str], known: tuple[Parameter, ...]) -> dict[str, str]:
    """Each once, known, and text. Raises `BadParameter` (Requirement /req/core/query-param-unknown)."""
    names = [each.name for each in known]
    for name in given:
        if name not in names:
            said = "".join(letter for letter in name[:40] if letter.isprintable())
            hint = _("可用的有：%(names)s。") % {"names": ", ".join(names)}
            raise BadParameter(_("没有 %(name)s 这个参数。") % {"name": said or "?"}, hint=hint)
    return {name: _plain(name, value) for name, value in given.items()}


def _plain(name: str, value: str) -> str:
    text = value.strip()
    if len(text) > LONGEST:
        raise BadParameter(_("%(name)s 太长，最多 %(most)d 个字符。") % {"name": name, "most": LONGEST})
    if any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text):
        raise BadParameter(_("%(name)s 里有不能识别的字符。") % {"name": name})
    if not text:
        raise BadParameter(_("%(name)s 是空的：写上值，或者去掉它。") % {"name": name})
    return text


def asked(given: Mapping[str, str]) -> Asked:
    """Raises `BadParameter`."""
    said = checked(given, ITEMS)

    def read(name: str, reader: Callable[[str, str], Any], missing: Any) -> Any:
        return reader(name, said[name]) if name in said else missing

    for name in ("crs", "bbox-crs"):
        if said.get(name, CRS84) != CRS84:
            raise BadParameter(_("%(name)s 只有 %(names)s。") % {"name": name, "names": CRS84})
    filters = PublishedFilters(
        box=read("bbox", _box, None),
        between=read("datetime", _span, None),
        types=read("type", _listed, ()),
        facilities=read("facility", _listed, ()),
        state=read("state", _state, ""),
        number=said.get("number", "")[:32],
        district=read("district", _territory, ""),
        street=read("street", _territory, ""),
        open_now=read("open_now", _flag, missing=False),
    )
    return Asked(filters, read("limit", _limit, DEFAULT_LIMIT), read("after", _key, None))


def form_of(given: Mapping[str, str], accepted: str) -> str:
    """`f` decides, else what the client would rather have."""
    said = given.get("f")
    if said is not None and said not in (JSON, HTML):
        raise BadParameter(_("f 只有 json 和 html。"))
    return said or accepted


def _limit(name: str, text: str) -> int:
    """More than there may be is as many as there may be (/req/core/fc-limit-response-1)."""
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 12 and int(text) > 0):
        raise BadParameter(_("%(name)s 要是正整数。") % {"name": name})
    return min(int(text), MOST)


def _key(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadParameter(_("%(name)s 要用 next 链接里给的那个。") % {"name": name}) from None


NUMBER = re.compile(r"[+-]?(\d{1,4}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,2})?")


def _box(name: str, text: str) -> Bounds:
    """Four numbers, or six of which the heights are not looked at."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in (4, 6) or not all(NUMBER.fullmatch(part) and part.isascii() for part in parts):
        raise BadParameter(_("bbox 写成 西,南,东,北 四个数，例如 116.2,39.8,116.6,40.1。"))
    numbers = [float(part) for part in parts]
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    inside = all(math.isfinite(each) for each in numbers) and max(abs(west), abs(east)) <= 180
    if not inside or max(abs(south), abs(north)) > 90 or south > north:
        raise BadParameter(_("bbox 不是 WGS-84 的范围：经度 ±180、纬度 ±90，南不能大于北。"))
    return Bounds(west, south, east, north)


def _span(name: str, text: str) -> tuple[date | None, date | None]:
    """The days in Shanghai that an instant or an interval touches; an end that is open is `..` or nothing."""
    parts = text.split("/")
    if len(parts) > 2:
        raise _bad_time(name)
    ends = [None if part in ("", "..") and len(parts) == 2 else _moment(name, part) for part in parts]
    first, last = ends[0], ends[-1]
    if first is not None and last is not None and first > last:
        raise BadParameter(_("%(name)s 的开始晚于结束。") % {"name": name})
    return (first and first.date()), (last and last.date())


def _moment(name: str, text: str) -> datetime:
    lost_plus = re.sub(r" (\d\d:\d\d)$", r"+\1", text)  # a query that did not escape the + of +08:00
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
        found = parse_datetime(lost_plus) if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", text) else None
        if found is not None and found.tzinfo is not None and 1900 <= found.year <= 9000:
            return found.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        pass
    raise _bad_time(name)


def _bad_time(name: str) -> BadParameter:
    told = _("%(name)s 写成 2026-07-01、2026-07-01T08:00:00+08:00，或者用 / 隔开的两个；不限的一头写 ..。")
    return BadParameter(told % {"name": name})


def _listed(name: str, text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    if len(codes) > MOST_CODES:
        raise BadParameter(_("%(name)s 一次最多 %(most)d 个。") % {"name": name, "most": MOST_CODES})
    if not all(re.fullmatch(CODE, code) for code in codes):
        raise BadParameter(_("%(name)s 写代码，用逗号隔开，例如 toilet,hot_water。") % {"name": name})
    return codes


def _state(name: str, text: str) -> str:
    if text not in STATES:
        raise BadParameter(_("%(name)s 只有：%(names)s。") % {"name": name, "names": ", ".join(STATES)})
    return text


def _territory(name: str, text: str) -> str:
    if not re.fullmatch(TERRITORY, text):
        raise BadParameter(_("%(name)s 要是 12 位区划代码。") % {"name": name})
    return text


def _flag(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise BadParameter(_("%(name)s 只有 true 和 false。") % {"name": name})
    return text == "true"
