"""Residential compounds: enough of them to be chosen in a report."""

from django.db import models
from django.db.models import Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.geo.models import GeoPoint
from nuanxin.kernel.ids import uuid7


class Compound(Scoped, GeoPoint):
    """A residential compound (小区), one-to-one with its Site. `lng, lat` lie inside the outline, if it has one.

    Public data only: its name, place and property manager; never anything about who lives there.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    site = models.OneToOneField("people.Site", on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey(
        "people.Organisation", verbose_name="物业", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
    )  # fmt: skip
    name = models.CharField("名称", max_length=60)
    pinyin = models.CharField("拼音", max_length=200, blank=True)
    initials = models.CharField("拼音首字母", max_length=60, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    outline = models.TextField("轮廓", blank=True)  # GeoJSON polygon in WGS-84, or empty
    households = models.PositiveIntegerField("户数", null=True, blank=True)
    source = models.CharField("来源", max_length=80, blank=True)
    external_id = models.CharField("来源编号", max_length=64, blank=True)
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(GeoPoint.Meta):
        verbose_name = "小区"
        indexes = [
            models.Index(fields=["initials", "id"], name="compounds_pinyin"),
            *(
                models.Index(fields=[f"scope_{level}", "initials", "id"], name=f"compounds_{level}")
                for level in ("city", "district", "street", "community")
            ),
        ]
        constraints = [
            *GeoPoint.Meta.constraints,
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="compounds_imported_once",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(scope_code=""), name="compounds_named"),
        ]  # fmt: skip
