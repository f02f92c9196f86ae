"""A certificate as an Open Badges 3.0 credential: a signed text that its holder keeps and any verifier accepts.

VC-JWT with ES256: the payload is the credential itself, the header carries the issuer's public key and names it at a
stable address. The key is derived from `NUANXIN_KEYS`, so there is nothing more to keep; the first key signs, every key
stands in the key set. Whose it is says a salted digest of the name: who is told the name can check it.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.urls import reverse

from nuanxin.kernel.privacy.keys import Key, key_ring
from nuanxin.people.models import Organisation
from nuanxin.volunteering.enums import CertificateState
from nuanxin.volunteering.models import Certificate
from nuanxin.volunteering.queries.minutes import hours_shown

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


def issuer_profile(organisation: Organisation, base: str) -> dict[str, Any]:
    """Who certifies, at a stable address below `base` (`https://city.example`)."""
    address = f"{base}{reverse('volunteering:issuer', args=[organisation.public_id])}"
    return {"id": address, "type": ["Profile"], "name": organisation.name, "url": f"{base}/"}


def key_set(base: str) -> dict[str, Any]:
    """RFC 7517, for every key of the ring, so that a rotation makes no credential unreadable."""
    return {"keys": [_jwk(key, base) for key in key_ring()]}


def public_key(key_id: str, base: str) -> dict[str, str] | None:
    """The one that a credential's `kid` leads to."""
    return next((_jwk(key, base) for key in key_ring() if key.id == key_id), None)


def credential(certificate: Certificate, base: str) -> dict[str, Any]:
    """The OpenBadgeCredential, not yet signed."""
    address = _address(certificate, base, "certificate_public")
    salt = hashlib.sha256(f"{certificate.code}|{certificate.number}".encode()).hexdigest()[:16]
    name = certificate.person.name if certificate.person is not None else ""
    hours = hours_shown(certificate.minutes)
    period = f"{certificate.period_from.isoformat()} – {certificate.period_to.isoformat()}"
    return {
        "@context": CONTEXT,
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "志愿服务记录证明",
        "issuer": issuer_profile(certificate.organisation, base),
        "validFrom": _instant(certificate),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityType": "name",
                    "hashed": True,
                    "salt": salt,
                    "identityHash": f"sha256${hashlib.sha256(f'{name}{salt}'.encode()).hexdigest()}",
                }
            ],
            "activityStartDate": f"{certificate.period_from.isoformat()}T00:00:00+08:00",
            "activityEndDate": f"{certificate.period_to.isoformat()}T23:59:59+08:00",
            "creditsEarned": certificate.minutes * 100 // 60 / 100,
            "achievement": {
                "id": f"{address}#achievement",
                "type": ["Achievement"],
                "achievementType": "CommunityService",
                "name": f"志愿服务 {hours} 小时",
                "description": f"{period}：实际服务 {hours} 小时，路上的时间不算，由活动组织者逐次确认。",
                "criteria": {"narrative": "到场签到、离场签退，由本人以外的负责人确认后记录；时长向下取整。"},
            },
        },
        "credentialStatus": {
            "id": f"{_address(certificate, base, 'certificate_status')}",
            "type": "1EdTechRevocationList",
        },
    }


def signed(certificate: Certificate, base: str) -> str:
    """The compact form that is kept in a wallet or sent along."""
    body = credential(certificate, base)
    claims = {
        **body,
        "iss": body["issuer"]["id"],
        "jti": body["id"],
        "nbf": int(certificate.issued_at.timestamp()) if certificate.issued_at else 0,
    }
    key = key_ring()[0]
    header = {
        "alg": "ES256",
        "typ": "JWT",
        "kid": _kid(key, base),
        "jwk": _public(key),
    }
    text = f"{_text(_json(header))}.{_text(_json(claims))}"
    r, s = decode_dss_signature(_private(key).sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def revocation_list(certificate: Certificate, base: str) -> dict[str, Any]:
    """What a verifier reads at `credentialStatus.id`."""
    revoked = []
    if certificate.state == CertificateState.REVOKED:
        revoked = [
            {
                "id": _address(certificate, base, "certificate_public"),
                "revoked": True,
                "revocationReason": certificate.reason,
            }
        ]
    return {
        "id": _address(certificate, base, "certificate_status"),
        "type": "1EdTechRevocationList",
        "issuer": issuer_profile(certificate.organisation, base)["id"],
        "revokedCredential": revoked,
    }


def _address(certificate: Certificate, base: str, page: str) -> str:
    return f"{base}{reverse(f'volunteering:{page}', args=[certificate.number, certificate.code])}"


def _instant(certificate: Certificate) -> str:
    return f"{certificate.issued_at:%Y-%m-%dT%H:%M:%SZ}"


@lru_cache(maxsize=8)
def _private(key: Key) -> ec.EllipticCurvePrivateKey:
    drawn = int.from_bytes(key.derived("intl", "volunteering.credential", 48), "big")
    return ec.derive_private_key(drawn % (ORDER - 1) + 1, ec.SECP256R1())


def _public(key: Key) -> dict[str, str]:
    numbers = _private(key).public_key().public_numbers()
    x, y = (_text(each.to_bytes(32, "big")) for each in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _kid(key: Key, base: str) -> str:
    return f"{base}{reverse('volunteering:issuer_key', args=[key.id])}"


def _jwk(key: Key, base: str) -> dict[str, str]:
    return {**_public(key), "kid": _kid(key, base), "use": "sig", "alg": "ES256"}


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
