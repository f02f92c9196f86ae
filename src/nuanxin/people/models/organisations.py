from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.people.enums import OrganisationKind, SiteKind, UnitType, WorkerType
from nuanxin.people.identifiers import USCC_PATTERN, is_uscc


def check_uscc(code: str) -> None:
    if code and not is_uscc(code):
        raise ValidationError(_("统一社会信用代码的校验位不对，请再核对一遍。"), code="uscc")


class Organisation(Scoped):
    """An office, a company, a committee, a team. `scope_code` is the territory it serves."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=20, blank=True)
    kind = models.CharField("类别", max_length=24, choices=OrganisationKind.choices)
    unit_type = models.CharField("承办类型", max_length=2, choices=UnitType.choices, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, validators=[check_uscc])
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    phone = models.CharField("值班电话", max_length=20, blank=True)
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "组织"
        indexes = [
            models.Index(fields=["unit_type", "scope_code"], name="people_org_unit"),
            models.Index(fields=["scope_district", "kind", "name"], name="people_org_district"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="people_org_named"),
            models.CheckConstraint(condition=~Q(scope_code=""), name="people_org_scoped"),
            models.CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="people_org_kind"),
            models.CheckConstraint(
                condition=Q(unit_type__in=["", *UnitType.values]), name="people_org_unit_type"
            ),
            models.CheckConstraint(
                condition=Q(uscc="") | Q(uscc__regex=USCC_PATTERN), name="people_org_uscc"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="people_org_not_own_parent"
            ),
            models.UniqueConstraint(fields=["uscc"], condition=~Q(uscc=""), name="people_org_uscc_once"),
            models.UniqueConstraint(fields=["scope_code", "kind", "name"], name="people_org_name_once"),
        ]

    @property
    def label(self) -> str:
        return self.short_name or self.name


class Site(Scoped):
    """A place where somebody has a role. Compounds and stations are one-to-one with theirs. WGS-84."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=12, choices=SiteKind.choices)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    operator = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="sites"
    )
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "场所"
        indexes = [models.Index(fields=["scope_community", "kind"], name="people_site_community")]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(scope_code=""), name="people_site_named"),
            models.CheckConstraint(
                condition=Q(lng=None, lat=None)
                | Q(lng__gte=-180.0, lng__lte=180.0, lat__gte=-90.0, lat__lte=90.0),
                name="people_site_on_earth",
            ),
        ]


class IndustryCharge(Scoped):
    """Which organisation answers for a kind of work inside a territory (行业优先, `domain.md` 000-14)."""

    worker_type = models.CharField("从业类型", max_length=24, choices=WorkerType.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="charges")

    class Meta:
        verbose_name = "行业归口"
        constraints = [
            models.UniqueConstraint(fields=["worker_type", "scope_code"], name="people_charge_once"),
            models.CheckConstraint(condition=Q(worker_type__in=WorkerType.values), name="people_charge_type"),
        ]
