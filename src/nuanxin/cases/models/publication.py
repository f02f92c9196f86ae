"""What a city shows of a solved case, and what it has decided to show at all.

A published row holds every word and every figure of the public page itself, written by the office and rounded: the
page never reads what was reported.
"""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from nuanxin.cases.enums import PublicationState
from nuanxin.cases.models.case import Case
from nuanxin.cases.models.catalogue import Category
from nuanxin.cases.models.work import Attachment
from nuanxin.kernel.access.scope import Scoped

TITLE_LENGTH = 40
WORDS_LENGTH = 200


class Publication(Scoped):
    """One solved case on its way to the public page (公开). Its reporter has agreed; who that is stays in `Reporter`.

    `scope_code` is the community, `lng, lat` the middle of a hexagon about a kilometre across, all dates are days.
    `public_id` says nothing, not even when. `agreed_at` is the reporter's and is shown to nobody who works on the case.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="publication")
    state = models.CharField(
        "状态", max_length=12, choices=PublicationState.choices, default=PublicationState.WANTED
    )
    agreed_at = models.DateTimeField("同意时间")
    agreed_version = models.PositiveSmallIntegerField("同意的版本")
    agreed_hash = models.CharField("同意的文本摘要", max_length=64)

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField("标题", max_length=TITLE_LENGTH, blank=True)
    wrong = models.CharField("原来怎么了", max_length=WORDS_LENGTH, blank=True)
    done = models.CharField("做了什么", max_length=WORDS_LENGTH, blank=True)
    unit = models.CharField("办理单位", max_length=80, blank=True)
    unit_kind = models.CharField(
        "办理单位是什么", max_length=2, blank=True
    )  # where a name would name the place
    reported_on = models.DateField("上报日期")
    solved_on = models.DateField("解决日期")
    lng = models.FloatField("经度（约）", null=True)
    lat = models.FloatField("纬度（约）", null=True)
    before = models.ForeignKey(Attachment, on_delete=models.SET_NULL, null=True, related_name="+")
    after = models.ForeignKey(Attachment, on_delete=models.SET_NULL, null=True, related_name="+")
    cleared = models.JSONField("看过没问题的词", default=list)

    published_on = models.DateField("公开日期", null=True)
    changed_at = models.DateTimeField("最近变动")
    assignment_id = models.BigIntegerField("审核人", null=True)
    reason = models.CharField("不公开的原因", max_length=WORDS_LENGTH, blank=True)

    if TYPE_CHECKING:

        def get_state_display(self) -> str: ...

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=PublicationState.PUBLISHED)
                | (Q(published_on__isnull=False) & ~Q(title="") & ~Q(wrong="") & ~Q(done="")),
                name="cases_published_has_words",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-solved_on", "-id"],
                name="cases_published",
                condition=Q(state=PublicationState.PUBLISHED),
            ),
            models.Index(fields=["scope_street", "state", "id"], name="cases_public_queue"),
        ]


class PublicArea(models.Model):
    """Whether a territory shows solved cases; the longest code wins, and without any row nothing is shown."""

    code = models.CharField("区划", max_length=12, primary_key=True)
    is_on = models.BooleanField("公开")


class PublicKind(models.Model):
    """Whether a kind may be shown, where the city has decided otherwise than `reference/unpublished.csv`."""

    category = models.OneToOneField(Category, on_delete=models.CASCADE, primary_key=True, related_name="+")
    is_on = models.BooleanField("公开")


class SensitiveWord(models.Model):
    """A word that is asked about before it becomes public. Without any row `reference/sensitive_words.csv` holds."""

    word = models.CharField("词", max_length=20, primary_key=True)
