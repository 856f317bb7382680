"""A sentence in two languages."""

import pytest

from lienthong.core.speech import Text, joined


@pytest.mark.parametrize(
    ("language", "said"), [("vi", "Tiếng Việt"), ("en", "English"), ("fr", "Tiếng Việt"), ("", "Tiếng Việt")]
)
def test_only_english_is_not_vietnamese(language, said):
    assert Text("Tiếng Việt", "English").in_language(language) == said


def test_several_are_joined_in_each_language():
    assert joined((Text("Một.", "One."), Text("Hai.", "Two."))) == Text("Một. Hai.", "One. Two.")
    assert joined((), ", ") == Text("", "")
