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
