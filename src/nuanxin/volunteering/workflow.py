"""All states of volunteering and the steps between them. What is true of a thing besides is a column."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.workflow import Transition, Workflow
from nuanxin.volunteering.enums import ActivityState as A
from nuanxin.volunteering.enums import AppointmentState as P
from nuanxin.volunteering.enums import CertificateState, HelpState, OfferState, RecordState
from nuanxin.volunteering.enums import MembershipState as M
from nuanxin.volunteering.enums import PreventionState as N
from nuanxin.volunteering.enums import ReserveState as R
from nuanxin.volunteering.enums import ShiftState as H
from nuanxin.volunteering.enums import SignUpState as S
from nuanxin.volunteering.enums import SwapState as W

# --- Teams and posts ---
MEMBERSHIP = Workflow(
    "membership",
    M,
    [
        Transition("ask", _("申请加入"), ("",), M.ASKED, "volunteering.join", event="MembershipAsked"),
        Transition("invite", _("邀请"), ("",), M.INVITED, "volunteering.lead_team", event="MembershipAsked"),
        Transition("take_in", _("同意"), (M.ASKED,), M.MEMBER, "volunteering.lead_member", event="MemberJoined"),
        Transition(
            "decline", _("不同意"), (M.ASKED,), M.DECLINED, "volunteering.lead_member", ("reason",),
            "MembershipDeclined", "plain",
        ),
        Transition("accept", _("加入"), (M.INVITED,), M.MEMBER, "volunteering.join", event="MemberJoined"),
        Transition(
            "refuse", _("不加入"), (M.INVITED,), M.DECLINED, "volunteering.join", tone="plain"
        ),
        Transition(
            "leave", _("退出"), (M.MEMBER, M.ASKED), M.LEFT, "volunteering.join", event="MemberLeft", tone="plain"
        ),
        Transition(
            "part", _("请出队伍"), (M.MEMBER,), M.LEFT, "volunteering.lead_member", ("reason",), "MemberLeft",
            "danger",
        ),
        Transition("end", _("队伍撤销"), (M.MEMBER, M.ASKED, M.INVITED), M.LEFT, "system", event="MemberLeft"),
    ],
)  # fmt: skip

_BEFORE = (P.NOMINATED, P.REVIEWED, P.PUBLICITY)

APPOINTMENT = Workflow(
    "appointment",
    P,
    [
        Transition("apply", _("我来"), ("",), P.NOMINATED, "volunteering.apply_post", event="NominationMade"),
        Transition(
            "nominate", _("推荐"), ("",), P.ASKED, "volunteering.nominate", ("why",), event="NominationMade"
        ),
        Transition(
            "agree", _("同意被推荐"), (P.ASKED,), P.NOMINATED, "volunteering.own_post", event="NominationMade"
        ),
        Transition(
            "review", _("审核通过"), (P.NOMINATED,), P.REVIEWED, "volunteering.review_post", event="AppointmentMoved"
        ),
        Transition(
            "publicise", _("开始公示"), (P.REVIEWED,), P.PUBLICITY, "volunteering.decide_post",
            event="AppointmentPublicised",
        ),
        Transition(
            "appoint", _("正式聘任"), (P.PUBLICITY,), P.APPOINTED, "volunteering.decide_post", event="PostAppointed"
        ),
        Transition(
            "again", _("退回重新审核"), (P.PUBLICITY, P.REVIEWED), P.NOMINATED, "volunteering.decide_post",
            ("reason",), "AppointmentMoved", "plain",
        ),
        Transition(
            "refuse", _("不通过"), _BEFORE, P.REFUSED, "volunteering.decide_post", ("reason",), "AppointmentMoved",
            "danger",
        ),
        Transition(
            "withdraw", _("不去了"), (P.ASKED, *_BEFORE), P.WITHDRAWN, "volunteering.own_post",
            event="AppointmentMoved", tone="plain",
        ),
        Transition(
            "resign", _("辞任"), (P.APPOINTED,), P.RESIGNED, "volunteering.own_post", ("handover",), "PostEnded",
            "plain",
        ),
        Transition(
            "remove", _("免去"), (P.APPOINTED,), P.REMOVED, "volunteering.decide_post", ("reason",), "PostEnded",
            "danger",
        ),
        Transition("expire", _("任期满"), (P.APPOINTED,), P.EXPIRED, "system", event="PostEnded"),
        Transition("lose", _("岗位角色结束"), (P.APPOINTED,), P.REMOVED, "system", event="PostEnded"),
        Transition(
            "drop", _("岗位撤销"), (P.ASKED, *_BEFORE), P.REFUSED, "system", event="AppointmentMoved"
        ),
    ],
)  # fmt: skip

PREVENTION = Workflow(
    "prevention_notice",
    N,
    [
        Transition("send", _("发出"), ("",), N.SENT, "volunteering.notify", event="PreventionNoticeSent"),
        Transition("recall", _("撤回"), (N.SENT,), N.RECALLED, "volunteering.notify", ("reason",), tone="danger"),
        Transition("expire", _("过期"), (N.SENT,), N.EXPIRED, "system"),
    ],
)  # fmt: skip

_IN_RESERVE = (R.ADMITTED, R.TRAINING)

RESERVE = Workflow(
    "reserve",
    R,
    [
        Transition("apply", _("申请入库"), ("",), R.APPLIED, "volunteering.apply_reserve"),
        Transition("recommend", _("推荐"), ("",), R.ASKED, "volunteering.recommend_reserve", ("words",)),
        Transition("agree", _("同意"), (R.ASKED,), R.APPLIED, "volunteering.own_reserve"),
        Transition("admit", _("入库"), (R.APPLIED,), R.ADMITTED, "volunteering.decide_reserve"),
        Transition(
            "refuse", _("不入库"), (R.APPLIED,), R.REFUSED, "volunteering.decide_reserve", ("reason",), tone="plain"
        ),
        Transition(
            "train", _("安排培训"), _IN_RESERVE, R.TRAINING, "volunteering.decide_reserve", ("training",)
        ),
        Transition("trained", _("培训好了"), (R.TRAINING,), R.ADMITTED, "volunteering.decide_reserve"),
        Transition(
            "engage", _("已到岗"), _IN_RESERVE, R.ENGAGED, "volunteering.decide_reserve", ("outcome",)
        ),
        Transition(
            "end", _("出库"), _IN_RESERVE, R.ENDED, "volunteering.decide_reserve", ("reason",), tone="danger"
        ),
        Transition(
            "withdraw", _("不要了"), (R.ASKED, R.APPLIED, *_IN_RESERVE), R.WITHDRAWN, "volunteering.own_reserve",
            tone="plain",
        ),
    ],
)  # fmt: skip

# --- Activities ---
_SHOWN = (A.PUBLISHED, A.OPEN, A.RUNNING)

# With a risk, or where the street is asked, "publish" is the street's; `services/activities.py` says which it is.
ACTIVITY = Workflow(
    "activity",
    A,
    [
        Transition("draft", _("起草"), ("",), A.DRAFT, "volunteering.activity_edit"),
        Transition(
            "propose", _("送街道批"), (A.DRAFT,), A.PROPOSED, "volunteering.activity_edit", event="ActivityProposed"
        ),
        Transition(
            "publish", _("发布"), (A.DRAFT,), A.PUBLISHED, "volunteering.activity_edit", event="ActivityPublished"
        ),
        Transition(
            "approve", _("同意并发布"), (A.PROPOSED,), A.PUBLISHED, "volunteering.activity_approve",
            event="ActivityPublished",
        ),
        Transition(
            "give_back", _("退回修改"), (A.PROPOSED,), A.DRAFT, "volunteering.activity_approve", ("reason",),
            "ActivityReturned", "plain",
        ),
        Transition("open", _("开始报名"), (A.PUBLISHED,), A.OPEN, "system", event="SignUpOpened"),
        Transition("begin", _("开始"), (A.PUBLISHED, A.OPEN), A.RUNNING, "system"),
        Transition(
            "finish", _("办完了"), (A.OPEN, A.RUNNING), A.DONE, "volunteering.activity_edit", event="ActivityDone"
        ),
        Transition(
            "archive", _("归档"), (A.DONE,), A.ARCHIVED, "volunteering.activity_edit", ("beneficiaries",), tone="plain"
        ),
        Transition(
            "cancel", _("取消活动"), (A.DRAFT, A.PROPOSED, *_SHOWN), A.CANCELLED, "volunteering.activity_edit",
            ("reason",), "ActivityCancelled", "danger",
        ),
    ],
)  # fmt: skip

SHIFT = Workflow(
    "shift",
    H,
    [
        Transition(
            "cancel", _("取消这一班"), (H.PLANNED,), H.CANCELLED, "volunteering.activity_edit", ("reason",),
            "ShiftCancelled", "danger",
        ),
        Transition("end", _("结束"), (H.PLANNED,), H.OVER, "system"),
    ],
)  # fmt: skip

_STILL = (S.ENTERED, S.WAITING, S.HELD, S.CONFIRMED)

SIGN_UP = Workflow(
    "sign_up",
    S,
    [
        Transition("enter", _("登记抽签"), ("",), S.ENTERED, "volunteering.sign_up"),
        Transition("confirm", _("报名"), ("",), S.CONFIRMED, "volunteering.sign_up", event="SignUpMade"),
        Transition("wait", _("候补"), ("",), S.WAITING, "volunteering.sign_up"),
        Transition("win", _("抽中了"), (S.ENTERED,), S.CONFIRMED, "system", event="SignUpMade"),
        Transition("queue", _("抽签后候补"), (S.ENTERED,), S.WAITING, "system"),
        Transition("seat", _("有名额，直接报上"), (S.WAITING,), S.CONFIRMED, "system", event="SignUpMade"),
        Transition("offer", _("名额留给候补的"), (S.WAITING,), S.HELD, "system", event="SignUpPromoted"),
        Transition("accept", _("要这个名额"), (S.HELD,), S.CONFIRMED, "volunteering.sign_up", event="SignUpMade"),
        Transition(
            "call_off", _("不去了"), _STILL, S.CALLED_OFF, "volunteering.sign_up", event="SignUpCalledOff", tone="plain"
        ),
        Transition("swap", _("换给别人"), (S.CONFIRMED,), S.SWAPPED, "system", event="ShiftSwapped"),
        Transition("lapse", _("没轮到"), (S.ENTERED, S.WAITING, S.HELD), S.LAPSED, "system", event="SignUpLapsed"),
        Transition("cancel", _("班次取消"), _STILL, S.CANCELLED, "system", event="ShiftCancelled"),
    ],
)  # fmt: skip

SWAP = Workflow(
    "swap",
    W,
    [
        Transition("offer", _("想换班"), ("",), W.OFFERED, "volunteering.sign_up", event="SwapOffered"),
        Transition("take", _("我来换"), (W.OFFERED,), W.TAKEN, "volunteering.sign_up", event="ShiftSwapped"),
        Transition("withdraw", _("不换了"), (W.OFFERED,), W.WITHDRAWN, "volunteering.sign_up", tone="plain"),
        Transition("drop", _("班次没有了"), (W.OFFERED,), W.WITHDRAWN, "system"),
    ],
)


# --- Service records ---
# Signed up is a `SignUp`; the record begins at the check-in. What only the end of a shift does is "system".
RECORD = Workflow(
    "service_record",
    RecordState,
    [
        Transition("check_in", _("签到"), ("",), RecordState.CHECKED_IN, "volunteering.serve", ("code",)),
        Transition(
            "admit", _("点到"), ("", RecordState.ABSENT), RecordState.CHECKED_IN, "volunteering.check_in"
        ),
        Transition("enter", _("补记一次"), ("",), RecordState.PENDING, "volunteering.serve", ("proof",)),
        Transition(
            "check_out", _("签退"), (RecordState.CHECKED_IN,), RecordState.CHECKED_OUT, "volunteering.serve"
        ),
        Transition(
            "submit", _("交给队长确认"), (RecordState.CHECKED_IN, RecordState.CHECKED_OUT), RecordState.PENDING,
            "system",
        ),
        Transition("miss", _("没有来"), ("",), RecordState.ABSENT, "system", event="DidNotCome"),
        Transition(
            "confirm", _("确认"), (RecordState.PENDING,), RecordState.CONFIRMED, "volunteering.record_confirm"
        ),
        Transition(
            "refuse", _("不算"), (RecordState.PENDING,), RecordState.REFUSED, "volunteering.record_confirm",
            ("reason",), "HoursRefused", "danger",
        ),
        Transition(
            "record", _("记录"), (RecordState.CONFIRMED,), RecordState.RECORDED, "system", event="HoursRecorded"
        ),
        Transition(
            "ask", _("申请更正"), (RecordState.RECORDED, RecordState.CORRECTED, RecordState.REFUSED),
            RecordState.ASKED, "volunteering.serve", ("words",), "CorrectionAsked", "plain",
        ),
        Transition(
            "correct", _("更正"), (RecordState.ASKED,), RecordState.CORRECTED, "volunteering.record_answer",
            ("answer",), "HoursCorrected",
        ),
        Transition(
            "keep", _("不改"), (RecordState.ASKED,), RecordState.RECORDED, "volunteering.record_answer", ("answer",),
            "CorrectionRefused", "plain",
        ),
        Transition(
            "keep_refused", _("还是不算"), (RecordState.ASKED,), RecordState.REFUSED, "volunteering.record_answer",
            ("answer",), "CorrectionRefused", "plain",
        ),
        Transition(
            "amend", _("抽查更正"), (RecordState.RECORDED, RecordState.CORRECTED), RecordState.CORRECTED,
            "volunteering.spot_check", ("note",), "HoursCorrected",
        ),
    ],
)  # fmt: skip

CERTIFICATE = Workflow(
    "certificate",
    CertificateState,
    [
        Transition("apply", _("申请"), ("",), CertificateState.APPLIED, "volunteering.serve", event="CertificateAsked"),
        Transition("accept", _("受理"), (CertificateState.APPLIED,), CertificateState.ACCEPTED, "volunteering.certify"),
        Transition(
            "issue", _("开具"), (CertificateState.ACCEPTED,), CertificateState.ISSUED, "volunteering.certify",
            event="CertificateIssued",
        ),
        Transition(
            "refuse", _("不开"), (CertificateState.APPLIED, CertificateState.ACCEPTED), CertificateState.REFUSED,
            "volunteering.certify", ("reason",), "CertificateRefused", "danger",
        ),
        Transition(
            "withdraw", _("不要了"), (CertificateState.APPLIED,), CertificateState.WITHDRAWN, "volunteering.serve",
            tone="plain",
        ),
        Transition(
            "revoke", _("撤销"), (CertificateState.ISSUED,), CertificateState.REVOKED, "volunteering.certify",
            ("reason",), "CertificateRevoked", "danger",
        ),
    ],
)  # fmt: skip

HELP = Workflow(
    "help_request",
    HelpState,
    [
        Transition("ask", _("找人帮忙"), ("",), HelpState.OPEN, "volunteering.help", ("title",)),
        Transition("fill", _("人够了"), (HelpState.OPEN,), HelpState.FILLED, "system", event="HelpFilled"),
        Transition("reopen", _("又缺人"), (HelpState.FILLED,), HelpState.OPEN, "system"),
        Transition(
            "cancel", _("不用了"), (HelpState.OPEN, HelpState.FILLED), HelpState.CANCELLED, "volunteering.help",
            ("reason",), "HelpCancelled", "danger",
        ),
        Transition("end", _("过了时间"), (HelpState.OPEN, HelpState.FILLED), HelpState.OVER, "system"),
    ],
)  # fmt: skip

HELP_OFFER = Workflow(
    "help_offer",
    OfferState,
    [
        Transition("offer", _("问他来不来"), ("",), OfferState.OFFERED, "system", event="HelpOffered"),
        Transition("accept", _("我来"), (OfferState.OFFERED,), OfferState.ACCEPTED, "volunteering.serve"),
        Transition(
            "decline", _("这次不来"), (OfferState.OFFERED, OfferState.ACCEPTED), OfferState.DECLINED,
            "volunteering.serve", tone="plain",
        ),
        Transition("lapse", _("没有回话"), (OfferState.OFFERED,), OfferState.LAPSED, "system"),
    ],
)  # fmt: skip
