"""One page with two ways in: a phone and a code for workers and residents, a password and a dynamic code for staff.

Between the steps the session holds ids only: of the code that proved a number, of the person whose password was right.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nuanxin.kernel.access.http import client_address, path_of_ours, public
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError
from nuanxin.people import queries, services
from nuanxin.people.enums import CodePurpose, SignInMethod
from nuanxin.people.forms import (
    CodeForm,
    DynamicCodeForm,
    NewPasswordForm,
    PhoneForm,
    RecoverForm,
    StaffSignInForm,
)
from nuanxin.people.models import Person
from nuanxin.people.views import pending, qr
from nuanxin.people.views.answers import form_answer
from nuanxin.ui.forms import show
from nuanxin.ui.middleware import with_headers

PROVED_KEY = "nx_proved"
NEXT_KEY = "nx_next"
PENDING_LIFE = timedelta(minutes=15)


@public("signing in comes before being somebody")
@limited("sign_in", posts_only=True)
def sign_in(request: Any) -> HttpResponse:
    """GET the page; POST the one-time code."""
    remember_next(request)
    if request.method == "POST":
        return _by_code(request)
    if request.actor.is_authenticated:
        return go_on(request)
    return _page(request, as_staff=request.GET.get("as") == "staff")


@public("signing in comes before being somebody")
@require_POST
@limited("sign_in", posts_only=True)
def send_code(request: Any) -> HttpResponse:
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _page(request, phone_form=form, status=422)
    try:
        code = services.send_code(
            phone=form.cleaned_data["phone"],
            purpose=CodePurpose.SIGN_IN,
            client=client_address(request),
            now=request.now,
        )
    except DomainError as error:
        return _not_sent(request, form, error)
    return _page(
        request,
        phone_form=PhoneForm(initial={"phone": form.cleaned_data["phone"]}),
        code_form=CodeForm(initial={"code_id": code.public_id}),
        phone=form.cleaned_data["phone"],
    )


def _not_sent(request: Any, form: PhoneForm, error: DomainError) -> HttpResponse:
    """Whoever asked for another code too early keeps the place to type the first one."""
    earlier = request.POST.get("code_id", "")
    if earlier:
        code_form = CodeForm({"code_id": earlier, "code": ""})
        code_form.errors.clear()
        show(code_form, error)
        page = _page(request, code_form=code_form, phone=form.cleaned_data["phone"], status=error.status)
        return with_headers(page, error)
    show(form, error)
    return with_headers(_page(request, phone_form=form, status=error.status), error)


def _by_code(request: Any) -> HttpResponse:
    form = CodeForm(request.POST)
    phone = request.POST.get("phone", "")
    if not form.is_valid():
        return _page(request, code_form=form, phone=phone, status=422)
    try:
        code = services.check_code(
            code_id=form.cleaned_data["code_id"],
            typed=form.cleaned_data["code"],
            purpose=CodePurpose.SIGN_IN,
            now=request.now,
        )
    except DomainError as error:
        show(form, error)
        return _page(request, code_form=form, phone=phone, status=error.status)
    person = queries.person_by_phone(code.phone)
    if person is None:
        request.session[PROVED_KEY] = str(code.public_id)
        services.carry_mark(request)
        return _go(request, reverse("people:register"))
    chosen = services.start_session(
        request=request, person=person, method=SignInMethod.PHONE, now=request.now
    )
    if chosen is None:
        messages.warning(request, _("您的岗位要用工作账号登录：退出后选“工作人员”，用密码和动态码。"))
        return _go(request, reverse("people:me"))
    return go_on(request)


@public("signing in comes before being somebody")
@require_POST
@limited("sign_in", posts_only=True)
def staff_sign_in(request: Any) -> HttpResponse:
    form = StaffSignInForm(request.POST)
    if not form.is_valid():
        return _page(request, as_staff=True, staff_form=form, status=422)
    given = form.cleaned_data
    try:
        person = services.check_password_of(
            request=request, login_name=given["login_name"], password=given["password"], now=request.now,
        )  # fmt: skip
        has_factor = queries.has_second_factor(person.pk)
        if has_factor:
            services.check_second_factor(person=person, code=given["code"], now=request.now)
    except DomainError as error:
        if isinstance(error, services.WrongDynamicCode) and given["code"]:
            services.count_wrong_code(request=request, login_name=given["login_name"])
        show(form, error)
        return with_headers(_page(request, as_staff=True, staff_form=form, status=error.status), error)
    return finish_staff(request, person, has_factor=has_factor)


def finish_staff(request: Any, person: Person, *, has_factor: bool) -> HttpResponse:
    """On to what is still missing (a fresh password, a second factor), else into the session."""
    if services.is_expired(person, now=request.now):
        pending.hold(request, person, has_factor=has_factor)
        return redirect("people:new_password")
    if not has_factor and settings.NUANXIN_STAFF_TWO_FACTORS:
        pending.hold(request, person, has_factor=False)
        return redirect("people:second_factor")
    pending.release(request)
    method = SignInMethod.TWO_FACTORS if has_factor else SignInMethod.PASSWORD
    services.start_session(request=request, person=person, method=method, now=request.now)
    return go_on(request)


@public("the password was right a moment ago; the session holds whose it was")
@limited("sign_in", posts_only=True)
def new_password(request: Any) -> HttpResponse:
    """A password that has run out is changed before anything else."""
    held = pending.held(request)
    if held is None:
        return redirect(f"{reverse('people:sign_in')}?as=staff")
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            services.set_password(person=held.person, password=form.cleaned_data["password"], now=request.now)
            return finish_staff(request, held.person, has_factor=held.has_factor)
        except DomainError as error:
            show(form, error)
    return render(request, "people/new_password.html", {"form": form}, status=422 if form.errors else 200)


@public("the password was right a moment ago; the session holds whose it was")
@limited("sign_in", posts_only=True)
def second_factor(request: Any) -> HttpResponse:
    """Set up the second factor: scan, type one code, done."""
    held = pending.held(request)
    if held is None or held.has_factor:
        return redirect(f"{reverse('people:sign_in')}?as=staff")
    secret = pending.secret(request)
    form = DynamicCodeForm(request.POST or None)
    if form.is_valid():
        try:
            services.confirm_second_factor(
                person=held.person, secret=secret, code=form.cleaned_data["code"], now=request.now,
            )  # fmt: skip
            pending.forget_secret(request)
            return finish_staff(request, held.person, has_factor=True)
        except DomainError as error:
            show(form, error)
    uri = services.provisioning_uri(person=held.person, secret=secret)
    page = {"form": form, "qr": qr.data_uri(uri), "secret": qr.in_fours(secret), "base": "ui/plain.html"}
    return render(request, "people/second_factor.html", page, status=422 if form.errors else 200)


@public("whoever lost the number cannot sign in")
@limited("sign_in", posts_only=True)
def recover(request: Any) -> HttpResponse:
    """By the slip of paper: the new number first, then the slip and the code together."""
    phone_form, form, refused = PhoneForm(request.POST or None), None, None
    try:
        if "code_id" in request.POST:
            form, code_form = RecoverForm(request.POST), CodeForm(request.POST)
            if form.is_valid() and code_form.is_valid():
                person = services.recover_account(
                    recovery_code=form.cleaned_data["recovery_code"],
                    code_id=code_form.cleaned_data["code_id"],
                    typed=code_form.cleaned_data["code"],
                    now=request.now,
                )
                services.start_session(
                    request=request, person=person, method=SignInMethod.RECOVERY, now=request.now
                )
                return go_on(request)
        elif request.method == "POST" and phone_form.is_valid():
            code = services.send_code(
                phone=phone_form.cleaned_data["phone"],
                purpose=CodePurpose.RECOVER,
                client=client_address(request),
                now=request.now,
            )
            form, code_form = RecoverForm(), CodeForm(initial={"code_id": code.public_id})
    except DomainError as error:
        refused = error
        show(form or phone_form, error)
    page = {"phone_form": phone_form, "form": form, "code_form": code_form if form else None}
    failed = phone_form.errors or (form and (form.errors or code_form.errors))
    return form_answer(request, "people/recover.html", page, failed=failed, error=refused)


@public("ends a session if there is one")
@require_POST
def sign_out(request: Any) -> HttpResponse:
    services.end_session(request=request, now=request.now)
    return redirect("people:sign_in")


def locked_out(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """What django-axes answers with when the last wrong try locked the account."""
    form = StaffSignInForm(request.POST)
    form.is_valid()
    error = services.LockedOut.of(form.cleaned_data.get("login_name", ""), now=request.now)
    show(form, error)
    return with_headers(_page(request, as_staff=True, staff_form=form, status=error.status), error)


def _page(
    request: Any,
    *,
    as_staff: bool = False,
    phone_form: PhoneForm | None = None,
    code_form: CodeForm | None = None,
    staff_form: StaffSignInForm | None = None,
    phone: str = "",
    status: int = 200,
) -> HttpResponse:
    page = {
        "as_staff": as_staff,
        "not_staff": not as_staff,
        "phone_form": phone_form or PhoneForm(),
        "code_form": code_form,
        "staff_form": staff_form or StaffSignInForm(),
        "phone": phone,
        "two_factors": settings.NUANXIN_STAFF_TWO_FACTORS,
        "recorded": settings.NUANXIN_SMS_PROVIDER == "recorder",
    }
    template = "people/partials/phone_steps.html" if request.htmx and not as_staff else "people/sign_in.html"
    return render(request, template, page, status=422 if request.htmx and status >= 400 else status)


def remember_next(request: Any) -> None:
    target = path_of_ours(request.GET.get("next", ""))
    if target:
        request.session[NEXT_KEY] = target


def go_on(request: Any) -> HttpResponse:
    """To where somebody wanted to go before signing in, else home."""
    return _go(request, request.session.pop(NEXT_KEY, None) or settings.LOGIN_REDIRECT_URL)


def _go(request: Any, target: str) -> HttpResponse:
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = target
        return response
    return HttpResponseRedirect(target)
