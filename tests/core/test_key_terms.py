import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.grounds import Ground, GroundKind, GroundState
from lienthong.core.key_terms import (
    KEY_TEXTS,
    MOST_KEYS,
    KeyChange,
    KeyRefusal,
    KeyTerm,
    add_key,
    ground_ends,
    key_end,
    revoke,
)
from lienthong.core.legal_days import DAY, start_of_day
from tests.core.filing import PROFILE, TODAY

NOW = start_of_day(TODAY)
OLD = KeyTerm(NOW - 100 * DAY, NOW + 200 * DAY)


def add(key_id="new", at=NOW, *, keys=None, known=frozenset(), ends=()):
    return add_key(key_id, at, keys=keys or {}, known=known, ground_ends=ends, profile=PROFILE)


@pytest.mark.law("R4.4")
@pytest.mark.parametrize(
    ("ends", "days"),
    [((), 365), ((None,), 365), ((NOW + 400 * DAY,), 365), ((NOW + 30 * DAY, NOW + 90 * DAY, None), 30)],
)
def test_a_key_ends_after_a_year_or_with_the_first_end_of_its_ground(ends, days) -> None:
    assert key_end(NOW, ends, PROFILE) == NOW + days * DAY


@pytest.mark.parametrize("end", [NOW, NOW - DAY])
def test_no_key_is_registered_on_a_ground_that_has_ended(end) -> None:
    assert add(ends=(end,)) is KeyRefusal.GROUND_ENDED


def test_the_older_key_lives_on_for_seven_days() -> None:
    change = add(keys={"old": OLD})
    assert isinstance(change, KeyChange)
    assert change.shortened == {"old": KeyTerm(OLD.valid_from, NOW + 7 * DAY)}
    ending = KeyTerm(OLD.valid_from, NOW + 3 * DAY)
    change = add(keys={"old": ending})
    assert isinstance(change, KeyChange)
    assert change.shortened == {}


def test_a_known_key_never_comes_back() -> None:
    assert add("old", keys={"old": OLD}) is KeyRefusal.KNOWN
    assert add("gone", known=frozenset({"gone"})) is KeyRefusal.KNOWN


def test_a_third_living_key_waits_until_one_is_revoked() -> None:
    keys = {"one": OLD, "two": OLD}
    assert add(keys=keys) is KeyRefusal.TOO_MANY
    revoked = revoke(OLD, NOW)
    assert isinstance(revoked, KeyTerm)
    assert isinstance(add(keys={"one": OLD, "two": revoked}), KeyChange)


def test_a_revoked_key_accepts_nothing_from_that_instant() -> None:
    revoked = revoke(OLD, NOW)
    assert isinstance(revoked, KeyTerm)
    assert revoked.accepted_at(NOW - 1)
    assert not revoked.accepted_at(NOW)
    assert not OLD.accepted_at(OLD.valid_from - 1)
    assert revoke(revoked, NOW) is KeyRefusal.ALREADY_ENDED
    assert revoke(OLD, OLD.valid_until) is KeyRefusal.ALREADY_ENDED
    assert set(KEY_TEXTS) == set(KeyRefusal)


ACTS = st.lists(
    st.tuples(st.integers(0, 40), st.booleans(), st.one_of(st.none(), st.integers(-20, 500))), max_size=12
)


@given(ACTS)
def test_whatever_is_done_terms_are_bounded_and_never_overlap_by_more_than_a_week(acts) -> None:
    keys: dict[str, KeyTerm] = {}
    now = NOW
    for number, (days, revokes, ground) in enumerate(acts):
        now += days * DAY
        if revokes and keys:
            term = revoke(keys[newest(keys)], now)
            if isinstance(term, KeyTerm):
                keys[newest(keys)] = term
            continue
        end = None if ground is None else now + ground * DAY
        change = add(f"k{number}", now, keys=keys, ends=(end,))
        if isinstance(change, KeyChange):
            assert change.term.valid_until <= now + 365 * DAY
            assert end is None or change.term.valid_until <= end
            keys |= dict(change.shortened) | {f"k{number}": change.term}
            older = [term.end for id, term in keys.items() if id != f"k{number}"]
            assert all(each <= now + 7 * DAY for each in older)
        assert sum(term.accepted_at(now) for term in keys.values()) <= MOST_KEYS


def newest(keys: dict[str, KeyTerm]) -> str:
    return max(keys, key=lambda id: keys[id].valid_from)


@pytest.mark.law("R4.4", "R8.2")
def test_the_ground_of_a_key_is_the_agreement_and_the_check_before_connecting() -> None:
    grounds = (
        Ground(GroundKind.SUSPENSION, GroundState.MET, "", until=NOW + DAY),
        Ground(GroundKind.AGREEMENT, GroundState.MET, "12", until=NOW + 30 * DAY),
        Ground(GroundKind.PRE_CONNECTION, GroundState.EXEMPT, "45", until=None),
        Ground(GroundKind.PERIODIC_CHECK, GroundState.MET, "", until=NOW + 2 * DAY),
    )
    assert ground_ends(grounds, NOW) == (NOW + 30 * DAY, None)
    ended = Ground(GroundKind.AGREEMENT, GroundState.REFUSED, "no agreement in force")
    assert add(ends=ground_ends((ended,), NOW)) is KeyRefusal.GROUND_ENDED
