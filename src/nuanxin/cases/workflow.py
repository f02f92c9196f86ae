"""The whole life of a case, and of each organisation's part in it (`domain.md` §2.1).

Moves of a case marked `system` follow from a move of one of its tasks, or from the clock; nobody presses them.
"""

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState as C
from nuanxin.cases.enums import TaskState as T
from nuanxin.kernel.workflow import Transition, Workflow

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
            "reopen",
            _("没解决，重新打开"),
            (C.CLOSED,),
            C.REOPENED,
            "cases.reopen",
            (),
            "CaseReopened",
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
            (T.DISPATCHED,),
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
