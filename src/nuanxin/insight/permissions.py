"""Who sees the figures of which territory: their own and what lies inside it; a unit sees its own work, wherever."""

from django.db.models import Q

from nuanxin.kernel.access import NOTHING, Actor, register, significant


def _territories(actor: Actor) -> Q:
    """On territories. Somebody of a unit has none: `org` reaches the unit's own work only."""
    match actor.extent("insight.view"):
        case "all":
            return Q()
        case "area" if actor.scope_code:
            digits = significant(actor.scope_code)
            return Q(code__gte=digits, code__lte=digits.ljust(15, "9"))
    return NOTHING


register("insight.view", _territories)
