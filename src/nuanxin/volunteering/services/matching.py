"""Needs meet people: one says that one likes to be asked; a need is put to those whom it suits, with the reason.

The assignment is solved in a process of its own (`queries/assigning.py`), by the worker, outside of peak hours. Saying
no, or nothing, has no consequence and is counted nowhere.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.access.scope import lies_in
from nuanxin.kernel.errors import Conflict, Invalid, KeyReused, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.worktime.peaks import after_peak
from nuanxin.people.queries import subject_of
from nuanxin.places.queries.warnings import warning_on
from nuanxin.territories.queries import is_territory
from nuanxin.volunteering.enums import HelpKind, HelpState, OfferState
from nuanxin.volunteering.events import HelpCancelled, HelpFilled, HelpOffered
from nuanxin.volunteering.models import HelpOffer, HelpRequest, ProfileArea, VolunteerProfile
from nuanxin.volunteering.queries import assigning
from nuanxin.volunteering.queries.matching import (
    Fit,
    codes_known,
    fits_for,
    is_busy,
    need_to_run,
    own_offer,
    places_left,
    post_kinds,
    skills,
)
from nuanxin.volunteering.workflow import HELP, HELP_OFFER

MOST_AREAS = 5
MOST_ROUNDS = 4
ANSWER_WITHIN = timedelta(hours=12)
LONGEST = timedelta(hours=12)
SECONDS = 30.0


class NotSolved(RuntimeError):
    """The program came to no answer; the worker tries again."""


class AnswerLate(Conflict):
    default_message = _("这件事已经定了人，或者过了时间。")
    default_hint = _("谢谢你愿意来。以后有事还会问你，除非你关掉。")


class BusyThen(Conflict):
    default_message = _("那段时间你已经有别的安排，或者这样就歇不过来了。")
    default_hint = _("这次不来也没关系；想来，先把别的班次取消或换掉。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileData:
    is_open: bool
    areas: tuple[str, ...]
    skills: tuple[str, ...]
    free: int


def save_profile(*, actor: Actor, data: ProfileData, now: datetime) -> VolunteerProfile:
    """One's own words; turned off, nobody is asked any more, and what one had said stays for another time.

    Raises `NotAllowed`, `Invalid`.
    """
    if actor.person_id is None:
        raise NotAllowed
    areas = list(dict.fromkeys(each for each in data.areas if is_territory(each)))
    if data.is_open and not areas:
        raise Invalid(fields={"areas": _("请至少选一个愿意帮忙的地方。")})
    if len(areas) > MOST_AREAS:
        raise Invalid(fields={"areas": _("最多选 5 个地方。")})
    if data.is_open and not 0 < data.free < 2**21:
        raise Invalid(fields={"free": _("请至少点一个平时有空的时间。")})
    with transaction.atomic():
        profile, _is_new = VolunteerProfile.objects.update_or_create(
            person_id=actor.person_id,
            defaults={
                "is_open": data.is_open,
                "skills": " ".join(codes_known(data.skills, skills())),
                "free": data.free % 2**21,
                "updated_at": now,
            },
        )
        ProfileArea.objects.filter(profile=profile).exclude(scope_code__in=areas).delete()
        there = set(profile.areas.values_list("scope_code", flat=True))
        ProfileArea.objects.bulk_create(
            ProfileArea(profile=profile, scope_code=each) for each in areas if each not in there
        )
    return profile


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedData:
    kind: str
    title: str
    note: str
    scope_code: str
    starts_at: datetime
    ends_at: datetime
    wanted: int
    skill: str = ""
    post: str = ""


def ask_for_help(*, actor: Actor, data: NeedData, key: UUID, now: datetime) -> HelpRequest:
    """People are wanted; the worker looks for them at once, or when the peak is over. The same `key` is the same.

    Raises `NotAllowed`, `Invalid`, and `KeyReused` where the key came from somebody else.
    """
    if actor.organisation_id is None:
        raise NotAllowed(_("请用在单位里的身份来找人。"))
    _check_need(actor, data, now)
    with transaction.atomic():
        made, is_new = HelpRequest.objects.get_or_create(
            key=key,
            defaults={
                "kind": data.kind, "title": data.title.strip(), "note": data.note.strip(),
                "starts_at": data.starts_at, "ends_at": data.ends_at, "wanted": data.wanted, "skill": data.skill,
                "post": data.post, "organisation_id": actor.organisation_id, "asked_by_id": actor.assignment_id,
                "asked_at": now, "state": HelpState.OPEN, "state_since": now, "scope_code": data.scope_code,
                "look_at": after_peak(now),
            },
        )  # fmt: skip
        if made.organisation_id != actor.organisation_id:
            raise KeyReused
        if is_new:
            _audited(actor, "asked", made, now)
    return made


def _check_need(actor: Actor, data: NeedData, now: datetime) -> None:
    wrong: dict[str, Any] = {}
    if data.kind not in HelpKind.values:
        wrong["kind"] = _("请选是巡查还是帮忙。")
    if not data.title.strip():
        wrong["title"] = _("请写一句要做什么。")
    inside = is_territory(data.scope_code) and (
        not actor.scope_code or lies_in(data.scope_code, actor.scope_code)
    )
    if not inside:
        wrong["scope_code"] = _("请选自己辖区里的地方。")
    if not now < data.starts_at < data.ends_at:
        wrong["ends_at"] = _("要从现在以后开始，结束晚于开始。")
    elif data.ends_at - data.starts_at > LONGEST:
        wrong["ends_at"] = _("一次最多 12 小时。")
    if not 1 <= data.wanted <= 50:
        wrong["wanted"] = _("要 1 到 50 个人。")
    if data.skill and data.skill not in {each.code for each in skills()}:
        wrong["skill"] = _("请从列表里选。")
    if data.post and data.post not in {each.code for each in post_kinds()}:
        wrong["post"] = _("请从列表里选。")
    if wrong:
        raise Invalid(fields=wrong)


def cancel_help(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> HelpRequest:
    """Not needed; who was to come hears of it. Publishes `HelpCancelled`. Raises `HelpNotFound`, `Invalid`."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("请写一句为什么，答应来的人看得到。")})
    found = need_to_run(actor, public_id)
    with transaction.atomic():
        need = HelpRequest.objects.select_for_update().get(pk=found.pk)
        if need.state == HelpState.CANCELLED:
            return need
        HELP.step(need, "cancel", state_since=now, reason=reason.strip()[:120], look_at=None)
        _audited(actor, "cancelled", need, now)
        for offer in HelpOffer.objects.filter(request=need, state=OfferState.ACCEPTED):
            publish(
                HelpCancelled(str(need.public_id)), subject_id=subject_of(offer.person_id),
                scope_code=need.scope_code, now=now,
            )  # fmt: skip
    return need


def answer_offer(*, actor: Actor, public_id: UUID, comes: bool, now: datetime) -> HelpOffer:
    """Yes, or not this time; a yes may still become a no. Publishes `HelpFilled`.

    Raises `HelpNotFound`, `AnswerLate`, `BusyThen`.
    """
    found = own_offer(actor, public_id)
    with transaction.atomic():
        need = HelpRequest.objects.select_for_update().get(pk=found.request_id)
        offer = HelpOffer.objects.select_for_update().get(pk=found.pk)
        wanted = OfferState.ACCEPTED if comes else OfferState.DECLINED
        if offer.state == wanted:
            return offer
        is_late = now > offer.answer_until or need.state != HelpState.OPEN
        if (comes and is_late) or offer.state == OfferState.LAPSED:
            raise AnswerLate
        if comes and is_busy(offer.person_id, need):
            raise BusyThen
        was_coming = offer.state == OfferState.ACCEPTED
        HELP_OFFER.step(offer, "accept" if comes else "decline", answered_at=now)
        if comes:
            _filled(need, now)
        elif was_coming and need.state == HelpState.FILLED:
            HELP.step(need, "reopen", state_since=now, look_at=after_peak(now))
        elif need.state == HelpState.OPEN:
            HelpRequest.objects.filter(pk=need.pk).update(look_at=after_peak(now))
    return offer


def _filled(need: HelpRequest, now: datetime) -> None:
    coming = HelpOffer.objects.filter(request=need, state=OfferState.ACCEPTED).count()
    if coming >= need.wanted and need.state == HelpState.OPEN:
        HELP.step(need, "fill", state_since=now, look_at=None)
        publish(HelpFilled(str(need.public_id)), scope_code=need.scope_code, now=now)


# --- The worker ---
def look_for_helpers(*, now: datetime, most: int = 20) -> int:
    """All needs that are due, solved together: nobody is asked for two at once. Returns how many were asked.

    Nobody is asked at peak hours, nor out on a patrol in heat or storm. Publishes `HelpOffered`. Raises `NotSolved`.
    """
    if after_peak(now) != now:
        return 0
    due = HelpRequest.objects.filter(state=HelpState.OPEN, look_at__lte=now, starts_at__gt=now)
    needs = [need for need in due.order_by("look_at", "pk")[:most] if not _waits_for_weather(need, now)]
    fits = {need.pk: {each.person_id: each for each in fits_for(need, now)} for need in needs}
    places = [need for need in needs for _place in range(places_left(need))]
    chosen = solved(places, fits)
    with transaction.atomic():
        for need in needs:
            _put(need, [fit for place, fit in chosen if place.pk == need.pk], now)
    return len(chosen)


def _waits_for_weather(need: HelpRequest, now: datetime) -> bool:
    """A patrol is outdoors: while a warning is on its people are left alone, and looked for when it is over."""
    warning = warning_on(need.scope_code, now) if need.kind == HelpKind.PATROL else None
    if warning is not None:
        HelpRequest.objects.filter(pk=need.pk).update(look_at=after_peak(warning.ends_at))
    return warning is not None


def solved(places: list[HelpRequest], fits: dict[int, dict[int, Fit]]) -> list[tuple[HelpRequest, Fit]]:
    """Raises `NotSolved`."""
    people = sorted({person for each in fits.values() for person in each})
    if not places or not people:
        return []
    costs = [
        [fits[need.pk][person].cost if person in fits[need.pk] else None for person in people]
        for need in places
    ]
    return [(places[row], fits[places[row].pk][people[column]]) for row, column in _assigned(costs)]


def _assigned(costs: list[list[float | None]]) -> Iterable[tuple[int, int]]:
    command = [sys.executable, str(Path(assigning.__file__))]
    try:
        done = subprocess.run(  # noqa: S603  -- our own program, the table goes in by the pipe
            command, input=json.dumps({"needs": costs}).encode(), capture_output=True, check=True, timeout=SECONDS
        )  # fmt: skip
        return [(int(row), int(column)) for row, column in json.loads(done.stdout)]
    except (subprocess.SubprocessError, ValueError, TypeError) as error:
        raise NotSolved(type(error).__name__) from None


def _put(need: HelpRequest, chosen: list[Fit], now: datetime) -> None:
    until = min(now + ANSWER_WITHIN, need.starts_at)
    for fit in chosen:
        offer, is_new = HelpOffer.objects.get_or_create(
            request=need,
            person_id=fit.person_id,
            defaults={
                "why": " ".join(fit.why), "state": OfferState.OFFERED, "offered_at": now, "answer_until": until,
            },
        )  # fmt: skip
        if is_new:
            VolunteerProfile.objects.filter(person=fit.person_id).update(asked_at=now)
            publish(
                HelpOffered(str(offer.public_id), str(need.public_id)), subject_id=subject_of(fit.person_id),
                scope_code=need.scope_code, now=now,
            )  # fmt: skip
    rounds = need.rounds + 1
    again = until if rounds < MOST_ROUNDS and until < need.starts_at else None
    HelpRequest.objects.filter(pk=need.pk).update(look_at=again, rounds=rounds)


def end_needs(*, now: datetime, batch: int = 200) -> int:
    """Offers nobody answered lapse; needs whose time is over end. Returns how many."""
    offers = list(HelpOffer.objects.filter(state=OfferState.OFFERED, answer_until__lte=now)[:batch])
    needs = list(
        HelpRequest.objects.filter(state__in=[HelpState.OPEN, HelpState.FILLED], ends_at__lte=now)[:batch]
    )
    for offer in offers:
        with transaction.atomic():
            HELP_OFFER.step(offer, "lapse")
    for need in needs:
        with transaction.atomic():
            HELP.step(need, "end", state_since=now, look_at=None)
    return len(offers) + len(needs)


def _audited(actor: Actor, action: str, need: HelpRequest, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"volunteering.help_{action}", object_type="help_request", object_id=need.pk,
        scope_code=need.scope_code, now=now,
    )  # fmt: skip
