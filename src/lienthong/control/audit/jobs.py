"""Bringing events into the log, well within the minute promised, and watching that none is lost."""

import logging
from typing import Final

from lienthong.control.audit.leaves import append_waiting, find_dropped, newest_event
from lienthong.control.jobs.registry import duty

EVERY = 10
_log: Final = logging.getLogger("lienthong.jobs")
_LATELY: Final = 10_000
duty("audit.leaves", every=EVERY)(append_waiting)


@duty("audit.dropped_lately", every=60)
def watch_lately() -> None:
    """Look at the newest events: cheap enough for every minute."""
    alarm(find_dropped(newest_event() - _LATELY))


@duty("audit.dropped", every=3_600)
def watch_all() -> None:
    """Look at every event there is."""
    alarm(find_dropped(0))


def alarm(dropped: tuple[int, ...]) -> None:
    """Cry out for events that were taken from those that wait, each time round until somebody has acted."""
    if dropped:
        numbers = ", ".join(map(str, dropped))
        _log.critical("events were taken from those that wait for the log: %s", numbers)
