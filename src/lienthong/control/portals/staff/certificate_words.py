"""Certificates of signed letters with their words, as the file shows them to staff. Law: R5.3."""

from dataclasses import dataclass
from typing import Final

from lienthong.control.connections.certificates import SignedLetter, certificates_of
from lienthong.control.theme.kinds import Kind
from lienthong.core.certificate_holder import (
    HOLDER_LABELS,
    ORGANISATION_LABELS,
    HolderMatch,
    OrganisationMatch,
)
from lienthong.core.speech import Text
from lienthong.documents.pdf_signature import Revocation

_HOLDER_KINDS: Final = {
    HolderMatch.SIGNATORY: Kind.OK,
    HolderMatch.BODY: Kind.OK,
    HolderMatch.DEMONSTRATION: Kind.IDLE,
    HolderMatch.DIFFERS: Kind.WARN,
}
_ORGANISATION_KINDS: Final = {
    OrganisationMatch.SAME: Kind.OK,
    OrganisationMatch.NOT_NAMED: Kind.IDLE,
    OrganisationMatch.DIFFERS: Kind.WARN,
}
_REVOCATIONS: Final = {
    Revocation.CHECKED: (Kind.OK, Text("Không bị thu hồi", "Not revoked")),
    Revocation.NOT_CHECKED: (Kind.IDLE, Text("Chưa kiểm tra thu hồi", "Revocation not checked")),
}
_NOT_COMPARED: Final = (Kind.IDLE, Text("Chưa so với văn bản", "Not compared with the letter"))
Tag = tuple[Kind, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSignature:
    """A signed letter with its certificate in words; `differs` where somebody should look."""

    letter: SignedLetter
    holder: Tag
    organisation: Tag | None
    revocation: Tag
    differs: bool


def signatures_of(request: int) -> list[ShownSignature]:
    """Return the signed letters of a request as they are shown, newest first."""
    return [_shown(letter) for letter in certificates_of(request)]


def _shown(letter: SignedLetter) -> ShownSignature:
    judged, revocation = letter.certificate.judgement, _REVOCATIONS[letter.certificate.revocation]
    if judged is None:
        return ShownSignature(
            letter=letter, holder=_NOT_COMPARED, organisation=None, revocation=revocation, differs=False
        )
    is_named = judged.holder is not HolderMatch.DEMONSTRATION
    organisation = _ORGANISATION_KINDS[judged.organisation], ORGANISATION_LABELS[judged.organisation]
    return ShownSignature(
        letter=letter,
        holder=(_HOLDER_KINDS[judged.holder], HOLDER_LABELS[judged.holder]),
        organisation=organisation if is_named else None,
        revocation=revocation,
        differs=judged.differs,
    )
