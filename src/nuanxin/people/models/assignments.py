from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.people.enums import Extent, RoleKind
from nuanxin.people.models.organisations import Organisation, Site
from nuanxin.people.models.persons import Person


class Role(models.Model):
    """A row of `domain.md` §10.2. Reference data: a city may add its own."""

    code = models.CharField("代码", max_length=24, primary_key=True)
    name = models.CharField("名称", max_length=40)
    name_en = models.CharField("英文名称", max_length=60)
    kind = models.CharField("类别", max_length=8, choices=RoleKind.choices)
    works_at = models.CharField("在哪里", max_length=8, choices=Extent.choices)
    sort = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        ordering = ["sort", "code"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=RoleKind.values), name="people_role_kind")]

    @property
    def needs_two_factors(self) -> bool:
        return self.kind in (RoleKind.STAFF, RoleKind.ADMIN)


class RoleAction(models.Model):
    """One cell of the matrix: the role holds the permission, this far, masked or not."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="actions")
    permission = models.CharField("权限", max_length=60)
    extent = models.CharField("范围", max_length=8, choices=Extent.choices)
    masked = models.BooleanField("脱敏", default=False)
    confidential = models.BooleanField("含保密类别", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "permission"], name="people_role_action_once"),
            models.CheckConstraint(condition=Q(extent__in=Extent.values), name="people_role_action_extent"),
        ]


class Assignment(Scoped):
    """A person acts in a role, somewhere, for a period. `scope_code` is where: its own or its organisation's or site's.

    `active_to` empty means until further notice. Never deleted: who acted as what stays answerable.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments",
    )  # fmt: skip
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    active_from = models.DateTimeField("起")
    active_to = models.DateTimeField("止", null=True, blank=True)
    reason = models.CharField("事由", max_length=120, blank=True)
    end_reason = models.CharField("结束事由", max_length=120, blank=True)

    class Meta:
        verbose_name = "任职"
        indexes = [
            models.Index(fields=["scope_district", "role"], name="people_assignment_district"),
            models.Index(fields=["scope_street", "role"], name="people_assignment_street"),
            models.Index(fields=["scope_community", "role"], name="people_assignment_community"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(active_to=None) | Q(active_to__gte=F("active_from")), name="people_assignment_period",
            ),
            models.UniqueConstraint(
                F("person"), F("role"), F("scope_code"), Coalesce("organisation", 0), Coalesce("site", 0),
                condition=Q(active_to=None), name="people_assignment_once",
            ),
        ]  # fmt: skip

    def is_active_at(self, now: datetime) -> bool:
        return self.active_from <= now and (self.active_to is None or now < self.active_to)


class DutyShift(Scoped):
    """Somebody is on duty, as what the assignment says, from … to …."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="shifts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField("上岗")
    ends_at = models.DateTimeField("下岗")
    note = models.CharField("备注", max_length=60, blank=True)

    class Meta:
        verbose_name = "值班"
        indexes = [
            models.Index(fields=["organisation", "starts_at"], name="people_shift_organisation"),
            models.Index(fields=["scope_district", "starts_at"], name="people_shift_district"),
            models.Index(fields=["scope_street", "starts_at"], name="people_shift_street"),
            models.Index(fields=["scope_community", "starts_at"], name="people_shift_community"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="people_shift_period"),
            models.UniqueConstraint(fields=["assignment", "starts_at"], name="people_shift_once"),
        ]


class Handover(models.Model):
    """What was open when an assignment ended, and who has it now. Written once."""

    ended = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="handovers_given")
    successor = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, null=True, related_name="handovers_taken",
    )  # fmt: skip
    context = models.CharField("模块", max_length=24)
    count = models.PositiveIntegerField("件数")
    at = models.DateTimeField("时间")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("ended")), name="people_handover_to_another",
            ),
        ]  # fmt: skip
