"""Needs and volunteers: who fits, by what they have said themselves, and why. Nothing here knows where anybody is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.access.scope import LEVELS, level_of, padded
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.worktime.weeks import week_begins
from nuanxin.people.models import Person
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import children, path_names
from nuanxin.volunteering.enums import HelpState, OfferState, RecordSource, Why
from nuanxin.volunteering.models import (
    SEATED,
    Appointment,
    HelpOffer,
    HelpRequest,
    PostKind,
    ServiceRecord,
    SignUp,
    Skill,
    VolunteerProfile,
)
from nuanxin.volunteering.models.posts import ON_A_SEAT
from nuanxin.volunteering.queries.eligibility import around, is_too_much, meets_any

PAGE = 50
PARTS = ((0, 12), (12, 18), (18, 24))  # hours of morning, afternoon, evening
RESTED = timedelta(days=7)
A_WEEK = timedelta(days=7)
MOST_A_WEEK = 4  # times that anybody is asked to come in a week, offers and shifts together
MOST_LOOKED_AT = 400


class HelpNotFound(NotFound):
    default_message = _("没有找到这件事。")
    default_hint = _("可能已经有人去了，或者取消了。")


@dataclass(frozen=True, slots=True)
class Fit:
    """A volunteer whom the need may be put to; the more `why`, the better."""

    person_id: int
    why: tuple[Why, ...]
    cost: float


def free_bits(starts_at: datetime, ends_at: datetime) -> int:
    """The parts of the week that a time touches, as `VolunteerProfile.free` counts them. Pure."""
    bits, at = 0, timezone.localtime(starts_at)
    end = timezone.localtime(ends_at)
    while at < end:
        part = next(number for number, (first, last) in enumerate(PARTS) if first <= at.hour < last)
        bits |= 1 << (at.weekday() * len(PARTS) + part)
        at = (at + timedelta(hours=1)).replace(minute=0, second=0)
    return bits


def areas_around(scope_code: str) -> list[str]:
    """The need's own territory and those it lies in, down from the district: one likes to help in any of them. Pure."""
    digits = [LEVELS[level] for level in ("district", "street", "community")]
    found = [padded(scope_code[:length]) for length in digits if length <= LEVELS[level_of(scope_code)]]
    return list(dict.fromkeys([*found, scope_code]))


def fits_for(need: HelpRequest, now: datetime) -> list[Fit]:
    """Volunteers who are open to be asked, said that area and time, have the skill and the post where those are asked
    for, have not been asked for this, and are not busy. Seven statements at most.
    """
    bits = free_bits(need.starts_at, need.ends_at)
    rows = VolunteerProfile.objects.filter(is_open=True, areas__scope_code__in=areas_around(need.scope_code))
    rows = rows.exclude(person__in=HelpOffer.objects.filter(request=need).values("person"))
    profiles = list(rows.distinct().order_by("asked_at", "pk")[: MOST_LOOKED_AT * 2])
    free = [each for each in profiles if each.free & bits == bits]
    if need.skill:
        free = [each for each in free if need.skill in each.skills.split()]
    on_post = _on_post(need, [each.person_id for each in free])
    if need.post:
        free = [each for each in free if each.person_id in on_post]
    busy = _busy([each.person_id for each in free], need)
    return [_fit(each, need, on_post, now) for each in free if each.person_id not in busy][:MOST_LOOKED_AT]


def _fit(profile: VolunteerProfile, need: HelpRequest, on_post: set[int], now: datetime) -> Fit:
    why = [Why.AREA, Why.FREE]
    if need.skill:
        why.append(Why.SKILL)
    if profile.person_id in on_post:
        why.append(Why.POST)
    rested = profile.asked_at is None or now - profile.asked_at > RESTED
    if rested:
        why.append(Why.RESTED)
    waited = RESTED if profile.asked_at is None else min(now - profile.asked_at, 4 * RESTED)
    return Fit(profile.person_id, tuple(why), 10.0 - len(why) + (4 * RESTED - waited) / RESTED)


def _on_post(need: HelpRequest, people: Sequence[int]) -> set[int]:
    if not need.post or not people:
        return set()
    rows = Appointment.objects.filter(person__in=people, state__in=ON_A_SEAT, post__kind=need.post)
    return set(rows.values_list("person", flat=True))


def _busy(people: Sequence[int], need: HelpRequest) -> set[int]:
    """Who has something else then, would not come to rest, or has enough of it that day or that week."""
    monday = week_begins(need.starts_at)
    found = set()
    for person_id, spans in _spans(people, need).items():
        served = [each for each in spans if each.is_service]
        times = sum(monday <= each.starts_at < monday + A_WEEK for each in served)
        if times >= MOST_A_WEEK or meets_any(spans, need) or is_too_much(served, need):
            found.add(person_id)
    return found


def is_busy(person_id: int, need: HelpRequest) -> bool:
    """Asked again when somebody says yes: much may have come in between."""
    return bool(_busy([person_id], need))


@dataclass(frozen=True, slots=True)
class Span:
    """What somebody has said yes to, or has done without signing up."""

    starts_at: datetime
    ends_at: datetime
    is_service: bool = True


def _spans(people: Sequence[int], need: HelpRequest) -> dict[int, list[Span]]:
    """By person: places in shifts, offers said yes to, what was written down by hand. Three statements."""
    since, until = around(need)
    found: dict[int, list[Span]] = defaultdict(list)
    shifts = SignUp.objects.filter(
        person__in=people, state__in=SEATED, shift__starts_at__lt=until, shift__ends_at__gt=since
    ).values_list(
        "person", "shift__starts_at", "shift__ends_at", "shift__activity__kind__is_volunteering"
    )  # fmt: skip
    helps = HelpOffer.objects.filter(
        person__in=people, state=OfferState.ACCEPTED, request__starts_at__lt=until, request__ends_at__gt=since
    ).exclude(request=need).values_list("person", "request__starts_at", "request__ends_at")  # fmt: skip
    by_hand = ServiceRecord.objects.filter(
        person__in=people, is_manual=True, starts_at__lt=until, ends_at__gt=since
    ).exclude(source=RecordSource.HELP).values_list("person", "starts_at", "ends_at")  # fmt: skip
    for person_id, starts_at, ends_at, is_service in shifts:
        found[person_id or 0].append(Span(starts_at, ends_at, is_service))
    for person_id, starts_at, ends_at in (*helps, *by_hand):
        found[person_id or 0].append(Span(starts_at, ends_at))
    return found


def places_left(need: HelpRequest) -> int:
    """How many more are to be asked: those who have not answered yet count as asked."""
    taken = HelpOffer.objects.filter(request=need, state__in=[OfferState.OFFERED, OfferState.ACCEPTED])
    return max(need.wanted - taken.count(), 0)


def why_words(why: str) -> list[str]:
    """In words, for who is asked."""
    return [str(Why(code).label) for code in why.split() if code in Why.values]


# --- Pages ---
def own_profile(actor: Actor) -> VolunteerProfile | None:
    if actor.person_id is None:
        return None
    return VolunteerProfile.objects.filter(person=actor.person_id).prefetch_related("areas").first()


def own_offers(actor: Actor, now: datetime) -> list[HelpOffer]:
    """What one is asked now, and what one said yes to."""
    rows = visible(HelpOffer.objects.all(), "volunteering.serve", actor).filter(
        Q(state=OfferState.OFFERED, answer_until__gt=now) | Q(state=OfferState.ACCEPTED),
        request__ends_at__gt=now,
        request__state__in=[HelpState.OPEN, HelpState.FILLED],
    )
    return list(rows.select_related("request__organisation").order_by("request__starts_at"))


def own_offer(actor: Actor, public_id: UUID) -> HelpOffer:
    """Raises `HelpNotFound`."""
    rows = visible(HelpOffer.objects.filter(public_id=public_id), "volunteering.serve", actor)
    found = rows.select_related("request__organisation").first()
    if found is None:
        raise HelpNotFound
    return found


@dataclass(frozen=True, slots=True)
class Needed:
    """A need with what came of it; who said no is not in it."""

    need: HelpRequest
    coming: int
    asked: int


def listed_needs(actor: Actor, *, tab: str = "open", limit: int = PAGE) -> list[Needed]:
    rows = visible(HelpRequest.objects.all(), "volunteering.help", actor)
    live = [HelpState.OPEN, HelpState.FILLED]
    rows = rows.filter(state__in=live) if tab == "open" else rows.exclude(state__in=live)
    counted = rows.annotate(
        coming=Count("offers", filter=Q(offers__state=OfferState.ACCEPTED)),
        asked=Count("offers", filter=Q(offers__state=OfferState.OFFERED)),
    )
    found = counted.select_related("organisation").order_by("-starts_at", "-pk")[:limit]
    return [Needed(each, each.coming, each.asked) for each in found]


def need_to_run(actor: Actor, public_id: UUID) -> HelpRequest:
    """Raises `HelpNotFound`."""
    rows = visible(HelpRequest.objects.filter(public_id=public_id), "volunteering.help", actor)
    found = rows.select_related("organisation").first()
    if found is None:
        raise HelpNotFound
    return found


def coming_to(need: HelpRequest) -> list[Person]:
    """Who said yes: the organiser knows whom to expect."""
    rows = HelpOffer.objects.filter(request=need, state=OfferState.ACCEPTED).select_related("person")
    return [each.person for each in rows]


def skills() -> list[Skill]:
    return list(Skill.objects.filter(is_active=True))


def post_kinds() -> list[PostKind]:
    return list(PostKind.objects.filter(is_active=True))


def codes_known(codes: Iterable[str], known: Iterable[Skill] | Iterable[PostKind]) -> list[str]:
    there = {each.code for each in known}
    return [each for each in dict.fromkeys(codes) if each in there]


def areas_to_choose(actor: Actor, profile: VolunteerProfile | None) -> list[tuple[str, str]]:
    """The own street with its communities, and what one has chosen before."""
    home = padded(actor.scope_code[: LEVELS["street"]]) if len(actor.scope_code) >= LEVELS["street"] else ""
    offered = [home, *(each.code for each in children(home))] if home else []
    chosen = [each.scope_code for each in profile.areas.all()] if profile else []
    names = path_names([*offered, *chosen], top=Level.STREET)
    return [(code, names[code]) for code in dict.fromkeys([*offered, *chosen])]
