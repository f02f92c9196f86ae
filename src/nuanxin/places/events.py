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


@event
class SceneApplied:
    """Somebody asks for a friendly scene; `type` is the code of its kind."""

    scene_id: int
    type: str


@event
class SceneMoved:
    """One step on, by the table; `step` names it and `state` is where it is now."""

    scene_id: int
    step: str
    state: str


@event
class SceneAssessed:
    """`stage`: submitted, confirmed or returned; `is_met`: what was found."""

    scene_id: int
    assessment_id: int
    stage: str
    is_met: bool


@event
class ScenePublicityOver:
    """Its days are over: somebody can decide. `objections` are those without an answer."""

    scene_id: int
    objections: int


@event
class SceneObjected:
    """While it was shown to everybody. Nothing says who."""

    scene_id: int
    objection_id: int


@event
class SceneAccredited:
    scene_id: int
    number: str


@event
class SceneRecheckDue:
    scene_id: int


@event
class SceneRefused:
    scene_id: int


@event
class SceneSuspended:
    scene_id: int


@event
class SceneRevoked:
    scene_id: int


@event
class SceneAppealed:
    """`against`: refused, suspended or revoked."""

    scene_id: int
    appeal_id: int
    against: str


@event
class SceneAppealDecided:
    scene_id: int
    appeal_id: int
    is_upheld: bool


@event
class SceneLate:
    """A step, or an appeal (`what`: a state, or `appeal`), has run out of its time; said once."""

    scene_id: int
    what: str


@event
class OpenDayAnnounced:
    """Times are ISO 8601."""

    place_id: int
    day_id: int
    starts_at: str


@event
class OpenDayCancelled:
    """Who signed up hears of it."""

    place_id: int
    day_id: int


@event
class OpenDayHeld:
    """Its hours are over."""

    place_id: int
    day_id: int


@event
class KitchenLookedAt:
    """The subject came to an open day and filled in its form: what stands in it, and when, is said to nobody."""

    place_id: int
    day_id: int


@event
class OpenDayFoundWrong:
    """Enough residents have filled in the form, and some of them found something; said once for a day."""

    place_id: int
    day_id: int
    points: str


@event
class BookingMade:
    """Neither who nor what for: `booking_id` leads there for whoever may know."""

    booking_id: int
    place_id: int


@event
class BookingHeld:
    """A place has become free and is kept for the first who waited."""

    booking_id: int
    place_id: int


@event
class BookingWithdrawn:
    """By the person."""

    booking_id: int
    place_id: int


@event
class BookingMoved:
    """To another time of the same service."""

    booking_id: int
    place_id: int


@event
class BookingLapsed:
    """Nobody took the held place, or none became free in time."""

    booking_id: int
    place_id: int


@event
class BookingCalledOff:
    """By the place, with a reason that the person reads."""

    booking_id: int
    place_id: int


@event
class BookingSoon:
    """It is time to say that it comes."""

    booking_id: int
    place_id: int


@event
class BookingRulesChanged:
    """A service takes bookings otherwise than before, or for the first time."""

    place_id: int
    item: str


@event
class OfferProposed:
    """By the place, new or changed: the street looks at it."""

    place_id: int
    offer_id: int


@event
class OfferConfirmed:
    """It can be used from now on, for the first time or again."""

    place_id: int
    offer_id: int


@event
class OfferDeclined:
    place_id: int
    offer_id: int


@event
class OfferSuspended:
    place_id: int
    offer_id: int


@event
class OfferEnded:
    """For good; `has_lapsed`: its last day has passed, and nobody ended it."""

    place_id: int
    offer_id: int
    has_lapsed: bool = False


@event
class OfferFoundBroken:
    """Somebody was refused what is promised; once for as long as it is looked into. Nothing says who, or which use."""

    place_id: int
    offer_id: int
    promise_id: int


@event
class OfferPromiseSettled:
    """`end`: kept or unfounded."""

    place_id: int
    offer_id: int
    end: str


@event
class VoucherRedeemed:
    """One use. Of whom is in no event; `kind` is the offer's."""

    place_id: int
    offer_id: int
    kind: str
    was_offline: bool


@event
class RedemptionDisputed:
    """A place took in what the server does not take for a use: twice, late, unknown. The worker loses nothing by it."""

    place_id: int
    offer_id: int
    outcome: str
