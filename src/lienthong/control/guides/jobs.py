"""What comes round for guides."""

from lienthong.control.jobs.registry import duty


@duty("guides.look", every=30)
def look_at_duties() -> None:
    """See which guides are owed, and remind of those overdue."""
    from lienthong.control.guides.opening import look

    look()
