"""我的资料: what is stored about oneself, and every way to change it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access.http import client_address, path_of_ours, signed_in
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.privacy.masking import mask_phone
from nuanxin.people import queries, services
from nuanxin.people.enums import CodePurpose
from nuanxin.people.forms import CodeForm, NameForm, PhoneForm, WorkForm, role_name
from nuanxin.people.services import Work
from nuanxin.people.views.answers import form_answer
from nuanxin.people.views.registration import picked
from nuanxin.territories.queries import path_name
from nuanxin.ui.forms import show


@require_safe
@signed_in
def me(request: Any) -> HttpResponse:
    person, now = request.person, request.now
    profile = queries.profile_of(person.pk)
    consents = queries.consent_lines(person.pk)
    page = {
        "person": person,
        "phone": mask_phone(person.phone),
        "profile": profile,
        "owners": queries.owners_of(profile) if profile else None,
        "community": _community(request),
        "given": sum(line.is_given for line in consents),
        "outdated": any(line.is_outdated for line in consents),
        "roles": _roles(request),
        "sign_ins": list(queries.sign_ins_of(person.pk)),
        "session_key": request.session.session_key,
        "tokens": queries.tokens_of(person.pk, now=now),
        "has_recovery_code": queries.has_recovery_code(person.pk),
        "has_second_factor": queries.has_second_factor(person.pk),
    }
    return render(request, "people/me.html", page)


def _community(request: Any) -> str:
    return path_name(request.actor.scope_code) if request.actor.scope_code else ""


def _roles(request: Any) -> list[dict[str, Any]]:
    """What the switcher offers: the role, where, and whether it is the present one."""
    current = request.assignment.pk if request.assignment else None
    found = queries.assignments_in_force(person_id=request.person.pk, now=request.now)
    return [
        {
            "assignment": row,
            "role": role_name(row.role),
            "place": row.organisation.label
            if row.organisation
            else row.site.name
            if row.site
            else path_name(row.scope_code),
            "is_current": row.pk == current,
        }
        for row in found
    ]


def switcher(request: Any) -> dict[str, Any]:
    """For the workbench's header: nothing for whoever has one role only."""
    if not getattr(request, "person", None):
        return {"roles": []}
    roles = _roles(request)
    return {
        "roles": roles if len(roles) > 1 else [],
        "current": next((row for row in roles if row["is_current"]), None),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def name(request: Any) -> HttpResponse:
    person = request.person
    initial = {"name": person.name, "nickname": person.nickname, "language": person.language}
    form = NameForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            services.rename(person=person, now=request.now, **form.cleaned_data)
        except DomainError as error:
            show(form, error)
        else:
            messages.success(request, _("改好了。"))
            response = HttpResponseRedirect("/me/")
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, person.language, samesite="Lax", max_age=34_560_000
            )
            return response
    return render(request, "people/name.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def work(request: Any) -> HttpResponse:
    person = request.person
    profile = queries.profile_of(person.pk)
    form = WorkForm(request.POST or None, platforms=queries.platforms(), initial=_declared(profile))
    has_consented = queries.consented(person.pk, "work_profile")
    if form.is_valid():
        given = form.cleaned_data
        if request.POST.get("agree") and not has_consented:
            services.give_consent(person=person, purpose="work_profile", now=request.now)
            has_consented = True
        try:
            services.declare_work(
                person=person,
                community_code=given["community"],
                declared_as=given["declared_as"],
                works=[Work(*pair) for pair in form.works],
                has_consented=has_consented,
                now=request.now,
            )
        except DomainError as error:
            show(form, error)
        else:
            messages.success(request, _("改好了，归口单位和社区已经更新。"))
            return redirect("people:me")
    purpose = next(row for row in queries.consent_purposes() if row.code == "work_profile")
    page = {
        "form": form,
        "has_consented": has_consented,
        "purpose": queries.purpose_words(purpose),
        **picked(form["community"].value() or ""),
    }
    return render(request, "people/work.html", page, status=422 if form.errors else 200)


def _declared(profile: Any) -> dict[str, Any]:
    if profile is None:
        return {"declared_as": "home"}
    initial = {"community": profile.scope_code[:12], "declared_as": profile.declared_as}
    for job in profile.jobs.all():
        initial[f"does_{job.worker_type}"] = True
        initial[f"platform_{job.worker_type}"] = str(job.platform.public_id) if job.platform else ""
    return initial


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def number(request: Any) -> HttpResponse:
    """The new number proves itself by a code; the old one is told."""
    phone_form, code_form, refused = PhoneForm(request.POST or None), None, None
    try:
        if "code_id" in request.POST:
            code_form = CodeForm(request.POST)
            if code_form.is_valid():
                services.change_number(
                    person=request.person,
                    code_id=code_form.cleaned_data["code_id"],
                    typed=code_form.cleaned_data["code"],
                    now=request.now,
                    request=request,
                )
                messages.success(request, _("换好了。以后用新号码登录，别的设备已经退出。"))
                return redirect("people:me")
        elif request.method == "POST" and phone_form.is_valid():
            code = services.send_code(
                phone=phone_form.cleaned_data["phone"],
                purpose=CodePurpose.CHANGE_NUMBER,
                client=client_address(request),
                person=request.person,
                now=request.now,
            )
            code_form = CodeForm(initial={"code_id": code.public_id})
    except DomainError as error:
        refused = error
        show(code_form or phone_form, error)
    page = {"phone_form": phone_form, "code_form": code_form, "phone": request.POST.get("phone", "")}
    failed = (code_form.errors if code_form else phone_form.errors) if request.method == "POST" else None
    return form_answer(request, "people/number.html", page, failed=failed, error=refused)


@signed_in
@require_POST
def switch(request: Any) -> HttpResponse:
    try:
        chosen = UUID(request.POST.get("assignment", ""))
    except ValueError:
        raise Http404 from None
    services.switch_assignment(
        request=request, person=request.person, public_id=chosen, now=request.now,
    )  # fmt: skip
    return redirect(path_of_ours(request.POST.get("next", "")) or settings.LOGIN_REDIRECT_URL)
