"""The keys, apart from the archive and under a passphrase: whoever finds one of the two can read nothing."""

import base64
import json
import os
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings
from django.db import transaction

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.backup.archive import appearing
from nuanxin.kernel.backup.refused import Refused
from nuanxin.kernel.privacy.keys import key_ring

FORMAT = "nuanxin-keys-1"
SHORTEST = 12
COST = 2**17  # of scrypt: 128 MB and some tenths of a second for each guess


def write_keys(*, target: Path, passphrase: str, now: datetime) -> None:
    """Write what the environment must hold to read this installation's data. Audited. Raises `Refused`."""
    if len(passphrase) < SHORTEST:
        raise Refused(
            f"The passphrase has fewer than {SHORTEST} characters.", hint="Take four or five words."
        )
    held = {
        "NUANXIN_KEYS": ",".join(settings.NUANXIN_KEYS),
        "NUANXIN_CRYPTO": settings.NUANXIN_CRYPTO,
        "NUANXIN_SECRET_KEY": settings.SECRET_KEY,
    }
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_derived(passphrase, salt)).encrypt(nonce, json.dumps(held).encode(), FORMAT.encode())
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    text = {"format": FORMAT} | {name: base64.b64encode(part).decode() for name, part in parts.items()}
    with transaction.atomic(), appearing(target) as file:
        key = key_ring()[0].id if settings.NUANXIN_KEYS else ""
        audit.record(
            actor=SYSTEM, action="system.write_keys", object_type="system.keys", object_id=key, now=now
        )
        file.write(json.dumps(text, indent=1).encode() + b"\n")


def open_keys(*, source: Path, passphrase: str) -> dict[str, str]:
    """The settings in it. Raises `Refused` for another passphrase or a damaged file."""
    try:
        text = json.loads(source.read_text(encoding="utf-8"))
        salt, nonce, sealed = (
            base64.b64decode(text[name], validate=True) for name in ("salt", "nonce", "sealed")
        )
        plain = AESGCM(_derived(passphrase, salt)).decrypt(nonce, sealed, FORMAT.encode())
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{source} is not a whole key file.", hint="It was damaged; take the other copy."
        ) from error
    except InvalidTag:
        raise Refused(
            "Another passphrase, or the file was changed.", hint="Look for capitals and spaces."
        ) from None
    held: dict[str, str] = json.loads(plain)
    return held


def _derived(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode())
