"""The ways in which a case can go, from receipt to the last word (domain.md §2.1)."""

from __future__ import annotations

from collections.abc import Callable

from nuanxin.demo.organisations import district_unit
from nuanxin.demo.personas import Post
from nuanxin.demo.stories import phrase_keys
from nuanxin.demo.telling import Telling
from nuanxin.kernel.worktime import Limit, due_at

REJECTIONS = ("9", "9", "9", "1", "1", "6")
NOT_PUBLIC = frozenset({"0803", "0906", "1104"})
TWO_OPERATORS = {"1203": "op2"}


def unit_key(t: Telling, unit_type: str) -> str:
    """The organisation of a type at this place; empty where there is none (a manager outside any compound)."""
    match unit_type:
        case "SQ":
            return f"sq{t.place.community[6:12]}"
        case "JD":
            return f"jd{t.place.street[6:9]}"
        case "OP":
            return TWO_OPERATORS.get(t.kind.code, "op1")
        case "WY":
            return next((p.organisation for p in _manager_posts(t)), "")
    return district_unit(unit_type).key


def _manager_posts(t: Telling) -> list[Post]:
    if not t.place.compound:
        return []
    keys = t.people.holding("property", site=t.place.compound)
    return [post for key in keys for post in t.people.person(key).posts if post.site == t.place.compound]


def lead_units(t: Telling) -> list[str]:
    """Who may lead here, the suggested one first; the street where nobody else does."""
    found = [key for unit_type in t.kind.leads if (key := unit_key(t, unit_type))]
    return found or [unit_key(t, "JD")]


def choose_lead(t: Telling) -> str:
    """U1 goes at receipt to the unit that the system suggests; elsewhere the dispatcher may know better."""
    units = lead_units(t)
    if t.kind.urgency != "U1" and (t.kind.code == "0301" or t.rng.random() > 0.9):
        return t.rng.choice(units)
    return units[0]


def screen(t: Telling) -> None:
    respond = t.kind.respond.amount if t.kind.respond and t.kind.natural else 30
    t.wait(2, min(24, 0.8 * respond))
    t.step("screen", t.dispatcher())


def _dispatch(t: Telling, lead: str, phrase: str = "dispatch") -> None:
    t.wait(2, 16)
    t.step("dispatch", t.dispatcher(), opinion=t.phrase(phrase), lead=lead)


def _claim(t: Telling, low: float, high: float) -> None:
    t.wait(low, high)
    t.step("claim", t.community(on_site=t.rng.random() < 0.5), opinion=t.phrase("claim"))


def _accept(t: Telling) -> None:
    t.wait(*((2, 9) if t.kind.natural else (10, 150)))
    t.step("accept", t.unit(t.lead), opinion=t.phrase("accept"))


def open_case(t: Telling) -> None:
    """From receipt until the community and the lead unit have it. U1 is dispatched by the system at receipt."""
    if t.kind.urgency == "U1":
        _claim(t, 1, 3.5)
        if not t.lead.startswith("sq"):
            _accept(t)
        _assists(t)
        return
    screen(t)
    _dispatch(t, t.lead)
    t.filed = t.now
    _claim(t, *((2, 9) if t.kind.natural else (5, 80)))
    if not t.lead.startswith("sq"):
        _accept(t)


def _assists(t: Telling) -> None:
    for unit_type in t.kind.assists:
        key = unit_key(t, unit_type)
        if key and unit_type != "SQ" and key != t.lead:
            t.wait(0.5, 2.5)
            unit = t.unit(key)
            t.step("accept", unit, opinion=t.phrase("accept"), optional=True)
            if t.rng.random() < 0.6:
                t.wait(4, 15)
                t.step(
                    "submit_result",
                    unit,
                    opinion=t.phrase("assisted"),
                    photos=t.pictures("after"),
                    optional=True,
                )


def work(t: Telling, share: float) -> None:
    """On site, danger contained, result handed in when this share of the limit is used up."""
    if t.lead.startswith("sq"):
        t.reach(share)
        _self_handle(t)
        return
    t.wait(*((6, 18) if t.kind.natural else (10, 60)))
    unit = t.unit(t.lead)
    t.step("start", unit, opinion=t.phrase("start"))
    if t.kind.make_safe and t.kind.natural and not _is_repeated(t, "make_safe"):
        t.wait(3, 0.25 * t.kind.make_safe.amount)
        t.step("make_safe", unit, opinion=t.phrase("make_safe"), optional=True)
    t.wait(4, 15)
    t.reach(share)
    t.step(
        "submit_result",
        unit,
        opinion=t.result(),
        photos=t.pictures("before", "after"),
        unfinished=t.phrase("unfinished"),
    )


def _self_handle(t: Telling, opinion: str = "") -> None:
    by = t.community(on_site=True)
    t.step("self_handle", by, opinion=opinion or t.result(), photos=t.pictures("before", "after"))


def _is_repeated(t: Telling, action: str) -> bool:
    return any(step.action == action for step in t.steps)


def _verify(t: Telling) -> None:
    t.wait(min(4, t.margin / 2), t.margin)
    t.step("verify", t.verifier())


def _pass(t: Telling, outcome: str = "solved", phrase: str = "verify") -> None:
    t.wait(1, min(15, t.margin))
    by = t.steps[-1].by
    t.step("pass", by, opinion=t.phrase(phrase), outcome=outcome)


def close_case(t: Telling, outcome: str = "solved", phrase: str = "verify") -> None:
    _verify(t)
    _pass(t, outcome, phrase)


def _rate(t: Telling, chance: float = 0.62) -> None:
    if t.rng.random() > chance:
        return
    t.linger(40, 60 * 30)
    contacted, satisfied = t.rng.random() < 0.93, t.rng.random() < 0.93
    words = t.phrase("rating", "good" if satisfied else "plain") if t.rng.random() < 0.7 else ""
    t.step("rate", t.reporter, opinion=words, answers=(contacted, True, satisfied))


def closed(t: Telling) -> None:
    open_case(t)
    work(t, t.rng.uniform(0.12, 0.6))
    if t.kind.handoff:
        close_case(t, "transferred", "transfer")
    else:
        close_case(t)
    _rate(t)


def self_handled(t: Telling) -> None:
    if t.kind.urgency == "U1":
        closed(t)
        return
    screen(t)
    _dispatch(t, t.lead)
    t.filed = t.now
    _claim(t, *((2, 9) if t.kind.natural else (5, 60)))
    t.wait(15, min(90.0, 0.5 * t.kind.finish_minutes))
    _self_handle(t)
    close_case(t)
    _rate(t, 0.75)


def late(t: Telling) -> None:
    open_case(t)
    work(t, t.rng.uniform(1.2, 1.6))
    close_case(t)
    _rate(t, 0.5)


def explained(t: Telling) -> None:
    open_case(t)
    work(t, t.rng.uniform(0.2, 0.5))
    close_case(t, "explained", "explain")
    _rate(t, 0.3)


def rework(t: Telling) -> None:
    open_case(t)
    work(t, t.rng.uniform(0.12, 0.25))
    _verify(t)
    t.wait(1, min(15, t.margin))
    t.step("fail", t.steps[-1].by, opinion=t.phrase("rework"))
    t.reach(t.rng.uniform(0.4, 0.6))
    t.wait(5, 20)
    if t.lead.startswith("sq"):
        _self_handle(t, t.phrase("rework_done"))
    else:
        t.step("submit_result", t.unit(t.lead), opinion=t.phrase("rework_done"), photos=t.pictures("after"))
    close_case(t)
    _rate(t)


def reopened(t: Telling) -> None:
    open_case(t)
    work(t, t.rng.uniform(0.15, 0.5))
    close_case(t)
    t.linger(120, 60 * 20)
    t.step("rate", t.reporter, opinion=t.phrase("rating", "bad"), answers=(True, False, False))
    t.filed = t.now
    _dispatch(t, t.lead, "redispatch")
    if not t.lead.startswith("sq"):
        _accept(t)
    else:
        _claim(t, 2, 9)
    work(t, t.rng.uniform(0.2, 0.5))
    close_case(t)
    _rate(t, 0.8)


def returned(t: Telling) -> None:
    """The first unit hands it back with a reason, the street gives it to another, or back with the answer."""
    units = [key for key in lead_units(t) if not key.startswith("sq")] or [unit_key(t, "JD")]
    t.lead = units[0]
    if t.kind.urgency == "U1":
        closed(t)
        return
    screen(t)
    _dispatch(t, t.lead)
    t.filed = t.now
    t.wait(*((3, 11) if t.kind.natural else (15, 120)))
    reason = (
        "R2" if len(units) > 1 else t.rng.choice([key for key in phrase_keys("return") if key in "R4 R9"])
    )
    _return(t, reason)
    t.lead = units[1] if len(units) > 1 else t.lead
    _dispatch(t, t.lead, "redispatch")
    _claim(t, *((2, 9) if t.kind.natural else (5, 60)))
    _accept(t)
    work(t, t.rng.uniform(0.25, 0.6))
    close_case(t)
    _rate(t)


def _return(t: Telling, reason: str) -> None:
    basis = t.phrase("basis") if reason == "R2" else ""
    t.step("return", t.unit(t.lead), reason=reason, opinion=t.phrase("return", reason), basis=basis)


def _partners(t: Telling, count: int) -> list[str]:
    """District units beside the lead: those that the category names, then whoever has pipes and poles there."""
    named = [key for unit_type in t.kind.assists if unit_type != "SQ" and (key := unit_key(t, unit_type))]
    others = [unit_key(t, unit_type) for unit_type in ("CG", "SW", "GD", "TX", "JJ")]
    found = [key for key in dict.fromkeys([*named, *others]) if key != t.lead and not key.startswith("sq")]
    return found[:count]


def consulted(t: Telling) -> None:
    """Handed back twice; then the street whistles, they answer, one leads and one helps (吹哨报到)."""
    if t.kind.urgency == "U1" or t.lead.startswith(("sq", "wy")):
        closed(t)
        return
    first = t.lead
    second, third = _partners(t, 2)
    screen(t)
    _dispatch(t, first)
    t.filed = t.now
    _claim(t, 1, 3)
    t.wait(2, 6)
    _return(t, "R2")
    t.lead = second
    _dispatch(t, second, "redispatch")
    t.wait(3, 9)
    _return(t, "R1")
    t.wait(3, 12)
    called = (first, second, third)
    t.step("consult", t.dispatcher(), opinion=t.phrase("consult"), units=called)
    for key, answer in zip(called, ("attends", "opinion", "attends"), strict=True):
        t.wait(4, 20)
        t.step("answer_call", t.unit(key), opinion=t.phrase("answer", answer), answer=answer)
    t.wait(15, 50)
    t.lead = first
    t.step("conclude", t.dispatcher(), opinion=t.phrase("conclude"), lead=first, assists=(second,))
    _accept(t)
    t.wait(1, 5)
    t.step("accept", t.unit(second), opinion=t.phrase("accept"))
    work(t, t.rng.uniform(0.4, 0.6))
    close_case(t)
    _rate(t)


def helped(t: Telling) -> None:
    """One leads and three assist, each with a part of its own (`domain.md` 003-08)."""
    if t.kind.urgency == "U1" or t.lead.startswith("sq"):
        closed(t)
        return
    partners = tuple(_partners(t, 3))
    screen(t)
    t.wait(2, 16)
    t.step("dispatch", t.dispatcher(), opinion=t.phrase("together"), lead=t.lead, assists=partners)
    t.filed = t.now
    _claim(t, 1, 5)
    _accept(t)
    for key in partners:
        t.wait(0.5, 2)
        t.step("accept", t.unit(key), opinion=t.phrase("accept"))
    for key in partners[: t.rng.choice((2, 3))]:
        t.wait(10, 30)
        t.step("submit_result", t.unit(key), opinion=t.phrase("assisted"), photos=t.pictures("after"))
    work(t, t.rng.uniform(0.3, 0.6))
    close_case(t)
    _rate(t)


def extended(t: Telling) -> None:
    """More time is asked for well before the deadline, the street's leader grants it, and it is needed."""
    if t.kind.urgency == "U1" or t.lead.startswith("sq"):
        closed(t)
        return
    open_case(t)
    t.wait(*((6, 18) if t.kind.natural else (10, 60)))
    unit = t.unit(t.lead)
    t.step("start", unit, opinion=t.phrase("start"))
    t.reach(t.rng.uniform(0.3, 0.5))
    until = due_at(t.due, Limit.work_days(2), t.calendar).at
    t.step("request_extension", unit, opinion=t.phrase("extend"), until=until)
    t.wait(8, 40)
    t.step("grant_extension", t.street_leader(), opinion=t.phrase("grant"))
    t.now = max(t.now, t.after(t.due, t.rng.uniform(30, 120)))
    t.step("submit_result", unit, opinion=t.result(), photos=t.pictures("before", "after"))
    t.wait(2, 15)
    t.step("verify", t.verifier())
    _pass(t)
    _rate(t)


def asked(t: Telling) -> None:
    """The unit asks through the relay; neither side learns who the other is."""
    open_case(t)
    question, answer = t.text("question"), t.text("answer")
    if question:
        t.wait(1, 6)
        t.step("ask", t.unit(t.lead), opinion=question)
        t.linger(3, 40)
        t.step("answer", t.reporter, opinion=answer)
    work(t, t.rng.uniform(0.2, 0.6))
    close_case(t)
    _rate(t, 0.8)


def rejected(t: Telling) -> None:
    screen(t)
    t.wait(1, 5)
    reason = "7" if t.kind.code in NOT_PUBLIC else t.rng.choice(REJECTIONS)
    t.step("reject", t.dispatcher(), reason=reason, opinion=t.phrase("reject", reason))


def filed_only(t: Telling) -> None:
    screen(t)
    t.wait(1, 6)
    t.step("file", t.dispatcher())


ARCS: dict[str, Callable[[Telling], None]] = {
    "closed": closed,
    "self_handled": self_handled,
    "late": late,
    "explained": explained,
    "rework": rework,
    "reopened": reopened,
    "returned": returned,
    "consulted": consulted,
    "helped": helped,
    "extended": extended,
    "asked": asked,
    "rejected": rejected,
    "filed_only": filed_only,
}
