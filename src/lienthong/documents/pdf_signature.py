"""Digital signatures on letters: PAdES with pyHanko, made for the authority's own, verified for everybody's.

A letter that came from here and returns signed must be the same letter: a signature is appended to a PDF, so
the signed file begins with the bytes that were handed out. Law: R5.1, R5.3.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from asn1crypto import crl, parser, pem, x509  # type: ignore[import-untyped]
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from lienthong.documents.letter import LetterPdf

_FIELD = "ChuKySo"


class SignatureFault(StrEnum):
    """Why a file is not the signed letter it should be."""

    NOT_PDF = "not_pdf"
    NOT_SIGNED = "not_signed"
    ANOTHER_LETTER = "another_letter"
    CHANGED = "changed"
    NOT_TRUSTED = "not_trusted"
    REVOKED = "revoked"


class Revocation(StrEnum):
    """Whether it is known that the certificate was not revoked."""

    CHECKED = "checked"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Whose signature a letter bears: names from the certificate, the moment the signature claims.

    `issuer` is who vouches for the certificate; `revocation` whether a list in force said it stands.
    """

    name: str
    organisation: str | None
    serial: str
    at: datetime | None
    issuer: str = ""
    revocation: Revocation = Revocation.NOT_CHECKED


@dataclass(frozen=True, slots=True)
class LetterSigner:
    """A key that signs letters, its certificate and the certificates between it and the root."""

    signer: signers.SimpleSigner

    @property
    def name(self) -> str:
        """The name in the certificate."""
        return str(_names(self.signer.signing_cert).get("common_name", ""))


def read_signer(key: Path, certificate: Path, chain: Sequence[Path] = ()) -> LetterSigner:
    """Read a signer from PEM files; raises ValueError that names the file which cannot be used."""
    signer = signers.SimpleSigner.load(  # type: ignore[no-untyped-call]
        str(key), str(certificate), ca_chain_files=tuple(map(str, chain))
    )
    if signer is None:
        raise ValueError(f"{key} and {certificate} are not a private key and its certificate in PEM")
    return LetterSigner(signer)


def sign_letter(letter: LetterPdf, signer: LetterSigner, *, reason: str, place: str) -> bytes:
    """Return the letter with a PAdES signature over all of it, at the place left for it."""
    page, box = letter.signature.page, letter.signature.box
    empty = RawContent(b"", box=BoxConstraints(width=box[2] - box[0], height=box[3] - box[1]))
    pdf_signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=_FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason=reason,
            location=place,
            name=signer.name,
        ),
        signer=signer.signer,
        stamp_style=StaticStampStyle(border_width=0, background=empty),
        new_field_spec=SigFieldSpec(sig_field_name=_FIELD, on_page=page, box=box),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(letter.content), strict=False)
    signed: bytes = pdf_signer.sign_pdf(writer).getvalue()
    return signed


def verify_letter(
    content: bytes,
    *,
    drafted: bytes | None,
    roots: Sequence[Path],
    now: datetime,
    revocations: Sequence[bytes] = (),
) -> SignedBy | SignatureFault:
    """Return who signed a letter, or why it does not count as signed.

    `drafted` is the file as it was handed out, None for a letter written elsewhere. `roots` are PEM files of
    the authorities whose certificates count at `now`, `revocations` their revocation lists in DER
    (`read_revocations`). Nothing is fetched. A certificate of which no list in force tells still counts, as
    one that was not checked.
    """
    if not content.startswith(b"%PDF-"):
        return SignatureFault.NOT_PDF
    if drafted is not None and not content.startswith(drafted):
        return SignatureFault.ANOTHER_LETTER
    try:
        signatures = PdfFileReader(io.BytesIO(content), strict=False).embedded_regular_signatures
        if not signatures:
            return SignatureFault.NOT_SIGNED
        trusted = list(load_certs_from_pemder(map(str, roots)))  # type: ignore[no-untyped-call]
        signature = signatures[-1]
        status, revocation = _status(signature, trusted, now, revocations)
        room = signature.pkcs7_content
        if any(room[_length(room) :]):
            return SignatureFault.CHANGED
    except (PdfError, SignatureValidationError, SigningError, ValueError, KeyError, TypeError, IndexError):
        # Whatever a crafted file makes the reader stumble over: it is no letter that can be relied on.
        return SignatureFault.CHANGED
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    if not (status.intact and status.valid and whole):
        return SignatureFault.CHANGED
    if status.modification_level not in (None, ModificationLevel.NONE, ModificationLevel.FORM_FILLING):
        return SignatureFault.CHANGED
    if status.revoked:
        return SignatureFault.REVOKED
    if not status.trusted:
        return SignatureFault.NOT_TRUSTED
    certificate = status.signing_cert
    names = _names(certificate)
    return SignedBy(
        name=str(names.get("common_name", "")),
        organisation=_text(names.get("organization_name")),
        serial=format(certificate.serial_number, "x"),
        at=status.signer_reported_dt,
        issuer=_issuer(certificate),
        revocation=revocation,
    )


def read_revocations(folder: Path) -> tuple[bytes, ...]:
    """Return the revocation lists of a folder in DER, whatever form they have there; others are passed over.

    Raises OSError for a folder or file that cannot be read.
    """
    found = (file.read_bytes() for file in sorted(folder.glob("*.crl")))
    return tuple(content for each in found if (content := _revocation_list(each)) is not None)


def _revocation_list(content: bytes) -> bytes | None:
    try:
        if pem.detect(content):
            content = pem.unarmor(content)[2]
        # What is no list says so when its parts are looked at.
        return content if crl.CertificateList.load(content, strict=True).native else None
    except (ValueError, TypeError):
        return None


def _status(
    signature: EmbeddedPdfSignature,
    trusted: list[x509.Certificate],
    now: datetime,
    revocations: Sequence[bytes],
) -> tuple[PdfSignatureStatus, Revocation]:
    """Look the whole chain up in the lists; where they cannot tell, judge it without them."""
    if revocations:
        status = _validated(signature, trusted, now, revocations, mode="require")
        if status.trusted or status.revoked:
            return status, Revocation.CHECKED
    return _validated(signature, trusted, now, revocations, mode="soft-fail"), Revocation.NOT_CHECKED


def _validated(
    signature: EmbeddedPdfSignature,
    trusted: list[x509.Certificate],
    now: datetime,
    revocations: Sequence[bytes],
    *,
    mode: str,
) -> PdfSignatureStatus:
    context = ValidationContext(
        trust_roots=trusted, moment=now, allow_fetching=False, crls=revocations, revocation_mode=mode
    )
    is_only = len(signature.reader.embedded_regular_signatures) == 1
    return validate_pdf_signature(signature, context, skip_diff=is_only)


def _issuer(certificate: x509.Certificate) -> str:
    names: dict[str, object] = certificate.issuer.native
    return str(names.get("common_name") or names.get("organization_name") or "")


def _length(room: bytes) -> int:
    """Return where the signature ends in the room left for it: what follows is covered by no signature."""
    length: int = parser.peek(room)
    return length


def _names(certificate: x509.Certificate) -> dict[str, object]:
    found: dict[str, object] = certificate.subject.native
    return found


def _text(value: object) -> str | None:
    return None if value is None else str(value)
