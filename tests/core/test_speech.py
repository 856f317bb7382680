"""A sentence in two languages."""

import pytest

from lienthong.core.speech import Text


@pytest.mark.parametrize(
    ("language", "said"), [("vi", "Tiếng Việt"), ("en", "English"), ("fr", "Tiếng Việt"), ("", "Tiếng Việt")]
)
def test_only_english_is_not_vietnamese(language, said):
    assert Text("Tiếng Việt", "English").in_language(language) == said
