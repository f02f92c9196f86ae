"""A thousand expressions as people write them, and nastier ones, from a fixed seed."""

import random
import re
from collections.abc import Callable

SEED = 20261122
TIME = re.compile(r"([0-9]{2}):([0-9]{2})")

WEEK = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
COMMENTS = ("敲门", "先打电话", "在二楼")


def thousand(count: int = 1000) -> list[str]:
    """No two alike."""
    chance = random.Random(SEED)
    makers: list[Callable[[random.Random], str]] = [usual, usual, with_holidays, with_holidays, nasty, nasty]
    rules: dict[str, None] = {}
    while len(rules) < count:
        rules[makers[len(rules) % len(makers)](chance)] = None
    return list(rules)


def moved(text: str, minutes: int) -> str:
    """The same expression that many minutes earlier; no span of it may begin before them."""

    def earlier(found: re.Match[str]) -> str:
        minute = int(found[1]) * 60 + int(found[2]) - minutes
        minute += 24 * 60 if minute <= 0 else 0
        return f"{minute // 60:02}:{minute % 60:02}"

    return TIME.sub(earlier, text)


def usual(chance: random.Random) -> str:
    """What the keeper of a place writes."""
    forms = (
        lambda: f"Mo-Fr {spans(chance)}",
        lambda: f"Mo-Su {spans(chance)}",
        lambda: f"Mo-Fr {spans(chance)}; Sa-Su {spans(chance)}",
        lambda: f"Mo-Fr {spans(chance)}; Sa {spans(chance)}; Su off",
        lambda: f"{days(chance)} {spans(chance)}; {days(chance)} off",
        lambda: f"Mo-Su {spans(chance)}; {chance.choice(WEEK)} off",
        lambda: f"{spans(chance)}",
        lambda: f"{days(chance)} {spans(chance)}; {days(chance)} {spans(chance)}",
        lambda: f"Mo-Su {night(chance)}",
        lambda: f"Mo-Fr {night(chance)}; Sa-Su off",
        lambda: "24/7",
    )
    return chance.choice(forms)()


def with_holidays(chance: random.Random) -> str:
    ends = (
        "PH off",
        f"PH {spans(chance)}",
        f'PH unknown "{chance.choice(COMMENTS)}"',
        f'PH off "{chance.choice(COMMENTS)}"',
        f"PH {clock(chance, 11, 13)}-{clock(chance, 13, 15)} off",
        f"{chance.choice(MONTHS)} PH {spans(chance)}",
        f"PH {chance.choice(('Mo-Fr', 'Sa-Su', 'Sa', 'We-Fr'))} {spans(chance)}",
        f"PH {chance.choice('+-')}1 day {spans(chance)}",
    )
    forms = (
        lambda: f"{usual(chance)}; {chance.choice(ends)}",
        lambda: f"{usual(chance)}; {chance.choice(ends)}",
        lambda: f"{days(chance)},PH {spans(chance)}",
        lambda: f"Mo-Fr,PH {spans(chance)}; Sa {spans(chance)}",
        lambda: f"{days(chance)} {spans(chance)}, PH {spans(chance)}",
        lambda: f"PH {spans(chance)}",
        lambda: f"{chance.choice(ends)}; {days(chance)} {spans(chance)}",
        lambda: f"24/7; {chance.choice(ends)}",
    )
    return chance.choice(forms)()


def nasty(chance: random.Random) -> str:
    selectors = (
        f"{chance.choice(MONTHS)}-{chance.choice(MONTHS)}",
        f"{chance.choice(MONTHS)}",
        f"{chance.choice(MONTHS)},{chance.choice(MONTHS)}",
        f"Sep {chance.randint(10, 20)}-Oct {chance.randint(1, 12):02}",
        f"2026 Oct {chance.randint(1, 9):02}",
        f"2026 Sep {chance.randint(15, 29)}-2026 Oct {chance.randint(1, 15):02}",
        f"week {chance.randint(37, 39)}-{chance.randint(40, 43)}",
        f"{chance.choice(WEEK)}[{chance.randint(1, 4)}]",
        f"{chance.choice(WEEK)}[-1]",
        f"{chance.choice(MONTHS)} {days(chance)}",
        f"2025-2026 {chance.choice(MONTHS)}-Dec",
        f"Oct {days(chance)}",
    )
    comment = chance.choice(COMMENTS)
    ends = (
        "", "", " open", " unknown", f' open "{comment}"', f' unknown "{comment}"', " off", f' off "{comment}"',
    )  # fmt: skip
    one, two, three = (
        f"{chance.choice(selectors)} {times}{end if times[:5] < times[6:11] else ''}"
        # Of a night that is unknown over a day that is open, the library forgets the half after midnight.
        for times, end in [(spans(chance), chance.choice(ends)) for _number in range(3)]
    )
    first = chance.choice((usual(chance), with_holidays(chance), one))
    forms = (
        lambda: f"{first}; {two}",
        lambda: f"{first}; {two}" if " off" in two or first.endswith("24/7") else f"{first}, {two}",
        lambda: f"{first}; {two}; {three}",
        lambda: f'{first} || unknown "{comment}"',
        lambda: f"{first}; {two} || {days(chance)} {spans(chance)}",
        lambda: f"{first}; {chance.choice(selectors)} off",
    )
    return chance.choice(forms)()


def days(chance: random.Random) -> str:
    first, last = chance.sample(range(7), 2)
    forms = (
        f"{WEEK[first]}-{WEEK[last]}",
        WEEK[first],
        f"{WEEK[first]},{WEEK[last]}",
        "Mo-Fr",
        "Mo-Sa",
        "Sa-Su",
        f"Mo-We,{WEEK[chance.randint(4, 6)]}",
    )
    return chance.choice(forms)


def spans(chance: random.Random) -> str:
    forms = (
        lambda: f"{clock(chance, 6, 10)}-{clock(chance, 16, 23)}",
        lambda: (
            f"{clock(chance, 7, 9)}-{clock(chance, 11, 12)},{clock(chance, 13, 15)}-{clock(chance, 17, 21)}"
        ),
        lambda: f"{clock(chance, 6, 10)}-24:00",
        lambda: "00:00-24:00",
        lambda: night(chance),
    )
    return chance.choices(forms, (12, 8, 2, 1, 2))[0]()


def night(chance: random.Random) -> str:
    return f"{clock(chance, 18, 23)}-{clock(chance, 1, 6)}"


def clock(chance: random.Random, first: int, last: int) -> str:
    return f"{chance.randint(first, last - 1):02}:{chance.choice((0, 0, 30, 15, 45)):02}"
