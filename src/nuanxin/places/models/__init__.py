"""Places that serve workers: what they are, what they have, when they are open, who looks after them."""

from nuanxin.places.models.books import Book, BookLoan
from nuanxin.places.models.catalogue import Entry, Facility, FriendlyClass, PlaceType, ServiceItem
from nuanxin.places.models.equipment import PlaceFacility, PlaceService
from nuanxin.places.models.opening import OpeningException
from nuanxin.places.models.places import Place, PlaceChange, PlacePhoto
from nuanxin.places.models.saved import SavedPlace
from nuanxin.places.models.stock import RestockTask, StockItem, StockLine, StockLot, StockMovement
from nuanxin.places.models.truth import (
    CheckPoint,
    DaySalt,
    Doubt,
    OpenCheck,
    Sighting,
    TruthRule,
    VisitDay,
    VisitMark,
)
from nuanxin.places.models.warnings import AreaWarning

__all__ = [
    "AreaWarning",
    "Book",
    "BookLoan",
    "CheckPoint",
    "DaySalt",
    "Doubt",
    "Entry",
    "Facility",
    "FriendlyClass",
    "OpenCheck",
    "OpeningException",
    "Place",
    "PlaceChange",
    "PlaceFacility",
    "PlacePhoto",
    "PlaceService",
    "PlaceType",
    "RestockTask",
    "SavedPlace",
    "ServiceItem",
    "Sighting",
    "StockItem",
    "StockLine",
    "StockLot",
    "StockMovement",
    "TruthRule",
    "VisitDay",
    "VisitMark",
]
