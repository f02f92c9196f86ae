from django.db import models
from django.db.models import F, Q

from nuanxin.people.enums import Channel
from nuanxin.people.models.persons import Person


class ConsentPurpose(models.Model):
    """What one may agree to, in the words in force (PIPL 17, 23, 25, 29; `domain.md` §8). Reference data."""

    code = models.CharField("代码", max_length=32, primary_key=True)
    version = models.PositiveSmallIntegerField("版本")
    title = models.CharField("标题", max_length=60)
    title_en = models.CharField("英文标题", max_length=120)
    text = models.TextField("内容")
    text_en = models.TextField("英文内容")
    is_required = models.BooleanField("必要", default=False)
    is_separate = models.BooleanField("单独同意", default=False)
    asked_when_needed = models.BooleanField("用到时再问", default=False)  # not when one registers
    sort = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        ordering = ["sort", "code"]


class Consent(models.Model):
    """Given and, if so, withdrawn: by whom, to which words, when, where."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.ForeignKey(ConsentPurpose, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField("版本")
    text_hash = models.CharField("文本摘要", max_length=64)
    given_at = models.DateTimeField("同意时间")
    channel = models.CharField("渠道", max_length=8, choices=Channel.choices)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = "同意"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at=None), name="people_consent_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")), name="people_consent_period",
            ),
        ]  # fmt: skip
