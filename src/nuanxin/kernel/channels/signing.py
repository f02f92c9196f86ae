"""Signatures of what goes to, and comes from, another system: the manner of Standard Webhooks (`docs/webhooks.md`).

The bytes signed are `id.timestamp.body`. Under `NUANXIN_CRYPTO=sm` the digest is SM3 and the mark `sm3`, not `v1`.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as crypto_hmac
from django.conf import settings

TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"
SECRET_BYTES = 32
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
MARKS = {"intl": "v1", "sm": "sm3"}
LONGEST_ID = 80


class NotSigned(Exception):
    """Not from whom it should be, or not now; the text says which, and nothing that was sent."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def signed(secrets: Iterable[str], *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers; one signature for each secret, so that one may be replaced while both are known."""
    stamp = str(int(at.timestamp()))
    mark = MARKS[settings.NUANXIN_CRYPTO]
    made = [f"{mark},{_digest(mark, each, message_id, stamp, body)}" for each in secrets if each]
    return {ID: message_id, TIMESTAMP: stamp, SIGNATURE: " ".join(made)}


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """The id of a message that is signed with one of the secrets and not older or newer than `TOLERANCE`.

    Whether the id has been seen before is for the caller to know. Raises `NotSigned`.
    """
    message_id, stamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not message_id or len(message_id) > LONGEST_ID or not message_id.isascii():
        raise NotSigned("no id")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise NotSigned("no timestamp")
    if abs(datetime.fromtimestamp(int(stamp), UTC) - now) > TOLERANCE:
        raise NotSigned("timestamp outside the tolerance")
    given = [part.partition(",") for part in headers.get(SIGNATURE, "").split(" ")[:8]]
    known = [each for each in secrets if each]
    for mark, _comma, signature in given:
        if mark in MARKS.values() and any(
            hmac.compare_digest(_digest(mark, each, message_id, stamp, body).encode(), signature.encode())
            for each in known
        ):
            return message_id
    raise NotSigned("no valid signature")


def key_of(secret: str) -> bytes:
    """Raises `ValueError` for what is no secret."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret is base64") from error


def _digest(mark: str, secret: str, message_id: str, stamp: str, body: bytes) -> str:
    content = f"{message_id}.{stamp}.".encode() + body
    if mark == MARKS["intl"]:
        return base64.b64encode(hmac.new(key_of(secret), content, hashlib.sha256).digest()).decode()
    digest = crypto_hmac.HMAC(key_of(secret), hashes.SM3())
    digest.update(content)
    return base64.b64encode(digest.finalize()).decode()
