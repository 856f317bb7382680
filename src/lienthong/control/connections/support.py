"""Track (b): a supporter named at once, with telephone and hours, and a thread that both sides write in.

Law: R5.2 (support of the technical test), R7.1.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import Count

from lienthong.control.accounts.directory import staff_with
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event
from lienthong.control.conformance.runs import step_track
from lienthong.control.connections import telling
from lienthong.control.connections.content import read_request
from lienthong.control.connections.files import KeptFile, kept_file
from lienthong.control.connections.models import Message, Request, SupportTrack, Version
from lienthong.control.frame.statements import execute
from lienthong.core.access import Actor, Role
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import moment
from lienthong.core.request_services import asks_something
from lienthong.core.track_states import SUPPORT_MACHINE, SupportAct, SupportState
from lienthong.core.trials import after_contents
from lienthong.db import named

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))


def least_loaded() -> int | None:
    """Return the active handler who supports the fewest open requests, None where there is no handler."""
    handlers = [person.id for person in staff_with(Role.HANDLER)]
    open_tracks = SupportTrack.objects.exclude(state=SupportState.CLOSED).filter(supporter__in=handlers)
    load = dict(open_tracks.values_list("supporter").annotate(Count("id")))
    return min(handlers, key=lambda handler: (load.get(handler, 0), handler), default=None)


def name_supporter(reference: str, supporter: int, *, actor: Actor) -> ControlRefuse | None:
    """Name another supporter; the track goes on."""
    event = Event(
        kind="support.name_supporter", actor=actor, subject_kind="request", subject=reference, law=("R5.2",)
    )
    with acting(event) as act:
        track = SupportTrack.objects.select_for_update().get(request__reference=reference)
        named = {person.id: person.name for person in staff_with(Role.HANDLER)}
        if supporter not in named:
            return act.refuse(ControlRefuse(ControlCode.HANDLER_UNKNOWN))
        target = SUPPORT_MACHINE.step(SupportAct.NAME_SUPPORTER, track.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        track.state, track.supporter = target, supporter
        track.version += 1
        track.save(update_fields=("state", "supporter", "version"))
        follow(track)
        event.body, event.detail = track.request.body_id, {"supporter": named[supporter]}
        telling.tell_of_naming(track.request)
    return None


def follow(track: SupportTrack) -> None:
    """Let a locked track expect a test exactly where the newest contents of its request can be tested.

    Law: R5.2.
    """
    version = Version.objects.filter(request=track.request_id).latest("number")
    wanted = after_contents(track.state, asks=asks_something(read_request(version.content)))
    if wanted is not None:
        step_track(track, wanted)


def answer(reference: str, text: str, *, actor: Actor) -> ControlRefuse | None:
    """Write in the thread of a request on behalf of the authority; the body is told by e-mail."""
    event = Event(
        kind="thread.answered", actor=actor, subject_kind="request", subject=reference, law=("R5.2",)
    )
    with acting(event) as act:
        if not text.strip():
            return act.refuse(ControlRefuse(ControlCode.MESSAGE_EMPTY))
        request = Request.objects.get(reference=reference)
        event.body = request.body_id
        telling.tell(request, text.strip(), author=actor, at=moment(act.now))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportStanding:
    """How the track stands, and whom the body may call."""

    state: SupportState
    started_at: datetime
    supporter: int | None
    name: str
    phone: str
    hours: str


def standing_of(request: int) -> SupportStanding | None:
    """Return how the track of support of a request stands, None before its receipt."""
    found = execute(_QUERIES, "support", request)
    if not found:
        return None
    state, started_at, supporter, name = found[0]
    authority = settings.LIENTHONG.authority
    return SupportStanding(
        state=SupportState(state),
        started_at=started_at,
        supporter=supporter,
        name=name,
        phone=authority.support_phone,
        hours=authority.support_hours,
    )


def is_open(standing: SupportStanding | None) -> bool:
    """Say whether the track has begun and is not closed with its file."""
    return standing is not None and standing.state is not SupportState.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMessage:
    """One message of a thread."""

    author: str
    from_body: bool
    text: str
    sent_at: datetime
    attachment: KeptFile | None


def thread_of(request: int, *, most: int = 200) -> tuple[ThreadMessage, ...]:
    """Return the newest messages of the thread of a request, newest first."""
    rows = Message.objects.filter(request=request).select_related("attachment").order_by("-id")[:most]
    return tuple(
        ThreadMessage(
            author=row.author_name,
            from_body=row.from_body,
            text=row.text,
            sent_at=row.sent_at,
            attachment=kept_file(row.attachment),
        )
        for row in rows
    )
