"""Settings: production is the default; everything comes from the environment (or `.env`); no secret has a default."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.urls import reverse_lazy

from opsflows.home import open_home, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env", overwrite=False)

DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", default=8000)
#: Base of every link in a mail and of the URL in signatures that cover one; no slash at the end.
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
#: The data folder: SQLite file, generated keys, metrics of the running processes, collected static files.
OPSFLOWS_HOME = open_home(env.path("OPSFLOWS_HOME", default=str(BASE_DIR / "var"))())
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(OPSFLOWS_HOME)
#: Encryption keys for stored credentials, newest first; generated into OPSFLOWS_HOME when empty.
OPSFLOWS_KEYS = env.list("OPSFLOWS_KEYS", default=[])
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname or "localhost", "localhost", "127.0.0.1"]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
#: Private networks that outbound calls may reach (CIDR, comma separated); none by default.
OUTBOUND_ALLOWED_NETWORKS = env.list("OUTBOUND_ALLOWED_NETWORKS", default=[])
#: The folder with the SQLite files that query steps may open, a sub-folder named by its id for each account; none.
QUERY_SQLITE_FOLDER = env.str("QUERY_SQLITE_FOLDER", default="")
#: Whether query steps may open a database that holds an installation of OpsFlows.
QUERY_OWN_DATABASE = env.bool("QUERY_OWN_DATABASE", default=False)
#: Where workflows keep files: a folder, or s3://KEY:SECRET@HOST/BUCKET/PREFIX?region=…; a sub-folder for each account.
OPSFLOWS_FILES = env.str("OPSFLOWS_FILES", default=str(OPSFLOWS_HOME / "files"))
#: Megabytes that one account may keep there, and that one file may have.
FILES_QUOTA_MB = env.int("FILES_QUOTA_MB", default=1000)
FILES_LARGEST_MB = env.int("FILES_LARGEST_MB", default=20)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
#: How many proxies in front add to X-Forwarded-For; 0 takes the address of the connection itself.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "opsflows.accounts",
    "opsflows.vault",
    "opsflows.queue",
    "opsflows.audit",
    "opsflows.events",
    "opsflows.workflows",
    "opsflows.runs",
    "opsflows.lookups",
    "opsflows.files",
    "opsflows.databases",
    "opsflows.scripting",
    "opsflows.messages",
    "opsflows.records",
    "opsflows.approvals",
    "opsflows.schedules",
    "opsflows.insights",
    "opsflows.studio",
    "opsflows.upkeep",
    # Its modules are found by opsflows/urls.py: workers serve no pages, and would hold forty megabytes more.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "django_q",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # A webhook needs no session, no user and no cookie.
    "opsflows.events.middleware.hooks_first",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "opsflows.audit.middleware.WhoMiddleware",
    "opsflows.admin_site.middleware.AdminMiddleware",
    "opsflows.approvals.middleware.InboxMiddleware",
]

ROOT_URLCONF = "opsflows.urls"
WSGI_APPLICATION = "opsflows.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "opsflows.accounts.backend.RoleBackend"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {
                "opsflows_admin": "opsflows.admin_site.tags",
                "inbox": "opsflows.approvals.views.tags",
                "studio": "opsflows.studio.views.tags",
                "studio_forms": "opsflows.studio.views.forms.tags",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database -------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{OPSFLOWS_HOME / 'opsflows.sqlite3'}")}
_database = DATABASES["default"]
_database["ATOMIC_REQUESTS"] = False
# Opening a connection per request costs nine tenths of the throughput (docs/performance.md).
_database["CONN_MAX_AGE"] = None
_database["CONN_HEALTH_CHECKS"] = True
IS_SQLITE = _database["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    # A file, because several threads cannot share a database in memory the way they share a file.
    _database["TEST"] = {"NAME": str(OPSFLOWS_HOME / "test.sqlite3")}
    _database["OPTIONS"] = {
        # IMMEDIATE: a transaction that means to write waits its turn at the start instead of failing in the middle.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: an acknowledged event survives a power cut, not only a crash of the process.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
    }
else:
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)

# --- background work (docs/adr/0004) --------------------------------------------------------------------------------

#: Resident drain tasks a worker keeps running; SQLite has one writer, so a second would only wait for the first.
OPSFLOWS_DRAINS = env.int("OPSFLOWS_DRAINS", default=1 if IS_SQLITE else 2)
#: Outside calls one drain may have in flight.
OPSFLOWS_CALL_THREADS = env.int("OPSFLOWS_CALL_THREADS", default=32)
#: Whether workflows may run JavaScript (docs/adr/0010).
OPSFLOWS_SCRIPTS = env.bool("OPSFLOWS_SCRIPTS", default=False)
Q_CLUSTER = {
    "name": env.str("OPSFLOWS_CLUSTER", default="opsflows"),
    "orm": "default",
    # Two more than there are drains: one for a drain that hands over, one for the scheduled jobs.
    "workers": OPSFLOWS_DRAINS + 2,
    "queue_limit": 4,
    "bulk": 1,
    "save_limit": -1,
    # A drain runs for a minute and then at most the longest call (60 s): drain + call < timeout < retry.
    "timeout": 150,
    "retry": 200,
    "max_attempts": 3,
    "ack_failures": True,
    "poll": 0.2,
    "guard_cycle": 0.5,
    "catch_up": False,
    "label": "Background tasks",
}

# --- security -------------------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
# Health checks and scrapes come over the machine's own network, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if SECURE_SSL_REDIRECT else 0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    # HSTS for all subdomains, and preloading, bind hosts that are not ours to decide about.
    "security.W005",
    "security.W021",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

_POLICY = {
    "default-src": [SELF],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "frame-ancestors": [NONE],
    "form-action": [SELF],
    "base-uri": [SELF],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _POLICY}
#: unfold's Alpine evaluates expressions; only pages under /admin/ get this (opsflows/admin_site.py).
ADMIN_CONTENT_SECURITY_POLICY = {
    **_POLICY,
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}

# --- the rest -------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = OPSFLOWS_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "opsflows" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

#: Source maps are large and read by nobody but developers; whitenoise skips the others by itself.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "woff", "woff2", "map")

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="OpsFlows <opsflows@localhost>")
EMAIL_TIMEOUT = 20
#: Slack's incoming webhook for messages whose step names none.
SLACK_WEBHOOK_URL = env.str("SLACK_WEBHOOK_URL", default="")
#: The webhook of a Microsoft Teams channel, for messages whose step names none.
TEAMS_WEBHOOK_URL = env.str("TEAMS_WEBHOOK_URL", default="")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["opsflows.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["opsflows.api.authentication.IsActor"],
    "DEFAULT_RENDERER_CLASSES": ["opsflows.api.rendering.ExactJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["opsflows.api.rendering.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "opsflows.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "OpsFlows",
    "DESCRIPTION": "Send events, read the inbox, write workflows, try them, start them, and see what they did.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "PREPROCESSING_HOOKS": ["opsflows.api.openapi.endpoints_once"],
    "POSTPROCESSING_HOOKS": ["opsflows.api.openapi.add_components"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "opsflows.log_lines.RedactingFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Without its own handlers, which would write a second time and leave secrets in (opsflows/log_lines.py).
        "django": {"handlers": [], "level": "INFO"},
        # What was refused is an answer, not a fault: without this every 403 would leave a traceback.
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django-q": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}

#: Who came in is known from opsflows/audit/who.py, on every door alike.
SIMPLE_HISTORY_DATE_INDEX = "composite"

FIXTURE_DIRS = [BASE_DIR / "fixtures"]

from opsflows.admin_site import UNFOLD  # noqa: E402  (it names settings above through lazy URLs only)

__all__ = ["UNFOLD"]
