"""How well a claimed value agrees with a registered one: one scale for names, dates and numbers."""

from enum import StrEnum


class Grade(StrEnum):
    """Agreement, best first; only `exact` and `equivalent` may open a record.

    Law: R1.2 (a near guess must not disclose anything).
    """

    EXACT = "exact"
    EQUIVALENT = "equivalent"
    NEAR = "near"
    PARTIAL = "partial"
    MISMATCH = "mismatch"

    @property
    def opens(self) -> bool:
        """Say whether this grade is good enough for the identity rule."""
        return self is Grade.EXACT or self is Grade.EQUIVALENT

    @property
    def rank(self) -> int:
        """Give 0 for `exact` up to 4 for `mismatch`, for taking the worse of two grades."""
        return _RANKS[self]


_RANKS = {grade: rank for rank, grade in enumerate(Grade)}
