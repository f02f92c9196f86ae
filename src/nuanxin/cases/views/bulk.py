"""Many rows at once: what each would become, then what each became."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.bulk import row_forms
from nuanxin.cases.queries.bulk import BULK_MOST, BULK_STEPS, candidates, run_page
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import DomainError, NotFound

WORDS = {
    "dispatch": (_("一起派单"), _("派 %(n)s 件"), "send"),
    "pass": (_("一起核查通过"), _("核查通过 %(n)s 件"), "checks"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.dispatch", "cases.verify")
def bulk(request: ActorRequest, step: str) -> HttpResponse:
    """The table of what would happen, editable row by row; a POST does it."""
    if step not in BULK_STEPS or not policy.permits(request.actor, BULK_STEPS[step]):
        raise NotFound
    given = request.POST if request.method == "POST" else request.GET
    picked = list(dict.fromkeys(given.getlist("number")))
    found = candidates(request.actor, step, [number for number in picked if number.isdigit()])
    forms = row_forms(step, found, request.POST if request.method == "POST" else None)
    notice: DomainError | None = None
    # Every row is looked at, so that each shows its own mistake.
    if request.method == "POST" and all([form.is_valid() for form in forms]):  # noqa: C419
        filled = {form.number for form in forms}
        items = [form.item() for form in forms]
        items += [services.BulkItem(each.case.number) for each in found if each.case.number not in filled]
        try:
            result = services.perform_bulk(
                actor=request.actor,
                step=step,
                items=items,
                key=request.POST.get("key", ""),
                now=request.now,
            )
        except DomainError as error:
            notice = error
        else:
            messages.success(request, services.summary(result))
            return redirect("cases:bulk_run", result.run.public_id)
    return _preview(request, step, found, forms, len(picked), notice)


def _preview(
    request: ActorRequest, step: str, found: Any, forms: Any, picked: int, notice: DomainError | None
) -> HttpResponse:
    title, button, icon = WORDS[step]
    context = {
        "step": step,
        "title": title,
        "button": button % {"n": len(forms)},
        "icon": icon,
        "forms": forms,
        "left_out": [each for each in found if each.case.number not in {form.number for form in forms}],
        "too_many": max(0, picked - BULK_MOST),
        "key": request.POST.get("key") or uuid4().hex,
        "notice": notice,
    }
    status = notice.status if notice else 422 if any(form.errors for form in forms) else 200
    return render(request, "cases/workbench/bulk.html", context, status=status)


@require_safe
@requires("cases.dispatch", "cases.verify")
def bulk_run(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """What became of each row; what failed is still ticked."""
    page = run_page(request.actor, public_id)
    tab = "verify" if page.run.step == "pass" else "dispatch"
    failed = [("picked", each.row.case_number) for each in page.refused]
    context = {
        "run": page,
        "step": page.run.step,
        "title": WORDS[page.run.step][0],
        "back": f"{reverse('cases:queue')}?{urlencode([('tab', tab), *failed])}",
    }
    return render(request, "cases/workbench/bulk_run.html", context)
