"""Every setting of Nuanxin, driven by the environment (`NUANXIN_*`). The list is in docs/operations.md.

One file on purpose: what runs in production, in the demo and in the tests differs by environment variables only.
"""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

PACKAGE_DIR = Path(__file__).resolve().parents[1]


def _flag(name: str, *, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").strip().lower() in {"1", "true", "yes", "on"}


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


# --- Mode ------------------------------------------------------------------------------------------------------
DEMO = _flag("NUANXIN_DEMO")
DEBUG = _flag("NUANXIN_DEBUG")
HOME = Path(os.environ.get("NUANXIN_HOME", "var")).resolve()
# The demo's secret and key are made by `nuanxin demo` and lie beside its database.
_secrets_file = HOME / "secrets.json"
_kept = json.loads(_secrets_file.read_text()) if DEMO and _secrets_file.exists() else {}
SECRET_KEY = os.environ.get("NUANXIN_SECRET_KEY", _kept.get("NUANXIN_SECRET_KEY", ""))
if not SECRET_KEY:
    if not (DEMO or DEBUG):
        raise ImproperlyConfigured(
            "NUANXIN_SECRET_KEY is not set. Generate one with: "
            'python -c "import secrets; print(secrets.token_urlsafe(50))"',
        )
    SECRET_KEY = "demo-and-development-only-" + "0" * 32
ALLOWED_HOSTS = _list("NUANXIN_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = _list("NUANXIN_TRUSTED_ORIGINS")
BASE_URL = os.environ.get("NUANXIN_BASE_URL", "http://127.0.0.1:8000")
NUANXIN_EMBEDDED_WORKER = _flag("NUANXIN_EMBEDDED_WORKER")
# Addresses of reverse proxies whose X-Forwarded-For may be believed; none by default.
NUANXIN_TRUSTED_PROXIES = _list("NUANXIN_TRUSTED_PROXIES")
# What differs from kernel/access/limits.py, as exports=30/1h or exports=off.
NUANXIN_LIMITS = _list("NUANXIN_LIMITS")

# --- Applications ----------------------------------------------------------------------------------------------
CONTEXTS = [
    "nuanxin.kernel",
    "nuanxin.ui",
    "nuanxin.territories",
    "nuanxin.people",
    "nuanxin.places",
    "nuanxin.compounds",
    "nuanxin.cases",
    "nuanxin.volunteering",
    "nuanxin.incentives",
    "nuanxin.notifications",
    "nuanxin.insight",
    "nuanxin.gateway",
    "nuanxin.portal",
    "nuanxin.demo",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_cotton",
    "django_htmx",
    "ninja",
    *CONTEXTS,
]

MIDDLEWARE = [
    "nuanxin.kernel.access.http.ForwardedMiddleware",
    "nuanxin.kernel.access.http.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "nuanxin.ui.packing.PackedStaticMiddleware",
    "nuanxin.ui.packing.PackedPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "nuanxin.people.middleware.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "nuanxin.kernel.access.http.PlainTextMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "nuanxin.people.middleware.ActorMiddleware",
    "nuanxin.ui.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "nuanxin.config.urls"
WSGI_APPLICATION = "nuanxin.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "nuanxin.ui.context.page",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                ),
            ],
            "builtins": ["django_cotton.templatetags.cotton", "nuanxin.ui.templatetags.ui"],
        },
    },
]
COTTON_DIR = "cotton"
COTTON_ISOLATE_BY_DEFAULT = True  # a component sees its attributes and the context processors, nothing else

# --- Database: SQLite embedded by default, PostgreSQL 15 or newer in production --------------------------------------
DATABASE_URL = os.environ.get("NUANXIN_DATABASE_URL", f"sqlite:///{HOME / 'nuanxin.sqlite3'}")
_database: Any = dj_database_url.parse(DATABASE_URL)
if _database["ENGINE"].endswith("sqlite3"):
    _durability = os.environ.get(
        "NUANXIN_SQLITE_SYNCHRONOUS", "NORMAL"
    )  # FULL survives power loss, NORMAL a killed process
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={_durability}; PRAGMA foreign_keys=ON",
    }
    _database["TEST"] = {
        "NAME": os.environ.get("NUANXIN_TEST_DATABASE", "file:memorydb?mode=memory&cache=shared")
    }
    if os.environ.get("NUANXIN_TEST_DATABASE") is None:
        _database.pop("TEST")
else:
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "prepare_threshold": 2,
        "server_side_binding": True,
    }
_database["CONN_MAX_AGE"] = None
_database["CONN_HEALTH_CHECKS"] = _flag("NUANXIN_CONN_HEALTH_CHECKS", default=True)
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language, time --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Static files and uploads ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "files"
# Uploads lie in NUANXIN_HOME/files, or in a private bucket where one is named (pip install nuanxin[s3]).
NUANXIN_S3_BUCKET = os.environ.get("NUANXIN_S3_BUCKET", "")
NUANXIN_S3_ENDPOINT = os.environ.get("NUANXIN_S3_ENDPOINT", "")
NUANXIN_S3_REGION = os.environ.get("NUANXIN_S3_REGION", "")
NUANXIN_S3_ACCESS_KEY = os.environ.get("NUANXIN_S3_ACCESS_KEY", "")
NUANXIN_S3_SECRET_KEY = os.environ.get("NUANXIN_S3_SECRET_KEY", "")
NUANXIN_S3_PREFIX = os.environ.get("NUANXIN_S3_PREFIX", "")
NUANXIN_S3_PATH_STYLE = _flag("NUANXIN_S3_PATH_STYLE", default=True)
NUANXIN_S3_ENCRYPTION = os.environ.get("NUANXIN_S3_ENCRYPTION", "")  # AES256, aws:kms or aws:kms/KEY
STORAGES = {
    "default": {
        "BACKEND": "nuanxin.kernel.files.s3.PrivateS3Storage"
        if NUANXIN_S3_BUCKET
        else "django.core.files.storage.FileSystemStorage"
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MIMETYPES = {".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 12
FILE_UPLOAD_PERMISSIONS = 0o640

# --- Signing in ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Person"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
ACCOUNT_ADAPTER = "nuanxin.people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login_name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "nuanxin.people.adapter.MFAAdapter"
MFA_TOTP_ISSUER = "Nuanxin"
# Lock-out after five wrong passwords or dynamic codes for a login name, for a quarter of an hour (domain.md §8).
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "nuanxin.people.views.sign_in.locked_out"
AXES_VERBOSE = False
# It asks for the address among the parameters. A name is locked wherever the tries come from, which is stricter, and
# people behind one address of an office do not lock each other out.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
# A second factor for every role of staff; only the demo, which is refused off loopback, may do without.
NUANXIN_STAFF_TWO_FACTORS = _flag("NUANXIN_STAFF_TWO_FACTORS", default=not DEMO)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
_https = _flag("NUANXIN_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # who asks beside the proxy, on this machine, asks without TLS
SECURE_HSTS_SECONDS = int(timedelta(days=180).total_seconds()) if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
NUANXIN_CSP_REPORT_URI = os.environ.get("NUANXIN_CSP_REPORT_URI", "")
# Where a weakness is reported (mailto: or https:), said in /.well-known/security.txt (RFC 9116) and in the docs.
NUANXIN_SECURITY_CONTACT = _list("NUANXIN_SECURITY_CONTACT")
NUANXIN_SECURITY_POLICY_URL = os.environ.get("NUANXIN_SECURITY_POLICY_URL", "")
NUANXIN_SECURITY_KEY_URL = os.environ.get("NUANXIN_SECURITY_KEY_URL", "")

# --- Privacy ---------------------------------------------------------------------------------------------------
# The first key encrypts, every key decrypts: rotate by putting a new one in front. Each is 32 bytes, base64.
# The demo and a developer's machine hold invented people only, and need their city readable after a restart.
NUANXIN_KEYS = _list(
    "NUANXIN_KEYS",
    _kept.get("NUANXIN_KEYS", "bnVhbnhpbi1kZW1vLWtleS1pbnZlbnRlZC1wZW9wbGU=" if DEMO or DEBUG else ""),
)
NUANXIN_CRYPTO = os.environ.get("NUANXIN_CRYPTO", "intl")  # or "sm"
ICP_NUMBER = os.environ.get("NUANXIN_ICP_NUMBER", "")
# Whether search engines may keep the public page of solved cases: what is taken back is gone here at once, there not.
NUANXIN_PUBLIC_INDEX = _flag("NUANXIN_PUBLIC_INDEX")
POLICE_NUMBER = os.environ.get("NUANXIN_POLICE_NUMBER", "")
MAP_REVIEW_NUMBER = os.environ.get("NUANXIN_MAP_REVIEW_NUMBER", "")

# --- Background work -------------------------------------------------------------------------------------------
NUANXIN_DELIVERY_ATTEMPTS = int(
    os.environ.get("NUANXIN_DELIVERY_ATTEMPTS", "12")
)  # then an event's delivery is dead
NUANXIN_AUDIT_DAYS = max(
    int(os.environ.get("NUANXIN_AUDIT_DAYS", "366")), 184
)  # by law never under six months
NUANXIN_EVENT_DAYS = max(int(os.environ.get("NUANXIN_EVENT_DAYS", "400")), 31)

# --- Reporting --------------------------------------------------------------------------------------------------
# The big tiles of the report form, in this order; the other categories are found by searching and by their majors.
NUANXIN_FIRST_CATEGORIES = _list("NUANXIN_FIRST_CATEGORIES", "0101,0202,0301,0204,0401,0504")

# --- Places -----------------------------------------------------------------------------------------------------
# So many days before its date a medicine or a supply is said to go out of date soon.
NUANXIN_STOCK_EXPIRY_DAYS = max(int(os.environ.get("NUANXIN_STOCK_EXPIRY_DAYS", "30")), 0)

# What people say of an offer after using it is shown from so many voices on, in whole lots of as many.
NUANXIN_RATINGS_SHOWN_FROM = max(int(os.environ.get("NUANXIN_RATINGS_SHOWN_FROM", "5")), 3)

# The way on foot or by e-bike is the straight line times this; what is shown says "about".
NUANXIN_DETOUR = float(os.environ.get("NUANXIN_DETOUR", "1.3"))
NUANXIN_WALK_KMH = float(os.environ.get("NUANXIN_WALK_KMH", "4.5"))
NUANXIN_EBIKE_KMH = float(os.environ.get("NUANXIN_EBIKE_KMH", "15"))
# Sites that may show the map of places in their own pages ("https://www.example.gov.cn"); none unless named.
NUANXIN_EMBED_IN = _list("NUANXIN_EMBED_IN")

# --- Volunteering -----------------------------------------------------------------------------------------------
# So many hours of voluntary service a week at most; rest comes first.
NUANXIN_VOLUNTEER_WEEK_HOURS = max(int(os.environ.get("NUANXIN_VOLUNTEER_WEEK_HOURS", "20")), 1)
# Which activities the street approves before they are published: those with a risk or with children, or all of them.
NUANXIN_ACTIVITY_APPROVAL = os.environ.get("NUANXIN_ACTIVITY_APPROVAL", "risk")

# --- Indicators -------------------------------------------------------------------------------------------------
# A rate of answers of fewer people than this is not shown: it would say more about them than about the work.
NUANXIN_SMALLEST_SAMPLE = int(os.environ.get("NUANXIN_SMALLEST_SAMPLE", "5"))
# Above so many cases the figures of whole periods are kept as rows that a job refreshes; below they are computed live.
NUANXIN_LIVE_FIGURES_UP_TO = int(os.environ.get("NUANXIN_LIVE_FIGURES_UP_TO", "100000"))

# --- Channels --------------------------------------------------------------------------------------------------
NUANXIN_SMS_PROVIDER = os.environ.get("NUANXIN_SMS_PROVIDER", "recorder" if DEMO or DEBUG else "none")
NUANXIN_MAIL_PROVIDER = os.environ.get("NUANXIN_MAIL_PROVIDER", "recorder" if DEMO or DEBUG else "none")
NUANXIN_CHAT_PROVIDER = os.environ.get("NUANXIN_CHAT_PROVIDER", "recorder" if DEMO or DEBUG else "none")
# The only hosts to which a robot's message goes; a private installation adds its own, with a port if it has one.
NUANXIN_CHAT_HOSTS = _list("NUANXIN_CHAT_HOSTS", "qyapi.weixin.qq.com,oapi.dingtalk.com,open.feishu.cn")
# JSON: the gateway's url, headers, body, ok, reference (kernel/channels/providers.py), and template name → its code.
NUANXIN_SMS_HTTP = json.loads(os.environ.get("NUANXIN_SMS_HTTP", "{}"))
NUANXIN_SMS_TEMPLATES = json.loads(os.environ.get("NUANXIN_SMS_TEMPLATES", "{}"))
# Webhooks and exchange: what is sent to another system's address (kernel/channels/outside.py). Networks and hosts of a
# government's own network that may be reached although they are private; a file of its certificate authorities.
NUANXIN_OUTSIDE_ALLOW = _list("NUANXIN_OUTSIDE_ALLOW")
NUANXIN_OUTSIDE_CA = os.environ.get("NUANXIN_OUTSIDE_CA", "")
NUANXIN_OUTSIDE_LOOPBACK = _flag(
    "NUANXIN_OUTSIDE_LOOPBACK", default=DEMO or DEBUG
)  # this very machine, also http
# `recorder` keeps what would be sent to a city-management platform, `http` sends it, `none` offers no link at all.
NUANXIN_EXCHANGE_PROVIDER = os.environ.get(
    "NUANXIN_EXCHANGE_PROVIDER", "recorder" if DEMO or DEBUG else "none"
)
NUANXIN_WEBHOOK_LOG_DAYS = int(os.environ.get("NUANXIN_WEBHOOK_LOG_DAYS", "30"))
EMAIL_HOST = os.environ.get("NUANXIN_MAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("NUANXIN_MAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("NUANXIN_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("NUANXIN_MAIL_PASSWORD", "")
EMAIL_USE_TLS = _flag("NUANXIN_MAIL_TLS")
DEFAULT_FROM_EMAIL = os.environ.get("NUANXIN_MAIL_FROM", "nuanxin@localhost")

# --- Logging: one line a record, never a name, a phone number or a body ---------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("NUANXIN_LOG_LEVEL", "WARNING")},
    # At DEBUG these write out whole contexts, parameters and the tags of photos, people included: never.
    "loggers": {
        name: {"level": "INFO"}
        for name in ("django.template", "django.db.backends", "PIL", "apprise", "urllib3")
    },
}
