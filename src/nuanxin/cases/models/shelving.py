"""The problem library (问题库): what cannot be solved now, why, until when, and who has looked at it since."""

from django.db import models
from django.db.models import Q

from nuanxin.cases.enums import ShelvingCause, ShelvingState
from nuanxin.cases.models.case import TEXT_LENGTH, Case

OPEN_SHELVINGS = (ShelvingState.ASKED, ShelvingState.SHELVED)
PUBLIC_LENGTH = 200


class Shelving(models.Model):
    """One unit's written statement that a case has to wait (挂账), and what the centre said to it.

    `public_words` is what the reporter reads; the statement stays between offices.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="shelvings")
    state = models.CharField("状态", max_length=8, choices=ShelvingState.choices, default=ShelvingState.ASKED)
    cause = models.CharField("原因", max_length=8, choices=ShelvingCause.choices)
    statement = models.CharField("书面说明", max_length=TEXT_LENGTH)
    target_on = models.DateField("目标日期")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    assignment_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField("申请时间")

    decided_by = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField("决定时间", null=True)
    opinion = models.CharField("审核意见", max_length=TEXT_LENGTH, blank=True)
    public_words = models.CharField("给上报人的话", max_length=PUBLIC_LENGTH, blank=True)
    ended_at = models.DateTimeField("销账时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=OPEN_SHELVINGS), name="cases_shelving_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state=ShelvingState.ASKED) ^ Q(decided_at__isnull=False),
                name="cases_shelving_decided_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=ShelvingState.ENDED) ^ Q(ended_at__isnull=True),
                name="cases_shelving_ended_has_time",
            ),
        ]
        indexes = [models.Index(fields=["case", "-id"], name="cases_shelving_case")]


class ShelvingReview(models.Model):
    """The monthly look at what is shelved: what the offices note, and the sentence that the reporter reads."""

    shelving = models.ForeignKey(Shelving, on_delete=models.CASCADE, related_name="reviews")
    at = models.DateTimeField("复查时间")
    target_on = models.DateField("目标日期")
    public_words = models.CharField("给上报人的话", max_length=PUBLIC_LENGTH)
    opinion = models.CharField("内部说明", max_length=TEXT_LENGTH, blank=True)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "id"]
