"""Django's settings, all of them from the environment and from the folder `BEDSIDE_HOME`.

There is no insecure default: no debug mode, no secret in the code. Django's own secret key is derived from the
installation key, which the root key wraps, so there is one secret to keep safe.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from csp.constants import NONE, SELF

from bedside.ground import settings as read
from bedside.ground.postgres.target import Login, database_for
from bedside.safeguards.vault.installation import installation_key
from bedside.safeguards.vault.making import make_missing_keys
from bedside.safeguards.vault.roots import RootSettings
from bedside.safeguards.vault.rules import CRYPTOPERIOD_DAYS

ENVIRON = os.environ
PACKAGE = Path(__file__).resolve().parent.parent

# --- where things are kept
BEDSIDE_HOME = read.home(ENVIRON)
BEDSIDE_ROOT = RootSettings.read(ENVIRON, home=BEDSIDE_HOME)
BEDSIDE_KEY_PERIOD_DAYS = read.number(ENVIRON, "BEDSIDE_KEY_PERIOD_DAYS", CRYPTOPERIOD_DAYS, low=1, high=3650)
_backups = read.text(ENVIRON, "BEDSIDE_BACKUP_DIRECTORY", "")
BEDSIDE_BACKUP_DIRECTORY = Path(_backups).expanduser().resolve() if _backups else None
BEDSIDE_DOOR = read.text(ENVIRON, "BEDSIDE_DOOR", "web")  # web, pickup, worker, or mllp
BEDSIDE_DEMO = read.switch(ENVIRON, "BEDSIDE_DEMO", default=False)
BEDSIDE_DEMO_MAILDIR = Path(ENVIRON.get("BEDSIDE_DEMO_MAILDIR") or BEDSIDE_HOME / "received")

# --- addresses
BEDSIDE_WEB_URL = read.web_address(ENVIRON, "BEDSIDE_WEB_URL", "http://127.0.0.1:8000")
BEDSIDE_PICKUP_URL = read.web_address(ENVIRON, "BEDSIDE_PICKUP_URL", "http://127.0.0.1:8001")
_own_url = BEDSIDE_PICKUP_URL if BEDSIDE_DOOR == "pickup" else BEDSIDE_WEB_URL
_own_host = _own_url.split("://", 1)[1].rsplit(":", 1)[0]
ALLOWED_HOSTS = [_own_host]
CSRF_TRUSTED_ORIGINS = [_own_url]
_encrypted = _own_url.startswith("https://")
# Encryption ends at a proxy, so an https address means at least one; each appends who called it.
BEDSIDE_PROXIES = read.number(ENVIRON, "BEDSIDE_PROXIES", 1 if _encrypted else 0, low=0, high=5)

# --- HL7 v2 over MLLP, always with TLS
BEDSIDE_MLLP_CERTIFICATE_FILE = read.text(ENVIRON, "BEDSIDE_MLLP_CERTIFICATE_FILE", "")
BEDSIDE_MLLP_KEY_FILE = read.text(ENVIRON, "BEDSIDE_MLLP_KEY_FILE", "")
BEDSIDE_MLLP_CLIENT_CA_FILE = read.text(ENVIRON, "BEDSIDE_MLLP_CLIENT_CA_FILE", "")
BEDSIDE_MLLP_SOURCE = read.text(ENVIRON, "BEDSIDE_MLLP_SOURCE", "")

# --- mail: one smart host for now, always with STARTTLS and a verified certificate
BEDSIDE_RELAY_HOST = read.text(ENVIRON, "BEDSIDE_RELAY_HOST", "")
BEDSIDE_RELAY_PORT = read.number(ENVIRON, "BEDSIDE_RELAY_PORT", 587, low=1, high=65535)
BEDSIDE_RELAY_TLS_NAME = read.text(ENVIRON, "BEDSIDE_RELAY_TLS_NAME", BEDSIDE_RELAY_HOST)
BEDSIDE_RELAY_CA_FILE = read.text(ENVIRON, "BEDSIDE_RELAY_CA_FILE", "")
BEDSIDE_RELAY_USERNAME = read.text(ENVIRON, "BEDSIDE_RELAY_USERNAME", "")
BEDSIDE_RELAY_PASSWORD_FILE = read.text(ENVIRON, "BEDSIDE_RELAY_PASSWORD_FILE", "")
BEDSIDE_RELAY_CONNECTIONS = read.number(ENVIRON, "BEDSIDE_RELAY_CONNECTIONS", 8, low=1, high=64)
BEDSIDE_EHLO_NAME = read.text(
    ENVIRON, "BEDSIDE_EHLO_NAME", _own_host if _encrypted else "localhost.localdomain"
)
if BEDSIDE_DEMO:
    read.require_this_machine(
        "BEDSIDE_DEMO", BEDSIDE_WEB_URL, BEDSIDE_PICKUP_URL, f"smtp://{BEDSIDE_RELAY_HOST or 'localhost'}"
    )
# Waits between tries of a temporarily refused message; the last one is repeated until the time is up.
BEDSIDE_RETRY_DELAYS_S = [
    int(part) for part in read.text(ENVIRON, "BEDSIDE_RETRY_DELAYS_S", "300,900,3600,14400").split(",")
]
BEDSIDE_GIVE_UP_AFTER_S = read.number(ENVIRON, "BEDSIDE_GIVE_UP_AFTER_S", 2 * 86400, low=1, high=30 * 86400)

# --- the ledger: where its checkpoints are laid down outside this installation, and how often
BEDSIDE_LEDGER_ANCHORS = read.text(ENVIRON, "BEDSIDE_LEDGER_ANCHORS", "").split()
BEDSIDE_LEDGER_ANCHOR_EVERY_S = read.number(
    ENVIRON, "BEDSIDE_LEDGER_ANCHOR_EVERY_S", 3600, low=60, high=7 * 86400
)
BEDSIDE_LEDGER_ANCHOR_RETENTION_DAYS = read.number(
    ENVIRON, "BEDSIDE_LEDGER_ANCHOR_RETENTION_DAYS", 2192, low=1, high=36500
)

# --- database: the runtime role, or the owner for migrations only
_target = database_for(ENVIRON, BEDSIDE_HOME)
if _target.embedded and ENVIRON.get("BEDSIDE_DATABASE_NAME"):  # one server, a database per test process
    _target = replace(_target, name=ENVIRON["BEDSIDE_DATABASE_NAME"])
_login = Login(read.text(ENVIRON, "BEDSIDE_DATABASE_LOGIN", "app"))
DATABASE_TARGET = _target
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _target.name,
        "USER": _target.user(_login),
        "PASSWORD": _target.password(_login) or "",
        "HOST": _target.host,
        "PORT": _target.port,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**_target.options, "application_name": f"bedside-{BEDSIDE_DOOR}"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- secrets
make_root_key_here = "pytest" in sys.modules or read.switch(ENVIRON, "BEDSIDE_MAKE_ROOT_KEY", default=False)
if make_root_key_here:
    make_missing_keys(BEDSIDE_ROOT)
SECRET_KEY = installation_key(BEDSIDE_ROOT).derive("django secret key").hex()

# --- rooms
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "bedside.safeguards.practices",
    "bedside.safeguards.staff",
    "bedside.safeguards.vault",
    "bedside.safeguards.audit",
    "bedside.safeguards.apikeys",
    "bedside.records.patients",
    "bedside.records.charts",
    "bedside.records.consent",
    "bedside.records.authorizations",
    "bedside.records.media",
    "bedside.records.signups",
    "bedside.records.intake",
    "bedside.decisions.segments",
    "bedside.decisions.composer",
    "bedside.decisions.preflight",
    "bedside.correspondence.campaigns",
    "bedside.correspondence.delivery",
    "bedside.correspondence.letters",
    "bedside.oversight.backups",
    "bedside.oversight.retention",
    "bedside.doors.web",
    "bedside.doors.pickup",
]
if BEDSIDE_DOOR == "pickup":
    # Patients never sign in: no session, no account pages, nothing of them to attack.
    INSTALLED_APPS = [
        name for name in INSTALLED_APPS if not name.startswith(("allauth", "bedside.doors.web"))
    ]
_everywhere = [
    "bedside.ground.proxies.CallerAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
]
_web = [
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "bedside.doors.web.middleware.IdleSignOut",
    "bedside.doors.web.middleware.ScopeOfRequest",
    "bedside.doors.web.middleware.FirstThingsFirst",
]
# Its one policy is stricter and fixed: to build one anew for each answer took a third of the time of a one-click post.
_pickup = ["bedside.doors.pickup.pages.Protected"]
MIDDLEWARE = [*_everywhere, *(_pickup if BEDSIDE_DOOR == "pickup" else _web)]
ROOT_URLCONF = "bedside.config.urls_pickup" if BEDSIDE_DOOR == "pickup" else "bedside.config.urls_web"
WSGI_APPLICATION = "bedside.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "doors" / "web" / "templates"],  # ours before allauth's of the same name
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "bedside.doors.web.context.page",
            ]
        },
    }
]

# --- signing in
AUTH_USER_MODEL = "staff.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# NIST SP 800-63B-4 section 3.1.1.2: 15 characters where a password stands alone; no composition rules.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "bedside.doors.web.signin.AccountAdapter"
MFA_ADAPTER = "bedside.doors.web.signin.SecondFactorAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Bedside"
MFA_ALLOW_UNVERIFIED_EMAIL = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "bedside.doors.web.sessions"
SESSION_COOKIE_AGE = 12 * 3600
# The prefix makes browsers refuse a cookie of that name from a neighbouring host or over plain http (RFC 6265bis).
SESSION_COOKIE_NAME = "__Host-sessionid" if _encrypted else "sessionid"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = _encrypted
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _encrypted
CSRF_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "bedside.doors.web.errors.stale_form"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# allauth's rate limits need a cache that all processes share. It is told to keep many entries: of more than that
# it drops some at random, and whoever makes enough of them could so wipe out the count of their wrong passwords.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "ground_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# --- in the browser
SECURE_CONTENT_TYPE_NOSNIFF = True
# "no-referrer" would make browsers send "Origin: null" with forms, which the CSRF check rightly refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 63072000 if _encrypted else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEDSIDE_PROXIES else None
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
    }
}
STATIC_URL = "/static/"  # found in the packages themselves; nothing is collected
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# --- uploads never touch the disk in clear
FILE_UPLOAD_HANDLERS = ["bedside.ground.uploads.SealedUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = 1
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

# --- jobs
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_READONLY_MODELS = True

# --- the rest
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en-us"
LOGGING_CONFIG = None  # ground.logs.configure, called by each entry point
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # mail leaves through delivery only
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
SILENCED_SYSTEM_CHECKS: list[str] = []
