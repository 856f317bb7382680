"""How a run stands as the sandbox tells it, kept for the pages: words and verdicts, never a value."""

from typing import Any, Final, cast

import msgspec
from msgspec import structs

from lienthong.sandbox_access.messages import RunStanding

_ATTEMPTS: Final = 10
"""How many of what was served for a step are kept, the newest ones."""


def told(standing: RunStanding) -> dict[str, Any]:
    """Return a standing as it is kept, without the report, which is kept as it came."""
    steps = tuple(structs.replace(step, attempts=step.attempts[-_ATTEMPTS:]) for step in standing.steps)
    kept = structs.replace(standing, steps=steps, report=None)
    return cast(dict[str, Any], msgspec.to_builtins(kept))


def read(kept: object) -> RunStanding | None:
    """Return a standing that was kept, None where the sandbox has not told of the run yet."""
    return msgspec.convert(kept, RunStanding) if kept else None
