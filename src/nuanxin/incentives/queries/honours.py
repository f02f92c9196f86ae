"""Honours: for staff by the rule, for the honoured and who nominated, and what everybody may read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import HonourState
from nuanxin.incentives.models import Honour, HonourKind, HonourPhoto, HonourStep, Objection
from nuanxin.kernel.access import Actor, scope_q, visible
from nuanxin.kernel.errors import NotFound

PAGE = 30
EXPORT_MOST = 5000
SHOWN_TO_ALL = (HonourState.PUBLICITY, HonourState.DISPLAYED)
AWARDED = (HonourState.AWARDED, HonourState.DISPLAYED, HonourState.ENDED)
TABS: dict[str, tuple[HonourState, ...]] = {
    "todo": (HonourState.NOMINATED, HonourState.VERIFIED),
    "publicity": (HonourState.PUBLICITY,),
    "awarded": (HonourState.AWARDED,),
    "displayed": (HonourState.DISPLAYED,),
    "ended": (HonourState.ENDED, HonourState.FORWARDED, HonourState.REFUSED, HonourState.WITHDRAWN),
}


class HonourNotFound(NotFound):
    default_message = _("没有找到这份荣誉。")
    default_hint = _("它可能不归您现在的身份看，或者本人已经不展示了。")


@dataclass(frozen=True, slots=True, kw_only=True)
class HonourFilters:
    """`tab`: todo, publicity, awarded, displayed, ended or all."""

    tab: str = "todo"
    kind: str = ""
    text: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.text)


def kinds(*, active: bool = True) -> list[HonourKind]:
    rows = HonourKind.objects.filter(is_active=True) if active else HonourKind.objects.all()
    return list(rows)


def kind_named(code: str) -> HonourKind | None:
    return HonourKind.objects.filter(pk=code, is_active=True).first()


def visible_honour(actor: Actor, public_id: UUID, permission: str = "incentives.honour_view") -> Honour:
    """Raises `HonourNotFound`."""
    rows = visible(Honour.objects.filter(public_id=public_id), permission, actor)
    found = rows.select_related("kind").first()
    if found is None:
        raise HonourNotFound
    return found


def _narrowed(rows: "QuerySet[Honour]", filters: HonourFilters) -> "QuerySet[Honour]":
    if filters.tab in TABS:
        rows = rows.filter(state__in=TABS[filters.tab])
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.text:
        said = filters.text
        rows = rows.filter(Q(title__icontains=said) | Q(who__icontains=said) | Q(shown_as__icontains=said))
    return rows


def listed_honours(
    actor: Actor, filters: HonourFilters, *, before: int = 0, limit: int = PAGE
) -> tuple[list[Honour], bool]:
    """The newest first: a page, and whether there is more. One statement."""
    rows = _narrowed(visible(Honour.objects.all(), "incentives.honour_view", actor), filters)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("kind").order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def honour_counts(actor: Actor) -> dict[str, int]:
    """How many there are under each tab; one statement."""
    rows = visible(Honour.objects.all(), "incentives.honour_view", actor)
    told = {name: Count("pk", filter=Q(state__in=states)) for name, states in TABS.items()}
    return rows.aggregate(**told, all=Count("pk"))


def honours_to_export(actor: Actor, filters: HonourFilters) -> list[Honour]:
    """At most one more than may go out at once."""
    rows = _narrowed(visible(Honour.objects.all(), "incentives.honour_export", actor), filters)
    return list(rows.select_related("kind").order_by("-pk")[: EXPORT_MOST + 1])


@dataclass(frozen=True, slots=True)
class HonourPage:
    honour: Honour
    steps: list[HonourStep]
    photos: list[HonourPhoto]
    objections: list[Objection]

    @property
    def open_objections(self) -> list[Objection]:
        return [each for each in self.objections if each.answered_at is None]

    @property
    def answers(self) -> list[Objection]:
        return [each for each in self.objections if each.answered_at is not None]

    @property
    def released(self) -> list[HonourPhoto]:
        return [each for each in self.photos if each.released_at is not None]


def honour_page(honour: Honour) -> HonourPage:
    """In three statements."""
    return HonourPage(
        honour=honour,
        steps=list(HonourStep.objects.filter(honour=honour).order_by("-at", "-pk")),
        photos=list(HonourPhoto.objects.filter(honour=honour).select_related("file")),
        objections=list(Objection.objects.filter(target=honour.public_id).order_by("at", "pk")),
    )


def own_honours(actor: Actor, *, limit: int = PAGE) -> list[Honour]:
    """What one was nominated for, and what one has nominated; the newest first."""
    rows = visible(Honour.objects.all(), "incentives.honour_own", actor)
    return list(rows.select_related("kind").order_by("-pk")[:limit])


def my_honour(actor: Actor, public_id: UUID) -> Honour:
    """As the honoured or as who nominated. Raises `HonourNotFound`."""
    return visible_honour(actor, public_id, "incentives.honour_own")


def _shown(now: datetime) -> "QuerySet[Honour]":
    """What everybody may see this very moment: the consent is asked for again in the statement itself."""
    publicity = Q(state=HonourState.PUBLICITY, may_publicise_at__isnull=False)
    display = Q(state=HonourState.DISPLAYED, may_display_at__isnull=False, displayed_until__gt=now)
    return Honour.objects.filter(publicity | display).exclude(subject_id=None)


def roll(
    *, show: str, now: datetime, kind: str = "", within: str = "", before: int = 0, limit: int = PAGE
) -> tuple[list[Honour], bool]:
    """The roll of honour, the newest first, with released pictures; or what is in publicity. Two statements."""
    state = HonourState.PUBLICITY if show == "publicity" else HonourState.DISPLAYED
    rows = _shown(now).filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if within:
        rows = rows.filter(scope_q(within))
    if before:
        rows = rows.filter(pk__lt=before)
    pictures = HonourPhoto.objects.filter(released_at__isnull=False).select_related("file")
    shown = rows.select_related("kind").prefetch_related(Prefetch("photos", pictures, to_attr="pictures"))
    found: list[Honour] = [*shown.order_by("-pk")[: limit + 1]]
    return found[:limit], len(found) > limit


def story(public_id: UUID, *, now: datetime) -> Honour:
    """One story, as everybody may read it. Raises `HonourNotFound`."""
    found = _shown(now).filter(public_id=public_id).select_related("kind").first()
    if found is None:
        raise HonourNotFound
    return found


def public_picture(file_id: UUID, *, now: datetime) -> UUID:
    """The file's own id, if everybody may see it now. Raises `HonourNotFound`."""
    rows = HonourPhoto.objects.filter(
        file__public_id=file_id, released_at__isnull=False, honour__in=_shown(now)
    )
    if not rows.exists():
        raise HonourNotFound
    return file_id


def staff_picture(actor: Actor, file_id: UUID) -> UUID:
    """Likewise for whoever sees the nomination. Raises `HonourNotFound`."""
    seen = visible(Honour.objects.all(), "incentives.honour_view", actor)
    if not HonourPhoto.objects.filter(file__public_id=file_id, honour__in=seen).exists():
        raise HonourNotFound
    return file_id


@dataclass(frozen=True, slots=True)
class HonourFacts:
    """What a notice says, and whom it may reach."""

    public_id: UUID
    title: str
    kind: HonourKind
    verified_by_id: int | None
