"""A picture of a case on its way to the public page: what is hidden in it, and who has released it."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from nuanxin.cases.enums import LookResult, RedactionState
from nuanxin.cases.models.case import Case
from nuanxin.cases.models.work import Attachment

REASON_LENGTH = 200


class Redaction(models.Model):
    """`file` is the picture made anew with `areas` destroyed, and the only one that is ever public.

    `public_id` is its public address and says nothing, not even when. `revision` counts what has been made, so that a
    picture is released as it was looked at. Of the original there is only `attachment`; how often somebody has asked
    to see it, each time with a reason in the audit log, is `originals_seen`.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="redactions")
    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="redaction")
    state = models.CharField(
        "状态", max_length=10, choices=RedactionState.choices, default=RedactionState.PROPOSED
    )
    file = models.ForeignKey("kernel.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    areas = models.JSONField("遮挡的地方", default=list)  # of `kernel.files.redact.Area`
    revision = models.PositiveIntegerField(default=0)
    proposed_at = models.DateTimeField("提出时间")
    looked = models.CharField("自动查找", max_length=8, choices=LookResult.choices, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    originals_seen = models.PositiveSmallIntegerField("看原图的次数", default=0)
    assignment_id = models.BigIntegerField("审核人", null=True)
    reviewed_at = models.DateTimeField("审核时间", null=True)
    reason = models.CharField("不公开的原因", max_length=REASON_LENGTH, blank=True)

    if TYPE_CHECKING:

        def get_state_display(self) -> str: ...
        def get_looked_display(self) -> str: ...

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=RedactionState.RELEASED)
                | Q(file__isnull=False, reviewed_at__isnull=False) & ~Q(looked=""),
                name="cases_redaction_released_was_seen",
            ),
            models.CheckConstraint(
                condition=~Q(state=RedactionState.REFUSED) | Q(reviewed_at__isnull=False) & ~Q(reason=""),
                name="cases_redaction_refused_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="cases_redaction_state"),
            models.Index(
                fields=["id"],
                name="cases_redaction_to_look",
                condition=Q(looked="", state=RedactionState.PROPOSED),
            ),
        ]
