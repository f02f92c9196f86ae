"""Writes: the public face of this context, in the order in which a place lives."""

from nuanxin.places.services.catalogue import EntryData, NotAnIcon, load_catalogue, put_entry
from nuanxin.places.services.equipping import (
    Equipment,
    NoSuchFacility,
    Offered,
    record_breakdown,
    record_repair,
    set_facilities,
    set_services,
)
from nuanxin.places.services.exporting import File, TooManyPlaces, export_places
from nuanxin.places.services.keeping import NotAtThisPlace, hand_over_keeper, keeper_ended, keeper_started
from nuanxin.places.services.life import (
    NotReady,
    close_place,
    open_place,
    perform,
    resume_place,
    suspend_place,
)
from nuanxin.places.services.many import NewPlace, add_many
from nuanxin.places.services.opening import (
    BadPeriod,
    confirm_place,
    end_exception,
    except_hours,
    keep_today,
)
from nuanxin.places.services.register import (
    BadPhone,
    BadSeason,
    NoName,
    NoPlace,
    NoSuchTerritory,
    NotYours,
    NumberTaken,
    PlaceData,
    SamePlace,
    create_place,
    update_place,
)

__all__ = [
    "BadPeriod",
    "BadPhone",
    "BadSeason",
    "EntryData",
    "Equipment",
    "File",
    "NewPlace",
    "NoName",
    "NoPlace",
    "NoSuchFacility",
    "NoSuchTerritory",
    "NotAnIcon",
    "NotAtThisPlace",
    "NotReady",
    "NotYours",
    "NumberTaken",
    "Offered",
    "PlaceData",
    "SamePlace",
    "TooManyPlaces",
    "add_many",
    "close_place",
    "confirm_place",
    "create_place",
    "end_exception",
    "except_hours",
    "export_places",
    "hand_over_keeper",
    "keep_today",
    "keeper_ended",
    "keeper_started",
    "load_catalogue",
    "open_place",
    "perform",
    "put_entry",
    "record_breakdown",
    "record_repair",
    "resume_place",
    "set_facilities",
    "set_services",
    "suspend_place",
    "update_place",
]
