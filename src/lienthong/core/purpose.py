"""Purposes: why a registered system asks, on what ground, who acts, and the form of its case references.

A purpose hangs on one assigned function and the paper that assigns it. Law: R8.1, R1.1.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from lienthong.core.speech import Text

LONGEST_PATTERN = 64
MOST_STARS = 2

_WILDCARDS = {"#": "[0-9]", "?": "[A-Za-z0-9]", "*": "[A-Za-z0-9._/-]+"}
_LITERAL = re.compile(r"[\x21-\x7e]+\Z")


class PurposeGround(StrEnum):
    """On what ground personal data is processed for a purpose. Law: R1.1."""

    STATE_TASK = "state_task"
    CONSENT = "consent"
    OWN_REQUEST = "own_request"
    OTHER_LAW = "other_law"


PURPOSE_GROUND_LABELS = {
    PurposeGround.STATE_TASK: Text("Nhiệm vụ của cơ quan nhà nước", "Task of a state body"),
    PurposeGround.CONSENT: Text("Công dân đồng ý", "Consent of the citizen"),
    PurposeGround.OWN_REQUEST: Text("Yêu cầu của chính công dân", "The citizen's own request"),
    PurposeGround.OTHER_LAW: Text("Luật khác có quy định", "Another law so provides"),
}


class Actor(StrEnum):
    """Who acts: an officer, a portal for its signed-in citizen, a programme by decision. Law: R8.1."""

    OFFICER = "officer"
    CITIZEN = "citizen"
    AUTOMATIC = "automatic"


ACTOR_LABELS = {
    Actor.OFFICER: Text("Cán bộ thực hiện", "An officer"),
    Actor.CITIZEN: Text("Công dân tự thực hiện trên cổng", "The citizen on a portal"),
    Actor.AUTOMATIC: Text("Hệ thống tự động theo quyết định", "A programme by decision"),
}


class CasePatternError(ValueError):
    """A case pattern cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class CasePattern:
    """The form of the case references of a purpose.

    `#` is a digit, `?` a letter or digit, `*` one or more letters, digits, or `. _ / -` (at most two of
    them, so that matching takes no time worth speaking of); every other character stands for itself.
    """

    text: str
    expression: re.Pattern[str]

    def fits(self, case: str) -> bool:
        """Say whether a case reference has this form."""
        return self.expression.fullmatch(case) is not None


def case_pattern(text: str) -> CasePattern:
    """Return the pattern written as `text`; raises CasePatternError."""
    if not 1 <= len(text) <= LONGEST_PATTERN:
        raise CasePatternError(f"a case pattern has 1 to {LONGEST_PATTERN} characters")
    if _LITERAL.match(text) is None:
        raise CasePatternError("a case pattern consists of printable ASCII characters without spaces")
    if text.count("*") > MOST_STARS:
        raise CasePatternError(f"a case pattern has at most {MOST_STARS} stars")
    expression = "".join(_WILDCARDS.get(character) or re.escape(character) for character in text)
    return CasePattern(text, re.compile(expression, re.ASCII))


@dataclass(frozen=True, slots=True)
class Purpose:
    """A registered purpose, compiled for deciding; the papers behind it stand in the grant document.

    `case` is None where any reference will do. A `bulk` purpose works on many persons without a case each,
    under a law of its own.
    """

    code: str
    ground: PurposeGround
    actor: Actor
    case_required: bool
    case: CasePattern | None
    bulk: bool
    by_officer: bool = field(init=False)
    by_citizen: bool = field(init=False)
    by_consent: bool = field(init=False)

    def __post_init__(self) -> None:
        # Asked on every call: a look at a slot instead of a comparison of enumeration members.
        object.__setattr__(self, "by_officer", self.actor is Actor.OFFICER)
        object.__setattr__(self, "by_citizen", self.actor is Actor.CITIZEN)
        object.__setattr__(self, "by_consent", self.ground is PurposeGround.CONSENT)
