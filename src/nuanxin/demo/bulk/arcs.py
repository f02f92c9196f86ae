"""How cases go, and when: the steps of a life with the time between them, drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from nuanxin.cases.enums import CaseState
from nuanxin.cases.models import RATING_WINDOW
from nuanxin.cases.queries.catalogue import Kind, kinds
from nuanxin.demo.bulk.life import ASSIST, STREET, Life
from nuanxin.demo.catalogue import demo_kinds
from nuanxin.demo.scenes import moment
from nuanxin.demo.stories import phrase_keys, phrases, texts
from nuanxin.kernel.worktime import SHANGHAI

_UNIT = ("screen", "file", "dispatch", "claim", "accept", "start", "submit", "verify", "close")
# In parts of a thousand. Life-safety reports are dispatched at receipt and only take the arcs of `_LIFE_SAFETY`.
ARCS: dict[str, tuple[int, tuple[str, ...]]] = {
    "unit": (430, _UNIT),
    "self_handled": (240, ("screen", "file", "dispatch", "claim", "self_handle", "close")),
    "assisted": (90, ("screen", "file", "dispatch_with_assist", "claim", "accept", "accept_assist", "start", "submit",
                      "verify", "close")),
    "rework": (60, (*_UNIT[:8], "fail", "submit", "close")),
    "returned": (60, ("screen", "file", "dispatch", "claim", "give_back", "dispatch_street", "accept_street", "start",
                      "submit", "verify", "close")),
    "reopened": (30, (*_UNIT, "reopen", "dispatch", "claim", "accept", "start", "submit", "close")),
    "rejected": (90, ("screen", "reject")),
}  # fmt: skip
_LIFE_SAFETY: tuple[tuple[str, ...], ...] = (
    ("claim", "accept", "start", "make_safe", "submit", "verify", "close"),
    ("accept", "claim", "start", "make_safe", "submit", "close"),
)
LATE_SHARE = 0.08
RATED_SHARE = 0.45
YEARS = timedelta(days=3 * 365)
OPEN_FOR_DAYS = 4.0  # on average; a few lie for weeks
OPEN_AT_MOST_DAYS = 45.0
ARCHIVED_AFTER = timedelta(hours=6)
RETURNS = ("R1", "R2", "R3", "R4", "R9")
REJECTIONS = ("9", "9", "1", "6", "7")
# Minutes from the step before, by night and day (U1, U2) and otherwise; work itself takes a share of the limit.
WAITS = {
    "screen": (5, 45), "file": (2, 10), "reject": (10, 60), "dispatch": (3, 25), "dispatch_with_assist": (3, 25),
    "dispatch_street": (10, 90), "claim": (4, 70), "accept": (5, 140), "accept_assist": (3, 60),
    "accept_street": (5, 90), "give_back": (20, 200), "start": (15, 180), "make_safe": (8, 40), "verify": (20, 300),
    "fail": (5, 60), "close": (5, 400), "reopen": (60, 5000),
}  # fmt: skip


class Narrator:
    """Tells lives one after another; the same seed tells the same ones."""

    def __init__(self, seed: int, *, area: str, now: datetime, evenly: bool = False) -> None:
        """`evenly`: what is open is of every age alike, not most of it of the last days."""
        self.evenly = evenly
        self.rng = Random(seed)
        self.area, self.now = area, now.replace(microsecond=0)
        weights = {code: kind.weight for code, kind in demo_kinds().items()}
        self.kinds = list(kinds().values())
        self.weights = [weights.get(kind.code, 1) for kind in self.kinds]

    def over(self) -> Life:
        """A case of the last three years that is closed, rejected or archived by now."""
        while True:
            kind, arc = self._kind_and_arc()
            day = self.now - YEARS * self.rng.random()
            life = Life(kind, area=self.area, at=moment(self.rng, day).astimezone(UTC))
            late = self.rng.random() < LATE_SHARE
            for action in arc:
                life.now += self._wait(life, action, late=late)
                self._do(life, action)
            self._afterwards(life)
            if life.logs[-1].at < self.now:
                life.look_at_limits(self.now)
                return life

    def _age(self) -> float:
        """In days, of a case that is open now."""
        if self.evenly:
            return self.rng.uniform(0.02, OPEN_AT_MOST_DAYS)
        return min(self.rng.expovariate(1 / OPEN_FOR_DAYS), OPEN_AT_MOST_DAYS)

    def still_open(self) -> Life:
        """A case that stands at any of its steps now."""
        kind, arc = self._kind_and_arc()
        steps = arc[: self.rng.choice([cut for cut in range(len(arc)) if arc[:cut][-1:] != ("close",)])]
        days = self._age()
        if not self.evenly and not kind.is_life_safety and len(steps) < 3:
            days = min(days, 1.0)  # a street does not leave reports unread for weeks
        begun = self.now - timedelta(days=days, minutes=len(steps) + 1)
        life = Life(kind, area=self.area, at=begun)
        for action, at in zip(steps, self._moments(begun, len(steps)), strict=True):
            life.now = at
            self._do(life, action)
        life.look_at_limits(self.now)
        return life

    def _kind_and_arc(self) -> tuple[Kind, Sequence[str]]:
        kind = self.rng.choices(self.kinds, self.weights)[0]
        if kind.is_life_safety:
            arc = self.rng.choice(_LIFE_SAFETY)
            return kind, tuple(action for action in arc if action != "make_safe" or kind.make_safe)
        name = self.rng.choices(list(ARCS), [weight for weight, _steps in ARCS.values()])[0]
        return kind, ARCS[name][1]

    def _moments(self, begun: datetime, count: int) -> list[datetime]:
        """So many instants between the report and now, in order."""
        length = (self.now - begun).total_seconds()
        cuts = sorted(self.rng.random() * length for _ in range(count))
        return [begun + timedelta(seconds=round(cut)) for cut in cuts]

    def _wait(self, life: Life, action: str, *, late: bool) -> timedelta:
        if action in {"submit", "self_handle"}:
            due = life.case.due_at or life.now + timedelta(hours=1)
            share = self.rng.uniform(1.05, 1.6) if late else self.rng.uniform(0.05, 0.7)
            return max((due - life.now) * share, timedelta(minutes=10))
        minutes = self.rng.uniform(*WAITS[action]) * (0.2 if life.case.is_urgent else 1)
        return timedelta(seconds=round(60 * minutes))

    def _afterwards(self, life: Life) -> None:
        """The reporter's answers, and the archive once it may no longer be rated."""
        closed_at = life.case.closed_at
        if closed_at is None:
            return
        if life.case.state == CaseState.CLOSED and self.rng.random() < RATED_SHARE:
            life.now = closed_at + timedelta(minutes=self.rng.randrange(20, 4000))
            if life.now < self.now:
                life.rate(contacted=self.rng.random() < 0.93, solved=True, satisfied=self.rng.random() < 0.93)
        archived_at = closed_at + RATING_WINDOW + ARCHIVED_AFTER * self.rng.random()
        if archived_at < self.now:
            life.now = archived_at.replace(microsecond=0)
            life.archive()

    def _do(self, life: Life, action: str) -> None:
        """One step with its words. Times are whole seconds, as people read them."""
        life.now = life.now.replace(microsecond=0)
        _STEPS[action](self, life)

    def say(self, kind: str, key: str = "") -> str:
        found = phrases(kind, key)
        return self.rng.choice(found) if found else ""

    def result(self, life: Life) -> str:
        found = texts(life.kind.code, "result")
        return self.rng.choice(found) if found else self.say("verify")


def _give_back(n: Narrator, life: Life) -> None:
    reason = n.rng.choice([key for key in RETURNS if key in phrase_keys("return")])
    life.give_back(reason, n.say("return", reason))


def _reject(n: Narrator, life: Life) -> None:
    reason = n.rng.choice([key for key in REJECTIONS if key in phrase_keys("reject")])
    life.reject(reason, n.say("reject", reason))


def _close(n: Narrator, life: Life) -> None:
    outcome = "transferred" if life.kind.handoff else n.rng.choices(("solved", "explained"), (95, 5))[0]
    life.close(outcome, n.say({"solved": "verify", "explained": "explain"}.get(outcome, "transfer")))


_STEPS: dict[str, Callable[[Narrator, Life], None]] = {
    "screen": lambda _, life: life.screen(),
    "file": lambda _, life: life.file(),
    "reject": _reject,
    "dispatch": lambda n, life: life.dispatch(n.say("dispatch")),
    "dispatch_with_assist": lambda n, life: life.dispatch(n.say("dispatch"), assist=True),
    "dispatch_street": lambda n, life: life.dispatch(n.say("redispatch"), lead=STREET),
    "claim": lambda n, life: life.claim(n.say("claim")),
    "accept": lambda n, life: life.accept(n.say("accept")),
    "accept_street": lambda n, life: life.accept(n.say("accept"), slot=STREET),
    "accept_assist": lambda n, life: life.accept(n.say("accept"), slot=ASSIST),
    "give_back": _give_back,
    "start": lambda n, life: life.start(n.say("start")),
    "make_safe": lambda n, life: life.make_safe(n.say("make_safe")),
    "submit": lambda n, life: life.submit(n.result(life)),
    "self_handle": lambda n, life: life.self_handle(n.result(life)),
    "verify": lambda _, life: life.verify(),
    "fail": lambda n, life: life.fail(n.say("rework")),
    "close": _close,
    "reopen": lambda _, life: life.reopen(),
}


def is_in_order(life: Life) -> bool:
    """Whether no step was taken before the one before it."""
    return all(first.at <= second.at for first, second in pairwise(life.logs))


def local_day(at: datetime) -> str:
    """The day in a case's number (`domain.md` §9)."""
    return at.astimezone(SHANGHAI).strftime("%Y%m%d")
