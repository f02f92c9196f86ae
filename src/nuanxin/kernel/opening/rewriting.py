"""An expression with its holidays as dates, in a form that the library evaluates right.

Days on which an expression reads differently from its plain weekdays (holidays, make-up workdays) get a programme of
their own: the rules that hold on them, repeated for these dates behind all others. What the rules say of `PH` in front
of them is left out, so the library's own holidays, which are wrong for China, never matter.

A night belongs to the evening on which it begins: `22:00-06:00; PH off` leaves out the nights that begin on a holiday
and no half of another. For that the whole expression is moved to the hour at which its nights are over, where nothing
in it forbids that (docs/decisions/0013-opening-hours.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nuanxin.kernel.opening.holidays import Holidays
from nuanxin.kernel.opening.programmes import programmes
from nuanxin.kernel.opening.syntax import MINUTES, Kind, Rule, Span

_WORDS = {Kind.OPEN: "open", Kind.CLOSED: "off", Kind.UNKNOWN: "unknown"}


@dataclass(frozen=True)
class Plan:
    """What the library is given: one expression for each group between `||`, `shift` minutes earlier than it is."""

    expressions: tuple[str, ...]
    shift: int


def rewrite(rules: Sequence[Rule], holidays: Holidays, *, tagged: bool = False) -> Plan:
    """`tagged` puts the number of each rule in the place of its comment, so that an answer says whose it is."""
    shift = night_end(rules)
    writer = _Writer(rules, shift, tagged=tagged)
    expressions = []
    for group in programmes(rules, holidays):
        written = [writer.rule(number, _plain_days(rules[number])) for number in group.plain]
        for numbers, dates in group.programmes:
            written += writer.programme(numbers, dates)
        expressions.append("".join(written).lstrip(";, ") or "off")
    return Plan(tuple(expressions), shift)


def night_end(rules: Sequence[Rule]) -> int:
    """The minute at which all nights are over, if every other time of the expression is later; else 0."""
    spans = [span for rule in rules for span in rule.spans]
    latest = max((span.end for span in spans), default=0) - MINUTES
    if latest <= 0:
        return 0
    whole_days = any(not rule.spans and rule.kind is Kind.OPEN for rule in rules)
    if whole_days or any(span.start < latest or span.open_end for span in spans):
        return 0
    return latest


def _plain_days(rule: Rule) -> str:
    return " ".join(part for part in (rule.wide, ",".join(days.text() for days in rule.days)) if part)


class _Writer:
    def __init__(self, rules: Sequence[Rule], shift: int, *, tagged: bool) -> None:
        self.rules = rules
        self.shift = shift
        self.tagged = tagged

    def rule(self, number: int, selector: str, *, joint: str = "") -> str:
        rule = self.rules[number]
        joint = joint or ("," if rule.joint == "," else ";")
        comment = str(number) if self.tagged else rule.comment
        ends = (f' "{comment}"') if comment else ""
        certain = [span for span in rule.spans if span.end > span.start]
        written = ""
        if certain or not rule.spans:
            times = ",".join(self._span(span) for span in certain) or "00:00-24:00"
            written = f"{joint} {selector} {times} {_WORDS[rule.kind]}{ends}"
            if not rule.spans and rule.kind is Kind.CLOSED:
                written = f"{joint} {selector} off{ends}"
            joint = ","
        for span in rule.spans:
            if span.open_end:
                written += f"{joint} {selector} {self._span(_rest(span))} unknown{ends}"
                joint = ","
        return written

    def programme(self, numbers: Sequence[int], selector: str) -> list[str]:
        """The rules for these dates alone; the first takes the day from what stands before."""
        if not numbers:
            return [f"; {selector} off"]
        written = [] if self.rules[numbers[0]].takes_the_day else [f"; {selector} off"]
        return written + [self.rule(number, selector) for number in numbers]

    def _span(self, span: Span) -> str:
        return f"{_clock(span.start - self.shift)}-{_clock(span.end - self.shift)}"


def _rest(span: Span) -> Span:
    """What is left of the day after an open end, when nobody knows."""
    end = MINUTES if span.end < MINUTES else span.end + 1
    return Span(span.end, end)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
