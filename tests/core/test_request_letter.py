"""The head of a request's letter, and what is wanting before it can be signed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lienthong.core.missing import Section
from lienthong.core.request_letter import LetterHead, head_missing, letter_missing
from tests.core.filing import TODAY
from tests.core.requesting import COMPLETE

HEAD = LetterHead(number="1187/SYT-VP", dated=TODAY, place="Hải Phòng")


@pytest.mark.law("R5.3")
def test_a_complete_letter_lacks_nothing():
    assert head_missing(HEAD, TODAY) == ()
    assert letter_missing(COMPLETE, HEAD, TODAY) == ()


@pytest.mark.law("R5.3")
def test_each_part_of_the_head_is_asked_for():
    found = head_missing(LetterHead(), TODAY)
    assert [each.name for each in found] == ["letter_number_empty", "letter_date", "letter_place"]
    assert {each.where for each in found} == {Section.SIGNATURE}
    wrong = replace(HEAD, number="một hai ba", dated=TODAY + timedelta(days=1))
    assert [each.name for each in head_missing(wrong, TODAY)] == ["letter_number_form", "letter_date_future"]


@pytest.mark.law("R5.1", "R5.3")
def test_contents_head_and_signatory_are_asked_for_together():
    lacking = letter_missing(replace(COMPLETE, signatory=None, services=()), replace(HEAD, place=" "), TODAY)
    assert [each.name for each in lacking] == ["services", "letter_place", "signatory"]
