"""What happens to places, for the contexts above. Keys and codes only."""

from nuanxin.kernel.events import event


@event
class PlaceCreated:
    place_id: int
    type: str


@event
class PlaceOpened:
    """Open to the public from now on, for the first time or again."""

    place_id: int
    type: str


@event
class PlaceChanged:
    """`columns`: which facts are different now, joined by commas."""

    place_id: int
    columns: str


@event
class PlaceSuspended:
    place_id: int


@event
class PlaceClosed:
    """For good."""

    place_id: int


@event
class PlaceHoursExcepted:
    """Closed, or open longer, for a while; times are ISO 8601."""

    place_id: int
    kind: str
    starts_at: str
    ends_at: str


@event
class FacilityBroken:
    place_id: int
    facility: str


@event
class FacilityRepaired:
    place_id: int
    facility: str


@event
class KeeperChanged:
    place_id: int
    assignment_id: int


@event
class PlaceLeftWithoutKeeper:
    """Its keeper's assignment has ended, and nobody has taken over."""

    place_id: int


@event
class PlaceChecked:
    """The keeper has gone round; `wrong` are the points that were not right, joined by commas."""

    place_id: int
    wrong: str


@event
class PlaceSaidShut:
    """One passer-by says that the door is locked at an open hour: its keeper hears of it first."""

    place_id: int


@event
class PlaceFoundShut:
    """Two different people say so within the window. Once for each doubt; nothing says who they are."""

    place_id: int
    doubt_id: int


@event
class PlaceDoubtSettled:
    """`end`: repaired or unfounded."""

    place_id: int
    doubt_id: int
    end: str


@event
class FacilityDoubted:
    """Somebody says that it is out of order; nobody responsible has looked yet."""

    place_id: int
    facility: str


@event
class StockRanLow:
    """Less than the minimum that is still good; once until there is enough again."""

    place_id: int
    item: str


@event
class StockExpires:
    """Goes out of date soon, or has (`is_over`): one for a place and a day. `items` joined by commas."""

    place_id: int
    items: str
    is_over: bool


@event
class RestockOpened:
    """Somebody should bring something: newly, or given back."""

    place_id: int
    task_id: int
    item: str


@event
class RestockAccepted:
    place_id: int
    task_id: int
    item: str


@event
class RestockDelivered:
    """It is there; its keeper takes it in."""

    place_id: int
    task_id: int
    item: str


@event
class RestockConfirmed:
    place_id: int
    task_id: int
    item: str


@event
class RestockDropped:
    """Nobody needs to bring it any more."""

    place_id: int
    task_id: int
    item: str


@event
class AreaWarningPublished:
    """Storm, heat or cold in a territory; times are ISO 8601."""

    warning_id: int
    kind: str
    starts_at: str
    ends_at: str


@event
class AreaWarningEnded:
    """Earlier than it was to."""

    warning_id: int


@event
class BookDue:
    """A lent book should be back. Who has it is in the loan alone."""

    loan_id: int
