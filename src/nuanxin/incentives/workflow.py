"""The lives of what people here ask for: every state changes through one of these tables."""

from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import AbsenceState as A
from nuanxin.incentives.enums import GrantState as G
from nuanxin.incentives.enums import HoldState as H
from nuanxin.incentives.enums import HonourState as N
from nuanxin.incentives.enums import OrderState as O
from nuanxin.incentives.enums import RefillState as R
from nuanxin.incentives.enums import RuleState as U
from nuanxin.incentives.enums import SettlementState as S
from nuanxin.incentives.enums import ShopState as P
from nuanxin.incentives.enums import StarState as V
from nuanxin.incentives.enums import TeamAwardState as D
from nuanxin.incentives.enums import TipState as T
from nuanxin.kernel.workflow import Transition, Workflow

# --- The volunteer supermarket: an order, what brings new stock, what a supplier is owed ------------------------------
_WAITING = (O.RESERVED, O.READY)

ORDER = Workflow(
    "order",
    O,
    [
        Transition("place", _("换一件"), ("",), O.RESERVED, "incentives.redeem", event="RedemptionPlaced"),
        Transition("prepare", _("备好了"), (O.RESERVED,), O.READY, "incentives.shop_keep", event="RedemptionReady"),
        Transition(
            "collect", _("交给本人"), _WAITING, O.COLLECTED, "incentives.hand_over", ("code",), "RedemptionCollected"
        ),
        Transition(
            "cancel", _("不要了，退积分"), _WAITING, O.CANCELLED, "incentives.redeem", event="RedemptionCancelled",
            tone="plain",
        ),
        Transition(
            "call_off", _("给不了，退积分"), _WAITING, O.CANCELLED, "incentives.shop_keep", ("reason",),
            "RedemptionCancelled", "danger",
        ),
        Transition("expire", _("过期没取"), _WAITING, O.EXPIRED, "system", event="RedemptionExpired"),
        Transition(
            "ask_return", _("东西有问题"), (O.COLLECTED,), O.RETURN_ASKED, "incentives.shop_keep", ("reason",),
            "RedemptionReturnAsked", "plain",
        ),
        Transition(
            "return", _("同意退，退积分"), (O.RETURN_ASKED,), O.RETURNED, "incentives.shop_approve",
            event="RedemptionReturned",
        ),
        Transition(
            "refuse_return", _("不退"), (O.RETURN_ASKED,), O.COLLECTED, "incentives.shop_approve", ("reason",),
            tone="plain",
        ),
    ],
)  # fmt: skip

SHOP = Workflow(
    "shop",
    P,
    [
        Transition("set_up", _("开一家"), ("",), P.OPEN, "incentives.shop_manage"),
        Transition(
            "pause", _("暂停"), (P.OPEN,), P.PAUSED, "incentives.shop_manage", ("reason",), tone="plain"
        ),
        Transition("resume", _("恢复营业"), (P.PAUSED,), P.OPEN, "incentives.shop_manage"),
        Transition(
            "close", _("撤销"), (P.OPEN, P.PAUSED), P.CLOSED, "incentives.shop_manage", ("reason",), tone="danger"
        ),
    ],
)  # fmt: skip

REFILL = Workflow(
    "refill",
    R,
    [
        Transition("accept", _("我们去补"), (R.OPEN,), R.ACCEPTED, "incentives.shop_keep"),
        Transition("take_in", _("收下上架"), (R.OPEN, R.ACCEPTED), R.TAKEN_IN, "incentives.shop_keep", ("quantity",)),
        Transition(
            "drop", _("不用补了"), (R.OPEN, R.ACCEPTED), R.DROPPED, "incentives.shop_keep", ("reason",), tone="plain"
        ),
        Transition("settle", _("够了"), (R.OPEN, R.ACCEPTED), R.DROPPED, "system"),
    ],
)  # fmt: skip

SETTLEMENT = Workflow(
    "settlement",
    S,
    [
        Transition(
            "close", _("结这个月"), ("", S.SENT_BACK), S.CLOSED, "incentives.shop_manage", event="SettlementClosed"
        ),
        Transition(
            "approve", _("批准"), (S.CLOSED,), S.APPROVED, "incentives.shop_approve", event="SettlementApproved"
        ),
        Transition(
            "send_back", _("退回重算"), (S.CLOSED,), S.SENT_BACK, "incentives.shop_approve", ("reason",),
            "SettlementSentBack", "plain",
        ),
    ],
)  # fmt: skip

# --- Stars, honours, the tip-off register, held awards ------------------------------
STAR = Workflow(
    "star",
    V,
    [
        Transition("apply", _("申请星级"), ("",), V.APPLIED, "incentives.star_apply", event="StarApplied"),
        Transition(
            "publicise", _("核对无误，开始公示"), (V.APPLIED,), V.PUBLICITY, "incentives.star_check", event="StarMoved"
        ),
        Transition("grant", _("公示期满，授星"), (V.PUBLICITY,), V.GRANTED, "system", event="StarGranted"),
        Transition(
            "refuse", _("不通过"), (V.APPLIED, V.PUBLICITY), V.REFUSED, "incentives.star_check", ("reason",),
            "StarMoved",
            "danger",
        ),
        Transition(
            "withdraw", _("不申请了"), (V.APPLIED, V.PUBLICITY), V.WITHDRAWN, "incentives.star_apply",
            event="StarMoved",
            tone="plain",
        ),
        Transition("reopen", _("申诉成立，重新核对"), (V.REFUSED,), V.APPLIED, "system", event="StarMoved"),
        Transition("forget", _("本人注销"), (V.APPLIED, V.PUBLICITY), V.WITHDRAWN, "system"),
    ],
)  # fmt: skip

_NOT_YET_PUBLIC = (N.NOMINATED, N.VERIFIED)

HONOUR = Workflow(
    "honour",
    N,
    [
        Transition("nominate", _("提名"), ("",), N.NOMINATED, "incentives.nominate", event="HonourNominated"),
        Transition(
            "verify", _("核实了，属实"), (N.NOMINATED,), N.VERIFIED, "incentives.honour_verify", ("opinion",),
            "HonourMoved"
        ),
        Transition(
            "forward", _("转报认定单位"), (N.VERIFIED,), N.FORWARDED, "incentives.honour_decide", ("opinion",),
            "HonourMoved",
        ),
        Transition(
            "publicise", _("开始公示"), (N.VERIFIED,), N.PUBLICITY, "incentives.honour_decide", event="HonourMoved"
        ),
        Transition("award", _("授予"), (N.PUBLICITY,), N.AWARDED, "incentives.honour_decide", event="HonourAwarded"),
        Transition(
            "display", _("放上荣誉墙"), (N.AWARDED,), N.DISPLAYED, "incentives.honour_decide", event="HonourMoved",
        ),
        Transition(
            "take_down", _("撤下来"), (N.DISPLAYED,), N.ENDED, "incentives.honour_decide", ("opinion",), "HonourMoved",
            "plain",
        ),
        Transition(
            "refuse", _("不通过"), (*_NOT_YET_PUBLIC, N.PUBLICITY), N.REFUSED, "incentives.honour_decide", ("opinion",),
            "HonourMoved", "danger",
        ),
        Transition(
            "withdraw", _("撤回提名"), _NOT_YET_PUBLIC, N.WITHDRAWN, "incentives.honour_own", event="HonourMoved",
            tone="plain",
        ),
        Transition("hide", _("本人不同意公示了"), (N.PUBLICITY,), N.VERIFIED, "system", event="HonourMoved"),
        Transition("unshow", _("本人不同意展示了"), (N.DISPLAYED,), N.AWARDED, "system", event="HonourMoved"),
        Transition("end", _("展示到期"), (N.DISPLAYED,), N.ENDED, "system", event="HonourMoved"),
        Transition("forget", _("本人注销"), (N.PUBLICITY, N.DISPLAYED), N.ENDED, "system"),
        Transition("call_back", _("街道收回去自己办"), _NOT_YET_PUBLIC, N.WITHDRAWN, "system", event="HonourMoved"),
        Transition("reopen", _("申诉成立，重新核实"), (N.REFUSED,), N.NOMINATED, "system", event="HonourMoved"),
    ],
)  # fmt: skip

TIP_OFF = Workflow(
    "tip_off",
    T,
    [
        Transition("register", _("登记领奖"), ("",), T.REGISTERED, "incentives.tip_off", event="TipOffMoved"),
        Transition("verify", _("线索属实"), (T.REGISTERED,), T.VERIFIED, "incentives.tip_verify", event="TipOffMoved"),
        Transition(
            "pay", _("核对领奖码，已发"), (T.VERIFIED,), T.PAID, "incentives.tip_verify", ("code",), "TipOffMoved",
        ),
        Transition(
            "refuse", _("没有核实"), (T.REGISTERED,), T.REFUSED, "incentives.tip_verify", ("reason",), "TipOffMoved",
            "danger",
        ),
        Transition("reopen", _("申诉成立，重新核实"), (T.REFUSED,), T.REGISTERED, "system", event="TipOffMoved"),
    ],
)  # fmt: skip

_UNSEEN = (A.ASKED, A.ANSWERED)

ABSENCE = Workflow(
    "absence",
    A,
    [
        Transition("ask", _("请人看"), ("",), A.ASKED, "system", event="AbsenceAsked"),
        Transition(
            "answer", _("说明情况"), (A.ASKED,), A.ANSWERED, "incentives.star_apply", ("answer",), "AbsenceAnswered"
        ),
        Transition(
            "keep", _("不影响评星"), _UNSEEN, A.KEPT, "incentives.star_check", ("opinion",), "AbsenceDecided"
        ),
        Transition(
            "pause", _("停一段时间的评星"), _UNSEEN, A.PAUSED, "incentives.star_check", ("opinion", "months"),
            "AbsenceDecided", "danger",
        ),
        Transition("restore", _("申诉成立，照常评星"), (A.PAUSED,), A.KEPT, "system", event="AbsenceDecided"),
        Transition("forget", _("本人注销了"), _UNSEEN, A.KEPT, "system"),
    ],
)  # fmt: skip

_UNDECIDED = (H.HELD, H.ANSWERED)

HOLD = Workflow(
    "hold",
    H,
    [
        Transition("hold", _("先留着，请人看"), ("",), H.HELD, "system", event="AwardHeld"),
        Transition("answer", _("说明情况"), (H.HELD,), H.ANSWERED, "incentives.hold_own", ("answer",), "HoldAnswered"),
        Transition(
            "release", _("没问题，发给本人"), _UNDECIDED, H.RELEASED, "incentives.hold_review", event="HoldDecided",
        ),
        Transition(
            "deny", _("不发，写明理由"), _UNDECIDED, H.DENIED, "incentives.hold_review", ("opinion",), "HoldDecided",
            "danger"
        ),
        Transition("restore", _("申诉成立，发给本人"), (H.DENIED,), H.RELEASED, "system", event="HoldDecided"),
    ],
)  # fmt: skip

# --- What two people decide: the next version of a rule, a big award ------------------------------
RULE = Workflow(
    "rule",
    U,
    [
        Transition(
            "propose", _("提一版新的"), ("",), U.PROPOSED, "incentives.rules_propose", ("reason",), "RuleMoved"
        ),
        Transition("approve", _("批准"), (U.PROPOSED,), U.APPROVED, "incentives.rules_approve", event="RuleMoved"),
        Transition(
            "refuse", _("不同意"), (U.PROPOSED,), U.REFUSED, "incentives.rules_approve", ("because",), "RuleMoved",
            "plain",
        ),
        Transition(
            "withdraw", _("收回"), (U.PROPOSED,), U.WITHDRAWN, "incentives.rules_propose", event="RuleMoved",
            tone="plain",
        ),
    ],
)  # fmt: skip

GRANT = Workflow(
    "grant",
    G,
    [
        Transition(
            "propose", _("提一件"), ("",), G.PROPOSED, "incentives.grant_propose", ("reason",), "GrantMoved"
        ),
        Transition("approve", _("批准"), (G.PROPOSED,), G.APPROVED, "incentives.grant_approve", event="GrantMoved"),
        Transition(
            "refuse", _("不同意"), (G.PROPOSED,), G.REFUSED, "incentives.grant_approve", ("because",), "GrantMoved",
            "plain",
        ),
    ],
)  # fmt: skip

# --- What a team leader gives by hand ------------------------------
TEAM_AWARD = Workflow(
    "team_award",
    D,
    [
        Transition(
            "give", _("给出"), ("",), D.GIVEN, "incentives.team_award", ("amount", "reason"), "TeamAwarded"
        ),
        Transition(
            "take_back", _("收回"), (D.GIVEN,), D.REVERSED, "incentives.team_award_reverse", ("because",),
            "TeamAwardReversed", "danger",
        ),
    ],
)  # fmt: skip
