"""What a rule of the `opening_hours` syntax says, part by part, and where it cannot be read.

The syntax is OpenStreetMap's. Left out on purpose, each with a refusal that says what to write instead: school
holidays (there is no table of them), sunrise and sunset (an answer must not depend on where it is asked), Easter, and
repetitions within a span. What people type is put right where only one thing can be meant: full-width signs, `9:00`,
`mo-fr`.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.opening.library import selects
from nuanxin.kernel.opening.mistakes import InvalidOpening, mistake

LONGEST = 1000
MINUTES = 24 * 60
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ALWAYS = "24/7"

_TOKEN = re.compile(
    r"""(?P<comment>"[^"]*")|(?P<always>24/7)|(?P<time>[0-9]{1,2}:[0-9]{2}(?![0-9]))|(?P<number>[0-9]+)
    |(?P<word>[A-Za-z]+)|(?P<sign>\|\||[-,;:+/\[\]])""",
    re.VERBOSE,
)
_SAME_SIGN = str.maketrans(
    {
        "：": ":",
        "；": ";",
        "，": ",",
        "、": ",",
        "“": '"',
        "”": '"',
        "＂": '"',
        "｜": "|",
        "＋": "+",
        "\u3000": " ",
    }
    | dict.fromkeys("－–—−~～〜", "-")
    | {chr(ord("０") + digit): str(digit) for digit in range(10)}
)
_KNOWN = {word.lower(): word for word in (*WEEKDAYS, *MONTHS, "PH", "SH")}
_KNOWN |= {word: word for word in ("week", "open", "off", "closed", "unknown", "day", "days")}


_NUMBERS = {
    (first, last): frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
    for first in range(7)
    for last in range(7)
}


class Kind(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


_MODIFIERS = {"open": Kind.OPEN, "off": Kind.CLOSED, "closed": Kind.CLOSED, "unknown": Kind.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int  # 0 is the first character
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of the day; an end after midnight is beyond 1440. `open_end`: nobody said when it closes."""

    start: int
    end: int
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """Weekdays from the first to the last (0 is Monday); `nth` as written: `[1,3]`, `[-1]`."""

    first: int
    last: int
    nth: str = ""

    @property
    def numbers(self) -> frozenset[int]:
        return _NUMBERS[self.first, self.last]

    @property
    def are_workdays(self) -> bool:
        """One range with all of Monday to Friday in it: whoever writes `Mo-Fr` means working days."""
        return not self.nth and self.first != self.last and self.numbers.issuperset(range(5))

    @property
    def are_weekend(self) -> bool:
        return not self.nth and self.numbers <= {5, 6}

    def text(self) -> str:
        ends = dict.fromkeys((WEEKDAYS[self.first], WEEKDAYS[self.last]))
        return "-".join(ends) + self.nth


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `joint` is what joins it to the one before: `;` takes the day, `,` adds, `||` fills what is closed."""

    joint: str = ""
    wide: str = ""  # years, months, dates and weeks, as written
    days: tuple[Days, ...] = ()
    holidays: tuple[int, ...] = ()  # offsets in days from a public holiday: 0 is the holiday itself
    both: bool = False  # `PH Mo-Fr`: holidays that fall on these weekdays
    spans: tuple[Span, ...] = ()  # none: the whole day
    kind: Kind = Kind.OPEN
    comment: str = ""
    text: str = ""

    @property
    def takes_the_day(self) -> bool:
        """Whether nothing of the rules before it is left on a day that it is about."""
        return self.joint != "," and (self.kind is not Kind.CLOSED or not self.spans)


def read(text: str) -> tuple[Rule, ...]:
    """The rules of an expression in their order. Raises `InvalidOpening`, which says where and what to write."""
    if not text.strip():
        raise InvalidOpening(_("还没有写开放时间。"), hint=_("例如 Mo-Fr 09:00-18:00；全天开放写 24/7。"))
    if len(text) > LONGEST:
        raise InvalidOpening(
            _("开放时间太长了。"), hint=_("请缩短到 1000 个字符以内；个别日期写进“特别安排”。")
        )
    reader = _Reader(text)
    rules = [reader.rule("")]
    while not reader.at_end:
        rules.append(reader.rule(reader.joint()))
    return tuple(rules)


def tokens(text: str) -> list[Token]:
    """Positions are those of the given text: every sign that is put right stays one sign."""
    plain = _put_right(text)
    found, at = [], 0
    while at < len(plain):
        if plain[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(plain, at)
        if match is None:
            raise mistake(text, at)
        kind, word = str(match.lastgroup), match.group()
        if kind == "word":
            word = _KNOWN.get(word.lower(), word)
        found.append(Token(kind, word, at, match.end()))
        at = match.end()
    return found


def _put_right(text: str) -> str:
    """Full-width signs as the plain ones they stand for; words in quotes stay as they are."""
    plain = text.translate(_SAME_SIGN)
    inside, pieces = False, []
    for given, sign in zip(text, plain, strict=True):
        pieces.append(sign if sign == '"' or not inside else given)
        inside ^= sign == '"'
    return "".join(pieces)


class _Reader:
    """Takes tokens from left to right; every `_...` below takes one part of a rule."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.plain = _put_right(text)
        self.tokens = tokens(text)
        self.place = 0
        if not self.tokens:
            raise mistake(text, 0)

    @property
    def at_end(self) -> bool:
        return self.place >= len(self.tokens)

    def peek(self, ahead: int = 0) -> Token:
        place = self.place + ahead
        if place < len(self.tokens):
            return self.tokens[place]
        return Token("end", "", len(self.source), len(self.source))

    def take(self) -> Token:
        token = self.peek()
        self.place += 1
        return token

    def wrong(self, token: Token | None = None) -> InvalidOpening:
        token = token or self.peek()
        return mistake(self.source, token.at, token.text)

    def joint(self) -> str:
        token = self.take()
        if token.text not in {";", ",", "||"}:
            raise self.wrong(token)
        if token.text == ";" and self.at_end:
            raise self.wrong(token)
        return token.text

    def rule(self, joint: str) -> Rule:
        first = self.place
        rule = Rule(joint=joint, wide=self._wide())
        rule = self._days(rule)
        timed = self.peek().kind in {"time", "always"}
        rule = replace(rule, spans=self._times(about=bool(rule.wide or rule.days or rule.holidays)))
        marked = self.peek().text in _MODIFIERS
        if marked:
            rule = replace(rule, kind=_MODIFIERS[self.take().text])
        if self.peek().kind == "comment":
            rule = replace(rule, comment=self.take().text.strip('"').strip())
            if not marked and self.place == first + 1:  # words alone promise nothing
                rule = replace(rule, kind=Kind.UNKNOWN)
        if self.place == first:
            raise self.wrong()
        if not (timed or marked or rule.comment) and self.peek().text == ",":
            raise self.wrong()  # `Mo-Fr, 09:00-18:00` would be two rules: all of Monday to Friday, and every day
        end = self.tokens[self.place - 1].end
        return replace(rule, text=self.source[self.tokens[first].at : end])

    def _wide(self) -> str:
        """Years, months, dates and weeks, as one piece that the library reads."""
        first = self.place
        while self._is_wide(self.peek()) or (
            self.place > first and self.peek().text in {"-", ",", "+", "/"} and self._goes_on_wide()
        ):
            self.take()
        if self.place == first:
            return ""
        end = self.tokens[self.place - 1].end
        at = self.tokens[first].at
        if self.peek().text == ":":
            self.take()
        pieces = (token.text for token in self.tokens[first : self.place] if token.text != ":")
        wide = re.sub(r" ?([-,/]) ?", r"\1", " ".join(pieces)).replace(" +", "+")
        wide = re.sub(r"\+(?=[0-9])", " +", wide)
        if not selects(wide):
            raise mistake(self.source, at, self.source[at:end])
        return wide

    def _goes_on_wide(self) -> bool:
        return self.peek().text == "+" or self._is_wide(self.peek(1))

    @staticmethod
    def _is_wide(token: Token) -> bool:
        return token.kind == "number" or token.text in MONTHS or token.text in {"week", "day", "days"}

    def _days(self, rule: Rule) -> Rule:
        days: list[Days] = []
        holidays: list[int] = []
        both, before = False, ""
        while self._is_day(self.peek()):
            token = self.peek()
            kind = "holiday" if token.text in {"PH", "SH"} else "weekday"
            if before and not both and self.tokens[self.place - 1].text != ",":
                both = before != kind
                if not both:
                    raise self.wrong()
            if kind == "holiday":
                holidays.append(self._holiday())
            else:
                days.append(self._weekdays())
            before = kind
            if self.peek().text == "," and self._is_day(self.peek(1)):
                self.take()
        if self.peek().text == ":" and (days or holidays):
            self.take()
        return replace(rule, days=tuple(days), holidays=tuple(holidays), both=both)

    @staticmethod
    def _is_day(token: Token) -> bool:
        return token.text in WEEKDAYS or token.text in {"PH", "SH"}

    def _holiday(self) -> int:
        token = self.take()
        if token.text == "SH":
            raise self.wrong(token)
        sign = self.peek()
        if sign.text not in {"+", "-"} or self.peek(1).kind != "number":
            return 0
        self.take()
        days = int(self.take().text)
        if self.take().text not in {"day", "days"} or not 0 < days < 10:
            raise self.wrong(sign)
        return days if sign.text == "+" else -days

    def _weekdays(self) -> Days:
        first = last = WEEKDAYS.index(self.take().text)
        if self.peek().text == "-":
            self.take()
            if self.peek().text not in WEEKDAYS:
                raise self.wrong()
            last = WEEKDAYS.index(self.take().text)
        return Days(first, last, self._nth() if self.peek().text == "[" else "")

    def _nth(self) -> str:
        start = self.peek()
        pieces = []
        while self.peek().text in {"[", "]", ",", "-"} or self.peek().kind == "number":
            pieces.append(self.take().text)
            if pieces[-1] == "]":
                break
        nth = "".join(pieces)
        if not selects(f"Mo{nth}"):
            raise self.wrong(start)
        return nth

    def _times(self, *, about: bool) -> tuple[Span, ...]:
        if self.peek().kind == "always":
            self.take()
            return (Span(0, MINUTES),) if about else ()
        spans: list[Span] = []
        while self.peek().kind == "time":
            spans.append(self._span())
            if self.peek().text == "," and self.peek(1).kind == "time":
                self.take()
        return tuple(spans)

    def _span(self) -> Span:
        token = self.peek()
        start = self._minute(latest=MINUTES - 1)
        if self.peek().text == "+":
            self.take()
            return Span(start, start, open_end=True)
        if self.peek().text != "-" or self.peek(1).kind != "time":
            raise self.wrong(self.peek() if self.peek().text not in {"", "-"} else token)
        self.take()
        end = self._minute(latest=2 * MINUTES)
        if end <= start:
            end += MINUTES
        if end - start > MINUTES:
            raise self.wrong(token)
        if self.peek().text == "/":
            raise self.wrong()
        open_end = self.peek().text == "+"
        if open_end:
            self.take()
        return Span(start, end, open_end)

    def _minute(self, *, latest: int) -> int:
        token = self.take()
        hours, minutes = (int(part) for part in token.text.split(":"))
        if minutes > 59 or hours * 60 + minutes > latest:
            raise self.wrong(token)
        return hours * 60 + minutes
