"""What a city calls its posts, and where volunteers come from: reference data that it may edit."""

from django.db import models
from django.db.models import Q

from nuanxin.volunteering.enums import PostArea
from nuanxin.volunteering.models.taxonomy import Listed


class VolunteerSource(Listed):
    """Where the volunteers of a team come from; said of teams, never of a person."""

    class Meta(Listed.Meta):
        verbose_name = "来源"


class PostKind(Listed):
    """A kind of post (八大员, 流动网格员, 副楼长 …). `role` works in the system for as long as the post is held.

    `tasks` are the task types, by `、`; `training` the requirement that a new post of the kind begins with.
    """

    family = models.CharField("归在", max_length=40, blank=True)
    tasks = models.CharField("做什么", max_length=200, blank=True)
    area = models.CharField("范围", max_length=10, choices=PostArea.choices, default=PostArea.COMMUNITY)
    role = models.CharField("系统里的岗位", max_length=24, blank=True)
    training = models.CharField("要先参加的培训", max_length=80, blank=True)
    term_months = models.PositiveSmallIntegerField("任期（月）", default=12)

    class Meta(Listed.Meta):
        verbose_name = "岗位类别"
        constraints = [
            *Listed.Meta.constraints,
            models.CheckConstraint(condition=Q(area__in=PostArea.values), name="volunteering_kind_area"),
            models.CheckConstraint(condition=Q(term_months__gt=0), name="volunteering_kind_term"),
        ]


class ReserveCriterion(Listed):
    """What is looked for in somebody who may work for a community one day (`domain.md` 001-10)."""

    class Meta(Listed.Meta):
        verbose_name = "后备条件"
