"""Offers: what everybody may read of them, the list of staff, what has become of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from nuanxin.kernel.access import Actor, scope_q, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.prepared import Prepared
from nuanxin.people.enums import WorkerType
from nuanxin.places.enums import Care, OfferState, Outcome, PlaceState, ValueKind
from nuanxin.places.models import BrokenPromise, Offer, OfferRating, OfferTag, Place, Redemption
from nuanxin.places.permissions import PUBLIC
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.hours import Hours, in_words, weekly
from nuanxin.places.queries.near import in_season
from nuanxin.places.queries.register import EXPORT_MOST, PAGE

USES_SHOWN = 30
FIGURES_OVER = timedelta(days=30)
NEAR_MOST = 60


class OfferNotFound(NotFound):
    default_message = gettext_lazy("没有找到这个优惠。")
    default_hint = gettext_lazy("它可能已经结束，或者不归您现在的身份看。")


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer with its words. `hours`: whether it can be used at this hour; None where any hour will do."""

    offer: Offer
    hours: Hours | None
    worth: str
    who: str
    when: str
    limits: list[str]
    rules: list[str]

    @property
    def is_now(self) -> bool:
        return self.hours is None or self.hours.is_open


def shown_offer(offer: Offer, now: datetime) -> Shown:
    return Shown(
        offer=offer,
        hours=weekly(offer.opening, now) if offer.opening else None,
        worth=worth(offer),
        who=_who(offer),
        when=_when(offer),
        limits=_limits(offer),
        rules=rules_of(offer),
    )


def worth(offer: Offer) -> str:
    """“减 20%”, “减 3 元”, or nothing."""
    if offer.value_kind == ValueKind.PERCENT:
        if offer.value == 100:
            return gettext("免费")
        return gettext("减 %(percent)d%%") % {"percent": offer.value}
    if offer.value_kind == ValueKind.FEN:
        yuan = f"{offer.value / 100:.2f}".rstrip("0").rstrip(".")
        return gettext("减 %(yuan)s 元") % {"yuan": yuan}
    return ""


def rules_of(offer: Offer) -> list[str]:
    """Of a hospital's green channel: what the desk does. To which department somebody goes is in no record."""
    told = [gettext("不用挂号")] if offer.skips_registration else []
    desks = [str(Care(code).label) for code in offer.care.split() if code in Care.values]
    return [*told, gettext("适用：%s") % "、".join(desks)] if desks else told


def _who(offer: Offer) -> str:
    names = [str(WorkerType(each).label) for each in offer.occupations.split() if each in WorkerType.values]
    return "、".join(names) if names else gettext("所有新就业群体劳动者")


def _when(offer: Offer) -> str:
    parts = [in_words(offer.opening)] if offer.opening else []
    match offer.valid_from, offer.valid_to:
        case None, None:
            pass
        case first, None:
            parts.append(gettext("%s 起") % first)
        case None, last:
            parts.append(gettext("到 %s 为止") % last)
        case first, last:
            parts.append(f"{first} – {last}")
    return "，".join(parts)


def _limits(offer: Offer) -> list[str]:
    told = []
    if offer.per_day:
        told.append(ngettext("每人每天 %(n)d 次", "每人每天 %(n)d 次", offer.per_day) % {"n": offer.per_day})
    if offer.per_month:
        told.append(
            ngettext("每人每月 %(n)d 次", "每人每月 %(n)d 次", offer.per_month) % {"n": offer.per_month}
        )
    if offer.total:
        left = offer.total - offer.taken
        told.append(ngettext("还剩 %(n)d 张", "还剩 %(n)d 张", left) % {"n": left})
    return told


def in_force(today: date) -> Q:
    """Confirmed, and between its days."""
    begun = Q(valid_from=None) | Q(valid_from__lte=today)
    return Q(state=OfferState.ACTIVE) & begun & (Q(valid_to=None) | Q(valid_to__gte=today))


def offers_at(place: Place, *, now: datetime) -> list[Shown]:
    """For everybody, in one statement."""
    rows = Offer.objects.filter(in_force(timezone.localdate(now)), place=place).select_related(
        "kind", "place"
    )
    return [shown_offer(each, now) for each in rows.order_by("kind__sort", "pk")]


def own_offers(place: Place, *, now: datetime) -> list[Shown]:
    """For whoever looks after it: all but those that are over; one statement."""
    rows = Offer.objects.filter(place=place).exclude(state=OfferState.ENDED).select_related("kind", "place")
    return [shown_offer(each, now) for each in rows.order_by("kind__sort", "pk")]


def offers_within(code: str, *, kind: str = "", now: datetime) -> list[Shown]:
    """In a territory: those that can be used at this hour first, then by pinyin of their place."""
    places = Place.objects.filter(scope_q(code), in_season(now), state=PlaceState.OPEN)
    rows = Offer.objects.filter(in_force(timezone.localdate(now)), place__in=places)
    if kind:
        rows = rows.filter(kind=kind)
    found = rows.select_related("kind", "place__type").order_by("place__initials", "kind__sort", "pk")
    shown = [shown_offer(each, now) for each in found[:NEAR_MOST]]
    return sorted(shown, key=lambda each: not each.is_now)


def public_offer(public_id: UUID) -> Offer:
    """What everybody may read, while it is in force or suspended. Raises `OfferNotFound`."""
    found = _public_offer.first(public_id=public_id)
    if found is None:
        raise OfferNotFound
    return found


_public_offer = Prepared(
    lambda *, public_id: Offer.objects.filter(
        public_id=public_id,
        state__in=[OfferState.ACTIVE, OfferState.SUSPENDED],
        place__in=Place.objects.filter(PUBLIC),
    ).select_related("kind", "place__type"),
    public_id=UUIDField(),
)


def offer_for(actor: Actor, public_id: UUID, permission: str = "places.offer_view") -> Offer:
    """For staff and keepers. Raises `OfferNotFound`."""
    rows = visible(Offer.objects.filter(public_id=public_id), permission, actor)
    found = rows.select_related("kind", "place__type").first()
    if found is None:
        raise OfferNotFound
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFilters:
    """`show`: proposed, active, suspended, over, disputed."""

    show: str = "proposed"
    within: str = ""
    kind: str = ""
    text: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.text)


STATES = {
    "proposed": (OfferState.PROPOSED,),
    "active": (OfferState.ACTIVE,),
    "suspended": (OfferState.SUSPENDED,),
    "over": (OfferState.DECLINED, OfferState.ENDED),
    "disputed": tuple(OfferState),
}


def listed_offers(
    actor: Actor, filters: OfferFilters, *, before: int = 0, limit: int = PAGE
) -> tuple[list[Offer], bool]:
    """Newest first: a page, and whether there is more. One statement."""
    rows = _narrowed(actor, filters)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("kind", "place").order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def offer_counts(actor: Actor, *, within: str = "") -> dict[str, int]:
    """How many there are under each tab."""
    return {name: _narrowed(actor, OfferFilters(show=name, within=within)).count() for name in STATES}


def offers_to_export(actor: Actor, filters: OfferFilters) -> list[Offer]:
    """At most one more than may go out at once."""
    rows = visible(_narrowed(actor, filters), "places.offer_export", actor)
    return list(rows.select_related("kind", "place").order_by("-pk")[: EXPORT_MOST + 1])


def _narrowed(actor: Actor, filters: OfferFilters) -> QuerySet[Offer]:
    rows = visible(Offer.objects.filter(state__in=STATES[filters.show]), "places.offer_view", actor)
    if filters.within:
        rows = rows.filter(place__in=Place.objects.filter(scope_q(filters.within)))
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.show == "disputed":
        disputes = Redemption.objects.filter(offer=OuterRef("pk")).exclude(outcome=Outcome.ACCEPTED)
        rows = rows.filter(Exists(disputes))
    if filters.text:
        named = Q(name_zh__icontains=filters.text) | Q(place__name_zh__icontains=filters.text)
        rows = rows.filter(named | Q(name_en__icontains=filters.text))
    return rows


@dataclass(frozen=True, slots=True)
class Uses:
    """Of an offer: how many, how many of them the server did not take, and when. Nobody is in it."""

    given: int
    disputed: int
    recent: int
    latest: list[Redemption]


def uses_of(offer: Offer, *, now: datetime) -> Uses:
    """Two statements. What was taken in twice was given twice: it counts as given, and as disputed."""
    rows = Redemption.objects.filter(offer=offer)
    given = Q(outcome__in=[Outcome.ACCEPTED, Outcome.TWICE])
    figures = rows.aggregate(
        given=Count("pk", filter=given),
        disputed=Count("pk", filter=~Q(outcome=Outcome.ACCEPTED)),
        recent=Count("pk", filter=given & Q(at__gt=now - FIGURES_OVER)),
    )
    return Uses(**figures, latest=list(rows.order_by("-at", "-pk")[:USES_SHOWN]))


def uses_by_day(actor: Actor, filters: OfferFilters) -> Iterator[tuple[Offer, date, int, int]]:
    """For the export: how many on which day, and how many of them are disputed. No hours, no persons."""
    offers = {each.pk: each for each in offers_to_export(actor, filters)}
    rows = Redemption.objects.filter(offer__in=offers).annotate(on=TruncDate("at"))
    counted = rows.values("offer", "on").annotate(
        given=Count("pk", filter=Q(outcome__in=[Outcome.ACCEPTED, Outcome.TWICE])),
        disputed=Count("pk", filter=~Q(outcome=Outcome.ACCEPTED)),
    )
    for row in counted.order_by("-on", "offer")[: EXPORT_MOST + 1]:
        yield offers[row["offer"]], row["on"], row["given"], row["disputed"]


@dataclass(frozen=True, slots=True)
class Ratings:
    """`voices`: how many are in the figures; empty until there are enough of them."""

    voices: int
    tags: list[tuple[OfferTag, int]]

    @property
    def is_shown(self) -> bool:
        return self.voices > 0


def ratings_of(offer: Offer) -> Ratings:
    """In whole lots of the smallest number that is shown: one voice more never shows what that one said."""
    least = settings.NUANXIN_RATINGS_SHOWN_FROM
    count = OfferRating.objects.filter(offer=offer).count() // least * least
    said: dict[str, int] = {}
    for tags in OfferRating.objects.filter(offer=offer).order_by("pk").values_list("tags", flat=True)[:count]:
        for code in tags.split():
            said[code] = said.get(code, 0) + 1
    known = catalogue().tags
    return Ratings(count, [(known[code], number) for code, number in _most(said) if code in known])


def _most(said: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(said.items(), key=lambda each: (-each[1], each[0]))


def promise_of(offer: Offer) -> BrokenPromise | None:
    """For the street alone: whether it is being looked into that it was not kept."""
    return BrokenPromise.objects.filter(offer=offer, settled_at=None).first()


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What a notice or a case says of an offer."""

    public_id: UUID
    name: str
    place_id: int


def offer_facts(offer_id: int) -> OfferFacts:
    """For the contexts above. Raises `Offer.DoesNotExist`."""
    offer = Offer.objects.get(pk=offer_id)
    return OfferFacts(offer.public_id, offer.name_zh, offer.place_id)
