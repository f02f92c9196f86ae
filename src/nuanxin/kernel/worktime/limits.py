"""Time limits: an amount and the clock on which it runs (`domain.md` §2.2)."""

import re
from dataclasses import dataclass
from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nuanxin.kernel.errors import Invalid

MOST_MINUTES = 366 * 24 * 60
MOST_DAYS = 3660

_HOURS_OR_MINUTES = re.compile(r"PT(?:(?P<hours>[0-9]{1,7})H)?(?:(?P<minutes>[0-9]{1,7})M)?")
_WORK_TIME = re.compile(r"(?:(?P<hours>[0-9]{1,7})wh)?(?:(?P<minutes>[0-9]{1,7})wm)?")
_WORK_DAYS = re.compile(r"(?P<days>[0-9]{1,7})wd")
_DAYS = re.compile(r"P(?P<days>[0-9]{1,7})D")


class LimitKind(TextChoices):
    URGENT_HOUR = "urgent_hour", _("紧急工作时")
    WORK_HOUR = "work_hour", _("工作时")
    WORK_DAY = "work_day", _("工作日")
    NATURAL_DAY = "natural_day", _("自然日")

    @property
    def counts_days(self) -> bool:
        """Whether the arrival day is day 0 and the limit ends with a day."""
        return self in (LimitKind.WORK_DAY, LimitKind.NATURAL_DAY)

    @property
    def counts_working_time(self) -> bool:
        return self in (LimitKind.WORK_HOUR, LimitKind.WORK_DAY)


class InvalidLimit(Invalid):
    default_message = _("这个时限看不懂。")
    default_hint = _("请写成 PT30M、PT24H（分钟、小时）、4wh（工作时）、3wd（工作日）或 P15D（自然日）。")


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` is in whole minutes for the two hour kinds and in whole days for the two day kinds."""

    amount: int
    kind: LimitKind

    def __post_init__(self) -> None:
        most = MOST_DAYS if self.kind.counts_days else MOST_MINUTES
        if not 0 < self.amount <= most:
            raise InvalidLimit(_("时限要大于零，并且不能太长。"))

    @classmethod
    def urgent(cls, *, hours: int = 0, minutes: int = 0) -> Self:
        """Continuous time, 24×7."""
        return cls(hours * 60 + minutes, LimitKind.URGENT_HOUR)

    @classmethod
    def work_time(cls, *, hours: int = 0, minutes: int = 0) -> Self:
        return cls(hours * 60 + minutes, LimitKind.WORK_HOUR)

    @classmethod
    def work_days(cls, days: int) -> Self:
        return cls(days, LimitKind.WORK_DAY)

    @classmethod
    def natural_days(cls, days: int) -> Self:
        return cls(days, LimitKind.NATURAL_DAY)

    @classmethod
    def parse(cls, text: str, *, urgency_natural: bool = True) -> Self:
        """Read `PT30M`, `PT24H`, `P15D`, `4wh`, `30wm`, `3wd`.

        `urgency_natural`: hours and minutes run day and night (U1, U2); otherwise (U3, U4) they count working
        hours. `P15D` is calendar days at every urgency: 360 working hours is not what a 15-day rule of law
        means.
        """
        text = text.strip()
        if match := _DAYS.fullmatch(text):
            return cls.natural_days(int(match["days"]))
        if match := _WORK_DAYS.fullmatch(text):
            return cls.work_days(int(match["days"]))
        if (match := _WORK_TIME.fullmatch(text)) and text:
            return cls.work_time(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
        if (match := _HOURS_OR_MINUTES.fullmatch(text)) and text != "PT":
            make = cls.urgent if urgency_natural else cls.work_time
            return make(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
        raise InvalidLimit(_("这个时限看不懂：%(text)s") % {"text": text[:40]})

    def __str__(self) -> str:
        """The text that `parse(…)` reads back to an equal limit."""
        if self.kind == LimitKind.WORK_DAY:
            return f"{self.amount}wd"
        if self.kind == LimitKind.NATURAL_DAY:
            return f"P{self.amount}D"
        hours, minutes = divmod(self.amount, 60)
        if self.kind == LimitKind.WORK_HOUR:
            return (f"{hours}wh" if hours else "") + (f"{minutes}wm" if minutes else "")
        return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")

    @property
    def label(self) -> str:
        """As people say it, in the active language: 30 分钟, 2 工作时, 3 个工作日, 15 个自然日."""
        if self.kind == LimitKind.WORK_DAY:
            return ngettext("%(n)d 个工作日", "%(n)d 个工作日", self.amount) % {"n": self.amount}
        if self.kind == LimitKind.NATURAL_DAY:
            return ngettext("%(n)d 个自然日", "%(n)d 个自然日", self.amount) % {"n": self.amount}
        return minutes_label(self.amount, working=self.kind == LimitKind.WORK_HOUR)

    @property
    def told(self) -> str:
        """The same for somebody who keeps no office hours: nobody outside one counts in working minutes."""
        if self.kind != LimitKind.WORK_HOUR:
            return self.label
        return _("上班时间 %(span)s") % {"span": minutes_label(self.amount, working=False)}


def minutes_label(minutes: int, *, working: bool) -> str:
    hours, minutes = divmod(minutes, 60)
    parts = []
    if hours and working:
        parts.append(ngettext("%(n)d 工作时", "%(n)d 工作时", hours) % {"n": hours})
    elif hours:
        parts.append(ngettext("%(n)d 小时", "%(n)d 小时", hours) % {"n": hours})
    if minutes and working and not hours:
        parts.append(ngettext("%(n)d 工作分钟", "%(n)d 工作分钟", minutes) % {"n": minutes})
    elif minutes or not hours:
        parts.append(ngettext("%(n)d 分钟", "%(n)d 分钟", minutes) % {"n": minutes})
    return " ".join(parts)
