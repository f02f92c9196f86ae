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


class SceneState(TextChoices):
    """Where a friendly scene is between the application and the end of its plate."""

    APPLIED = "applied", _("已申请，等评估")
    ASSESSING = "assessing", _("评估中")
    PUBLICITY = "publicity", _("公示中")
    ACCREDITED = "accredited", _("已认定")
    RECHECK = "recheck", _("该复查了")
    SUSPENDED = "suspended", _("已暂停挂牌")
    REVOKED = "revoked", _("已摘牌")
    REFUSED = "refused", _("没有认定")
    WITHDRAWN = "withdrawn", _("申请已撤回")


class Occasion(TextChoices):
    """Why somebody went there with the checklist."""

    FIRST = "first", _("首次评估")
    RECHECK = "recheck", _("复查")


class AssessmentState(TextChoices):
    """One assesses, another one confirms."""

    SUBMITTED = "submitted", _("等复核")
    CONFIRMED = "confirmed", _("已复核")
    RETURNED = "returned", _("退回重评")


class AppealEnd(TextChoices):
    """What became of an appeal against a refusal, a suspension or a revocation."""

    UPHELD = "upheld", _("申诉成立")
    REJECTED = "rejected", _("维持原决定")


class SceneNews(TextChoices):
    """What a notice about a friendly scene says; to staff what waits for them, to the applicant what was decided."""

    APPLIED = "applied", _("申请友好场景，等评估")
    CONFIRM = "confirm", _("评估交上来了，等另一位复核")
    RETURNED = "returned", _("评估被退回，请再去看一次")
    ASSESSED = "assessed", _("评估复核过了，请定下一步")
    OBJECTED = "objected", _("公示期间有人提意见")
    PUBLICITY_OVER = "over", _("公示期满，可以认定了")
    RECHECK = "recheck", _("牌子该复查了")
    APPEALED = "appealed", _("不服决定，提了申诉")
    LATE = "late", _("友好场景这一步超时了")
    PUBLICITY = "publicity", _("评估通过，开始公示")
    ACCREDITED = "accredited", _("认定为友好场景，可以挂牌")
    RENEWED = "renewed", _("复查通过，牌子继续有效")
    REFUSED = "refused", _("没有认定为友好场景")
    SUSPENDED = "suspended", _("友好场景暂停挂牌")
    REINSTATED = "reinstated", _("友好场景恢复挂牌")
    REVOKED = "revoked", _("友好场景已摘牌")
    UPHELD = "upheld", _("申诉成立")
    REJECTED = "rejected", _("申诉没有成立，维持原决定")


class OpenDayState(TextChoices):
    """A day on which a kitchen shows itself."""

    ANNOUNCED = "announced", _("可以报名")
    HELD = "held", _("已办完")
    CANCELLED = "cancelled", _("取消了")


class ValueKind(TextChoices):
    """What an offer is worth, where that can be said in a number."""

    NONE = "none", _("不用算")
    PERCENT = "percent", _("减百分之几")
    FEN = "fen", _("减几元")


class OfferState(TextChoices):
    """Where an offer is: proposed by the place, confirmed by the street. Outside its hours is no state."""

    PROPOSED = "proposed", _("等街道确认")
    ACTIVE = "active", _("能用")
    DECLINED = "declined", _("没有通过")
    SUSPENDED = "suspended", _("暂停")
    ENDED = "ended", _("已结束")


class VoucherState(TextChoices):
    """One voucher is one use."""

    HELD = "held", _("还没用")
    USED = "used", _("用掉了")
    GIVEN_BACK = "given_back", _("退回了")
    EXPIRED = "expired", _("过期了")


class Outcome(TextChoices):
    """The server's last word on what a desk took in."""

    ACCEPTED = "accepted", _("收下了")
    TWICE = "twice", _("另一台手机先收过")
    LATE = "late", _("码过了时间")
    UNKNOWN = "unknown", _("没有这张券")


class PromiseEnd(TextChoices):
    """How it ended that somebody was refused what is promised."""

    KEPT = "kept", _("已处理好")
    UNFOUNDED = "unfounded", _("没有发现问题")


class Care(TextChoices):
    """To which desks of a hospital its rule applies: coarse, so that nothing can be read from it."""

    OUTPATIENT = "outpatient", _("门诊")
    EMERGENCY = "emergency", _("急诊")
    CHECKUP = "checkup", _("体检")
    PHARMACY = "pharmacy", _("取药")
    INPATIENT = "inpatient", _("住院")


class BookingState(TextChoices):
    """Where a booking is, from the question to whether one came."""

    WAITING = "waiting", _("排队中")
    HELD = "held", _("有位子了，等你确认")
    BOOKED = "booked", _("约好了")
    CAME = "came", _("来了")
    MISSED = "missed", _("没来")
    PASSED = "passed", _("过去了，没有记")
    WITHDRAWN = "withdrawn", _("自己取消了")
    CALLED_OFF = "called_off", _("对方取消了")
    LAPSED = "lapsed", _("没有约上")


class CodeName(TextChoices):
    """What staff call out instead of a name."""

    LARK = "lark", _("云雀")
    SWALLOW = "swallow", _("燕子")
    CRANE = "crane", _("白鹤")
    MAGPIE = "magpie", _("喜鹊")
    ORIOLE = "oriole", _("黄鹂")
    SEAGULL = "seagull", _("海鸥")
    EGRET = "egret", _("白鹭")
    ROBIN = "robin", _("知更鸟")
    PINE = "pine", _("青松")
    BAMBOO = "bamboo", _("翠竹")
    CAMPHOR = "camphor", _("香樟")
    GINKGO = "ginkgo", _("银杏")
    MAPLE = "maple", _("红枫")
    WILLOW = "willow", _("垂柳")
    BIRCH = "birch", _("白桦")
    PLANE = "plane", _("梧桐")
    ORCHID = "orchid", _("幽兰")
    JASMINE = "jasmine", _("茉莉")
    LILAC = "lilac", _("丁香")
    LOTUS = "lotus", _("荷花")
    BROOK = "brook", _("小溪")
    HARBOUR = "harbour", _("港湾")
    MORNING = "morning", _("清晨")
    STARLIGHT = "starlight", _("星光")


class FigurePeriod(TextChoices):
    """Over which days figures of bookings are added up."""

    WEEK = "week", _("今天起 7 天")
    PAST_WEEK = "past_week", _("过去 7 天")
    PAST_MONTH = "past_month", _("过去 30 天")
