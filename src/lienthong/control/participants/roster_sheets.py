"""Rosters as XLSX: read with every cell as the text that stands there, written so that nothing is run.

A file is judged before it is opened, bounded while it is read, and its formulas are never computed.
"""

import contextlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from lienthong.control.letters.uploads import judged
from lienthong.control.participants.papers import SentFile
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.plain_text import composed
from lienthong.core.roster import MOST_OFFICERS, RosterEntry, RosterRow
from lienthong.core.speech import Text, joined
from lienthong.core.uploads import UPLOAD_TEXTS, FileKind

LARGEST_SHEET: Final = 2 * 1024 * 1024
LARGEST_UNPACKED: Final = 24 * 1024 * 1024
COLUMNS: Final = (
    Text("Mã cán bộ", "Code"),
    Text("Họ và tên", "Full name"),
    Text("Đơn vị", "Unit"),
    Text("Từ ngày", "From"),
    Text("Đến ngày", "Until"),
)
_WIDTHS: Final = (18, 32, 40, 14, 14)
_HEAD_WITHIN: Final = 10
"""In how many of the first rows the heads of the columns are looked for."""

_WHY_LARGE = Text(
    f"tệp lớn hơn {LARGEST_SHEET // 1024 // 1024} MB hoặc phình quá lớn khi mở.",
    f"the file is larger than {LARGEST_SHEET // 1024 // 1024} MB or grows too much when opened.",
)
_WHY_KIND = Text("chỉ nhận tệp XLSX.", "only XLSX files are taken.")
_WHY_BROKEN = Text("cấu trúc bảng tính bị hỏng.", "the structure of the workbook is broken.")
_WHY_DOCTYPE = Text(
    "bảng tính có khai báo DOCTYPE, không phần mềm bảng tính nào ghi như vậy.",
    "the workbook declares a DOCTYPE, which no spreadsheet program writes.",
)
_WHY_HEADS = Text(
    "không thấy dòng tiêu đề: Mã cán bộ, Họ và tên, Đơn vị, Từ ngày, Đến ngày. Hãy dùng tệp mẫu.",
    "there is no row of heads: Code, Full name, Unit, From, Until. Use the template.",
)
_WHY_MANY = Text(
    f"có hơn {MOST_OFFICERS:,} dòng.".replace(",", "."), f"there are more than {MOST_OFFICERS:,} rows."
)
_WHY_EMPTY = Text("không có dòng nào dưới tiêu đề.", "there is no row below the heads.")


def read_roster(file: SentFile) -> tuple[RosterRow, ...] | ControlRefuse:
    """Return the rows of a roster as texts, or why the file is not read."""
    kind = judged(file.content, name=file.name, declared_type=file.declared_type)
    if not isinstance(kind, FileKind):
        return _unreadable(joined(UPLOAD_TEXTS[problem] for problem in kind))
    if kind is not FileKind.XLSX:
        return _unreadable(_WHY_KIND)
    if len(file.content) > LARGEST_SHEET or _unpacked(file.content) > LARGEST_UNPACKED:
        return _unreadable(_WHY_LARGE)
    try:
        if _declares_doctype(file.content):
            return _unreadable(_WHY_DOCTYPE)
        rows = tuple(_rows(file.content))
    except (
        zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError,
        IndexError, AttributeError, OSError, SyntaxError, OverflowError,
    ):  # fmt: skip
        return _unreadable(_WHY_BROKEN)
    return _below_heads(rows)


def _unpacked(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        return sum(member.file_size for member in container.infolist())


class _SeenError(Exception):
    """What was looked for, or what ends the looking, was met."""


def _declares_doctype(content: bytes) -> bool:
    """Say whether any part declares a DOCTYPE: with it come entities, which grow or read other files.

    The parser itself looks, so in whatever encoding, and at every part: a sheet may have any name. Raises
    BadZipFile.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        return any(_begins_with_doctype(container.read(name)) for name in container.namelist())


def _begins_with_doctype(part: bytes) -> bool:
    """Read a part up to its first element, behind which no DOCTYPE can stand; what is no XML has none."""
    found = False

    def doctype(*_named: object) -> None:
        nonlocal found
        found = True
        raise _SeenError

    def element(*_named: object) -> None:
        raise _SeenError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = doctype, element
    with contextlib.suppress(_SeenError, expat.ExpatError):
        parser.Parse(part, True)  # noqa: FBT003 - the parser takes places only
    return found


def _rows(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows of the first sheet with their numbers; formulas come as the text they are."""
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = workbook.worksheets[0]
        most = MOST_OFFICERS + _HEAD_WITHIN + 1
        cells = sheet.iter_rows(min_row=1, max_row=most, max_col=len(COLUMNS), values_only=True)
        for number, row in enumerate(cells, start=1):
            yield number, tuple(_text(value) for value in row)
    finally:
        workbook.close()


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime() | date():
            return f"{value:%d/%m/%Y}"
        case bool():
            return str(value)
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return composed(" ".join(str(value).split()))


def _below_heads(
    rows: tuple[tuple[int, tuple[str, ...]], ...],
) -> tuple[RosterRow, ...] | ControlRefuse:
    head = next((place for place, (_, cells) in enumerate(rows[:_HEAD_WITHIN]) if _is_head(cells)), None)
    if head is None:
        return _unreadable(_WHY_HEADS)
    found = tuple(_row(number, cells) for number, cells in rows[head + 1 :] if any(cells))
    if not found:
        return _unreadable(_WHY_EMPTY)
    return found if len(found) <= MOST_OFFICERS else _unreadable(_WHY_MANY)


def _is_head(cells: tuple[str, ...]) -> bool:
    heads = [cell.casefold() for cell in cells]
    return any(heads == [column.in_language(it).casefold() for column in COLUMNS] for it in ("vi", "en"))


def _row(number: int, cells: tuple[str, ...]) -> RosterRow:
    code, name, unit, first, last = cells
    return RosterRow(number=number, code=code, name=name, unit=unit, valid_from=first, valid_to=last)


def write_roster(entries: Iterable[RosterEntry], language: str) -> bytes:
    """Return a roster as XLSX that `read_roster` reads back to the same entries; every cell is plain text."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("LT-Officer")
    for letter, width in zip("ABCDE", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"

    def cell(text: str) -> Cell:
        made = WriteOnlyCell(sheet, text)
        # What begins with an equals sign would be a formula in whatever opens the file.
        made.data_type = "s"
        made.number_format = "@"
        return made

    sheet.append([cell(column.in_language(language)) for column in COLUMNS])
    for entry in entries:
        last = "" if entry.valid_to is None else f"{entry.valid_to:%d/%m/%Y}"
        words = (entry.code, entry.name, entry.unit, f"{entry.valid_from:%d/%m/%Y}", last)
        sheet.append([cell(text) for text in words])
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def _unreadable(why: Text) -> ControlRefuse:
    return ControlRefuse(ControlCode.ROSTER_UNREADABLE, {"why": why})
