"""What every change of a place leaves: its line in the ledger, its audit entry."""

from collections.abc import Iterable
from datetime import datetime

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.plain_rows import NewRows
from nuanxin.places.models import Place, PlaceChange

_changes = NewRows(PlaceChange)


def note(actor: Actor, action: str, place: Place, columns: Iterable[str], now: datetime) -> None:
    """In the caller's transaction. `columns` are names of fields or codes, never what stands in them."""
    told = sorted(columns)
    change = PlaceChange(
        place=place,
        at=now,
        action=action,
        columns=",".join(told)[:400],
        role=actor.role,
        organisation_id=actor.organisation_id,
    )
    _changes.write(change)
    audit.record(
        actor=actor, action=f"places.{action}", object_type="place", object_id=place.pk,
        scope_code=place.scope_code, detail={"changed": told}, now=now,
    )  # fmt: skip
