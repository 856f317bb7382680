import zlib
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.office_content import (
    LARGEST_MEMBER,
    LARGEST_TOTAL,
    MOST_MEMBERS,
    Member,
    MemberProblem,
    member_problems,
)
from lienthong.core.pdf_content import MOST_UNPACKED, PdfMarker, pdf_markers
from lienthong.core.uploads import (
    CONTENT_TYPES,
    EDGE,
    LARGEST_UPLOAD,
    UPLOAD_TEXTS,
    FileKind,
    Upload,
    UploadProblem,
    judge_upload,
)

PLAIN_PDF = (
    b"%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n"
    b"4 0 obj << /Length 11 >> stream\nBT /JS ET x\nendstream endobj\n%%EOF\n"
)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(21) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + bytes(40) + b"\xff\xd9"
DOCX_PARTS = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>" * 9}
XLSX_PARTS = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return buffer.getvalue()


def members_of(content: bytes) -> tuple[Member, ...]:
    with ZipFile(BytesIO(content)) as container:
        return tuple(
            Member(
                name=info.filename,
                packed=info.compress_size,
                unpacked=info.file_size,
                is_encrypted=bool(info.flag_bits & 1),
            )
            for info in container.infolist()
        )


def upload(name: str, content: bytes, declared: str = "application/octet-stream") -> Upload:
    return Upload(
        name=name,
        declared_type=declared,
        size=len(content),
        head=content[:EDGE],
        tail=content[-EDGE:],
        members=members_of(content) if content.startswith(b"PK") else None,
        markers=pdf_markers(content) if content.startswith(b"%PDF") else frozenset(),
    )


DOCX, XLSX = zipped(DOCX_PARTS), zipped(XLSX_PARTS)


@pytest.mark.law("R5.1")
@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Mô tả kỹ thuật v1.2.pdf", PLAIN_PDF, FileKind.PDF),
        ("MO TA.PDF", PLAIN_PDF, FileKind.PDF),
        ("thiết kế.docx", DOCX, FileKind.DOCX),
        ("danh sách cán bộ.xlsx", XLSX, FileKind.XLSX),
        ("sơ đồ.png", PNG, FileKind.PNG),
        ("sơ đồ.jpg", JPEG, FileKind.JPEG),
        ("sơ đồ.jpeg", JPEG, FileKind.JPEG),
    ],
)
def test_a_plain_file_of_an_allowed_kind_is_kept(name, content, kind) -> None:
    for declared in ("", "application/octet-stream", CONTENT_TYPES[kind]):
        assert judge_upload(upload(name, content, declared)) is kind


@pytest.mark.law("R5.1")
@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("mo-ta.zip", DOCX, UploadProblem.KIND),
        ("mo-ta", PLAIN_PDF, UploadProblem.KIND),
        ("mo-ta.exe", b"MZ", UploadProblem.KIND),
        ("mo-ta.docm", DOCX, UploadProblem.MACROS),
        ("mo-ta.xlsm", XLSX, UploadProblem.MACROS),
        ("mo-ta.pdf", b"", UploadProblem.EMPTY),
        ("../mo-ta.pdf", PLAIN_PDF, UploadProblem.NAME),
        ("a\\mo-ta.pdf", PLAIN_PDF, UploadProblem.NAME),
        ("mo-ta.exe.pdf", PLAIN_PDF, UploadProblem.NAME),
        ("mo-ta\u202efdp.pdf", PLAIN_PDF, UploadProblem.NAME),
        ("mo\x00ta.pdf", PLAIN_PDF, UploadProblem.NAME),
        (".pdf", PLAIN_PDF, UploadProblem.NAME),
        ("x" * 197 + ".pdf", PLAIN_PDF, UploadProblem.NAME),
        ("mo-ta.pdf", DOCX, UploadProblem.CONTENT_DIFFERS),
        ("mo-ta.pdf", b"MZ" + PLAIN_PDF, UploadProblem.CONTENT_DIFFERS),
        ("mo-ta.docx", XLSX, UploadProblem.CONTENT_DIFFERS),
        ("mo-ta.docx", PLAIN_PDF, UploadProblem.CONTENT_DIFFERS),
        ("mo-ta.docx", zipped({"word/document.xml": b""}), UploadProblem.CONTENT_DIFFERS),
        ("anh.png", JPEG, UploadProblem.CONTENT_DIFFERS),
        ("anh.jpg", PNG, UploadProblem.CONTENT_DIFFERS),
        ("mo-ta.pdf", PLAIN_PDF + DOCX, UploadProblem.TWO_KINDS),
        ("mo-ta.pdf", PLAIN_PDF + zipped({}) + b"%%EOF", UploadProblem.TWO_KINDS),
        ("anh.png", PNG + DOCX, UploadProblem.TWO_KINDS),
        ("anh.jpg", JPEG + b"<script>", UploadProblem.TWO_KINDS),
        ("mo-ta.docx", DOCX + b"<html>", UploadProblem.TWO_KINDS),
        ("mo-ta.docx", zipped(DOCX_PARTS | XLSX_PARTS), UploadProblem.TWO_KINDS),
        ("mo-ta.docx", zipped(DOCX_PARTS | {"word/vbaProject.bin": b"x"}), UploadProblem.MACROS),
        ("mo-ta.docx", zipped(DOCX_PARTS | {"word/embeddings/a.bin": b"x"}), UploadProblem.EMBEDDED_FILES),
        ("mo-ta.docx", zipped(DOCX_PARTS | {"word/media/a.zip": b"x"}), UploadProblem.CONTAINER_NESTED),
        ("mo-ta.docx", zipped(DOCX_PARTS | {"../../etc/x": b"x"}), UploadProblem.CONTAINER_PATHS),
        ("mo-ta.docx", zipped(DOCX_PARTS | {"word/a.xml": bytes(2**21)}), UploadProblem.CONTAINER_BOMB),
        ("mo-ta.pdf", PLAIN_PDF.replace(b"/Pages", b"/OpenAction"), UploadProblem.ACTIVE_CONTENT),
        ("mo-ta.pdf", PLAIN_PDF.replace(b"/Pages", b"/EmbeddedFiles"), UploadProblem.EMBEDDED_FILES),
        ("mo-ta.pdf", PLAIN_PDF.replace(b"/Pages", b"/Encrypt"), UploadProblem.ENCRYPTED),
    ],
)
def test_what_is_hidden_active_or_two_things_at_once_is_not_kept(name, content, problem) -> None:
    assert judge_upload(upload(name, content)) == (problem,)


def test_a_file_larger_than_allowed_is_not_looked_into() -> None:
    big = replace(upload("mo-ta.pdf", b"MZ"), size=LARGEST_UPLOAD + 1)
    assert judge_upload(big) == (UploadProblem.TOO_LARGE,)


def test_a_declared_type_that_does_not_fit_is_refused() -> None:
    assert judge_upload(upload("a.pdf", PLAIN_PDF, "text/html")) == (UploadProblem.TYPE_DIFFERS,)


def test_a_container_that_cannot_be_read_is_refused() -> None:
    broken = replace(upload("mo-ta.docx", DOCX), members=None)
    assert judge_upload(broken) == (UploadProblem.CONTAINER_UNREADABLE,)


GOOD = Member(name="word/document.xml", packed=100, unpacked=1_000)


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ((replace(GOOD, packed=1_000_000, unpacked=LARGEST_MEMBER + 1),), MemberProblem.BOMB),
        (
            tuple(
                replace(GOOD, name=f"{n}.xml", packed=600_000, unpacked=LARGEST_TOTAL // 2) for n in range(3)
            ),
            MemberProblem.BOMB,
        ),
        (
            tuple(replace(GOOD, name=f"{n}.xml", packed=1) for n in range(MOST_MEMBERS + 1)),
            MemberProblem.BOMB,
        ),
        ((replace(GOOD, packed=10_000_001),), MemberProblem.BOMB),
        ((GOOD, replace(GOOD, name="WORD/Document.xml")), MemberProblem.PATH),
        ((replace(GOOD, is_link=True),), MemberProblem.PATH),
        ((replace(GOOD, name="/etc/passwd"),), MemberProblem.PATH),
        ((replace(GOOD, name="C:x"),), MemberProblem.PATH),
        ((replace(GOOD, name="a/../b"),), MemberProblem.PATH),
        ((replace(GOOD, name=""),), MemberProblem.PATH),
        ((replace(GOOD, name="xl\\a.xml"),), MemberProblem.PATH),
        ((replace(GOOD, is_encrypted=True),), MemberProblem.ENCRYPTED),
        ((replace(GOOD, name="xl/macrosheets/sheet1.xml"),), MemberProblem.MACROS),
        ((replace(GOOD, name="word/run.EXE"),), MemberProblem.NESTED),
    ],
)
def test_members_that_make_a_container_dangerous_are_found(members, problem) -> None:
    assert member_problems((GOOD,), 10_000_000) == ()
    assert member_problems(members, 10_000_000) == (problem,)


@pytest.mark.parametrize(
    ("name", "marker"),
    [
        (b"/JS", PdfMarker.SCRIPT),
        (b"/JavaScript", PdfMarker.SCRIPT),
        (b"/J#61vaScript", PdfMarker.SCRIPT),
        (b"/#4aS", PdfMarker.SCRIPT),
        (b"/Launch", PdfMarker.LAUNCH),
        (b"/AA", PdfMarker.OPEN_ACTION),
        (b"/EmbeddedFile", PdfMarker.EMBEDDED_FILE),
        (b"/XFA", PdfMarker.EMBEDDED_FILE),
        (b"/Encrypt", PdfMarker.ENCRYPTED),
    ],
)
def test_active_names_are_found_also_escaped_and_in_packed_objects(name, marker) -> None:
    plain = b"<< " + name + b" (x) >>"
    assert pdf_markers(b"%PDF-1.7\n" + plain) == {marker}
    packed = (
        b"%PDF-1.7\n7 0 obj << /Type /Obj#53tm >> stream\n" + zlib.compress(plain) + b"\nendstream endobj"
    )
    assert pdf_markers(packed) == {marker}


def test_names_that_only_begin_alike_and_bytes_of_pictures_are_no_markers() -> None:
    assert pdf_markers(b"%PDF-1.7 << /JSON /AAB /Launcher >>") == frozenset()
    assert pdf_markers(PLAIN_PDF) == frozenset()
    assert pdf_markers(b"%PDF-1.7 << >> stream\n/Font without its end") == frozenset()


def test_a_page_to_begin_at_is_no_action() -> None:
    assert pdf_markers(b"%PDF-1.7 << /OpenAction [3 0 R /Fit] >>") == frozenset()
    assert pdf_markers(b"%PDF-1.7 << /OpenAction 3 0 R >>") == {PdfMarker.OPEN_ACTION}


PACKED = b"%PDF-1.7\n7 0 obj << /Type /ObjStm >> stream\n"
SCRIPT = b"<< /S /JavaScript >>"


@pytest.mark.parametrize(
    "content",
    [
        PACKED + b"not packed\nendstream",
        PACKED + zlib.compress(bytes(MOST_UNPACKED + 1)) + b"\nendstream",
        PACKED + zlib.compress(b"x" * 90)[:-6] + b"\nendstream",
        PACKED.replace(b">>", b"/Predictor 12 >>") + zlib.compress(b"x") + b"\nendstream",
    ],
    ids=["other filter", "bomb", "cut short", "predictor"],
)
def test_packed_objects_that_cannot_be_unpacked_whole_count_as_unreadable(content) -> None:
    assert pdf_markers(content) == {PdfMarker.UNREADABLE}


def test_the_bomb_of_many_small_streams_is_unpacked_only_to_the_bound() -> None:
    half = zlib.compress(bytes(MOST_UNPACKED // 2))
    assert pdf_markers((PACKED + half + b"\nendstream") * 3) == {PdfMarker.UNREADABLE}


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7 % stream\n" + SCRIPT + b" % endstream",
        b"%PDF-1.7 (\nstream\n) " + PACKED + zlib.compress(SCRIPT) + b"\nendstream",
        PACKED.replace(b">>", b"/Pad (" + b" " * 5_000 + b"endobj) >>")
        + zlib.compress(SCRIPT)
        + b"\nendstream",
    ],
    ids=["comment", "string", "padding"],
)
def test_words_that_look_like_streams_or_objects_hide_no_script(content) -> None:
    assert PdfMarker.SCRIPT in pdf_markers(content)


@given(st.binary(max_size=300), st.sampled_from(["pdf", "docx", "xlsx", "png", "jpg"]))
def test_any_bytes_are_judged_and_no_kind_is_given_for_another(content: bytes, extension: str) -> None:
    plain = Upload(name=f"a.{extension}", declared_type="", size=len(content), head=content, tail=content)
    verdict = judge_upload(plain)
    if isinstance(verdict, FileKind):
        assert verdict is {"pdf": FileKind.PDF, "png": FileKind.PNG, "jpg": FileKind.JPEG}[extension]
    else:
        assert verdict
        assert all(UPLOAD_TEXTS[problem].vi for problem in verdict)


def test_every_problem_has_its_words() -> None:
    assert set(UPLOAD_TEXTS) == set(UploadProblem)
    assert set(CONTENT_TYPES) == set(FileKind)
