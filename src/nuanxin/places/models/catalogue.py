from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from nuanxin.people.enums import SiteKind
from nuanxin.places.enums import ServiceGroup


class Entry(models.Model):
    """A line of reference data that a city may edit: both names and an icon of the set."""

    code = models.SlugField("代码", max_length=32, primary_key=True)
    name_zh = models.CharField("名称", max_length=40)
    name_en = models.CharField("英文名称", max_length=60)
    icon = models.CharField("图标", max_length=40)
    sort = models.PositiveSmallIntegerField("排序", default=0)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        abstract = True
        ordering = ["sort", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="places_%(class)s_both_names"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class FriendlyClass(Entry):
    """设施友好 / 人际友好 / 治理友好 (`domain.md` 003-02)."""

    class Meta(Entry.Meta):
        verbose_name = "友好类别"


class PlaceType(Entry):
    """Service station, love corner, canteen…; `site_kind` is what stands at its site."""

    site_kind = models.CharField(
        "场所类别", max_length=12, choices=SiteKind.choices, default=SiteKind.STATION
    )

    class Meta(Entry.Meta):
        verbose_name = "类型"
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=Q(site_kind__in=SiteKind.values), name="places_type_site_kind"),
        ]


class Facility(Entry):
    """`is_filter`: one of those that workers look for with their thumb."""

    is_filter = models.BooleanField("找地方时可选", default=False)

    class Meta(Entry.Meta):
        verbose_name = "设施"


class ServiceItem(Entry):
    """A refined service item (`domain.md` 000-17): what it is; `PlaceService` says who, when, how and what it costs."""

    group = models.CharField("类别", max_length=12, choices=ServiceGroup.choices)

    class Meta(Entry.Meta):
        verbose_name = "服务项目"
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=Q(group__in=ServiceGroup.values), name="places_service_group"),
        ]
