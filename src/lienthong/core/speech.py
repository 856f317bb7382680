"""Sentences for people, in both languages side by side, so that neither can be missing."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or label in Vietnamese and in English."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the English text for `en` and the Vietnamese one for every other language."""
        return self.en if language == "en" else self.vi


def joined(texts: Iterable[Text], between: str = " ") -> Text:
    """Return several sentences or labels as one, in both languages."""
    each = tuple(texts)
    return Text(between.join(text.vi for text in each), between.join(text.en for text in each))
