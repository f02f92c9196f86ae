"""What happens in volunteering, for the contexts above. Each envelope carries the volunteer as an opaque subject."""

from nuanxin.kernel.events import event


# --- Service records ---------------------------------------------------------------------------------------------------
@event
class HoursRecorded:
    """Confirmed by somebody else and recorded: these minutes count. `quality` is in hundredths: 0, 80, 100 or 120."""

    record: str  # public id
    minutes: int
    quality: int
    activity_kind: str  # code of the taxonomy, or of the post
    line: str
    team: str  # public id of the team, or nothing
    served_on: str  # 2026-09-15, in Shanghai


@event
class HoursCorrected:
    """What was recorded before is different now; `minutes` may be 0."""

    record: str
    minutes_before: int
    quality_before: int
    minutes: int
    quality: int
    reason: str


@event
class DidNotCome:
    """Signed up, not called off, not seen. Counted, not punished by default."""

    sign_up: str
    activity_kind: str
    served_on: str
