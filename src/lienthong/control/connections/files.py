"""Files that belong to a request, to list and to hand out.

Law: R5.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lienthong.control.connections.models import Draft, Message, Request, Version
from lienthong.control.connections.written import Written, decode, decode_draft
from lienthong.control.letters.models import IncomingLetter, OutgoingLetter, Upload
from lienthong.control.letters.uploads import content_of
from lienthong.core.connection_request import ConnectionRequest
from lienthong.core.grant_document import ConditionName
from lienthong.core.letter_states import OutgoingState
from lienthong.core.uploads import CONTENT_TYPES, FileKind


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file as it was taken in."""

    id: int
    name: str
    kind: FileKind
    size: int
    sha256: str

    @property
    def media_type(self) -> str:
        """Return the type under which it is handed out."""
        return CONTENT_TYPES[self.kind]


def kept_file(row: Upload | None) -> KeptFile | None:
    """Return a file's facts, None for none."""
    if row is None:
        return None
    digest = bytes(row.sha256).hex()
    return KeptFile(id=row.pk, name=row.name, kind=FileKind(row.kind), size=row.size, sha256=digest)


def description_file(body: int, written: Written) -> KeptFile | None:
    """Return the technical description that a text names, None where it names none."""
    description = written.request.technical_description
    if description is None or not description.upload:
        return None
    return kept_file(upload_named(description.upload, body))


def evidence_files(body: int, written: Written) -> tuple[tuple[ConditionName, KeptFile], ...]:
    """Return the copies of evidence that a text names, by condition. Law: R1.4."""
    found = (
        (each.condition, kept_file(upload_named(each.paper.upload, body)))
        for each in written.request.evidence
        if each.paper.upload
    )
    return tuple((condition, file) for condition, file in found if file is not None)


def upload_named(digest: str, body: int) -> Upload | None:
    """Return the file that contents name by the hex SHA-256 of its bytes, None where it was never taken in.

    Of several the body's own is the one; a body that took the request over finds that of the body before it.
    Only what was kept for a request comes into its contents by its digest.
    """
    found = Upload.objects.filter(sha256=bytes.fromhex(digest), removed_at=None)
    return found.filter(body=body).order_by("-id").first() or found.order_by("id").first()


def file_of(reference: str, upload: int) -> tuple[KeptFile, bytes] | None:
    """Return a file of a request with its bytes, None where that request has none of this number.

    Whether the reader may see the request is asked before. Raises UploadLostError.
    """
    request = Request.objects.get(reference=reference)
    if upload not in set(_numbers(request)):
        return None
    row = Upload.objects.get(pk=upload)
    found = kept_file(row)
    return None if found is None else (found, content_of(row))


def _numbers(request: Request) -> Iterator[int]:
    """Yield the numbers of all files of a request: letters both ways, what they annex, attachments."""
    yield from Version.objects.filter(request=request, letter__isnull=False).values_list(
        "letter_id", flat=True
    )
    incoming = IncomingLetter.objects.filter(request=request.pk, document__isnull=False)
    yield from incoming.values_list("document_id", flat=True)
    issued = OutgoingLetter.objects.filter(request=request.pk, state=OutgoingState.ISSUED)
    yield from issued.filter(document__isnull=False).values_list("document_id", flat=True)
    attached = Message.objects.filter(request=request, attachment__isnull=False)
    yield from attached.values_list("attachment_id", flat=True)
    for digest in set(_named(request)):
        upload = upload_named(digest, request.body_id)
        if upload is not None:
            yield upload.pk


def _named(request: Request) -> Iterator[str]:
    """Yield the digests of the description and of the evidence that the contents name."""
    writings = [decode(version.content) for version in Version.objects.filter(request=request)]
    writings.append(decode_draft(Draft.objects.get(request=request).content).written)
    for written in writings:
        description = written.request.technical_description
        if description is not None and description.upload:
            yield description.upload
        yield from evidence_copies(written.request)


def evidence_copies(request: ConnectionRequest) -> Iterator[str]:
    """Yield the digests of the copies of evidence that a request names for its conditions."""
    yield from (each.paper.upload for each in request.evidence if each.paper.upload)
