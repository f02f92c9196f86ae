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


def _scenes(permission: str) -> Callable[[Actor], Q]:
    """Of a scene: the keeper's at the own site, the host's and the operator's, those of an area."""

    def rule(actor: Actor) -> Q:
        match actor.extent(permission):
            case "all":
                return Q()
            case "area":
                return scope_q(actor.scope_code)
            case "org" if actor.organisation_id:
                return Q(place__host_id=actor.organisation_id) | Q(site__operator_id=actor.organisation_id)
            case "site" if actor.site_id:
                return Q(site_id=actor.site_id)
        return NOTHING

    return rule


def _sites(actor: Actor) -> Q:
    """Sites that are no place: a compound, an office building, a mall."""
    match actor.extent("places.scene_site"):
        case "all":
            return Q()
        case "area":
            return scope_q(actor.scope_code)
        case "org" if actor.organisation_id:
            return Q(operator_id=actor.organisation_id)
    return NOTHING


register("places.scene_apply", _within_reach("places.scene_apply"))  # of a place
register("places.scene_site", _sites)  # of a site
for name in ("scene_view", "scene_own", "scene_assess", "scene_decide", "scene_judge", "scene_export"):
    register(f"places.{name}", _scenes(f"places.{name}"))
register("places.score_cards")
register("places.open_day", _within_reach("places.open_day"))
register("places.join_day")


def _own_booking(actor: Actor) -> Q:
    return Q(person=actor.person_id) if actor.person_id else NOTHING


register("places.book", _own_booking)
register("places.bookings", _within_reach("places.bookings"))  # a place's day
register("places.attend", _within_reach("places.attend", "place__"))  # a booking
for name in ("booking_figures", "booking_export"):
    register(f"places.{name}", _within_reach(f"places.{name}", "place__"))  # of services

for name in ("offer_new", "redeem"):
    register(f"places.{name}", _within_reach(f"places.{name}"))
for name in ("offers", "offer_view", "offer_confirm", "offer_suspend", "offer_export"):
    register(f"places.{name}", _within_reach(f"places.{name}", "place__"))  # of offers


def _own_voucher(actor: Actor) -> Q:
    return Q(person=actor.person_id) if actor.person_id is not None else NOTHING


register("places.voucher", _own_voucher)
