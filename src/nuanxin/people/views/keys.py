"""Sessions, slips, keys and second factors of one's own account."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nuanxin.kernel.access.http import signed_in
from nuanxin.kernel.errors import DomainError
from nuanxin.people import queries, services
from nuanxin.people.forms import DynamicCodeForm, NewPasswordForm, TokenForm, role_name
from nuanxin.people.views import pending, qr
from nuanxin.ui.forms import show


@signed_in
@require_POST
def end_session(request: Any, public_id: UUID) -> HttpResponse:
    services.end_one_session(person=request.person, public_id=public_id, now=request.now)
    messages.success(request, _("那台设备已经退出。"))
    return redirect("/me/#sessions")


@signed_in
@require_POST
def end_other_sessions(request: Any) -> HttpResponse:
    services.end_all_sessions(person=request.person, reason="asked", now=request.now, keep=request)
    messages.success(request, _("别的设备都退出了，只留这一台。"))
    return redirect("/me/#sessions")


@signed_in
@require_POST
def recovery_code(request: Any) -> HttpResponse:
    code = services.make_recovery_code(person=request.person, now=request.now)
    return render(request, "people/recovery_code.html", {"code": code})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tokens(request: Any) -> HttpResponse:
    """GET the form; POST makes a key and shows it the only time."""
    form, text = TokenForm(request.POST or None), ""
    if request.assignment is None:
        raise Http404
    if form.is_valid():
        try:
            _token, text = services.create_token(
                person=request.person,
                assignment=request.assignment,
                name=form.cleaned_data["name"],
                valid_for=timedelta(days=form.cleaned_data["days"]),
                now=request.now,
            )
        except DomainError as error:
            show(form, error)
    page = {"form": form, "text": text, "role": role_name(request.assignment.role)}
    return render(request, "people/token.html", page, status=422 if form.errors else 200)


@signed_in
@require_POST
def revoke_token(request: Any, public_id: UUID) -> HttpResponse:
    services.revoke_token(person=request.person, public_id=public_id, now=request.now)
    messages.success(request, _("密钥停用了，用它的程序马上就连不上。"))
    return redirect("/me/#tokens")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change_password(request: Any) -> HttpResponse:
    if not request.person.login_name:
        raise Http404
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            services.set_password(
                person=request.person, password=form.cleaned_data["password"], now=request.now
            )
        except DomainError as error:
            show(form, error)
        else:
            update_session_auth_hash(request, request.person)
            messages.success(request, _("密码改好了，别的设备已经退出。"))
            return redirect("people:me")
    return render(
        request, "people/new_password.html", {"form": form, "own": True}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def replace_second_factor(request: Any) -> HttpResponse:
    """On a new phone: scan again; the old authenticator stops with the first code of the new one."""
    if not request.person.login_name:
        raise Http404
    secret = pending.secret(request)
    form = DynamicCodeForm(request.POST or None)
    if form.is_valid():
        try:
            services.confirm_second_factor(
                person=request.person, secret=secret, code=form.cleaned_data["code"], now=request.now,
            )  # fmt: skip
        except DomainError as error:
            show(form, error)
        else:
            pending.forget_secret(request)
            messages.success(request, _("以后用这个验证器。"))
            return redirect("people:me")
    uri = services.provisioning_uri(person=request.person, secret=secret)
    page = {
        "form": form,
        "qr": qr.data_uri(uri),
        "secret": qr.in_fours(secret),
        "has_one": queries.has_second_factor(request.person.pk),
    }
    return render(request, "people/second_factor.html", page, status=422 if form.errors else 200)
