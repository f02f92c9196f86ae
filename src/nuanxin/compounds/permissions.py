from collections.abc import Callable

from django.db.models import Q

from nuanxin.kernel.access import NOTHING, Actor, register, scope_q


def _within_reach(permission: str) -> Callable[[Actor], Q]:
    """All, those of the own territory, those the own organisation manages, or the one at the own site."""

    def rule(actor: Actor) -> Q:
        match actor.extent(permission):
            case "all":
                return Q()
            case "area":
                return scope_q(actor.scope_code)
            case "org" if actor.organisation_id:
                return Q(manager_id=actor.organisation_id)
            case "site" if actor.site_id:
                return Q(site_id=actor.site_id)
        return NOTHING

    return rule


register("compounds.view", _within_reach("compounds.view"))
register("compounds.edit", _within_reach("compounds.edit"))
