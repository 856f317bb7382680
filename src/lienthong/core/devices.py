"""What a browser says of itself, in words by which its owner knows it again."""

from typing import Final

from lienthong.core.speech import Text

_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("coc_coc_browser/", "Cốc Cốc"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""In this order: most browsers name those they want to be taken for as well."""
_LONGEST: Final = 40


def device_name(user_agent: str) -> Text:
    """Return browser and system, or the beginning of what was said where neither is known."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if browser and system:
        return Text(f"{browser} trên {system}", f"{browser} on {system}")
    words = browser or system or user_agent[:_LONGEST]
    return Text(words, words) if words else Text("Không rõ", "Unknown")


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in names if sign in text), "")
