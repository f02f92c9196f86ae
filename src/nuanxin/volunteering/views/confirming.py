"""For leaders and communities: hours in one sweep, the list of records, one record with all that happened."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.territories.queries import within_reach
from nuanxin.ui.forms import posted
from nuanxin.volunteering.models import ServiceRecord
from nuanxin.volunteering.queries import records as queries
from nuanxin.volunteering.record_forms import (
    QUALITY_NAMES,
    AnswerForm,
    EntryForm,
    NoteForm,
    ReasonForm,
    RecordFilterForm,
    marks_of,
)
from nuanxin.volunteering.services import record_confirming as services
from nuanxin.volunteering.services import record_correcting, volunteer_entries
from nuanxin.volunteering.services.national import export_records
from nuanxin.volunteering.views.record_pages import framed
from nuanxin.volunteering.workflow import RECORD

TAB_NAMES = {
    "pending": gettext_lazy("等确认"),
    "asked": gettext_lazy("申请更正"),
    "counted": gettext_lazy("已记录"),
    "not": gettext_lazy("没有算的"),
    "all": gettext_lazy("全部"),
}
ACTS = ("release", "refuse", "correct", "keep", "entry")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.record_confirm")
def sweeps(request: ActorRequest) -> HttpResponse:
    """Shift by shift, a name a line; one press confirms those that are ticked."""
    return _sweep(request) if request.method == "POST" else _sweeps_page(request)


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands beside a name: ticked and ordinary, until somebody has sent something else."""

    is_ticked: bool = True
    quality: int = 100
    reason: str = ""


def _mark_of(given: QueryDict | None, row: UUID) -> Mark:
    """As it was sent with the card of this name, so that a refusal costs nobody what they had filled in."""
    if given is None or f"quality-{row}" not in given:
        return Mark()
    judged = marks_of(given, [row])[row]
    return Mark(str(row) in given.getlist("record"), judged.quality, judged.reason)


def _sweeps_page(request: ActorRequest, *, given: QueryDict | None = None) -> HttpResponse:
    cards = [
        (sweep, [(row, _mark_of(given, row.public_id)) for row in sweep.rows])
        for sweep in queries.sweeps(request.actor)
    ]
    context = {"cards": cards, "qualities": QUALITY_NAMES.items()}
    status = 200 if given is None else 422
    return framed(request, "volunteering/record_sweeps.html", context, status=status)


def _sweep(request: ActorRequest) -> HttpResponse:
    chosen = _ids(request.POST.getlist("record"))
    try:
        swept = services.confirm_hours(
            actor=request.actor, records=chosen, judged=marks_of(request.POST, chosen), now=request.now
        )
    except DomainError as error:
        messages.warning(request, error.told)
        return _sweeps_page(request, given=request.POST)
    if swept.recorded:
        words = ngettext("确认了 %(n)d 人的时长。", "确认了 %(n)d 人的时长。", swept.recorded)
        messages.success(request, words % {"n": swept.recorded})
    if swept.left:
        words = ngettext(
            "有 %(n)d 人没有再确认：刚刚有人办过了，或者要先看一看。",
            "有 %(n)d 人没有再确认：刚刚有人办过了，或者要先看一看。",
            swept.left,
        )
        messages.info(request, words % {"n": swept.left})
    elif not swept.recorded:
        messages.warning(request, _("没有确认任何一条：先勾上要确认的人。"))
    return redirect("volunteering:sweeps")


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@require_safe
@requires("volunteering.record_view")
def record_list(request: ActorRequest) -> HttpResponse:
    form = RecordFilterForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    rows, more = queries.listed_records(request.actor, filters, before=start)
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "rows": [(each, shown_name(request, each)) for each in rows],
        "next": _next_page(request, rows[-1].pk) if more else "",
        "may_export": permits(request.actor, "volunteering.record_export"),
        "territories": within_reach(request.actor.scope_code, filters.within),
    }
    if request.htmx:
        return render(request, "volunteering/partials/record_rows.html", context)
    counts = queries.record_counts(request.actor, within=filters.within)
    context["tabs"] = [(name, label, counts[name], name == filters.tab) for name, label in TAB_NAMES.items()]
    return framed(request, "volunteering/record_list.html", context)


def shown_name(request: ActorRequest, record: ServiceRecord) -> str:
    """Masked for those who need figures only; whoever confirms has to know whom."""
    if record.person is None or not record.person.name:
        return "—"
    masked = request.actor.is_masked("volunteering.record_view")
    return mask_name(record.person.name) if masked else record.person.name


def _next_page(request: ActorRequest, last: int) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "before"}
    return f"{reverse('volunteering:records')}?{urlencode({**kept, 'before': last})}"


@require_POST
@requires("volunteering.record_export")
@limited("exports")
def record_export(request: ActorRequest) -> HttpResponseBase:
    """What counts, as the list is narrowed, in the shape of the national record."""
    filters = RecordFilterForm(request.POST, within=request.actor.scope_code).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_records(actor=request.actor, filters=filters, form=form, now=request.now))


@require_safe
@requires("volunteering.record_view")
def record(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return _page(request, public_id, {})


@require_POST
@requires("volunteering.record_confirm", "volunteering.record_answer", "volunteering.record_entry")
def record_act(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """Release what is held, refuse, answer a correction, write training or praise down."""
    if name not in ACTS:
        raise queries.RecordNotFound
    found = queries.visible_record(request.actor, public_id)
    form = _form(name, found, request)
    if form.is_valid():
        try:
            _do(request, public_id, name, form.cleaned_data)
        except DomainError as error:
            if error.status == 404:
                raise
            form.refuse(error)
        else:
            messages.success(request, _("已办好。"))
            return redirect("volunteering:record", public_id=public_id)
    return _page(request, public_id, {f"{name}_form": form}, status=422)


def _form(name: str, found: ServiceRecord, request: ActorRequest | None) -> Any:
    data = posted(request) if request is not None else None
    match name:
        case "release":
            return NoteForm(data)
        case "refuse":
            return ReasonForm(data)
        case "entry":
            return EntryForm(data)
        case "keep":
            form = AnswerForm(data)
            del form.fields["minutes"], form.fields["quality"]
            return form
    return AnswerForm.of(found, None, data)


def _do(request: ActorRequest, public_id: UUID, name: str, told: dict[str, Any]) -> None:
    given: dict[str, Any] = {"actor": request.actor, "public_id": public_id, "now": request.now, **told}
    acts: dict[str, Any] = {
        "release": services.release_held,
        "refuse": services.refuse_hours,
        "correct": record_correcting.grant_correction,
        "keep": record_correcting.refuse_correction,
        "entry": volunteer_entries.add_entry,
    }
    acts[name](**given)


def _page(
    request: ActorRequest, public_id: UUID, forms: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    found = queries.visible_record(request.actor, public_id)
    page = queries.record_page(request.actor, found)
    asked = page.open_correction
    wanted = asked.wanted_minutes if asked else None
    is_own = found.person_id is not None and found.person_id == request.actor.person_id
    moves = {each.name for each in RECORD.available(request.actor, found)} if not is_own else set()
    context: dict[str, Any] = {
        "record": found,
        "page": page,
        "name": shown_name(request, found),
        "is_own": is_own,
        "moves": moves,
        "may_enter": not is_own and permits(request.actor, "volunteering.record_entry"),
        "correct_form": AnswerForm.of(found, wanted),
        **{f"{each}_form": _form(each, found, None) for each in ("release", "refuse", "keep", "entry")},
        **forms,
    }
    return framed(request, "volunteering/record.html", context, status=status)
