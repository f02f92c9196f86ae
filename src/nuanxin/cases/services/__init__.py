"""The verbs of a case, in the order in which it lives. Nothing else writes."""

from nuanxin.cases.services.adding import Added, supplement_case
from nuanxin.cases.services.appealing import (
    accept_appeal,
    dismiss_appeal,
    file_appeal,
    opine_appeal,
    reject_appeal,
    uphold_appeal,
    watch_appeals,
)
from nuanxin.cases.services.assisting import set_assists
from nuanxin.cases.services.bulk import BulkItem, BulkResult, perform_bulk, summary
from nuanxin.cases.services.bulletin import make_bulletins
from nuanxin.cases.services.categories import load_categories, update_category
from nuanxin.cases.services.clocks import settle_provisional_clocks
from nuanxin.cases.services.confirming import Confirmed, confirm_case
from nuanxin.cases.services.consulting import (
    answer_call,
    call_consultation,
    call_off_consultation,
    conclude_consultation,
)
from nuanxin.cases.services.dispatching import dispatch_case, file_case, reject_case, start_screening
from nuanxin.cases.services.doors import door_case_over, open_door_case
from nuanxin.cases.services.escalating import watch_clocks
from nuanxin.cases.services.export_lists import (
    export_appeals,
    export_extensions,
    export_library,
    export_supervisions,
)
from nuanxin.cases.services.exporting import export_cases, export_workbook
from nuanxin.cases.services.exporting_causes import export_causes
from nuanxin.cases.services.exporting_measures import export_measures
from nuanxin.cases.services.exporting_public import export_pictures, export_publications
from nuanxin.cases.services.extending import (
    grant_extension,
    lapse_extensions,
    refuse_extension,
    request_extension,
)
from nuanxin.cases.services.feedback import (
    answer_question,
    ask_reporter,
    rate_case,
    reopen_case,
    reveal_reporter,
)
from nuanxin.cases.services.handing_off import note_outside, take_receipt, transfer_case, transfer_outside
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
from nuanxin.cases.services.holding import end_hold, place_hold
from nuanxin.cases.services.limits import put_handling_limit
from nuanxin.cases.services.measuring import issue_notice, look_again, remind_of_looks, take_measure
from nuanxin.cases.services.merging import merge_case, split_case
from nuanxin.cases.services.outside import NoPlatform, OutsideStep, register_outside_steps
from nuanxin.cases.services.patterns import find_cause, notice_recurrence, propose_topic
from nuanxin.cases.services.performing import STEP_NAMES, StepInput, perform_step
from nuanxin.cases.services.publishing import (
    draft_publication,
    offer_publication,
    publish_case,
    refuse_publication,
    revise_publication,
    take_back_publication,
    withdraw_publications,
)
from nuanxin.cases.services.publishing_settings import put_public_area, put_public_kinds, put_sensitive_words
from nuanxin.cases.services.recategorising import recategorise_case
from nuanxin.cases.services.redacting import (
    call_off_redactions,
    look_at_next_picture,
    propose_redactions,
    refuse_picture,
    release_picture,
    review_again,
    save_areas,
    see_original,
)
from nuanxin.cases.services.reporting import Draft, OnBehalf, Submission, count_report, report_case
from nuanxin.cases.services.rules import put_dispatch_rule
from nuanxin.cases.services.saved import delete_view, move_view, rename_view, save_view, set_default_view
from nuanxin.cases.services.shelving import (
    approve_shelving,
    end_shelving,
    refuse_shelving,
    request_shelving,
    review_shelving,
)
from nuanxin.cases.services.staging import PlannedStage, finish_stage, notice_late_stages, plan_repair
from nuanxin.cases.services.steps import Photo
from nuanxin.cases.services.supervising import remind_unit, reply_supervision, supervise_case
from nuanxin.cases.services.verifying import (
    archive_cases,
    fail_verification,
    pass_verification,
    start_verification,
)
from nuanxin.cases.services.voices import (
    Heard,
    clear_stray_voices,
    erase_voices,
    export_voices,
    forget_voices,
    hear_voice,
    transcribe_voice,
)

__all__ = [
    "STEP_NAMES",
    "Added",
    "BulkItem",
    "BulkResult",
    "Confirmed",
    "Draft",
    "Heard",
    "NoPlatform",
    "OnBehalf",
    "OutsideStep",
    "Photo",
    "PlannedStage",
    "StepInput",
    "Submission",
    "accept_appeal",
    "accept_task",
    "answer_call",
    "answer_question",
    "approve_shelving",
    "archive_cases",
    "ask_reporter",
    "call_consultation",
    "call_in_units",
    "call_off_consultation",
    "call_off_redactions",
    "claim_task",
    "clear_stray_voices",
    "conclude_consultation",
    "confirm_case",
    "count_report",
    "delete_view",
    "dismiss_appeal",
    "dispatch_case",
    "door_case_over",
    "draft_publication",
    "end_hold",
    "end_shelving",
    "erase_voices",
    "export_appeals",
    "export_cases",
    "export_causes",
    "export_extensions",
    "export_library",
    "export_measures",
    "export_pictures",
    "export_publications",
    "export_supervisions",
    "export_voices",
    "export_workbook",
    "fail_verification",
    "file_appeal",
    "file_case",
    "find_cause",
    "finish_stage",
    "forget_voices",
    "grant_extension",
    "hear_voice",
    "issue_notice",
    "lapse_extensions",
    "load_categories",
    "look_again",
    "look_at_next_picture",
    "make_bulletins",
    "mark_made_safe",
    "merge_case",
    "move_view",
    "note_outside",
    "notice_late_stages",
    "notice_recurrence",
    "offer_publication",
    "open_door_case",
    "opine_appeal",
    "pass_verification",
    "perform_bulk",
    "perform_step",
    "place_hold",
    "plan_repair",
    "propose_redactions",
    "propose_topic",
    "publish_case",
    "put_dispatch_rule",
    "put_handling_limit",
    "put_public_area",
    "put_public_kinds",
    "put_sensitive_words",
    "rate_case",
    "recategorise_case",
    "refuse_extension",
    "refuse_picture",
    "refuse_publication",
    "refuse_shelving",
    "register_outside_steps",
    "reject_appeal",
    "reject_case",
    "release_picture",
    "remind_of_looks",
    "remind_unit",
    "rename_view",
    "reopen_case",
    "reply_supervision",
    "report_case",
    "request_extension",
    "request_shelving",
    "return_task",
    "reveal_reporter",
    "review_again",
    "review_shelving",
    "revise_publication",
    "save_areas",
    "save_view",
    "see_original",
    "self_handle",
    "set_assists",
    "set_default_view",
    "settle_provisional_clocks",
    "split_case",
    "start_screening",
    "start_task",
    "start_verification",
    "submit_result",
    "summary",
    "supervise_case",
    "supplement_case",
    "take_back_publication",
    "take_measure",
    "take_receipt",
    "transcribe_voice",
    "transfer_case",
    "transfer_outside",
    "update_category",
    "uphold_appeal",
    "watch_appeals",
    "watch_clocks",
    "withdraw_publications",
]
