"""What passers-by say at the door, signed in or not: one tap, never a duty, and nothing is kept of who they are."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import DateField, F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.events import publish
from nuanxin.kernel.prepared import Prepared
from nuanxin.places.enums import Question, Standing
from nuanxin.places.events import PlaceFoundShut, PlaceSaidShut
from nuanxin.places.models import DaySalt, Doubt, Place, Sighting, VisitDay, VisitMark
from nuanxin.places.models.truth import DIGEST_LENGTH
from nuanxin.places.queries.door import place_at_door
from nuanxin.places.queries.hours import hours_of_all
from nuanxin.places.queries.truth_rules import TruthRules, truth_rules
from nuanxin.places.services.locking import lock_place


class UnknownQuestion(Invalid):
    default_message = _("没有这个问题。")
    default_hint = _("请刷新页面再点一次。")


class KeepersOwn(Invalid):
    default_message = _("您就是这里的管理员。")
    default_hint = _("请在“今天”一页做开门检查：那比路过的人说的更算数。")


@dataclass(frozen=True, slots=True)
class Passer:
    """Somebody at the door. `key` and `address` are only ever stored as digests that end with the day."""

    key: str = field(repr=False)
    address: str = field(repr=False)
    is_member: bool = False
    site_id: int | None = None


def tell_at_door(*, code: str, passer: Passer, question: str, answer: bool, now: datetime) -> Sighting:
    """One tap. The same person saying the same again shortly after says it once; saying otherwise corrects it.

    Publishes `PlaceSaidShut` when somebody is the first to find the door locked at an open hour, `PlaceFoundShut` when
    enough different people do. Raises `PlaceNotFound`, `UnknownQuestion`, `KeepersOwn`.
    """
    if question not in Question.values:
        raise UnknownQuestion
    place = _place_for(code, passer)
    rules = truth_rules()
    with transaction.atomic():
        lock_place(place.pk)  # taps at one door come one after the other
        said = _same_tap(place, passer, question, now, rules)
        is_news = said is None or said.answer is not answer
        if said is None:
            said = Sighting(place=place, question=question)
            said.who, said.via = _digests(place, passer, now)
            said.is_member = passer.is_member
        if is_news:
            said.at, said.answer = now, answer
            said.expected = hours_of_all([place], now)[place.pk].standing
            said.save()
            _notice_locked_door(place, said, now, rules)
    return said


def check_in(*, code: str, passer: Passer, now: datetime) -> bool:
    """Count a visitor once a day and a visit once in a while; returns whether it was counted now. Raises as above."""
    place, rules = _place_for(code, passer), truth_rules()
    today = timezone.localdate(now)
    with transaction.atomic():
        lock_place(place.pk)
        who = _digest("visit", place, passer.key, now)
        mark, is_new = VisitMark.objects.get_or_create(
            place=place, on=today, who=who, defaults={"last_at": now}
        )
        if not is_new and mark.last_at > now - timedelta(minutes=rules.repeat_visit):
            return False
        VisitMark.objects.filter(pk=mark.pk).update(last_at=now)
        day, _made = VisitDay.objects.get_or_create(place=place, on=today)
        VisitDay.objects.filter(pk=day.pk).update(people=F("people") + int(is_new), times=F("times") + 1)
    return True


def forget_passers(*, now: datetime) -> int:
    """The day is over: its salt, its digests and the marks of its visitors go. Returns how many rows were emptied."""
    today = timezone.localdate(now)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        emptied = Sighting.objects.filter(at__lt=midnight).exclude(who="").update(who="", via="")
        emptied += VisitMark.objects.filter(on__lt=today).delete()[0]
        DaySalt.objects.filter(on__lt=today).delete()
    return emptied


def _place_for(code: str, passer: Passer) -> Place:
    place = place_at_door(code)
    if passer.site_id is not None and passer.site_id == place.site_id:
        raise KeepersOwn
    return place


def _same_tap(
    place: Place, passer: Passer, question: str, now: datetime, rules: TruthRules
) -> Sighting | None:
    who, _via = _digests(place, passer, now)
    lately = now - timedelta(minutes=rules.repeat_tap)
    rows = Sighting.objects.filter(place=place, question=question, who=who, at__gt=lately)
    return rows.order_by("-at").first()


def _notice_locked_door(place: Place, said: Sighting, now: datetime, rules: TruthRules) -> None:
    if said.question != Question.OPEN or said.answer or said.expected != Standing.OPEN:
        return
    doubts = Doubt.objects.filter(place=place).order_by("-since")
    last = doubts.first()
    if last is not None and last.settled_at is None:
        return
    since = max(now - rules.window, last.settled_at) if last and last.settled_at else now - rules.window
    rows = list(
        Sighting.objects.filter(
            place=place, question=Question.OPEN, answer=False, expected=Standing.OPEN, at__gt=since
        ).exclude(who="")
    )
    if count_tellers(rows) >= rules.shut_people:
        doubt = Doubt.objects.create(place=place, since=now)
        publish(PlaceFoundShut(place.pk, doubt.pk), scope_code=place.scope_code, now=now)
    elif len(rows) == 1:
        publish(PlaceSaidShut(place.pk), scope_code=place.scope_code, now=now)


def count_tellers(said: Iterable[Sighting]) -> int:
    """How many different people at least. Who is signed in is known apart; others only by where they ask from.

    Somebody who taps signed in and again signed out is one; so are two without account behind one address.
    """
    rows = list(said)
    members = {each.who for each in rows if each.is_member}
    behind = {each.via for each in rows if each.is_member}
    return len(members) + len({each.via for each in rows if not each.is_member} - behind)


def _digests(place: Place, passer: Passer, now: datetime) -> tuple[str, str]:
    return _digest("who", place, passer.key, now), _digest("via", place, passer.address, now)


def _digest(what: str, place: Place, text: str, now: datetime) -> str:
    """Of this place, this day and this use alone: what is counted in one place cannot be joined with another's."""
    salt = _salt(now)
    told = f"{salt}|{place.pk}|{text}"
    return salted_hmac(f"nuanxin.places.{what}", told, algorithm="sha256").hexdigest()[:DIGEST_LENGTH]


def _salt(now: datetime) -> str:
    on = timezone.localdate(now)
    return _salt_of.first(on=on) or _new_salt(on)


def _new_salt(on: date) -> str:
    made, _new = DaySalt.objects.get_or_create(on=on, defaults={"salt": secrets.token_hex(32)})
    return made.salt


_salt_of = Prepared(
    lambda *, on: DaySalt.objects.filter(on=on).values_list("salt", flat=True), on=DateField()
)
