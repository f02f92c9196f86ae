import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.geo.models import GeoPoint
from nuanxin.kernel.ids import uuid7
from nuanxin.places.enums import PlaceState
from nuanxin.places.models.catalogue import FriendlyClass, PlaceType

DOOR_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/i/l: it may be typed from the plate
DOOR_LENGTH = 10


def new_door_code() -> str:
    """What the plate at the door carries: random, and nothing of the place can be read from it."""
    return "".join(secrets.choice(DOOR_ALPHABET) for _position in range(DOOR_LENGTH))


class Place(Scoped, GeoPoint):
    """A place that serves workers, one-to-one with its Site. Public data: `phone` is the place's, never a person's.

    `opening` is in the syntax of OSM `opening_hours`. `valid_from`, `valid_to`: the season, both days included.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    site = models.OneToOneField("people.Site", on_delete=models.PROTECT, related_name="+")
    type = models.ForeignKey(PlaceType, verbose_name="类型", on_delete=models.PROTECT, related_name="+")
    friendly_class = models.ForeignKey(
        FriendlyClass, verbose_name="友好类别", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
    )  # fmt: skip
    number = models.CharField("编号", max_length=32, blank=True)
    name_zh = models.CharField("名称", max_length=60)
    name_en = models.CharField("英文名称", max_length=100, blank=True)
    pinyin = models.CharField("拼音", max_length=200, blank=True)
    initials = models.CharField("拼音首字母", max_length=60, blank=True)
    host = models.ForeignKey(
        "people.Organisation", verbose_name="主办", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
    )  # fmt: skip
    keeper = models.ForeignKey(
        "people.Assignment", verbose_name="管理员", on_delete=models.SET_NULL, related_name="+", null=True, blank=True,
    )  # fmt: skip
    address = models.CharField("地址", max_length=120, blank=True)
    directions = models.CharField("怎么走", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    languages = models.CharField("能说的话", max_length=40, blank=True)  # codes of `Spoken`, joined by spaces
    capacity = models.PositiveIntegerField("座位数", null=True, blank=True)
    opening = models.CharField("开放时间", max_length=400, blank=True)
    valid_from = models.DateField("启用日", null=True, blank=True)
    valid_to = models.DateField("截止日", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=PlaceState.choices, default=PlaceState.DRAFT)
    state_since = models.DateTimeField("状态起")
    state_reason = models.CharField("原因", max_length=120, blank=True)
    door_code = models.CharField("门牌码", max_length=16, unique=True, default=new_door_code, editable=False)
    checked_on = models.DateField("最近开门检查", null=True)
    confirmed_at = models.DateTimeField("最近核实", null=True, blank=True)
    source = models.CharField("来源", max_length=80, blank=True)
    external_id = models.CharField("来源编号", max_length=64, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(GeoPoint.Meta):
        verbose_name = "点位"
        indexes = [
            models.Index(fields=["state", "h3"], name="places_near"),
            models.Index(fields=["keeper"], name="places_kept", condition=Q(keeper__isnull=False)),
            models.Index(fields=["host", "initials", "id"], name="places_host"),
            models.Index(fields=["initials", "id"], name="places_pinyin"),
            *(
                models.Index(fields=[f"scope_{level}", "initials", "id"], name=f"places_{level}")
                for level in ("city", "district", "street", "community")
            ),
        ]
        constraints = [
            *GeoPoint.Meta.constraints,
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="places_number_once"),
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="places_imported_once"
            ),
            models.CheckConstraint(condition=~Q(name_zh="") & ~Q(scope_code=""), name="places_named"),
            models.CheckConstraint(condition=Q(h3__isnull=False), name="places_somewhere"),
            models.CheckConstraint(condition=Q(state__in=PlaceState.values), name="places_state"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="places_season",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of the page, the Chinese one where there is no other."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name_zh


class PlacePhoto(models.Model):
    """A picture of the place; everybody sees it once somebody who opens places has released it."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="photos")
    file = models.ForeignKey("kernel.StoredFile", on_delete=models.PROTECT, related_name="+")
    sort = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["sort", "id"]


class PlaceChange(models.Model):
    """Who updated what and when; a ledger. `columns` are the names of the fields, joined by commas."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    action = models.CharField(max_length=24)
    columns = models.CharField(max_length=400, blank=True)
    role = models.CharField(max_length=24, blank=True)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["place", "-at"], name="places_change_recent")]
