"""Settings: the same for every installation, except for what the environment says.

`docs/configuration.md` lists the variables. `MODE=local` is set by `make run`
only: it makes the try-out accounts and the `/dev/` pages.
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pghistory
import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from config.env import Environment
from records.logs import format_exc_info, without_addresses

env = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent

MODE = env.choice("MODE", ("local", "test", "production"), "production")
LOCAL = MODE == "local"
DEBUG = False  # The product shows its own error pages everywhere; tracebacks go to the log.

SECRET_KEY = env.text("SECRET_KEY", None if MODE == "production" else "only-for-one-machine-" + "x" * 40)
ALLOWED_HOSTS = env.names(
    "ALLOWED_HOSTS", () if MODE == "production" else ("127.0.0.1", "localhost", "[::1]", "testserver")
)
CSRF_TRUSTED_ORIGINS = env.origins("TRUSTED_ORIGINS")
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")

INSTALLED_APPS = [
    "modeltranslation",
    "accounts.administration.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "oauth2_provider",
    "import_export",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "template_partials",
    "records",
    "accounts",
    "attachments",
    "approvals",
    "programme",
    "projects",
    "experts",
    "overview",
    "delivery",
    "reports",
]

MIDDLEWARE = [
    "records.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "accounts.middleware.ClockMiddleware",
    "accounts.middleware.ActorMiddleware",
    "accounts.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "records.middleware.PlainErrorsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "records.pages.context.page_shell",
                "delivery.context.bell",
            ],
            "builtins": ["records.templatetags.kit"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DJANGO_TABLES2_TEMPLATE = "records/table.html"

# PostgreSQL. A lock that is not had in time is an answer (503), not a hang.
DATABASES = {"default": env.database("DATABASE_URL")}
DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c lock_timeout=8000")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis: database 0 carries jobs, 1 is the cache. Without Redis the product goes on.
REDIS_URL = env.redis("REDIS_URL")
if REDIS_URL.startswith("unix://"):
    socket = REDIS_URL.removeprefix("unix://")
    CELERY_BROKER_URL = f"redis+socket://{quote(socket)}?virtual_host=0"
    cache_url = f"unix://{socket}?db=1"
else:
    CELERY_BROKER_URL, cache_url = f"{REDIS_URL}/0", f"{REDIS_URL}/1"
CACHES = {"default": {"BACKEND": "records.cache.FailOpenRedisCache", "LOCATION": cache_url, "TIMEOUT": 300}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = env.number("SESSION_MINUTES", 8 * 60, least=1, most=7 * 24 * 60) * 60
SESSION_SAVE_EVERY_REQUEST = False

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 30 * 60
# A worker takes a message when it is free for it, so that long work keeps none waiting behind it.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Whoever sends gives up at once when Redis is away: the relay sends again, and no page waits.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60 * 60,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Beat keeps nothing: what is due is written in PostgreSQL, and several beats do no harm.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"

# Jobs, in seconds. A worker that has missed four heartbeats counts as dead.
JOB_LEASE, JOB_HEARTBEAT, JOB_SENT_AGAIN_AFTER, MINUTE = 60, 15.0, 120, 60
if MODE == "test":  # so that tests which kill workers need not wait for minutes
    JOB_LEASE = env.number("JOB_LEASE", JOB_LEASE, least=1, most=600)
    JOB_HEARTBEAT = JOB_LEASE / 4
    JOB_SENT_AGAIN_AFTER = env.number("JOB_SENT_AGAIN_AFTER", JOB_SENT_AGAIN_AFTER, least=1, most=600)
    MINUTE = env.number("MINUTE", MINUTE, least=1, most=60)
CELERY_BEAT_SCHEDULE = {
    "every-minute": {
        "task": "records.tasks.every_minute",
        "schedule": float(MINUTE),
        "options": {"expires": max(1, MINUTE - 5)},
    }
}

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if MODE == "test":  # quick, for accounts that nobody has
    PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # Accounts are made by administrators, who know the address.
ACCOUNT_LOGOUT_REDIRECT_URL = "overview:home"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "accounts.adapter.user_display"

# Mail: files in local mode and tests, SMTP elsewhere.
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
if MODE == "production":
    globals().update(env.mail("EMAIL_URL", "smtp://localhost:25"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "tracker@localhost")

# Languages. Russian and Chinese are the authentic texts of a programme; English is written beside them.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("zh-hans", "中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_LANGUAGES = ("en", "ru", "zh-hans")
MODELTRANSLATION_FALLBACK_LANGUAGES = {"default": ("en", "ru", "zh-hans")}
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files are built into VAR_DIR and served by whitenoise, compressed, under hashed names.
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
# Only what is asked for is compressed: five times faster, and half the files.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = MODE == "test"  # tests collect nothing
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "files"), "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Security. HTTPS everywhere but on one's own machine.
HTTPS = env.flag("HTTPS", MODE == "production")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.flag("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
UPLOAD_MAX_MB = env.number("UPLOAD_MAX_MB", 25, least=1, most=200)
FILE_UPLOAD_HANDLERS = [
    "attachments.uploads.LimitUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Where the product is reached: what the links in e-mails begin with.
SITE_URL = env.origin(
    "SITE_URL",
    f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0]}"
    if MODE == "production" and ALLOWED_HOSTS
    else f"http://127.0.0.1:{env.number('PORT', 8000, least=1, most=65535)}",
)

# A file of reference data is read whole or not at all, and nothing of it waits in a temporary folder.
IMPORT_EXPORT_SKIP_ADMIN_CONFIRM = IMPORT_EXPORT_SKIP_ADMIN_LOG = IMPORT_EXPORT_SKIP_ADMIN_EXPORT_UI = True

# API
API_CALLS_A_MINUTE = env.number("API_CALLS_A_MINUTE", 1200, least=1, most=10_000_000)
API_CALLS_A_MINUTE_ANONYMOUS = env.number("API_CALLS_A_MINUTE_ANONYMOUS", 300, least=1, most=10_000_000)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.PartnerAuthentication",
        "accounts.authentication.SessionActorAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["records.api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "records.api.schema.Schema",
    "EXCEPTION_HANDLER": "records.api.errors.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Cooperation programme tracker",
    "DESCRIPTION": "The record that the sides of a cooperation programme keep together.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_PUBLIC": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["records.api.schema.finish"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# Partner systems: OAuth 2.0 client credentials, and no other grant. Tokens are kept as hashes only.
OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.PartnerClient"
OAUTH2_PROVIDER = {
    "SCOPES": {
        f"{family}:{act}": f"{act} {family}"
        for family, acts in {
            "programme": ("read", "write"),
            "projects": ("read", "write"),
            "approvals": ("write", "decide"),
            "experts": ("read", "write"),
            "trade": ("read", "write"),
            "reports": ("read", "write"),
            "changes": ("read",),
            "webhooks": ("write",),
        }.items()
        for act in acts
    },
    "SCOPES_BACKEND_CLASS": "accounts.scopes.ClientScopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    # All of RFC 9700, whatever of it client credentials come near: hashed tokens first of all.
    **{
        f"COMPLIANT_BCP_RFC9700_{rule}": True
        for rule in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
            "REFRESH_TOKEN",
            "REDIRECT_URI_SCHEME",
            "REDIRECT_URI_MATCHING",
            "PKCE_REQUIRED",
        )
    },
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}

# Logs: one JSON object a line, with the request's id; readable on one's own machine. Nothing of people
# is in them: no access log (what is searched for stands in addresses), no values in errors.
renderer = structlog.dev.ConsoleRenderer(colors=False) if LOCAL else structlog.processors.JSONRenderer()
shared_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[*shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": shared_processors,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(format_exc_info),
                without_addresses,
                renderer,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING"), "INFO"),
    },
    "loggers": {"django.request": {"level": "ERROR"}, "django.security.csrf": {"level": "ERROR"}},
}

# A record's past states are its history; an event here is a forum.
PGHISTORY_APPEND_ONLY = True
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history")

VERSION = "0.1.0"
SITE_NAME = _("Cooperation programme")
NAVIGATION = [
    ("overview:home", _("Overview")),
    ("programme:programme-list", _("Programme")),
    ("projects:project-list", _("Projects")),
    ("experts:expert-list", _("Experts")),
    ("approvals:proposal-list", _("Proposals")),
    ("programme:agreement-list", _("Agreements")),
    ("programme:event-list", _("Events")),
    ("programme:obligation-list", _("Obligations")),
    ("programme:source-list", _("Sources")),
    ("reports:report-list", _("Reports")),
]
SUPPORT_CONTACT = env.text("SUPPORT_CONTACT", "tracker@localhost")
