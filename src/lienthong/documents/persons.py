"""The page of test persons: who to ask for and what comes back, as PDF to print, JSON and CSV to load.

The layout lies in `persons.typ`; texts are handed over as data. The same list gives the same bytes.
Law: R5.2.
"""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from string import ascii_uppercase
from typing import Any, Final

import msgspec

from lienthong.core.codes import CURRENT_PLACES, CodeList, name_of
from lienthong.core.field_kinds import Field
from lienthong.core.fields import BY_NAME
from lienthong.core.known_persons import PART_TEXTS, ExpectedAnswer, Part, PersonsSheet
from lienthong.documents.interface import SamplePerson
from lienthong.documents.technical import TechnicalDocument
from lienthong.documents.typesetting import SetPages, typeset

_VIETNAM: Final = timedelta(hours=7)
_FLAGS: Final = {
    "deceased": "đã chết",
    "declared_missing": "bị tuyên bố mất tích",
    "number_superseded": "số đã được thay",
    "under_examination": "đang được xác minh",
}
_COLUMNS: Final = ("part", "situation", "ask_number", "ask_full_name", "ask_birth_date", "code", "flags")
_SIZES: Final = (8.5, 7.5, 6.5, 5.5)
"""Points of the answers' text: the largest at which the list is one page is taken."""


PERSONS_KINDS: Final = ("pdf", "json", "csv")


def persons_documents(sheet: PersonsSheet) -> tuple[TechnicalDocument, ...]:
    """Return the list as files: PDF, JSON, CSV. Raises TypesettingError."""
    made = (persons_document(sheet, kind) for kind in PERSONS_KINDS)
    return tuple(each for each in made if each is not None)


def persons_document(sheet: PersonsSheet, kind: str) -> TechnicalDocument | None:
    """Return the list as one file, None for a kind that is none of PERSONS_KINDS. Raises TypesettingError."""
    match kind:
        case "pdf":
            return TechnicalDocument("nguoi-kiem-thu.pdf", "application/pdf", persons_page(sheet))
        case "json":
            content = msgspec.json.format(msgspec.json.encode(sheet)) + b"\n"
            return TechnicalDocument("nguoi-kiem-thu.json", "application/json", content)
        case "csv":
            return TechnicalDocument("nguoi-kiem-thu.csv", "text/csv", persons_table(sheet))
        case _:
            return None


def sample_persons(sheet: PersonsSheet) -> tuple[SamplePerson, SamplePerson]:
    """Return the two persons the samples ask for; raises ValueError for a list without an ordinary one."""
    person = sheet.person(Part.ORDINARY)
    if person is None:
        raise ValueError("the list of test persons has nobody ordinary")
    first, second = (
        SamplePerson(number=each.number, full_name=each.full_name, birth_date=each.birth_date)
        for each in (person, sheet.person(Part.OTHER) or person)
    )
    return first, second


def persons_page(sheet: PersonsSheet) -> bytes:
    """Return the list as PDF: one A4 page while the smallest text is still read. Raises TypesettingError."""
    at = datetime.fromtimestamp(sheet.made_at / 1_000_000, UTC)
    pages = SetPages(b"", ())
    for size in _SIZES:
        pages = typeset("persons.typ", _data(sheet, at, size), at=at, label="pages")
        if pages.found[-1]["pages"] == 1:
            break
    return pages.content


def persons_table(sheet: PersonsSheet) -> bytes:
    """Return the list as CSV, UTF-8 with a byte order mark; values that have parts are JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*_COLUMNS, *sheet.fields))
    for entry in sheet.entries:
        person, expected = entry.person, entry.expected
        values = (_raw(expected.values.get(field)) for field in sheet.fields)
        claimed = (
            person.part,
            PART_TEXTS[person.part].vi,
            person.number,
            person.full_name,
            person.birth_date,
        )
        writer.writerow((*claimed, expected.code, " ".join(expected.flags), *values))
    return text.getvalue().encode("utf-8-sig")


def _data(sheet: PersonsSheet, at: datetime, size: float) -> dict[str, object]:
    letters = dict(zip(ascii_uppercase, sheet.entries, strict=False))
    answered = {letter: entry for letter, entry in letters.items() if not entry.expected.code}
    return {
        "size": size,
        "system": sheet.system,
        "name": sheet.name,
        "origin": sheet.origin,
        "made": (at + _VIETNAM).strftime("%d/%m/%Y"),
        "officers": sheet.officers,
        "misses": sheet.misses_per_person,
        "people": [
            {
                "letter": letter,
                "situation": PART_TEXTS[entry.person.part].vi,
                "number": entry.person.number,
                "name": entry.person.full_name,
                "birth": entry.person.birth_date,
                "matches": not entry.expected.code,
                "result": _result(entry.expected),
            }
            for letter, entry in letters.items()
        ],
        "letters": list(answered),
        "fields": [
            {
                "name": name,
                "label": BY_NAME[name].label_vi,
                "compared": name in sheet.compared,
                "values": [
                    _shown(BY_NAME[name], entry.expected.values.get(name)) for entry in answered.values()
                ],
            }
            for name in sheet.fields
        ],
    }


def _result(expected: ExpectedAnswer) -> str:
    if expected.code:
        return f"không khớp ({expected.code})"
    flags = ", ".join(_FLAGS.get(flag, flag) for flag in expected.flags)
    return f"khớp, kèm cờ: {flags}" if flags else "khớp"


def _raw(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def _shown(field: Field, value: object) -> str:
    """Return a value as it is on the wire, a code with its name, an address or card in one line."""
    match value:
        case None:
            return "–"
        case bool():
            return "true" if value else "false"
        case list():
            return "; ".join(_shown(field, each) for each in value) or "[ ]"
        case dict():
            return _in_one_line(value)
        case str() if field.code_list is not None:
            version = CURRENT_PLACES if field.code_list is CodeList.PROVINCE else 1
            name = name_of(field.code_list, version, value)
            return value if name is None else f"{value} ({name})"
        case _:
            return str(value)


def _in_one_line(value: dict[str, Any]) -> str:
    names = [value[part] for part in _ADDRESS if value.get(part)]
    if "commune_name" not in value:
        return ", ".join(f"{name} {each}" for name, each in value.items() if each is not None)
    codes = "/".join(value[part] for part in ("province", "district", "commune") if value.get(part))
    return f"{', '.join(names)} ({codes})"


_ADDRESS: Final = ("detail", "commune_name", "district_name", "province_name")
