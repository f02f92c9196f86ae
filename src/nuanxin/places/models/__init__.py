"""Places that serve workers: what they are, what they have, when they are open, who looks after them."""

from nuanxin.places.models.bookings import Bookable, BookableChange, Booking, BookingSlot
from nuanxin.places.models.books import Book, BookLoan
from nuanxin.places.models.catalogue import Entry, Facility, FriendlyClass, PlaceType, ServiceItem
from nuanxin.places.models.equipment import PlaceFacility, PlaceService
from nuanxin.places.models.offers import (
    BrokenPromise,
    Offer,
    OfferKind,
    OfferRating,
    OfferTag,
    Redemption,
    Voucher,
)
from nuanxin.places.models.open_days import KitchenLook, KitchenPoint, OpenDay, OpenDayVisitor
from nuanxin.places.models.opening import OpeningException
from nuanxin.places.models.places import Place, PlaceChange, PlacePhoto
from nuanxin.places.models.saved import SavedPlace
from nuanxin.places.models.scenes import (
    PlateSerial,
    Scene,
    SceneAppeal,
    SceneAssessment,
    SceneMark,
    SceneObjection,
    SceneStandard,
    SceneStep,
    SceneType,
    StandardItem,
)
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
    "Bookable",
    "BookableChange",
    "Booking",
    "BookingSlot",
    "BrokenPromise",
    "CheckPoint",
    "DaySalt",
    "Doubt",
    "Entry",
    "Facility",
    "FriendlyClass",
    "KitchenLook",
    "KitchenPoint",
    "Offer",
    "OfferKind",
    "OfferRating",
    "OfferTag",
    "OpenCheck",
    "OpenDay",
    "OpenDayVisitor",
    "OpeningException",
    "Place",
    "PlaceChange",
    "PlaceFacility",
    "PlacePhoto",
    "PlaceService",
    "PlaceType",
    "PlateSerial",
    "Redemption",
    "RestockTask",
    "SavedPlace",
    "Scene",
    "SceneAppeal",
    "SceneAssessment",
    "SceneMark",
    "SceneObjection",
    "SceneStandard",
    "SceneStep",
    "SceneType",
    "ServiceItem",
    "Sighting",
    "StandardItem",
    "StockItem",
    "StockLine",
    "StockLot",
    "StockMovement",
    "TruthRule",
    "VisitDay",
    "VisitMark",
    "Voucher",
]
