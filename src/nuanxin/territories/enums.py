from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """From the whole to the part; the values are those of `kernel.access.level_of`."""

    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    DISTRICT = "district", _("区县")
    STREET = "street", _("街道乡镇")
    COMMUNITY = "community", _("社区村")
    GRID = "grid", _("网格")


class Kind(models.TextChoices):
    """What sort of unit a code denotes, by the ranges of the statistics code (`domain.md` §9)."""

    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    DISTRICT = "district", _("区县")
    SUBDISTRICT = "subdistrict", _("街道")
    TOWN = "town", _("镇")
    TOWNSHIP = "township", _("乡")
    STREET_LIKE = "street_like", _("类似乡级单位")
    RESIDENTS = "residents", _("社区")
    VILLAGE = "village", _("村")
    COMMUNITY_LIKE = "community_like", _("类似村级单位")
    GRID = "grid", _("网格")


class LayerKind(models.TextChoices):
    """A layer of the map background, in drawing order."""

    GROUND = "ground", _("底")
    PARK = "park", _("绿地")
    WATER = "water", _("水面")
    BUILDING = "building", _("建筑")
    ROAD = "road", _("道路")
    LABEL = "label", _("地名")


class Change(models.TextChoices):
    """What became of a territory."""

    MERGED = "merged", _("并入")
    SPLIT = "split", _("拆分")
    RECODED = "recoded", _("换码")
