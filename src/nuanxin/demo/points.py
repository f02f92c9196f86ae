"""Points beside those that the days themselves have earned: two big awards, and what team leaders thank for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from nuanxin.cases.enums import CaseState, Urgency
from nuanxin.cases.models import Case
from nuanxin.incentives.queries.team_awards import members_to_thank, teams_to_thank
from nuanxin.incentives.services.grants import decide_grant, propose_grant
from nuanxin.incentives.services.team_awards import Thanks, give_team_award
from nuanxin.people.models import Assignment
from nuanxin.people.queries.actors import actor_for

if TYPE_CHECKING:
    from nuanxin.kernel.access import Actor

KEYS = UUID("6d0c6f1e-0d52-4a55-9a1c-5f0a3f9d7c11")
KIND_WORDS = (
    "暴雨那晚帮着转移了三位老人",
    "连着两个周末教新来的骑手看消防栓",
    "夜里守着井盖，等到抢修的人来",
    "把自己的头盔借给了没有的新人",
)
REASONS = ("报得早，半小时就围好了，没有人受伤", "夜里发现的，第二天早高峰前修好，没有出事")


def thank_greatly(*, now: datetime) -> None:
    """For the newest dangers of a street that were put right. Where there is none, nothing is told."""
    cases = Case.objects.filter(
        state__in=(CaseState.CLOSED, CaseState.ARCHIVED), reporter__subject_id__isnull=False,
        urgency__in=(Urgency.U1, Urgency.U2), visibility="normal",
    )  # fmt: skip
    for place, case in enumerate(cases.distinct().order_by("-pk")[: len(REASONS)]):
        dispatcher, lead = _actor("dispatcher", case), _actor("street_lead", case)
        if dispatcher is None or lead is None:
            continue
        made = propose_grant(
            actor=dispatcher, number=case.number, reason=REASONS[place], now=now - timedelta(hours=3)
        )
        if place == 0:
            decide_grant(
                actor=lead,
                public_id=made.public_id,
                name="approve",
                because="核过了，属实",
                now=now - timedelta(hours=2),
            )


def thank_in_teams(*, now: datetime) -> None:
    """Two leaders thank two members each, with words. Where a team has nobody else, nothing is told."""
    rows = Assignment.objects.filter(role="team_leader", active_to=None).order_by("pk")
    for turn, post in enumerate(rows.select_related("person__subject", "role", "organisation", "site")[:2]):
        actor = actor_for(post)
        for team in teams_to_thank(actor)[:1]:
            for place, member in enumerate(members_to_thank(actor, team)[:2]):
                data = Thanks(
                    team=team.public_id,
                    member=member.public_id,
                    amount=20 - 5 * place,
                    reason=KIND_WORDS[2 * turn + place],
                )
                at = now - timedelta(hours=45 - 20 * place + turn)
                give_team_award(actor=actor, data=data, key=uuid5(KEYS, f"{turn}{place}"), now=at)


def _actor(role: str, case: Case) -> Actor | None:
    posts = Assignment.objects.filter(role=role, scope_code__startswith=case.scope_code[:9], active_to=None)
    post = posts.select_related("person__subject", "role", "organisation", "site").first()
    return actor_for(post) if post else None
