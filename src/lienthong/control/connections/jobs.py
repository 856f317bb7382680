"""Jobs of connection requests: enqueued by the act that wants them, done by a worker, again after a kill."""

from lienthong.control.jobs.registry import duty, job


class NotDoneError(Exception):
    """A job could not be done now; why stands where people see it, and the job comes again."""


@job("connections.provide_documents")
def provide_documents(*, request: int) -> None:
    """Make the technical documents of a request; raises NotDoneError so that a failure comes again.

    What waits for the body comes with its supplement, which enqueues a job of its own.
    """
    from lienthong.control.connections.provided import standing_of
    from lienthong.control.connections.tracks import provide
    from lienthong.core.track_states import DocumentsState

    if provide(request) is not DocumentsState.FAILED:
        return
    standing = standing_of(request)
    if standing is None or not standing.waits:
        raise NotDoneError(f"the documents of request {request} could not be made; its track says why")


@duty("connections.provide_pending", every=30)
def provide_pending() -> None:
    """Make the documents of every request that waits, should a job have been lost."""
    from lienthong.control.connections.tracks import provide_pending as provide_all

    provide_all()


@duty("connections.late_starts", every=30)
def remind_of_late_starts() -> None:
    """Tell the chiefs of tracks that did not begin with the receipt. Law: R5.2."""
    from lienthong.control.connections.reminding import remind_of_late_starts as remind

    remind()


@duty("connections.passed_days", every=300)
def remind_of_passed_days() -> None:
    """Tell whom it concerns of answers overdue and of evidence that has ended. Law: R1.3, R1.4."""
    from lienthong.control.connections.reminding import remind_of_lapses, remind_of_overdue

    remind_of_overdue()
    remind_of_lapses()
