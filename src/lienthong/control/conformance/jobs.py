"""What is done about trials and runs without anybody waiting: said to the sandbox, heard from it.

The sandbox may be down, and so may this process be at any moment: whatever is to be done stands in the
tables first, each job and duty reads it there, and doing it twice harms nothing. Law: R5.2.
"""

from lienthong.control.jobs.registry import duty, job


class NotDoneError(Exception):
    """The sandbox could not be told now; why stands with the trial, and the job comes again."""


@job("conformance.enrol")
def enrol(*, trial: int) -> None:
    """Enrol a system in the sandbox; raises NotDoneError so that a failure comes again."""
    from lienthong.control.conformance.enrolling import enrol as enrol_now
    from lienthong.core.trial_states import TrialState

    if enrol_now(trial) is TrialState.ENROLLING:
        raise NotDoneError(f"the trial {trial} is not enrolled yet; it says why")


@job("conformance.remove")
def remove(*, trial: int) -> None:
    """Remove a system from the sandbox; raises NotDoneError so that a failure comes again."""
    from lienthong.control.conformance.enrolling import remove as remove_now
    from lienthong.core.trial_states import TrialState

    if remove_now(trial) is TrialState.LEAVING:
        raise NotDoneError(f"the trial {trial} is not removed yet")


@job("conformance.open_run")
def open_run(*, run: int) -> None:
    """Open a run at the sandbox; raises what keeps it from being opened, so that it comes again."""
    from lienthong.control.conformance.runs import open_at_sandbox

    open_at_sandbox(run)


@duty("conformance.pending", every=30)
def do_pending() -> None:
    """Do what waits though its job was lost: enrolments, removals, lists of persons, runs to be opened."""
    from lienthong.control.conformance.enrolling import do_pending as do_now

    do_now()


@duty("conformance.open_runs", every=4)
def look_at_open_runs() -> None:
    """Hear how the runs stand that were opened in the portal; take the reports of those that ended."""
    from lienthong.control.conformance.reports import look_at_open_runs as look_now

    look_now()


@duty("conformance.other_runs", every=15)
def look_for_other_runs() -> None:
    """Take the reports of runs that systems opened at the sandbox themselves."""
    from lienthong.control.conformance.reports import look_for_other_runs as look_now

    look_now()
