"""How long a signing key lives: at most a year, never beyond the ground of the connection it serves.

Law: R1.1, R4.4, R4.8 (the ground); the terms themselves are operating rules of the law profile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lienthong.core.grounds import Ground, GroundKind, GroundState
from lienthong.core.law import Profile
from lienthong.core.legal_days import DAY
from lienthong.core.speech import Text


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """When a key is accepted, as instants; the ends are exclusive."""

    valid_from: int
    valid_until: int
    revoked_at: int | None = None

    @property
    def end(self) -> int:
        """Return the instant from which the key is not accepted."""
        return self.valid_until if self.revoked_at is None else min(self.valid_until, self.revoked_at)

    def accepted_at(self, now: int) -> bool:
        """Say whether a signature made at an instant is accepted."""
        return self.valid_from <= now < self.end


class KeyRefusal(StrEnum):
    """Why a key cannot be registered or revoked."""

    KNOWN = "known"
    GROUND_ENDED = "ground_ended"
    TOO_MANY = "too_many"
    ALREADY_ENDED = "already_ended"


KEY_TEXTS = {
    KeyRefusal.KNOWN: Text(
        "Khóa này đã được đăng ký, kể cả cho hệ thống khác hoặc đã thu hồi.",
        "This key is registered already, perhaps for another system, or was revoked.",
    ),
    KeyRefusal.GROUND_ENDED: Text(
        "Căn cứ của kết nối đã hết hiệu lực, không thể cấp khóa mới.",
        "The ground of the connection has ended, so no new key is accepted.",
    ),
    KeyRefusal.TOO_MANY: Text(
        "Hệ thống đã có một khóa hiện hành và một khóa thay thế; hãy thu hồi một khóa trước.",
        "The system has a current key and a successor already; revoke one of them first.",
    ),
    KeyRefusal.ALREADY_ENDED: Text("Khóa này đã hết hiệu lực.", "This key has ended already."),
}

MOST_KEYS = 2


def key_end(valid_from: int, ground_ends: Iterable[int | None], profile: Profile) -> int:
    """Return when a key ends: the longest life, or the first known end of its ground, whichever is earlier.

    `ground_ends` are the ends of what the connection rests on, None where no end is known: an exemption
    without an end gives the whole term. Law: R4.4.
    """
    longest = valid_from + profile.number("key.longest") * DAY
    return min([longest, *(end for end in ground_ends if end is not None)])


def ground_ends(grounds: Iterable[Ground], now: int) -> tuple[int | None, ...]:
    """Return the ends of what the connection rests on: its agreement and its check before connecting.

    A ground that is not in force has ended now: no key is given for it. Law: R4.4, R4.8, R8.2.
    """
    return tuple(
        now if ground.state is GroundState.REFUSED else ground.until
        for ground in grounds
        if ground.kind in {GroundKind.AGREEMENT, GroundKind.PRE_CONNECTION}
    )


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What registering a key does: its own term, and the earlier terms that are cut, by key id."""

    term: KeyTerm
    shortened: Mapping[str, KeyTerm]


def add_key(
    key_id: str,
    valid_from: int,
    *,
    keys: Mapping[str, KeyTerm],
    known: frozenset[str],
    ground_ends: Iterable[int | None],
    profile: Profile,
) -> KeyChange | KeyRefusal:
    """Return the term of a new key of a system, and how its older keys end; or why it cannot be registered.

    `keys` are the system's keys by id, `known` every key id ever registered anywhere: one that was revoked or
    belongs to another system never comes back. The older key stays accepted for the overlap, so that the
    system can change over without a pause, and then ends.
    """
    if key_id in known or key_id in keys:
        return KeyRefusal.KNOWN
    end = key_end(valid_from, ground_ends, profile)
    if end <= valid_from:
        return KeyRefusal.GROUND_ENDED
    living = {id: term for id, term in keys.items() if term.end > valid_from}
    if len(living) >= MOST_KEYS:
        return KeyRefusal.TOO_MANY
    until = valid_from + profile.number("key.overlap") * DAY
    shortened = {
        id: KeyTerm(term.valid_from, until, term.revoked_at)
        for id, term in living.items()
        if term.end > until
    }
    return KeyChange(KeyTerm(valid_from, end), shortened)


def revoke(term: KeyTerm, now: int) -> KeyTerm | KeyRefusal:
    """Return the term of a key revoked at an instant; nothing signed from then on is accepted."""
    if now >= term.end:
        return KeyRefusal.ALREADY_ENDED
    return KeyTerm(term.valid_from, term.valid_until, now)
