"""Where django-allauth meets our accounts: persons are found by phone, codes go out by our channels, secrets are
encrypted by our keys. The one-page sign-in itself is ours (docs/decisions/0016-sign-in.md).
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from nuanxin.kernel.privacy.keys import decrypt, encrypt
from nuanxin.people.models import Person
from nuanxin.people.queries.subjects import person_by_phone

TOTP_PURPOSE = "people.totp_secret"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # published without types
    """Accounts open by our own registration only; allauth's later ways in (WeChat, OIDC) find them by phone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_phone(self, user: AbstractBaseUser) -> tuple[str, bool] | None:
        """A stored number has always been verified: it is stored only after its code came back."""
        phone = user.phone if isinstance(user, Person) else ""
        return (phone, True) if phone else None

    def get_user_by_phone(self, phone: str) -> Person | None:
        return person_by_phone(phone)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # published without types
    def encrypt(self, text: str) -> str:
        return encrypt(text, TOTP_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text, TOTP_PURPOSE)

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """The second factor of staff is replaced, never dropped."""
        return False
