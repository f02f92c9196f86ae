import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.audit import record
from nuanxin.kernel.channels.send import send_sms
from nuanxin.kernel.errors import Conflict, Invalid, NotFound
from nuanxin.people.identifiers import national_mobile, normal_mobile
from nuanxin.people.messages import INVITED
from nuanxin.people.models import Assignment, Invitation, Organisation, Person, Site
from nuanxin.people.services.assignments import assign, check_place, place_code
from nuanxin.people.services.codes import NotAMobile
from nuanxin.people.services.passwords import set_password
from nuanxin.people.services.registration import checked_name, create_person

LIFETIME = timedelta(days=7)
LOGIN_NAME_LENGTH = range(4, 41)


class InvitationGone(NotFound):
    default_message = _("这个邀请已经用过、撤回或过期了。")
    default_hint = _("请让邀请您的人再发一次。")


class NotForThisAccount(Conflict):
    default_message = _("这个岗位要用工作账号登记。")
    default_hint = _("请按页面提示设登录名和密码，不用个人手机号登录。")


@dataclass(frozen=True, slots=True)
class Invited:
    """The row and the one copy of the link's secret."""

    invitation: Invitation
    token: str

    @property
    def link(self) -> str:
        return settings.BASE_URL.rstrip("/") + reverse("people:invited", kwargs={"token": self.token})


def invite_person(
    *,
    actor: Actor,
    name: str,
    role: str,
    now: datetime,
    scope_code: str = "",
    organisation: Organisation | None = None,
    site: Site | None = None,
    phone: str = "",
    reason: str = "",
) -> Invited:
    """Keep a role for somebody for seven days; with a phone number, the link is texted there and not stored.

    Raises `OutsideReach`, `Invalid`, `NotAMobile`.
    """
    found = check_place(
        actor=actor, permission="people.invite", role=role, scope_code=scope_code, organisation=organisation, site=site,
    )  # fmt: skip
    if phone and not normal_mobile(phone):
        raise NotAMobile(fields={"phone": NotAMobile.default_message})
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            name=checked_name(name),
            role=found,
            scope_code=place_code(scope_code, organisation, site),
            organisation=organisation,
            site=site,
            reason=reason,
            token_hash=token_digest(token),
            invited_by=actor.subject_id,
            created_at=now,
            expires_at=now + LIFETIME,
        )
        _note(actor, "people.invite", invitation, now)
    invited = Invited(invitation, token)
    if phone:
        send_sms(
            to=national_mobile(normal_mobile(phone)),
            template=INVITED,
            params={
                "name": invitation.name,
                "role": found.name,
                "days": str(LIFETIME.days),
                "link": invited.link,
            },
            key=f"people.invite:{invitation.public_id}",
            now=now,
        )
    return invited


def find_invitation(*, token: str, now: datetime) -> Invitation:
    """The open invitation behind a link. Raises `InvitationGone`."""
    found = (
        Invitation.objects.filter(
            token_hash=token_digest(token), accepted_at=None, withdrawn_at=None, expires_at__gt=now,
        )
        .select_related("role", "organisation", "site")
        .first()
    )  # fmt: skip
    if found is None:
        raise InvitationGone
    return found


def accept_as_staff(*, token: str, login_name: str, password: str, now: datetime) -> Assignment:
    """A new working account with its role. Raises `InvitationGone`, `LoginNameTaken`, `WeakPassword`, `Invalid`."""
    invitation = find_invitation(token=token, now=now)
    chosen = login_name.strip()
    if (
        len(chosen) not in LOGIN_NAME_LENGTH
        or not chosen.replace("_", "").replace(".", "").replace("-", "").isalnum()
    ):
        raise Invalid(fields={"login_name": _("4到40个字，用文字、字母、数字、点、横线。")})
    with transaction.atomic():
        person = create_person(name=invitation.name, login_name=chosen, now=now)
        set_password(person=person, password=password, now=now)
        return _take(invitation, person, now)


def accept_as(*, token: str, person: Person, now: datetime) -> Assignment:
    """Somebody who has an account takes the role. Raises `InvitationGone`, `NotForThisAccount`, `AlreadyAssigned`."""
    invitation = find_invitation(token=token, now=now)
    if invitation.role.needs_two_factors and not person.login_name:
        raise NotForThisAccount
    with transaction.atomic():
        return _take(invitation, person, now)


def withdraw_invitation(*, actor: Actor, invitation: Invitation, now: datetime) -> None:
    check_place(
        actor=actor,
        permission="people.invite",
        role=invitation.role_id,
        scope_code=invitation.scope_code if not invitation.organisation and not invitation.site else "",
        organisation=invitation.organisation,
        site=invitation.site,
    )
    with transaction.atomic():
        open_now = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
        if not open_now.update(withdrawn_at=now):
            raise InvitationGone
        _note(actor, "people.withdraw_invitation", invitation, now)


def _take(invitation: Invitation, person: Person, now: datetime) -> Assignment:
    """The inviter's authority was checked when the invitation was made."""
    open_now = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    if not open_now.update(accepted_at=now, accepted_by=person):
        raise InvitationGone
    return assign(
        actor=SYSTEM,
        person=person,
        role=invitation.role_id,
        scope_code=invitation.scope_code,
        organisation=invitation.organisation,
        site=invitation.site,
        reason=invitation.reason,
        now=now,
    )


def token_digest(token: str) -> str:
    return salted_hmac("nuanxin.people.invitation", token, algorithm="sha256").hexdigest()


def _note(actor: Actor, action: str, invitation: Invitation, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        object_type="people.invitation",
        object_id=invitation.pk,
        scope_code=invitation.scope_code,
        detail={"role": invitation.role_id},
        now=now,
    )
