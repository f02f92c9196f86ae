"""Posts and appointments: the list, one post, the queue of nominations, what everybody may know of a card."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, scope_q, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.volunteering.enums import AppointmentState
from nuanxin.volunteering.models import (
    LIVE_APPOINTMENTS,
    ON_A_SEAT,
    Appointment,
    AppointmentStep,
    Post,
    PostObjection,
)
from nuanxin.volunteering.queries.teams import home_of

PAGE = 50
EXPORT_MOST = 5000
POST_RELATED = ("kind", "organiser", "team", "compound")
RELATED = ("post__kind", "post__team", "post__compound", "person")
SHOWN_TO_ALL = (AppointmentState.PUBLICITY, AppointmentState.APPOINTED)
TABS: dict[str, tuple[AppointmentState, ...]] = {
    "review": (AppointmentState.NOMINATED,),
    "decide": (AppointmentState.REVIEWED,),
    "publicity": (AppointmentState.PUBLICITY,),
    "appointed": (AppointmentState.APPOINTED,),
    "ended": (
        AppointmentState.EXPIRED, AppointmentState.RESIGNED, AppointmentState.REMOVED, AppointmentState.REFUSED,
        AppointmentState.WITHDRAWN,
    ),
}  # fmt: skip


class PostNotFound(NotFound):
    default_message = _("没有找到这个岗位。")
    default_hint = _("它可能已经撤销，或者不归您现在的身份看。")


class AppointmentNotFound(NotFound):
    default_message = _("没有找到这份推荐或任职。")
    default_hint = _("它可能已经结束，或者不归您现在的身份看。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFilters:
    """`only`: vacant, filled or nothing; the nominations by `tab`."""

    tab: str = "review"
    within: str = ""
    kind: str = ""
    only: str = ""
    text: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.only or self.text)


@dataclass(frozen=True, slots=True)
class PostRow:
    """`filled`: seats with somebody on them; `shown`: in publicity; `waiting`: on the way to one."""

    post: Post
    filled: int
    shown: int
    waiting: int

    @property
    def vacant(self) -> int:
        return max(self.post.headcount - self.filled - self.shown, 0)


def _state(*states: AppointmentState) -> Count:
    return Count("appointments", filter=Q(appointments__state__in=states))


COUNTS = {
    "n_filled": _state(AppointmentState.APPOINTED),
    "n_shown": _state(AppointmentState.PUBLICITY),
    "n_waiting": _state(AppointmentState.NOMINATED, AppointmentState.REVIEWED),
}


def _row(post: Post) -> PostRow:
    return PostRow(post, *(getattr(post, name) for name in COUNTS))


def post_for(actor: Actor, permission: str, public_id: UUID) -> Post:
    """Raises `PostNotFound`."""
    rows = visible(Post.objects.filter(public_id=public_id), permission, actor)
    found = rows.select_related(*POST_RELATED).first()
    if found is None:
        raise PostNotFound
    return found


def open_post(public_id: UUID) -> Post:
    """As everybody who may apply sees it. Raises `PostNotFound`."""
    rows = Post.objects.filter(public_id=public_id, closed_at=None).select_related(*POST_RELATED)
    found = rows.first()
    if found is None:
        raise PostNotFound
    return found


def row_of(post: Post) -> PostRow:
    return _row(Post.objects.select_related(*POST_RELATED).annotate(**COUNTS).get(pk=post.pk))


def listed_posts(
    actor: Actor, filters: PostFilters, *, before: int = 0, limit: int = PAGE
) -> tuple[list[PostRow], bool]:
    """The newest first: a page, and whether there is more. One statement."""
    rows = visible(Post.objects.filter(closed_at=None), "volunteering.view_post", actor)
    if filters.within:
        rows = rows.filter(scope_q(filters.within))
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    rows = rows.annotate(**COUNTS)
    if filters.only == "vacant":
        rows = rows.filter(headcount__gt=F("n_filled") + F("n_shown"))
    elif filters.only == "filled":
        rows = rows.filter(headcount__lte=F("n_filled") + F("n_shown"))
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related(*POST_RELATED).order_by("-pk")[: limit + 1])
    return [_row(each) for each in found[:limit]], len(found) > limit


@dataclass(frozen=True, slots=True)
class Filled:
    """How many of the seats of an area have somebody on them; no share of nothing."""

    posts: int
    seats: int
    filled: int

    @property
    def percent(self) -> int | None:
        return 100 * self.filled // self.seats if self.seats else None


def filled_in(actor: Actor, *, within: str = "") -> Filled:
    """For the street: posts filled, in the actor's reach. Two statements."""
    rows = visible(Post.objects.filter(closed_at=None), "volunteering.view_post", actor)
    if within:
        rows = rows.filter(scope_q(within))
    sizes = list(rows.values_list("pk", "headcount"))
    held = Appointment.objects.filter(post__in=[pk for pk, _size in sizes], state=AppointmentState.APPOINTED)
    return Filled(len(sizes), sum(size for _pk, size in sizes), held.count())


def posts_near(actor: Actor, *, limit: int = PAGE) -> list[PostRow]:
    """Open posts of the declared community first, then of the street and the district. One statement."""
    home = home_of(actor)
    rows = Post.objects.filter(closed_at=None, takes_applications=True)
    if home:
        rows = rows.filter(scope_q(f"{home[:6]}000000"))
    rows = rows.annotate(**COUNTS).filter(headcount__gt=F("n_filled") + F("n_shown"))
    found = list(rows.select_related(*POST_RELATED).order_by("-pk")[:300])
    found.sort(key=lambda each: -sum(each.scope_code[:n] == home[:n] for n in (6, 9, 12) if home))
    return [_row(each) for each in found[:limit]]


def own_appointments(actor: Actor, *, with_past: bool = True) -> list[Appointment]:
    """What somebody has, wants and had; the latest first."""
    rows = Appointment.objects.filter(person=actor.person_id or 0)
    if not with_past:
        rows = rows.filter(state__in=LIVE_APPOINTMENTS)
    return list(rows.select_related(*RELATED).order_by("-pk")[:50])


def own_appointment(actor: Actor, public_id: UUID) -> Appointment:
    """Raises `AppointmentNotFound`."""
    rows = visible(Appointment.objects.filter(public_id=public_id), "volunteering.own_post", actor)
    found = rows.select_related(*RELATED).first()
    if found is None:
        raise AppointmentNotFound
    return found


def appointment_for(actor: Actor, permission: str, public_id: UUID) -> Appointment:
    """Raises `AppointmentNotFound`."""
    rows = visible(Appointment.objects.filter(public_id=public_id), permission, actor)
    found = rows.select_related(*RELATED, "nominated_by", "reviewed_by", "decided_by", "assignment").first()
    if found is None:
        raise AppointmentNotFound
    return found


def _narrowed(rows: QuerySet[Appointment], filters: PostFilters) -> QuerySet[Appointment]:
    if filters.tab in TABS:
        rows = rows.filter(state__in=TABS[filters.tab])
    if filters.within:
        rows = rows.filter(scope_q(filters.within))
    if filters.kind:
        rows = rows.filter(post__kind=filters.kind)
    if filters.text:
        rows = rows.filter(number__icontains=filters.text)
    return rows


def listed_appointments(
    actor: Actor, filters: PostFilters, *, before: int = 0, limit: int = PAGE
) -> tuple[list[Appointment], bool]:
    """Nominations and appointments by their tab, the newest first. One statement."""
    rows = _narrowed(visible(Appointment.objects.all(), "volunteering.view_nominee", actor), filters)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related(*RELATED).order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def appointment_counts(actor: Actor, *, within: str = "") -> dict[str, int]:
    """How many there are under each tab; one statement."""
    rows = visible(Appointment.objects.all(), "volunteering.view_nominee", actor)
    if within:
        rows = rows.filter(scope_q(within))
    return rows.aggregate(
        **{name: Count("pk", filter=Q(state__in=states)) for name, states in TABS.items()}, all=Count("pk")
    )


def appointments_to_export(actor: Actor, filters: PostFilters) -> list[Appointment]:
    """At most one more than may go out at once."""
    rows = _narrowed(visible(Appointment.objects.all(), "volunteering.export_posts", actor), filters)
    return list(rows.select_related(*RELATED).order_by("-pk")[: EXPORT_MOST + 1])


def name_of(actor: Actor, appointment: Appointment, permission: str = "volunteering.view_nominee") -> str:
    """The nominee's name as this actor may read it; nothing once the account is gone."""
    person = appointment.person
    if person is None:
        return str(_("已注销"))
    return mask_name(person.name) if actor.is_masked(permission) else person.name or person.nickname


@dataclass(frozen=True, slots=True)
class AppointmentPage:
    """One appointment with all that happened."""

    appointment: Appointment
    steps: list[AppointmentStep]
    objections: list[PostObjection]

    @property
    def open_objections(self) -> list[PostObjection]:
        return [each for each in self.objections if each.answered_at is None]


def appointment_page(found: Appointment) -> AppointmentPage:
    steps = AppointmentStep.objects.filter(appointment=found).select_related("organisation")
    return AppointmentPage(
        found, list(steps.order_by("-at", "-pk")), list(PostObjection.objects.filter(appointment=found))
    )


def people_on(post: Post) -> list[Appointment]:
    """Who is on the post or on the way to a seat; for staff and the team's leader."""
    rows = Appointment.objects.filter(post=post, state__in=[*ON_A_SEAT, "nominated", "reviewed", "asked"])
    return list(rows.select_related("person").order_by("state", "-pk"))


@dataclass(frozen=True, slots=True)
class Card:
    """What everybody may read of a card: the post, the area, until when, a masked name. Never more."""

    number: str
    kind: str
    icon: str
    name: str
    scope_code: str
    where: str
    valid_until: date | None
    is_valid: bool
    state: str


def card_of(found: Appointment, *, now: datetime) -> Card:
    today = timezone.localdate(now)
    until = found.term_until
    is_valid = found.state == AppointmentState.APPOINTED and until is not None and until >= today
    return Card(
        number=found.number,
        kind=found.post.kind.name,
        icon=found.post.kind.icon,
        name=mask_name(found.person.name)
        if found.person and (is_valid or found.state == "publicity")
        else "",
        scope_code=found.scope_code,
        where=house_of(found.post),
        valid_until=until,
        is_valid=is_valid,
        state=found.state,
    )


def house_of(post: Post) -> str:
    """The compound and the building, where the post is bound to one."""
    return " ".join(each for each in (post.compound.name if post.compound else "", post.building) if each)


def card_by_code(code: str, *, now: datetime) -> Card:
    """What the code on a card leads to, also when it is over. Raises `AppointmentNotFound`."""
    found = Appointment.objects.filter(code=code).exclude(number="").select_related(*RELATED).first()
    if found is None:
        raise AppointmentNotFound
    return card_of(found, now=now)


def in_publicity(*, before: int = 0, limit: int = PAGE) -> tuple[list[Appointment], bool]:
    """For everybody: who is to be appointed to what, masked. One statement."""
    rows = Appointment.objects.filter(state=AppointmentState.PUBLICITY)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related(*RELATED).order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def public_appointment(public_id: UUID) -> Appointment:
    """While it is in publicity, and its answers as long as it runs. Raises `AppointmentNotFound`."""
    rows = Appointment.objects.filter(public_id=public_id, state__in=SHOWN_TO_ALL)
    found = rows.select_related(*RELATED).first()
    if found is None:
        raise AppointmentNotFound
    return found


def holders_of(kind: str, *, within: str) -> list[int]:
    """Persons who hold a post of the kind inside an area, now."""
    rows = Appointment.objects.filter(state=AppointmentState.APPOINTED, post__kind=kind).filter(
        scope_q(within)
    )
    return list(rows.exclude(person=None).values_list("person", flat=True).distinct())


def holds_post(person_id: int, kind: str) -> bool:
    rows = Appointment.objects.filter(state=AppointmentState.APPOINTED, post__kind=kind, person=person_id)
    return rows.exists()


@dataclass(frozen=True, slots=True)
class AppointmentFacts:
    """What a notice says of an appointment, and whom it may reach."""

    public_id: UUID
    kind: str
    person_id: int | None
    team_organisation_id: int | None
    reviewer_id: int | None
    scope_code: str


def appointment_facts(appointment_id: int) -> AppointmentFacts:
    """For the contexts above. Raises `Appointment.DoesNotExist`."""
    found = Appointment.objects.select_related("post__kind", "post__team").get(pk=appointment_id)
    team = found.post.team
    return AppointmentFacts(
        public_id=found.public_id,
        kind=found.post.kind_id,
        person_id=found.person_id,
        team_organisation_id=team.organisation_id if team else None,
        reviewer_id=found.reviewed_by_id,
        scope_code=found.scope_code,
    )
