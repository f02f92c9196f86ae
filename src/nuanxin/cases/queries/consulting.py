"""Consultations as they are shown: who was whistled, who has answered, by when, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import ConsultAnswer
from nuanxin.cases.models import Case, Consultation, ConsultationParty

Text = str | Promise


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One whistled organisation; `tone` and `state` are what its chip shows."""

    party: ConsultationParty
    state: Text
    tone: str
    icon: str
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class Round:
    """One consultation of a case. `called_by` is an organisation, never a person."""

    consultation: Consultation
    parties: Sequence[PartyLine]

    @property
    def answered(self) -> int:
        return sum(not line.is_waiting for line in self.parties)

    @property
    def is_complete(self) -> bool:
        return self.answered == len(self.parties)


def rounds_of(case: Case, *, now: datetime) -> list[Round]:
    """All of a case, the latest first; two statements however many there are."""
    rows = Consultation.objects.filter(case=case).select_related("called_by", "lead")
    found = rows.prefetch_related("parties__organisation").order_by("-called_at", "-id")
    return [_round(each, now=now) for each in found]


def _round(consultation: Consultation, *, now: datetime) -> Round:
    return Round(consultation, [_line(party, consultation, now=now) for party in consultation.parties.all()])


def _line(party: ConsultationParty, consultation: Consultation, *, now: datetime) -> PartyLine:
    if party.answered_at is not None:
        tone = "wait" if party.was_late() else "ok"
        icon = "user-check" if party.answer == ConsultAnswer.ATTENDS else "file-text"
        return PartyLine(party, party.get_answer_display(), tone, icon, is_waiting=False)
    if not consultation.is_open:
        return PartyLine(party, _("没有报到"), "quiet", "minus", is_waiting=True)
    if party.is_late(now):
        return PartyLine(party, _("逾期没报到"), "danger", "clock-exclamation", is_waiting=True)
    return PartyLine(party, _("等报到"), "wait", "clock", is_waiting=True)


def parties_of(consultation_id: int) -> list[int]:
    """The organisations that were whistled."""
    rows = ConsultationParty.objects.filter(consultation=consultation_id).order_by("pk")
    return list(rows.values_list("organisation", flat=True))


def open_parties(case: Case) -> list[ConsultationParty]:
    """Of the consultation that is open now, with what they said; empty where there is none."""
    rows = ConsultationParty.objects.filter(consultation__case=case, consultation__ended_at=None)
    return list(rows.select_related("organisation"))
