"""Several reports of one thing, a thing that comes back, and a place where one kind of thing keeps happening."""

from django.db import models
from django.db.models import Q

from nuanxin.cases.models.case import KEY_LENGTH, TEXT_LENGTH, Case
from nuanxin.cases.models.catalogue import Category
from nuanxin.kernel.access.scope import Scoped


class Confirmation(models.Model):
    """Somebody has seen it too (我也看到了) and follows the case; like `Reporter`, joined for nobody in the case.

    `position` counts the confirmers of a case from 1, for those who thank the first of them.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="confirmations")
    subject_id = models.UUIDField(null=True)
    key = models.CharField(max_length=KEY_LENGTH)
    position = models.PositiveIntegerField("第几位")
    at = models.DateTimeField("时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "case"], name="cases_confirmed_once"),
            models.UniqueConstraint(fields=["subject_id", "key"], name="cases_confirmed_key_once"),
            models.UniqueConstraint(fields=["case", "position"], name="cases_confirmed_in_order"),
        ]


class RootCause(models.Model):
    """It came back (反弹): the organisation that had repaired it finds out why, and says what will be done.

    Once for each pair of cases.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="root_causes")
    earlier = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("提出时间")
    due_at = models.DateTimeField("时限")
    finding = models.CharField("原因", max_length=TEXT_LENGTH, blank=True)
    measures = models.CharField("措施", max_length=TEXT_LENGTH, blank=True)
    done_at = models.DateTimeField("完成时间", null=True)
    assignment_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "earlier"], name="cases_root_cause_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | (~Q(finding="") & ~Q(measures="")),
                name="cases_root_cause_done_says_why",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "due_at", "id"], name="cases_root_cause_due")]


class TopicProposal(Scoped):
    """So many cases of one kind in one compound: better talked about by its residents than repaired again (未诉先办).

    The cases behind it are those of the kind and compound that were reported from `since` on, up to `proposed_at`.
    """

    compound = models.ForeignKey("compounds.Compound", on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField("件数")
    since = models.DateTimeField("统计起点")
    proposed_at = models.DateTimeField("提出时间")

    class Meta:
        indexes = [
            models.Index(fields=["compound", "category", "-proposed_at"], name="cases_topic_lately"),
            models.Index(fields=["scope_street", "-id"], name="cases_topic_street"),
        ]
