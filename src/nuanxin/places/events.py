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
