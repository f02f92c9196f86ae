"""What I want to hear: by mail, at once or together, and a text message off duty."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import requires
from nuanxin.kernel.errors import DomainError, RateLimited
from nuanxin.kernel.privacy.masking import mask_mail
from nuanxin.notifications import queries, services
from nuanxin.notifications.forms import CodeForm, MailForm, PreferencesForm
from nuanxin.ui.middleware import with_headers


@requires("notifications.read")
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: Any) -> HttpResponse:
    form = _form(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.save_preferences(
            actor=request.actor,
            by_group=form.by_group,
            digest_at=form.cleaned_data["digest_at"],
            text_off_duty=bool(form.cleaned_data.get("text_off_duty")),
            now=request.now,
        )
        messages.success(request, _("记下了。"))
        return redirect("notifications:preferences")
    return _page(request, form=form, status=422 if form.errors else 200)


@requires("notifications.read")
@require_POST
def mail(request: Any) -> HttpResponse:
    """Take an address; a code goes there."""
    form = MailForm(request.POST)
    if form.is_valid():
        try:
            services.set_mail(actor=request.actor, address=form.cleaned_data["mail"], now=request.now)
        except DomainError as error:
            _tell(form, "mail", error)
            status = error.status if isinstance(error, RateLimited) else 422
            return with_headers(_page(request, mail_form=form, status=status), error)
        else:
            messages.success(request, _("验证码发到邮箱了，30 分钟内填回来。"))
            return redirect("notifications:preferences")
    return _page(request, mail_form=form, status=422)


@requires("notifications.read")
@require_POST
def confirm(request: Any) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            services.confirm_mail(actor=request.actor, code=form.cleaned_data["code"], now=request.now)
        except DomainError as error:
            _tell(form, "code", error)
        else:
            messages.success(request, _("邮箱可以用了，下面选哪些发邮件。"))
            return redirect("notifications:preferences")
    return _page(request, code_form=form, status=422)


@requires("notifications.read")
@require_POST
def forget_mail(request: Any) -> HttpResponse:
    services.drop_mail(actor=request.actor)
    messages.success(request, _("邮箱删掉了，不再发邮件。"))
    return redirect("notifications:preferences")


def _form(request: Any, data: Any) -> PreferencesForm:
    return PreferencesForm(
        data,
        settings=queries.settings_of(request.actor.person_id),
        is_staff=policy.permits(request.actor, "portal.workbench"),
        is_reporter=policy.permits(request.actor, "cases.view_own"),
    )


def _tell(form: Form, field: str, error: DomainError) -> None:
    text = getattr(error, "fields", {}).get(field) or error.told
    form.add_error(field, str(text))


def _page(
    request: Any,
    *,
    form: PreferencesForm | None = None,
    mail_form: MailForm | None = None,
    code_form: CodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    settings = queries.settings_of(request.actor.person_id)
    context = {
        "base": "ui/workbench.html" if policy.permits(request.actor, "portal.workbench") else "ui/phone.html",
        "settings": settings,
        "mail": mask_mail(settings.mail) if settings.mail else "",
        "form": form or _form(request, None),
        "mail_form": mail_form or MailForm(),
        "code_form": code_form or CodeForm(),
        "is_reporter": policy.permits(request.actor, "cases.view_own"),
        "has_texts": queries.wants_texts(request.actor),
    }
    return render(request, "notifications/preferences.html", context, status=status)
