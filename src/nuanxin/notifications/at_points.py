"""Points in the inbox of the one who has earned them: at once after the end of a case, quiet at peak.

What a report gives on its way there (somebody has taken it on, it is filed) is in the statement; the notice of the step
itself says enough. Nobody but the owner hears of any of it.
"""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.thanking import categories_numbered
from nuanxin.incentives import events
from nuanxin.incentives.queries.rules import reason_in_words
from nuanxin.incentives.queries.team_awards import words_of
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import services
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.services import tell
from nuanxin.people.queries import person_id_of_subject

ON_THE_WAY = frozenset({"case_accepted", "case_filed"})
WITH_WORDS = "team_thanks"  # said by its own event, with what the leader wrote


@subscribe(events.PointsAwarded)
def points_awarded(event: events.PointsAwarded, envelope: Envelope) -> None:
    if event.because in ON_THE_WAY or event.because == WITH_WORDS:
        return
    codes = categories_numbered([event.case_number]) if event.case_number else {}
    category = kind_of(codes[event.case_number]).name_zh if event.case_number in codes else ""
    sentence = reason_in_words(event.because, category=category)
    _tell(envelope, Kind.POINTS, event.case_number, sentence=sentence, amount=event.amount)


@subscribe(events.TeamAwarded)
def team_awarded(event: events.TeamAwarded, envelope: Envelope) -> None:
    """The member reads why, in the leader's words."""
    sentence = _("%(thanks)s：%(words)s") % {
        "thanks": reason_in_words(WITH_WORDS), "words": words_of(event.award),
    }  # fmt: skip
    _tell(envelope, Kind.POINTS, "", sentence=sentence, amount=event.amount)


@subscribe(events.PointsReversed)
def points_reversed(event: events.PointsReversed, envelope: Envelope) -> None:
    _tell(envelope, Kind.POINTS_BACK, "", sentence=reason_in_words(event.because), amount=event.amount)


@subscribe(events.PointsLapsing)
def points_lapsing(event: events.PointsLapsing, envelope: Envelope) -> None:
    _tell(envelope, Kind.POINTS_LAPSE, "", amount=event.amount, until=event.on)


def _tell(envelope: Envelope, kind: Kind, number: str, **facts: Any) -> None:
    person_id = person_id_of_subject(envelope.subject_id) if envelope.subject_id else None
    if person_id is None:
        return
    notice = services.for_reporter(
        person_id=person_id, event_id=envelope.id, kind=kind, case_number=number,
        facts={**facts, "path": reverse("incentives:points")}, is_urgent=False, now=envelope.occurred_at,
    )  # fmt: skip
    tell([notice])
