"""The worker rating (`domain.md` 004-10): once a quarter for whoever agreed, from two factors, for their eyes alone.

No platform, community or street reads it; there is no permission by which they could. The worker shows it by a link.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.events import WorkerRated
from nuanxin.incentives.models import RatingLink, WorkerRating
from nuanxin.incentives.queries.ratings import (
    PURPOSE,
    RatingNotFound,
    courses_passed,
    digest_of,
    level_for,
    minutes_between,
    quarter_before,
    quarter_days,
)
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.events import publish
from nuanxin.people.queries.subjects import subjects_agreeing

BATCH = 500
MOST_LINKS = 5
SHOWN_DAYS = (1, 7, 30)


class EnoughLinks(Conflict):
    default_message = _("同时最多给 5 个人看。")
    default_hint = _("先收回一个，再发新的。")


def rate_quarter(*, now: datetime) -> int:
    """Whoever agreed and has no rating for the quarter that is over gets one. Returns how many; call until 0.

    Publishes `WorkerRated`.
    """
    period = quarter_before(now)
    done = WorkerRating.objects.filter(period=period).values("subject_id")
    subjects = list(subjects_agreeing(PURPOSE).exclude(pk__in=done).order_by("pk")[:BATCH])
    for subject_id in subjects:
        _rate(subject_id, period, now)
    return len(subjects)


def rate_again(*, target: UUID, now: datetime) -> None:
    """An appeal was upheld: the hours may have been corrected since, so it is worked out anew."""
    found = WorkerRating.objects.select_for_update().get(public_id=target)
    first, last = quarter_days(found.period)
    minutes, courses = minutes_between(found.subject_id, first, last), courses_passed(found.subject_id)
    changes = {"minutes": minutes, "courses": courses, "level": level_for(minutes, courses).level}
    WorkerRating.objects.filter(pk=found.pk).update(**changes)


def _rate(subject_id: UUID, period: str, now: datetime) -> None:
    first, last = quarter_days(period)
    minutes, courses = minutes_between(subject_id, first, last), courses_passed(subject_id)
    with transaction.atomic():
        _found, new = WorkerRating.objects.get_or_create(
            subject_id=subject_id, period=period,
            defaults={
                "level": level_for(minutes, courses).level, "minutes": minutes, "courses": courses, "made_at": now,
            },
        )  # fmt: skip
        if new:
            publish(WorkerRated(period), subject_id=subject_id, now=now)


def show_rating(*, actor: Actor, public_id: UUID, days: int, now: datetime) -> str:
    """A link for so many days; returns the word in it, which is not kept. Raises `RatingNotFound`."""
    with transaction.atomic():
        rating = visible(WorkerRating.objects.filter(public_id=public_id), "incentives.rating", actor).first()
        if rating is None:
            raise RatingNotFound
        open_now = Q(revoked_at=None, until__gt=now)
        if RatingLink.objects.filter(open_now, rating__subject_id=rating.subject_id).count() >= MOST_LINKS:
            raise EnoughLinks
        word = secrets.token_urlsafe(18)
        until = now + timedelta(days=days if days in SHOWN_DAYS else SHOWN_DAYS[0])
        RatingLink.objects.create(rating=rating, digest=digest_of(word), made_at=now, until=until)
        _audited(actor, "show", now)
    return word


def hide_rating(*, actor: Actor, link_id: int, now: datetime) -> None:
    """Taken back at once; asked again it is so already. Raises `RatingNotFound`."""
    own = visible(WorkerRating.objects.all(), "incentives.rating", actor)
    found = RatingLink.objects.filter(pk=link_id, rating__in=own).first()
    if found is None:
        raise RatingNotFound
    if RatingLink.objects.filter(pk=found.pk, revoked_at=None).update(revoked_at=now):
        _audited(actor, "hide", now)


def forget_ratings(*, subject_id: UUID) -> None:
    """The consent was withdrawn: all that was worked out goes, with its links."""
    WorkerRating.objects.filter(subject_id=subject_id).delete()


def _audited(actor: Actor, action: str, now: datetime) -> None:
    audit.record(actor=actor, action=f"incentives.rating_{action}", object_type="rating", detail={}, now=now)
