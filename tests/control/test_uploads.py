"""Files taken in: kept under their hash, found again whole, and refused with every reason."""

import io
import zipfile

import pytest

from lienthong.control.letters.models import Upload
from lienthong.control.letters.uploads import UploadLostError, content_of, judged, keep
from lienthong.core.uploads import FileKind, UploadProblem
from tests.control.portal import Portals

PDF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
NOW = 1_795_000_000_000_000


def taken(content: bytes = PDF, name: str = "mo-ta.pdf") -> Upload:
    found = keep(content, name=name, declared_type="application/pdf", body=None, actor=None, now=NOW)
    assert isinstance(found, Upload), found
    return found


@pytest.mark.law("R5.1")
def test_a_file_is_kept_once_and_found_whole(portals: Portals) -> None:
    first, again = taken(), taken(name="ban-khac.pdf")
    assert content_of(first) == content_of(again) == PDF
    assert bytes(first.sha256) == bytes(again.sha256)
    assert (first.kind, first.size) == (FileKind.PDF, len(PDF))


def test_a_file_that_is_gone_or_another_is_a_fault(portals: Portals, control_folder) -> None:
    upload = taken(PDF + b"% another\n%%EOF\n")
    path = next(control_folder.glob(f"uploads/*/{bytes(upload.sha256).hex()}"))
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"%PDF-1.7 changed")
    with pytest.raises(UploadLostError, match="another file"):
        content_of(upload)
    path.unlink()
    with pytest.raises(UploadLostError):
        content_of(upload)


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("[Content_Types].xml", "<Types/>")
        container.writestr("word/document.xml", b"0" * 30_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (bomb(), "x.docx", UploadProblem.CONTAINER_BOMB),
        (b"MZ" + b"0" * 100, "x.pdf", UploadProblem.CONTENT_DIFFERS),
        (b"PK\x03\x04 broken", "x.docx", UploadProblem.CONTAINER_UNREADABLE),
        (PDF, "../x.pdf", UploadProblem.NAME),
        (b"", "x.pdf", UploadProblem.EMPTY),
    ],
)
def test_a_bad_file_leaves_neither_row_nor_file(
    portals: Portals, control_folder, content: bytes, name: str, problem: UploadProblem
) -> None:
    files = set(control_folder.glob("uploads/**/*"))
    found = keep(content, name=name, declared_type="", body=None, actor=None, now=NOW)
    assert isinstance(found, tuple)
    assert problem in found
    assert not Upload.objects.exists()
    assert set(control_folder.glob("uploads/**/*")) == files
    assert judged(content, name=name, declared_type="") == found
