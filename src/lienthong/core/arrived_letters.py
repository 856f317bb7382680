"""What becomes of a letter that came on paper or by the document axis: its file, another's, or back it goes.

Such a letter counts like one from the portal: its file is opened with what it says, what it lacks is shown,
and the three tracks begin. Law: R5.1, R5.2, R5.3, R1.3.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lienthong.core.access import Actor
from lienthong.core.connection_request import (
    FILING_TEXTS,
    ConnectionRequest,
    Direction,
    FieldChoice,
    item_name,
    may_file,
)
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.fields import FIELDS
from lienthong.core.letter_states import INCOMING_MACHINE, IncomingAct, IncomingState
from lienthong.core.request_handling import UNSEEN
from lienthong.core.request_states import RequestState
from lienthong.core.speech import Text


class GiveBackGround(StrEnum):
    """Why a letter may be given back to its sender. That contents lack is no ground: it opens a file."""

    NOT_FOR_US = "not_for_us"
    NO_BODY = "no_body"
    NOT_SIGNED = "not_signed"
    UNREADABLE = "unreadable"
    STATE_SECRET = "state_secret"  # noqa: S105 - a ground, not a password


GIVE_BACK_LABELS: Final = {
    GiveBackGround.NOT_FOR_US: Text(
        "Không thuộc thẩm quyền của cơ quan quản lý", "Not for this authority to deal with"
    ),
    GiveBackGround.NO_BODY: Text(
        "Không phải văn bản của cơ quan, tổ chức quản lý hệ thống", "Not from a body that manages a system"
    ),
    GiveBackGround.NOT_SIGNED: Text(
        "Chưa được người có thẩm quyền ký, hoặc chưa đóng dấu, ký số", "Not signed or not sealed"
    ),
    GiveBackGround.UNREADABLE: Text(
        "Rách, mờ, thiếu trang, không mở được tệp", "Torn, faint, pages missing, the file does not open"
    ),
    GiveBackGround.STATE_SECRET: Text(
        "Là bí mật nhà nước, phải gửi theo đường riêng", "A state secret, to be sent by its own way"
    ),
}


def judge_opening(
    state: IncomingState, request: ConnectionRequest, filer: str | None, sender: str, actor: Actor
) -> ControlRefuse | None:
    """Say why no file is opened for a letter with these contents, None if it is. Law: R5.2, R5.3.

    `filer` is the identifier of the body that sent it, None where `sender` is none that is known. What the
    letter lacks of the seven contents stops nothing.
    """
    step = INCOMING_MACHINE.step(IncomingAct.FILE, state, actor)
    if isinstance(step, ControlRefuse):
        return step
    if filer is None:
        return ControlRefuse(ControlCode.SENDER_NO_BODY, {"sender": sender})
    problem = may_file(request, filer)
    return (
        None
        if problem is None
        else ControlRefuse(ControlCode.MAY_NOT_FILE, {"reason": FILING_TEXTS[problem]})
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A file that a letter may be put under: its reference, state, and whose it is."""

    reference: str
    state: RequestState
    body: int
    body_name: str


def judge_putting_under(
    state: IncomingState, sender: int | None, reference: str, file: KnownFile | None, actor: Actor
) -> ControlRefuse | None:
    """Say why a letter is not put under a file, None if it is: a copy whose number was mistyped. Law: R5.3.

    `sender` is the body that sent it, None where that is not known yet. A draft is nobody's file but its
    body's: to the authority it does not exist.
    """
    step = INCOMING_MACHINE.step(IncomingAct.FILE, state, actor)
    if isinstance(step, ControlRefuse):
        return step
    if file is None or file.state in UNSEEN:
        return ControlRefuse(ControlCode.FILE_UNKNOWN, {"reference": reference})
    if sender not in (None, file.body):
        return ControlRefuse(
            ControlCode.FILE_OF_ANOTHER_BODY, {"reference": file.reference, "body": file.body_name}
        )
    return None


def judge_giving_back(
    state: IncomingState, ground: GiveBackGround | None, reason: str, actor: Actor
) -> IncomingState | ControlRefuse:
    """Return the state of a letter that is given back, or why it is not. Law: R1.3 (a reason, always)."""
    step = INCOMING_MACHINE.step(IncomingAct.GIVE_BACK, state, actor)
    if isinstance(step, ControlRefuse):
        return step
    if ground is None or not reason.strip():
        return ControlRefuse(ControlCode.NO_GROUND_TO_GIVE_BACK)
    return step


def choice_as_written(line: str, *, direction: Direction, purpose: str, reason: str) -> FieldChoice:
    """Return the field that a line of a letter names; other words than the catalogue's stay as written.

    What the catalogue does not have shows as missing there, or as an item of the body's own. Law: R5.1.
    """
    words = " ".join(line.split())
    known = _BY_WORDS.get(words.casefold())
    return FieldChoice(
        field=item_name(words) if known is None else known,
        direction=direction,
        purpose=purpose,
        reason=reason,
        label=words if known is None else "",
    )


_BY_WORDS: Final = {
    words.casefold(): field.name for field in FIELDS for words in (field.name, field.label_en, field.label_vi)
}
