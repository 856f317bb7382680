"""Whether an uploaded file may be kept: judged from its name, type, size, first and last bytes and members.

Allowed are PDF, DOCX, XLSX, PNG and JPEG, each only as exactly that: nothing that is two kinds at once, runs
by itself, hides other files or grows when unpacked. Law: R5.1 (the technical description), R1.1.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from lienthong.core.office_content import Member, MemberProblem, member_problems
from lienthong.core.pdf_content import PdfMarker
from lienthong.core.speech import Text

LARGEST_UPLOAD: Final = 20 * 1024 * 1024
LONGEST_FILE_NAME: Final = 200
EDGE: Final = 1_024
"""How many of the first and of the last bytes of a file are looked at."""


class FileKind(StrEnum):
    """The kinds of file that are kept; the value is the extension."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PNG = "png"
    JPEG = "jpg"


CONTENT_TYPES: Final = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
}

_EXTENSIONS = {kind.value: kind for kind in FileKind} | {"jpeg": FileKind.JPEG}
_MACRO_EXTENSIONS = frozenset({"docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm"})
_RUNNABLE = frozenset(
    {
        "exe",
        "com",
        "bat",
        "cmd",
        "scr",
        "js",
        "vbs",
        "ps1",
        "sh",
        "jar",
        "msi",
        "lnk",
        "hta",
        "html",
        "htm",
        "svg",
    }
)
_UNTYPED = frozenset({"", "application/octet-stream"})
_OFFICE = frozenset({FileKind.DOCX, FileKind.XLSX})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What is known of an uploaded file.

    `head` and `tail` are its first and last EDGE bytes. `members` lists a ZIP container, None where it could
    not be read as one; `markers` are those of `pdf_markers`, for a PDF.
    """

    name: str
    declared_type: str
    size: int
    head: bytes
    tail: bytes
    members: tuple[Member, ...] | None = None
    markers: frozenset[PdfMarker] = frozenset()


class UploadProblem(StrEnum):
    """Why an uploaded file is not kept."""

    NAME = "name"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    KIND = "kind"
    MACROS = "macros"
    TYPE_DIFFERS = "type_differs"
    CONTENT_DIFFERS = "content_differs"
    TWO_KINDS = "two_kinds"
    CONTAINER_UNREADABLE = "container_unreadable"
    CONTAINER_BOMB = "container_bomb"
    CONTAINER_NESTED = "container_nested"
    CONTAINER_PATHS = "container_paths"
    ENCRYPTED = "encrypted"
    ACTIVE_CONTENT = "active_content"
    EMBEDDED_FILES = "embedded_files"


UPLOAD_TEXTS = {
    UploadProblem.NAME: Text(
        "Tên tệp có ký tự không được phép, quá dài hoặc che giấu phần mở rộng.",
        "The file name has characters that are not allowed, is too long, or hides an extension.",
    ),
    UploadProblem.EMPTY: Text("Tệp rỗng.", "The file is empty."),
    UploadProblem.TOO_LARGE: Text(
        f"Tệp lớn hơn {LARGEST_UPLOAD // 1024 // 1024} MB.",
        f"The file is larger than {LARGEST_UPLOAD // 1024 // 1024} MB.",
    ),
    UploadProblem.KIND: Text(
        "Chỉ nhận tệp PDF, DOCX, XLSX, PNG, JPEG.", "Only PDF, DOCX, XLSX, PNG and JPEG files are taken."
    ),
    UploadProblem.MACROS: Text(
        "Tệp có chứa macro. Hãy lưu lại thành DOCX hoặc XLSX không có macro.",
        "The file contains macros. Save it as DOCX or XLSX without macros.",
    ),
    UploadProblem.TYPE_DIFFERS: Text(
        "Kiểu tệp khai báo không khớp với phần mở rộng.", "The declared type does not fit the extension."
    ),
    UploadProblem.CONTENT_DIFFERS: Text(
        "Nội dung tệp không phải loại tệp như tên tệp cho biết.",
        "The content is not of the kind the name says.",
    ),
    UploadProblem.TWO_KINDS: Text(
        "Tệp chứa thêm nội dung của một loại tệp khác. Hãy xuất lại tệp từ phần mềm gốc.",
        "The file holds another kind of file as well. Export it anew from the program it was made with.",
    ),
    UploadProblem.CONTAINER_UNREADABLE: Text(
        "Không đọc được cấu trúc tệp.", "The structure of the file cannot be read."
    ),
    UploadProblem.CONTAINER_BOMB: Text(
        "Tệp nén phình quá lớn khi mở.", "The file grows too much when it is unpacked."
    ),
    UploadProblem.CONTAINER_NESTED: Text(
        "Bên trong tệp có tệp nén hoặc chương trình khác.",
        "There is an archive or a program inside the file.",
    ),
    UploadProblem.CONTAINER_PATHS: Text(
        "Bên trong tệp có đường dẫn không hợp lệ.", "There are paths in the file that are not allowed."
    ),
    UploadProblem.ENCRYPTED: Text(
        "Tệp được đặt mật khẩu nên không kiểm tra được.", "The file has a password and cannot be checked."
    ),
    UploadProblem.ACTIVE_CONTENT: Text(
        "Tệp PDF có nội dung tự chạy (mã lệnh, hành động khi mở). Hãy in lại thành PDF thường.",
        "The PDF holds content that runs by itself. Print it anew as a plain PDF.",
    ),
    UploadProblem.EMBEDDED_FILES: Text(
        "Tệp có đính kèm tệp khác bên trong. Hãy tải từng tệp lên riêng.",
        "Another file is embedded in this one. Upload each by itself.",
    ),
}

_OF_MEMBERS = {
    MemberProblem.BOMB: UploadProblem.CONTAINER_BOMB,
    MemberProblem.NESTED: UploadProblem.CONTAINER_NESTED,
    MemberProblem.PATH: UploadProblem.CONTAINER_PATHS,
    MemberProblem.ENCRYPTED: UploadProblem.ENCRYPTED,
    MemberProblem.MACROS: UploadProblem.MACROS,
    MemberProblem.EMBEDDED: UploadProblem.EMBEDDED_FILES,
}
_OF_MARKERS = {
    PdfMarker.SCRIPT: UploadProblem.ACTIVE_CONTENT,
    PdfMarker.LAUNCH: UploadProblem.ACTIVE_CONTENT,
    PdfMarker.OPEN_ACTION: UploadProblem.ACTIVE_CONTENT,
    PdfMarker.EMBEDDED_FILE: UploadProblem.EMBEDDED_FILES,
    PdfMarker.ENCRYPTED: UploadProblem.ENCRYPTED,
    PdfMarker.UNREADABLE: UploadProblem.CONTAINER_UNREADABLE,
}


def judge_upload(upload: Upload) -> FileKind | tuple[UploadProblem, ...]:
    """Return the kind of a file that may be kept, or every reason why it is not. Law: R5.1.

    Size, name and kind are judged first; a file that fails there is not looked into.
    """
    first = tuple(_first_look(upload))
    kind = _EXTENSIONS.get(_extension(upload.name))
    if first or kind is None:
        return first
    found = tuple(dict.fromkeys(_inside(upload, kind)))
    return found or kind


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _first_look(upload: Upload) -> Iterator[UploadProblem]:
    if not _is_plain_name(upload.name):
        yield UploadProblem.NAME
    if upload.size <= 0:
        yield UploadProblem.EMPTY
    if upload.size > LARGEST_UPLOAD:
        yield UploadProblem.TOO_LARGE
    extension = _extension(upload.name)
    if extension in _MACRO_EXTENSIONS:
        yield UploadProblem.MACROS
    elif extension not in _EXTENSIONS:
        yield UploadProblem.KIND
    elif upload.declared_type.lower() not in {*_UNTYPED, CONTENT_TYPES[_EXTENSIONS[extension]]}:
        yield UploadProblem.TYPE_DIFFERS


def _is_plain_name(name: str) -> bool:
    """Say whether a name is one a person can read: no path, no invisible character, one true extension."""
    if not name or len(name) > LONGEST_FILE_NAME or name != name.strip(" .") or "/" in name or "\\" in name:
        return False
    # Cc control, Cf invisible and direction marks, Co, Cs, Cn: none is written by a keyboard.
    if any(unicodedata.category(each).startswith("C") for each in name):
        return False
    return not _RUNNABLE.intersection(part.lower() for part in name.split(".")[1:-1])


def _inside(upload: Upload, kind: FileKind) -> Iterator[UploadProblem]:
    if not _begins_as(upload.head, kind):
        yield UploadProblem.CONTENT_DIFFERS
        return
    if not _ends_as(upload.tail, kind):
        yield UploadProblem.TWO_KINDS
    if kind is FileKind.PDF:
        yield from (_OF_MARKERS[marker] for marker in sorted(upload.markers))
    if kind not in _OFFICE:
        return
    if upload.members is None:
        yield UploadProblem.CONTAINER_UNREADABLE
        return
    names = {member.name for member in upload.members}
    wanted, other = ("word/", "xl/") if kind is FileKind.DOCX else ("xl/", "word/")
    main = {"word/": "word/document.xml", "xl/": "xl/workbook.xml"}
    if "[Content_Types].xml" not in names or main[wanted] not in names:
        yield UploadProblem.CONTENT_DIFFERS
    elif any(name.startswith(other) for name in names):
        yield UploadProblem.TWO_KINDS
    yield from (_OF_MEMBERS[problem] for problem in member_problems(upload.members, upload.size))


def _begins_as(head: bytes, kind: FileKind) -> bool:
    match kind:
        case FileKind.PDF:
            return head.startswith((b"%PDF-1.", b"%PDF-2."))
        case FileKind.PNG:
            return head.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
        case FileKind.JPEG:
            return head.startswith(b"\xff\xd8\xff")
        case FileKind.DOCX | FileKind.XLSX:
            return head.startswith(b"PK\x03\x04")
        case _:
            assert_never(kind)


_ZIP_END = b"PK\x05\x06"
_ZIP_END_SIZE = 22


def _ends_as(tail: bytes, kind: FileKind) -> bool:
    """Say whether the file ends where its kind says it does: behind that a second file would hang."""
    match kind:
        case FileKind.PDF:
            return tail.rstrip(b"\r\n \x00").endswith(b"%%EOF") and _ZIP_END not in tail
        case FileKind.PNG:
            return tail.endswith(b"\x00\x00\x00\x00IEND\xaeB`\x82")
        case FileKind.JPEG:
            return tail.endswith(b"\xff\xd9")
        case FileKind.DOCX | FileKind.XLSX:
            return tail[-_ZIP_END_SIZE:].startswith(_ZIP_END)
        case _:
            assert_never(kind)
