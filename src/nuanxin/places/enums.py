"""The closed lists of this context; types, facilities, services and classes are reference data instead."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PlaceState(TextChoices):
    """Where a place is in its life. Whether it is open at this hour is no state: `queries/hours.py`."""

    DRAFT = "draft", _("筹备中")
    OPEN = "open", _("对外开放")
    SUSPENDED = "suspended", _("暂停服务")
    CLOSED = "closed", _("已撤销")


class Order(TextChoices):
    """Working order of a facility."""

    WORKS = "works", _("能用")
    BROKEN = "broken", _("坏了")
    UNKNOWN = "unknown", _("没核实")


class ExceptionKind(TextChoices):
    """What differs from the weekly hours."""

    CLOSED = "closed", _("临时关门")
    OPEN = "open", _("临时加开")


class Standing(TextChoices):
    """The answer to "is it open?". Unknown is an answer, and better than a wrong one."""

    OPEN = "open", _("现在开着")
    CLOSED = "closed", _("现在关着")
    UNKNOWN = "unknown", _("开没开说不准")


class ServiceGroup(TextChoices):
    """The four position services (`domain.md` 001-13)."""

    POLICY = "policy", _("政策宣传")
    LEARNING = "learning", _("学习教育")
    BUSINESS = "business", _("业务办理")
    CONVENIENCE = "convenience", _("工作便利")


class Spoken(TextChoices):
    """In which one is understood at a place."""

    CHINESE = "zh", _("普通话")
    CANTONESE = "yue", _("粤语")
    ENGLISH = "en", _("英语")
    UYGHUR = "ug", _("维吾尔语")
    TIBETAN = "bo", _("藏语")
    MONGOLIAN = "mn", _("蒙古语")
    SIGN = "sgn", _("手语")
