"""Who administers what other systems may do here. It shows keys and addresses, never a case."""

from django.db.models import Q

from nuanxin.cases.enums import Visibility
from nuanxin.kernel.access import NOTHING, Actor, register, scope_q

register("gateway.keys")


def _orders(actor: Actor) -> Q:
    """Cases of the own area that were handed to a platform of the city; what is confidential never is."""
    if actor.extent("gateway.exchange") != "area":
        return NOTHING
    return scope_q(actor.scope_code, "case__") & ~Q(case__visibility=Visibility.CONFIDENTIAL)


register("gateway.webhooks")
register("gateway.exchange_setup")
register("gateway.exchange", _orders)
