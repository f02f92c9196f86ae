"""Bringing people in: invitations to roles, and giving a worker the account back in person."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from nuanxin.kernel.access.http import client_address, public, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.people import queries, services
from nuanxin.people.enums import CodePurpose
from nuanxin.people.forms import CodeForm, InvitedForm, InviteForm, StaffRecoverForm, role_name
from nuanxin.people.views.answers import form_answer
from nuanxin.people.views.sign_in import NEXT_KEY, finish_staff
from nuanxin.territories.queries import path_name
from nuanxin.ui.forms import show


@require_http_methods(["GET", "HEAD", "POST"])
@requires("people.invite")
def invite(request: Any) -> HttpResponse:
    form = InviteForm(request.POST or None, **queries.places_for(request.actor, "people.invite"))
    done = None
    if form.is_valid():
        given = form.cleaned_data
        try:
            done = services.invite_person(
                actor=request.actor,
                name=given["name"],
                role=given["role"],
                phone=given["phone"],
                reason=given["reason"],
                now=request.now,
                **form.place,
            )
        except DomainError as error:
            show(form, error)
    return render(
        request, "people/invite.html", {"form": form, "done": done}, status=422 if form.errors else 200
    )


@public("whoever holds the link is the one invited")
def invited(request: Any, token: str) -> HttpResponse:
    """Take up the role: with the account one is signed in with, or with a new working account."""
    invitation = services.find_invitation(token=token, now=request.now)
    by_phone = not invitation.role.needs_two_factors
    form = InvitedForm(request.POST or None) if not by_phone else None
    if request.method == "POST":
        try:
            if request.person and (by_phone or request.person.login_name):
                services.accept_as(token=token, person=request.person, now=request.now)
                messages.success(request, _("岗位接下了。在右上角可以切换身份。"))
                return redirect("people:me")
            if form and form.is_valid():
                given = form.cleaned_data
                taken = services.accept_as_staff(
                    token=token, login_name=given["login_name"], password=given["password"], now=request.now,
                )  # fmt: skip
                return finish_staff(request, taken.person, has_factor=False)
        except DomainError as error:
            if form is None:
                raise
            show(form, error)
    if by_phone and not request.person:
        request.session[NEXT_KEY] = reverse("people:invited", kwargs={"token": token})
    page = {
        "invitation": invitation,
        "role": role_name(invitation.role),
        "place": path_name(invitation.scope_code) if invitation.scope_code else "",
        "form": form,
        "by_phone": by_phone,
    }
    return render(request, "people/invited.html", page, status=422 if form and form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("people.recover")
def recover_for_worker(request: Any) -> HttpResponse:
    """Face to face: the worker's old number, the papers, the new number, its code."""
    form = StaffRecoverForm(request.POST or None)
    code_form, refused = CodeForm(request.POST) if "code_id" in request.POST else None, None
    try:
        if form.is_valid():
            given = form.cleaned_data
            assignment = queries.recoverable(request.actor, phone=given["old_phone"], now=request.now)
            if assignment is None:
                form.add_error(
                    "old_phone", _("本辖区没有用这个号码的账号。请核对号码，或请他到登记的社区办理。")
                )
            elif code_form and code_form.is_valid():
                services.recover_by_staff(
                    actor=request.actor,
                    assignment=assignment,
                    code_id=code_form.cleaned_data["code_id"],
                    typed=code_form.cleaned_data["code"],
                    identity_check=given["identity_check"],
                    now=request.now,
                )
                messages.success(request, _("换好了，请他用新号码登录。"))
                return redirect("people:people")
            elif code_form is None:
                code = services.send_code(
                    phone=given["phone"],
                    purpose=CodePurpose.RECOVER,
                    client=client_address(request),
                    person=assignment.person,
                    now=request.now,
                )
                code_form = CodeForm(initial={"code_id": code.public_id})
    except DomainError as error:
        refused = error
        show(code_form or form, error)
    failed = form.errors or (code_form and code_form.errors)
    page = {"form": form, "code_form": code_form}
    return form_answer(request, "people/recover_for_worker.html", page, failed=failed, error=refused)
