from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, CharField, DateTimeField, Q
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor, allows, level_of, permits, significant
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.prepared import Prepared
from nuanxin.people.enums import Extent, RoleKind
from nuanxin.people.events import AssignmentEnded, AssignmentStarted
from nuanxin.people.models import Assignment, Organisation, Person, Role, Site
from nuanxin.people.services.handover import hand_over_all


class OutsideReach(NotAllowed):
    default_message = _("这个岗位不在您能安排的范围内。")
    default_hint = _("请由上一级来安排，或换一个您辖区、单位里的岗位。")


class NotOneself(NotAllowed):
    default_message = _("不能给自己安排岗位。")
    default_hint = _("请由同级的另一位或上一级来安排。")


class HeldAlone(Conflict):
    """`domain.md` §8, level 3: three administrators are three persons, and none of them sees business data."""

    default_message = _("系统、安全、审计管理员各由一人专任，不能兼别的岗位。")
    default_hint = _("请换一个人，或先结束这个人现有的任职。")


class AlreadyAssigned(Conflict):
    default_message = _("这个人已经在这个岗位上了。")
    default_hint = _("要换地方，先结束原来的任职。")


class AlreadyEnded(Conflict):
    default_message = _("这段任职已经结束了。")


def assign(
    *,
    actor: Actor,
    person: Person,
    role: str,
    now: datetime,
    scope_code: str = "",
    organisation: Organisation | None = None,
    site: Site | None = None,
    active_from: datetime | None = None,
    active_to: datetime | None = None,
    reason: str = "",
) -> Assignment:
    """Give a person a role at a territory, an organisation or a site. Publishes `AssignmentStarted`.

    Raises `OutsideReach`, `NotOneself`, `HeldAlone`, `AlreadyAssigned`, `Invalid`.
    """
    found = check_place(
        actor=actor, permission="people.assign", role=role, scope_code=scope_code, organisation=organisation, site=site,
    )  # fmt: skip
    if actor.person_id == person.pk:
        raise NotOneself
    if not person.is_active:
        raise Invalid(fields={"person": _("这个账号已停用。")})
    _check_held_alone(person, found, now)
    assignment = Assignment(
        person=person,
        role=found,
        scope_code=place_code(scope_code, organisation, site),
        organisation=organisation,
        site=site,
        active_from=active_from or now,
        active_to=active_to,
        reason=reason,
    )
    if assignment.active_to and assignment.active_to < assignment.active_from:
        raise Invalid(fields={"active_to": _("结束时间要在开始之后。")})
    return _start(actor, assignment, now)


def _check_held_alone(person: Person, role: Role, now: datetime) -> None:
    """An administrator's role beside no other of staff, now or planned; being a worker or a resident is no role."""
    for other, kind in _held.rows(person=person.pk, now=now):
        if other != role.pk and RoleKind.ADMIN in (role.kind, kind):
            raise HeldAlone


_held = Prepared(
    lambda *, person, now: (
        Assignment.objects.filter(Q(active_to=None) | Q(active_to__gt=now), person=person)
        .exclude(role__kind=RoleKind.SELF)
        .values_list("role", "role__kind")
    ),
    person=BigIntegerField(),
    now=DateTimeField(),
)


def _start(actor: Actor, assignment: Assignment, now: datetime) -> Assignment:
    try:
        with transaction.atomic():
            assignment.save(force_insert=True)
            _note(actor, "people.assign", assignment, now)
            publish(
                AssignmentStarted(
                    assignment.pk, assignment.role_id, assignment.organisation_id, assignment.site_id,
                ),
                subject_id=assignment.person.subject.pk,
                scope_code=assignment.scope_code,
                now=now,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyAssigned from None
    return assignment


def end_assignment(
    *,
    actor: Actor,
    assignment: Assignment,
    now: datetime,
    successor: Assignment | None = None,
    reason: str = "",
) -> Assignment:
    """End it now and hand its open work to the successor, or back to the queue. Publishes `AssignmentEnded`.

    Raises `OutsideReach`, `AlreadyEnded`, `Invalid`.
    """
    if actor.role != SYSTEM.role and not allows(actor, "people.assign", assignment):
        raise OutsideReach
    if successor and not _could_take_over(assignment, successor, now):
        raise Invalid(fields={"successor": _("接手的人要在同一个单位、同样的岗位上。")})
    with transaction.atomic():
        open_now = Assignment.objects.filter(pk=assignment.pk, active_to=None)
        planned = Assignment.objects.filter(pk=assignment.pk, active_to__gt=now)
        end = max(now, assignment.active_from)
        if not (open_now | planned).update(active_to=end, end_reason=reason):
            raise AlreadyEnded
        assignment.active_to, assignment.end_reason = end, reason
        assignment.shifts.filter(starts_at__gte=now).delete()
        hand_over_all(assignment, successor, now=now)
        _note(actor, "people.end_assignment", assignment, now, successor=successor)
        publish(
            AssignmentEnded(assignment.pk, assignment.role_id, successor.pk if successor else None),
            subject_id=assignment.person.subject.pk,
            scope_code=assignment.scope_code,
            now=now,
        )
    return assignment


def _could_take_over(assignment: Assignment, successor: Assignment, now: datetime) -> bool:
    same_place = successor.organisation_id == assignment.organisation_id
    return same_place and successor.role_id == assignment.role_id and successor.is_active_at(now)


def check_place(
    *,
    actor: Actor,
    permission: str,
    role: str,
    scope_code: str,
    organisation: Organisation | None,
    site: Site | None,
) -> Role:
    """The role, if the actor may give it there; everything that is named must lie in the actor's reach.

    Raises `OutsideReach` and `Invalid`.
    """
    found = _role.first(pk=role)
    if found is None:
        raise Invalid(fields={"role": _("请选一个岗位。")})
    _check_where(found, scope_code, organisation, site)
    if actor.role == SYSTEM.role:
        return found
    if not permits(actor, permission) or not _reaches(
        actor, permission, found, scope_code, organisation, site
    ):
        raise OutsideReach
    return found


_role = Prepared(lambda *, pk: Role.objects.filter(pk=pk).exclude(kind=RoleKind.SELF), pk=CharField())


def _check_where(role: Role, scope_code: str, organisation: Organisation | None, site: Site | None) -> None:
    if role.works_at == Extent.ORG and organisation is None:
        raise Invalid(fields={"organisation": _("这个岗位要选单位。")})
    if role.works_at == Extent.SITE and site is None and organisation is None:
        raise Invalid(fields={"site": _("这个岗位要选场所或单位。")})
    if role.works_at != Extent.ALL and not place_code(scope_code, organisation, site):
        raise Invalid(fields={"scope_code": _("请选辖区。")})
    if scope_code:
        try:
            level_of(scope_code)
        except ValueError:
            raise Invalid(fields={"scope_code": _("区划代码不对，请从列表里选。")}) from None


def _reaches(
    actor: Actor,
    permission: str,
    role: Role,
    scope_code: str,
    organisation: Organisation | None,
    site: Site | None,
) -> bool:
    extent = actor.extent(permission)
    if role.kind == RoleKind.ADMIN:  # by `nuanxin people` alone: no administrator makes another
        return False
    if extent == "all":
        return True
    codes = [
        code
        for code in (scope_code, organisation and organisation.scope_code, site and site.scope_code)
        if code
    ]
    if extent == "area":
        inside = significant(actor.scope_code) if actor.scope_code else "-"
        return bool(codes) and all(code.startswith(inside) for code in codes)
    if extent == "org" and actor.organisation_id:
        own = organisation is not None and organisation.pk == actor.organisation_id
        at_own_site = site is None or site.operator_id == actor.organisation_id
        return own and at_own_site and role.works_at in (Extent.ORG, Extent.SITE) and not scope_code
    return False


def place_code(scope_code: str, organisation: Organisation | None, site: Site | None) -> str:
    """Where the assignment lies: as given, else at the site, else in the organisation's territory."""
    return (
        scope_code or (site.scope_code if site else "") or (organisation.scope_code if organisation else "")
    )


def _note(
    actor: Actor, action: str, assignment: Assignment, now: datetime, successor: Assignment | None = None
) -> None:
    record(
        actor=actor,
        action=action,
        object_type="people.assignment",
        object_id=assignment.pk,
        scope_code=assignment.scope_code,
        detail={"role": assignment.role_id, "successor": successor.pk if successor else None},
        now=now,
    )
