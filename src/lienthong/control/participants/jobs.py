"""Duties about what bodies have."""

from lienthong.control.jobs.registry import duty

EVERY = 300


@duty("participants.end_passed_keys", every=EVERY)
def end_passed_keys() -> None:
    """Move keys whose term has passed to their end."""
    from lienthong.control.participants.keys import end_passed_keys as end_all

    end_all()
