from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.purpose import CasePatternError, case_pattern


@pytest.mark.parametrize(
    ("pattern", "case", "fits"),
    [
        ("BN-####", "BN-0001", True),
        ("BN-####", "BN-001", False),
        ("BN-####", "BN-00012", False),
        ("BN-####", "BN-000١", False),
        ("BN-####", "XBN-0001", False),
        ("000.00.*-######-####", "000.00.12.H31-261124-0007", True),
        ("000.00.*-######-####", "000.00.-261124-0007", False),
        ("A?B", "AxB", True),
        ("A?B", "A-B", False),
        ("A.B", "AxB", False),
        ("A+B(", "A+B(", True),
    ],
)
def test_a_case_has_the_form_of_its_pattern(pattern: str, case: str, fits: bool) -> None:
    assert case_pattern(pattern).fits(case) is fits


@pytest.mark.parametrize("text", ["", "x" * 65, "a b", "hồ-sơ", "***", "a\n"])
def test_a_pattern_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(CasePatternError):
        case_pattern(text)


def test_the_worst_pattern_is_matched_quickly() -> None:
    pattern = case_pattern("*#*" + "#" * 61)
    started = perf_counter()
    assert not pattern.fits("1" * 127 + "x")
    assert perf_counter() - started < 0.1


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64))
def test_every_character_but_the_wildcards_stands_for_itself(text: str) -> None:
    literal = text.translate({ord(wildcard): "x" for wildcard in "#?*"})
    assert case_pattern(literal).fits(literal)
    assert not case_pattern(literal).fits(literal + "x")
