"""Overrides: where another law lets an exchange intrude, that law is named, ends, and two people approve.

The prohibition of intruding into private life yields only where another law so provides, so an override
without that law cannot be built. Law: R1.5.
"""

from dataclasses import dataclass


class OverrideError(ValueError):
    """An override that no law carries, that never ends, or that fewer than two people approved."""


@dataclass(frozen=True, slots=True)
class Override:
    """An override in the half-open interval [`valid_from`, `valid_until`) of instants.

    Raises OverrideError unless it names a law, ends after it begins, and has two different approvers.
    Law: R1.5.
    """

    law: str
    valid_from: int
    valid_until: int
    approvers: tuple[str, str]

    def __post_init__(self) -> None:
        if not self.law.strip():
            raise OverrideError("an override names the law that provides for it")
        if self.valid_until <= self.valid_from:
            raise OverrideError("an override ends after it begins")
        first, second = (approver.strip().casefold() for approver in self.approvers)
        if not first or not second or first == second:
            raise OverrideError("an override has two different approvers")

    def in_force(self, now: int) -> bool:
        """Say whether the override holds at an instant."""
        return self.valid_from <= now < self.valid_until
