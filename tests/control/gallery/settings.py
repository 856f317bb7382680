"""The least Django project in which the theme lives; no database, sessions in the cookie."""

from lienthong.control.theme import configuration as theme

SECRET_KEY = "gallery of made-up pages"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.control.gallery.urls"
INSTALLED_APPS = [*theme.APPS, "django.contrib.messages", "django.contrib.staticfiles"]
MIDDLEWARE = [
    "tests.control.gallery.middleware.strict_content",
    "django.middleware.locale.LocaleMiddleware",
    "tests.control.gallery.middleware.speak_as_chosen",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
STATIC_URL = "/static/"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [__file__.rsplit("/", 1)[0] + "/templates"],
        "OPTIONS": {
            "builtins": theme.TEMPLATE_BUILTINS,
            "context_processors": [
                *theme.TEMPLATE_CONTEXT_PROCESSORS,
                "tests.control.gallery.views.shell",
            ],
        },
    }
]
FORM_RENDERER = theme.FORM_RENDERER
FORMAT_MODULE_PATH = theme.FORMAT_MODULE_PATH
LANGUAGE_CODE = theme.LANGUAGE_CODE
LANGUAGES = theme.LANGUAGES
LOCALE_PATHS = theme.LOCALE_PATHS
TIME_ZONE = theme.TIME_ZONE
USE_TZ = True
