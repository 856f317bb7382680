"""Writing to the supporter from the body's side of the thread. Law: R5.2."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event
from lienthong.control.connections import telling
from lienthong.control.connections.drafting import own, upload_refused
from lienthong.control.connections.models import Message
from lienthong.control.letters.models import Upload
from lienthong.control.letters.uploads import keep
from lienthong.core.access import Actor
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import moment
from lienthong.core.machines import State
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.core.speech import Text

_UNSENT: Final = frozenset({RequestState.DRAFT, RequestState.TO_SIGN, RequestState.DISCARDED})
_WRITE: Final = Text("Gửi tin nhắn", "Write to the supporter")
_TWICE_WITHIN: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that comes with a message, as the browser declares it."""

    content: bytes
    name: str
    declared_type: str


def write(reference: str, text: str, attachment: Attachment | None, *, actor: Actor) -> ControlRefuse | None:
    """Write to the supporter; the very same message pressed twice within a minute is one."""
    event = Event(
        kind="request.message",
        actor=actor,
        subject_kind="request",
        subject=reference,
        body=actor.body,
        law=("R5.2",),
    )
    with acting(event) as act:
        request = own(reference, actor)
        if request.state in _UNSENT:
            state: State[RequestState] = REQUEST_MACHINE.state(request.state)
            return act.refuse(
                ControlRefuse(ControlCode.NOT_IN_THIS_STATE, {"act": _WRITE, "state": state.label})
            )
        said = text.replace("\x00", "").strip()
        if not said:
            return act.refuse(ControlRefuse(ControlCode.MESSAGE_EMPTY))
        now = moment(act.now)
        last = Message.objects.filter(request=request).order_by("-id").first()
        same = last is not None and (last.author, last.text) == (actor.id, said)
        if same and last is not None and now - last.sent_at < _TWICE_WITHIN:
            # Nothing was done, so there is no event to write.
            act.refuse(ControlRefuse(ControlCode.MESSAGE_EMPTY))
            return None
        kept: Upload | None = None
        if attachment is not None:
            taken = keep(
                attachment.content,
                name=attachment.name,
                declared_type=attachment.declared_type,
                body=actor.body,
                actor=actor,
                now=act.now,
            )
            if isinstance(taken, tuple):
                return act.refuse(upload_refused(taken))
            kept = taken
        message = Message.objects.create(
            request=request,
            author=actor.id,
            author_name=actor.name,
            from_body=True,
            text=said,
            attachment=kept,
            sent_at=now,
        )
        telling.tell_of_message(request, message)
    return None
