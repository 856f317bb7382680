"""The technical documents for what a system asks, as files: what the authority provides at once on receipt.

For what it gives there are lienthong.documents.giving. Law: R5.2 (technical documents for connecting and
exploiting), R9.1.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from lienthong.documents.code_tables import code_tables
from lienthong.documents.guide import guide
from lienthong.documents.interface import Interface
from lienthong.documents.openapi import openapi_document
from lienthong.documents.samples import python_sample, shell_sample

OPENAPI_NAME: Final = "openapi.json"


@dataclass(frozen=True, slots=True)
class TechnicalDocument:
    """One file: its name within the set, its media type, its bytes."""

    name: str
    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal."""
        return sha256(self.content).hexdigest()


def technical_documents(interface: Interface) -> tuple[TechnicalDocument, ...]:
    """Return the set made for exactly the services and fields of an interface, the same bytes every time."""
    openapi = openapi_document(origin=interface.origin, system=interface.system, offers=interface.offers())
    texts = {
        OPENAPI_NAME: ("application/json", json.dumps(openapi, ensure_ascii=False, indent=1) + "\n"),
        "huong-dan.md": ("text/markdown", guide(interface, "vi")),
        "guide.md": ("text/markdown", guide(interface, "en")),
        "sample.py": ("text/x-python", python_sample(interface)),
        "sample.sh": ("text/x-shellscript", shell_sample(interface)),
    }
    documents = [TechnicalDocument(name, kind, text.encode()) for name, (kind, text) in texts.items()]
    tables = code_tables(interface.fields())
    documents += [TechnicalDocument(name, "text/csv", content) for name, content in tables.items()]
    return tuple(documents)
