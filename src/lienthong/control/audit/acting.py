"""The one way to do something in the control plane: one transaction, one event, written last.

with acting(Event(kind="account.suspended", actor=actor, subject_kind="account", subject=str(id))) as act:
    account = Account.objects.select_for_update().get(id=id)
    target = ACCOUNT_MACHINE.step(AccountAct.SUSPEND, account.state, actor)
    if isinstance(target, ControlRefuse):
        return act.refuse(target)
    ...
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from django.db import transaction

from lienthong.control.audit.events import Event, database_now, write
from lienthong.control.theme import dates
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.law import Profile, profile_at
from lienthong.core.legal_days import moment
from lienthong.core.speech import Text


@dataclass(slots=True)
class Act:
    """The act under way: its event, the database's time at its beginning, the law's parameters then."""

    event: Event
    now: int
    profile: Profile
    refusal: ControlRefuse | None = field(default=None)

    def refuse(self, refusal: ControlRefuse) -> ControlRefuse:
        """Undo what the act has written, write no event, and hand the refusal on."""
        self.refusal = refusal
        return refusal


@contextmanager
def acting(event: Event) -> Iterator[Act]:
    """Do one act: what the block writes and its event are committed together or not at all.

    Whatever is to be told or done later is enqueued inside. Raises what the block raises; then nothing was
    written.
    """
    # 1. One transaction, and no other around it: when the block is left the act is durable or never was.
    with transaction.atomic(durable=True):
        now = database_now()
        act = Act(event, now, profile_at(now))
        # 2. The act itself, with its locks and decisions.
        yield act
        # 3. A refusal takes back whatever came before it.
        if act.refusal is not None:
            transaction.set_rollback(True)
            return
        # 4. The event comes last, so that it tells what was done. A crash before the commit leaves neither.
        write(event, profile=act.profile.id)


class Versioned(Protocol):
    """A thing that two people may be deciding about: every act on it counts its version up."""

    version: int


def decided_meanwhile(thing: Versioned, seen: int, *, who: str, when: int) -> ControlRefuse | None:
    """Return the refusal for whoever decides on version `seen` of a locked thing that has moved on.

    `who` did the last act at the instant `when`.
    """
    if thing.version == seen:
        return None
    at = moment(when)
    said = Text(dates.moment(at, "vi"), dates.moment(at, "en"))
    return ControlRefuse(ControlCode.DECIDED_MEANWHILE, {"who": who, "when": said})
