"""Service records: one's own, those of a shift, what waits to be confirmed, what somebody has been looking into."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, permits, scope_q, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.people.models import Organisation, WorkerProfile
from nuanxin.volunteering.enums import RecordState, SignUpState
from nuanxin.volunteering.models import (
    ClaimPicture,
    RecordCorrection,
    RecordStep,
    ServiceRecord,
    Shift,
    SignUp,
    SpotCheck,
    TeamMember,
)
from nuanxin.volunteering.workflow import RECORD

COUNTED = (RecordState.RECORDED, RecordState.ASKED, RecordState.CORRECTED)
NOTHING_SERVED = (RecordState.REFUSED, RecordState.ABSENT)
RUNNING = (RecordState.CHECKED_IN, RecordState.CHECKED_OUT, RecordState.PENDING)
EARLY = timedelta(hours=1)
AFTER = timedelta(hours=12)  # a screen is still open for so long
PAGE = 50
EXPORT_MOST = 5000
TABS: dict[str, tuple[RecordState, ...]] = {
    "pending": (RecordState.PENDING,),
    "asked": (RecordState.ASKED,),
    "counted": COUNTED,
    "not": NOTHING_SERVED,
}


class RecordNotFound(NotFound):
    default_message = _("没有找到这条服务记录。")
    default_hint = _("它可能不归您现在的身份看。回到列表再找一找。")


class ShiftNotFound(NotFound):
    default_message = _("没有找到这个班次。")
    default_hint = _("它可能不归您现在的身份管，或者已经取消。")


# --- One's own ---
def own_record(actor: Actor, public_id: UUID) -> ServiceRecord:
    """Raises `RecordNotFound`."""
    rows = visible(ServiceRecord.objects.filter(public_id=public_id), "volunteering.serve", actor)
    found = rows.select_related("organisation", "shift").first()
    if found is None:
        raise RecordNotFound
    return found


@dataclass(frozen=True, slots=True)
class Month:
    """A month of one's own, the latest record first; `minutes` are those that count."""

    first: date
    minutes: int
    rows: tuple[ServiceRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HourFilters:
    year: int = 0
    organisation: str = ""
    tab: str = ""


@dataclass(frozen=True, slots=True)
class OwnHours:
    months: tuple[Month, ...]
    minutes: int  # that count, of all there are
    waiting: int  # minutes that are still to be confirmed
    times: int
    years: tuple[int, ...]
    organisations: tuple[Organisation, ...]


def _own(actor: Actor) -> QuerySet[ServiceRecord]:
    return visible(ServiceRecord.objects.all(), "volunteering.serve", actor)


def own_hours(actor: Actor, filters: HourFilters) -> OwnHours:
    """By month; the totals are of everything, whatever is filtered. Four statements."""
    mine = _own(actor)
    totals = mine.aggregate(
        counted=Sum("minutes", filter=Q(state__in=COUNTED)),
        waiting=Sum("minutes", filter=Q(state=RecordState.PENDING)),
        times=Count("pk", filter=Q(state__in=COUNTED)),
    )
    rows = mine.select_related("organisation").order_by("-served_on", "-pk")
    if filters.year:
        rows = rows.filter(served_on__year=filters.year)
    if filters.organisation:
        rows = rows.filter(organisation__public_id=filters.organisation)
    if filters.tab in TABS:
        rows = rows.filter(state__in=TABS[filters.tab])
    months: dict[date, list[ServiceRecord]] = {}
    for row in rows[:500]:
        months.setdefault(row.served_on.replace(day=1), []).append(row)
    return OwnHours(
        months=tuple(
            Month(first, sum(each.minutes for each in found if each.state in COUNTED), tuple(found))
            for first, found in months.items()
        ),
        minutes=totals["counted"] or 0,
        waiting=totals["waiting"] or 0,
        times=totals["times"],
        years=tuple(each.year for each in mine.dates("served_on", "year", order="DESC")),
        organisations=tuple(Organisation.objects.filter(pk__in=mine.values("organisation")).order_by("name")),
    )


def own_open_record(actor: Actor) -> ServiceRecord | None:
    """The one that is checked in, if any."""
    return _own(actor).filter(state=RecordState.CHECKED_IN).select_related("organisation", "shift").first()


def shifts_to_come_to(actor: Actor, now: datetime) -> list[SignUp]:
    """One's own places in shifts that begin soon or are running."""
    if actor.person_id is None:
        return []
    rows = SignUp.objects.filter(
        person=actor.person_id,
        state=SignUpState.CONFIRMED,
        shift__starts_at__lte=now + timedelta(hours=12),
        shift__ends_at__gte=now - AFTER / 2,
    )
    return list(rows.select_related("shift__activity__place").order_by("shift__starts_at"))


def own_organisations(actor: Actor) -> list[Organisation]:
    """For whom one may have served: own teams, organisers of what one signed up for, the own community's committee."""
    if actor.person_id is None:
        return []
    teams = TeamMember.objects.filter(person=actor.person_id, state="member").values("team__organisation")
    organisers = SignUp.objects.filter(person=actor.person_id).values("shift__activity__organiser")
    served = ServiceRecord.objects.filter(person=actor.person_id).values("organisation")
    profile = WorkerProfile.objects.filter(person=actor.person_id).first()
    home = profile.scope_code if profile else actor.scope_code
    near = Q(kind="residents_committee", scope_code=home) if home else Q(pk__in=[])
    found = Organisation.objects.filter(
        Q(pk__in=teams) | Q(pk__in=organisers) | Q(pk__in=served) | near, is_active=True
    )
    return list(found.order_by("name"))


# --- The check-in screen ---
def shift_to_check(actor: Actor, public_id: UUID) -> Shift:
    """Raises `ShiftNotFound`."""
    rows = visible(Shift.objects.filter(public_id=public_id), "volunteering.check_in", actor)
    found = rows.select_related("activity__place", "activity__organiser").first()
    if found is None:
        raise ShiftNotFound
    return found


def shifts_to_check(actor: Actor, now: datetime) -> list[Shift]:
    """Those of today, and of yesterday evening, that somebody stands at the door of."""
    rows = visible(Shift.objects.all(), "volunteering.check_in", actor).filter(
        state__in=("planned", "over"),
        starts_at__lte=now + timedelta(hours=24),
        ends_at__gte=now - AFTER,
        activity__kind__is_volunteering=True,
    )
    return list(rows.select_related("activity__place").order_by("starts_at")[:PAGE])


def next_to_check(actor: Actor, now: datetime) -> Shift | None:
    """The one at whose door they stand now or next. No statement for whoever leads nothing."""
    if not permits(actor, "volunteering.check_in"):
        return None
    return next((each for each in shifts_to_check(actor, now) if each.ends_at > now), None)


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who signed up, and what became of it."""

    sign_up: SignUp
    record: ServiceRecord | None

    @property
    def has_come(self) -> bool:
        return self.record is not None and self.record.state != RecordState.ABSENT


def expected_at(shift: Shift) -> list[Expected]:
    """Who has a place, those that have not come first. Two statements."""
    sign_ups = SignUp.objects.filter(shift=shift, state=SignUpState.CONFIRMED).select_related("person")
    records = {each.sign_up_id: each for each in ServiceRecord.objects.filter(shift=shift)}
    found = [Expected(each, records.get(each.pk)) for each in sign_ups]
    return sorted(found, key=lambda each: (each.has_come, each.sign_up.pk))


# --- Confirming, and the list ---
@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilters:
    """`label`: late, manual, held or device."""

    tab: str = "pending"
    within: str = ""
    label: str = ""
    since: date | None = None
    until: date | None = None
    shift: UUID | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.label or self.since or self.until)


LABELS = {
    "late": Q(is_late=True),
    "manual": Q(is_manual=True),
    "held": ~Q(held_for=""),
    "device": Q(shares_device=True),
}


def visible_record(
    actor: Actor, public_id: UUID, permission: str = "volunteering.record_view"
) -> ServiceRecord:
    """Raises `RecordNotFound`."""
    rows = visible(ServiceRecord.objects.filter(public_id=public_id), permission, actor)
    found = rows.select_related("person", "organisation", "shift").first()
    if found is None:
        raise RecordNotFound
    return found


def narrowed(actor: Actor, filters: RecordFilters, permission: str) -> QuerySet[ServiceRecord]:
    rows = visible(ServiceRecord.objects.all(), permission, actor)
    if filters.tab in TABS:
        rows = rows.filter(state__in=TABS[filters.tab])
    if filters.within:
        rows = rows.filter(scope_q(filters.within))
    if filters.label in LABELS:
        rows = rows.filter(LABELS[filters.label])
    if filters.since:
        rows = rows.filter(served_on__gte=filters.since)
    if filters.until:
        rows = rows.filter(served_on__lte=filters.until)
    if filters.shift:
        rows = rows.filter(shift__public_id=filters.shift)
    return rows.select_related("person", "organisation", "shift")


def listed_records(
    actor: Actor, filters: RecordFilters, *, before: int = 0, limit: int = PAGE
) -> tuple[list[ServiceRecord], bool]:
    """The newest first: a page, and whether there is more. One statement."""
    rows = narrowed(actor, filters, "volunteering.record_view")
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def record_counts(actor: Actor, *, within: str = "") -> dict[str, int]:
    rows = visible(ServiceRecord.objects.all(), "volunteering.record_view", actor)
    if within:
        rows = rows.filter(scope_q(within))
    return rows.aggregate(
        **{name: Count("pk", filter=Q(state__in=states)) for name, states in TABS.items()}, all=Count("pk")
    )


@dataclass(frozen=True, slots=True)
class Sweep:
    """A shift whose hours are confirmed in one sweep; `shift` None: the single ones of an organisation.

    `held` wait for a look of their own, `own` are the leader's, whom somebody else confirms.
    """

    shift: Shift | None
    rows: tuple[ServiceRecord, ...]
    held: tuple[ServiceRecord, ...]
    own: tuple[ServiceRecord, ...]

    @property
    def minutes(self) -> int:
        return sum(each.minutes for each in self.rows)


def sweeps(actor: Actor, *, limit: int = 400) -> list[Sweep]:
    """What waits, shift by shift, the oldest first; one statement."""
    rows = visible(
        ServiceRecord.objects.filter(state=RecordState.PENDING), "volunteering.record_confirm", actor
    )
    found: dict[int | None, list[ServiceRecord]] = {}
    for row in rows.select_related("person", "shift__activity", "organisation", "picture").order_by(
        "starts_at", "pk"
    )[:limit]:
        found.setdefault(row.shift_id, []).append(row)
    return [_sweep(actor, each) for each in found.values()]


def _sweep(actor: Actor, rows: list[ServiceRecord]) -> Sweep:
    own = [each for each in rows if each.person_id == actor.person_id]
    held = [each for each in rows if each.held_for and each not in own]
    free = [each for each in rows if each not in own and each not in held]
    return Sweep(rows[0].shift, tuple(free), tuple(held), tuple(own))


@dataclass(frozen=True, slots=True)
class RecordPage:
    record: ServiceRecord
    steps: list[RecordStep]
    corrections: list[RecordCorrection]
    check: SpotCheck | None
    has_picture: bool = False

    @property
    def open_correction(self) -> RecordCorrection | None:
        return next((each for each in self.corrections if each.answered_at is None), None)


def record_page(actor: Actor, record: ServiceRecord) -> RecordPage:
    """In four statements, a few more where there is a picture."""
    return RecordPage(
        record=record,
        steps=list(RecordStep.objects.filter(record=record).select_related("by__organisation", "by__role")),
        corrections=list(RecordCorrection.objects.filter(record=record)),
        check=SpotCheck.objects.filter(record=record).first(),
        has_picture=_seen_picture(actor, record.public_id) is not None,
    )


SEE_PICTURES = ("volunteering.serve", "volunteering.record_confirm", "volunteering.spot_check")


def claim_picture(actor: Actor, public_id: UUID) -> UUID:
    """The file of the picture beside a record: for its owner, who confirms and who spot-checks, but for nobody who may
    not read the name. Raises `RecordNotFound`.
    """
    found = _seen_picture(actor, public_id)
    if found is None:
        raise RecordNotFound
    return found


def _seen_picture(actor: Actor, public_id: UUID) -> UUID | None:
    kept = (
        ClaimPicture.objects.filter(record__public_id=public_id)
        .values_list("record_id", "file__public_id")
        .first()
    )
    if kept is None:
        return None
    record, file = kept
    rows = ServiceRecord.objects.filter(pk=record)
    seen = (each for each in SEE_PICTURES if not actor.is_masked(each))
    return file if any(visible(rows, each, actor).exists() for each in seen) else None


# --- For others ---
def minutes_of(person_id: int) -> int:
    """What counts of one person; for stars, ratings and certificates."""
    rows = ServiceRecord.objects.filter(person=person_id, state__in=COUNTED)
    return rows.aggregate(all=Sum("minutes"))["all"] or 0


def today(now: datetime) -> date:
    return timezone.localdate(now)


def step_name(name: str) -> str:
    """What happened, in words."""
    if name == "release":
        return str(_("看过了，可以确认"))
    move = RECORD.transitions.get(name)
    return str(move.label) if move else name
