"""Stars, honours and held awards brought as far as a test needs, through the services that the product uses."""

from datetime import date, timedelta
from uuid import uuid4

from nuanxin.incentives.services import honours, ledger
from nuanxin.incentives.services.hearing_hours import Heard, hear_hours
from nuanxin.incentives.services.honours import Nomination

DAY = timedelta(days=1)


def served(town, who="worker", *, hours=100, on=date(2026, 8, 1), now=None, team=""):
    """Hours that volunteering recorded."""
    hear_hours(
        heard=Heard(uuid4(), now or town.now), record=uuid4(), subject_id=town[who].subject_id,
        minutes=hours * 60, served_on=on, team=team,
    )  # fmt: skip


def nominated(town, who="other_worker", *, kind="good_deeds", of="worker", key=None, now=None):
    data = Nomination(
        kind=kind, title="暴雨里帮老人推车", story="八月十五号傍晚，在枫桥路口帮老人把三轮车推上坡。",
        who="常在枫桥等单的师傅", phone=town.persons[of].phone, is_self=False,
    )  # fmt: skip
    return honours.nominate(actor=town[who], data=data, key=key or uuid4(), now=now or town.now)


def perform(town, honour, name, who, *, opinion="问过邻居，属实", now=None):
    return honours.perform_honour(
        actor=town[who], public_id=honour.public_id, name=name, opinion=opinion, now=now or town.now
    )


def agreed(town, honour, *purposes, name="枫桥小王", now=None):
    for purpose in purposes or (honours.PUBLICITY,):
        honour = honours.agree_honour(
            actor=town["worker"],
            public_id=honour.public_id,
            purpose=purpose,
            shown_as=name,
            now=now or town.now,
        )
    return honour


def publicised(town, *, now=None):
    honour = nominated(town, now=now)
    perform(town, honour, "verify", "community", now=now)
    agreed(town, honour, now=now)
    return perform(town, honour, "publicise", "street_lead", now=now)


def displayed(town, *, now=None):
    at = now or town.now
    honour = publicised(town, now=at)
    perform(town, honour, "award", "street_lead", now=at + 10 * DAY)
    agreed(town, honour, honours.DISPLAY, now=at + 10 * DAY)
    return perform(town, honour, "display", "street_lead", now=at + 10 * DAY)


def awarded(
    town, who="worker", *, amount=10, rule="report_closed", source="case-1", now=None, group="report"
):
    return ledger.award(
        subject_id=town[who].subject_id, amount=amount, rule=rule, source=source, because="case_closed",
        now=now or town.now, group=group, scope_code=town[who].scope_code,
    )  # fmt: skip
