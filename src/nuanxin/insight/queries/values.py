"""A figure with everything that has to stand beside it. What has no denominator is "—", never 0 % and never 100 %."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from nuanxin.insight.indicators import Indicator, Kind, column

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a composition."""

    measure: str
    name: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Value:
    indicator: Indicator
    numerator: int = 0
    denominator: int = 0
    median: float | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return self.indicator.kind != Kind.COUNT and not self.denominator

    @property
    def has_too_few(self) -> bool:
        """A rate of answers of a handful of people would say more about them than about the work."""
        return self.indicator.needs_sample and 0 < self.denominator < settings.NUANXIN_SMALLEST_SAMPLE

    @property
    def is_shown(self) -> bool:
        return not (self.is_empty or self.has_too_few)

    @property
    def number(self) -> float | None:
        """To compare and to draw: a share, minutes, or how many; nothing where nothing is shown."""
        match self.indicator.kind:
            case Kind.COUNT:
                return self.numerator
            case Kind.SHARES:
                return None if self.is_empty else self.denominator
            case Kind.MINUTES:
                return self.numerator / self.denominator / 60 if self.is_shown else None
        return self.numerator / self.denominator if self.is_shown else None

    @property
    def text(self) -> str:
        if self.has_too_few:
            few = settings.NUANXIN_SMALLEST_SAMPLE
            return f"{NOTHING}{gettext('（样本少于 %(few)s）') % {'few': few}}"
        number = self.number
        return NOTHING if number is None else written(self.indicator.kind, number)

    @property
    def median_text(self) -> str:
        return NOTHING if self.median is None else written(Kind.MINUTES, self.median / 60)

    @property
    def parts(self) -> list[Part]:
        made = []
        for name, (words, _flag) in self.indicator.parts.items():
            count = self.counts.get(name, 0)
            made.append(Part(name, str(words), count, count / self.denominator if self.denominator else 0.0))
        return made


def value_of(indicator: Indicator, line: dict[str, Any] | None) -> Value:
    """From one line of a compiled statement; a line that is missing counted nothing."""
    line = line or {}

    def measured(name: str) -> int:
        return int(line.get(column(indicator, name)) or 0)

    median = line.get(column(indicator, "median"))
    return Value(
        indicator,
        numerator=measured("numerator"),
        denominator=measured("denominator"),
        median=None if median is None else float(median),
        counts={name: measured(name) for name in indicator.parts},
    )


def written(kind: Kind, number: float) -> str:
    if kind == Kind.RATE:
        return f"{number_format(number * 100, decimal_pos=1)}%"
    if kind == Kind.MINUTES:
        return _duration(round(number))
    return number_format(round(number), use_l10n=True, force_grouping=True)


def _duration(minutes: int) -> str:
    """Two units at most: 42 分钟, 3 小时 12 分, 2 天 5 小时."""
    if minutes < 60:
        return ngettext("%(n)s 分钟", "%(n)s 分钟", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return gettext("%(hours)s 小时 %(minutes)s 分") % {"hours": minutes // 60, "minutes": minutes % 60}
    return gettext("%(days)s 天 %(hours)s 小时") % {"days": minutes // 1440, "hours": minutes % 1440 // 60}


@dataclass(frozen=True, slots=True)
class Change:
    """Against the span before. `tone`: whether that is good news, as far as the indicator knows."""

    text: str
    direction: str
    tone: str


def change(now: Value, then: Value) -> Change | None:
    """Nothing where one of the two has no figure."""
    first, second = then.number, now.number
    if first is None or second is None or now.indicator.kind == Kind.SHARES:
        return None
    difference = second - first
    kind = now.indicator.kind
    rounded = round(difference * 100, 1) if kind == Kind.RATE else round(difference)
    if not rounded:
        return Change(gettext("持平"), "", "")
    sign = "+" if rounded > 0 else "−"
    if kind == Kind.RATE:
        text = gettext("%(points)s 个百分点") % {
            "points": f"{sign}{number_format(abs(rounded), decimal_pos=1)}"
        }
    else:
        text = sign + written(kind, abs(difference))
    direction = "up" if rounded > 0 else "down"
    better = now.indicator.better
    return Change(text, direction, "" if not better else "ok" if better == direction else "wait")
