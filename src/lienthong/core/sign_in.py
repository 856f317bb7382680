"""How long sessions last and proofs count, when wrong attempts block; times in seconds. Law: R8.1."""

from dataclasses import dataclass
from re import compile as pattern
from typing import Final

from lienthong.core.name_forms import canonical_name, word_forms

IDLE_LIMIT: Final = 30 * 60
"""A session nobody used for so long has ended."""
SESSION_LIMIT: Final = 12 * 3600
"""Every session ends after so long, used or not."""
SECOND_FACTOR_LIMIT: Final = 10 * 60
"""So long after the password the second factor may be given."""
PROOF_LIMIT: Final = 5 * 60
"""So long after password and second factor weighty acts are open."""
INVITATION_LIMIT: Final = 7 * 86_400
"""An invitation may be accepted for so long."""
LEAST_PASSWORD: Final = 12
"""Characters of the shortest password."""
FACTOR_PERIOD: Final = 30
"""Seconds that one code of the second factor is shown (RFC 6238)."""

_TELLING_WORD: Final = 4
_NO_WORD: Final = pattern(r"[\W_]+")
_FREE_ATTEMPTS: Final = 5
_BLOCK: Final = 15 * 60
_FORGOTTEN_AFTER: Final = 60 * 60


def names_its_owner(password: str, name: str, email: str) -> bool:
    """Say whether a password holds a word of its owner's name or address, with or without diacritics."""
    before_at = _NO_WORD.sub(" ", email.partition("@")[0])
    words = {_bare(word) for word in f"{name} {before_at}".split()}
    told = _bare(password)
    return any(word in told for word in words if len(word) >= _TELLING_WORD)


def _bare(text: str) -> str:
    return word_forms(canonical_name(text)).bare


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts at one account or from one address that are wrong or still being checked.

    Times in seconds since 1970; `last`: when one was last found wrong.
    """

    failures: int = 0
    last: int = 0
    blocked_until: int = 0


def blocked_for(attempts: Attempts, now: int) -> int:
    """Return for how many seconds more nothing is tried, 0 if an attempt is free."""
    return max(0, attempts.blocked_until - now)


def with_one_begun(attempts: Attempts, now: int, *, free: int = _FREE_ATTEMPTS) -> Attempts:
    """Count an attempt as wrong before it is checked: of many at once no more are checked than are free.

    `free` of them within an hour, then each blocks for a quarter of an hour.
    """
    is_forgotten = now - attempts.last >= _FORGOTTEN_AFTER
    failures, last = (1, now) if is_forgotten else (attempts.failures + 1, attempts.last)
    return Attempts(failures, last, now + _BLOCK if failures >= free else 0)


def with_one_wrong(attempts: Attempts, now: int) -> Attempts:
    """Remember when an attempt that was begun was found wrong; it has been counted."""
    return Attempts(attempts.failures, now, attempts.blocked_until)


def with_one_right(attempts: Attempts) -> Attempts:
    """Take an attempt that was begun and found right out of the count, and the block that only it had set.

    Whatever is begun while others block is refused, so the last block was set by counting this one.
    """
    return Attempts(max(0, attempts.failures - 1), attempts.last, 0)


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """The moments of a session in seconds since 1970; `proved`: when the second factor was last given."""

    started: int
    seen: int
    proved: int | None
    ended: int | None = None


def is_alive(times: SessionTimes, now: int) -> bool:
    """Say whether the session still holds: neither ended nor idle nor too old, the second factor in time."""
    if times.ended is not None or now - times.started >= SESSION_LIMIT:
        return False
    if times.proved is None:
        return now - times.started < SECOND_FACTOR_LIMIT
    return now - times.seen < IDLE_LIMIT


def is_proven_again(times: SessionTimes, now: int) -> bool:
    """Say whether password and second factor were given lately enough for a weighty act."""
    return times.proved is not None and now - times.proved < PROOF_LIMIT


def accepted_steps(now: int) -> range:
    """Return the steps of the second factor that count now: this one, one before and one after (RFC 6238)."""
    step = now // FACTOR_PERIOD
    return range(step - 1, step + 2)
