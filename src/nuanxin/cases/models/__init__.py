"""A Case has a life; each organisation's part in it is a Task with its own; clocks run on both.

The reporter stands apart, in `Reporter`: nothing that case staff read joins it.
"""

from nuanxin.cases.models.additions import Addition
from nuanxin.cases.models.appeal import Appeal, AppealStep
from nuanxin.cases.models.bulletin import DailyBulletin
from nuanxin.cases.models.case import KEY_LENGTH, OPEN, TEXT_LENGTH, TRANSCRIPT_LENGTH, Case, Reporter
from nuanxin.cases.models.catalogue import Category, DispatchRule
from nuanxin.cases.models.consultation import Consultation, ConsultationParty
from nuanxin.cases.models.deadlines import Extension
from nuanxin.cases.models.disclosure import Disclosure
from nuanxin.cases.models.doors import PlaceCase, PromiseCase
from nuanxin.cases.models.duplicates import Confirmation, RootCause, TopicProposal
from nuanxin.cases.models.handoffs import HandOff
from nuanxin.cases.models.hold import LegalHold
from nuanxin.cases.models.limits import HandlingLimit
from nuanxin.cases.models.measures import Measure
from nuanxin.cases.models.publication import (
    TITLE_LENGTH,
    WORDS_LENGTH,
    PublicArea,
    Publication,
    PublicKind,
    SensitiveWord,
)
from nuanxin.cases.models.redaction import REASON_LENGTH, Redaction
from nuanxin.cases.models.repairs import RepairStage
from nuanxin.cases.models.saved import BulkRow, BulkRun, SavedView
from nuanxin.cases.models.shelving import OPEN_SHELVINGS, PUBLIC_LENGTH, Shelving, ShelvingReview
from nuanxin.cases.models.supervision import Supervision
from nuanxin.cases.models.voices import SPOKEN_LENGTH, VoiceNote
from nuanxin.cases.models.work import (
    RATING_WINDOW,
    Attachment,
    CaseLog,
    CaseMessage,
    Clock,
    ClockChange,
    Rating,
    Task,
)

__all__ = [
    "KEY_LENGTH",
    "OPEN",
    "OPEN_SHELVINGS",
    "PUBLIC_LENGTH",
    "RATING_WINDOW",
    "REASON_LENGTH",
    "SPOKEN_LENGTH",
    "TEXT_LENGTH",
    "TITLE_LENGTH",
    "TRANSCRIPT_LENGTH",
    "WORDS_LENGTH",
    "Addition",
    "Appeal",
    "AppealStep",
    "Attachment",
    "BulkRow",
    "BulkRun",
    "Case",
    "CaseLog",
    "CaseMessage",
    "Category",
    "Clock",
    "ClockChange",
    "Confirmation",
    "Consultation",
    "ConsultationParty",
    "DailyBulletin",
    "Disclosure",
    "DispatchRule",
    "Extension",
    "HandOff",
    "HandlingLimit",
    "LegalHold",
    "Measure",
    "PlaceCase",
    "PromiseCase",
    "PublicArea",
    "PublicKind",
    "Publication",
    "Rating",
    "Redaction",
    "RepairStage",
    "Reporter",
    "RootCause",
    "SavedView",
    "SensitiveWord",
    "Shelving",
    "ShelvingReview",
    "Supervision",
    "Task",
    "TopicProposal",
    "VoiceNote",
]
