"""The whole life of a place. Closed for a while, a broken facility, a season: rows and columns, no states."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.workflow import Transition, Workflow
from nuanxin.places.enums import AssessmentState as A
from nuanxin.places.enums import BookingState as B
from nuanxin.places.enums import OfferState as O
from nuanxin.places.enums import OpenDayState as D
from nuanxin.places.enums import PlaceState as P
from nuanxin.places.enums import RestockState as R
from nuanxin.places.enums import SceneState as S
from nuanxin.places.enums import VoucherState as V

PLACE = Workflow(
    "place",
    P,
    [
        Transition("open", _("对外开放"), (P.DRAFT,), P.OPEN, "places.open", event="PlaceOpened"),
        Transition(
            "suspend", _("暂停服务"), (P.OPEN,), P.SUSPENDED, "places.suspend", ("reason",), "PlaceSuspended", "plain",
        ),
        Transition("resume", _("恢复开放"), (P.SUSPENDED,), P.OPEN, "places.open", event="PlaceOpened"),
        Transition(
            "close",
            _("撤销"),
            (P.DRAFT, P.OPEN, P.SUSPENDED),
            P.CLOSED,
            "places.close",
            ("reason",),
            "PlaceClosed",
            "danger",
        ),
    ],
)  # fmt: skip

RESTOCK = Workflow(
    "restock",
    R,
    [
        Transition("accept", _("我们去补"), (R.OPEN,), R.ACCEPTED, "places.restock", event="RestockAccepted"),
        Transition("deliver", _("送到了"), (R.ACCEPTED,), R.DELIVERED, "places.restock", event="RestockDelivered"),
        Transition(
            "take_in",
            _("收下上架"),
            (R.OPEN, R.ACCEPTED, R.DELIVERED),
            R.CONFIRMED,
            "places.take_in",
            ("quantity",),
            "RestockConfirmed",
        ),
        Transition(
            "give_back",
            _("去不了，交回"),
            (R.ACCEPTED,),
            R.OPEN,
            "places.restock",
            ("reason",),
            "RestockOpened",
            "plain",
        ),
        Transition(
            "drop",
            _("不用补了"),
            (R.OPEN, R.ACCEPTED),
            R.DROPPED,
            "places.restock",
            ("reason",),
            "RestockDropped",
            "plain",
        ),
        Transition("settle", _("够了"), (R.OPEN,), R.DROPPED, "system", event="RestockDropped"),
    ],
)  # fmt: skip

BOOKING = Workflow(
    "booking",
    B,
    [
        Transition("seat", _("直接约上"), (B.WAITING,), B.BOOKED, "system", event="BookingMade"),
        Transition("offer", _("把空位留给排队的"), (B.WAITING,), B.HELD, "system", event="BookingHeld"),
        Transition("accept", _("要这个位子"), (B.HELD,), B.BOOKED, "places.book", event="BookingMade"),
        Transition(
            "withdraw",
            _("不去了"),
            (B.WAITING, B.HELD, B.BOOKED),
            B.WITHDRAWN,
            "places.book",
            event="BookingWithdrawn",
            tone="plain",
        ),
        Transition("lapse", _("没有约上"), (B.WAITING, B.HELD), B.LAPSED, "system", event="BookingLapsed"),
        Transition("came", _("来了"), (B.BOOKED, B.MISSED, B.PASSED), B.CAME, "places.attend"),
        Transition(
            "missed", _("没来"), (B.BOOKED, B.CAME, B.PASSED), B.MISSED, "places.attend", tone="plain"
        ),
        Transition(
            "call_off",
            _("取消并通知"),
            (B.WAITING, B.HELD, B.BOOKED),
            B.CALLED_OFF,
            "places.attend",
            ("reason",),
            "BookingCalledOff",
            "danger",
        ),
        Transition("pass_by", _("过去了"), (B.BOOKED,), B.PASSED, "system"),
    ],
)

ASSESSMENT = Workflow(
    "assessment",
    A,
    [
        Transition("submit", _("评好，等复核"), ("",), A.SUBMITTED, "places.scene_assess", event="SceneAssessed"),
        Transition(
            "confirm", _("复核，同意"), (A.SUBMITTED,), A.CONFIRMED, "places.scene_assess", event="SceneAssessed"
        ),
        Transition(
            "send_back", _("退回重评"), (A.SUBMITTED,), A.RETURNED, "places.scene_assess", ("opinion",),
            "SceneAssessed", "plain",
        ),
    ],
)  # fmt: skip

_IN_FORCE = (S.ACCREDITED, S.RECHECK)
_BEFORE_PLATE = (S.APPLIED, S.ASSESSING, S.PUBLICITY)

# What only the calendar, an appeal or the end of a place does is "system"; `services/scene_appeals.py` asks who may.
SCENE = Workflow(
    "scene",
    S,
    [
        Transition("apply", _("申请认定"), ("",), S.APPLIED, "places.scene_apply", ("words",), "SceneApplied"),
        Transition("start", _("开始评估"), (S.APPLIED,), S.ASSESSING, "places.scene_assess", event="SceneMoved"),
        Transition(
            "publicise", _("开始公示"), (S.ASSESSING,), S.PUBLICITY, "places.scene_decide", event="SceneMoved"
        ),
        Transition(
            "accredit", _("认定挂牌"), (S.PUBLICITY,), S.ACCREDITED, "places.scene_decide", event="SceneAccredited"
        ),
        Transition(
            "again", _("退回重新评估"), (S.PUBLICITY,), S.ASSESSING, "places.scene_decide", ("reason",), "SceneMoved",
            "plain",
        ),
        Transition("fall_due", _("到期复查"), (S.ACCREDITED,), S.RECHECK, "system", event="SceneRecheckDue"),
        Transition("renew", _("复查通过"), _IN_FORCE, S.ACCREDITED, "places.scene_decide", event="SceneMoved"),
        Transition(
            "reinstate", _("恢复挂牌"), (S.SUSPENDED,), S.ACCREDITED, "places.scene_decide", ("reason",), "SceneMoved"
        ),
        Transition(
            "suspend", _("暂停挂牌"), _IN_FORCE, S.SUSPENDED, "places.scene_decide", ("reason",), "SceneSuspended",
            "plain",
        ),
        Transition(
            "refuse", _("不予认定"), _BEFORE_PLATE, S.REFUSED, "places.scene_decide", ("reason",), "SceneRefused",
            "danger",
        ),
        Transition(
            "revoke", _("摘牌"), (*_IN_FORCE, S.SUSPENDED), S.REVOKED, "places.scene_decide", ("reason",),
            "SceneRevoked", "danger",
        ),
        Transition(
            "withdraw", _("撤回申请"), (S.APPLIED, S.ASSESSING), S.WITHDRAWN, "places.scene_own", event="SceneMoved",
            tone="plain",
        ),
        Transition("reopen", _("申诉成立，重新评估"), (S.REFUSED,), S.ASSESSING, "system", event="SceneMoved"),
        Transition(
            "restore", _("申诉成立，恢复挂牌"), (S.SUSPENDED, S.REVOKED), S.ACCREDITED, "system", event="SceneMoved"
        ),
        Transition("drop", _("地方不在了，申请结束"), _BEFORE_PLATE, S.WITHDRAWN, "system", event="SceneMoved"),
        Transition(
            "lapse", _("地方不在了，牌子失效"), (*_IN_FORCE, S.SUSPENDED), S.REVOKED, "system", event="SceneRevoked"
        ),
    ],
)  # fmt: skip

OPEN_DAY = Workflow(
    "open_day",
    D,
    [
        Transition(
            "announce", _("办开放日"), ("",), D.ANNOUNCED, "places.open_day", ("starts_at",), "OpenDayAnnounced"
        ),
        Transition(
            "cancel", _("取消"), (D.ANNOUNCED,), D.CANCELLED, "places.open_day", ("reason",), "OpenDayCancelled",
            "danger",
        ),
        Transition("hold", _("办完了"), (D.ANNOUNCED,), D.HELD, "system", event="OpenDayHeld"),
    ],
)  # fmt: skip

OFFER = Workflow(
    "offer",
    O,
    [
        Transition(
            "confirm", _("确认，可以用了"), (O.PROPOSED,), O.ACTIVE, "places.offer_confirm", event="OfferConfirmed",
        ),
        Transition(
            "decline",
            _("不通过"),
            (O.PROPOSED,),
            O.DECLINED,
            "places.offer_confirm",
            ("reason",),
            "OfferDeclined",
            "plain",
        ),
        Transition(
            "amend",
            _("修改，重新确认"),
            (O.PROPOSED, O.DECLINED, O.ACTIVE, O.SUSPENDED),
            O.PROPOSED,
            "places.offers",
            event="OfferProposed",
            tone="plain",
        ),
        Transition("resume", _("恢复"), (O.SUSPENDED,), O.ACTIVE, "places.offer_confirm", event="OfferConfirmed"),
        Transition(
            "suspend",
            _("暂停"),
            (O.ACTIVE,),
            O.SUSPENDED,
            "places.offer_suspend",
            ("reason",),
            "OfferSuspended",
            "plain",
        ),
        Transition(
            "end",
            _("结束"),
            (O.PROPOSED, O.DECLINED, O.ACTIVE, O.SUSPENDED),
            O.ENDED,
            "places.offer_suspend",
            ("reason",),
            "OfferEnded",
            "danger",
        ),
        Transition("lapse", _("到期"), (O.ACTIVE, O.SUSPENDED), O.ENDED, "system", event="OfferEnded"),
    ],
)  # fmt: skip

VOUCHER = Workflow(
    "voucher",
    V,
    [
        Transition(
            "redeem", _("收券"), (V.HELD, V.EXPIRED), V.USED, "places.redeem", event="VoucherRedeemed"
        ),
        Transition("give_back", _("退回"), (V.HELD,), V.GIVEN_BACK, "places.voucher", tone="plain"),
        Transition("expire", _("过期"), (V.HELD,), V.EXPIRED, "system"),
    ],
)
