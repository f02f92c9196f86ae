"""The words of this context."""

from django.db import models
from django.utils.translation import gettext_lazy as _


# --- The volunteer supermarket ------------------------------
class ShopState(models.TextChoices):
    OPEN = "open", _("营业")
    PAUSED = "paused", _("暂停")
    CLOSED = "closed", _("撤销")


class ItemKind(models.TextChoices):
    GOODS = "goods", _("物品")
    SERVICE = "service", _("服务")
    VOUCHER = "voucher", _("商户的券")


class Brings(models.TextChoices):
    """Who carries new stock to the shelf."""

    SUPPLIER = "supplier", _("供应方送来")
    COMMUNITY = "community", _("社区去取")


class ShopMove(models.TextChoices):
    RECEIVED = "received", _("到货")
    RESERVED = "reserved", _("留给换的人")
    RELEASED = "released", _("放回货架")
    COLLECTED = "collected", _("取走")
    SPOILED = "spoiled", _("过期、破损")
    COUNTED = "counted", _("盘点更正")


class OrderState(models.TextChoices):
    RESERVED = "reserved", _("留好了")
    READY = "ready", _("备好了，等你取")
    COLLECTED = "collected", _("取走了")
    EXPIRED = "expired", _("过期没取，积分退回")
    CANCELLED = "cancelled", _("取消了，积分退回")
    RETURN_ASKED = "return", _("有问题，等另一位看")
    RETURNED = "returned", _("退了，积分退回")


class PickupOutcome(models.TextChoices):
    ACCEPTED = "accepted", _("交给本人了")
    TWICE = "twice", _("已经取过")
    LATE = "late", _("码过了时间")
    OVER = "over", _("已取消或退回")
    OWN = "own", _("自己给自己取")
    HELD = "held", _("还在等人看，先不能交")
    UNKNOWN = "unknown", _("不是这里的码")


class RefillState(models.TextChoices):
    OPEN = "open", _("等人补")
    ACCEPTED = "accepted", _("有人去补")
    TAKEN_IN = "taken_in", _("补上了")
    DROPPED = "dropped", _("不用补了")


class SettlementState(models.TextChoices):
    CLOSED = "closed", _("等另一位批")
    APPROVED = "approved", _("批准了")
    SENT_BACK = "sent_back", _("退回重算")


# --- Stars, honours, boards, holds ------------------------------
class StarState(models.TextChoices):
    APPLIED = "applied", _("已申请，等核对")
    PUBLICITY = "publicity", _("公示中")
    GRANTED = "granted", _("已授星")
    REFUSED = "refused", _("没有通过")
    WITHDRAWN = "withdrawn", _("已撤回")


class NoShowEffect(models.TextChoices):
    """What a city does once somebody has not come as often as its star rules allow in a year."""

    REMIND = "remind", _("只提醒本人，不影响评星")
    PAUSE = "pause", _("请人看，决定要不要停一段时间的评星")


class AbsenceState(models.TextChoices):
    ASKED = "asked", _("等人看")
    ANSWERED = "answered", _("本人说明了，等人看")
    KEPT = "kept", _("看过了，不影响评星")
    PAUSED = "paused", _("停一段时间的评星")


class ReferenceKind(models.TextChoices):
    """The tables of this context that a city fills in."""

    HOLD_RULE = "hold_rule", _("留着请人看的规则")
    HONOUR_KIND = "honour_kind", _("荣誉的种类")
    RATING_LEVEL = "rating_level", _("小哥星级的分档")
    TIP_PROGRAMME = "tip_programme", _("举报奖励")


class TipState(models.TextChoices):
    REGISTERED = "registered", _("已登记，等部门核实")
    VERIFIED = "verified", _("已核实，可以去领")
    PAID = "paid", _("部门已发")
    REFUSED = "refused", _("没有核实")


class HonourState(models.TextChoices):
    NOMINATED = "nominated", _("已提名，等核实")
    VERIFIED = "verified", _("已核实，等公示")
    PUBLICITY = "publicity", _("公示中")
    AWARDED = "awarded", _("已授予")
    DISPLAYED = "displayed", _("展示中")
    ENDED = "ended", _("展示结束")
    FORWARDED = "forwarded", _("已转报认定单位")
    REFUSED = "refused", _("没有通过")
    WITHDRAWN = "withdrawn", _("已撤回")


class BoardKind(models.TextChoices):
    ALL = "all", _("全部")
    REPORT = "report", _("上报")
    SERVICE = "service", _("志愿服务")
    OTHER = "other", _("其他")


class HoldState(models.TextChoices):
    HELD = "held", _("等人看")
    ANSWERED = "answered", _("本人说明了，等人看")
    RELEASED = "released", _("已发给本人")
    DENIED = "denied", _("没有发")


class HoldReason(models.TextChoices):
    """What a rule noticed; each has its plain words for the owner in `queries/holds.py`."""

    SAME_PICTURE = "same_picture", _("照片和以前的一样")
    TRAVEL = "travel", _("两次上报隔得太远")
    OLD_PICTURE = "old_picture", _("照片不是当时拍的")
    DEVICE = "device", _("几个账号用一台手机")
    RECIPROCAL = "reciprocal", _("互相确认")
    BURST = "burst", _("很短时间到了上限")
    SELF_REDEEM = "self_redeem", _("商户自己兑自己")


class Reviewed(models.TextChoices):
    """What an objection or an appeal is about."""

    STAR = "star", _("志愿者星级")
    HONOUR = "honour", _("荣誉")
    RATING = "rating", _("小哥星级评价")
    TIP_OFF = "tip_off", _("举报奖励")
    HOLD = "hold", _("待核实的积分")
    ABSENCE = "absence", _("报名没来，停了评星")


class AppealEnd(models.TextChoices):
    UPHELD = "upheld", _("申诉成立")
    REJECTED = "rejected", _("申诉不成立")


# --- The ledger ------------------------------
class PostingKind(models.TextChoices):
    AWARD = "award", _("得到")
    SPEND = "spend", _("兑换")
    REFUND = "refund", _("退回")
    REVERSAL = "reversal", _("更正")
    EXPIRY = "expiry", _("到期")
    HOLD = "hold", _("暂缓")
    RELEASE = "release", _("解除暂缓")
    DEDUCTION = "deduction", _("扣减")


class Side(models.TextChoices):
    """The accounts between which points move: three are a person's own, the others the city's."""

    POINTS = "points", _("可用积分")
    HELD = "held", _("待核实积分")
    OWED = "owed", _("待抵扣积分")
    ISSUED = "issued", _("发放")
    TEAM = "team", _("队伍额度")
    SPENT = "spent", _("已兑换")
    EXPIRED = "expired", _("已到期")
    DEDUCTED = "deducted", _("扣减")


EARNED = frozenset(
    {Side.ISSUED, Side.TEAM}
)  # what comes from these makes somebody grow, what goes back there the less


# --- Rules ------------------------------
class RuleState(models.TextChoices):
    PROPOSED = "proposed", _("等另一位批")
    APPROVED = "approved", _("批准了")
    REFUSED = "refused", _("没有同意")
    WITHDRAWN = "withdrawn", _("收回了")


class RuleGroup(models.TextChoices):
    """What a cap counts together."""

    REPORT = "report", _("上报")
    ACTIVITY = "activity", _("志愿服务")
    LEARNING = "learning", _("学习和议事")
    THANKS = "thanks", _("感谢和表彰")


class Formula(models.TextChoices):
    FIXED = "fixed", _("每次给固定分值")
    HOURS = "hours", _("小时数 × 分值 × 服务质量，舍去零头")
    GIVEN = "given", _("由人定，每次不超过分值")


class TeamAwardState(models.TextChoices):
    GIVEN = "given", _("给了")
    REVERSED = "reversed", _("收回了")


class GrantState(models.TextChoices):
    PROPOSED = "proposed", _("等另一位批")
    APPROVED = "approved", _("批准了")
    REFUSED = "refused", _("没有同意")


class ThanksNews(models.TextChoices):
    """What a notice about stars, honours, appeals and held awards says."""

    STAR_APPLIED = "star_applied", _("有人申请志愿者星级，等核对")
    NOMINATED = "nominated", _("有人提名，等核实")
    VERIFIED = "verified", _("提名核实了，等公示")
    OBJECTED = "objected", _("公示期间有人提意见")
    STAR_OVER = "star_over", _("星级公示期满，还有意见没答复")
    HONOUR_OVER = "honour_over", _("荣誉公示期满，可以授予了")
    HELD = "held", _("有一笔积分等人看")
    ANSWERED = "answered", _("本人说明了，等人看")
    APPEALED = "appealed", _("有人申诉，等裁定")
    LATE = "late", _("核实、裁定超时了")
    ASKED = "asked", _("有人提名您，核实属实，想问您愿不愿意公示")
    STAR_PUBLIC = "star_public", _("您的星级申请开始公示")
    STAR_GRANTED = "star_granted", _("恭喜，您的志愿者星级授了")
    STAR_REFUSED = "star_refused", _("您的星级申请没有通过")
    HONOUR_PUBLIC = "honour_public", _("您的荣誉开始公示")
    AWARDED = "awarded", _("恭喜，荣誉授予您了，要不要放上荣誉墙由您定")
    DISPLAYED = "displayed", _("您的事迹放上荣誉墙了")
    FORWARDED = "forwarded", _("您的提名转报认定单位了")
    REFUSED = "refused", _("这次提名没有通过")
    ENDED = "ended", _("荣誉墙上的展示到期了")
    RATED = "rated", _("这个季度的小哥星级评价算好了，只有您看得到")
    RELEASED = "released", _("看过了，没问题，积分发给您了")
    DENIED = "denied", _("这一笔积分没有发，理由写在里面，可以申诉")
    UPHELD = "upheld", _("申诉成立")
    REJECTED = "rejected", _("申诉没有成立，维持原决定")
    ABSENT = "absent", _("报了名没来，记了一次；记了几次、会怎样，点开看")
    ABSENT_ASKED = "absent_asked", _("没来的次数到了，会请人看，您可以说明情况")
    ABSENT_TODO = "absent_todo", _("有人报名没来的次数到了，等人看")
    ABSENT_KEPT = "absent_kept", _("看过了，不影响您评星")
    ABSENT_PAUSED = "absent_paused", _("停一段时间的评星，理由写在里面，可以申诉")
    TIP_MOVED = "tip_moved", _("您登记的举报奖励有进展")
    RULE_ASKED = "rule_asked", _("积分规则有新的一版，等您批")
    RULE_APPROVED = "rule_approved", _("您提的积分规则批准了")
    RULE_REFUSED = "rule_refused", _("您提的积分规则没有同意")
    GRANT_ASKED = "grant_asked", _("有一件大额奖励等您批")
    GRANT_APPROVED = "grant_approved", _("您提的大额奖励批准了")
    GRANT_REFUSED = "grant_refused", _("您提的大额奖励没有同意")
    BILL_BACK = "bill_back", _("您结的超市账单退回了，请按原因重算")
    PICKUP_ODD = "pickup_odd", _("超市有一件没网时交的对不上，请盘点")
