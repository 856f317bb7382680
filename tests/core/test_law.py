from datetime import date
from itertools import pairwise

import pytest

from lienthong.core.law import (
    OURS,
    PROFILES,
    TT46,
    Citation,
    Instrument,
    Parameter,
    PeriodicLapse,
    Profile,
    Unit,
    profile_at,
)
from lienthong.core.legal_days import end_of_day, start_of_day

NEWEST = list(PROFILES.values())[-1]


def test_profiles_follow_each_other_without_gap_or_overlap() -> None:
    profiles = list(PROFILES.values())
    assert profiles[0].valid_from == date(2022, 12, 19)
    assert all(first.valid_until == second.valid_from for first, second in pairwise(profiles))
    assert profiles[-1].valid_until is None
    assert all(name == profile.id for name, profile in PROFILES.items())


@pytest.mark.law("R1.1")
@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2022, 12, 19), "tt46-2022"),
        (date(2023, 6, 30), "tt46-2022"),
        (date(2025, 12, 31), "tt46-2024-07"),
        (date(2026, 1, 1), "tt46-2026-01"),
        (date(2026, 11, 24), "tt46-2026-07"),
    ],
)
def test_the_law_of_the_day_holds(day: date, name: str) -> None:
    assert profile_at(start_of_day(day)).id == name
    assert profile_at(end_of_day(day) - 1).id == name


def test_before_the_circular_no_profile_holds() -> None:
    with pytest.raises(LookupError):
        profile_at(start_of_day(date(2022, 12, 19)) - 1)


def test_the_personal_data_law_of_2026_changes_what_the_clock_of_a_breach_counts_from() -> None:
    assert PROFILES["tt46-2024-07"].word("breach.counted_from") == "occurrence"
    assert PROFILES["tt46-2026-01"].word("breach.counted_from") == "detection"


def test_a_parameter_is_a_number_or_a_word() -> None:
    with pytest.raises(TypeError):
        NEWEST.number("assessment.counting")
    with pytest.raises(TypeError):
        NEWEST.word("log.retention")
    with pytest.raises(KeyError):
        NEWEST.number("no.such")


def test_by_default_an_overdue_yearly_check_only_warns() -> None:
    assert all(profile.periodic_lapse is PeriodicLapse.WARN for profile in PROFILES.values())


def test_what_no_instrument_sets_does_not_claim_to_be_verified() -> None:
    for profile in PROFILES.values():
        for key, parameter in profile.parameters.items():
            assert not (parameter.verified and parameter.source.instrument is OURS), key


@pytest.mark.parametrize(
    ("citation", "text"),
    [
        (Citation(TT46, 4), "Thông tư số 46/2022/TT-BCA, Điều 4"),
        (Citation(TT46, 12), "Thông tư số 46/2022/TT-BCA, Điều 12"),
        (Citation(TT46, 8), "Thông tư số 46/2022/TT-BCA"),
        (Citation(TT46), "Thông tư số 46/2022/TT-BCA"),
        (Citation(Instrument("Luật X"), 1), "Luật X"),
    ],
)
def test_only_verified_articles_are_printed(citation: Citation, text: str) -> None:
    assert citation.print() == text


@pytest.mark.law("R6.2")
def test_records_are_kept_two_years_from_the_act() -> None:
    act = start_of_day(date(2024, 2, 29)) + 123
    assert NEWEST.keep_until(act) == start_of_day(date(2026, 3, 1))


def test_the_yearly_check_is_due_within_the_next_calendar_year() -> None:
    last = start_of_day(date(2025, 3, 10)) + 7
    assert NEWEST.periodic_due(last) == end_of_day(date(2026, 12, 31))


def test_the_yearly_check_may_be_counted_by_twelve_months() -> None:
    counting = Parameter("twelve_months", Unit.WORD, Citation(OURS), verified=False)
    by_months = Profile("x", NEWEST.valid_from, None, {**NEWEST.parameters, "assessment.counting": counting})
    last = start_of_day(date(2025, 3, 10)) + 7
    assert by_months.periodic_due(last) == start_of_day(date(2026, 3, 10))
