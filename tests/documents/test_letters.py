"""Letters: the layout of an administrative document, and signatures that bind exactly one letter."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lienthong.documents.letter import LetterLayout, LetterPdf, Paragraph, Table, render_letter
from lienthong.documents.pdf_signature import (
    SignatureFault,
    SignedBy,
    read_signer,
    sign_letter,
    verify_letter,
)
from tests.documents.authority import TestAuthority

AT = datetime(2026, 11, 2, 1, 54, tzinfo=UTC)
NOW = datetime.now(UTC)
SIGNATORY = "Nguyễn Thị Mẫu"
LETTER = LetterLayout(
    title="Đề nghị kết nối 1187/SYT-VP",
    parent="Ủy ban nhân dân thành phố Hải Phòng",
    body="Sở Y tế",
    number="1187/SYT-VP",
    place_date="Hải Phòng, ngày 02 tháng 11 năm 2026",
    abstract="V/v đề nghị kết nối",
    addressees=("Cơ quan quản lý Cơ sở dữ liệu quốc gia về dân cư",),
    blocks=(
        Paragraph(text="Sở Y tế đề nghị kết nối như sau:"),
        Table(header=("STT", "Trường"), rows=(("1", "Họ và tên"), ("2", "Giới tính")), widths=(1, 5)),
    ),
    recipients=("Như trên;", "Lưu: VT."),
    capacity=("KT. Giám đốc", "Phó Giám đốc"),
    signatory=SIGNATORY,
)


def text_of(content: bytes, folder: Path) -> str:
    """The text of a PDF as another program reads it."""
    (folder / "letter.pdf").write_bytes(content)
    found = subprocess.run(
        ["pdftotext", "-layout", folder / "letter.pdf", "-"], capture_output=True, check=True, text=True
    )
    return " ".join(found.stdout.split())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def letter() -> LetterPdf:
    return render_letter(LETTER, at=AT)


@pytest.fixture(scope="module")
def signed(authority: TestAuthority, letter: LetterPdf) -> bytes:
    return sign_letter(
        letter, read_signer(*authority.signer(SIGNATORY)), reason="Ký ban hành", place="Hải Phòng"
    )


@pytest.mark.law("R5.1")
def test_a_letter_has_each_part_of_an_administrative_document(letter: LetterPdf, tmp_path: Path) -> None:
    text = text_of(letter.content, tmp_path)
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "SỞ Y TẾ",
        "Số: 1187/SYT-VP",
        "Hải Phòng, ngày 02 tháng 11 năm 2026",
        "V/v đề nghị kết nối",
        "Kính gửi: Cơ quan quản lý",
        "KT. GIÁM ĐỐC",
        "PHÓ GIÁM ĐỐC",
        SIGNATORY,
        "Nơi nhận:",
        "- Lưu: VT.",
    ):
        assert part in text


def test_what_a_letter_says_is_text_and_never_markup(tmp_path: Path) -> None:
    hostile = '*A* #panic("x") $y$ \\ `z` <signature> // note'
    made = render_letter(replace(LETTER, blocks=(Paragraph(text=hostile),), body=hostile), at=AT)
    assert '*A* #panic("x") $y$ \\ `z` <signature> // note' in text_of(made.content, tmp_path)


def test_the_same_letter_is_the_same_file(letter: LetterPdf) -> None:
    assert render_letter(LETTER, at=AT).content == letter.content
    assert render_letter(replace(LETTER, number="1188/SYT-VP"), at=AT).content != letter.content


def test_a_long_letter_numbers_its_pages_and_signs_on_the_last(tmp_path: Path) -> None:
    many = tuple((str(number), "Trường thông tin") for number in range(200))
    made = render_letter(
        replace(LETTER, blocks=(Table(header=("STT", "Trường"), rows=many, widths=(1, 5)),)), at=AT
    )
    assert made.signature.page >= 3
    assert "199 Trường thông tin" in text_of(made.content, tmp_path)


def test_several_addressees_a_heading_and_an_urgency_have_their_places(tmp_path: Path) -> None:
    made = render_letter(
        replace(
            LETTER,
            abstract=None,
            heading="Thông báo",
            subject="Về việc bổ sung hồ sơ",
            urgency="Khẩn",
            addressees=("Sở Y tế;", "Sở Tư pháp."),
            seal=(("Ký bởi", "Cơ quan mẫu"), ("Thời gian ký", "02/11/2026 08:54:00 +07:00")),
            parent=None,
            footer="Hồ sơ YC-2026-000184",
        ),
        at=AT,
    )
    text = text_of(made.content, tmp_path)
    for part in (
        "THÔNG BÁO",
        "Về việc bổ sung hồ sơ",
        "KHẨN",
        "- Sở Y tế;",
        "Ký bởi: Cơ quan mẫu",
        "YC-2026-000184",
    ):
        assert part in text


def test_a_table_with_a_ragged_row_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="another number of cells"):
        Table(header=("a", "b"), rows=(("1",),), widths=(1, 1))


@pytest.mark.law("R5.1", "R5.3")
def test_a_signed_letter_says_who_signed_it(
    authority: TestAuthority, letter: LetterPdf, signed: bytes
) -> None:
    found = verify_letter(signed, drafted=letter.content, roots=[authority.root], now=NOW)
    assert isinstance(found, SignedBy)
    assert (found.name, found.organisation) == (SIGNATORY, "Sở Y tế")
    assert found.at is not None


def test_another_program_agrees_that_the_signature_holds(signed: bytes, tmp_path: Path) -> None:
    (tmp_path / "signed.pdf").write_bytes(signed)
    told = subprocess.run(
        ["pdfsig", "-nocert", tmp_path / "signed.pdf"], capture_output=True, check=False, text=True
    )
    assert "Signature is Valid" in told.stdout
    assert "Total document signed" in told.stdout


@pytest.mark.law("R5.3")
def test_a_letter_that_is_not_the_one_handed_out_does_not_count(
    authority: TestAuthority, letter: LetterPdf
) -> None:
    other = render_letter(replace(LETTER, signatory="Người khác"), at=AT)
    signed_other = sign_letter(other, read_signer(*authority.signer("other")), reason="x", place="y")
    roots = [authority.root]
    assert (
        verify_letter(signed_other, drafted=letter.content, roots=roots, now=NOW)
        is SignatureFault.ANOTHER_LETTER
    )
    assert isinstance(verify_letter(signed_other, drafted=None, roots=roots, now=NOW), SignedBy)
    assert (
        verify_letter(letter.content, drafted=letter.content, roots=roots, now=NOW)
        is SignatureFault.NOT_SIGNED
    )
    assert verify_letter(b"MZ", drafted=None, roots=roots, now=NOW) is SignatureFault.NOT_PDF


def test_a_signature_of_a_stranger_or_after_its_end_is_not_trusted(
    authority: TestAuthority, letter: LetterPdf, signed: bytes, tmp_path: Path
) -> None:
    stranger = TestAuthority(tmp_path, "Other Root")
    assert verify_letter(signed, drafted=None, roots=[stranger.root], now=NOW) is SignatureFault.NOT_TRUSTED
    ended = authority.signer("ended", until=datetime(2026, 2, 1, tzinfo=UTC))
    late = sign_letter(letter, read_signer(*ended), reason="x", place="y")
    assert verify_letter(late, drafted=None, roots=[authority.root], now=NOW) is SignatureFault.NOT_TRUSTED


def test_no_changed_byte_of_a_signed_letter_goes_unseen(
    authority: TestAuthority, letter: LetterPdf, signed: bytes
) -> None:
    roots = [authority.root]
    for place in range(12, len(signed), len(signed) // 60):
        changed = bytearray(signed)
        changed[place] ^= 0x01
        found = verify_letter(bytes(changed), drafted=letter.content, roots=roots, now=NOW)
        assert isinstance(found, SignatureFault), place
    assert verify_letter(signed + b"\n% more", drafted=None, roots=roots, now=NOW) is SignatureFault.CHANGED
    assert isinstance(verify_letter(signed[:-2000], drafted=None, roots=roots, now=NOW), SignatureFault)


def test_a_signer_is_read_only_from_a_key_and_its_certificate(
    authority: TestAuthority, tmp_path: Path
) -> None:
    key, certificate = authority.signer("signer")
    assert read_signer(key, certificate).name == "signer"
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(ValueError, match="not a private key"):
        read_signer(tmp_path / "empty.pem", certificate)
