from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from nuanxin.kernel.access.http import public
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError
from nuanxin.people import queries, services
from nuanxin.people.enums import SignInMethod
from nuanxin.people.forms import RegisterForm
from nuanxin.people.models import Person
from nuanxin.people.services import Work
from nuanxin.people.views.sign_in import PROVED_KEY, go_on
from nuanxin.territories.queries import path_name
from nuanxin.ui.forms import show

PROOF_LIFE = timedelta(minutes=30)


@public("whoever registers has proved a number and is not somebody yet")
def register(request: Any) -> HttpResponse:
    """The first visit: what to be called, what one does, where one belongs, what one agrees to. Boxes start empty."""
    code_id = request.session.get(PROVED_KEY)
    phone = queries.proved_phone(code_id=code_id, now=request.now, within=PROOF_LIFE) if code_id else ""
    if not phone:
        return redirect("people:sign_in")
    as_resident = request.GET.get("as") == "resident"
    form = RegisterForm(
        request.POST or None,
        purposes=queries.purposes_at_start(),
        platforms=queries.platforms(),
        initial={"declared_as": "home"},
    )
    if form.is_valid():
        try:
            person = _register(form, phone, request, as_resident=as_resident)
        except DomainError as error:
            show(form, error)
        else:
            del request.session[PROVED_KEY]
            services.start_session(request=request, person=person, method=SignInMethod.PHONE, now=request.now)
            return go_on(request)
    page = {
        "form": form,
        "as_resident": as_resident,
        "as_worker": not as_resident,
        **picked(form["community"].value() or ""),
    }
    return render(request, "people/register.html", page, status=422 if form.errors else 200)


def _register(form: RegisterForm, phone: str, request: Any, *, as_resident: bool) -> Person:
    given = form.cleaned_data
    shared = {
        "phone": phone,
        "name": given["name"],
        "community_code": given["community"],
        "consents": form.consents,
        "language": request.LANGUAGE_CODE,
        "now": request.now,
    }
    if as_resident:
        return services.register_resident(**shared)
    return services.register_worker(
        declared_as=given["declared_as"], works=[Work(*pair) for pair in form.works], **shared
    )


@public("names of territories and compounds are public")
@limited("search")
def communities(request: Any) -> HttpResponse:
    """The picker: a search by name, or one level of the tree."""
    text, within = request.GET.get("q", "")[:40], request.GET.get("within", "")[:15]
    page = {
        "q": text,
        "found": queries.find_communities(text) if text else None,
        "branch": None if text else queries.browse_communities(within),
    }
    return render(request, "people/partials/communities.html", page)


def picked(code: str) -> dict[str, Any]:
    """What the picker shows on a page: the chosen community by name, and the first level of the tree."""
    name = path_name(code) if code else ""
    return {
        "community_code": code if name else "",
        "community_name": name,
        "branch": None if name else queries.browse_communities(""),
    }
