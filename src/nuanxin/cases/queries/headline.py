"""One sentence for the reporter: where it is, who has it, by when. No names of people, ever."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import OVER_STATES, CaseState, Outcome, RejectReason
from nuanxin.cases.models import Case
from nuanxin.cases.queries.hand_offs import destination_of
from nuanxin.ui.phrases import duration_words, moment

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Headline:
    """`by` says until when, or how late it is; empty where nothing runs."""

    words: str
    by: str
    tone: str
    icon: str
    is_late: bool = False


STYLES = {
    CaseState.REJECTED: ("wait", "info-circle"),
    CaseState.IN_PROGRESS: ("brand", "tool"),
    CaseState.ACCEPTED: ("brand", "tool"),
    CaseState.REWORK: ("wait", "rotate"),
    CaseState.REOPENED: ("wait", "rotate"),
    CaseState.RESULT_SUBMITTED: ("info", "eye"),
    CaseState.VERIFYING: ("info", "eye"),
    CaseState.CLOSED: ("ok", "circle-check"),
    CaseState.ARCHIVED: ("ok", "archive"),
}


WORDS: dict[CaseState, Text] = {
    CaseState.REPORTED: _("已送到%(street)s"),
    CaseState.SCREENING: _("%(street)s正在核实"),
    CaseState.FILED: _("%(street)s已立案，正在派单"),
    CaseState.RETURNED: _("退回来了，%(street)s正在重新派单"),
    CaseState.REOPENED: _("已重新打开，%(street)s正在重新派单"),
    CaseState.DISPATCHED: _("已派给%(lead)s，等%(community)s领单"),
    CaseState.CLAIMED: _("%(community)s已领单，等%(lead)s接单"),
    CaseState.ACCEPTED: _("%(lead)s已接单，正在安排"),
    CaseState.IN_PROGRESS: _("%(lead)s正在处理"),
    CaseState.REWORK: _("核查没通过，%(handler)s正在返工"),
    CaseState.RESULT_SUBMITTED: _("%(handler)s说处理好了，换一家单位去核查"),
    CaseState.VERIFYING: _("%(handler)s说处理好了，正在核查"),
}


def headline(case: Case, *, street: str, community: str, now: datetime) -> Headline:
    """`case` with its lead organisation; `street` and `community` are short names, the latter may be empty."""
    tone, icon = STYLES.get(CaseState(case.state), ("info", "send"))
    words = _words(case, street=street or gettext("街道"), community=community)
    if case.state in OVER_STATES:
        return Headline(words, "", "wait" if case.reject_reason else tone, icon)
    if case.shelved_until is not None:
        until = gettext("目标是 %(day)s 前，每月都会回来看") % {
            "day": date_format(case.shelved_until, "Y-m-d")
        }
        return Headline(gettext("记着呢，现在还解决不了"), until, "wait", "hourglass")
    due = _due(case)
    if due is None:
        return Headline(words, "", tone, icon)
    if due < now:
        late = gettext("比说好的晚了 %(time)s，系统已往上催") % {"time": duration_words(now - due)}
        return Headline(words, late, "danger", icon, is_late=True)
    return Headline(words, _by(case, moment(due, now=now)), tone, icon)


def _due(case: Case) -> datetime | None:
    """While somebody repairs it, the end of the repair; before and after that, the next step."""
    at_work = {CaseState.ACCEPTED, CaseState.IN_PROGRESS, CaseState.REWORK}
    return (case.due_at or case.next_due_at) if case.state in at_work else case.next_due_at


def _by(case: Case, when: str) -> str:
    match case.state:
        case CaseState.REPORTED | CaseState.SCREENING:
            return gettext("%(when)s 前会有人看") % {"when": when}
        case CaseState.ACCEPTED | CaseState.IN_PROGRESS | CaseState.REWORK:
            return gettext("%(when)s 前办好") % {"when": when}
        case CaseState.RESULT_SUBMITTED | CaseState.VERIFYING:
            return gettext("%(when)s 前核查完") % {"when": when}
    return gettext("%(when)s 前有回应") % {"when": when}


def _words(case: Case, *, street: str, community: str) -> str:
    if case.state not in WORDS:
        return _ending(case)
    if case.consulting_since is not None:
        return gettext("几个单位正在一起商量由谁来办")
    lead = case.lead_organisation.label if case.lead_organisation else street
    handler = case.handled_by.label if case.handled_by else lead
    to = destination_of(case)
    if case.state == CaseState.FILED and to is not None:  # a dispatch takes it straight on from there
        return gettext("已转给%(where)s，等回执") % {"where": to.goes}
    names = {"street": street, "community": community or gettext("社区"), "lead": lead, "handler": handler}
    return str(WORDS[CaseState(case.state)]) % names


def _ending(case: Case) -> str:
    if case.reject_reason:
        return gettext("没有受理：%(reason)s") % {"reason": RejectReason(case.reject_reason).label}
    match case.outcome:
        case Outcome.EXPLAINED:
            return gettext("已经解释说明")
        case Outcome.TRANSFERRED:
            to = destination_of(case)
            where = {"where": to.goes} if to else {}
            return gettext("已经转给%(where)s") % where if to else gettext("已经转给该管的单位")
    return gettext("办好了")
