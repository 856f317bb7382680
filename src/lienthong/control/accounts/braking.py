"""Counting wrong attempts, per account named and per address, alike whether the account exists or not."""

from typing import Final

from django.db import transaction

from lienthong.control.accounts.models import Brake
from lienthong.control.accounts.sealing import keyed_digest
from lienthong.core.access import Portal
from lienthong.core.sign_in import Attempts, after_failure, blocked_for

_SLOTS: Final = 1 << 20
"""So many rows at most, whatever is tried; two names share one with a chance of one in a million."""
_FREE_PER_ADDRESS: Final = 30


def slots_of(portal: Portal, email: str, address: str) -> tuple[int, int]:
    """Return where attempts at an account and attempts from an address are counted."""
    return _slot(f"account {portal} {email.lower()}"), _slot(f"address {address}")


def seconds_blocked(slots: tuple[int, int], now: int) -> int:
    """Return for how many seconds neither this account nor this address is tried."""
    rows = Brake.objects.filter(slot__in=slots)
    return max((blocked_for(_attempts(row), now) for row in rows), default=0)


def count_failure(slots: tuple[int, int], now: int) -> bool:
    """Count a wrong attempt; return whether it blocks the account."""
    account, address = slots
    is_blocked = _count(account, now, {})
    _count(address, now, {"free": _FREE_PER_ADDRESS})
    return is_blocked


def forget_failures(slots: tuple[int, int]) -> None:
    """Begin to count anew at the account; its address may still be trying others."""
    Brake.objects.filter(slot=slots[0]).update(failures=0, blocked_until=0)


def _count(slot: int, now: int, limits: dict[str, int]) -> bool:
    with transaction.atomic():
        Brake.objects.bulk_create(
            [Brake(slot=slot, failures=0, last=0, blocked_until=0)], ignore_conflicts=True
        )
        row = Brake.objects.select_for_update().get(slot=slot)
        counted = after_failure(_attempts(row), now, **limits)
        row.failures, row.last, row.blocked_until = counted.failures, counted.last, counted.blocked_until
        row.save()
    return counted.blocked_until > now


def _attempts(row: Brake) -> Attempts:
    return Attempts(row.failures, row.last, row.blocked_until)


def _slot(name: str) -> int:
    return int.from_bytes(keyed_digest(name, use="brake")[:4], "big") % _SLOTS
