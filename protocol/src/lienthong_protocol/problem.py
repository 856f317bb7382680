"""A refusal as people and programs read it on the wire: an RFC 9457 problem document.

Built from the one table of codes, so that a sentence, a status and a code can never disagree.
"""

import msgspec

from lienthong_protocol.refusal_texts import REFUSALS
from lienthong_protocol.refusals import Code, Refuse

CONTENT_TYPE = "application/problem+json"


class Sentence(msgspec.Struct, frozen=True):
    """One sentence in both languages."""

    vi: str
    en: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The members of a problem document; absent ones are omitted (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    message: Sentence
    detail: str | None = None
    fields: tuple[str, ...] | None = None
    citizen: Sentence | None = None
    law: str | None = None
    incident: str | None = None


def problem_document(
    refusal: Refuse, *, citizen: Sentence | None = None, incident: str | None = None
) -> Problem:
    """Return the problem document of a refusal; `citizen` overrides the table's sentence with a fuller one.

    The detail of an internal error is withheld: only its incident id goes out.
    """
    text = REFUSALS[refusal.code]
    if citizen is None and text.citizen_vi:
        citizen = Sentence(text.citizen_vi, text.citizen_en)
    detail = None if refusal.code is Code.INTERNAL else refusal.detail or None
    return Problem(
        type=f"urn:lienthong:refusal:{refusal.code}",
        title=text.en,
        status=text.status,
        code=refusal.code,
        message=Sentence(text.vi, text.en),
        detail=detail,
        fields=refusal.fields or None,
        citizen=citizen,
        law=text.law or None,
        incident=incident,
    )


def encode_problem(problem: Problem) -> bytes:
    """Return the JSON bytes of a problem document."""
    return msgspec.json.encode(problem)
