"""The product's own settings, in the environment that the tests need.

Set here and not in each shell, so that `pytest` alone is enough; processes that a test starts inherit it.
"""

import os
import tempfile

os.environ.setdefault("NUANXIN_SECRET_KEY", "only-for-tests-" + "0" * 40)
os.environ.setdefault("NUANXIN_HOME", tempfile.mkdtemp(prefix="nuanxin-test-"))
# One server for each worker of a parallel run, where `make test` has started several.
if _servers := os.environ.get("NUANXIN_TEST_DATABASES", "").split():
    _number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["NUANXIN_DATABASE_URL"] = _servers[_number % len(_servers)]
os.environ.setdefault("NUANXIN_SMS_PROVIDER", "recorder")
os.environ.setdefault("NUANXIN_MAIL_PROVIDER", "recorder")
os.environ.setdefault("NUANXIN_CHAT_PROVIDER", "recorder")
# Two invented 32-byte keys: the second only decrypts, as after a rotation.
os.environ.setdefault(
    "NUANXIN_KEYS",
    "dGVzdC1rZXktb25lLXRlc3Qta2V5LW9uZS0xMjM0NTY=,dGVzdC1rZXktdHdvLXRlc3Qta2V5LXR3by0xMjM0NTY=",
)

from nuanxin.config.settings import *  # noqa: F403  -- the environment above comes first; all of it is meant

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # seconds of the suite, no secrets in it
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  -- whitenoise warns where there is none
