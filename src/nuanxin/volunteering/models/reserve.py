"""People who may work for a community one day (后备力量, `domain.md` 001-10): private, read by named roles alone."""

from django.db import models
from django.db.models import Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.volunteering.enums import ReserveState

OPEN_RESERVE = (ReserveState.ASKED, ReserveState.APPLIED, ReserveState.ADMITTED, ReserveState.TRAINING)


class ReserveCandidate(Scoped):
    """`criteria`: codes by spaces, what the person says is so. `outcome` is said at the end."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=ReserveState.choices)
    state_since = models.DateTimeField()
    state_reason = models.CharField(max_length=200, blank=True)
    criteria = models.CharField(max_length=300, blank=True)
    words = models.CharField("想做什么、做过什么", max_length=400, blank=True)
    training = models.CharField("培训", max_length=120, blank=True)
    outcome = models.CharField("结果", max_length=200, blank=True)
    applied_at = models.DateTimeField()
    recommended_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "后备人才"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=[f"scope_{level}", "state"], name=f"volunteering_reserve_{level}")
            for level in ("district", "street", "community")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=OPEN_RESERVE), name="volunteering_reserve_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReserveState.values), name="volunteering_reserve_state"
            ),
        ]
