"""The page of test persons: one A4 page, every person and value on it, nothing as markup."""

import csv
import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from lienthong.core.fields import FIELDS
from lienthong.core.known_persons import ExpectedAnswer, KnownPerson, Part, PersonsSheet, SheetEntry
from lienthong.documents.persons import persons_documents, persons_page, sample_persons

pytestmark = pytest.mark.law("R5.2")
AT = int(datetime(2026, 11, 24, 2, tzinfo=UTC).timestamp()) * 1_000_000
HOME = {
    "list_version": 2,
    "province": "79",
    "province_name": "Thành phố Hồ Chí Minh",
    "commune": "27655",
    "commune_name": "Xã Nhà Bè",
    "detail": "Số 338, đường số 10, khu phố 10",
    "country": "VN",
}
VALUES = {
    "full_name": "Nguyễn Quỳnh #Anh *",
    "is_adult": True,
    "sex": "2",
    "nationalities": ["VN", "FR"],
    "cards": [{"number": "099188528994", "issued": "2021-05-01", "expires": None}],
    "permanent_residence": HOME,
    "phone": None,
}


def entry(part: Part, expected: ExpectedAnswer) -> SheetEntry:
    known = KnownPerson(
        part=part, number="099188528994", full_name="Nguyễn Quỳnh #Anh *", birth_date="1988-08-27"
    )
    return SheetEntry(known, expected)


SHEET = PersonsSheet(
    system="h01/his",
    name="Hệ thống quản lý khám bệnh, chữa bệnh",
    origin="https://sandbox.example",
    made_at=AT,
    fields=tuple(VALUES),
    compared=("sex",),
    officers=("kiem-thu-01",),
    misses_per_person=3,
    entries=(
        entry(Part.ORDINARY, ExpectedAnswer(values=VALUES)),
        *(entry(part, ExpectedAnswer(values=VALUES, flags=("deceased",))) for part in list(Part)[2:9]),
        entry(Part.PROTECTED, ExpectedAnswer(code="LT401")),
        entry(Part.WRONG_BIRTH_DATE, ExpectedAnswer(code="LT401")),
    ),
)


def shown(content: bytes, folder: Path) -> tuple[int, str]:
    """The pages and the text of a PDF."""
    (folder / "page.pdf").write_bytes(content)
    command = ["pdftotext", "-layout", "page.pdf", "-"]
    text = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return text.count("\f"), " ".join(text.split())


def test_the_page_is_one_and_says_whom_to_ask_and_what_comes_back(tmp_path: Path) -> None:
    pages, text = shown(persons_page(SHEET), tmp_path)
    assert pages == 1
    for words in (
        "Hệ thống quản lý khám bệnh, chữa bệnh",
        "https://sandbox.example",
        "kiem-thu-01",
        "24/11/2026",
        "Nguyễn Quỳnh #Anh *",
        "1988-08-27",
        "không khớp (LT401)",
        "kèm cờ: đã chết",
        "2 (Nữ)",
        "hỏi sai 3 lần",
    ):
        assert words in text
    assert "(chỉ xác thực)" in text
    assert persons_page(SHEET) == persons_page(SHEET)


def test_twenty_five_fields_are_still_one_page_and_all_of_them_are_not_lost(tmp_path: Path) -> None:
    names = tuple(each.name for each in FIELDS)
    assert shown(persons_page(msgspec.structs.replace(SHEET, fields=names[:25])), tmp_path)[0] == 1
    _, text = shown(persons_page(msgspec.structs.replace(SHEET, fields=names)), tmp_path)
    assert all(name in text for name in names)


def test_no_fields_leave_the_people_alone(tmp_path: Path) -> None:
    pages, text = shown(persons_page(msgspec.structs.replace(SHEET, fields=())), tmp_path)
    assert (pages, "Trường thông tin" in text) == (1, False)


def test_the_files_say_the_same() -> None:
    files = {each.name: each.content for each in persons_documents(SHEET)}
    assert list(files) == ["nguoi-kiem-thu.pdf", "nguoi-kiem-thu.json", "nguoi-kiem-thu.csv"]
    assert msgspec.json.decode(files["nguoi-kiem-thu.json"], type=PersonsSheet) == SHEET
    rows = list(csv.DictReader(io.StringIO(files["nguoi-kiem-thu.csv"].decode("utf-8-sig"))))
    assert len(rows) == len(SHEET.entries)
    assert rows[0]["ask_number"] == "099188528994"
    assert rows[0]["full_name"] == "Nguyễn Quỳnh #Anh *"
    assert msgspec.json.decode(rows[0]["permanent_residence"]) == HOME
    assert (rows[0]["phone"], rows[-1]["code"]) == ("", "LT401")


def test_the_samples_ask_for_persons_of_the_list() -> None:
    person, other = sample_persons(SHEET)
    assert person == other
    assert person.full_name == "Nguyễn Quỳnh #Anh *"
    with pytest.raises(ValueError, match="nobody ordinary"):
        sample_persons(msgspec.structs.replace(SHEET, entries=()))
