"""Which characters a line and a text may hold, and what is said of the others."""

import sys
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.control_refusals import ControlCode
from lienthong.core.plain_text import LOST, Unplain, composed, first_unplain, storable, unplain

LINE = "Nguyễn Thị Hoà — Sở Y tế “Hải Phòng”, 30 %\u00a0· ✔\ufe0f ₫"
TEXT = LINE + "\r\n\tđoạn hai\nmềm\u00ad mại \U0001f469\u200d\U0001f4bb \uf0b7 mục\u2028dòng\u200b \ufeff"


def test_what_people_type_is_taken():
    assert unplain("") is None
    assert unplain("Sở Y tế") is None
    assert unplain(LINE) is None
    assert unplain(TEXT, has_lines=True) is None


@pytest.mark.parametrize(
    ("character", "in_line", "in_text"),
    [
        ("\0", Unplain.CONTROL, Unplain.CONTROL),
        ("\x0b", Unplain.CONTROL, Unplain.CONTROL),
        ("\x7f", Unplain.CONTROL, Unplain.CONTROL),
        ("\x85", Unplain.CONTROL, Unplain.CONTROL),
        ("\x9f", Unplain.CONTROL, Unplain.CONTROL),
        ("\t", Unplain.BREAK, None),
        ("\n", Unplain.BREAK, None),
        ("\r", Unplain.BREAK, Unplain.BREAK),
        ("\u2028", Unplain.BREAK, None),
        ("\u202a", Unplain.DIRECTION, Unplain.DIRECTION),
        ("\u202e", Unplain.DIRECTION, Unplain.DIRECTION),
        ("\u2066", Unplain.DIRECTION, Unplain.DIRECTION),
        ("\u2069", Unplain.DIRECTION, Unplain.DIRECTION),
        ("\u061c", Unplain.DIRECTION, Unplain.DIRECTION),
        ("\u200e", Unplain.DIRECTION, None),
        ("\u200b", Unplain.INVISIBLE, None),
        ("\u200d", Unplain.INVISIBLE, None),
        ("\u00ad", Unplain.INVISIBLE, None),
        ("\ufeff", Unplain.INVISIBLE, None),
        ("\u034f", Unplain.INVISIBLE, Unplain.INVISIBLE),
        ("\u3164", Unplain.INVISIBLE, Unplain.INVISIBLE),
        ("\ufff9", Unplain.INVISIBLE, Unplain.INVISIBLE),
        ("\U000e0041", Unplain.INVISIBLE, Unplain.INVISIBLE),
        ("\ud800", Unplain.BROKEN, Unplain.BROKEN),
        ("\udfff", Unplain.BROKEN, Unplain.BROKEN),
        ("\ufdd0", Unplain.BROKEN, Unplain.BROKEN),
        ("\uffff", Unplain.BROKEN, Unplain.BROKEN),
        ("\U0010fffe", Unplain.BROKEN, Unplain.BROKEN),
        (LOST, Unplain.BROKEN, Unplain.BROKEN),
        ("\uf0b7", Unplain.UNKNOWN, None),
        ("\u0378", Unplain.UNKNOWN, None),
    ],
    ids=lambda value: f"U+{ord(value):04X}" if isinstance(value, str) and len(value) == 1 else None,
)
def test_what_nobody_sees_is_not(character, in_line, in_text):
    for has_lines, expected in ((False, in_line), (True, in_text)):
        for text in (f"Sở{character} Y tế", f"Sở Y tế{character}", character):
            found = first_unplain(text, has_lines=has_lines)
            assert (found and found.why) == expected


def test_the_message_names_the_character_and_its_place():
    refusal = unplain("Nguyễn Thị\u202eHoà")
    assert refusal is not None
    assert refusal.code is ControlCode.TEXT_NOT_PLAIN
    assert refusal.coded.vi == (
        "Có ký tự đổi chiều chữ (U+202E) sau “Nguyễn Thị”. Hãy xóa và gõ lại chỗ đó. (LC954)"
    )
    at_first = unplain("\x07x")
    assert at_first is not None
    assert "at the beginning" in at_first.text.en
    after_much = unplain("một câu rất dài\nvới nhiều dòng\x00", has_lines=True)
    assert after_much is not None
    assert "“dài với nhiều dòng”" in after_much.text.vi


def test_no_control_no_turning_and_no_half_character_passes_in_any_text():
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        if category(character) in ("Cc", "Cs") and character not in "\t\n":
            assert first_unplain(character, has_lines=True), f"U+{point:04X}"


@given(st.text())
def test_what_is_taken_composed_is_taken_and_what_is_stored_can_be(text):
    if first_unplain(text, has_lines=True) is None:
        assert first_unplain(composed(text), has_lines=True) is None
    kept = storable(text)
    assert "\x00" not in kept
    kept.encode()
    if kept != text:
        assert first_unplain(kept, has_lines=True) is not None, "what was lost is told"
