"""Teams in a tree, one-to-one with their `people.Organisation`, and who belongs to them.

Who is a member is known to the team and its community alone: never to a platform company (`domain.md` §10.2).
"""

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.volunteering.enums import BadgeColour, MembershipState
from nuanxin.volunteering.models.taxonomy import ActivityTag

DEEPEST = 4  # a tree of a city: city, district, street, community, group


class Team(Scoped):
    """`level` is what the tree calls it (总队, 分队, 站…): a word of the city, no rule hangs on it.

    `depth` is 0 at the root of a tree; the parent is one less by the service. `speciality` is a tag of that group
    (`domain.md` 004-33). `sources`: codes by spaces, said of the team and never of a person.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    organisation = models.OneToOneField("people.Organisation", on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    depth = models.PositiveSmallIntegerField(default=0)
    name = models.CharField("名称", max_length=80)
    level = models.CharField("层级", max_length=20, blank=True)
    words = models.CharField("做什么", max_length=200, blank=True)
    colour = models.CharField(
        "徽章颜色", max_length=8, choices=BadgeColour.choices, default=BadgeColour.ORANGE
    )
    icon = models.CharField("徽章图案", max_length=40, default="heart-handshake")
    speciality = models.ForeignKey(ActivityTag, on_delete=models.PROTECT, null=True, related_name="+")
    sources = models.CharField("队员来源", max_length=120, blank=True)
    takes_requests = models.BooleanField("可以申请加入", default=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "志愿服务队"
        ordering = ["scope_code", "depth", "pk"]
        indexes = [
            models.Index(fields=["parent"], name="volunteering_team_parent"),
            *(
                models.Index(fields=[f"scope_{level}", "closed_at"], name=f"volunteering_team_{level}")
                for level in ("city", "district", "street", "community")
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(scope_code=""), name="volunteering_team_named"),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="volunteering_team_not_own"
            ),
            models.CheckConstraint(
                condition=Q(parent=None, depth=0) | Q(parent__isnull=False, depth__gt=0, depth__lte=DEEPEST),
                name="volunteering_team_depth",
            ),
            models.CheckConstraint(
                condition=Q(colour__in=BadgeColour.values), name="volunteering_team_colour"
            ),
            models.UniqueConstraint(fields=["scope_code", "name"], name="volunteering_team_once"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """Somebody in a team, or on the way. `shown_as`: what the team reads; `is_shown`: to other members too."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=MembershipState.choices, default=MembershipState.ASKED)
    state_since = models.DateTimeField()
    state_reason = models.CharField(max_length=120, blank=True)
    shown_as = models.CharField("在队里叫什么", max_length=30)
    is_shown = models.BooleanField("队友看得到", default=False)
    joined_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "队员"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["team", "state"], name="volunteering_member_team"),
            models.Index(fields=["person", "state"], name="volunteering_member_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person"],
                condition=Q(state__in=["asked", "invited", "member"]),
                name="volunteering_member_once",
            ),
            models.CheckConstraint(condition=Q(state__in=MembershipState.values), name="volunteering_member_state"),
            models.CheckConstraint(
                condition=~Q(state=MembershipState.MEMBER) | Q(joined_at__isnull=False),
                name="volunteering_member_since",
            ),
        ]  # fmt: skip
