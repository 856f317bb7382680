"""How fast whom: token buckets for proven systems, and for what an address may try before it proves itself.

Nothing here is recorded or awaited. State is bounded: a full table forgets the bucket idle longest.
"""

from collections import OrderedDict
from typing import Final

_MOST_BUCKETS: Final = 100_000


class Buckets:
    """Token buckets by key, each refilled at `rate` tokens a second up to `burst`; `now` is monotonic."""

    def __init__(self, *, rate: float, burst: float, most: int = _MOST_BUCKETS) -> None:
        self._rate = rate
        self._burst = burst
        self._most = most
        self._levels: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def level(self, key: object, now: float) -> float:
        """Return the tokens the key has at `now`."""
        held = self._levels.get(key)
        if held is None:
            return self._burst
        tokens, at = held
        return min(self._burst, tokens + (now - at) * self._rate)

    def take(self, key: object, now: float, tokens: float = 1.0) -> bool:
        """Take tokens and return True, or leave the bucket as it is and return False."""
        level = self.level(key, now)
        if level < tokens:
            return False
        self._levels[key] = (level - tokens, now)
        self._levels.move_to_end(key)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return True


class SystemBuckets:
    """One bucket per proven system at the rate of its own grant; a quarter of it may be spent on refusals.

    Without the quarter a client in a retry loop would fill the log with refusals at the rate of answers.
    """

    def __init__(self) -> None:
        self._levels: dict[str, list[float]] = {}

    def take(self, system: str, *, rate: float, burst: float, now: float) -> bool:
        """Take one token of the system's bucket."""
        return self._take(system, rate, burst, now)

    def take_refusal(self, system: str, *, rate: float, burst: float, now: float) -> bool:
        """Take one token of the quarter of the bucket that refusals may use."""
        return self._take(system + "\0refused", rate / 4, max(1.0, burst / 4), now)

    def _take(self, key: str, rate: float, burst: float, now: float) -> bool:
        state = self._levels.get(key)
        if state is None:
            self._levels[key] = [burst - 1.0, now]
            return True
        level = min(burst, state[0] + (now - state[1]) * rate)
        state[1] = now
        if level < 1.0:
            state[0] = level
            return False
        state[0] = level - 1.0
        return True
