"""Opening hours in words: “营业中，22:00 关门”, “明天 8:00 开门”, and why."""

from datetime import datetime

from django.utils.translation import gettext

from nuanxin.kernel.opening import Interval, Kind, Reason, State, Why
from nuanxin.ui import phrases


def state_words(state: State, *, now: datetime) -> str:
    """What it is and until when: “营业中，22:00 关门”. A comment of the rule comes after it."""
    said = _standing(state, now)
    return (
        gettext("%(said)s（%(comment)s）") % {"said": said, "comment": state.comment}
        if state.comment
        else said
    )


def _standing(state: State, now: datetime) -> str:
    if state.until is None:
        alone = {
            Kind.OPEN: gettext("一直开着"),
            Kind.CLOSED: gettext("不开放"),
            Kind.UNKNOWN: gettext("说不准开不开"),
        }
        return alone[state.kind]
    at = phrases.moment(state.until, now=now)
    if state.kind is Kind.OPEN:
        at = at if _another_day(state.until, now) else phrases.time_of_day(state.until)
    words = {
        (Kind.OPEN, Kind.CLOSED): gettext("营业中，%(at)s 关门"),
        (Kind.OPEN, Kind.UNKNOWN): gettext("营业中，%(at)s 以后说不准"),
        (Kind.CLOSED, Kind.OPEN): gettext("没开门，%(at)s 开门"),
        (Kind.CLOSED, Kind.UNKNOWN): gettext("没开门，%(at)s 以后说不准"),
        (Kind.UNKNOWN, Kind.OPEN): gettext("说不准开不开，%(at)s 一定开门"),
        (Kind.UNKNOWN, Kind.CLOSED): gettext("说不准开不开，%(at)s 以后不开"),
    }
    return words[state.kind, state.then or Kind.CLOSED] % {"at": at}


def _another_day(until: datetime, now: datetime) -> bool:
    return phrases.day_words(until, now=now) != phrases.day_words(now, now=now)


def hours_words(hours: tuple[Interval, ...]) -> str:
    """“09:00–12:00、13:30–17:30”."""
    spans = [f"{phrases.time_of_day(each.start)}–{_end(each)}" for each in hours]
    return gettext("、").join(spans)


def _end(interval: Interval) -> str:
    """Midnight at the end of a day is 24:00."""
    end = phrases.time_of_day(interval.end)
    return "24:00" if end == "00:00" and interval.end > interval.start else end


def why_words(why: Why, *, now: datetime) -> list[str]:
    """Which rule or row decided, in sentences, the most telling first."""
    said = [_decided(why)]
    day = phrases.day_words(datetime.combine(why.day, now.timetz()), now=now)
    if why.hours:
        said.append(gettext("%(day)s的时间：%(hours)s。") % {"day": day, "hours": hours_words(why.hours)})
    elif why.reason is not Reason.SEASON:
        said.append(gettext("%(day)s整天不开。") % {"day": day})
    if why.holiday and why.worked:
        said.append(gettext("%(day)s是调休上班的日子，按工作日算。") % {"day": day})
    elif why.holiday:
        said.append(gettext("%(day)s是节假日：%(name)s。") % {"day": day, "name": why.holiday})
    if why.state.provisional:
        said.append(gettext("那一年的放假安排还没有公布，到时候可能会变。"))
    return said


def _decided(why: Why) -> str:
    if why.reason is Reason.CHANGE:
        reason = why.change.reason if why.change else ""
        return gettext("有特别安排：%(reason)s。") % {"reason": reason} if reason else gettext("有特别安排。")
    if why.reason is Reason.SEASON:
        return gettext("现在不在开放的季节。")
    if why.reason is Reason.NO_RULE:
        return gettext("这个时间不在开放时间里。")
    return gettext("按这一条：%(rule)s") % {"rule": why.rule}
