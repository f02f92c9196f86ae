"""Who may do what with points, orders and honours: one rule for each permission."""

from collections.abc import Callable

from django.db.models import Q

from nuanxin.kernel.access import NOTHING, Actor, register, scope_q


# --- The volunteer supermarket ------------------------------
def _of_shop(permission: str, prefix: str) -> Callable[[Actor], Q]:
    """`prefix` leads to the shop's place: `"place__"` of shops, `"shop__place__"` of what belongs to one."""

    def rule(actor: Actor) -> Q:
        match actor.extent(permission):
            case "all":
                return Q()
            case "area":
                return scope_q(actor.scope_code, prefix)
            case "site" if actor.site_id:
                return Q(**{f"{prefix}site_id": actor.site_id})
        return NOTHING

    return rule


def _own_order(actor: Actor) -> Q:
    return Q(person=actor.person_id) if actor.person_id is not None else NOTHING


register("incentives.redeem", _own_order)
for _name in ("shop_view", "shop_counter", "shop_stock", "shop_manage", "shop_export"):
    register(f"incentives.{_name}", _of_shop(f"incentives.{_name}", "place__"))  # of shops
for _name in ("hand_over", "shop_keep", "shop_approve"):
    register(
        f"incentives.{_name}", _of_shop(f"incentives.{_name}", "shop__place__")
    )  # of orders, refills, bills


# --- Stars, honours, boards, holds ------------------------------
def _owned(actor: Actor) -> Q:
    """What is about oneself."""
    return Q(subject_id=actor.subject_id) if actor.subject_id is not None else NOTHING


def _nominated(actor: Actor) -> Q:
    """What one has nominated, or what one is nominated for."""
    own = actor.subject_id
    return Q(nominator_id=own) | Q(subject_id=own) if own is not None else NOTHING


def _inside(permission: str, prefix: str = "") -> Callable[[Actor], Q]:
    """Those of an area; `prefix` leads to what lies there."""

    def rule(actor: Actor) -> Q:
        match actor.extent(permission):
            case "all":
                return Q()
            case "area":
                return scope_q(actor.scope_code, prefix)
        return NOTHING

    return rule


def _of_programme(actor: Actor) -> Q:
    """Clues of the programmes of one's own department."""
    held = actor.organisation_id
    return Q(programme__department_id=held) if held else NOTHING


for name in ("my_page", "nominate", "board", "star_scheme", "roll", "reference"):
    register(f"incentives.{name}")
for name in ("star_apply", "rating", "tip_off", "hold_own"):
    register(f"incentives.{name}", _owned)
register("incentives.honour_own", _nominated)
for name in ("star_check", "honour_view", "honour_verify", "honour_decide", "hold_review", "appeal_decide"):
    register(f"incentives.{name}", _inside(f"incentives.{name}"))
register("incentives.honour_export", _inside("incentives.honour_export"))
register("incentives.hold_export", _inside("incentives.hold_export"))
register("incentives.tip_verify", _of_programme)


# --- Points and rules -----------------------------------------------------------------------------------------------
register("incentives.points", _owned)  # of sealed statements
for name in ("rules_view", "rules_propose", "rules_approve", "points_cost"):
    register(f"incentives.{name}")
for name in ("grant_propose", "grant_approve"):
    register(f"incentives.{name}", _inside(f"incentives.{name}"))


# --- What team leaders give -----------------------------------------------------------------------------------------
def _of_team(permission: str, prefix: str = "", team: str = "team__") -> Callable[[Actor], Q]:
    """`prefix` leads to the area, `team` to the team that somebody leads."""

    def rule(actor: Actor) -> Q:
        match actor.extent(permission):
            case "all":
                return Q()
            case "area":
                return scope_q(actor.scope_code, prefix)
            case "team" if actor.organisation_id:
                return Q(**{f"{team}organisation_id": actor.organisation_id})
        return NOTHING

    return rule


register("incentives.team_award", _of_team("incentives.team_award", team=""))  # of a team
for name in ("team_award_view", "team_award_reverse", "team_award_export"):  # of what was given
    register(f"incentives.{name}", _of_team(f"incentives.{name}"))
