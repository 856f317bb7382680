"""Texts in the language of the request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.utils import translation
from django.utils.functional import Promise, lazy

from lienthong.core.speech import Text

ENGLISH: Final = "en"
VIETNAMESE: Final = "vi"
_ACTIVE: Final = ContextVar("language", default=VIETNAMESE)
"""Beside Django's own, which is dear to ask: a page asks hundreds of times."""


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Answer in this language meanwhile, Django's own sentences too; the one way to choose it."""
    before = _ACTIVE.set(language)
    try:
        with translation.override(language):
            yield
    finally:
        _ACTIVE.reset(before)


def active_language() -> str:
    """Return the language in which this request is answered: `en`, else `vi`."""
    return _ACTIVE.get()


def spoken(words: Text | str | Promise) -> str:
    """Return a text in the language of the request; a string, such as a name or a number, as it is."""
    return words.in_language(active_language()) if isinstance(words, Text) else str(words)


spoken_later = lazy(spoken, str)
"""Like `spoken`, chosen at each rendering: for labels, choices and errors that outlive a request."""
