"""Texts in the language of the request."""

from typing import Final

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language

from lienthong.core.speech import Text

ENGLISH: Final = "en"


def active_language() -> str:
    """Return the language in which this request is answered: `en`, else `vi`."""
    language = get_language() or ""
    return ENGLISH if language.split("-")[0] == ENGLISH else "vi"


def spoken(words: Text | str | Promise) -> str:
    """Return a text in the language of the request; a string, such as a name or a number, as it is."""
    return words.in_language(active_language()) if isinstance(words, Text) else str(words)


spoken_later = lazy(spoken, str)
"""Like `spoken`, chosen at each rendering: for labels, choices and errors that outlive a request."""
