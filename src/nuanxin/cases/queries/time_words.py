"""One plain sentence on where the time went: how late, which step, what did not count."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nuanxin.cases.enums import CaseState, ClockKind
from nuanxin.cases.queries.time_account import Reason, TimeAccount
from nuanxin.ui.phrases import moment, span_words

DAY = timedelta(days=1)
NAMED = frozenset({Reason.HOLIDAY, Reason.PAUSED})


def sentence(account: TimeAccount) -> str:
    """“超时 1 天 3 小时：接单晚了 2 小时，处置晚了 1 天 1 小时；国庆节放假 8 天不计。”"""
    parts = [_verdict(account), *_not_counted(account)]
    return _("；").join(parts) + _("。")


def gentle_sentence(account: TimeAccount) -> str:
    """For the reporter: the steps, never an office; nothing where there is nothing to explain."""
    if not account.late and not account.late_by_kind:
        return ""
    phases = sorted(account.phases, key=lambda phase: -phase.length)[:2]
    where = _("、").join(
        _("%(step)s用了 %(time)s") % {"step": phase.label, "time": span_words(phase.length)}
        for phase in phases
    )
    if account.late:
        begin = _("比说好的晚了 %(time)s：%(where)s") % {"time": span_words(account.late), "where": where}
    else:
        begin = _("总的没有晚：%(where)s") % {"where": where}
    return _("；").join([begin, *_not_counted(account)]) + _("。")


def _verdict(account: TimeAccount) -> str:
    steps = _late_steps(account)
    if account.case.state == CaseState.MERGED:
        return _("已并入另一件，时限从那时起随那一件")
    if account.late:
        words = _("超时 %(time)s") % {"time": span_words(account.late)}
        return _("%(verdict)s：%(steps)s") % {"verdict": words, "steps": steps or _longest(account)}
    if account.is_part:
        return _("%(verdict)s：%(steps)s") % {"verdict": _("贵单位这一段"), "steps": steps or _("没有超时")}
    if not account.totals:
        words = (
            _("没有受理，没有起算总时限") if account.case.reject_reason else _("还没有立案，总时限还没起算")
        )
        return _("%(verdict)s：%(steps)s") % {"verdict": words, "steps": steps} if steps else words
    words = _on_time(account)
    return _("%(verdict)s，但%(steps)s") % {"verdict": words, "steps": steps} if steps else words


def _on_time(account: TimeAccount) -> str:
    total = account.totals[-1]
    facts = {"used": span_words(account.counted), "limit": total.limit.label}
    if not total.is_running:
        return _("没有超时：规定 %(limit)s，计入 %(used)s") % facts
    if total.clock.paused_at:
        return _("计时暂停，没有超时：规定 %(limit)s，已计入 %(used)s") % facts
    facts["due"] = moment(total.clock.due_at, now=account.until)
    return _("还没到期：规定 %(limit)s，已计入 %(used)s，%(due)s 到期") % facts


def _late_steps(account: TimeAccount) -> str:
    return _("，").join(
        _("%(step)s晚了 %(time)s") % {"step": ClockKind(kind).label, "time": span_words(late)}
        for kind, late in account.late_by_kind
    )


def _longest(account: TimeAccount) -> str:
    """No step was late by itself: what took most of the time."""
    longest = max(account.phases, key=lambda phase: phase.length, default=None)
    if longest is None:
        return _("每一步都没有超过自己的时限")
    facts = {"step": longest.label, "time": span_words(longest.length)}
    return _("每一步都没有超过自己的时限，%(step)s用得最多，%(time)s") % facts


def _not_counted(account: TimeAccount) -> list[str]:
    """Festivals by name and standstills; nights and weekends are in the table."""
    return [
        _("%(what)s %(time)s不计") % {"what": label, "time": _length(length)}
        for code, label, length in account.uncounted
        if code in NAMED
    ]


def _length(length: timedelta) -> str:
    days = length // DAY
    if days and length - days * DAY < timedelta(minutes=1):
        return ngettext("%(n)d 天", "%(n)d 天", days) % {"n": days}
    return span_words(length)
