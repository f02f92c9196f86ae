"""Certificates: one's own, those to be issued, and what anybody can verify under a number and its code."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import nuanxin.volunteering
from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.typesetting import typeset
from nuanxin.ui.forms import posted
from nuanxin.volunteering.models import Certificate
from nuanxin.volunteering.queries import certificates as queries
from nuanxin.volunteering.queries import credentials
from nuanxin.volunteering.queries.minutes import hours_shown
from nuanxin.volunteering.record_forms import CertificateForm, ReasonForm, VerifyForm, first_days
from nuanxin.volunteering.services import certificates as services
from nuanxin.volunteering.views.record_pages import done, framed, private

TEMPLATE = (
    Path(nuanxin.volunteering.__file__).parent / "templates" / "volunteering" / "print" / "certificate.typ"
)
WITH_REASON = ("refuse", "revoke")


# --- One's own ---
@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.serve")
def my_certificates(request: ActorRequest) -> HttpResponse:
    """POST asks for one: free, answered within working days."""
    issuers = queries.issuers_for(request.actor)
    form = CertificateForm(posted(request), issuers=issuers, initial=first_days(request.now))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            services.apply_for_certificate(
                actor=request.actor, organisation=UUID(told["organisation"]), period_from=told["period_from"],
                period_to=told["period_to"], key=_key(request), now=request.now,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("申请好了，不收钱。开好就告诉你。"))
            return redirect("volunteering:my_certificates")
    context = {
        "rows": queries.own_certificates(request.actor),
        "form": form if issuers else None,
        "key": _key(request),
        "days": queries.certificate_rules().answer_days,
    }
    return render(
        request, "volunteering/record_certificates.html", context, status=422 if form.errors else 200
    )


def _key(request: ActorRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


@require_POST
@requires("volunteering.serve")
def certificate_withdraw(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return done(
        request,
        lambda: services.withdraw_certificate(actor=request.actor, public_id=public_id, now=request.now),
        _("申请撤回了。"), "volunteering:my_certificates",
    )  # fmt: skip


@require_safe
@requires("volunteering.serve")
@limited("exports")
def certificate_pdf(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """A4, with the code that anybody can verify."""
    found = _issued(queries.own_certificate(request.actor, public_id))
    pdf = typeset(TEMPLATE, _printed(found), now=found.issued_at or request.now)
    return private(pdf, "application/pdf", f"{found.number}.pdf")


@require_safe
@requires("volunteering.serve")
@limited("exports")
def certificate_badge(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """The same as an Open Badges 3.0 credential, for a wallet."""
    found = _issued(queries.own_certificate(request.actor, public_id))
    return private(credentials.signed(found, settings.BASE_URL), "application/vc+jwt", f"{found.number}.jwt")


def _issued(found: Certificate) -> Certificate:
    if found.state not in queries.SHOWN:
        raise queries.NotCertified(_("这份证明还没有开好。"), hint=_("开好就会告诉你。"))
    return found


def _printed(found: Certificate) -> dict[str, Any]:
    address = (
        f"{settings.BASE_URL}{reverse('volunteering:certificate_public', args=[found.number, found.code])}"
    )
    issued = localtime(found.issued_at) if found.issued_at else None
    lines = queries.lines_of(found)
    return {
        "title": "志愿服务记录证明",
        "number": found.number,
        "holder": found.person.name if found.person else "",
        "period_from": f"{found.period_from:%Y 年 %-m 月 %-d 日}",
        "period_to": f"{found.period_to:%Y 年 %-m 月 %-d 日}",
        "hours": hours_shown(found.minutes),
        "times": len(lines),
        "lines": [[day.isoformat(), title, hours_shown(minutes)] for day, title, minutes in lines[:40]],
        "more": max(len(lines) - 40, 0),
        "issuer": found.organisation.name,
        "issued_on": f"{issued:%Y 年 %-m 月 %-d 日}" if issued else "",
        "code": found.code,
        "address": address,
        "qr": segno.make(address, error="m").svg_inline(scale=4, border=0, dark="#1f2328"),
        "is_revoked": found.state == "revoked",
        "is_demo": settings.DEMO,
    }


# --- To be issued ---
@require_safe
@requires("volunteering.certify")
def certificates(request: ActorRequest) -> HttpResponse:
    tab = "done" if request.GET.get("tab") == "done" else "open"
    rows = queries.certificates_to_decide(request.actor, tab=tab)
    return framed(request, "volunteering/record_certify_list.html", {"rows": rows, "tab": tab})


@require_safe
@requires("volunteering.certify")
def certificate(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return _decide(request, public_id, ReasonForm())


@require_POST
@requires("volunteering.certify")
def certificate_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """Issue at one press; refusing and revoking say why."""
    if name == "issue":
        return done(
            request,
            lambda: services.issue_certificate(actor=request.actor, public_id=public_id, now=request.now),
            _("开好了，本人马上能下载。"), "volunteering:certificate", public_id,
        )  # fmt: skip
    if name not in WITH_REASON:
        raise queries.NotCertified
    form = ReasonForm(request.POST)
    act = services.refuse_certificate if name == "refuse" else services.revoke_certificate
    if form.is_valid():
        try:
            act(actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data)
        except DomainError as error:
            if error.status == 404:
                raise
            form.refuse(error)
        else:
            messages.success(request, _("已办好。"))
            return redirect("volunteering:certificate", public_id=public_id)
    return _decide(request, public_id, form, status=422)


def _decide(request: ActorRequest, public_id: UUID, form: ReasonForm, *, status: int = 200) -> HttpResponse:
    found = queries.certificate_to_decide(request.actor, public_id)
    lines = queries.lines_of(found)
    context = {
        "certificate": found,
        "lines": lines,
        "minutes": sum(minutes for _day, _title, minutes in lines),
        "form": form,
        "is_own": found.person_id == request.actor.person_id,
    }
    return framed(request, "volunteering/record_certify.html", context, status=status)


# --- For everybody ---
@public("whoever is shown a certificate verifies it, by the number and the code that stand on it")
@require_safe
@limited("public")
def certificate_verify(request: ActorRequest) -> HttpResponse:
    form = VerifyForm(request.GET or None)
    if request.GET and form.is_valid():
        told = form.cleaned_data
        try:
            found = queries.certificate_by_code(told["number"], told["code"])
        except queries.NotCertified:
            form.add_error(None, _("没有这份证明。编号和验证码都要和纸上的一样；还不对，就不是真的。"))
        else:
            return redirect("volunteering:certificate_public", number=found.number, code=found.code)
    return render(request, "volunteering/record_verify.html", {"form": form})


@public(
    "what a certificate says, for whoever holds it: the name is masked, the code stands on the paper alone"
)
@require_safe
@limited("public")
def certificate_public(request: ActorRequest, number: str, code: str) -> HttpResponse:
    said = queries.said_by(queries.certificate_by_code(number, code))
    response = render(request, "volunteering/record_certificate_public.html", {"said": said})
    response["X-Robots-Tag"] = "noindex"
    return response


@public("whether a credential is still true, for verifiers: no name, only the number and the reason")
@require_safe
@limited("public")
def certificate_status(request: ActorRequest, number: str, code: str) -> JsonResponse:
    found = queries.certificate_by_code(number, code)
    return JsonResponse(credentials.revocation_list(found, settings.BASE_URL))


@public("the register of what was issued lately (Order 67): number, masked name, hours, who issued it")
@require_safe
@limited("public")
def certificate_register(request: ActorRequest) -> HttpResponse:
    rows = [(each, queries.masked_holder(each)) for each in queries.in_register(request.now)]
    context = {"rows": rows, "days": queries.certificate_rules().register_days}
    return render(request, "volunteering/record_register.html", context)


@public("who issues credentials, for verifiers: an organisation's name and address")
@require_safe
@limited("public")
def issuer(request: ActorRequest, public_id: UUID) -> JsonResponse:
    organisation = queries.issuing_organisation(public_id)
    return JsonResponse(credentials.issuer_profile(organisation, settings.BASE_URL))


@public("the public keys by which a credential is verified")
@require_safe
@limited("public")
def issuer_keys(request: ActorRequest) -> JsonResponse:
    return JsonResponse(credentials.key_set(settings.BASE_URL), content_type="application/jwk-set+json")


@public("one of the public keys, at the address that a credential names")
@require_safe
@limited("public")
def issuer_key(request: ActorRequest, key: str) -> JsonResponse:
    found = credentials.public_key(key, settings.BASE_URL)
    if found is None:
        raise queries.NotCertified(_("没有这把公钥。"))
    return JsonResponse(found, content_type="application/jwk+json")
