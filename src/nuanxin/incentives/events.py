"""What happens to points, honours and orders, for the contexts above. The envelope carries whose as a subject."""

from nuanxin.kernel.events import event


# --- Points ------------------------------------------------------------------------------------------------------------
@event
class PointsAwarded:
    """`because` is a code of reference data that becomes a sentence; `case_number` where a case earned them."""

    posting_id: int
    amount: int
    rule: str
    because: str
    case_number: str = ""


@event
class PointsReversed:
    posting_id: int
    amount: int
    owed: int
    rule: str
    because: str
