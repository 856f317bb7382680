from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.conditions import (
    CONDITION_LABELS,
    EXPECTED_EVIDENCE,
    STANDING_LABELS,
    ConditionRow,
    Standing,
    condition_entries,
    judge_sheet,
)
from lienthong.core.grant_document import ConditionName, Verdict
from lienthong.core.missing import Section
from lienthong.core.network_sheet import NETWORK_TEXTS, NetworkProblem, network_problems
from tests.core.connecting import NETWORK
from tests.core.filing import DECREE, PAPER_OF_TOMORROW, TODAY

SIX = tuple(
    ConditionRow(name=name, verdict=Verdict.MET, evidence=DECREE, decided_on=date(2026, 6, 1))
    for name in ConditionName
)


@pytest.mark.law("R1.4")
def test_six_verdicts_with_evidence_and_a_network_sheet_make_a_sheet_complete() -> None:
    sheet = judge_sheet(SIX, NETWORK, TODAY)
    assert sheet.all_met
    assert [row.name for row in sheet.rows] == list(ConditionName)


@pytest.mark.law("R1.4")
@pytest.mark.parametrize("name", ConditionName)
@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({"verdict": Verdict.FAILED}, Standing.FAILED),
        ({"evidence": None}, Standing.NO_EVIDENCE),
        ({"evidence": PAPER_OF_TOMORROW}, Standing.NO_EVIDENCE),
        ({"decided_on": date(2026, 11, 25)}, Standing.OPEN),
        ({"valid_until": date(2026, 11, 23)}, Standing.LAPSED),
        ({"verdict": Verdict.FAILED, "valid_until": date(2026, 12, 31)}, Standing.FAILED),
    ],
)
def test_any_one_condition_not_kept_is_shown_and_stops(name, change, standing) -> None:
    rows = [replace(row, **change) if row.name is name else row for row in SIX]
    sheet = judge_sheet(rows, NETWORK, TODAY)
    assert not sheet.all_met
    (missing,) = sheet.missing
    assert (missing.about, missing.where, missing.name) == (name, Section.CONDITIONS, f"condition_{standing}")
    assert {row.name: row.standing for row in sheet.rows}[name] is standing


@pytest.mark.law("R1.4")
def test_the_newest_verdict_holds_from_its_own_day() -> None:
    lost = replace(SIX[0], verdict=Verdict.FAILED, decided_on=TODAY)
    for rows in permutations((SIX[0], lost)):
        assert judge_sheet((*rows, *SIX[1:]), NETWORK, date(2026, 11, 23)).all_met
        assert not judge_sheet((*rows, *SIX[1:]), NETWORK, TODAY).all_met
    kept = replace(SIX[0], decided_on=TODAY, sequence=1)
    assert judge_sheet((kept, lost, *SIX[1:]), NETWORK, TODAY).all_met


@pytest.mark.law("R1.4")
def test_a_missing_or_unusable_network_sheet_is_a_missing_condition() -> None:
    assert [each.name for each in judge_sheet(SIX, None, TODAY).missing] == ["network_sheet"]
    wrong = replace(NETWORK, ports=())
    assert [each.name for each in judge_sheet(SIX, wrong, TODAY).missing] == ["network_port"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"line": " "}, (NetworkProblem.LINE, "")),
        ({"public_addresses": (), "private_addresses": ()}, (NetworkProblem.NO_ADDRESS, "")),
        ({"public_addresses": ("203.113.0.300",)}, (NetworkProblem.ADDRESS, "203.113.0.300")),
        ({"public_addresses": ("10.0.0.1",)}, (NetworkProblem.NOT_PUBLIC, "10.0.0.1")),
        ({"private_addresses": ("203.113.0.7",)}, (NetworkProblem.NOT_PRIVATE, "203.113.0.7")),
        ({"private_addresses": ("10.0.0.1/8",)}, (NetworkProblem.ADDRESS, "10.0.0.1/8")),
        ({"private_addresses": ("10.0.0.0/8",)}, (NetworkProblem.EVERYTHING, "10.0.0.0/8")),
        ({"private_addresses": ("fd00::/40",)}, (NetworkProblem.EVERYTHING, "fd00::/40")),
        ({"ports": ()}, (NetworkProblem.PORT, "")),
        ({"ports": (443, 0)}, (NetworkProblem.PORT, "0")),
        ({"ports": (65_536,)}, (NetworkProblem.PORT, "65536")),
    ],
)
def test_a_network_sheet_that_cannot_be_used_says_why(change, problem) -> None:
    assert network_problems(replace(NETWORK, **change)) == (problem,)


@given(st.ip_addresses(), st.integers(1, 65_535))
def test_every_address_is_either_public_or_private(address, port) -> None:
    public = replace(NETWORK, public_addresses=(str(address),), private_addresses=(), ports=(port,))
    private = replace(NETWORK, public_addresses=(), private_addresses=(str(address),), ports=(port,))
    assert bool(network_problems(public)) is not bool(network_problems(private))


def test_a_grant_states_what_was_found_in_order_of_time() -> None:
    later = replace(SIX[0], verdict=Verdict.FAILED, evidence=None, decided_on=TODAY)
    entries = condition_entries((later, SIX[0]))
    assert [entry.verdict for entry in entries] == [Verdict.MET, Verdict.FAILED]
    assert entries[0].evidence == DECREE.name
    assert entries[0].decided_at == datetime(2026, 5, 31, 17, tzinfo=UTC)
    unproven = condition_entries((replace(SIX[0], evidence=None),))
    assert unproven[0].verdict is Verdict.FAILED


def test_every_condition_has_its_words() -> None:
    assert set(CONDITION_LABELS) == set(EXPECTED_EVIDENCE) == set(ConditionName)
    assert set(STANDING_LABELS) == set(Standing)
    assert set(NETWORK_TEXTS) == set(NetworkProblem)


@pytest.mark.law("R1.4")
def test_evidence_counts_through_its_last_day_and_no_longer() -> None:
    ends = replace(SIX[0], valid_until=TODAY)
    assert judge_sheet((ends, *SIX[1:]), NETWORK, TODAY).all_met
    assert not judge_sheet((ends, *SIX[1:]), NETWORK, date(2026, 11, 25)).all_met


@pytest.mark.law("R1.4")
@pytest.mark.parametrize(
    ("later", "lapses"),
    [
        (None, True),
        (replace(SIX[0], decided_on=date(2026, 9, 30)), False),
        (replace(SIX[0], decided_on=date(2026, 10, 1)), False),
        (replace(SIX[0], decided_on=date(2026, 10, 2)), True),
        (replace(SIX[0], decided_on=date(2026, 9, 30), verdict=Verdict.FAILED), False),
    ],
)
def test_a_grant_loses_a_condition_the_day_its_evidence_ends_unless_judged_anew(later, lapses) -> None:
    ends = replace(SIX[0], valid_until=date(2026, 9, 30))
    entries = condition_entries((ends,) if later is None else (ends, replace(later, sequence=1)))
    assert list(entries) == sorted(entries, key=lambda entry: entry.decided_at)
    lost = [entry for entry in entries if entry.decided_at == datetime(2026, 9, 30, 17, tzinfo=UTC)]
    is_lost = any(entry.verdict is Verdict.FAILED for entry in lost)
    assert is_lost is lapses


def test_what_was_not_kept_or_not_shown_does_not_end_as_well() -> None:
    failed = replace(SIX[0], verdict=Verdict.FAILED, valid_until=date(2026, 9, 30))
    unproven = replace(SIX[1], evidence=None, valid_until=date(2026, 9, 30))
    assert len(condition_entries((failed, unproven))) == 2
