"""The worker rating: how it is worked out, one's own, and what a link shows."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.models import HoursEntry, RatingLevel, RatingLink, WorkerRating
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.people.queries import consented

PURPOSE = "worker_rating"
MONTHS = 3


class RatingNotFound(NotFound):
    default_message = _("没有这份评价，或者它已经不给看了。")
    default_hint = _("链接有期限，本人也可以随时收回。请向本人要一个新的。")


def quarter_of(day: date) -> str:
    return f"{day.year}Q{(day.month - 1) // MONTHS + 1}"


def quarter_before(now: datetime) -> str:
    """The one that is over."""
    today = timezone.localdate(now)
    first = today.replace(month=(today.month - 1) // MONTHS * MONTHS + 1, day=1)
    return quarter_of(first - timedelta(days=1))


def quarter_days(period: str) -> tuple[date, date]:
    """Its first and its last day."""
    year, number = int(period[:4]), int(period[5])
    first = date(year, (number - 1) * MONTHS + 1, 1)
    after = date(year + number // 4, number % 4 * MONTHS + 1, 1)
    return first, after - timedelta(days=1)


def minutes_between(subject_id: UUID, first: date, last: date) -> int:
    rows = HoursEntry.objects.filter(subject_id=subject_id, served_on__gte=first, served_on__lte=last)
    return rows.aggregate(all=Sum("minutes"))["all"] or 0


def courses_passed(subject_id: UUID) -> int:
    """None until there are courses; a rating says so instead of guessing."""
    return 0


def levels() -> list[RatingLevel]:
    return list(RatingLevel.objects.all())


def level_for(minutes: int, courses: int) -> RatingLevel:
    """The highest whose two numbers are both reached. Until there are courses nobody is held up by them."""
    known = levels()
    asks = any_courses()
    reached = [each for each in known if minutes >= each.minutes and (courses >= each.courses or not asks)]
    return reached[-1] if reached else known[0]


def any_courses() -> bool:
    """Whether this city has courses at all."""
    return False


@dataclass(frozen=True, slots=True)
class Shown:
    """A rating with what it rests on and the next level's numbers."""

    rating: WorkerRating
    level: RatingLevel
    following: RatingLevel | None


def own_ratings(actor: Actor) -> list[Shown]:
    """The newest first, each with its links; three statements."""
    links = RatingLink.objects.filter(revoked_at=None)
    rows = visible(WorkerRating.objects.all(), "incentives.rating", actor)
    found = rows.prefetch_related(Prefetch("links", links, to_attr="open_links")).order_by("-period")[:8]
    known = {each.level: each for each in levels()}
    return [Shown(each, known[each.level], known.get(each.level + 1)) for each in found]


def digest_of(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def rating_behind(word: str, *, now: datetime) -> tuple[Shown, datetime]:
    """What a link shows, and until when. Raises `RatingNotFound`."""
    rows = RatingLink.objects.filter(digest=digest_of(word), revoked_at=None, until__gt=now)
    found = rows.select_related("rating").first()
    if found is None:
        raise RatingNotFound
    known = {each.level: each for each in levels()}
    return Shown(found.rating, known[found.rating.level], None), found.until


def is_agreed(actor: Actor) -> bool:
    """Whether ratings are worked out for this person at all."""
    return actor.person_id is not None and consented(actor.person_id, PURPOSE)
