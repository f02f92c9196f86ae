"""Cases that take longer: asked after by a leader, put on the shelf for a season, contested afterwards."""

from __future__ import annotations

from collections.abc import Callable

from nuanxin.demo import arcs
from nuanxin.demo.telling import Telling


def _begin(t: Telling) -> bool:
    """A unit has begun; where the community or the street itself would lead, the usual way is told."""
    if t.kind.urgency == "U1" or t.lead.startswith(("sq", "jd")):
        arcs.closed(t)
        return False
    arcs.open_case(t)
    t.wait(*((6, 18) if t.kind.natural else (10, 60)))
    t.step("start", t.unit(t.lead), opinion=t.phrase("start"))
    return True


def _hand_in(t: Telling) -> None:
    t.wait(4, 15)
    t.step("submit_result", t.unit(t.lead), opinion=t.result(), photos=t.pictures("before", "after"))


def _wait_days(t: Telling, low: float, high: float) -> None:
    day = 24 * 60 if t.kind.natural else 7 * 60
    t.wait(low * day, high * day)


def supervised(t: Telling) -> None:
    """The street's leader asks, the unit answers, and then it is done in time (督办)."""
    if not _begin(t):
        return
    t.reach(t.rng.uniform(0.4, 0.6))
    t.step("supervise", t.street_leader(), opinion=t.phrase("supervise"), cause="leader")
    t.wait(8, 40)
    t.step("reply_supervision", t.unit(t.lead), opinion=t.phrase("reply"))
    t.reach(t.rng.uniform(0.75, 0.9))
    _hand_in(t)
    arcs.close_case(t)


def shelved(t: Telling) -> None:
    """It has to wait: into the problem library, looked at, taken off and done (挂账)."""
    if not _begin(t):
        return
    t.wait(20, 60)
    t.step("request_shelving", t.unit(t.lead), opinion=t.phrase("shelve"), cause="season", days=60)
    t.wait(10, 45)
    t.step("approve_shelving", t.dispatcher(), public_words=t.phrase("shelve", "public"), days=60)
    _wait_days(t, 2, 3)
    t.step("review_shelving", t.dispatcher(), public_words=t.phrase("shelve", "review"), days=40)
    _wait_days(t, 2, 4)
    t.step("end_shelving", t.dispatcher(), public_words=t.phrase("shelve", "end"))
    _hand_in(t)
    arcs.close_case(t)


def appealed(t: Telling) -> None:
    """Late, for a reason; the unit contests it, and a leader agrees (申诉). It stays late on record."""
    if not _begin(t):
        return
    t.reach(t.rng.uniform(1.05, 1.2))
    _hand_in(t)
    t.wait(20, 60)
    t.step("appeal", t.unit(t.lead), opinion=t.phrase("appeal"))
    t.wait(15, 60)
    t.step("accept_appeal", t.dispatcher(), opinion=t.phrase("appeal", "precheck"))
    t.wait(15, 60)
    t.step("uphold_appeal", t.street_leader(), opinion=t.phrase("appeal", "upheld"), optional=True)
    arcs.close_case(t)


OVERSEEN_ARCS: dict[str, Callable[[Telling], None]] = {
    "supervised": supervised,
    "shelved": shelved,
    "appealed": appealed,
}
