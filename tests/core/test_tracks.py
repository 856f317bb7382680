from dataclasses import replace
from inspect import signature

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.access import Role
from lienthong.core.legal_days import SECOND, start_of_day
from lienthong.core.system_facts import ManagedBy, SystemFacts
from lienthong.core.tracks import (
    OFFICE_LABELS,
    PART_LABELS,
    PATH_LABELS,
    TRACK_LABELS,
    Addressee,
    AssessmentPath,
    Office,
    Part,
    Track,
    late_tracks,
    measure_start,
    on_receipt,
    roles_told,
)
from tests.core.connecting import FACT
from tests.core.filing import PROFILE, TODAY
from tests.core.requesting import CALENDAR

RECEIVED = start_of_day(TODAY) + 9 * 3_600 * SECOND
ORDINARY = SystemFacts()
DEFENCE = SystemFacts(managed_by=ManagedBy.DEFENCE, defence=FACT)
KNOWN = SystemFacts(identification_platform=FACT)


@pytest.mark.law("R5.2", "R9.1")
@given(st.dictionaries(st.text(min_size=1), st.sampled_from([ORDINARY, DEFENCE, KNOWN]), min_size=1))
def test_receipt_starts_all_three_tracks_and_one_assessment_per_system(systems) -> None:
    receipt = on_receipt(systems, RECEIVED, PROFILE, CALENDAR)
    assert {start.track for start in receipt.starts} == set(Track)
    assessed = [start.system for start in receipt.starts if start.track is Track.ASSESSMENT]
    assert assessed == list(systems)
    assert all(start.addressees for start in receipt.starts)


@pytest.mark.law("R5.2")
def test_nothing_about_completeness_or_another_track_can_hold_a_track_up() -> None:
    assert list(signature(on_receipt).parameters) == ["systems", "received_at", "profile", "calendar"]


@pytest.mark.law("R5.2", "R4.9", "R9.3")
def test_a05_leads_and_the_authority_cooperates() -> None:
    start = on_receipt({"his": ORDINARY}, RECEIVED, PROFILE, CALENDAR).starts[-1]
    assert start.path is AssessmentPath.CHECK
    assert start.addressees == (
        Addressee(Office.LEAD_ASSESSOR, Part.LEADS),
        Addressee(Office.TECHNICAL_DEPARTMENT, Part.COOPERATES),
        Addressee(Office.AUTHORITY, Part.COOPERATES),
        Addressee(Office.RELATED_UNIT, Part.COOPERATES),
        Addressee(Office.REQUESTING_BODY, Part.IS_TOLD),
    )


@pytest.mark.law("R4.3")
def test_a_system_of_the_ministry_of_national_defence_goes_to_its_own_unit() -> None:
    start = on_receipt({"mod": DEFENCE}, RECEIVED, PROFILE, CALENDAR).starts[-1]
    assert start.path is AssessmentPath.DEFENCE_UNIT
    parts = {addressee.office: addressee.part for addressee in start.addressees}
    assert parts[Office.DEFENCE_UNIT] is Part.LEADS
    assert parts[Office.AUTHORITY] is Part.GUIDES
    assert Office.LEAD_ASSESSOR not in parts


@pytest.mark.law("R4.8")
def test_a_system_known_to_the_identification_platform_awaits_a_decision_on_e0() -> None:
    start = on_receipt({"his": KNOWN}, RECEIVED, PROFILE, CALENDAR).starts[-1]
    assert start.path is AssessmentPath.EXEMPTION_TO_DECIDE
    ended = replace(FACT, valid_to=TODAY.replace(day=23))
    lapsed = {"his": SystemFacts(identification_platform=ended)}
    assert on_receipt(lapsed, RECEIVED, PROFILE, CALENDAR).starts[-1].path is AssessmentPath.CHECK


def test_those_who_assess_are_told_and_for_a_defence_system_the_chief() -> None:
    assert roles_told(on_receipt({"his": ORDINARY}, RECEIVED, PROFILE, CALENDAR).starts) == {Role.ASSESSOR}
    assert roles_told(on_receipt({"mod": DEFENCE}, RECEIVED, PROFILE, CALENDAR).starts) == {Role.CHIEF}
    assert roles_told(()) == frozenset()


def test_the_answer_is_due_after_five_working_days() -> None:
    receipt = on_receipt({"his": ORDINARY}, RECEIVED, PROFILE, CALENDAR)
    assert receipt.answer_by.last_day.isoformat() == "2026-12-01"


@pytest.mark.law("R5.2")
@pytest.mark.parametrize(("seconds", "in_time"), [(0, True), (60, True), (61, False)])
def test_immediately_is_measured(seconds, in_time) -> None:
    measure = measure_start(RECEIVED, RECEIVED + seconds * SECOND, PROFILE)
    assert (measure.took, measure.in_time) == (seconds * SECOND, in_time)


def test_every_name_has_its_words() -> None:
    assert set(TRACK_LABELS) == set(Track)
    assert set(OFFICE_LABELS) == set(Office)
    assert set(PART_LABELS) == set(Part)
    assert set(PATH_LABELS) == set(AssessmentPath)


@pytest.mark.law("R5.2", "R4.9")
def test_where_no_system_is_named_yet_those_who_assess_are_told_all_the_same() -> None:
    starts = on_receipt({}, RECEIVED, PROFILE, CALENDAR).starts
    (assessment,) = (start for start in starts if start.track is Track.ASSESSMENT)
    assert (assessment.system, assessment.path) == ("", None)
    assert Role.ASSESSOR in roles_told((assessment,))


@pytest.mark.law("R5.2")
def test_a_track_that_has_not_begun_is_late_once_it_can_no_longer_begin_in_time() -> None:
    begun = (Track.DOCUMENTS, Track.SUPPORT)
    assert late_tracks(begun, RECEIVED, RECEIVED + 60 * SECOND, PROFILE) == ()
    assert late_tracks(begun, RECEIVED, RECEIVED + 61 * SECOND, PROFILE) == (Track.ASSESSMENT,)
    assert late_tracks((), RECEIVED, RECEIVED + 61 * SECOND, PROFILE) == tuple(Track)
