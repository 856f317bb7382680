"""What was provided to a request: how its track of documents stands, each document to hand out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.conf import settings

from lienthong.control.connections.models import ProvidedDocument
from lienthong.control.frame.statements import execute
from lienthong.control.starting import is_demonstration
from lienthong.core.speech import Text
from lienthong.core.track_states import DOCUMENTS_MACHINE, DocumentsState
from lienthong.db import named
from lienthong.documents.technical import OPENAPI_NAME

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))


class DocumentsFault(StrEnum):
    """Why documents cannot be made yet; the value stands in the track and in events."""

    NO_TRIAL = "no_trial"
    NOTHING_TO_READ = "nothing_to_read"
    NO_SYSTEM = "no_system"


FAULT_TEXTS: Final = {
    DocumentsFault.NO_TRIAL: Text(
        "Chưa cấu hình môi trường kiểm thử: đặt ba khóa origin, person, other của mục [trial].",
        "The sandbox is not configured: set the keys origin, person and other of [trial].",
    ),
    DocumentsFault.NOTHING_TO_READ: Text(
        "Chờ cơ quan nêu dịch vụ, trường thông tin: đề nghị chưa đăng ký dịch vụ nào có trường để khai thác "
        "và chưa chia sẻ thông tin nào. Bản bổ sung đến thì tài liệu được tạo ngay.",
        "The body has yet to name services and fields: the request registers no service with a field to read "
        "and gives nothing. The documents are made as soon as the supplement comes.",
    ),
    DocumentsFault.NO_SYSTEM: Text(
        "Chờ cơ quan nêu hệ thống được kết nối. Bản bổ sung đến thì tài liệu được tạo ngay.",
        "The body has yet to name the system to be connected. The documents are made with the supplement.",
    ),
}
WAITING: Final = frozenset({DocumentsFault.NOTHING_TO_READ, DocumentsFault.NO_SYSTEM})
"""The faults that only the body mends, by naming what the letter lacks: nothing is tried until then."""
WAITING_LABEL: Final = Text("Chờ nội dung đề nghị", "Awaits what is asked for")
_DEFECT: Final = Text("Lỗi của hệ thống, mã {code}.", "A defect of the system, code {code}.")


@dataclass(frozen=True, slots=True)
class ProvidedFile:
    """One document of a track, without its content."""

    id: int
    edition: int
    name: str
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsStanding:
    """How the track stands: state, when it began and was provided, its fault, its newest edition.

    `without_sandbox`: the documents name a sandbox, which does not run here.
    """

    state: DocumentsState
    started_at: datetime
    provided_at: datetime | None
    attempts: int
    fault: str
    edition: int
    files: tuple[ProvidedFile, ...]
    without_sandbox: bool

    @property
    def label(self) -> Text:
        """How the track stands, in words."""
        return WAITING_LABEL if self.waits else DOCUMENTS_MACHINE.state(self.state).label

    @property
    def waits(self) -> bool:
        """Whether the documents wait for what the body has yet to name."""
        return self.fault in WAITING

    @property
    def why(self) -> Text:
        """What the fault is, in words; of a defect its code alone."""
        if self.fault in tuple(DocumentsFault):
            return FAULT_TEXTS[DocumentsFault(self.fault)]
        return Text(_DEFECT.vi.format(code=self.fault), _DEFECT.en.format(code=self.fault))


def standing_of(request: int) -> DocumentsStanding | None:
    """Return how the track of documents of a request stands, None before its receipt."""
    rows = execute(_QUERIES, "documents", request)
    if not rows:
        return None
    state, started_at, provided_at, attempts, fault, *_ = rows[0]
    files = tuple(ProvidedFile(*row[5:]) for row in rows if row[5] is not None)
    return DocumentsStanding(
        state=DocumentsState(state),
        started_at=started_at,
        provided_at=provided_at,
        attempts=attempts,
        fault=fault,
        edition=files[0].edition if files else 0,
        files=files,
        # A demonstration may run alone: its documents then name a sandbox that nobody can call.
        without_sandbox=is_demonstration(settings.LIENTHONG)
        and settings.LIENTHONG.sandbox_access.origin is None
        and any(file.name.endswith(OPENAPI_NAME) for file in files),
    )


@dataclass(frozen=True, slots=True)
class DownloadedDocument:
    """One document to hand out, and the body whose request it was made for."""

    body: int
    name: str
    media_type: str
    content: bytes


def document(reference: str, id: int) -> DownloadedDocument | None:
    """Return a document of a request, None where that request has none of this number."""
    found = ProvidedDocument.objects.filter(pk=id, track__request__reference=reference)
    each = found.select_related("track__request").first()
    if each is None:
        return None
    return DownloadedDocument(each.track.request.body_id, each.name, each.media_type, bytes(each.content))
