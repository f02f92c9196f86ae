"""An inbox is its owner's alone."""

from django.db.models import Q

from nuanxin.kernel.access import NOTHING, Actor, register


def _own(actor: Actor) -> Q:
    return Q(person=actor.person_id) if actor.person_id is not None else NOTHING


register("notifications.read", _own)
register("notifications.robot")  # of the own organisation: the service takes it from the actor
