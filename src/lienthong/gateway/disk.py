"""Whether the log's disk still has room for new work.

A refusal while there is room is better than a PostgreSQL that panics when there is none: register and portals
would go down with it.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DiskState:
    """Free and whole size of the log's file system, in bytes."""

    free: int
    whole: int

    def is_low(self, *, least_bytes: int, least_share: float) -> bool:
        """Tell whether less is free than either limit allows."""
        return self.free < least_bytes or self.free < least_share * self.whole


def disk_state(path: Path) -> DiskState:
    """Return the state of the file system that holds `path`; raises OSError when it cannot be asked."""
    found = os.statvfs(path)
    return DiskState(free=found.f_bavail * found.f_frsize, whole=found.f_blocks * found.f_frsize)
