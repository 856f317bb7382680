"""The technical documents for what a system gives, as files: guide in both languages, list, code tables.

There is no service to give to yet, and nothing here pretends one: no address, no message, no sample.
Law: R5.2 (technical documents for sharing), R2.1, R2.2, R8.3.
"""

import json

from lienthong.core.codes import versions_of
from lienthong.core.fields import Field
from lienthong.documents.code_tables import code_lists, code_tables, table_name
from lienthong.documents.giving_guide import INTAKE_NOT_OPEN, Giving, giving_guide
from lienthong.documents.openapi import JsonObject, value_schema
from lienthong.documents.technical import TechnicalDocument


def giving_documents(giving: Giving) -> tuple[TechnicalDocument, ...]:
    """Return the set made for exactly the fields and items that are given, the same bytes every time.

    Code tables have the names they have in the documents for reading: where both sets hold one, it is the
    same file.
    """
    texts = {
        "giving/huong-dan.md": ("text/markdown", giving_guide(giving, "vi")),
        "giving/guide.md": ("text/markdown", giving_guide(giving, "en")),
        "giving/fields.json": (
            "application/json",
            json.dumps(_listed(giving), ensure_ascii=False, indent=1) + "\n",
        ),
    }
    documents = [TechnicalDocument(name, kind, text.encode()) for name, (kind, text) in texts.items()]
    tables = code_tables(giving.given.fields)
    documents += [TechnicalDocument(name, "text/csv", content) for name, content in tables.items()]
    return tuple(documents)


def _listed(giving: Giving) -> JsonObject:
    """Return the list for programs. `intake_open` tells them that nothing can be sent yet."""
    return {
        "system": giving.system,
        "name": giving.name,
        "intake_open": False,
        "note": {"vi": INTAKE_NOT_OPEN.vi, "en": INTAKE_NOT_OPEN.en},
        "purposes": [
            {
                "code": purpose.code,
                "title": purpose.title,
                "fields": [field.name for field in purpose.given.fields],
                "items": [item.name for item in purpose.given.items],
            }
            for purpose in giving.purposes
        ],
        "fields": [_field(field) for field in giving.given.fields],
        "items": [{"name": item.name, "label": item.label} for item in giving.given.items],
    }


def _field(field: Field) -> JsonObject:
    return {
        "number": field.number,
        "name": field.name,
        "label": {"vi": field.label_vi, "en": field.label_en},
        "type": field.type.value,
        "many": field.many,
        "schema": value_schema(field),
        "code_tables": [
            table_name(code_list, version)
            for code_list in code_lists((field,))
            for version in versions_of(code_list)
        ],
        "npd_name": field.npd_name,
        "source": field.source.value,
        "computed_from": list(field.derived_from),
    }
