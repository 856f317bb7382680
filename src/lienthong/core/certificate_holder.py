"""Comparing who holds the certificate of a signed letter with its signatory and the body that sends it.

The result holds no letter up: a certificate may be a person's or the body's own stamp, and names are written
in many ways. What differs is for people to look at. Law: R5.3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lienthong.core.grade import Grade
from lienthong.core.names import compare_names
from lienthong.core.speech import Text


class HolderMatch(StrEnum):
    """Whose name the certificate bears."""

    SIGNATORY = "signatory"
    BODY = "body"
    DEMONSTRATION = "demonstration"
    DIFFERS = "differs"


class OrganisationMatch(StrEnum):
    """Whether the organisation that the certificate names is the body."""

    SAME = "same"
    NOT_NAMED = "not_named"
    DIFFERS = "differs"


HOLDER_LABELS = {
    HolderMatch.SIGNATORY: Text("Trùng người ký văn bản", "The signatory of the letter"),
    HolderMatch.BODY: Text("Chứng thư của chính cơ quan", "The body's own certificate"),
    HolderMatch.DEMONSTRATION: Text("Chứng thư trình diễn", "A demonstration's certificate"),
    HolderMatch.DIFFERS: Text("Khác người ký văn bản", "Not the signatory of the letter"),
}

ORGANISATION_LABELS = {
    OrganisationMatch.SAME: Text("Trùng cơ quan gửi", "The body that sends"),
    OrganisationMatch.NOT_NAMED: Text("Chứng thư không ghi tổ chức", "The certificate names no organisation"),
    OrganisationMatch.DIFFERS: Text("Khác cơ quan gửi", "Not the body that sends"),
}

_SAME = frozenset({Grade.EXACT, Grade.EQUIVALENT, Grade.NEAR})
"""Certificates are often written in capitals and without diacritics; a single other mark is another name."""


@dataclass(frozen=True, slots=True)
class HolderJudgement:
    """How the certificate's holder and organisation compare with the letter."""

    holder: HolderMatch
    organisation: OrganisationMatch

    @property
    def differs(self) -> bool:
        """Say whether somebody should look: another person, or another organisation."""
        return self.holder is HolderMatch.DIFFERS or self.organisation is OrganisationMatch.DIFFERS


DEMONSTRATION_HOLDER = HolderJudgement(HolderMatch.DEMONSTRATION, OrganisationMatch.NOT_NAMED)
"""Of a certificate that is made up with everything else there is nothing to compare."""


def judge_holder(
    name: str, organisation: str | None, *, signatory: str, bodies: Iterable[str]
) -> HolderJudgement:
    """Compare a certificate with the signatory of a letter and the names by which its body is known.

    Law: R5.3.
    """
    known = tuple(bodies)
    return HolderJudgement(_holder(name, signatory, known), _organisation(organisation, known))


def _holder(name: str, signatory: str, bodies: tuple[str, ...]) -> HolderMatch:
    if compare_names(name, signatory) in _SAME:
        return HolderMatch.SIGNATORY
    return HolderMatch.BODY if _among(name, bodies) else HolderMatch.DIFFERS


def _organisation(organisation: str | None, bodies: tuple[str, ...]) -> OrganisationMatch:
    if organisation is None or not organisation.strip():
        return OrganisationMatch.NOT_NAMED
    return OrganisationMatch.SAME if _among(organisation, bodies) else OrganisationMatch.DIFFERS


def _among(name: str, bodies: tuple[str, ...]) -> bool:
    return any(compare_names(name, body) in _SAME for body in bodies)
