"""Division tree, boundaries, successions and the map background."""

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access import level_of
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.territories.enums import Change, Kind, LayerKind, Level

# Trailing words that name the committee and not the place.
COMMITTEES = (
    ("社区居民委员会", "社区"), ("社区居委会", "社区"), ("村民委员会", "村"), ("村委会", "村"),
    ("居民委员会", "社区"), ("居委会", "社区"),
)  # fmt: skip


class Territory(models.Model):
    """One division, from province to grid. A code that is revoked gets `valid_to`; its row stays.

    The parent follows from the digits; it is stored because the tree is read by it.
    """

    code = models.CharField("代码", max_length=15, primary_key=True)
    parent_code = models.CharField("上级代码", max_length=12, blank=True)
    level = models.CharField("级别", max_length=10, choices=Level.choices)
    kind = models.CharField("类别", max_length=16, choices=Kind.choices)
    name = models.CharField("名称", max_length=60)
    pinyin = models.CharField("拼音", max_length=160, blank=True)
    initials = models.CharField("拼音首字母", max_length=60, blank=True)
    sort = models.PositiveIntegerField("排序", default=0)
    source = models.CharField("来源", max_length=40, blank=True)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["parent_code", "sort", "code"], name="territories_children"),
            models.Index(fields=["level", "code"], name="territories_level"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="territories_validity",
            ),
        ]  # fmt: skip

    @property
    def short_name(self) -> str:
        """The place without its committee: 多福巷社区居委会 → 多福巷社区."""
        return short_name(self.name)

    @property
    def digits(self) -> str:
        """The significant digits, which every code inside shares."""
        return self.code[: LEVELS[self.level]]

    @property
    def is_current(self) -> bool:
        return self.valid_to is None


def short_name(name: str) -> str:
    for committee, place in COMMITTEES:
        stem = name.removesuffix(committee)
        if stem != name and stem:
            return stem if stem.endswith(place) else stem + place
    return name


def parent_of(code: str) -> str:
    """The 12-digit code of the level above, empty for a province: `990101001001` → `990101001000`.

    Where a city has no districts (Dongguan), the digits of the district repeat the city, and the street's
    parent is the city: both are written `441900000000`.
    """
    levels = list(LEVELS)
    above = levels.index(level_of(code)) - 1
    return code[: LEVELS[levels[above]]].ljust(12, "0") if above >= 0 else ""


def kind_of(code: str) -> Kind:
    """By the number ranges of `domain.md` §9."""
    level = level_of(code)
    if level == "street":
        return _by_range(
            int(code[6:9]),
            Kind.SUBDISTRICT,
            ((100, Kind.TOWN), (200, Kind.TOWNSHIP), (400, Kind.STREET_LIKE)),
        )
    if level == "community":
        return _by_range(int(code[9:12]), Kind.RESIDENTS, ((200, Kind.VILLAGE), (400, Kind.COMMUNITY_LIKE)))
    return Kind(level)


def _by_range(number: int, first: Kind, starts: tuple[tuple[int, Kind], ...]) -> Kind:
    return next((kind for start, kind in reversed(starts) if number >= start), first)


def code_range(digits: str, field: str = "code") -> Q:
    """All codes that begin with the digits, as a range that an index serves in any collation."""
    return Q(**{f"{field}__gte": digits, f"{field}__lte": digits.ljust(15, "9")})


class Boundary(models.Model):
    """The outline of a territory as GeoJSON in WGS-84. A new one ends the one before it."""

    territory = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="boundaries")
    geometry = models.TextField("边界")
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    area_m2 = models.FloatField("面积")
    source = models.CharField("来源", max_length=80, blank=True)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["territory"], condition=Q(valid_to=None), name="territories_one_boundary"
            ),
            models.CheckConstraint(
                condition=Q(west__lte=F("east")) & Q(south__lte=F("north")), name="territories_box"
            ),
        ]


class Succession(models.Model):
    """A territory was merged, split or recoded; `services.rescope` carries its rows over."""

    old = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="successors")
    new = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="predecessors")
    change = models.CharField("变更", max_length=8, choices=Change.choices)
    is_main = models.BooleanField("主要承接方", default=True)
    at = models.DateField("变更日期")
    rescoped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="territories_succession_once"),
            models.UniqueConstraint(
                fields=["old"], condition=Q(is_main=True), name="territories_one_main_successor"
            ),
            models.CheckConstraint(condition=~Q(old=F("new")), name="territories_succession_moves"),
        ]


class MapLayer(models.Model):
    """One layer of the map background, so that a map needs no network (`domain.md` §0.3 law 21)."""

    name = models.SlugField("名称", max_length=40, unique=True)
    kind = models.CharField("类别", max_length=10, choices=LayerKind.choices)
    geojson = models.TextField("图形")
    crs = models.CharField("坐标系", max_length=10, default="wgs84")
    source = models.CharField("来源", max_length=80, blank=True)
    digest = models.CharField(max_length=64)
    updated_at = models.DateTimeField()


class SpatialStamp(models.Model):
    """Which edition of a set of polygons is in force: processes that hold an older one read it again."""

    name = models.CharField(max_length=40, primary_key=True)
    edition = models.UUIDField()
