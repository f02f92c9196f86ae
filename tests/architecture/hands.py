"""Somebody at a browser who administers something, and what they type: for the table in `administration.py`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.channels.queries import recorded_messages
from nuanxin.people import services as people
from nuanxin.people.enums import CodePurpose
from nuanxin.people.models import Assignment, SignIn
from tests.factories.desks import client_of
from tests.factories.shops import shop_at
from tests.factories.town import (
    NEXT_COMMUNITY,
    Town,
)


@dataclass
class Hand:
    """Somebody at a browser."""

    town: Town
    client: Client
    path: str = ""


Of = Callable[[Hand], Any]


@dataclass(frozen=True)
class Deed:
    """One successful call: who, where, with what; `leaves` are the actions in the order in which they are written."""

    address: str
    who: str
    leaves: tuple[str, ...]
    body: dict[str, Any] | Of = field(default_factory=dict)
    args: Of = lambda hand: []


def last(model: type[Model], name: str = "public_id") -> Of:
    return lambda hand: [getattr(model.objects.latest("pk"), name)]  # type: ignore[attr-defined]


def a_shop(hand: Hand) -> list[Any]:
    return [shop_at("云栖便民驿站").public_id]


def person(who: str) -> Of:
    return lambda hand: [hand.town.persons[who].public_id]


def assignment_of(town: Town, who: str) -> Assignment:
    return Assignment.objects.filter(person=town.persons[who]).latest("pk")


# --- People ----------------------------------------------------------------------------------------
def community(hand: Hand) -> dict[str, str]:
    unit = str(hand.town.organisations["community"].public_id)
    return {"role": "community", "organisation": unit, "reason": "安排岗位的事由"}


def invitation(hand: Hand) -> dict[str, str]:
    return {**community(hand), "name": "新来的同事", "phone": "19911110009"}


def code_to(hand: Hand, number: str, purpose: str) -> dict[str, str]:
    """A code was sent to the new number and is typed in."""
    someone = hand.town.persons["worker"]
    code = people.send_code(
        phone=number, purpose=purpose, client="127.0.0.1", person=someone, now=timezone.now()
    )
    typed = re.search(r"\d{6}", recorded_messages()[0].text)
    assert typed
    return {"phone": number, "code_id": str(code.public_id), "code": typed.group()}


def recovering(hand: Hand) -> dict[str, str]:
    given = code_to(hand, "19911110001", CodePurpose.RECOVER)
    return {**given, "old_phone": "19900000000", "identity_check": "id_card"}


def shift(hand: Hand) -> dict[str, str]:
    day = timezone.localdate() + timedelta(days=2)
    who = str(assignment_of(hand.town, "dispatcher").public_id)
    return {"assignment": who, "day": f"{day}", "start": "08:30", "end": "17:30", "note": "顶班的备注"}


def work(hand: Hand) -> dict[str, str]:
    return {"community": NEXT_COMMUNITY, "declared_as": "work", "does_courier": "on", "agree": "yes"}


def dynamic_code(hand: Hand) -> dict[str, str]:
    secret = hand.client.get(reverse("people:replace_second_factor")).context["secret"].replace(" ", "")
    return {"code": format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))}


def other_session(hand: Hand) -> list[Any]:
    client_of(hand.town, "dispatcher")
    return [SignIn.objects.latest("pk").public_id]


def another_role(hand: Hand) -> dict[str, str]:
    person, area = hand.town.persons["dispatcher"], hand.town.organisations["street"]
    row = people.assign(
        actor=SYSTEM, person=person, role="street_lead", organisation=area, now=timezone.now()
    )
    return {"assignment": str(row.public_id)}
