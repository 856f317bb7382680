"""Why a worker takes no requests: several reasons may hold at once, callers are told the gravest."""

from typing import Final

from lienthong_protocol.refusals import Code

_GRAVEST_FIRST: Final = (
    Code.DRAINING,
    Code.DATABASE_UNAVAILABLE,
    Code.LOG_READ_ONLY,
    Code.CLOCK_UNSYNCHRONISED,
    Code.LOW_DISK,
)


class Standing:
    """The reasons that hold now, each set and lifted by whoever watches it. Owned by the event loop."""

    def __init__(self, *reasons: Code) -> None:
        self._reasons = set(reasons)
        self.refusing: Code | None = None
        self._choose()

    def holds(self, reason: Code) -> bool:
        """Tell whether a reason holds."""
        return reason in self._reasons

    def set(self, reason: Code, *, holds: bool) -> bool:
        """Let a reason hold or not, and tell whether that is new."""
        if holds is (reason in self._reasons):
            return False
        (self._reasons.add if holds else self._reasons.discard)(reason)
        self._choose()
        return True

    def _choose(self) -> None:
        self.refusing = next((code for code in _GRAVEST_FIRST if code in self._reasons), None)
