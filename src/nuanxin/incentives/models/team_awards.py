"""Points that come through a team: what its leader gives by hand, and how much of a cap a team has used."""

from django.db import models
from django.db.models import Q

from nuanxin.incentives.enums import TeamAwardState
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7


class TeamAward(Scoped):
    """What a leader gave a member, with the words for it. The points are in the ledger, by `source`.

    `month` (`2026-11`, in Shanghai) is what the leader's cap is counted by; taken back, it counts no more. The receiver
    is an opaque subject; `member` and `giver` are there as long as those two have accounts.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.UUIDField(unique=True)
    team = models.ForeignKey("volunteering.Team", on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    member = models.ForeignKey(
        "volunteering.TeamMember", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    subject_id = models.UUIDField(null=True)
    shift = models.ForeignKey("volunteering.Shift", on_delete=models.SET_NULL, null=True, related_name="+")
    amount = models.PositiveIntegerField("分值")
    reason = models.CharField("谢什么", max_length=120)
    month = models.CharField(max_length=7)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=TeamAwardState.choices, default=TeamAwardState.GIVEN)
    state_since = models.DateTimeField()
    reversed_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reversed_because = models.CharField("为什么收回", max_length=120, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="incentives_team_award_some"),
            models.CheckConstraint(
                condition=Q(state__in=TeamAwardState.values), name="incentives_team_award_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=TeamAwardState.REVERSED) | ~Q(reversed_because=""),
                name="incentives_team_award_why",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "month"], name="incentives_thanks_month"),
            models.Index(fields=["subject_id"], name="incentives_thanks_subject"),
            *(
                models.Index(fields=[f"scope_{level}", "id"], name=f"incentives_thanks_{level}")
                for level in ("street", "community")
            ),
        ]

    @property
    def source(self) -> str:
        """The key of its deed in the journal."""
        return f"team:{self.public_id}"


class TeamUse(models.Model):
    """How much a rule has given for what was done with a team, in a day or a month of Shanghai.

    Only caps ask it, and the row is their lock: taken after the account's. What was left goes into the deed, so that a
    replay needs none of this. `period`: `2026-11-22` or `2026-11`.
    """

    team = models.UUIDField()
    rule = models.CharField(max_length=32)
    period = models.CharField(max_length=10)
    points = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "rule", "period"], name="incentives_team_use_once"),
        ]
