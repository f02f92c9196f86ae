"""Reads; the actor comes first where there is one."""

from nuanxin.places.queries.catalogue import CATALOGUE, Catalogue, catalogue, entry
from nuanxin.places.queries.duplicates import Known, same_place
from nuanxin.places.queries.hours import Hours, hours_of, hours_of_all
from nuanxin.places.queries.near import NearPlace, Wanted, near_places
from nuanxin.places.queries.page import PlaceFacts, PlacePage, facility_name, place_facts, place_page
from nuanxin.places.queries.register import (
    EXPORT_MOST,
    PAGE,
    STALE_AFTER,
    Filters,
    Listed,
    PlaceNotFound,
    changeable_place,
    counts,
    kept_place,
    listed_places,
    places_in_box,
    possible_hosts,
    possible_keepers,
    public_place,
    public_places,
    rows_to_export,
    visible_place,
)

__all__ = [
    "CATALOGUE",
    "EXPORT_MOST",
    "PAGE",
    "STALE_AFTER",
    "Catalogue",
    "Filters",
    "Hours",
    "Known",
    "Listed",
    "NearPlace",
    "PlaceFacts",
    "PlaceNotFound",
    "PlacePage",
    "Wanted",
    "catalogue",
    "changeable_place",
    "counts",
    "entry",
    "facility_name",
    "hours_of",
    "hours_of_all",
    "kept_place",
    "listed_places",
    "near_places",
    "place_facts",
    "place_page",
    "places_in_box",
    "possible_hosts",
    "possible_keepers",
    "public_place",
    "public_places",
    "rows_to_export",
    "same_place",
    "visible_place",
]
