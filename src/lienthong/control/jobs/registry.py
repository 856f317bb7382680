"""Where subjects register what the jobs process does for them, in their modules named `jobs`.

    @duty("documents.provide", every=20)
    def provide_pending() -> None: ...        comes round, and looks for itself what is to be done

    @job("notices.mail")
    def mail(*, notice: int) -> None: ...     mail.defer(notice=7) within an act: enqueued by its commit

Both may be done again after a crash, and a duty by two processes at once: each must be safe to repeat. A job
that fails is tried again, later each time, for ever: what shall not be tried again must return.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.tasks import Task

FIRST_PAUSE: Final = 15
LONGEST_PAUSE: Final = 3_600
"""Seconds until a job that failed is tried again: doubled each time from the first to the longest."""

Done = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Duty:
    """What comes round, with `every` so many seconds between two times."""

    name: str
    every: float
    act: Done


DUTIES: Final[dict[str, Duty]] = {}
"""Every duty by its name."""


class Later(BaseRetryStrategy):
    """Try again, after a longer pause each time."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Say when a job that raised is tried again."""
        del exception
        return RetryDecision(retry_in={"seconds": pause_after(job.attempts)})


def pause_after(attempts: int) -> int:
    """Return how many seconds to wait after so many attempts before this one."""
    return min(FIRST_PAUSE << min(attempts, 16), LONGEST_PAUSE)


def duty(name: str, *, every: float) -> Callable[[Done], Done]:
    """Register a function as a duty; raises ValueError for a name that is taken."""

    def register(act: Done) -> Done:
        if name in DUTIES:
            raise ValueError(f"there are two duties named {name}")
        DUTIES[name] = Duty(name, every, act)
        return act

    return register


def job(name: str) -> Callable[[Callable[..., object]], Task[Any, Any, Any]]:
    """Make a function a job; its arguments travel as JSON."""
    return app.task(name=name, retry=Later())
