"""Programmes of reporting, and notices of joint prevention. Nobody has to take part, nobody is counted by name."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.catalogue import kinds
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, lies_in, permits, visible
from nuanxin.kernel.errors import Conflict, Invalid, KeyReused, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.territories.queries import is_territory
from nuanxin.volunteering.enums import NoticeTopic, PreventionState
from nuanxin.volunteering.events import PreventionNoticeSent
from nuanxin.volunteering.models import (
    PostKind,
    PreventionNotice,
    Programme,
    ProgrammeMember,
    Team,
)
from nuanxin.volunteering.queries.programmes import NoticeNotFound, ProgrammeNotFound, may_take_part
from nuanxin.volunteering.services.appointment_log import said
from nuanxin.volunteering.services.teams import OutsideArea
from nuanxin.volunteering.workflow import PREVENTION

LONGEST = timedelta(days=366)
NOTICE_LONGEST = timedelta(days=30)
BATCH = 200
# A notice is about a thing or a danger: what would point at a person is refused (`domain.md` §0.3 law 23).
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-.·]+(?=\d)")
POINTS_AT_SOMEBODY = re.compile(r"1[3-9]\d{9}|\d{17}[\dXx]|[\u4e00-\u9fff][A-Z][·\-]?[A-Z0-9]{5,6}")


class NotForYou(Conflict):
    default_message = _("这个行动现在不能参加。")
    default_hint = _("它可能只面向某支队伍或某个岗位，或者已经结束；随手报照样可以报。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeData:
    name: str
    words: str
    categories: tuple[str, ...]
    scope_code: str
    starts_on: date
    ends_on: date
    team: UUID | None = None
    post_kind: str = ""


def start_programme(*, actor: Actor, data: ProgrammeData, now: datetime) -> Programme:
    """Raises `NotAllowed`, `OutsideArea`, `Invalid`."""
    if not permits(actor, "volunteering.run_programme"):
        raise NotAllowed
    problems = _programme_problems(data)
    team = Team.objects.filter(public_id=data.team, closed_at=None).first() if data.team else None
    if data.team and team is None:
        problems["team"] = _("没有这支队伍，或者它已经撤销。")
    if problems:
        raise Invalid(fields=problems)
    _check_within(actor, data.scope_code, "volunteering.run_programme")
    same = Programme.objects.filter(
        name=data.name.strip(), scope_code=data.scope_code, closed_at=None
    ).first()
    if same is not None:
        return same
    with transaction.atomic():
        made = Programme.objects.create(
            name=data.name.strip()[:40],
            words=data.words.strip()[:300],
            categories=" ".join(data.categories),
            scope_code=data.scope_code,
            starts_on=data.starts_on,
            ends_on=data.ends_on,
            team=team,
            post_kind_id=data.post_kind or None,
            created_at=now,
        )
        _noted(actor, "start_programme", "programme", made, now)
    return made


def _programme_problems(data: ProgrammeData) -> dict[str, Any]:
    known = kinds()
    problems: dict[str, Any] = {}
    if not data.name.strip():
        problems["name"] = _("请写行动的名字，例如“隐患随手拍”。")
    if not data.words.strip():
        problems["words"] = _("请写一句看什么、怎么看。")
    if not data.categories or any(code not in known for code in data.categories):
        problems["categories"] = _("请选一到几类问题。")
    elif any(known[code].is_confidential for code in data.categories):
        problems["categories"] = _("保密的类别不能放进行动里。")
    if not is_territory(data.scope_code):
        problems["scope_code"] = _("没有这个区划，请从列表里选。")
    if data.ends_on < data.starts_on or data.ends_on - data.starts_on > LONGEST:
        problems["ends_on"] = _("结束要在开始之后，最长一年。")
    if data.post_kind and not PostKind.objects.filter(pk=data.post_kind).exists():
        problems["post_kind"] = _("请选一种岗位。")
    return problems


def close_programme(*, actor: Actor, public_id: UUID, now: datetime) -> None:
    """Raises `ProgrammeNotFound`."""
    rows = visible(
        Programme.objects.filter(public_id=public_id, closed_at=None), "volunteering.run_programme", actor
    )
    found = rows.first()
    if found is None:
        raise ProgrammeNotFound
    with transaction.atomic():
        Programme.objects.filter(pk=found.pk).update(closed_at=now)
        _noted(actor, "close_programme", "programme", found, now)


def take_part(*, actor: Actor, public_id: UUID, now: datetime) -> ProgrammeMember:
    """Opt in; again is the same. Raises `NotAllowed`, `ProgrammeNotFound`, `NotForYou`."""
    if not permits(actor, "volunteering.programmes") or actor.person_id is None:
        raise NotAllowed
    found = Programme.objects.filter(public_id=public_id).first()
    if found is None:
        raise ProgrammeNotFound
    if not may_take_part(actor, found, on=timezone.localdate(now)):
        raise NotForYou
    try:
        with transaction.atomic():
            made, _created = ProgrammeMember.objects.get_or_create(
                programme=found, person_id=actor.person_id, defaults={"joined_at": now}
            )
    except IntegrityError:  # pressed twice at the same moment
        return ProgrammeMember.objects.get(programme=found, person=actor.person_id)
    return made


def stop_taking_part(*, actor: Actor, public_id: UUID) -> None:
    """At any time; nothing is asked, and nothing of it stays."""
    ProgrammeMember.objects.filter(programme__public_id=public_id, person=actor.person_id or 0).delete()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeData:
    """`key`: the same submission is the same notice."""

    key: UUID
    topic: str
    title: str
    text: str
    scope_code: str
    expires_at: datetime
    post_kind: str = ""


def send_prevention(*, actor: Actor, data: NoticeData, now: datetime) -> PreventionNotice:
    """To those in the area who agreed to hear of it, and not at peak hours. Publishes `PreventionNoticeSent`.

    Raises `NotAllowed`, `OutsideArea`, `Invalid`, and `KeyReused` where the key came from somebody else.
    """
    if not permits(actor, "volunteering.notify"):
        raise NotAllowed
    same = PreventionNotice.objects.filter(key=data.key).first()
    if same is not None and same.organisation_id != actor.organisation_id:
        raise KeyReused
    if same is not None:
        return same
    problems = _notice_problems(data, now)
    if problems:
        raise Invalid(fields=problems)
    _check_within(actor, data.scope_code, "volunteering.notify")
    with transaction.atomic():
        made = PreventionNotice.objects.create(
            key=data.key,
            topic=data.topic,
            title=data.title.strip()[:40],
            text=data.text.strip()[:300],
            scope_code=data.scope_code,
            post_kind_id=data.post_kind or None,
            state_since=now,
            sent_at=now,
            expires_at=data.expires_at,
            organisation_id=actor.organisation_id,
        )
        _noted(actor, "send_prevention", "prevention_notice", made, now)
        publish(PreventionNoticeSent(made.pk), scope_code=made.scope_code, now=now)
    return made


def _drawn_together(text: str) -> str:
    """A number is one however it is spaced, and in wide digits as well."""
    return BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))


def _notice_problems(data: NoticeData, now: datetime) -> dict[str, Any]:
    problems: dict[str, Any] = {}
    for name in ("title", "text"):
        if not getattr(data, name).strip():
            problems[name] = _("请写清楚：什么东西、在哪一带、看到了怎么办。")
        elif POINTS_AT_SOMEBODY.search(_drawn_together(getattr(data, name))):
            problems[name] = _("只写东西和危险，不写人：请去掉电话、证件号和车牌。")
    if data.topic not in NoticeTopic.values:
        problems["topic"] = _("请选一类。")
    if not is_territory(data.scope_code):
        problems["scope_code"] = _("没有这个区划，请从列表里选。")
    if not now < data.expires_at <= now + NOTICE_LONGEST:
        problems["expires_at"] = _("有效期要在今天之后，最长 30 天。")
    if data.post_kind and not PostKind.objects.filter(pk=data.post_kind).exists():
        problems["post_kind"] = _("请选一种岗位。")
    return problems


def recall_prevention(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> PreventionNotice:
    """Who opens it from then on reads that it was taken back, and why.

    Raises `NoticeNotFound`, `IllegalMove`, `Invalid`.
    """
    words = said(reason, "reason", _("请写一句为什么撤回，收到的人看得到。"), 120)
    rows = visible(PreventionNotice.objects.filter(public_id=public_id), "volunteering.notify", actor)
    with transaction.atomic():
        found = rows.first()
        if found is None:
            raise NoticeNotFound
        PREVENTION.step(found, "recall", state_since=now, state_reason=words)
        _noted(actor, "recall_prevention", "prevention_notice", found, now)
    return found


def expire_prevention(*, now: datetime) -> int:
    """Those whose time is over. Returns how many; call until 0."""
    rows = PreventionNotice.objects.filter(state=PreventionState.SENT, expires_at__lte=now).order_by("pk")
    with transaction.atomic():
        found = list(rows.select_for_update(skip_locked=True)[:BATCH])
        for each in found:
            PREVENTION.step(each, "expire", state_since=now)
    return len(found)


def _check_within(actor: Actor, code: str, permission: str) -> None:
    if actor.role == SYSTEM.role or actor.extent(permission) == "all":
        return
    if not lies_in(code, actor.scope_code):
        raise OutsideArea


def _noted(actor: Actor, action: str, what: str, row: Any, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"volunteering.{action}", object_type=f"volunteering.{what}", object_id=row.pk,
        scope_code=row.scope_code, now=now,
    )  # fmt: skip
