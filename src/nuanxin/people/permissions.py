"""Who may see and place whom. The object of `people.*` is an assignment: a person as something, somewhere."""

from collections.abc import Callable

from django.db.models import Q

from nuanxin.kernel.access import NOTHING, Actor, register, scope_q
from nuanxin.people.enums import RoleKind

Rule = Callable[[Actor], Q]

SELF_REGISTERED = Q(role__kind=RoleKind.SELF)
ADMINISTRATORS = Q(role__kind=RoleKind.ADMIN)


def _placed(actor: Actor, permission: str) -> Q:
    """Assignments within the reach of the grant."""
    match actor.extent(permission):
        case "all":
            return Q()
        case "area":
            return scope_q(actor.scope_code)
        case "org" if actor.organisation_id:
            return Q(organisation_id=actor.organisation_id)
        case "site" if actor.site_id:
            return Q(site_id=actor.site_id)
        case "own" if actor.person_id:
            return Q(person_id=actor.person_id)
    return NOTHING


def _staff(permission: str) -> Rule:
    """Workers and residents are nobody's list: staff see those who were appointed."""
    return lambda actor: _placed(actor, permission) & ~SELF_REGISTERED


def _appointed(actor: Actor) -> Q:
    """The administrators are placed, relieved and given new second factors by `nuanxin people` alone: else the
    security administrator could become the one who reads the log of it.
    """
    return _placed(actor, "people.assign") & ~SELF_REGISTERED & ~ADMINISTRATORS


def _self_registered(permission: str) -> Rule:
    return lambda actor: _placed(actor, permission) & SELF_REGISTERED


def _organisations(actor: Actor) -> Q:
    match actor.extent("organisations.view"):
        case "all":
            return Q()
        case "area":
            return scope_q(actor.scope_code)
        case "org" if actor.organisation_id:
            return Q(pk=actor.organisation_id) | Q(parent_id=actor.organisation_id)
    return NOTHING


register("people.view", _staff("people.view"))
register("people.assign", _appointed)
register(
    "people.invite"
)  # where to is checked against the grant by the service: the object does not exist yet
register("people.duty", _staff("people.duty"))
register("people.recover", _self_registered("people.recover"))
register("organisations.view", _organisations)
register("organisations.import")  # which rows lie in the reach is checked row by row: some do not exist yet
