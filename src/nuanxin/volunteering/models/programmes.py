"""Reporting programmes with a name (`domain.md` 000-12), and notices to those who want them (000-02).

No row says which report is whose: a programme keeps who takes part, and its count is worked out by subjects.
"""

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.volunteering.enums import NoticeTopic, PreventionState
from nuanxin.volunteering.models.team_catalogue import PostKind
from nuanxin.volunteering.models.teams import Team


class Programme(Scoped):
    """`categories`: codes of kinds of report by spaces. Days are inclusive."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField("名称", max_length=40)
    words = models.CharField("看什么、怎么看", max_length=300)
    categories = models.CharField("哪几类", max_length=200)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    post_kind = models.ForeignKey(PostKind, on_delete=models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField("从")
    ends_on = models.DateField("到")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "随手拍行动"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="volunteering_programme_days"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(categories=""), name="volunteering_programme_named"
            ),
        ]  # fmt: skip


class ProgrammeMember(models.Model):
    """Somebody takes part, by their own choice; read by nobody but them and the count."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "person"], name="volunteering_programme_once")
        ]


class PreventionNotice(Scoped):
    """A hazard or a scam nearby, for those in the area who agreed to hear of it. About things, never about persons."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.UUIDField(unique=True)
    topic = models.CharField("关于", max_length=10, choices=NoticeTopic.choices)
    title = models.CharField("标题", max_length=40)
    text = models.CharField("内容", max_length=300)
    post_kind = models.ForeignKey(PostKind, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=PreventionState.choices, default=PreventionState.SENT)
    state_since = models.DateTimeField()
    state_reason = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField("有效到")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "平安提示"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "expires_at"], name="volunteering_notice_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PreventionState.values) & Q(topic__in=NoticeTopic.values),
                name="volunteering_notice_words",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at")), name="volunteering_notice_period"
            ),
        ]
