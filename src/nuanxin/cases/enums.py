"""The words of a case (`domain.md` §2.1, §2.3, §3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CaseState(TextChoices):
    REPORTED = "reported", _("已上报")
    SCREENING = "screening", _("核实中")
    REJECTED = "rejected", _("不予受理")
    MERGED = "merged", _("已并案")
    FILED = "filed", _("已立案")
    DISPATCHED = "dispatched", _("已派单")
    CLAIMED = "claimed", _("社区已领单")
    RETURNED = "returned", _("已退回")
    ACCEPTED = "accepted", _("已接单")
    IN_PROGRESS = "in_progress", _("处理中")
    RESULT_SUBMITTED = "result_submitted", _("已提交结果")
    VERIFYING = "verifying", _("核查中")
    REWORK = "rework", _("返工")
    CLOSED = "closed", _("已结案")
    REOPENED = "reopened", _("重新打开")
    ARCHIVED = "archived", _("已归档")


class TaskState(TextChoices):
    DISPATCHED = "dispatched", _("待接收")
    CLAIMED = "claimed", _("已领单")
    ACCEPTED = "accepted", _("已接单")
    IN_PROGRESS = "in_progress", _("处理中")
    RETURNED = "returned", _("已退回")
    RESULT_SUBMITTED = "result_submitted", _("已提交结果")
    WITHDRAWN = "withdrawn", _("已撤回")
    DONE = "done", _("已完成")


class TaskRole(TextChoices):
    COMMUNITY = "community", _("属地")
    LEAD = "lead", _("主办")
    ASSIST = "assist", _("协办")


class Desk(TextChoices):
    """Whose turn it is: the four queues of a street, and the shelf of what is over."""

    SCREEN = "screen", _("待核实")
    DISPATCH = "dispatch", _("待派单")
    HANDLE = "handle", _("处理中")
    VERIFY = "verify", _("待核查")
    OVER = "over", _("已办结")


DESK_STATES: dict[str, tuple[str, ...]] = {
    Desk.SCREEN: (CaseState.REPORTED, CaseState.SCREENING),
    Desk.DISPATCH: (CaseState.FILED, CaseState.RETURNED, CaseState.REOPENED),
    Desk.HANDLE: (
        CaseState.DISPATCHED,
        CaseState.CLAIMED,
        CaseState.ACCEPTED,
        CaseState.IN_PROGRESS,
        CaseState.REWORK,
    ),
    Desk.VERIFY: (CaseState.RESULT_SUBMITTED, CaseState.VERIFYING),
    Desk.OVER: (CaseState.REJECTED, CaseState.MERGED, CaseState.CLOSED, CaseState.ARCHIVED),
}
OVER_STATES = DESK_STATES[Desk.OVER]

# The five steps a worker sees (`domain.md` §2.1): the step that is now going on, 6 when all are done.
STEP_OF_STATE: dict[str, int] = {
    CaseState.REPORTED: 2,
    CaseState.SCREENING: 2,
    CaseState.REJECTED: 2,
    CaseState.MERGED: 2,
    CaseState.FILED: 2,
    CaseState.RETURNED: 2,
    CaseState.REOPENED: 2,
    CaseState.DISPATCHED: 3,
    CaseState.CLAIMED: 4,
    CaseState.ACCEPTED: 4,
    CaseState.IN_PROGRESS: 4,
    CaseState.REWORK: 4,
    CaseState.RESULT_SUBMITTED: 5,
    CaseState.VERIFYING: 5,
    CaseState.CLOSED: 6,
    CaseState.ARCHIVED: 6,
}


class Urgency(TextChoices):
    U1 = "U1", _("危及生命")
    U2 = "U2", _("紧急")
    U3 = "U3", _("一般")
    U4 = "U4", _("日常")


class SupervisionLevel(TextChoices):
    """How loudly a case is asked after (督办, `domain.md` §2.3)."""

    YELLOW = "yellow", _("黄色预警")
    ORANGE = "orange", _("橙色督办")
    RED = "red", _("红色督办")
    LEADER = "leader", _("领导督办")
    LISTED = "listed", _("挂牌督办")


class AboutParty(TextChoices):
    """Whom a kind of report is about, and who therefore never handles it (`queries/parties.py`)."""

    MANAGER = "manager", _("小区物业")
    HOST = "host", _("商户、食堂、医院")


class Visibility(TextChoices):
    NORMAL = "normal", _("普通")
    CONFIDENTIAL = "confidential", _("保密")


class Source(TextChoices):
    """Who found it: the kind of person, never which one."""

    WORKER = "worker", _("小哥")
    RESIDENT = "resident", _("居民")
    STAFF = "staff", _("工作人员")
    ON_BEHALF = "on_behalf", _("代为登记")
    OPEN311 = "open311", _("其他系统")
    DOOR = "door", _("门口扫码")


class PlaceSource(TextChoices):
    GPS = "gps", _("手机定位")
    PIN = "pin", _("地图选点")
    COMPOUND = "compound", _("选择小区")
    TERRITORY = "territory", _("选择社区")


class ClockKind(TextChoices):
    RESPOND = "respond", _("响应")
    SCREEN = "screen", _("核实")
    DISPATCH = "dispatch", _("派单")
    CLAIM = "claim", _("领单")
    ACCEPT = "accept", _("接单")
    MAKE_SAFE = "make_safe", _("控制险情")
    HANDLE = "handle", _("处置")
    VERIFY = "verify", _("核查")
    ANSWER = "answer", _("报到")
    MEETING = "meeting", _("会商")
    TOTAL = "total", _("总时限")
    REPLY = "reply", _("督办回复")
    REVIEW = "review", _("挂账复查")


class ClockOutcome(TextChoices):
    RUNNING = "running", _("计时中")
    MET = "met", _("按时")
    LATE = "late", _("超时")
    CANCELLED = "cancelled", _("取消")


class ClockChangeKind(TextChoices):
    PAUSE = "pause", _("暂停")
    EXTEND = "extend", _("延期")
    CALENDAR = "calendar", _("放假安排公布")


class PauseCause(TextChoices):
    """Why a clock stood still; shown beside the stretch that does not count."""

    SHELVED = "shelved", _("挂账")
    OTHER = "other", _("其他原因")


class PhotoKind(TextChoices):
    NEAR = "near", _("近景")
    FAR = "far", _("远景")
    REFERENCE = "reference", _("参照物")
    BEFORE = "before", _("处理前")
    AFTER = "after", _("处理后")


# The steps with which a reporter's own pictures came.
REPORTERS_STEPS = ("report", "supplement")


class RejectReason(TextChoices):
    """Why a report is not a case (`domain.md` §2.3); where to go instead is shown with each."""

    NOT_THIS_AREA = "1", _("不在本区域")
    IN_LEGAL_PROCESS = "2", _("已进入诉讼、仲裁或复议")
    SECRET = "3", _("涉及军事、国家秘密或个人隐私")
    EMERGENCY = "4", _("紧急情况，请拨打 110/119/120/122")
    UNLAWFUL = "5", _("违反法律或公序良俗")
    NOT_LOCATABLE = "6", _("找不到位置，也联系不上上报人")
    NOT_PUBLIC = "7", _("不属于公共事务")
    MALICIOUS_REPEAT = "8", _("恶意重复")
    NOT_EXIST = "9", _("现场核实不存在")


INSTEAD: dict[str, object] = {
    RejectReason.NOT_THIS_AREA: _("请在事情发生的地方重新上报，或拨打 12345。"),
    RejectReason.IN_LEGAL_PROCESS: _("请向受理的法院、仲裁委或复议机关了解进展，也可拨打 12348 法律援助。"),
    RejectReason.SECRET: _("请直接联系有关部门，不要拍照。"),
    RejectReason.EMERGENCY: _("请马上拨打 110、119、120 或 122；我们已留下记录。"),
    RejectReason.UNLAWFUL: _("如果您认为判断有误，可以拨打 12345 说明情况。"),
    RejectReason.NOT_LOCATABLE: _("请补充位置后再报一次，选小区最快。"),
    RejectReason.NOT_PUBLIC: _("可以先和对方或物业协商，社区也愿意帮忙调解。"),
    RejectReason.MALICIOUS_REPEAT: _("同一件事已有记录；有新情况请在原来的上报里补充。"),
    RejectReason.NOT_EXIST: _("现场没有看到；如果又出现，请拍照再报，我们马上去。"),
}


class ReturnReason(TextChoices):
    """Why a unit hands a task back (`domain.md` §2.3)."""

    R1 = "R1", _("不在我的辖区")
    R2 = "R2", _("不是我的职责（需注明依据）")
    R3 = "R3", _("类别有误")
    R4 = "R4", _("信息不全")
    R5 = "R5", _("现场没有该问题")
    R6 = "R6", _("重复件")
    R7 = "R7", _("属私人或合同事务")
    R8 = "R8", _("已进入法律程序")
    R9 = "R9", _("需要其他单位共同主办")


class ConsultAnswer(TextChoices):
    """What a whistled unit says (吹哨报到)."""

    ATTENDS = "attends", _("到会")
    OPINION = "opinion", _("书面意见")


class ExtensionState(TextChoices):
    ASKED = "asked", _("待审批")
    GRANTED = "granted", _("已同意")
    REFUSED = "refused", _("未同意")
    LAPSED = "lapsed", _("到期未批")


class MessageDirection(TextChoices):
    TO_REPORTER = "to_reporter", _("问上报人")
    FROM_REPORTER = "from_reporter", _("上报人答")


class Outcome(TextChoices):
    """How it ended; "explained" is never counted as solved (`domain.md` §2.4)."""

    SOLVED = "solved", _("已解决")
    EXPLAINED = "explained", _("已解释说明")
    TRANSFERRED = "transferred", _("已转交")


class MeasureKind(TextChoices):
    """The 721 method (`domain.md` 004-42): service first, then management, and only then enforcement."""

    NOTICE = "notice", _("温馨提示单")
    MANAGEMENT = "management", _("管理措施")
    PENALTY = "penalty", _("行政处罚")


class StageKind(TextChoices):
    """A repair in stages: the danger away, something that holds for now, the thing itself."""

    MAKE_SAFE = "make_safe", _("控制险情")
    TEMPORARY = "temporary", _("临时处理")
    FINAL = "final", _("彻底修复")


class HandOffKind(TextChoices):
    """Where a report goes that is not for a repair crew (`CaseHandedOff`)."""

    GOOD_DEED = "good_deed", _("好人好事登记")
    DISPUTE = "dispute", _("劳动争议调解")
    WISH = "wish", _("居民议事")
    OUTSIDE = "outside", _("城市管理平台")


class ShelvingState(TextChoices):
    """A request to let a case wait, and what became of it (挂账)."""

    ASKED = "asked", _("待审核")
    SHELVED = "shelved", _("已挂账")
    REFUSED = "refused", _("未同意")
    ENDED = "ended", _("已销账")


class ShelvingCause(TextChoices):
    """Why it cannot be solved now (`domain.md` §2.3)."""

    HISTORY = "history", _("历史遗留")
    FUNDS = "funds", _("资金未落实")
    SEASON = "season", _("受季节影响")
    OTHER = "other", _("其他")


class AppealKind(TextChoices):
    OVERDUE = "overdue", _("超时")
    REWORK = "rework", _("返工")
    UNSATISFIED = "unsatisfied", _("不满意")


class AppealState(TextChoices):
    PRECHECK = "precheck", _("待初审")
    OPINION = "opinion", _("待本单位意见")
    REVIEW = "review", _("待领导审定")
    UPHELD = "upheld", _("申诉成立")
    REJECTED = "rejected", _("申诉不成立")


class SupervisionCause(TextChoices):
    """Who or what opened it: time or reworks do by themselves, the others are a person's decision."""

    TIME = "time", _("时限")
    REWORK = "rework", _("多次返工")
    LEADER = "leader", _("领导督办")
    KEY = "key", _("重点督办")


class PublicationState(TextChoices):
    """A solved case on its way to the public page (公开)."""

    WANTED = "wanted", _("待审核")
    IN_REVIEW = "in_review", _("审核中")
    PUBLISHED = "published", _("已公开")
    REFUSED = "refused", _("未公开")
    WITHDRAWN = "withdrawn", _("已撤下")


class RedactionState(TextChoices):
    """A picture on its way to the public page: nothing of it is public that a person has not released."""

    PROPOSED = "proposed", _("待审")
    RELEASED = "released", _("已放行")
    REFUSED = "refused", _("未公开")
    WITHDRAWN = "withdrawn", _("已撤下")


class LookResult(TextChoices):
    """Who has looked for faces and plates before the person does; empty while the worker has not come to it."""

    MODELS = "models", _("已自动找过")
    ABSENT = "absent", _("没有自动找")
    FAILED = "failed", _("自动找没有成功")
