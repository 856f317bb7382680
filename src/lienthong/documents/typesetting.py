"""Setting a page from a template of this folder: the one compiler, one page at a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst

_FOLDER: Final = Path(__file__).parent
_ONE_AT_A_TIME: Final = Lock()


class TypesettingError(Exception):
    """The page could not be set: a fault of ours, told with what the writer said."""


@dataclass(frozen=True, slots=True)
class SetPages:
    """A document as PDF/A-2a and PDF/UA-1, and the values its template left under the label asked for."""

    content: bytes
    found: tuple[dict[str, Any], ...]


def typeset(template: str, data: Mapping[str, object], *, at: datetime, label: str) -> SetPages:
    """Return the template set with `data`; `at` is the moment written into the file. Raises TypesettingError.

    The same arguments give the same bytes.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        with _ONE_AT_A_TIME:
            content = _compiler().compile(
                input=str(_FOLDER / template),
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=["a-2a", "ua-1"],
                timestamp=int(at.timestamp()),
            )
            # The compiler answers questions about the document it set last.
            found = json.loads(_compiler().query(f"<{label}>", field="value"))
    except typst.TypstError as error:
        raise TypesettingError(f"{template} could not be set: {error}") from error
    assert isinstance(content, bytes)
    return SetPages(content, tuple(found))


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=[str(_FOLDER / "fonts")], ignore_system_fonts=True, root=str(_FOLDER))
