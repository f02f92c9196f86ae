"""A place in the words of schema.org, for search engines and maps: what its public page says, and nothing more."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from nuanxin.kernel.opening import InvalidOpening, Kind, parse
from nuanxin.kernel.opening.syntax import MINUTES, Span
from nuanxin.kernel.opening.week import OnHolidays, Week, clock, from_text
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.enums import SiteKind
from nuanxin.places.enums import ExceptionKind, PlaceState
from nuanxin.places.models import OpeningException, Place
from nuanxin.places.queries.page import PlacePage

CONTEXT = "https://schema.org"
# What stands at the site, as schema.org has it; a place type of which it knows more has a word of its own.
KINDS = {
    SiteKind.OFFICE: "GovernmentOffice",
    SiteKind.CLINIC: "MedicalClinic",
    SiteKind.MERCHANT: "LocalBusiness",
    SiteKind.CANTEEN: "Restaurant",
}
OTHER = "CivicStructure"
TYPES = {
    "hospital": "Hospital",
    "restaurant": "Restaurant",
    "public_toilet": "PublicToilet",
    "rider_parking": "ParkingFacility",
    "book_house": "Library",
    "gym": "ExerciseGym",
    "repair_point": "AutoRepair",
    "legal_point": "LegalService",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AHEAD = timedelta(days=7)
LAST_MINUTE = "23:59"  # how the whole day is written


def structured_data(page: PlacePage, *, address: str, now: datetime) -> dict[str, Any]:
    """`address` is where the page is. What is not known is left out."""
    place = page.place
    said: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": TYPES.get(place.type_id) or KINDS.get(SiteKind(place.type.site_kind), OTHER),
        "@id": address,
        "url": address,
        "identifier": str(place.public_id),
        "name": place.name_zh,
        "alternateName": place.name_en,
        "address": _address(place),
        "geo": {"@type": "GeoCoordinates", "latitude": place.lat, "longitude": place.lng},
        "telephone": place.phone,
        "maximumAttendeeCapacity": place.capacity,
        "isAccessibleForFree": True if place.type.site_kind == SiteKind.STATION else None,
        "publicAccess": True,
        "availableLanguage": place.languages.split(),
        "parentOrganization": {"@type": "Organization", "name": place.host.label} if place.host else None,
        "amenityFeature": [
            {
                "@type": "LocationFeatureSpecification",
                "name": each.facility.name_zh,
                "value": not each.is_broken,
            }
            for each in page.facilities
        ],
        "openingHoursSpecification": _weekly(place, now) if place.state == PlaceState.OPEN else [],
        "specialOpeningHoursSpecification": _special(page.exceptions),
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def _address(place: Place) -> dict[str, str] | None:
    if not place.address:
        return None
    return {"@type": "PostalAddress", "addressCountry": "CN", "streetAddress": place.address}


def _weekly(place: Place, now: datetime) -> list[dict[str, Any]]:
    """The week where it says all; else the next seven days, each with its date."""
    if not place.opening:
        return []
    week = from_text(place.opening)
    try:
        found = _ahead(place.opening, now) if week is None else list(_of_week(week))
    except InvalidOpening:
        return []
    season = {
        name: day.isoformat()
        for name, day in (("validFrom", place.valid_from), ("validThrough", place.valid_to))
        if day is not None
    }
    return found if week is None else [{**each, **season} for each in found]


def _of_week(week: Week) -> Iterable[dict[str, Any]]:
    """Days that are alike together."""
    alike: dict[Span, list[str]] = {}
    for day, spans in zip(DAYS, week.days, strict=True):
        for span in spans:
            alike.setdefault(span, []).append(day)
    for span, days in alike.items():
        yield _open(days, span)
    for span in week.holiday_hours if week.on_holidays is OnHolidays.HOURS else ():
        yield _open(["PublicHolidays"], span)


def _open(days: Sequence[str], span: Span) -> dict[str, Any]:
    """Past midnight the end is a time of the next day, before the beginning."""
    is_whole = span.end - span.start >= MINUTES
    return {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": list(days),
        "opens": "00:00" if is_whole else clock(span.start),
        "closes": LAST_MINUTE if is_whole or span.end == MINUTES else clock(span.end),
    }


def _ahead(opening: str, now: datetime) -> list[dict[str, Any]]:
    start = timezone.localtime(now, SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for each in parse(opening).intervals(start, start + AHEAD):
        if each.kind is Kind.OPEN:
            found += _by_day(each.start, each.end)
    return found


def _by_day(start: datetime, end: datetime) -> list[dict[str, Any]]:
    """A stretch that goes through several days is one line for each."""
    told = []
    while start < end:
        midnight = (start + timedelta(days=1)).replace(hour=0, minute=0)
        until = min(end, midnight)
        closes = LAST_MINUTE if until == midnight else f"{until:%H:%M}"
        told.append(_dated(f"{start:%H:%M}", closes, start.date(), start.date()))
        start = until
    return told


def _special(exceptions: Iterable[OpeningException]) -> list[dict[str, Any]]:
    """Of a closure the days that are closed as a whole: closed is open from midnight to midnight, says schema.org."""
    told = []
    for each in exceptions:
        begun, ended = (at.astimezone(SHANGHAI) for at in (each.starts_at, each.ends_at))
        if each.kind == ExceptionKind.OPEN:
            told += _by_day(begun, ended)
            continue
        first = (begun - timedelta(microseconds=1)).date() + timedelta(days=1)
        last = ended.date() - timedelta(days=1)
        if first <= last:
            told.append({**_dated("00:00", "00:00", first, last), "description": each.reason})
    return told


def _dated(opens: str, closes: str, first: date, last: date) -> dict[str, Any]:
    return {
        "@type": "OpeningHoursSpecification",
        "opens": opens,
        "closes": closes,
        "validFrom": first.isoformat(),
        "validThrough": last.isoformat(),
    }
