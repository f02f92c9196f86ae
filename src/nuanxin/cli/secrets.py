"""The demo city's own key and secret: made once, kept beside its database, readable by its owner only."""

import base64
import json
import os
import secrets
from pathlib import Path

FILE = "secrets.json"  # config/settings.py reads it in demo mode


def keep_demo_secrets(home: Path) -> None:
    """Two people who try the demo do not share a key, and a city stays readable after a restart."""
    file = home / FILE
    if file.exists() or os.environ.get("NUANXIN_KEYS"):
        return
    home.mkdir(parents=True, exist_ok=True)
    kept = {
        "NUANXIN_SECRET_KEY": secrets.token_urlsafe(50),
        "NUANXIN_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept_here:
        json.dump(kept, kept_here)
