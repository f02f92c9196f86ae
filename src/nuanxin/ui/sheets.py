"""The three pages of bringing in a spreadsheet; a context's views say which one and who may.

Upload, with what to fill in; what each row would do, to be confirmed; the template.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from nuanxin.kernel import sheets
from nuanxin.kernel.downloads import XLSX, File, sent
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.sheets import AlreadyDifferent, Sheet, Verdict
from nuanxin.kernel.sheets.read import MOST_BYTES

PAGE = 100
TONES = {
    Verdict.NEW: ("ok", "plus"),
    Verdict.CHANGED: ("info", "pencil"),
    Verdict.REMOVED: ("wait", "trash"),
    Verdict.SAME: ("quiet", "check"),
    Verdict.REFUSED: ("danger", "ban"),
}


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the three pages are, and where one came from; names of URLs."""

    start: str
    template: str
    plan: str
    back: str


def start(request: Any, sheet: Sheet, pages: Pages) -> HttpResponse:
    """Choose a file; what cannot be read is said beside it."""
    problem: Invalid | None = None
    if request.method == "POST":
        try:
            upload = _kept(request, sheet)
        except Invalid as error:
            problem = error
        else:
            return redirect(pages.plan, public_id=upload.public_id)
    context = {"sheet": sheet, "pages": pages, "problem": problem}
    return render(request, "ui/sheets/start.html", context, status=422 if problem else 200)


def _kept(request: Any, sheet: Sheet) -> sheets.SheetUpload:
    file = request.FILES.get("file")
    if file is None:
        raise sheets.UnreadableSheet(_("还没有选文件。"))
    content = file.read(MOST_BYTES + 1)
    return sheets.keep_upload(
        actor=request.actor, sheet=sheet, file_name=file.name or "", content=content, now=request.now
    )


def plan(request: Any, sheet: Sheet, pages: Pages, public_id: UUID) -> HttpResponse:
    """What each row would do, against the data of this moment; a POST does it."""
    status = 200
    if request.method == "POST":
        digest = request.POST.get("digest", "")[:64]
        try:
            sheets.apply_upload(
                actor=request.actor, sheet=sheet, public_id=public_id, digest=digest, now=request.now
            )
        except AlreadyDifferent as error:
            messages.warning(request, error.told)
            status = error.status
        else:
            return redirect(pages.plan, public_id=public_id)
    upload = sheets.upload_of(actor=request.actor, sheet=sheet, public_id=public_id)
    if upload.applied_at is not None:
        counts = _counts({str(name): int(count) for name, count in upload.outcome.items()})
        done = {"sheet": sheet, "pages": pages, "upload": upload, "counts": counts}
        return render(request, "ui/sheets/done.html", done)
    found = sheets.dry_run(actor=request.actor, sheet=sheet, content=bytes(upload.content))
    return render(request, "ui/sheets/plan.html", _shown(request, sheet, pages, upload, found), status=status)


def _shown(
    request: HttpRequest, sheet: Sheet, pages: Pages, upload: sheets.SheetUpload, found: sheets.Plan
) -> dict[str, Any]:
    show = request.GET.get("show", "")
    rows = [row for row in found.rows if row.verdict == show] if show in Verdict.values else list(found.rows)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return {
        "sheet": sheet,
        "pages": pages,
        "upload": upload,
        "plan": found,
        "counts": _counts(found.counts),
        "show": show,
        "rows": [(row, *TONES[row.verdict]) for row in page],
        "page": page,
        "total": len(found.rows),
    }


def _counts(counts: dict[str, int]) -> list[tuple[Verdict, int, str, str]]:
    return [(verdict, counts.get(verdict.value, 0), *TONES[verdict]) for verdict in Verdict]


def template(request: Any, sheet: Sheet, file_name: str) -> HttpResponseBase:
    """Empty with one example, or with the present rows (`?filled=1`) to be edited and sent back."""
    rows = sheet.current(request.actor) if request.GET.get("filled") else ()
    return sent(File(file_name, sheets.write_template(sheet, rows), XLSX))
