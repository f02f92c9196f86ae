"""Files that are unreadable where they lie: each has a secret of its own, which an encrypted column holds.

Keys rotate with that column and no file is written anew; who deletes the row has deleted the file, in every copy.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from nuanxin.kernel.privacy.keys import (
    INTL,
    KEY_BYTES,
    NONCE_BYTES,
    SM,
    TAG_BYTES,
    UnreadableSecret,
    current_prefix,
)

SM4_BYTES = 16


def new_secret() -> str:
    """`provider.base64`, to be kept in an `EncryptedTextField`."""
    provider = current_prefix().partition(".")[0]
    return f"{provider}.{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def seal(data: bytes, secret: str) -> bytes:
    """Nonce, ciphertext, tag."""
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(_algorithm(secret), modes.GCM(nonce)).encryptor()
    return nonce + encryptor.update(data) + encryptor.finalize() + encryptor.tag


def unseal(sealed: bytes, secret: str) -> bytes:
    """Raises `UnreadableSecret` when the file was altered or belongs to another secret."""
    nonce, body, tag = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:-TAG_BYTES], sealed[-TAG_BYTES:]
    try:
        decryptor = Cipher(_algorithm(secret), modes.GCM(nonce, tag)).decryptor()
        return decryptor.update(body) + decryptor.finalize()
    except (ValueError, InvalidTag):
        raise UnreadableSecret("a sealed file was altered, or is another one's") from None


def _algorithm(secret: str) -> algorithms.AES | algorithms.SM4:
    provider, _point, text = secret.partition(".")
    key = base64.b64decode(text)
    if provider == SM:
        return algorithms.SM4(key[:SM4_BYTES])
    if provider == INTL:
        return algorithms.AES(key)
    raise ValueError(provider)
