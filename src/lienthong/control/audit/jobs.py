"""Bringing events into the log, well within the minute that the audit promises."""

from lienthong.control.audit.leaves import append_waiting
from lienthong.control.jobs.registry import duty

EVERY = 10
duty("audit.leaves", every=EVERY)(append_waiting)
