"""The verbs of a case, in the order in which it lives. Nothing else writes."""

from nuanxin.cases.services.categories import load_categories, update_category
from nuanxin.cases.services.clocks import settle_provisional_clocks
from nuanxin.cases.services.dispatching import dispatch_case, file_case, reject_case, start_screening
from nuanxin.cases.services.escalating import escalate_passed_clocks
from nuanxin.cases.services.exporting import export_cases, export_workbook
from nuanxin.cases.services.feedback import (
    answer_question,
    ask_reporter,
    rate_case,
    reopen_case,
    reveal_reporter,
)
from nuanxin.cases.services.handling import (
    accept_task,
    call_in_units,
    claim_task,
    mark_made_safe,
    return_task,
    self_handle,
    start_task,
    submit_result,
)
from nuanxin.cases.services.performing import STEP_NAMES, StepInput, perform_step
from nuanxin.cases.services.reporting import Draft, OnBehalf, Submission, report_case
from nuanxin.cases.services.rules import put_dispatch_rule
from nuanxin.cases.services.steps import Photo
from nuanxin.cases.services.verifying import (
    archive_cases,
    fail_verification,
    pass_verification,
    start_verification,
)

__all__ = [
    "STEP_NAMES",
    "Draft",
    "OnBehalf",
    "Photo",
    "StepInput",
    "Submission",
    "accept_task",
    "answer_question",
    "archive_cases",
    "ask_reporter",
    "call_in_units",
    "claim_task",
    "dispatch_case",
    "escalate_passed_clocks",
    "export_cases",
    "export_workbook",
    "fail_verification",
    "file_case",
    "load_categories",
    "mark_made_safe",
    "pass_verification",
    "perform_step",
    "put_dispatch_rule",
    "rate_case",
    "reject_case",
    "reopen_case",
    "report_case",
    "return_task",
    "reveal_reporter",
    "self_handle",
    "settle_provisional_clocks",
    "start_screening",
    "start_task",
    "start_verification",
    "submit_result",
    "update_category",
]
