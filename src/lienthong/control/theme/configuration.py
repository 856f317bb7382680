"""What a Django project sets so that the theme works; the settings take these values over by name."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from django.utils.functional import Promise

_HERE = Path(__file__).parent
STATIC: Final = _HERE / "static/theme"


def version_of(folder: Path) -> str:
    """Return what all files of a folder are together: any change of a byte or a name makes it another one."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()} ".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:20]


STATIC_URL: Final = f"/static/{version_of(STATIC)}/"
"""The files' address holds what they are, so that a browser may keep them for ever; a stylesheet names its
fonts relative to itself, and so by the same version."""

_TAGS = "lienthong.control.theme.templatetags"

APPS: Final = ("lienthong.control.theme", "django.forms")
"""In this order: the theme's templates for form fields go before Django's own."""

FORM_RENDERER: Final = "django.forms.renderers.TemplatesSetting"
FORMAT_MODULE_PATH: Final = ["lienthong.control.theme.formats"]
LANGUAGE_CODE: Final = "vi"
LANGUAGES: Final[list[tuple[str, str | Promise]]] = [("vi", "Vietnamese"), ("en", "English")]
LOCALE_PATHS: Final = [str(_HERE / "locale")]
TIME_ZONE: Final = "Asia/Ho_Chi_Minh"
TEMPLATE_BUILTINS: Final = [
    f"{_TAGS}.{library}"
    for library in (
        "speech",
        "figures",
        "components",
        "panels",
        "tables",
        "drawings",
        "controls",
        "addresses",
    )
]
TEMPLATE_CONTEXT_PROCESSORS: Final = [
    "django.template.context_processors.request",
    "django.contrib.messages.context_processors.messages",
]
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""All that any page needs: nothing inline, nothing from elsewhere."""
