"""What happens to points, honours and orders, for the contexts above. The envelope carries whose as a subject."""

from nuanxin.kernel.events import event


# --- Points ------------------------------
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


@event
class RuleMoved:
    """Another version of a rule is proposed, approved, refused, withdrawn: `step`. `by`: the proposer's assignment."""

    rule: str  # public id of the version
    code: str
    number: int
    step: str
    state: str
    by: int = 0


@event
class GrantMoved:
    """A big award, for a case; whose it is, is nowhere in it."""

    grant: str  # public id
    step: str
    state: str
    by: int = 0


@event
class TeamAwarded:
    """A team leader thanks a member; the envelope says whom. The words are read where they are kept."""

    award: str  # public id
    amount: int


@event
class TeamAwardReversed:
    award: str
    amount: int


# --- The volunteer supermarket ------------------------------
@event
class RedemptionPlaced:
    """Points are taken, one piece is kept; the envelope's subject is whose it is."""

    order_id: int
    shop_id: int
    item_id: int
    points: int


@event
class RedemptionReady:
    order_id: int
    shop_id: int
    item_id: int


@event
class RedemptionCollected:
    order_id: int
    shop_id: int
    item_id: int
    was_offline: bool


@event
class RedemptionCancelled:
    """`by_shop`: it cannot be given after all. The points are back in both cases."""

    order_id: int
    shop_id: int
    item_id: int
    points: int
    by_shop: bool


@event
class RedemptionExpiring:
    """Three days are left to fetch it; once for an order."""

    order_id: int
    shop_id: int
    item_id: int
    until: str


@event
class RedemptionExpired:
    """Nobody came for it: the piece is free again, the points are back."""

    order_id: int
    shop_id: int
    item_id: int
    points: int


@event
class RedemptionReturnAsked:
    order_id: int
    shop_id: int
    item_id: int


@event
class RedemptionReturned:
    order_id: int
    shop_id: int
    item_id: int
    points: int


@event
class PickupDisputed:
    """A counter without a network gave something that it should not have: the shop's to look into."""

    shop_id: int
    pickup_id: int
    outcome: str


@event
class ShopStockLow:
    """Fewer than the minimum are free; once until there are enough again."""

    shop_id: int
    item_id: int
    left: int


@event
class ShopStockExpiring:
    """A lot goes out of date within the week; once for a lot."""

    shop_id: int
    item_id: int
    on: str


@event
class SettlementClosed:
    """Another one approves it."""

    settlement_id: int
    shop_id: int
    total_fen: int


@event
class SettlementApproved:
    settlement_id: int
    shop_id: int
    total_fen: int


@event
class SettlementSentBack:
    settlement_id: int
    shop_id: int


# --- Stars, honours, holds ------------------------------
@event
class StarApplied:
    application: str  # public id
    level: int


@event
class StarMoved:
    """`step` publicise, refuse or withdraw; `state` what it is now."""

    application: str
    level: int
    step: str
    state: str


@event
class StarGranted:
    application: str
    level: int


@event
class WorkerRated:
    """Its owner's alone; the envelope says whose. The level is not in the event."""

    period: str


@event
class TipOffMoved:
    tip_off: str  # public id
    state: str


@event
class HonourNominated:
    """The envelope's subject is the honoured person, where the account is known."""

    honour: str  # public id
    kind: str


@event
class HonourMoved:
    """`step` as in the workflow; `agree` and `disagree` are the honoured person's own."""

    honour: str
    kind: str
    step: str
    state: str


@event
class HonourAwarded:
    honour: str
    kind: str


@event
class ObjectionRaised:
    """Against a star or an honour that is being shown; by nobody that is known."""

    about: str
    target: str
    objection: int


@event
class PublicityOver:
    about: str
    target: str
    open_objections: int


@event
class AwardHeld:
    """Told to its owner at once: what, why, how to answer."""

    hold: str  # public id
    reason: str
    amount: int


@event
class HoldAnswered:
    hold: str


@event
class HoldDecided:
    hold: str
    is_released: bool
    amount: int


@event
class AbsenceNoted:
    """Said to whom it is about, where a city counts: how often this year, and from which number on somebody looks."""

    year: int
    count: int
    most: int


@event
class AbsenceAsked:
    review: str  # public id
    year: int
    count: int


@event
class AbsenceAnswered:
    review: str


@event
class AbsenceDecided:
    review: str
    is_paused: bool


@event
class AppealFiled:
    appeal: str  # public id
    about: str
    target: str


@event
class AppealDecided:
    appeal: str
    about: str
    target: str
    is_upheld: bool


@event
class ReviewLate:
    """A hold or an appeal that nobody has decided in its time; `what` is hold, appeal or absence."""

    what: str
    target: str


# --- What lapses ----------------------------------------------------------------------------------------------------
@event
class PointsLapsing:
    """So many points lapse in `days` days (60, 30 or 7), at the end of the day `on`, if they are not spent."""

    amount: int
    days: int
    on: str
