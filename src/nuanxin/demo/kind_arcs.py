"""Cases that are handled in another way than by one repair: a notice first, stages, an answer from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from nuanxin.cases.services.staging import PlannedStage
from nuanxin.demo import arcs
from nuanxin.demo.telling import Telling

SUBJECTS = {
    "0202": "堵在通道口的三轮车",
    "0203": "窗口垂下来的充电线",
    "0204": "楼道里的电动车",
    "0206": "楼道里的旧家具",
    "0801": "路边水果摊",
}
STAGES = (
    ("make_safe", "围挡、放警示牌", 1.0),
    ("temporary", "盖临时盖板", 5.0),
    ("final", "换成新的", 30.0),
)


def noticed(t: Telling) -> None:
    """A kind notice; somebody goes back and it is put right: nobody need be told twice."""
    arcs.open_case(t)
    t.wait(4, 12)
    by = t.unit(t.lead)
    t.step("kind_notice", by, subject=SUBJECTS.get(t.kind.code, "占着路的东西"))
    t.wait(30, 100)
    t.step("look_again", by, outcome="heeded")
    arcs.work(t, t.rng.uniform(0.2, 0.5))
    arcs.close_case(t)


def unheeded(t: Telling) -> None:
    """The notice was not heeded: management follows, and it is gone."""
    arcs.open_case(t)
    t.wait(4, 12)
    by, subject = t.unit(t.lead), SUBJECTS.get(t.kind.code, "占着路的东西")
    t.step("kind_notice", by, subject=subject)
    t.wait(125, 150)
    t.step("look_again", by, outcome="unheeded")
    t.wait(2, 8)
    t.step("manage", by, subject=subject, opinion=t.phrase("manage"))
    arcs.work(t, t.rng.uniform(0.3, 0.6))
    arcs.close_case(t)


def staged(t: Telling) -> None:
    """Made safe today, held for now, mended for good tomorrow; the reporter hears of each."""
    arcs.open_case(t)
    if t.lead.startswith("sq"):
        arcs.work(t, 0.4)
        arcs.close_case(t)
        return
    t.wait(3, 8)
    by = t.unit(t.lead)
    plan = tuple(PlannedStage(kind, name, t.now + timedelta(hours=hours)) for kind, name, hours in STAGES)
    t.step("plan_repair", by, plan=plan)
    t.wait(8, 25)
    t.step(
        "finish_stage",
        by,
        stage="make_safe",
        opinion=t.phrase("stage", "make_safe"),
        photos=t.pictures("after"),
    )
    t.wait(60, 150)
    t.step(
        "finish_stage",
        by,
        stage="temporary",
        opinion=t.phrase("stage", "temporary"),
        photos=t.pictures("after"),
    )
    t.reach(0.6)
    t.step("submit_result", by, opinion=t.result(), photos=t.pictures("before", "after"))
    arcs.close_case(t)


def handed_off(t: Telling) -> None:
    """Filed, passed on to where it is answered, closed with the receipt."""
    arcs.screen(t)
    t.wait(1, 6)
    t.step("file", t.dispatcher())
    t.wait(60, 240)
    t.step("transfer", t.dispatcher(), opinion=t.phrase("receipt", t.kind.handoff))


KIND_ARCS: dict[str, Callable[[Telling], None]] = {
    "noticed": noticed,
    "unheeded": unheeded,
    "staged": staged,
    "handed_off": handed_off,
}
