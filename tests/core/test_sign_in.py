"""Limits of sessions, proofs and wrong attempts."""

import pytest

from lienthong.core.sign_in import (
    IDLE_LIMIT,
    PROOF_LIMIT,
    SECOND_FACTOR_LIMIT,
    SESSION_LIMIT,
    Attempts,
    SessionTimes,
    accepted_steps,
    after_failure,
    blocked_for,
    is_alive,
    is_proven_again,
    names_its_owner,
)

NOW = 1_800_000_000


@pytest.mark.law("R8.1")
def test_the_fifth_wrong_attempt_blocks_for_a_quarter_of_an_hour():
    attempts = Attempts()
    for _ in range(4):
        attempts = after_failure(attempts, NOW)
        assert blocked_for(attempts, NOW) == 0
    attempts = after_failure(attempts, NOW)
    assert blocked_for(attempts, NOW) == 900
    assert blocked_for(attempts, NOW + 899) == 1
    assert blocked_for(attempts, NOW + 900) == 0
    assert blocked_for(after_failure(attempts, NOW + 900), NOW + 900) == 900, "the next one blocks at once"
    assert after_failure(attempts, NOW + 3600).failures == 1, "an hour later it is forgotten"


@pytest.mark.law("R8.1")
def test_a_session_ends_idle_or_old_or_ended():
    times = SessionTimes(started=NOW, seen=NOW, proved=NOW)
    assert is_alive(times, NOW + IDLE_LIMIT - 1)
    assert not is_alive(times, NOW + IDLE_LIMIT)
    busy = SessionTimes(started=NOW, seen=NOW + SESSION_LIMIT - 1, proved=NOW)
    assert is_alive(busy, NOW + SESSION_LIMIT - 1)
    assert not is_alive(busy, NOW + SESSION_LIMIT)
    assert not is_alive(SessionTimes(NOW, NOW, NOW, ended=NOW), NOW)


def test_without_second_factor_a_session_lasts_minutes():
    half = SessionTimes(started=NOW, seen=NOW, proved=None)
    assert is_alive(half, NOW + SECOND_FACTOR_LIMIT - 1)
    assert not is_alive(half, NOW + SECOND_FACTOR_LIMIT)
    assert not is_proven_again(half, NOW)


def test_a_proof_counts_for_minutes():
    times = SessionTimes(started=NOW - 1000, seen=NOW, proved=NOW)
    assert is_proven_again(times, NOW + PROOF_LIMIT - 1)
    assert not is_proven_again(times, NOW + PROOF_LIMIT)


def test_a_code_counts_one_step_early_and_late():
    assert list(accepted_steps(60)) == [1, 2, 3]


@pytest.mark.parametrize("password", ["matkhau-cua-nguyen", "NGUYỄN rất khó đoán", "xin chào thu.ha 2026"])
def test_a_password_must_not_name_its_owner(password):
    assert names_its_owner(password, "Nguyễn Văn An", "thu.chao@example.vn")


def test_short_words_of_a_name_are_in_many_passwords():
    assert not names_its_owner("bốn từ không liên quan", "Lê Văn An", "an@example.vn")
