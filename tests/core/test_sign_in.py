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
    blocked_for,
    is_alive,
    is_proven_again,
    names_its_owner,
    with_one_begun,
    with_one_right,
    with_one_wrong,
)

NOW = 1_800_000_000


def _wrong(attempts: Attempts, now: int, **limits: int) -> Attempts:
    return with_one_wrong(with_one_begun(attempts, now, **limits), now)


@pytest.mark.law("R8.1")
def test_the_fifth_wrong_attempt_blocks_for_a_quarter_of_an_hour():
    attempts = Attempts()
    for _ in range(4):
        attempts = _wrong(attempts, NOW)
        assert blocked_for(attempts, NOW) == 0
    attempts = _wrong(attempts, NOW)
    assert blocked_for(attempts, NOW) == 900
    assert blocked_for(attempts, NOW + 899) == 1
    assert blocked_for(attempts, NOW + 900) == 0
    assert blocked_for(_wrong(attempts, NOW + 900), NOW + 900) == 900, "the next one blocks at once"
    assert _wrong(attempts, NOW + 3600).failures == 1, "an hour later it is forgotten"


@pytest.mark.law("R8.1")
def test_attempts_count_from_before_they_are_checked():
    """Five that are still being checked leave no room for a sixth; one found right makes room again."""
    attempts = Attempts()
    for _ in range(5):
        assert blocked_for(attempts, NOW) == 0
        attempts = with_one_begun(attempts, NOW)
    assert blocked_for(attempts, NOW) == 900
    attempts = with_one_right(attempts)
    assert blocked_for(attempts, NOW) == 0
    assert blocked_for(with_one_begun(attempts, NOW), NOW) == 900
    assert with_one_right(Attempts()) == Attempts(), "forgotten meanwhile"


@pytest.mark.law("R8.1")
def test_whoever_signs_in_rightly_neither_blocks_nor_keeps_old_failures_alive():
    attempts = _wrong(Attempts(), NOW)
    for later in range(0, 3600, 60):
        begun = with_one_begun(attempts, NOW + later, free=2)
        assert blocked_for(begun, NOW + later) == 900
        attempts = with_one_right(begun)
        assert blocked_for(attempts, NOW + later) == 0
    assert with_one_begun(attempts, NOW + 3600, free=2).failures == 1


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
