"""The code tables a system needs to read its fields: one CSV file per list and version."""

import csv
import io
from collections.abc import Iterable

from lienthong.core.codes import CodeEntry, CodeList, entries, versions_of
from lienthong.core.field_kinds import Field, FieldType

_PLACES = (CodeList.PROVINCE, CodeList.DISTRICT, CodeList.COMMUNE)
_HEADER = ("code", "name", "name_en", "parent", "valid_from", "valid_until")


def code_lists(fields: Iterable[Field]) -> tuple[CodeList, ...]:
    """List the code lists the values of these fields are written in: an address takes all lists of places."""
    found: set[CodeList] = set()
    for field in fields:
        if field.code_list is not None:
            found.add(field.code_list)
        if field.type is FieldType.ADDRESS:
            found.update((*_PLACES, CodeList.COUNTRY))
    return tuple(code_list for code_list in CodeList if code_list in found)


def code_tables(fields: Iterable[Field]) -> dict[str, bytes]:
    """Return the tables by file name, UTF-8 with a byte order mark so that spreadsheets read Vietnamese."""
    return {
        table_name(code_list, version): _table(entries(code_list, version))
        for code_list in code_lists(fields)
        for version in versions_of(code_list)
    }


def table_name(code_list: CodeList, version: int) -> str:
    """Return the name of the table of one version of a list, within a set of documents."""
    return f"codes/{code_list}-{version}.csv"


def _table(rows: Iterable[CodeEntry]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for row in rows:
        writer.writerow(
            (row.code, row.name, row.name_en, row.parent, row.valid_from or "", row.valid_until or "")
        )
    return text.getvalue().encode("utf-8-sig")
