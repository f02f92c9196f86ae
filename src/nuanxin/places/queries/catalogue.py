"""Types, facilities, services and classes, held in the process."""

from collections.abc import Mapping
from dataclasses import dataclass

from nuanxin.kernel.cached import Cached
from nuanxin.kernel.errors import NotFound
from nuanxin.places.models import (
    CheckPoint,
    Entry,
    Facility,
    FriendlyClass,
    KitchenPoint,
    OfferKind,
    OfferTag,
    PlaceType,
    SceneType,
    ServiceItem,
    StockItem,
)

KINDS: Mapping[str, type[Entry]] = {
    "types": PlaceType,
    "facilities": Facility,
    "services": ServiceItem,
    "classes": FriendlyClass,
    "stock": StockItem,
    "offers": OfferKind,
    "tags": OfferTag,
    "scenes": SceneType,
    "kitchen": KitchenPoint,
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """By code, in their order; what is switched off is still here, for the places that have it."""

    types: Mapping[str, PlaceType]
    facilities: Mapping[str, Facility]
    services: Mapping[str, ServiceItem]
    classes: Mapping[str, FriendlyClass]
    checks: Mapping[str, CheckPoint]
    stock: Mapping[str, StockItem]
    offers: Mapping[str, OfferKind]
    tags: Mapping[str, OfferTag]
    scenes: Mapping[str, SceneType]
    kitchen: Mapping[str, KitchenPoint]

    @property
    def filters(self) -> list[Facility]:
        """Those that workers look for with their thumb."""
        return [each for each in self.facilities.values() if each.is_filter and each.is_active]

    @property
    def points(self) -> dict[str, CheckPoint]:
        """What the open-check asks for now."""
        return {code: each for code, each in self.checks.items() if each.is_active}


def _read() -> Catalogue:
    return Catalogue(
        types={each.code: each for each in PlaceType.objects.all()},
        facilities={each.code: each for each in Facility.objects.all()},
        services={each.code: each for each in ServiceItem.objects.all()},
        classes={each.code: each for each in FriendlyClass.objects.all()},
        checks={each.code: each for each in CheckPoint.objects.all()},
        stock={each.code: each for each in StockItem.objects.all()},
        offers={each.code: each for each in OfferKind.objects.all()},
        tags={each.code: each for each in OfferTag.objects.all()},
        scenes={each.code: each for each in SceneType.objects.all()},
        kitchen={each.code: each for each in KitchenPoint.objects.all()},
    )


CATALOGUE: Cached[Catalogue] = Cached("places.catalogue", _read)


def catalogue() -> Catalogue:
    return CATALOGUE.get()


def entry(kind: str, code: str) -> Entry:
    """For the settings page. Raises `NotFound`."""
    model = KINDS.get(kind)
    found = model._default_manager.filter(pk=code).first() if model else None
    if found is None:
        raise NotFound
    return found
