"""Files that are not what they say, each named for its attack: kept by no field of any page."""

import io
import zipfile
from dataclasses import dataclass
from typing import Final

PDF_TYPE: Final = "application/pdf"
DOCX_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLAIN_PDF: Final = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(21) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
_HTML: Final = b"<html><script>fetch('/agency/')</script></html>"
_TYPES: Final = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_XLSX: Final = {"[Content_Types].xml": _TYPES, "xl/workbook.xml": b"<workbook/>"}
_DOCX: Final = {"[Content_Types].xml": _TYPES, "word/document.xml": b"<w:document/>"}


@dataclass(frozen=True, slots=True)
class Attack:
    """One file as a browser would send it."""

    name: str
    declared_type: str
    content: bytes


def zipped(parts: dict[str, bytes], *twice: tuple[str, bytes]) -> bytes:
    """Return parts as a ZIP container; `twice` are added under names that may stand there already."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in (*parts.items(), *twice):
            with_name = zipfile.ZipInfo(name)
            with_name.compress_type = zipfile.ZIP_DEFLATED
            container.writestr(with_name, content)
    return made.getvalue()


def _overlapping() -> bytes:
    """Return a container whose directory names one part a hundred times: small, and huge when unpacked."""
    packed = zipped(_DOCX | {"word/a.xml": b"0" * 900_000})
    begin = packed.index(b"PK\x01\x02")
    end = packed.rindex(b"PK\x05\x06")
    entry = packed[packed.rindex(b"PK\x01\x02") : end]
    copies = b"".join(entry.replace(b"word/a.xml", b"word/%05d" % number) for number in range(99))
    directory = packed[begin:end] + copies
    count = (3 + 99).to_bytes(2, "little")
    tail = packed[end : end + 8] + count + count + len(directory).to_bytes(4, "little") + packed[end + 16 :]
    return packed[:begin] + directory + tail


ATTACKS: Final[dict[str, Attack]] = {
    "zip bomb in a document": Attack("x.docx", DOCX_TYPE, zipped(_DOCX | {"word/a.xml": bytes(30_000_000)})),
    "zip bomb in a workbook": Attack("x.xlsx", XLSX_TYPE, zipped(_XLSX | {"xl/a.xml": bytes(30_000_000)})),
    "zip bomb of overlapping parts": Attack("x.docx", DOCX_TYPE, _overlapping()),
    "zip of ten thousand parts": Attack(
        "x.docx", DOCX_TYPE, zipped(_DOCX | {f"word/{n}": b"" for n in range(10_001)})
    ),
    "macro workbook": Attack("x.xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12", zipped(_XLSX)),
    "macro workbook under a plain name": Attack(
        "x.xlsx", XLSX_TYPE, zipped(_XLSX | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})
    ),
    "macro sheet of the old kind": Attack(
        "x.xlsx", XLSX_TYPE, zipped(_XLSX | {"xl/macrosheets/sheet1.xml": b"<x/>"})
    ),
    "workbook in a workbook": Attack(
        "x.xlsx", XLSX_TYPE, zipped(_XLSX | {"xl/embeddings/a.xlsx": zipped(_XLSX)})
    ),
    "two entries of one name": Attack(
        "x.xlsx", XLSX_TYPE, zipped(_XLSX, ("xl/Workbook.xml", b"<workbook><other/></workbook>"))
    ),
    "entry that leads out": Attack("x.docx", DOCX_TYPE, zipped(_DOCX | {"../../etc/cron.d/x": b"x"})),
    "pdf and page": Attack("x.pdf", PDF_TYPE, PLAIN_PDF + _HTML),
    "page and pdf": Attack("x.pdf", PDF_TYPE, _HTML + PLAIN_PDF),
    "pdf and archive": Attack("x.pdf", PDF_TYPE, PLAIN_PDF + zipped({"a.exe": b"MZ"})),
    "pdf and archive, the ends crossed": Attack(
        "x.pdf", PDF_TYPE, PLAIN_PDF + zipped({"a": b"MZ"}) + b"%%EOF\n"
    ),
    "pdf that runs a script": Attack(
        "x.pdf", PDF_TYPE, PLAIN_PDF.replace(b"/Type", b"/OpenAction<</S/JavaScript/JS(x)>>/Type")
    ),
    "picture and script": Attack("x.png", "image/png", _PNG + b"<script>alert(1)</script>"),
    "picture and archive": Attack("x.png", "image/png", _PNG + zipped({"a.exe": b"MZ"})),
    "program under a plain name": Attack("x.pdf", PDF_TYPE, b"MZ" + bytes(200)),
    "page under a plain name": Attack("x.pdf", "text/html", _HTML),
    "drawing that runs a script": Attack("x.svg", "image/svg+xml", b"<svg onload='alert(1)'/>"),
    "name with a direction override": Attack("mo-ta\u202efdp.exe.pdf", PDF_TYPE, PLAIN_PDF),
    "name with a hidden kind": Attack("mo-ta.exe.pdf", PDF_TYPE, PLAIN_PDF),
    "empty": Attack("x.pdf", PDF_TYPE, b""),
}
"""By the name of the attack; what is wrong with each is wrong in every field that takes files."""

HARMLESS_NAMES: Final = {
    "name of ten thousand characters": "x" * 10_000 + ".pdf",
    "name that leads out": "../../../etc/cron.d/x.pdf",
    "name that leads out the other way": "..\\..\\windows\\x.pdf",
    "name of the root": "/etc/passwd.pdf",
    "name with a control character": "mo-ta\x07\x1b[2J.pdf",
    "name with a direction override": "mo-ta\u202efdp.pdf",
}
"""Names of which path, length and invisible characters are taken away before anybody sees them."""
