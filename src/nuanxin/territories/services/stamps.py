from functools import partial
from uuid import uuid4

from django.db import transaction

from nuanxin.territories.models import SpatialStamp
from nuanxin.territories.queries import expire_all


def touch(name: str) -> None:
    """Begin a new edition of a set of polygons: every process reads it within seconds, this one at once."""
    SpatialStamp.objects.update_or_create(name=name, defaults={"edition": uuid4()})
    expire_all(name)
    transaction.on_commit(partial(expire_all, name))
