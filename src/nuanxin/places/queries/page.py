"""One place, with everything that its page says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nuanxin.kernel.access import Actor, permits, visible
from nuanxin.people.models import Assignment
from nuanxin.places.enums import Spoken
from nuanxin.places.models import (
    OpeningException,
    Place,
    PlaceChange,
    PlaceFacility,
    PlacePhoto,
    PlaceService,
)
from nuanxin.places.permissions import PUBLIC
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.hours import Hours, hours_of, in_words
from nuanxin.places.queries.register import PlaceNotFound

CHANGES = 10


@dataclass(frozen=True, slots=True)
class PlacePage:
    """`exceptions` are those that run or come; `photos` all, `released` those that everybody sees."""

    place: Place
    hours: Hours
    hours_words: str
    opening: str
    facilities: list[PlaceFacility]
    services: list[PlaceService]
    exceptions: list[OpeningException]
    photos: list[PlacePhoto]
    spoken: list[str]

    @property
    def released(self) -> list[PlacePhoto]:
        return [each for each in self.photos if each.released_at is not None]

    @property
    def broken(self) -> list[PlaceFacility]:
        return [each for each in self.facilities if each.is_broken]

    @property
    def doubted(self) -> list[PlaceFacility]:
        """Said to be out of order, and nobody responsible has looked."""
        return [each for each in self.facilities if each.doubted_at and not each.is_broken]

    @property
    def doubtable(self) -> list[PlaceFacility]:
        return [each for each in self.facilities if not each.doubted_at and not each.is_broken]

    @property
    def working(self) -> list[PlaceFacility]:
        return [each for each in self.facilities if not each.is_broken]


def place_page(place: Place, *, now: datetime) -> PlacePage:
    """In four statements."""
    exceptions = list(OpeningException.objects.filter(place=place, ends_at__gt=now).order_by("starts_at"))
    hours = hours_of(place, exceptions, now)
    held = PlaceFacility.objects.filter(place=place).select_related("facility")
    services = PlaceService.objects.filter(place=place).select_related("item")
    photos = PlacePhoto.objects.filter(place=place).select_related("file")
    return PlacePage(
        place=place,
        hours=hours,
        hours_words=hours.words(now),
        opening=in_words(place.opening),
        facilities=list(held.order_by("facility__sort", "facility_id")),
        services=list(services.order_by("item__sort", "item_id")),
        exceptions=exceptions,
        photos=list(photos),
        spoken=[str(Spoken(code).label) for code in place.languages.split() if code in Spoken.values],
    )


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What a notice says of a place, and whom it may reach."""

    public_id: UUID
    name: str
    host_id: int | None
    keepers: list[Assignment]


def place_facts(place_id: int) -> PlaceFacts:
    """For the contexts above. Raises `Place.DoesNotExist`."""
    place = Place.objects.select_related("keeper").get(pk=place_id)
    return PlaceFacts(place.public_id, place.name_zh, place.host_id, [place.keeper] if place.keeper else [])


def facility_name(code: str) -> str:
    """In the language of the page."""
    known = catalogue().facilities
    return known[code].name if code in known else code


def service_name(code: str) -> str:
    """In the language of the page."""
    known = catalogue().services
    return known[code].name if code in known else code


def photo_file(actor: Actor, file_id: UUID) -> UUID:
    """The file's own id, if everybody or this actor may see it. Raises `PlaceNotFound`."""
    photos = PlacePhoto.objects.filter(file__public_id=file_id)
    public = photos.filter(released_at__isnull=False, place__in=Place.objects.filter(PUBLIC))
    if public.exists():
        return file_id
    staff = actor.is_authenticated and permits(actor, "places.view")
    if staff and photos.filter(place__in=visible(Place.objects.all(), "places.view", actor)).exists():
        return file_id
    raise PlaceNotFound


def latest_changes(place: Place) -> list[PlaceChange]:
    return list(
        PlaceChange.objects.filter(place=place)
        .select_related("organisation")
        .order_by("-at", "-id")[:CHANGES]
    )
