"""Hours and the stars they entitle to: where one stands, what is next, who asked, what everybody may see."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import StarState
from nuanxin.incentives.models import Account, HoursTotal, StarApplication, StarLevel, StarScheme
from nuanxin.kernel.access import Actor, permits, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.volunteering.queries.minutes import hours_shown

PAGE = 50
OPEN = (StarState.APPLIED, StarState.PUBLICITY)
SHOWN_TO_ALL = (StarState.PUBLICITY, StarState.GRANTED)
HIGHEST = 5
NOBODY = UUID(int=0)


class StarNotFound(NotFound):
    default_message = _("没有找到这份星级申请。")
    default_hint = _("它可能不归您现在的身份看。")


def scheme_in_force() -> StarScheme:
    """Raises `StarScheme.DoesNotExist` before the first migration has run."""
    return StarScheme.objects.prefetch_related("levels").order_by("-version")[:1].get()


def schemes() -> list[StarScheme]:
    return list(StarScheme.objects.prefetch_related("levels").order_by("-version")[:20])


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's hours, growth and stars; `entitled` is the highest level that they may ask for now."""

    minutes: int
    growth: int
    level: int
    entitled: int
    following: StarLevel | None
    current: StarApplication | None

    @property
    def hours(self) -> str:
        return hours_shown(self.minutes)

    @property
    def may_apply(self) -> bool:
        return self.current is None and self.entitled > self.level

    @property
    def missing_minutes(self) -> int:
        return max(0, self.following.hours * 60 - self.minutes) if self.following else 0

    @property
    def missing_hours(self) -> str:
        """Rounded up, so that nobody who has served that long is told that it was not enough."""
        return f"{-(-self.missing_minutes // 60)}"

    @property
    def percent(self) -> int:
        """How far towards the next level."""
        if self.following is None or not self.following.hours:
            return 100
        return min(100, self.minutes * 100 // (self.following.hours * 60))


def minutes_of(subject_id: UUID) -> int:
    return HoursTotal.objects.filter(subject_id=subject_id).values_list("minutes", flat=True).first() or 0


def growth_of(subject_id: UUID) -> int:
    return Account.objects.filter(subject_id=subject_id).values_list("growth", flat=True).first() or 0


def owed_by(subject_id: UUID) -> int:
    return Account.objects.filter(subject_id=subject_id).values_list("owed", flat=True).first() or 0


def level_of(subject_id: UUID) -> int:
    """The stars that were granted; they never go."""
    rows = StarApplication.objects.filter(subject_id=subject_id, state=StarState.GRANTED)
    return rows.aggregate(highest=Max("level"))["highest"] or 0


def standing_of(subject_id: UUID) -> Standing:
    """In six statements."""
    minutes, growth, level = minutes_of(subject_id), growth_of(subject_id), level_of(subject_id)
    levels = list(scheme_in_force().levels.all())
    reached = [each.level for each in levels if minutes >= each.hours * 60 and growth >= each.growth]
    following = next((each for each in levels if each.level > max([level, *reached])), None)
    current = StarApplication.objects.filter(subject_id=subject_id, state__in=OPEN).first()
    return Standing(minutes, growth, level, max(reached, default=0), following, current)


def own_standing(actor: Actor) -> Standing:
    return standing_of(actor.subject_id or NOBODY)


def own_stars(actor: Actor) -> list[StarApplication]:
    return list(visible(StarApplication.objects.all(), "incentives.star_apply", actor).order_by("-pk")[:PAGE])


def visible_star(actor: Actor, public_id: UUID, permission: str = "incentives.star_check") -> StarApplication:
    """Raises `StarNotFound`."""
    rows = visible(StarApplication.objects.filter(public_id=public_id), permission, actor)
    found = rows.select_related("scheme").first()
    if found is None:
        raise StarNotFound
    return found


TABS: dict[str, tuple[StarState, ...]] = {
    "todo": (StarState.APPLIED,),
    "publicity": (StarState.PUBLICITY,),
    "granted": (StarState.GRANTED,),
    "ended": (StarState.REFUSED, StarState.WITHDRAWN),
}


def listed_stars(
    actor: Actor, *, tab: str, before: int = 0, limit: int = PAGE
) -> tuple[list[StarApplication], bool]:
    """The newest first: a page, and whether there is more. One statement."""
    rows = _narrowed(visible(StarApplication.objects.all(), "incentives.star_check", actor), tab)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def stars_to_export(actor: Actor, *, tab: str, limit: int) -> list[StarApplication]:
    if not permits(actor, "incentives.star_check"):
        return []
    rows = _narrowed(visible(StarApplication.objects.all(), "incentives.star_check", actor), tab)
    return list(rows.order_by("-pk")[:limit])


def _narrowed(rows: "QuerySet[StarApplication]", tab: str) -> "QuerySet[StarApplication]":
    return rows.filter(state__in=TABS[tab]) if tab in TABS else rows


def public_stars(*, limit: int = PAGE) -> list[StarApplication]:
    """Those that are being shown for objections."""
    rows = StarApplication.objects.filter(state=StarState.PUBLICITY)
    return list(rows.order_by("publicity_until", "pk")[:limit])


def public_star(public_id: UUID) -> StarApplication:
    """Raises `StarNotFound`."""
    found = StarApplication.objects.filter(public_id=public_id, state=StarState.PUBLICITY).first()
    if found is None:
        raise StarNotFound
    return found
