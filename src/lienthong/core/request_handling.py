"""How the authority deals with a request: who may, what is thought of each field, when it may be accepted.

Law: R1.3 (answered, never left lying), R5.1 (each field for a purpose), R5.3.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, assert_never

from lienthong.core.access import STAFF_ROLES, Actor
from lienthong.core.connection_request import Direction, FieldChoice
from lienthong.core.missing import Missing, Section
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.core.speech import Text

UNSEEN: Final = frozenset({RequestState.DRAFT, RequestState.TO_SIGN, RequestState.DISCARDED})
"""States before a request is sent: the body's own, which the authority does not see. Law: R5.3."""

WITH_AUTHORITY: Final = tuple(
    state.name for state in REQUEST_MACHINE.states if not state.waits_for.isdisjoint(STAFF_ROLES)
)
"""The states in which the answer of the authority is awaited: only in these can it be overdue. Law: R1.3."""

WITH_HANDLER: Final = (RequestState.ASSIGNED, RequestState.SUPPLEMENTED)
"""The states in which the named handler is to act."""


def may_handle(actor: Actor, *, handler: int | None, stand_in: int | None) -> bool:
    """Say whether an actor is the one to whom a file was given, or stands in."""
    return actor.id in (handler, stand_in)


class Opinion(StrEnum):
    """What the handler thinks of one field that is asked for. Law: R5.1, R1.2."""

    AGREED = "agreed"
    CONSIDERED = "considered"
    NARROWED = "narrowed"
    OBJECTED = "objected"


OPINION_LABELS = {
    Opinion.AGREED: Text("Đồng ý", "Agreed"),
    Opinion.CONSIDERED: Text("Đang xem xét", "Under consideration"),
    Opinion.NARROWED: Text("Đề nghị rút gọn", "To be narrowed"),
    Opinion.OBJECTED: Text("Không đồng ý", "Not agreed"),
}

ChoiceKey = tuple[str, Direction, str]


def key_of(choice: FieldChoice) -> ChoiceKey:
    """Return what tells a choice from the others of its request."""
    return choice.field, choice.direction, choice.purpose


def judge_acceptance(
    lacking: tuple[Missing, ...], choices: tuple[FieldChoice, ...], opinions: Mapping[ChoiceKey, Opinion]
) -> tuple[Missing, ...]:
    """Return what stands against proposing a request for acceptance; empty if nothing does. Law: R5.1.

    What lacks is asked for by letter first. Every field is agreed to by itself: one that is to be narrowed or
    left out comes back in a supplement, so that what is accepted is what was written and signed.
    """
    return (*lacking, *_not_agreed(choices, opinions))


def _not_agreed(choices: tuple[FieldChoice, ...], opinions: Mapping[ChoiceKey, Opinion]) -> Iterator[Missing]:
    for choice in choices:
        opinion = opinions.get(key_of(choice), Opinion.CONSIDERED)
        match opinion:
            case Opinion.AGREED:
                continue
            case Opinion.CONSIDERED:
                text = Text("Chưa có ý kiến đồng ý với trường này.", "This field has not been agreed to yet.")
                yield Missing("field_undecided", Section.CONTENT, text, choice.field)
            case Opinion.NARROWED | Opinion.OBJECTED:
                text = Text(
                    "Trường này phải được sửa hoặc bỏ trong bản bổ sung.",
                    "This field has to be mended or left out in a supplement.",
                )
                yield Missing("field_not_agreed", Section.CONTENT, text, choice.field)
            case _:
                assert_never(opinion)
