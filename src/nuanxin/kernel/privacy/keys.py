"""The key ring and what is made with it: encryption and keyed digests, in `intl` or `sm` algorithms.

`NUANXIN_KEYS` holds 32-byte keys in base64. The first one encrypts, every one decrypts; a ciphertext names
its key and its algorithm, so keys rotate and a city may move from `intl` to `sm` without a day on which
nothing can be read. Each use derives its own key (HKDF), bound to a purpose.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as crypto_hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
INTL, SM = "intl", "sm"


class UnreadableSecret(RuntimeError):
    """A ciphertext whose key is not in `NUANXIN_KEYS`, or which was altered or moved to another column."""


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    secret: bytes

    def derived(self, provider: str, purpose: str, length: int) -> bytes:
        return _derive(self.secret, provider, purpose, length)


def key_ring() -> list[Key]:
    """All keys, the current one first. Raises `ImproperlyConfigured` without one or for one of another
    size.
    """
    if not settings.NUANXIN_KEYS:
        raise ImproperlyConfigured(
            "NUANXIN_KEYS is empty: personal data cannot be stored. Generate a key with: "
            'python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"',
        )
    return [_key(text) for text in settings.NUANXIN_KEYS]


def encrypt(plain: str, purpose: str) -> str:
    """`provider.key.base64url(nonce + ciphertext + tag)`; the purpose is authenticated along with it."""
    provider, key = _provider(), key_ring()[0]
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(_algorithm(provider, key, purpose), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(purpose.encode())
    sealed = encryptor.update(plain.encode()) + encryptor.finalize()
    body = base64.urlsafe_b64encode(nonce + sealed + encryptor.tag).decode().rstrip("=")
    return f"{provider}.{key.id}.{body}"


def decrypt(text: str, purpose: str) -> str:
    """Raises `UnreadableSecret`."""
    try:
        provider, key_id, body = text.split(".")
        key = next(key for key in key_ring() if key.id == key_id)
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        nonce, sealed, tag = raw[:NONCE_BYTES], raw[NONCE_BYTES:-TAG_BYTES], raw[-TAG_BYTES:]
        decryptor = Cipher(_algorithm(provider, key, purpose), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(purpose.encode())
        return (decryptor.update(sealed) + decryptor.finalize()).decode()
    except StopIteration:
        raise UnreadableSecret(f"{purpose}: its key is not in NUANXIN_KEYS") from None
    except (ValueError, InvalidTag):
        raise UnreadableSecret(f"{purpose}: altered, or from another column") from None


def current_prefix() -> str:
    """How every ciphertext begins that was made with the first key and the present algorithms."""
    return f"{_provider()}.{key_ring()[0].id}."


def keyed_digests(value: str, purpose: str) -> list[str]:
    """The value's digest under every key and both kinds of algorithm: the one to store now first."""
    providers = [INTL, SM] if _provider() == INTL else [SM, INTL]
    return [_keyed_digest(value, purpose, provider, key) for provider in providers for key in key_ring()]


def _keyed_digest(value: str, purpose: str, provider: str, key: Key) -> str:
    """HMAC-SHA256, or HMAC-SM3 under `sm`, as 64 hexadecimal digits."""
    secret = key.derived(provider, f"index:{purpose}", KEY_BYTES)
    if provider == INTL:
        return hmac.new(secret, value.encode(), hashlib.sha256).hexdigest()
    digest = crypto_hmac.HMAC(secret, hashes.SM3())
    digest.update(value.encode())
    return digest.finalize().hex()


def _provider() -> str:
    if settings.NUANXIN_CRYPTO not in {INTL, SM}:
        raise ImproperlyConfigured("NUANXIN_CRYPTO is either 'intl' or 'sm'")
    return str(settings.NUANXIN_CRYPTO)


def _algorithm(provider: str, key: Key, purpose: str) -> algorithms.AES | algorithms.SM4:
    if provider == INTL:
        return algorithms.AES(key.derived(provider, f"encrypt:{purpose}", 32))
    if provider == SM:
        return algorithms.SM4(key.derived(provider, f"encrypt:{purpose}", 16))
    raise ValueError(provider)


@cache
def _key(text: str) -> Key:
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise ImproperlyConfigured("each of NUANXIN_KEYS is 32 bytes in base64")
    return Key(hashlib.sha256(b"nuanxin key id" + secret).hexdigest()[:8], secret)


@cache
def _derive(secret: bytes, provider: str, purpose: str, length: int) -> bytes:
    algorithm = hashes.SHA256() if provider == INTL else hashes.SM3()
    return HKDF(algorithm, length, salt=None, info=f"nuanxin {provider} {purpose}".encode()).derive(secret)
