"""Posts are set up, changed and closed by who is responsible for their area."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.compounds.models import Compound
from nuanxin.compounds.queries import compound_by_public_id
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, level_of, lies_in, permits, visible
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.territories.queries import is_territory
from nuanxin.volunteering.enums import AppointmentState, PostArea
from nuanxin.volunteering.events import AppointmentMoved
from nuanxin.volunteering.models import ON_A_SEAT, Appointment, Post, Team
from nuanxin.volunteering.queries.posts import PostNotFound
from nuanxin.volunteering.queries.team_catalogue import team_catalogue
from nuanxin.volunteering.services.appointment_log import note_step
from nuanxin.volunteering.services.teams import OutsideArea
from nuanxin.volunteering.workflow import APPOINTMENT

MOST_SEATS, MOST_MONTHS = 500, 60


class PeopleOnIt(Conflict):
    default_message = _("岗位上还有人在任或在公示。")
    default_hint = _("先办完他们的手续，再撤销岗位；或者把人数改到不少于现在的人。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostData:
    """`team`, `compound`: public ids; the building is a word, such as “3 号楼”."""

    kind: str
    scope_code: str
    headcount: int = 1
    term_months: int = 12
    training: str = ""
    setting: str = ""
    team: UUID | None = None
    compound: UUID | None = None
    building: str = ""
    takes_applications: bool = True


def create_post(*, actor: Actor, data: PostData, now: datetime) -> Post:
    """Raises `NotAllowed`, `OutsideArea`, `Invalid`."""
    if not permits(actor, "volunteering.edit_post"):
        raise NotAllowed
    columns = _columns(actor, data)
    with transaction.atomic():
        post = Post.objects.create(**columns, organiser_id=actor.organisation_id, created_at=now)
        _noted(actor, "create_post", post, now)
    return post


def change_post(*, actor: Actor, public_id: UUID, data: PostData, now: datetime) -> Post:
    """Fewer seats than are taken are refused. Raises `PostNotFound`, `OutsideArea`, `PeopleOnIt`, `Invalid`."""
    columns = _columns(actor, data)
    with transaction.atomic():
        post = locked_post(actor, "volunteering.edit_post", public_id)
        taken = Appointment.objects.filter(post=post, state__in=ON_A_SEAT)
        if taken.count() > data.headcount or (taken.exists() and columns["scope_code"] != post.scope_code):
            raise PeopleOnIt
        _reseat(post, list(taken.order_by("seat")), data.headcount)
        Post.objects.filter(pk=post.pk).update(**columns)
        _noted(actor, "change_post", post, now)
    return Post.objects.select_related("kind").get(pk=post.pk)


def _reseat(post: Post, taken: list[Appointment], headcount: int) -> None:
    """Seats above the new headcount move down to free ones."""
    free = sorted(set(range(1, headcount + 1)) - {each.seat for each in taken})
    for each in taken:
        if each.seat is not None and each.seat > headcount:
            Appointment.objects.filter(pk=each.pk).update(seat=free.pop(0))


def close_post(*, actor: Actor, public_id: UUID, now: datetime) -> None:
    """Who is on the way hears of it. Publishes `AppointmentMoved`. Raises `PostNotFound`, `PeopleOnIt`."""
    with transaction.atomic():
        post = locked_post(actor, "volunteering.edit_post", public_id)
        rows = Appointment.objects.select_for_update(of=("self",)).filter(post=post)
        if rows.filter(state__in=ON_A_SEAT).exists():
            raise PeopleOnIt
        states = [AppointmentState.ASKED, AppointmentState.NOMINATED, AppointmentState.REVIEWED]
        for each in rows.filter(state__in=states).select_related("post__kind", "person__subject"):
            APPOINTMENT.step(each, "drop", state_since=now, state_reason=str(_("岗位撤销")))
            note_step(SYSTEM, each, "drop", "", now, AppointmentMoved(each.pk, "drop", each.state))
        Post.objects.filter(pk=post.pk).update(closed_at=now, takes_applications=False)
        _noted(actor, "close_post", post, now)


def locked_post(actor: Actor, permission: str, public_id: UUID) -> Post:
    """Held until the end of the transaction: seats are given away one at a time. Raises `PostNotFound`."""
    rows = visible(Post.objects.filter(public_id=public_id, closed_at=None), permission, actor)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        raise PostNotFound
    return Post.objects.select_for_update(of=("self",)).select_related("kind", "team").get(pk=key)


def _columns(actor: Actor, data: PostData) -> dict[str, Any]:
    """As they are stored. Raises `OutsideArea`, `Invalid`."""
    compound = compound_by_public_id(data.compound) if data.compound else None
    problems = {**_numbers(data), **_where(data, compound)}
    team = Team.objects.filter(public_id=data.team, closed_at=None).first() if data.team else None
    if data.team and team is None:
        problems["team"] = _("没有这支队伍，或者它已经撤销。")
    if problems:
        raise Invalid(fields=problems)
    if not _within(actor, data.scope_code):
        raise OutsideArea
    return {
        "kind_id": data.kind,
        "scope_code": data.scope_code,
        "headcount": data.headcount,
        "term_months": data.term_months,
        "training": data.training.strip()[:80],
        "setting": data.setting.strip()[:300],
        "team": team,
        "compound": compound,
        "building": data.building.strip()[:30],
        "takes_applications": data.takes_applications,
    }


def _numbers(data: PostData) -> dict[str, Any]:
    problems: dict[str, Any] = {}
    if not 0 < data.headcount <= MOST_SEATS:
        problems["headcount"] = _("人数在 1 到 500 之间。")
    if not 0 < data.term_months <= MOST_MONTHS:
        problems["term_months"] = _("任期在 1 到 60 个月之间。")
    if not data.setting.strip():
        problems["setting"] = _("请写一句岗位怎么设、怎么选、做什么，大家看得到。")
    return problems


def _where(data: PostData, compound: Compound | None) -> dict[str, Any]:
    """The kind says how small the area has to be."""
    problems: dict[str, Any] = {}
    kind = team_catalogue().kinds.get(data.kind)
    area = PostArea(kind.area) if kind else PostArea.STREET
    if kind is None:
        problems["kind"] = _("请选一种岗位。")
    if not is_territory(data.scope_code):
        problems["scope_code"] = _("没有这个区划，请从列表里选。")
    elif area == PostArea.GRID and level_of(data.scope_code) not in ("grid", "community"):
        problems["scope_code"] = _("这种岗位要定到网格；没有划网格的，定到社区。")
    elif area in (PostArea.COMMUNITY, PostArea.BUILDING) and level_of(data.scope_code) not in (
        "grid",
        "community",
    ):
        problems["scope_code"] = _("这种岗位要定到社区，请选一个社区。")
    if data.compound and (compound is None or compound.scope_code[:12] != data.scope_code[:12]):
        problems["compound"] = _("这个小区不在所选的社区里。")
    if area == PostArea.BUILDING and (compound is None or not data.building.strip()):
        problems["building"] = _("这种岗位管一栋楼：请选小区，写楼栋，例如“3 号楼”。")
    return problems


def _within(actor: Actor, code: str) -> bool:
    if actor.role == SYSTEM.role or actor.extent("volunteering.edit_post") == "all":
        return True
    return lies_in(code, actor.scope_code)


def _noted(actor: Actor, action: str, post: Post, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"volunteering.{action}", object_type="volunteering.post", object_id=post.pk,
        scope_code=post.scope_code, detail={"kind": post.kind_id}, now=now,
    )  # fmt: skip
