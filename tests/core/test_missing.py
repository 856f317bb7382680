"""What is missing, in words."""

from lienthong.core.missing import listed
from lienthong.core.speech import Text


def test_sentences_are_told_once_each_in_their_order():
    number, day = Text("Thiếu số.", "The number is missing."), Text("Thiếu ngày.", "The date is missing.")
    assert listed([day, number, day]) == Text(
        "Thiếu ngày. Thiếu số.", "The date is missing. The number is missing."
    )
    assert listed([]) == Text("", "")
