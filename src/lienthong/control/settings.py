"""What is the same in every deployment. Nothing here reads a file or the environment."""

from typing import Any, Final

from lienthong.control.theme import configuration as theme

_FRAME = "lienthong.control.frame"

FIXED: Final[dict[str, Any]] = {
    # Modules named `jobs` are found by themselves, and with them what the jobs process does.
    "PROCRASTINATE_AUTODISCOVER_MODULE_NAME": "jobs",
    "ROOT_URLCONF": "lienthong.control.portals.urls",
    "INSTALLED_APPS": [
        *theme.APPS,
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "procrastinate.contrib.django",
        "lienthong.control.frame",
        "lienthong.control.audit",
        "lienthong.control.accounts",
        "lienthong.control.notices",
        "lienthong.control.participants",
        "lienthong.control.letters",
        "lienthong.control.connections",
        "lienthong.control.assessments",
        "lienthong.control.conformance",
        "lienthong.control.guides",
        "lienthong.control.portals.entrance",
        "lienthong.control.portals.bodies",
        "lienthong.control.portals.conditions",
        "lienthong.control.portals.guides",
        "lienthong.control.portals.trials",
        "lienthong.control.portals.staff",
        "lienthong.control.portals.agency",
    ],
    # Headers go outermost, so that every answer has them; the portal before anything that knows who asks.
    "MIDDLEWARE": [
        f"{_FRAME}.headers.add_headers",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "lienthong.control.documentation.serve_documentation",
        f"{_FRAME}.language.choose_language",
        f"{_FRAME}.portal.enter_portal",
        f"{_FRAME}.limits.limit_what_is_sent",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "builtins": theme.TEMPLATE_BUILTINS,
                "context_processors": [*theme.TEMPLATE_CONTEXT_PROCESSORS, f"{_FRAME}.shell.of_request"],
            },
        }
    ],
    "FORM_RENDERER": theme.FORM_RENDERER,
    "FORMAT_MODULE_PATH": theme.FORMAT_MODULE_PATH,
    "LANGUAGE_CODE": theme.LANGUAGE_CODE,
    "LANGUAGES": theme.LANGUAGES,
    "LOCALE_PATHS": theme.LOCALE_PATHS,
    "TIME_ZONE": theme.TIME_ZONE,
    "USE_TZ": True,
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "STATIC_URL": theme.STATIC_URL,
    # Static files are served where the packages lie: no step can be forgotten after an upgrade.
    "WHITENOISE_USE_FINDERS": True,
    "WHITENOISE_AUTOREFRESH": False,
    "WHITENOISE_IMMUTABLE_FILE_TEST": f"^{theme.STATIC_URL}",
    "CSRF_COOKIE_NAME": "lt_csrf",
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Strict",
    "CSRF_FAILURE_VIEW": f"{_FRAME}.failures.stale_form",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.ScryptPasswordHasher"],
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    ],
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_621_440,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2_000,
    # The form with most files, that of a system, sends so many copies of papers at once.
    "DATA_UPLOAD_MAX_NUMBER_FILES": 6,
    "LOGGING_CONFIG": None,
}
