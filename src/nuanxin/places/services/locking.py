"""What happens at one place happens one after the other."""

from django.db.models import BigIntegerField

from nuanxin.kernel.prepared import Prepared
from nuanxin.places.models import Place


def lock_place(pk: int) -> None:
    """Until the end of the caller's transaction."""
    _locked.rows(pk=pk)


_locked = Prepared(
    lambda *, pk: Place.objects.select_for_update().filter(pk=pk).values_list("pk", flat=True),
    pk=BigIntegerField(),
)
