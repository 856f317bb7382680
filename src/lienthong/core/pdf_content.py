"""What in a PDF acts by itself: found in its objects, also where names are escaped or objects are packed.

A file that cannot be looked into counts as active. Only the structure is read; nothing is rendered.
"""

import re
import zlib
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

MOST_UNPACKED: Final = 32 * 1024 * 1024


class PdfMarker(StrEnum):
    """What makes a PDF more than pages to look at, or unreadable."""

    SCRIPT = "script"
    LAUNCH = "launch"
    OPEN_ACTION = "open_action"
    EMBEDDED_FILE = "embedded_file"
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"


_NAMES = {
    b"/JS": PdfMarker.SCRIPT,
    b"/JavaScript": PdfMarker.SCRIPT,
    b"/Launch": PdfMarker.LAUNCH,
    b"/ImportData": PdfMarker.LAUNCH,
    b"/SubmitForm": PdfMarker.LAUNCH,
    b"/OpenAction": PdfMarker.OPEN_ACTION,
    b"/AA": PdfMarker.OPEN_ACTION,
    b"/EmbeddedFile": PdfMarker.EMBEDDED_FILE,
    b"/EmbeddedFiles": PdfMarker.EMBEDDED_FILE,
    b"/RichMedia": PdfMarker.EMBEDDED_FILE,
    b"/XFA": PdfMarker.EMBEDDED_FILE,
    b"/Encrypt": PdfMarker.ENCRYPTED,
}
_NAME = re.compile(rb"/(?:[^\x00\t\n\f\r ()<>\[\]{}/%#]|#[0-9A-Fa-f]{2})+")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_END = b"endstream"
_SHORT = 3
"""Names so short stand by chance in pictures and fonts: there only longer ones count, as every script has."""


def pdf_markers(content: bytes) -> frozenset[PdfMarker]:
    """Return what acts by itself in a PDF, or keeps it from being looked into; empty for plain pages.

    Objects packed into object streams are unpacked, up to MOST_UNPACKED bytes in all. A reader finds objects
    by their offsets, so a word that only looks like the beginning of a stream hides nothing here either:
    every such word is taken for one.
    """
    found: set[PdfMarker] = set()
    budget = MOST_UNPACKED
    for segment in content.split(_END):
        starts = [match.end() for match in _STREAM.finditer(segment)]
        found.update(_markers_in(segment, sure_to=starts[0] if starts else len(segment)))
        names = {_plain(name) for name in _NAME.findall(segment)}
        if b"/ObjStm" not in names:
            continue
        if b"/Predictor" in names:
            found.add(PdfMarker.UNREADABLE)
        unpacked = [plain for start in starts if (plain := _unpacked(segment[start:], budget)) is not None]
        if not unpacked:
            found.add(PdfMarker.UNREADABLE)
        for plain in unpacked:
            found.update(_markers_in(plain, sure_to=len(plain)))
            budget -= len(plain)
        if budget <= 0:
            found.add(PdfMarker.UNREADABLE)
            break
    return frozenset(found)


def _unpacked(packed: bytes, budget: int) -> bytes | None:
    """Return packed objects whole, None where they are cut short, too large or packed in another way."""
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, budget)
    except zlib.error:
        return None
    return plain if unpacker.eof else None


def _markers_in(content: bytes, *, sure_to: int) -> Iterator[PdfMarker]:
    for match in _NAME.finditer(content):
        name = _plain(match[0])
        marker = _NAMES.get(name)
        if marker is None or (match.start() >= sure_to and len(name) <= _SHORT):
            continue
        if not _opens_at_a_page(name, content, match.end()):
            yield marker


def _plain(name: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), name)


def _opens_at_a_page(name: bytes, content: bytes, end: int) -> bool:
    """Say whether an open action only names the page to begin at, as office programs write it."""
    return name == b"/OpenAction" and content[end : end + 8].lstrip().startswith(b"[")
