"""The whole life of a case, and of each organisation's part in it (`domain.md` §2.1).

Moves of a case marked `system` follow from a move of one of its tasks, or from the clock; nobody presses them.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuanxin.cases.enums import AppealState as A
from nuanxin.cases.enums import CaseState as C
from nuanxin.cases.enums import PublicationState as P
from nuanxin.cases.enums import ShelvingState as S
from nuanxin.cases.enums import TaskState as T
from nuanxin.kernel.workflow import Transition, Workflow

# A consultation may be called, and may end, while somebody still has to be found or is at it.
BEING_WORKED_ON = (
    C.FILED,
    C.RETURNED,
    C.REOPENED,
    C.DISPATCHED,
    C.CLAIMED,
    C.ACCEPTED,
    C.IN_PROGRESS,
    C.REWORK,
)

CASE = Workflow(
    "case",
    C,
    [
        Transition("screen", _("开始核实"), (C.REPORTED,), C.SCREENING, "cases.screen", tone="plain"),
        Transition("file", _("立案"), (C.REPORTED, C.SCREENING), C.FILED, "cases.file", event="CaseFiled"),
        Transition(
            "reject",
            _("不予受理"),
            (C.REPORTED, C.SCREENING),
            C.REJECTED,
            "cases.reject",
            ("reason", "opinion"),
            "CaseRejected",
            "danger",
        ),
        Transition(
            "dispatch",
            _("派单"),
            (C.FILED, C.RETURNED, C.REOPENED),
            C.DISPATCHED,
            "cases.dispatch",
            ("lead",),
            "TaskDispatched",
        ),
        Transition(
            "conclude",
            _("会商结论，派单"),
            BEING_WORKED_ON,
            C.DISPATCHED,
            "cases.conclude",
            ("lead", "opinion"),
            "ConsultationConcluded",
        ),
        Transition("claim", _("社区领单"), (C.DISPATCHED,), C.CLAIMED, "system", event="TaskClaimed"),
        Transition(
            "accept", _("单位接单"), (C.DISPATCHED, C.CLAIMED), C.ACCEPTED, "system", event="TaskAccepted"
        ),
        Transition("start", _("开始处理"), (C.ACCEPTED,), C.IN_PROGRESS, "system", event="TaskStarted"),
        Transition(
            "return",
            _("退回"),
            (C.DISPATCHED, C.CLAIMED, C.ACCEPTED),
            C.RETURNED,
            "system",
            event="TaskReturned",
        ),
        Transition(
            "submit_result",
            _("提交结果"),
            (C.CLAIMED, C.ACCEPTED, C.IN_PROGRESS, C.REWORK),
            C.RESULT_SUBMITTED,
            "system",
            event="ResultSubmitted",
        ),
        Transition("verify", _("开始核查"), (C.RESULT_SUBMITTED,), C.VERIFYING, "cases.verify", tone="plain"),
        Transition(
            "pass",
            _("核查通过，结案"),
            (C.RESULT_SUBMITTED, C.VERIFYING),
            C.CLOSED,
            "cases.verify",
            ("outcome",),
            "CaseClosed",
        ),
        Transition(
            "fail",
            _("不通过，返工"),
            (C.RESULT_SUBMITTED, C.VERIFYING),
            C.REWORK,
            "cases.verify",
            ("opinion",),
            "ReworkRequested",
            "danger",
        ),
        Transition(
            "transfer",
            _("收到回执，转交办结"),
            (C.FILED,),
            C.CLOSED,
            "cases.transfer",
            ("opinion",),
            "CaseClosed",
        ),
        Transition(
            "reopen",
            _("没解决，重新打开"),
            (C.CLOSED,),
            C.REOPENED,
            "cases.reopen",
            (),
            "CaseReopened",
            "plain",
        ),
        Transition(
            "merge",
            pgettext_lazy("button", "并案"),
            (C.REPORTED, C.SCREENING, *BEING_WORKED_ON),
            C.MERGED,
            "cases.merge",
            ("parent",),
            "CaseMerged",
            "plain",
        ),
        Transition(
            "split",
            _("分案"),
            (C.MERGED,),
            C.REPORTED,
            "cases.merge",
            ("opinion",),
            "CaseSplit",
            "plain",
        ),
        Transition("archive", _("归档"), (C.CLOSED, C.REJECTED), C.ARCHIVED, "system"),
    ],
)

OPEN_TASK = (T.DISPATCHED, T.CLAIMED, T.ACCEPTED, T.IN_PROGRESS, T.RESULT_SUBMITTED)

TASK = Workflow(
    "task",
    T,
    [
        Transition("claim", _("领单"), (T.DISPATCHED,), T.CLAIMED, "cases.claim", event="TaskClaimed"),
        Transition(
            "self_handle",
            _("社区自行处置"),
            (T.CLAIMED, T.IN_PROGRESS),
            T.RESULT_SUBMITTED,
            "cases.self_handle",
            ("opinion", "before", "after"),
            "ResultSubmitted",
        ),
        Transition(
            "call_in",
            _("呼叫单位"),
            (T.CLAIMED,),
            T.CLAIMED,
            "cases.call_in",
            ("units",),
            "TaskDispatched",
            "plain",
        ),
        Transition("accept", _("接单"), (T.DISPATCHED,), T.ACCEPTED, "cases.accept", event="TaskAccepted"),
        Transition("start", _("开始处理"), (T.ACCEPTED,), T.IN_PROGRESS, "cases.start", event="TaskStarted"),
        Transition(
            "submit_result",
            _("提交结果"),
            (T.ACCEPTED, T.IN_PROGRESS),
            T.RESULT_SUBMITTED,
            "cases.submit_result",
            ("opinion", "after"),
            "ResultSubmitted",
        ),
        Transition(
            "return",
            _("退回"),
            (T.DISPATCHED, T.ACCEPTED),
            T.RETURNED,
            "cases.return",
            ("reason", "opinion"),
            "TaskReturned",
            "danger",
        ),
        Transition(
            "rework", _("返工"), (T.RESULT_SUBMITTED,), T.IN_PROGRESS, "system", event="ReworkRequested"
        ),
        Transition("withdraw", _("撤回"), OPEN_TASK, T.WITHDRAWN, "system"),
        Transition("finish", _("完成"), OPEN_TASK, T.DONE, "system"),
    ],
)

BEFORE_DISPATCH = (C.REPORTED, C.SCREENING, C.FILED, C.RETURNED)
AT_WORK = (C.DISPATCHED, C.CLAIMED, C.ACCEPTED, C.IN_PROGRESS, C.REWORK)

# Buttons that move no state: what they say is a row or a column beside it (`docs/decisions/0002`).
BESIDE = {
    move.name: move
    for move in (
        Transition(
            "recategorise",
            _("改类别"),
            BEFORE_DISPATCH,
            "",
            "cases.recategorise",
            ("category",),
            "CaseRecategorised",
            "plain",
        ),
        Transition(
            "consult",
            _("吹哨会商"),
            BEING_WORKED_ON,
            "",
            "cases.consult",
            ("units", "opinion"),
            "ConsultationCalled",
            "plain",
        ),
        Transition(
            "answer_call",
            _("报到"),
            BEING_WORKED_ON,
            "",
            "cases.attend",
            ("answer",),
            "ConsultationAnswered",
        ),
        Transition("assists", _("调整协办"), AT_WORK, "", "cases.dispatch", ("units",), tone="plain"),
        Transition(
            "request_extension",
            _("申请延期"),
            AT_WORK,
            "",
            "cases.request_extension",
            ("until", "opinion"),
            "ExtensionRequested",
            "plain",
        ),
        Transition(
            "grant_extension",
            _("同意延期"),
            AT_WORK,
            "",
            "cases.decide_extension",
            (),
            "ExtensionGranted",
        ),
        Transition(
            "refuse_extension",
            _("不同意延期"),
            AT_WORK,
            "",
            "cases.decide_extension",
            ("opinion",),
            "ExtensionRefused",
            "danger",
        ),
        Transition(
            "reply_supervision",
            _("回复督办"),
            (),
            "",
            "cases.reply_supervision",
            ("opinion",),
            "SupervisionAnswered",
        ),
        Transition(
            "request_shelving",
            _("申请挂账"),
            AT_WORK,
            "",
            "cases.request_shelving",
            ("cause", "opinion", "target_on"),
            "ShelvingRequested",
            "plain",
        ),
        Transition(
            "supervise",
            _("督办"),
            (),
            "",
            "cases.supervise",
            ("cause", "opinion"),
            "SupervisionOpened",
            "plain",
        ),
        Transition(
            "kind_notice",
            _("出温馨提示单"),
            AT_WORK,
            "",
            "cases.measure",
            ("subject",),
            "MeasureTaken",
            "plain",
        ),
        Transition(
            "look_again",
            _("回头看"),
            AT_WORK,
            "",
            "cases.measure",
            ("outcome",),
            "NoticeLookedAt",
        ),
        Transition(
            "manage",
            _("采取管理措施"),
            AT_WORK,
            "",
            "cases.measure",
            ("opinion",),
            "MeasureTaken",
            "plain",
        ),
        Transition(
            "penalise",
            _("依法处罚"),
            AT_WORK,
            "",
            "cases.penalise",
            ("opinion",),
            "MeasureTaken",
            "danger",
        ),
        Transition(
            "plan_repair",
            _("分几步修"),
            AT_WORK,
            "",
            "cases.plan_repair",
            ("plan",),
            "RepairPlanned",
            "plain",
        ),
        Transition(
            "finish_stage",
            _("做好了一步"),
            AT_WORK,
            "",
            "cases.plan_repair",
            ("stage", "opinion", "after"),
            "RepairStageDone",
        ),
        Transition("remind", _("催办"), (), "", "cases.remind", (), "CaseUrged", "plain"),
        Transition("appeal", _("申诉"), (), "", "cases.appeal", ("about", "opinion"), "AppealFiled", "plain"),
    )
}

SHELVING = Workflow(
    "shelving",
    S,
    [
        Transition(
            "approve_shelving",
            _("同意挂账"),
            (S.ASKED,),
            S.SHELVED,
            "cases.decide_shelving",
            ("public_words",),
            "CaseShelved",
        ),
        Transition(
            "refuse_shelving",
            _("不同意挂账"),
            (S.ASKED,),
            S.REFUSED,
            "cases.decide_shelving",
            ("opinion",),
            "ShelvingRefused",
            "danger",
        ),
        Transition(
            "review_shelving",
            _("挂账复查"),
            (S.SHELVED,),
            S.SHELVED,
            "cases.decide_shelving",
            ("public_words", "target_on"),
            "ShelvingReviewed",
        ),
        Transition(
            "end_shelving",
            _("销账，继续办"),
            (S.SHELVED,),
            S.ENDED,
            "cases.decide_shelving",
            ("public_words",),
            "CaseUnshelved",
            "plain",
        ),
        Transition("lapse", _("失效"), (S.ASKED,), S.REFUSED, "system"),
    ],
)

APPEAL = Workflow(
    "appeal",
    A,
    [
        Transition(
            "accept_appeal",
            _("受理申诉"),
            (A.PRECHECK,),
            A.OPINION,
            "cases.precheck_appeal",
            event="AppealMoved",
        ),
        Transition(
            "dismiss_appeal",
            _("不受理申诉"),
            (A.PRECHECK,),
            A.REJECTED,
            "cases.precheck_appeal",
            ("opinion",),
            "AppealDecided",
            "danger",
        ),
        Transition(
            "opine_appeal",
            _("出具本单位意见"),
            (A.OPINION,),
            A.REVIEW,
            "cases.opine_appeal",
            ("opinion",),
            "AppealMoved",
        ),
        Transition("pass_on", _("转领导审定"), (A.OPINION,), A.REVIEW, "system", event="AppealMoved"),
        Transition(
            "uphold_appeal",
            _("申诉成立"),
            (A.REVIEW,),
            A.UPHELD,
            "cases.decide_appeal",
            ("opinion",),
            "AppealDecided",
        ),
        Transition(
            "reject_appeal",
            _("申诉不成立"),
            (A.REVIEW,),
            A.REJECTED,
            "cases.decide_appeal",
            ("opinion",),
            "AppealDecided",
            "danger",
        ),
    ],
)

# A solved case on its way to the public page. `want` and `take_back` are the reporter's own, before and after.
PUBLICATION = Workflow(
    "publication",
    P,
    [
        Transition(
            "want", _("可以公开"), (P.WITHDRAWN,), P.WANTED, "cases.offer_publication", event="PublicationWanted"
        ),
        Transition(
            "take_back",
            _("不再公开"),
            (P.WANTED, P.IN_REVIEW, P.PUBLISHED),
            P.WITHDRAWN,
            "cases.offer_publication",
            event="PublicationWithdrawn",
            tone="plain",
        ),
        Transition("review_publication", _("开始审核"), (P.WANTED,), P.IN_REVIEW, "cases.publish", tone="plain"),
        Transition(
            "publish",
            _("公开"),
            (P.IN_REVIEW,),
            P.PUBLISHED,
            "cases.publish",
            ("title", "wrong", "done"),
            "CasePublished",
        ),
        Transition(
            "refuse_publication",
            _("不公开"),
            (P.WANTED, P.IN_REVIEW),
            P.REFUSED,
            "cases.publish",
            ("opinion",),
            "PublicationRefused",
            "danger",
        ),
        Transition(
            "take_down",
            _("撤下"),
            (P.PUBLISHED,),
            P.REFUSED,
            "cases.publish",
            ("opinion",),
            "PublicationRefused",
            "danger",
        ),
        Transition(
            "recall", _("情况有变，重新审核"), (P.PUBLISHED, P.IN_REVIEW), P.WANTED, "system"
        ),
    ],
)
