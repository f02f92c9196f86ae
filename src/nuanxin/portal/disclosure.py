"""Where a weakness is reported: `/.well-known/security.txt` (RFC 9116), from settings."""

from datetime import UTC, datetime, timedelta

from django.conf import settings

VALID_FOR = timedelta(days=180)  # the RFC asks for less than a year


def disclosure(now: datetime) -> str:
    """The file, or nothing where `NUANXIN_SECURITY_CONTACT` is empty."""
    if not settings.NUANXIN_SECURITY_CONTACT:
        return ""
    base = settings.BASE_URL.rstrip("/")
    expires = (now + VALID_FOR).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: {_address(contact)}" for contact in settings.NUANXIN_SECURITY_CONTACT]
    lines.append(f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}")
    if settings.NUANXIN_SECURITY_KEY_URL:
        lines.append(f"Encryption: {settings.NUANXIN_SECURITY_KEY_URL}")
    if settings.NUANXIN_SECURITY_POLICY_URL:
        lines.append(f"Policy: {settings.NUANXIN_SECURITY_POLICY_URL}")
    lines += ["Preferred-Languages: zh, en", f"Canonical: {base}/.well-known/security.txt"]
    return "\n".join(lines) + "\n"


def _address(contact: str) -> str:
    """A bare address becomes the URI that the RFC asks for."""
    return f"mailto:{contact}" if "@" in contact and ":" not in contact else contact
