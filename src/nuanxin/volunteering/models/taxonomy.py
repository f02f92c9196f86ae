"""What activities are filed under (`domain.md` 004-07, 004-22, 004-33, 004-39, 001-03): a city's own to edit."""

from django.db import models
from django.db.models import Q

from nuanxin.places.models import Entry
from nuanxin.volunteering.enums import TagGroup


class Listed(Entry):
    """A line of reference data of this context."""

    class Meta(Entry.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="volunteering_%(class)s_both_names"
            )
        ]


class ActivityTag(Listed):
    """A line, a dimension, a link or a speciality, by `group`."""

    group = models.CharField("哪一类", max_length=12, choices=TagGroup.choices)

    class Meta(Listed.Meta):
        verbose_name = "活动标签"
        constraints = [
            *Listed.Meta.constraints,
            models.CheckConstraint(condition=Q(group__in=TagGroup.values), name="volunteering_tag_group"),
        ]


class ActivityKind(Listed):
    """What is done: publicity, first aid, a guided walk…. `line` is where it is counted.

    The flags are what a new activity of the kind begins with; `is_volunteering`: hours come of it.
    """

    line = models.ForeignKey(ActivityTag, on_delete=models.PROTECT, related_name="+")
    is_volunteering = models.BooleanField("算志愿服务", default=True)
    is_outdoor = models.BooleanField("在户外", default=False)
    is_risky = models.BooleanField("有风险，要保险", default=False)

    class Meta(Listed.Meta):
        verbose_name = "活动种类"
