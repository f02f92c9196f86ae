from collections.abc import Callable

from django.db.models import Q

from nuanxin.kernel.access import NOTHING, Actor, register, significant


def _within_reach(permission: str) -> Callable[[Actor], Q]:
    """All territories, or the own one and what lies inside it."""

    def rule(actor: Actor) -> Q:
        if actor.extent(permission) == "all":
            return Q()
        if not actor.scope_code:
            return NOTHING
        digits = significant(actor.scope_code)
        return Q(code__gte=digits, code__lte=digits.ljust(15, "9"))

    return rule


register("territories.view", _within_reach("territories.view"))
register("territories.edit", _within_reach("territories.edit"))
