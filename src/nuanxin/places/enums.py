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


class Question(TextChoices):
    """What a passer-by may answer with one tap at the door."""

    OPEN = "open", _("开着吗？")
    STOCK = "stock", _("有货吗？")
    CLEAN = "clean", _("干净吗？")


class DoubtEnd(TextChoices):
    """How it ended that people found the door locked."""

    REPAIRED = "repaired", _("已处理好")
    UNFOUNDED = "unfounded", _("没有发现问题")


class Sureness(TextChoices):
    """How sure one may be of what the page says, in words instead of a number."""

    SURE = "sure", _("很有把握")
    FAIR = "fair", _("大致有把握")
    UNSURE = "unsure", _("没有把握")
    CHECKING = "checking", _("正在核实")


class StockKind(TextChoices):
    """What is kept in stock: the fifteen emergency medicines of a station, and what one needs on the way."""

    MEDICINE = "medicine", _("应急药品")
    SUPPLY = "supply", _("物资")


class Movement(TextChoices):
    """How a lot became more or less. A taking knows nobody."""

    RECEIVED = "received", _("收到")
    TAKEN = "taken", _("拿走")
    UNDONE = "undone", _("撤销")
    DISCARDED = "discarded", _("清理")
    COUNTED = "counted", _("盘点")
    CARRIED = "carried", _("结转")


class RestockState(TextChoices):
    """Where a restock task is: from "it runs out" to "it is on the shelf"."""

    OPEN = "open", _("等人接")
    ACCEPTED = "accepted", _("有人去补了")
    DELIVERED = "delivered", _("送到了，等管理员收")
    CONFIRMED = "confirmed", _("已上架")
    DROPPED = "dropped", _("不用补了")


class WarningKind(TextChoices):
    """What one takes shelter from."""

    STORM = "storm", _("大风暴雨")
    HEAT = "heat", _("高温")
    COLD = "cold", _("寒冷冰雪")
