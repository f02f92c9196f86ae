"""Time, figures and distance in plain words. Pure functions; the instant they are told from is an argument.

Plain time is what every clock in Nuanxin speaks: “还剩 42 分钟 · 今天 17:30 前”. Chinese is the msgid; where a whole
date format differs by language, the format string itself is translated.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils import dateformat, timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, ngettext, pgettext

MINUTE, HOUR, DAY = 60, 3600, 86400
SOON_AT_MOST = timedelta(hours=2)


class ClockState(StrEnum):
    """How a clock stands; each has its own colour, icon and words."""

    OK = "ok"
    SOON = "soon"
    OVERDUE = "overdue"
    PAUSED = "paused"
    MET = "met"


def duration_words(length: timedelta) -> str:
    """The one or two units that matter: “42 分钟”, “2 小时 5 分钟”, “3 天”."""
    seconds = int(abs(length.total_seconds()))
    if seconds < MINUTE:
        return gettext("不到 1 分钟")
    days, rest = divmod(seconds, DAY)
    hours, minutes = rest // HOUR, rest % HOUR // MINUTE
    if days >= 3:
        return ngettext("%(n)d 天", "%(n)d 天", days) % {"n": days}
    hours += days * 24
    parts = []
    if hours:
        parts.append(ngettext("%(n)d 小时", "%(n)d 小时", hours) % {"n": hours})
    if minutes and hours < 10:
        parts.append(ngettext("%(n)d 分钟", "%(n)d 分钟", minutes) % {"n": minutes})
    return " ".join(parts)


def span_words(length: timedelta) -> str:
    """For an account, where a day more or less matters: “1 天 3 小时”, “2 小时 5 分钟”, “8 天”."""
    seconds = int(abs(length.total_seconds()))
    if seconds < DAY:
        return duration_words(length)
    days, hours = seconds // DAY, seconds % DAY // HOUR
    parts = [ngettext("%(n)d 天", "%(n)d 天", days) % {"n": days}]
    if hours:
        parts.append(ngettext("%(n)d 小时", "%(n)d 小时", hours) % {"n": hours})
    return " ".join(parts)


class HalfDay(datetime):
    """The beginning of the half of a day, where nobody is told more: drawn as “今天 上午”."""

    @property
    def instant(self) -> datetime:
        """For a program."""
        return datetime(self.year, self.month, self.day, self.hour, tzinfo=self.tzinfo)


def half_day(at: datetime) -> HalfDay:
    """Midnight or noon before the instant, in local time."""
    local = timezone.localtime(at)
    hour = 12 if local.hour >= 12 else 0
    return HalfDay(local.year, local.month, local.day, hour, tzinfo=local.tzinfo)


def half_words(at: HalfDay) -> str:
    return gettext("下午") if timezone.localtime(at).hour >= 12 else gettext("上午")


def time_of_day(at: datetime) -> str:
    if isinstance(at, HalfDay):
        return half_words(at)
    return timezone.localtime(at).strftime("%H:%M")


def day_words(at: datetime, *, now: datetime) -> str:
    """“今天”, “明天”, a weekday within six days, else the date (with the year when it is another one)."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    distance = (local.date() - today).days
    near = {-1: gettext("昨天"), 0: gettext("今天"), 1: gettext("明天")}
    if distance in near:
        return near[distance]
    if 1 < distance < 7:
        return dateformat.format(local, "l")
    if local.year == today.year:
        return dateformat.format(local, pgettext("date format", "n月j日"))
    return dateformat.format(local, pgettext("date format", "Y年n月j日"))


def moment(at: datetime, *, now: datetime) -> str:
    """“今天 17:30”."""
    local = timezone.localtime(at)
    if isinstance(at, HalfDay) and local.date() == timezone.localtime(now).date():
        return gettext("今天 下午") if local.hour >= 12 else gettext("今天 上午")
    return f"{day_words(at, now=now)} {time_of_day(at)}"


def calendar_day(day: date) -> str:
    """“9月18日”: for words that are read again days later."""
    return dateformat.format(day, pgettext("date format", "n月j日"))


def dated(day: date, *, now: datetime) -> str:
    """“9月18日”, with the year when it is another one."""
    local = timezone.localtime(day) if isinstance(day, datetime) else day
    same = local.year == timezone.localtime(now).year
    return calendar_day(local) if same else dateformat.format(local, pgettext("date format", "Y年n月j日"))


def calendar_moment(at: datetime) -> str:
    """“9月18日 17:30”."""
    return f"{calendar_day(timezone.localtime(at))} {time_of_day(at)}"


def stamp(at: datetime, pattern: str) -> str:
    """By a date format that ends in the time of day: “09-18 17:30”; of a half-day “09-18 上午”."""
    if not isinstance(at, HalfDay):
        return dateformat.format(timezone.localtime(at), pattern)
    day = dateformat.format(timezone.localtime(at), pattern.removesuffix("H:i").strip())
    return f"{day} {half_words(at)}"


def ago(at: datetime, *, now: datetime) -> str:
    """“刚刚”, “3 分钟前”, then the day and time."""
    if isinstance(at, HalfDay):
        return moment(at, now=now)
    seconds = (now - at).total_seconds()
    if 0 <= seconds < MINUTE:
        return gettext("刚刚")
    if MINUTE <= seconds < HOUR:
        minutes = int(seconds // MINUTE)
        return ngettext("%(n)d 分钟前", "%(n)d 分钟前", minutes) % {"n": minutes}
    if HOUR <= seconds < 6 * HOUR:
        hours = int(seconds // HOUR)
        return ngettext("%(n)d 小时前", "%(n)d 小时前", hours) % {"n": hours}
    return moment(at, now=now)


def clock_state(due: datetime, *, now: datetime, start: datetime | None = None) -> ClockState:
    """Soon is the last quarter of the whole time, and never more than two hours, before the end."""
    left = due - now
    if left < timedelta(0):
        return ClockState.OVERDUE
    whole = due - start if start else SOON_AT_MOST * 4
    return ClockState.SOON if left <= min(whole / 4, SOON_AT_MOST) else ClockState.OK


def clock_words(due: datetime, *, now: datetime, remaining: timedelta | None = None) -> str:
    """“还剩 42 分钟 · 今天 17:30 前” or “已超 2 小时”; `remaining` where counted time differs from wall time."""
    left = due - now if remaining is None else remaining
    if left < timedelta(0):
        return gettext("已超 %(time)s") % {"time": _overdue_words(left)}
    return gettext("还剩 %(time)s · %(moment)s 前") % {
        "time": duration_words(left),
        "moment": moment(due, now=now),
    }


def clock_words_short(due: datetime, *, now: datetime, remaining: timedelta | None = None) -> str:
    """The same without the moment, for narrow rows."""
    left = due - now if remaining is None else remaining
    if left < timedelta(0):
        return gettext("已超 %(time)s") % {"time": _overdue_words(left)}
    return gettext("还剩 %(time)s") % {"time": duration_words(left)}


def _overdue_words(left: timedelta) -> str:
    """From a minute on: “已超 不到 1 分钟” is nothing that anybody would say."""
    return duration_words(max(-left, timedelta(minutes=1)))


def capped(count: int, *, limit: int = 999) -> str:
    return f"{limit}+" if count > limit else str(count)


def figure(value: float) -> str:
    """Counts as people read them: 9,876, then 1.2 万 and 3.4 亿 in Chinese, 12.3k and 1.2M in English."""
    units = [(10**8, gettext("%(n)s 亿")), (10**4, gettext("%(n)s 万"))]
    if (get_language() or "").startswith("en"):
        units = [(10**6, "%(n)sM"), (10**4, "%(n)sk")]
    for size, phrase in units:
        if abs(value) >= size:
            scaled = value / (1000 if phrase.endswith("k") else size)
            return phrase % {"n": number_format(round(scaled, 1), use_l10n=True).removesuffix(".0")}
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def distance_words(metres: float) -> str:
    """“120 米”, “1.5 公里”; tens of metres below a kilometre, because GPS knows no better."""
    if metres < 995:
        return gettext("%(n)d 米") % {"n": max(10, round(metres, -1))}
    return gettext("%(n)s 公里") % {"n": f"{metres / 1000:.1f}".removesuffix(".0")}
