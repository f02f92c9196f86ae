"""Many places at once, as a city would have them registered: for benchmarks and for trying a big map.

Each has its site, hours, facilities and search entry; keepers, photos, events and audit rows are left out. The same
seed writes the same places.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from django.db import connection, transaction

from nuanxin.demo.bulk.load import Mould, Row, bare, copy_into, is_postgres, put, take_ids
from nuanxin.kernel.geo.cells import cell_of
from nuanxin.kernel.search.index import tsvector
from nuanxin.people.enums import SiteKind
from nuanxin.people.models import Site
from nuanxin.places.enums import Order, PlaceState
from nuanxin.places.models import Place, PlaceFacility
from nuanxin.places.queries.register import INDEX

CHUNK = 10_000
MANY = 20_000  # from here on it pays to make the indexes anew
# Of each type what stands at its site, its Chinese name, and how many of a hundred there are.
TYPES = {
    "station": (SiteKind.STATION, "驿站", 55),
    "station_24h": (SiteKind.STATION, "二十四小时驿站", 6),
    "love_corner": (SiteKind.STATION, "爱心角", 14),
    "canteen": (SiteKind.CANTEEN, "社区食堂", 10),
    "merchant": (SiteKind.MERCHANT, "友好商户", 15),
}
OPENING = (
    "24/7", "Mo-Su 07:00-22:00", "Mo-Fr 08:30-17:30", "Mo-Fr 09:00-12:00,14:00-18:00; PH off", "Mo-Su 18:00-02:00",
)  # fmt: skip
FACILITIES = ("toilet", "hot_water", "microwave", "charging", "seats", "medicine")
HELD, WORKING = 0.6, 0.9
INITIALS = "abcdefghjklmnpqrstwxyz"


@dataclass(frozen=True, slots=True)
class Ground:
    """A rectangle in degrees, and the communities in which its places lie, in strips from west to east."""

    west: float
    south: float
    width: float
    height: float
    communities: Sequence[str]


def write_places(
    *, ground: Ground, count: int, now: datetime, seed: int = 1, searchable: bool = True,
    opening: Sequence[str] = OPENING,
) -> None:  # fmt: skip
    """So many more places on the ground, open to the public, all or none; each with one of the opening hours."""
    chance = Random(seed)
    tables = (Site, Place, PlaceFacility)
    also = [INDEX.table] if searchable else []
    with transaction.atomic(), bare(tables, also=also) if is_postgres() and count >= MANY else nullcontext():
        sites, places = take_ids(Site, count), take_ids(Place, count)
        writer = _Writer(ground, now, chance, opening, searchable=searchable)
        for first in range(0, count, CHUNK):
            writer.write(sites + first, places + first, min(CHUNK, count - first))


class _Writer:
    def __init__(
        self, ground: Ground, now: datetime, chance: Random, opening: Sequence[str], *, searchable: bool
    ) -> None:
        self.ground, self.now, self.chance = ground, now, chance
        self.opening, self.searchable = opening, searchable
        self.types, self.shares = list(TYPES), [share for _kind, _name, share in TYPES.values()]
        site = ("id", "public_id", "name", "scope_code", "lng", "lat")
        place = (
            "id", "public_id", "site_id", "door_code", "number", "name_zh", "initials", "scope_code", "lng", "lat",
            "h3", "opening", "address",
        )  # fmt: skip
        self.sites = {code: Mould(Site(kind=kind), site) for code, (kind, _name, _share) in TYPES.items()}
        self.places = {code: Mould(self._place(code), place) for code in TYPES}
        self.held = Mould(PlaceFacility(since=now), ("id", "place_id", "facility_id", "order"))

    def _place(self, code: str) -> Place:
        return Place(
            type_id=code, state=PlaceState.OPEN, state_since=self.now, confirmed_at=self.now, created_at=self.now,
            updated_at=self.now,
        )  # fmt: skip

    def write(self, site: int, place: int, count: int) -> None:
        sites: list[Row] = []
        places: list[Row] = []
        held: list[tuple[int, str, str]] = []
        words: list[tuple[int, str]] = []
        for number in range(count):
            pk, name, row_of_site, row = self._one(site + number, place + number)
            sites.append(row_of_site)
            places.append(row)
            words.append((pk, name))
            held += self._equipped(pk)
        put(Site, sites)
        put(Place, places)
        first = take_ids(PlaceFacility, len(held))
        put(PlaceFacility, [self.held.cast(first + number, *each) for number, each in enumerate(held)])
        if self.searchable:
            self._index(words)

    def _one(self, site: int, pk: int) -> tuple[int, str, Row, Row]:
        chance, ground = self.chance, self.ground
        code = chance.choices(self.types, self.shares)[0]
        share = chance.random()
        lng = round(ground.west + share * ground.width, 6)
        lat = round(ground.south + chance.random() * ground.height, 6)
        scope = ground.communities[int(share * len(ground.communities))]
        name = f"第 {pk} {TYPES[code][1]}"
        initials = "".join(chance.choices(INITIALS, k=4))
        ids = UUID(int=chance.getrandbits(128)), UUID(int=chance.getrandbits(128))
        where = (scope, lng, lat)
        return (
            pk,
            name,
            self.sites[code].cast(site, ids[0], name, *where),
            self.places[code].cast(
                pk, ids[1], site, f"{pk:010d}", f"B{pk:08d}", name, initials, *where, cell_of(lng, lat),
                chance.choice(self.opening), f"横街 {pk % 400 + 1} 号",
            ),
        )  # fmt: skip

    def _equipped(self, place: int) -> list[tuple[int, str, str]]:
        chance = self.chance
        return [
            (place, code, (Order.WORKS if chance.random() < WORKING else Order.BROKEN).value)
            for code in FACILITIES
            if chance.random() < HELD
        ]

    def _index(self, words: Sequence[tuple[int, str]]) -> None:
        if connection.vendor == "postgresql":
            copy_into(INDEX.table, ["id", "body"], [f"{pk}\t{tsvector(text)}" for pk, text in words])
        else:
            INDEX.index_many(words)
