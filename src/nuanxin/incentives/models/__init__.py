from nuanxin.incentives.models.absences import Absence, AbsenceReview
from nuanxin.incentives.models.boards import BoardMark, BoardMember, BoardTally, TeamTally
from nuanxin.incentives.models.deeds import Deed, Mention
from nuanxin.incentives.models.holds import Hold, HoldRule
from nuanxin.incentives.models.honours import Honour, HonourKind, HonourPhoto, HonourStep
from nuanxin.incentives.models.ledger import Account, Draw, Lot, Posting
from nuanxin.incentives.models.reference import ReferenceChange
from nuanxin.incentives.models.reviewing import Appeal, Objection
from nuanxin.incentives.models.rules import Grant, RuleVersion, SealedStatement
from nuanxin.incentives.models.shop import (
    Pickup,
    Refill,
    Settlement,
    SettlementLine,
    Shop,
    ShopItem,
    ShopLot,
    ShopMovement,
    ShopOrder,
    Supplier,
)
from nuanxin.incentives.models.stars import (
    HoursEntry,
    HoursTotal,
    RatingLevel,
    RatingLink,
    StarApplication,
    StarLevel,
    StarScheme,
    TipOff,
    TipProgramme,
    WorkerRating,
)
from nuanxin.incentives.models.team_awards import TeamAward, TeamUse

__all__ = [
    "Absence",
    "AbsenceReview",
    "Account",
    "Appeal",
    "BoardMark",
    "BoardMember",
    "BoardTally",
    "Deed",
    "Draw",
    "Grant",
    "Hold",
    "HoldRule",
    "Honour",
    "HonourKind",
    "HonourPhoto",
    "HonourStep",
    "HoursEntry",
    "HoursTotal",
    "Lot",
    "Mention",
    "Objection",
    "Pickup",
    "Posting",
    "RatingLevel",
    "RatingLink",
    "ReferenceChange",
    "Refill",
    "RuleVersion",
    "SealedStatement",
    "Settlement",
    "SettlementLine",
    "Shop",
    "ShopItem",
    "ShopLot",
    "ShopMovement",
    "ShopOrder",
    "StarApplication",
    "StarLevel",
    "StarScheme",
    "Supplier",
    "TeamAward",
    "TeamTally",
    "TeamUse",
    "TipOff",
    "TipProgramme",
    "WorkerRating",
]
