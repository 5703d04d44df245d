"""Django's settings. What an operator may change comes from environment variables; .env.example lists them."""

from config import environment, pocket, secret_key
from config.api_settings import INTENDED_USE, REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401  settings are read from this module
from config.databases import databases

BASE_DIR = environment.BASE_DIR
DATA_DIR = environment.data_dir()

SECRET_KEY = environment.text("SECRET_KEY") or secret_key.kept_in(DATA_DIR)
DEBUG = environment.flag("DEBUG")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

# --- the application ---

INSTALLED_APPS = [
    "kb",  # before the admin, so that its templates are found first
    "kb.admin.apps.DeskConfig",  # Django's admin with our own site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "remedies",
    "conditions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before sessions: the public API has none, and answers without them.
    "kb.api.middleware.PublicApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kb.admin.middleware.ContentSecurityPolicyMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# API paths have no trailing slash, and a wrong path says so. The admin redirects to its own slashes by itself.
APPEND_SLASH = False

# --- data ---

DATABASES = databases(
    data_dir=DATA_DIR,
    url=environment.text("DATABASE_URL"),
    public_url=environment.text("PUBLIC_DATABASE_URL"),
)
# Files that phones start from; they are made anew if they are lost.
SNAPSHOTS_DIR = DATA_DIR / "snapshots"
# The connection that answers readers.
PUBLIC_DATABASE = "public"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- language and time ---

LANGUAGE_CODE = "en-gb"
# Of the times on the desk, the hour of a scheduled release among them. The API tells UTC, whatever this is.
TIME_ZONE = environment.time_zone()
USE_TZ = True

# --- static files ---

STATIC_URL = "static/"
# Served from where the apps keep them: no collecting step to run, or to forget after an update. Names carry no hash, so
# browsers ask again after a minute (WhiteNoise's default) and mostly hear that nothing changed.
WHITENOISE_USE_FINDERS = True
# The pocket app, where it was built: all of it stands below /app/.
WHITENOISE_ROOT = pocket.built()
WHITENOISE_INDEX_FILE = True
WHITENOISE_IMMUTABLE_FILE_TEST = pocket.IMMUTABLE
WHITENOISE_ADD_HEADERS_FUNCTION = pocket.add_headers
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}

# --- safety ---

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Said by the operator: a proxy in front speaks HTTPS to the world and sets X-Forwarded-Proto itself on every request.
TRUST_PROXY = environment.flag("TRUST_PROXY")
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 30 * 24 * 60 * 60
# Only behind such a proxy: over the plain HTTP of a first try, a secure cookie would make signing in impossible.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TRUST_PROXY and not DEBUG
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "kb.admin.failures.expired_form"
X_FRAME_OPTIONS = "DENY"

# One form of the desk may hold a large article with all its rows; a text that is far too long is told so at its field.
# Beyond these bounds, a page says that it is too much.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- logging ---

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers would repeat each line, or mail it.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        # A wrong path or parameter is the client's concern; at WARNING each would be a line here.
        "django.request": {"level": "ERROR"},
        # A made-up Host header is answered with 400; a stack trace for each would only fill the disk.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

# --- what the API says of itself ---

# An address (mailto: or https:) where anybody can report content that could hurt somebody.
REPORT_UNSAFE_CONTENT = environment.text("REPORT_UNSAFE_CONTENT")
