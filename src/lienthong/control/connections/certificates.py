"""The certificates by which the letters of a request were signed, as they were found when those came.

Law: R5.3.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from lienthong.control.letters.models import IncomingLetter
from lienthong.core.certificate_holder import HolderJudgement, HolderMatch, OrganisationMatch
from lienthong.documents.pdf_signature import Revocation, SignedBy


class KeptCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as it stands with a letter; what letters of before did not keep is empty."""

    name: str
    organisation: str | None = None
    serial: str
    issuer: str = ""
    revocation: Revocation = Revocation.NOT_CHECKED
    holder_match: HolderMatch | None = None
    organisation_match: OrganisationMatch | None = None

    @property
    def judgement(self) -> HolderJudgement | None:
        """Return how it compared with the letter, None where that was not looked at."""
        if self.holder_match is None or self.organisation_match is None:
            return None
        return HolderJudgement(self.holder_match, self.organisation_match)


def certificate_of(signer: SignedBy, judged: HolderJudgement) -> dict[str, Any]:
    """Return what is kept of a certificate with its letter."""
    kept = KeptCertificate(
        name=signer.name,
        organisation=signer.organisation,
        serial=signer.serial,
        issuer=signer.issuer,
        revocation=signer.revocation,
        holder_match=judged.holder,
        organisation_match=judged.organisation,
    )
    found: dict[str, Any] = msgspec.to_builtins(kept)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedLetter:
    """A letter of the file that came signed: number, day, signatory, certificate."""

    number: str
    dated: date
    signatory: str
    certificate: KeptCertificate


def certificates_of(request: int) -> tuple[SignedLetter, ...]:
    """Return the letters of a request that came signed, newest first."""
    came = IncomingLetter.objects.filter(request=request, signatory__has_key="certificate")
    return tuple(
        SignedLetter(
            number=letter.number,
            dated=letter.dated,
            signatory=letter.signatory.get("name", ""),
            certificate=msgspec.convert(letter.signatory["certificate"], KeptCertificate),
        )
        for letter in came.order_by("-id").only("number", "dated", "signatory")
    )
