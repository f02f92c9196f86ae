"""Tables that a city keeps in a spreadsheet, brought in with a look beforehand: what each row would do, and why not.

A context declares a `Sheet`: its columns, how rows become a plan against the present data, how a plan is applied. The
plan has a digest; confirming applies exactly the plan that was shown, in one transaction, or nothing.
"""

from nuanxin.kernel.sheets.formats import UnreadableSheet
from nuanxin.kernel.sheets.models import SheetUpload
from nuanxin.kernel.sheets.plan import Change, Plan, Planned, Problem, Sheet, Verdict
from nuanxin.kernel.sheets.read import Cell, Column, SheetRow, read_rows
from nuanxin.kernel.sheets.services import (
    AlreadyDifferent,
    apply_plan,
    apply_upload,
    dry_run,
    keep_upload,
    upload_of,
)
from nuanxin.kernel.sheets.template import write_template

__all__ = [
    "AlreadyDifferent",
    "Cell",
    "Change",
    "Column",
    "Plan",
    "Planned",
    "Problem",
    "Sheet",
    "SheetRow",
    "SheetUpload",
    "UnreadableSheet",
    "Verdict",
    "apply_plan",
    "apply_upload",
    "dry_run",
    "keep_upload",
    "read_rows",
    "upload_of",
    "write_template",
]
