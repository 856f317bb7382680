"""Events of the audit as values, written and read on Django's connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from psycopg.types.json import Jsonb

from lienthong.control.frame.statements import execute
from lienthong.core.access import Actor
from lienthong.db import named

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))


@dataclass(slots=True, kw_only=True)
class Event:
    """One act before it is written: what kind, who (none: the system), on what, under which clauses.

    `body` is whose thing it was. `subject` and `detail` may be completed while the act runs: numbers of what
    it made, the state before and after, a reason. Never a value of a person in the register.
    """

    kind: str
    actor: Actor | None
    subject_kind: str
    subject: str = ""
    body: int | None = None
    law: tuple[str, ...] = ()
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One event as it stands in the audit; `index` is its leaf in the log, none while that is under way."""

    id: int
    at: datetime
    kind: str
    portal: str
    actor: int | None
    actor_name: str
    roles: tuple[str, ...]
    body: int | None
    subject_kind: str
    subject: str
    law: tuple[str, ...]
    profile: str
    detail: Mapping[str, str]
    index: int | None


def database_now() -> int:
    """Return the database's clock in microseconds since 1970."""
    now: int = execute(_QUERIES, "now")[0][0]
    return now


def write(event: Event, *, profile: str) -> None:
    """Write one event in the running transaction."""
    actor = event.actor
    execute(
        _QUERIES,
        "write",
        event.kind,
        "" if actor is None else actor.portal.value,
        None if actor is None else actor.id,
        "" if actor is None else actor.name,
        [] if actor is None else sorted(role.value for role in actor.roles),
        event.body,
        event.subject_kind,
        event.subject,
        list(event.law),
        profile,
        Jsonb(event.detail),
    )


def events_of(subject_kind: str, subject: str, *, most: int = 200) -> tuple[Written, ...]:
    """Return what was done to one thing, newest first."""
    return tuple(_written(row) for row in execute(_QUERIES, "of_subject", subject_kind, subject, most))


def event_of(event_id: int) -> Written | None:
    """Return one event, none if there is no such event."""
    return next((_written(row) for row in execute(_QUERIES, "event", event_id)), None)


def _written(row: tuple[Any, ...]) -> Written:
    """Read one row, whose columns come in the order of the fields; Django leaves jsonb as text."""
    values = dict(zip(Written.__dataclass_fields__, row, strict=True))
    detail = msgspec.json.decode(values["detail"], type=dict[str, str])
    return Written(
        **values | {"roles": tuple(values["roles"]), "law": tuple(values["law"]), "detail": detail}
    )
