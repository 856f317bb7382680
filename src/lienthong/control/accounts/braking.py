"""Counting attempts, per account named and per address, alike whether the account exists or not.

Each is counted under a lock before it is checked and taken out again when it was right, so that of any number
at the same moment no more are checked than are free; checking a password waits for no lock.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from lienthong.control.accounts.models import Brake
from lienthong.control.accounts.sealing import keyed_digest
from lienthong.control.audit.events import database_now
from lienthong.core.access import Portal
from lienthong.core.legal_days import SECOND
from lienthong.core.sign_in import Attempts, blocked_for, with_one_begun, with_one_right, with_one_wrong

_SLOTS: Final = 1 << 20
"""So many rows at most, whatever is tried; two names share one with a chance of one in a million."""
_FREE_PER_ADDRESS: Final = 30


def slots_of(portal: Portal, email: str, address: str) -> tuple[int, int]:
    """Return where attempts at an account and attempts from an address are counted."""
    return _slot(f"account {portal} {email.lower()}"), _slot(f"address {address}")


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt counted before it is checked: whether it, if wrong, blocks the account."""

    slots: tuple[int, int]
    blocks: bool


def begin_attempt(slots: tuple[int, int]) -> Begun | int:
    """Count an attempt before it is checked, or return for how many seconds none is tried.

    Whoever dies while checking has tried: only `settle_right` takes the attempt out of the count.
    """
    with transaction.atomic():
        Brake.objects.bulk_create(
            [Brake(slot=slot, failures=0, last=0, blocked_until=0) for slot in sorted(slots)],
            ignore_conflicts=True,
        )
        rows = _locked(slots)
        # Under the lock, so that nobody is told longer than the term because another's clock was read later.
        now = database_now() // SECOND
        if seconds := max(blocked_for(_attempts(row), now) for row in rows.values()):
            return seconds
        account, address = slots
        _keep(rows[address], with_one_begun(_attempts(rows[address]), now, free=_FREE_PER_ADDRESS))
        counted = with_one_begun(_attempts(rows[account]), now)
        _keep(rows[account], counted)
    return Begun(slots, blocks=counted.blocked_until > now)


def settle_wrong(begun: Begun) -> None:
    """Remember when the attempt was found wrong: an hour later the count begins anew."""
    _settle(begun.slots, lambda attempts: with_one_wrong(attempts, database_now() // SECOND))


def settle_right(begun: Begun) -> None:
    """Take the attempt out of the count again."""
    _settle(begun.slots, with_one_right)


def forget_failures(begun: Begun) -> None:
    """Begin to count anew at the account; its address may still be trying others."""
    account, address = begun.slots
    _settle((account,), lambda _: Attempts())
    _settle((address,), with_one_right)


def _settle(slots: Iterable[int], settled: Callable[[Attempts], Attempts]) -> None:
    with transaction.atomic():
        for row in _locked(slots).values():
            _keep(row, settled(_attempts(row)))


def _locked(slots: Iterable[int]) -> dict[int, Brake]:
    """Return the rows under lock, taken in one order, so that two attempts never wait for each other."""
    return {
        row.slot: row for row in Brake.objects.select_for_update().filter(slot__in=slots).order_by("slot")
    }


def _keep(row: Brake, counted: Attempts) -> None:
    row.failures, row.last, row.blocked_until = counted.failures, counted.last, counted.blocked_until
    row.save()


def _attempts(row: Brake) -> Attempts:
    return Attempts(row.failures, row.last, row.blocked_until)


def _slot(name: str) -> int:
    return int.from_bytes(keyed_digest(name, use="brake")[:4], "big") % _SLOTS
