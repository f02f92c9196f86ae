"""Places that serve workers: what they are, what they have, when they are open, who looks after them."""

from nuanxin.places.models.catalogue import Entry, Facility, FriendlyClass, PlaceType, ServiceItem
from nuanxin.places.models.equipment import PlaceFacility, PlaceService
from nuanxin.places.models.opening import OpeningException
from nuanxin.places.models.places import Place, PlaceChange, PlacePhoto

__all__ = [
    "Entry",
    "Facility",
    "FriendlyClass",
    "OpeningException",
    "Place",
    "PlaceChange",
    "PlaceFacility",
    "PlacePhoto",
    "PlaceService",
    "PlaceType",
    "ServiceItem",
]
