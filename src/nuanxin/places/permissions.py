"""Who may do what with a place: the keeper at the own site, street and community in their area, the host its own."""

from collections.abc import Callable

from django.db.models import Q

from nuanxin.kernel.access import NOTHING, Actor, register, scope_q
from nuanxin.places.enums import PlaceState

# What everybody may know of: a place that is suspended says so, instead of being gone.
PUBLIC = Q(state__in=[PlaceState.OPEN, PlaceState.SUSPENDED])
KEEPER_ROLES = ("station", "merchant", "clinic")


def _within_reach(permission: str, prefix: str = "") -> Callable[[Actor], Q]:
    """`prefix` leads to the place (`"place__"`)."""

    def rule(actor: Actor) -> Q:
        match actor.extent(permission):
            case "all":
                return Q()
            case "area":
                return scope_q(actor.scope_code, prefix)
            case "org" if actor.organisation_id:
                return Q(**{f"{prefix}host_id": actor.organisation_id})
            case "site" if actor.site_id:
                return Q(**{f"{prefix}site_id": actor.site_id})
        return NOTHING

    return rule


def _public(actor: Actor) -> Q:
    return PUBLIC


register("places.read", _public)
for name in (
    "view",
    "edit",
    "keep",
    "open",
    "suspend",
    "close",
    "hand_over",
    "export",
    "import",
    "today",
    "check",
):
    register(f"places.{name}", _within_reach(f"places.{name}"))
register("places.tell")
register("places.catalogue")
register("places.stock", _within_reach("places.stock"))
for name in ("stock_view", "stock_export", "restock", "take_in"):
    register(f"places.{name}", _within_reach(f"places.{name}", "place__"))  # of lines and of restock tasks


def _warned_area(actor: Actor) -> Q:
    """Notices of weather have an area, but neither host nor site."""
    match actor.extent("places.warn"):
        case "all":
            return Q()
        case "area":
            return scope_q(actor.scope_code)
    return NOTHING


register("places.warn", _warned_area)
register("places.borrow")
