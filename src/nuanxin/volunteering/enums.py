"""The closed lists of volunteering; what a city may change is reference data instead."""

from django.db import models
from django.utils.translation import gettext_lazy as _


# --- Activities -----------------------------------------------------------------------------------------------------
class TagGroup(models.TextChoices):
    """What an activity is filed under, all of it reference data."""

    LINE = "line", _("活动线")  # domain.md 004-07
    DIMENSION = "dimension", _("维度")  # 004-39
    LINK = "link", _("四联")  # 001-03
    SPECIALITY = "speciality", _("小组专长")  # 004-33


class ActivityState(models.TextChoices):
    """Full is no state: it is what the shifts are."""

    DRAFT = "draft", _("草稿")
    PROPOSED = "proposed", _("等街道批准")
    PUBLISHED = "published", _("已发布，还没开始报名")
    OPEN = "open", _("报名中")
    RUNNING = "running", _("正在进行")
    DONE = "done", _("办完了")
    ARCHIVED = "archived", _("已归档")
    CANCELLED = "cancelled", _("已取消")


class SignUpMode(models.TextChoices):
    """How places are given away."""

    FIRST = "first", _("先报先得")
    DRAW = "draw", _("先登记，再抽签")


class ShiftState(models.TextChoices):
    PLANNED = "planned", _("照常")
    CANCELLED = "cancelled", _("取消")
    OVER = "over", _("结束")


class SignUpState(models.TextChoices):
    ENTERED = "entered", _("等抽签")
    WAITING = "waiting", _("候补")
    HELD = "held", _("名额给你留着")
    CONFIRMED = "confirmed", _("报上了")
    CALLED_OFF = "called_off", _("不去了")
    SWAPPED = "swapped", _("换给别人了")
    LAPSED = "lapsed", _("没轮到")
    CANCELLED = "cancelled", _("班次取消")


class SwapState(models.TextChoices):
    OFFERED = "offered", _("等人来换")
    TAKEN = "taken", _("换好了")
    WITHDRAWN = "withdrawn", _("收回了")


# --- Teams and posts ------------------------------------------------------------------------------------------------
class MembershipState(models.TextChoices):
    ASKED = "asked", _("等队长同意")
    INVITED = "invited", _("收到邀请")
    MEMBER = "member", _("队员")
    DECLINED = "declined", _("没有加入")
    LEFT = "left", _("已退出")


class BadgeColour(models.TextChoices):
    """Of the digital badge; tokens of the product, readable on light and dark."""

    ORANGE = "orange", _("暖橙")
    RED = "red", _("红")
    GREEN = "green", _("绿")
    BLUE = "blue", _("蓝")
    PURPLE = "purple", _("紫")
    GREY = "grey", _("灰")


class PostArea(models.TextChoices):
    """What a post is bound to."""

    STREET = "street", _("街道")
    COMMUNITY = "community", _("社区")
    GRID = "grid", _("网格")
    BUILDING = "building", _("楼栋")


class AppointmentState(models.TextChoices):
    ASKED = "asked", _("等本人同意")
    NOMINATED = "nominated", _("等审核")
    REVIEWED = "reviewed", _("审核通过")
    PUBLICITY = "publicity", _("公示中")
    APPOINTED = "appointed", _("在任")
    EXPIRED = "expired", _("任期满")
    RESIGNED = "resigned", _("已辞任")
    REMOVED = "removed", _("已免去")
    REFUSED = "refused", _("没有通过")
    WITHDRAWN = "withdrawn", _("已撤回")


class NoticeTopic(models.TextChoices):
    """Of a joint-prevention notice: a thing or a danger, never a person (`domain.md` §0.3 law 23)."""

    HAZARD = "hazard", _("帮忙留意的隐患")
    SCAM = "scam", _("防骗提醒")
    WEATHER = "weather", _("天气和道路")


class PreventionState(models.TextChoices):
    SENT = "sent", _("有效")
    RECALLED = "recalled", _("已撤回")
    EXPIRED = "expired", _("已过期")


class ReserveState(models.TextChoices):
    ASKED = "asked", _("等本人同意")
    APPLIED = "applied", _("等审核")
    ADMITTED = "admitted", _("在库")
    TRAINING = "training", _("培训中")
    ENGAGED = "engaged", _("已到岗")
    REFUSED = "refused", _("没有入库")
    WITHDRAWN = "withdrawn", _("已退出")
    ENDED = "ended", _("已出库")


class PostNews(models.TextChoices):
    """What a notice says of an appointment."""

    ASKED = "asked", _("有人推荐您")
    TO_REVIEW = "to_review", _("有人报名，请审核")
    TO_DECIDE = "to_decide", _("审核通过，请定是否公示")
    PUBLICITY = "publicity", _("开始公示")
    OBJECTED = "objected", _("公示期间有意见")
    PUBLICITY_OVER = "over", _("公示期满，请定")
    APPOINTED = "appointed", _("正式上任")
    REFUSED = "refused", _("这次没有通过")
    AGAIN = "again", _("退回重新审核")
    REMOVED = "removed", _("岗位结束了")
    EXPIRED = "expired", _("任期满了")
    RESIGNED = "resigned", _("有人辞任，岗位空出来了")
    SOON = "soon", _("任期快到了")


class TeamNews(models.TextChoices):
    """What a notice says of a team."""

    ASKED = "asked", _("有人申请加入")
    INVITED = "invited", _("邀请您加入")
    JOINED = "joined", _("您已经是队员")
    DECLINED = "declined", _("这次没有通过")
    REMOVED = "removed", _("您不再是队员")
    CLOSED = "closed", _("队伍撤销了")


# --- Service records ---
QUALITIES = (0, 80, 100, 120)  # hundredths


class RecordState(models.TextChoices):
    """`domain.md` §4.2. Late, by hand, held for a look: columns of the record, no states."""

    CHECKED_IN = "checked_in", _("签到了")
    CHECKED_OUT = "checkedout", _("签退了")
    PENDING = "pending", _("等队长确认")
    CONFIRMED = "confirmed", _("队长确认了")
    RECORDED = "recorded", _("已记录")
    ASKED = "asked", _("申请更正")
    CORRECTED = "corrected", _("更正了")
    REFUSED = "refused", _("没有算")
    ABSENT = "absent", _("报了名没有来")


class RecordSource(models.TextChoices):
    SHIFT = "shift", _("活动班次")
    POST = "post", _("岗位值勤")
    CASE = "case", _("协助办件")
    HELP = "help", _("帮忙")


class CheckMethod(models.TextChoices):
    CODE = "code", _("扫现场的码")
    LEADER = "leader", _("队长点到")
    SELF = "self", _("自己签退")
    NONE = "none", _("没有签退")
    MANUAL = "manual", _("人工录入")


class HeldFor(models.TextChoices):
    """Why somebody has to look before it counts."""

    SPEED = "speed", _("两次签到离得太远，来不及赶到")


class SpotResult(models.TextChoices):
    OK = "ok", _("属实")
    WRONG = "wrong", _("不属实")


class EntryKind(models.TextChoices):
    TRAINING = "training", _("培训")
    PRAISE = "praise", _("表彰奖励")
    EVALUATION = "evaluation", _("评价")


class CertificateState(models.TextChoices):
    APPLIED = "applied", _("申请了")
    ACCEPTED = "accepted", _("受理了")
    ISSUED = "issued", _("已开具")
    REFUSED = "refused", _("没有开")
    WITHDRAWN = "withdrawn", _("本人撤回")
    REVOKED = "revoked", _("已撤销")


class HelpKind(models.TextChoices):
    PATROL = "patrol", _("巡查")
    HELP = "help", _("帮忙")


class HelpState(models.TextChoices):
    OPEN = "open", _("在找人")
    FILLED = "filled", _("人够了")
    CANCELLED = "cancelled", _("不用了")
    OVER = "over", _("过了时间")


class OfferState(models.TextChoices):
    OFFERED = "offered", _("等他回话")
    ACCEPTED = "accepted", _("来")
    DECLINED = "declined", _("这次不来")
    LAPSED = "lapsed", _("没有回话")


class Why(models.TextChoices):
    """Why just you; each is something that one has said oneself."""

    AREA = "area", _("您说过愿意在这一片帮忙")
    SKILL = "skill", _("您说过会这个")
    POST = "post", _("您在这个岗位上")
    FREE = "free", _("您说过这个时间有空")
    RESTED = "rested", _("最近一周没有找过您")


class ServiceNews(models.TextChoices):
    """What a notice about service says."""

    PENDING = "pending", _("有时长等您确认")
    RECORDED = "recorded", _("时长记上了，谢谢你")
    REFUSED = "refused", _("这一次没有算")
    ASKED = "asked", _("有人申请更正时长")
    CORRECTED = "corrected", _("时长更正了")
    KEPT = "kept", _("核对过，时长没有改")
    WANTED = "wanted", _("有人申请服务证明")
    ISSUED = "issued", _("服务证明开好了")
    NOT_ISSUED = "not_issued", _("服务证明没有开")
    REVOKED = "revoked", _("服务证明撤销了，可以免费重开")
    FILLED = "filled", _("帮忙的人够了")
    CANCELLED = "cancelled", _("不用来了，谢谢你")
