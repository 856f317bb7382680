"""What may leave: an answer or the refusal in its place, and what the log says of everybody concerned."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from lienthong.core.claims import ClaimOutcome
from lienthong.core.field_values import Value
from lienthong.core.fields import fields_in
from lienthong.core.grade import Grade
from lienthong.core.speech import Text
from lienthong_protocol.record import Outcome, Visibility
from lienthong_protocol.refusals import Refuse


class Flags(Struct, frozen=True, omit_defaults=True, gc=False):
    """What travels unasked for safety, with every answer about a person.

    `number_superseded`: the number given is one the person no longer has; the current one is a field like
    any other. `under_examination` names fields of this answer whose value is being examined.
    """

    deceased: bool = False
    declared_missing: bool = False
    number_superseded: bool = False
    under_examination: tuple[str, ...] = ()


NO_FLAGS = Flags()


class Answer(Struct, frozen=True, gc=False):
    """The answer about one person: values of a look-up, or outcomes and granted grades of a verification."""

    values: Mapping[str, Value] = {}
    claims: Mapping[str, ClaimOutcome] = {}
    grades: Mapping[str, Grade] = {}
    flags: Flags = NO_FLAGS


class TagLabel(StrEnum):
    """What the tag of a line is made of: the person's permanent key, or a number that led to nobody."""

    PERSON = "person"
    CLAIMED = "claimed"


class LineFacts(Struct, frozen=True, kw_only=True, gc=False):
    """What one line of the log says; the gateway adds tag, time and randomness.

    `person_key` goes with the label `person`, `number` with `claimed`. `asked` and `given` are sets of
    fields as bits. `law` is set exactly where the line is not shown.
    """

    label: TagLabel
    person_key: bytes = b""
    number: str = ""
    outcome: Outcome
    asked: int
    given: int
    visibility: Visibility
    law: str | None = None
    case: str | None = None


class FindingKind(StrEnum):
    """What a person should look at; the answer did not depend on it being looked at."""

    PERSON_MISSES_SPENT = "person_misses_spent"
    MISSES_SPENT = "misses_spent"
    PROTECTED_ASKED = "protected_asked"
    AMBIGUOUS_NUMBER = "ambiguous_number"
    BATCH_MISSES = "batch_misses"
    READS_UNRECORDED = "reads_unrecorded"


class Judgement(Struct, frozen=True, kw_only=True, gc=False):
    """The verdict on one person: what leaves, what is recorded, what it costs.

    `persons` and `misses` are what quota and budget count. `counts_on_person` says that the question used up
    one of the few a day that may go wrong about this person: a miss, or a verification that answered
    `no_match` on a field too large to count as disclosed, which would otherwise be read by asking on.
    `sentence` is what the officer can read to the citizen, where the grant explains.
    """

    result: Answer | Refuse
    lines: tuple[LineFacts, ...]
    persons: int = 0
    misses: int = 0
    counts_on_person: bool = False
    findings: tuple[FindingKind, ...] = ()
    sentence: Text | None = None


@lru_cache(maxsize=4096)
def field_numbers(bits: int) -> tuple[int, ...]:
    """Return a set of fields as the ascending numbers that stand in records and lines."""
    return tuple(field.number for field in fields_in(bits))
