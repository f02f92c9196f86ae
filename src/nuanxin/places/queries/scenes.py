"""Friendly scenes: who may see which, the list, one page, what everybody may know, which plates are to re-check."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, permits, scope_q, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.people.models import Assignment, Site
from nuanxin.places.enums import AssessmentState, PlaceState, SceneState
from nuanxin.places.models import (
    Place,
    Scene,
    SceneAppeal,
    SceneAssessment,
    SceneMark,
    SceneObjection,
    SceneStep,
)
from nuanxin.places.models.scenes import ENDED

PAGE = 50
EXPORT_MOST = 5000
RECHECK_SOON = timedelta(days=30)
PLATED = (SceneState.ACCREDITED, SceneState.RECHECK)
SHOWN_TO_ALL = (*PLATED, SceneState.PUBLICITY, SceneState.SUSPENDED, SceneState.REVOKED)
APPEALABLE = (SceneState.REFUSED, SceneState.SUSPENDED, SceneState.REVOKED)
RELATED = ("place__type", "type", "site", "standard")
TABS: dict[str, tuple[SceneState, ...]] = {
    "todo": (SceneState.APPLIED, SceneState.ASSESSING, SceneState.RECHECK),
    "publicity": (SceneState.PUBLICITY,),
    "plated": PLATED,
    "suspended": (SceneState.SUSPENDED,),
    "ended": (SceneState.REFUSED, SceneState.REVOKED, SceneState.WITHDRAWN),
}


class SceneNotFound(NotFound):
    default_message = _("没有找到这个友好场景。")
    default_hint = _("它可能不归您现在的身份看。回到列表再找一找。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneFilters:
    """`tab`: todo, publicity, plated, suspended, ended or all; `late`: whose time has run out."""

    tab: str = "todo"
    within: str = ""
    type: str = ""
    friendly_class: str = ""
    text: str = ""
    late: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(self.type or self.friendly_class or self.text or self.late)


def visible_scene(actor: Actor, public_id: UUID, permission: str = "places.scene_view") -> Scene:
    """Raises `SceneNotFound`."""
    rows = visible(Scene.objects.filter(public_id=public_id), permission, actor)
    found = rows.select_related(*RELATED, "applied_by", "decided_by").first()
    if found is None:
        raise SceneNotFound
    return found


def _narrowed(rows: QuerySet[Scene], filters: SceneFilters, now: datetime) -> QuerySet[Scene]:
    if filters.tab in TABS:
        rows = rows.filter(state__in=TABS[filters.tab])
    if filters.within:
        rows = rows.filter(scope_q(filters.within))
    if filters.type:
        rows = rows.filter(type=filters.type)
    if filters.friendly_class:
        rows = rows.filter(classes__contains=filters.friendly_class)
    if filters.late:
        rows = rows.filter(due_at__lt=now)
    if filters.text:
        said = filters.text
        rows = rows.filter(
            Q(site_name__icontains=said) | Q(place__name_en__icontains=said) | Q(number__icontains=said)
        )
    return rows


def listed_scenes(
    actor: Actor, filters: SceneFilters, *, now: datetime, before: int = 0, limit: int = PAGE
) -> tuple[list[Scene], bool]:
    """The newest first: a page, and whether there is more. One statement."""
    rows = _narrowed(visible(Scene.objects.all(), "places.scene_view", actor), filters, now)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related(*RELATED).order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def scene_counts(actor: Actor, *, within: str = "") -> dict[str, int]:
    """How many there are under each tab; one statement."""
    rows = visible(Scene.objects.all(), "places.scene_view", actor)
    if within:
        rows = rows.filter(scope_q(within))
    return rows.aggregate(
        **{name: Count("pk", filter=Q(state__in=states)) for name, states in TABS.items()}, all=Count("pk")
    )


def scenes_to_export(actor: Actor, filters: SceneFilters, *, now: datetime) -> list[Scene]:
    """At most one more than may go out at once."""
    rows = visible(Scene.objects.all(), "places.scene_export", actor)
    return list(_narrowed(rows, filters, now).select_related(*RELATED).order_by("-pk")[: EXPORT_MOST + 1])


@dataclass(frozen=True, slots=True)
class ToRecheck:
    """`on`: the day from which it is due; `is_late`: its time for it is over; `is_due`: it may be done now."""

    scene: Scene
    on: datetime | None
    is_due: bool
    is_late: bool


def plates_to_recheck(
    actor: Actor, *, now: datetime, within: str = "", soon: timedelta = RECHECK_SOON, limit: int = PAGE
) -> list[ToRecheck]:
    """Plates that are to be looked at again now or within `soon`, the most urgent first; one statement.

    For the street's page: `ToRecheck.scene` has `name`, `number`, `public_id` (page `places:scene`), `recheck_on`,
    `due_at` (until when, once it is due). Who may not see scenes gets an empty list.
    """
    if not permits(actor, "places.scene_view"):
        return []
    until = timezone.localdate(now + soon)
    rows = visible(Scene.objects.all(), "places.scene_view", actor)
    rows = rows.filter(Q(state=SceneState.RECHECK) | Q(state=SceneState.ACCREDITED, recheck_on__lte=until))
    if within:
        rows = rows.filter(scope_q(within))
    found = rows.select_related(*RELATED).order_by("recheck_on", "pk")[:limit]
    return [
        ToRecheck(
            each,
            each.due_at,
            is_due=each.state == SceneState.RECHECK,
            is_late=each.state == SceneState.RECHECK and each.due_at is not None and each.due_at < now,
        )
        for each in found
    ]


@dataclass(frozen=True, slots=True)
class ScenePage:
    """One scene with all that happened; `pending` is the assessment that waits for a second look."""

    scene: Scene
    steps: list[SceneStep]
    assessments: list[SceneAssessment]
    marks: list[SceneMark]
    objections: list[SceneObjection]
    appeals: list[SceneAppeal]

    @property
    def latest(self) -> SceneAssessment | None:
        return self.assessments[0] if self.assessments else None

    @property
    def pending(self) -> SceneAssessment | None:
        return next((each for each in self.assessments if each.state == AssessmentState.SUBMITTED), None)

    @property
    def open_appeal(self) -> SceneAppeal | None:
        return next((each for each in self.appeals if each.decided_at is None), None)

    @property
    def open_objections(self) -> list[SceneObjection]:
        return [each for each in self.objections if each.answered_at is None]


def scene_page(scene: Scene) -> ScenePage:
    """In five statements; the marks are those of the latest assessment."""
    assessments = list(SceneAssessment.objects.filter(scene=scene).select_related("standard").order_by("-pk"))
    return ScenePage(
        scene=scene,
        steps=list(SceneStep.objects.filter(scene=scene).select_related("organisation").order_by("-at", "-pk")),
        assessments=assessments,
        marks=marks_of(assessments[0]) if assessments else [],
        objections=list(SceneObjection.objects.filter(scene=scene).order_by("at", "pk")),
        appeals=list(SceneAppeal.objects.filter(scene=scene).order_by("-pk")),
    )  # fmt: skip


def marks_of(assessment: SceneAssessment) -> list[SceneMark]:
    rows = SceneMark.objects.filter(assessment=assessment)
    return list(rows.select_related("item__friendly_class", "photo").order_by("item__sort", "item_id"))


def pending_assessment(scene: Scene) -> SceneAssessment | None:
    """The one that waits for a second look."""
    rows = SceneAssessment.objects.filter(scene=scene, state=AssessmentState.SUBMITTED)
    return rows.select_related("assessor").first()


def last_confirmed(scene: Scene) -> SceneAssessment | None:
    """The one that counts: looked at twice, since the last decision that rested on one."""
    rows = SceneAssessment.objects.filter(scene=scene, state=AssessmentState.CONFIRMED)
    if scene.passed_at is not None:
        rows = rows.filter(looked_at__gt=scene.passed_at)
    return rows.select_related("standard").order_by("-pk").first()


def scenes_of(place: Place) -> list[Scene]:
    """Of one place, the newest first."""
    return list(Scene.objects.filter(place=place).select_related("type").order_by("-pk"))


def plate_of(place: Place) -> Scene | None:
    """What its public page may boast of: in force now."""
    return Scene.objects.filter(place=place, state__in=PLATED).select_related("type").first()


def public_scene(public_id: UUID) -> Scene:
    """As everybody may see it: from publicity on. Raises `SceneNotFound`."""
    return _shown(Scene.objects.filter(public_id=public_id))


def scene_by_plate(code: str) -> Scene:
    """What the code on a plate leads to, also when the plate is not in force any more. Raises `SceneNotFound`."""
    return _shown(Scene.objects.filter(code=code).exclude(number=""))


def _shown(rows: QuerySet[Scene]) -> Scene:
    found = rows.filter(state__in=SHOWN_TO_ALL).select_related(*RELATED).first()
    if found is None:
        raise SceneNotFound
    return found


def public_scenes(
    *, show: str, within: str = "", text: str = "", before: int = 0, limit: int = PAGE
) -> tuple[list[Scene], bool]:
    """For everybody: `show` is publicity, or what is accredited. One statement."""
    states = (SceneState.PUBLICITY,) if show == "publicity" else PLATED
    rows = Scene.objects.filter(state__in=states)
    if within:
        rows = rows.filter(scope_q(within))
    if text:
        rows = rows.filter(Q(site_name__icontains=text) | Q(number__icontains=text))
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related(*RELATED).order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def assessment_photo(actor: Actor, file_id: UUID) -> UUID:
    """The file's own id, if the actor may see the scene that it is evidence of. Raises `SceneNotFound`."""
    scenes = visible(Scene.objects.all(), "places.scene_view", actor)
    rows = SceneMark.objects.filter(photo__public_id=file_id, assessment__scene__in=scenes)
    if not rows.exists():
        raise SceneNotFound
    return file_id


def sites_to_apply(actor: Actor, *, text: str = "", limit: int = 50) -> list[Site]:
    """Compounds, malls and whatever else is no place, and has no scene that is under way or in force."""
    taken = Scene.objects.exclude(state__in=ENDED).values("site")
    rows = visible(Site.objects.filter(is_active=True), "places.scene_site", actor)
    rows = rows.exclude(pk__in=taken).exclude(pk__in=Place.objects.values("site"))
    if text:
        rows = rows.filter(name__icontains=text)
    return list(rows.order_by("name", "pk")[:limit])


def is_own(actor: Actor, scene: Scene) -> bool:
    """Whether the actor has a part in it: its site, its host or operator, its keeper, whoever applied."""
    if actor.site_id is not None and actor.site_id == scene.site_id:
        return True
    place = scene.place
    owners = {scene.site.operator_id, place.host_id if place else None} - {None}
    if actor.organisation_id in owners:
        return True
    parts = {scene.applied_by_id, place.keeper_id if place else None} - {None}
    return actor.person_id is not None and actor.person_id in _persons(parts)


def _persons(assignments: Iterable[int | None]) -> set[int]:
    return set(Assignment.objects.filter(pk__in=list(assignments)).values_list("person_id", flat=True))


@dataclass(frozen=True, slots=True)
class SceneFacts:
    """What a notice says of a scene, and whom it may reach."""

    public_id: UUID
    name: str
    site_id: int
    host_id: int | None
    keepers: list[Assignment]
    applicant: Assignment | None
    decided_by_id: int | None
    due_at: datetime | None


def scene_facts(scene_id: int) -> SceneFacts:
    """For the contexts above. Raises `Scene.DoesNotExist`."""
    scene = Scene.objects.select_related("place__keeper", "applied_by", "site").get(pk=scene_id)
    place = scene.place
    keeper = place.keeper if place else None
    return SceneFacts(
        public_id=scene.public_id,
        name=scene.site_name,
        site_id=scene.site_id,
        host_id=place.host_id if place else scene.site.operator_id,
        keepers=[keeper] if keeper else [],
        applicant=scene.applied_by,
        decided_by_id=scene.decided_by_id,
        due_at=scene.due_at,
    )


def lost_their_place() -> Q:
    """Scenes whose place has closed for good."""
    return Q(place__state=PlaceState.CLOSED) & ~Q(state__in=ENDED)
