"""Solved cases, and those that everybody may read of."""

from datetime import timedelta

from nuanxin.cases import services
from nuanxin.cases.queries import detail
from tests.factories.desks import reported, task_of
from tests.factories.town import STREET

MINUTE = timedelta(minutes=1)
WORDS = {
    "title": "路面的坑补平了",
    "wrong": "路面塌下去一块，车轮容易陷进去。",
    "done": "铣刨重铺了一段，压实后和两边齐平。",
}


def open_streets(town):
    services.put_public_area(actor=town["swd"], code=STREET, is_on=True, now=town.now)


def solved(town, photo, *, outcome="solved", text="路面一个大坑", place=None, who="worker"):
    """Reported, repaired by a unit, verified by the street."""
    now = town.now
    case = reported(town, "0401", who=who, now=now, text=text, **(place or {}))
    services.dispatch_case(
        actor=town["dispatcher"], case=case, lead=town.organisations["city_management"], now=now + MINUTE
    )
    task = task_of(detail.case_for(town["dispatcher"], case.number), "lead")
    services.accept_task(actor=town["city_management"], task=task, now=now + 2 * MINUTE)
    services.submit_result(
        actor=town["city_management"],
        task=task,
        opinion="已填平压实",
        photos=[photo("after")],
        now=now + 20 * MINUTE,
    )
    case = detail.case_for(town["dispatcher"], case.number)
    return services.pass_verification(
        actor=town["dispatcher"], case=case, outcome=outcome, now=now + 40 * MINUTE
    )


def offered(town, case, *, who="worker"):
    return services.offer_publication(actor=town[who], case=case, now=town.now + 60 * MINUTE)


def published(town, case, *, who="worker", by="dispatcher", words=None, **pictures):
    row = offered(town, case, who=who)
    return services.publish_case(
        actor=town[by],
        publication=row,
        words=words or WORDS,
        before_id=pictures.get("before"),
        after_id=pictures.get("after"),
        cleared=(),
        now=town.now + 70 * MINUTE,
    )
