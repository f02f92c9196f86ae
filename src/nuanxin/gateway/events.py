"""What happens between this system and others."""

from nuanxin.kernel.events import event


@event
class EndpointPaused:
    """Nothing has arrived for days (`failing`), or the other side said that it is gone (`gone`)."""

    endpoint_id: int
    cause: str


@event
class ConflictOpened:
    """The other side says something else about a case than we do; a dispatcher decides."""

    case_id: int
    number: str
    order_id: int
    conflict_id: int
    kind: str
