"""Posts with their headcount, and everybody's way onto one: nominated → reviewed → publicity → appointed → over.

What a post is and who is responsible for its area is public; the person is shown masked, and belongs to the person.
"""

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.places.models.places import new_door_code
from nuanxin.volunteering.enums import AppointmentState
from nuanxin.volunteering.models.team_catalogue import PostKind
from nuanxin.volunteering.models.teams import Team

ON_A_SEAT = (AppointmentState.PUBLICITY, AppointmentState.APPOINTED)
ON_THE_WAY = (AppointmentState.ASKED, AppointmentState.NOMINATED, AppointmentState.REVIEWED)
LIVE_APPOINTMENTS = (*ON_THE_WAY, *ON_A_SEAT)


class Post(Scoped):
    """`scope_code` is the grid, community or street that it is for; `compound` and `building` narrow it to a house.

    `setting` says how the post was set up (岗位设置办法); `training` is a requirement with a name, empty for none.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.ForeignKey(PostKind, on_delete=models.PROTECT, related_name="+")
    organiser = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="posts")
    headcount = models.PositiveSmallIntegerField("人数")
    term_months = models.PositiveSmallIntegerField("任期（月）")
    training = models.CharField("要先参加的培训", max_length=80, blank=True)
    setting = models.CharField("设置办法", max_length=300)
    compound = models.ForeignKey("compounds.Compound", on_delete=models.PROTECT, null=True, related_name="+")
    building = models.CharField("楼栋", max_length=30, blank=True)
    takes_applications = models.BooleanField("可以自己报名", default=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "岗位"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=[f"scope_{level}", "closed_at", "id"], name=f"volunteering_post_{level}")
            for level in ("city", "district", "street", "community")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(headcount__gt=0, headcount__lte=500, term_months__gt=0, term_months__lte=60),
                name="volunteering_post_sizes",
            ),
            models.CheckConstraint(condition=~Q(setting=""), name="volunteering_post_setting"),
        ]

    def __str__(self) -> str:
        return self.kind.name


class Appointment(Scoped):
    """From the nomination to the end of the term. `seat` is one of the post's, from publicity until it is over:
    two cannot have the same, and the service gives none above the headcount.

    `assignment` is the role in the system, where the kind has one. `code` is what the card's QR leads to.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=AppointmentState.choices)
    state_since = models.DateTimeField()
    state_reason = models.CharField("原因", max_length=200, blank=True)
    why = models.CharField("理由", max_length=300, blank=True)
    nominated_at = models.DateTimeField()
    nominated_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reviewed_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    trained_at = models.DateTimeField(null=True)
    seat = models.PositiveSmallIntegerField(null=True)
    publicity_from = models.DateTimeField(null=True)
    publicity_until = models.DateTimeField(null=True)
    appointed_at = models.DateTimeField(null=True)
    term_until = models.DateField("任期到", null=True)
    reminded_days = models.PositiveSmallIntegerField(null=True)
    assignment = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    number = models.CharField("证号", max_length=32, blank=True)
    code = models.CharField(max_length=16, unique=True, default=new_door_code, editable=False)
    handover = models.CharField("交接", max_length=300, blank=True)

    class Meta:
        verbose_name = "任职"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["person", "state"], name="volunteering_appoint_person"),
            models.Index(fields=["state", "term_until"], name="volunteering_appoint_term"),
            *(
                models.Index(fields=[f"scope_{level}", "state", "id"], name=f"volunteering_appoint_{level}")
                for level in ("city", "district", "street", "community")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "person"], condition=Q(state__in=LIVE_APPOINTMENTS), name="volunteering_appoint_once"
            ),
            models.UniqueConstraint(
                fields=["post", "seat"], condition=Q(state__in=ON_A_SEAT), name="volunteering_seat_once"
            ),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="volunteering_card_once"),
            models.CheckConstraint(condition=Q(state__in=AppointmentState.values), name="volunteering_appoint_state"),
            models.CheckConstraint(
                condition=~Q(state__in=ON_A_SEAT) | Q(seat__gt=0), name="volunteering_appoint_seat"
            ),
            models.CheckConstraint(
                condition=~Q(state=AppointmentState.PUBLICITY) | Q(publicity_until__isnull=False),
                name="volunteering_appoint_publicity",
            ),
            models.CheckConstraint(
                condition=~Q(state=AppointmentState.APPOINTED)
                | (Q(term_until__isnull=False, appointed_at__isnull=False) & ~Q(number="")),
                name="volunteering_appoint_card",
            ),
            models.CheckConstraint(
                condition=Q(nominated_by=None) | Q(reviewed_by=None) | ~Q(nominated_by=F("reviewed_by")),
                name="volunteering_appoint_two",
            ),
        ]  # fmt: skip


class AppointmentStep(models.Model):
    """What happened on the way: a ledger. `opinion` is what was said with it; nobody is named."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    action = models.CharField(max_length=24)
    state = models.CharField(max_length=10, choices=AppointmentState.choices)
    opinion = models.CharField(max_length=300, blank=True)
    role = models.CharField(max_length=24, blank=True)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["appointment", "at"], name="volunteering_appoint_steps")]


class PostObjection(models.Model):
    """What somebody has against an appointment while it is public. Nothing is kept of who wrote it."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="objections")
    key = models.UUIDField(unique=True)
    at = models.DateTimeField()
    text = models.CharField(max_length=300)
    answered_at = models.DateTimeField(null=True)
    is_upheld = models.BooleanField(null=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, is_upheld=None)
                | (Q(answered_at__isnull=False, is_upheld__isnull=False) & ~Q(answer="")),
                name="volunteering_objection_answered",
            )
        ]


class CardSerial(models.Model):
    """The last card number given in a district and a year; its row is held while one is taken."""

    district = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "year"], name="volunteering_card_serial")]
