"""Compile the Vietnamese sentences that Django lacks: the `.mo` beside each `.po` of the control plane.

compile_messages.py            write them
compile_messages.py --check    tell whether they are what they would be
"""

import sys
from pathlib import Path

import polib

from tree import ROOT, Finding, name_of, report

_TOP = "src/lienthong/control"


def compiled(source: Path) -> bytes:
    """Return the catalogue in the form that is read at run time."""
    catalogue = polib.pofile(str(source), check_for_duplicates=True)
    return bytes(catalogue.to_binary())


def check(root: Path) -> list[Finding]:
    """Return every catalogue under `root` that is not compiled as it stands, or has a gap."""
    findings = []
    for source in sorted((root / _TOP).rglob("*.po")):
        target = source.with_suffix(".mo")
        if not target.is_file() or target.read_bytes() != compiled(source):
            findings.append(Finding(name_of(target, root), 0, "run `make format`"))
        findings += [
            Finding(name_of(source, root), entry.linenum or 0, "has no Vietnamese sentence")
            for entry in polib.pofile(str(source))
            if not entry.translated()
        ]
    return findings


def main() -> int:
    """Write or check."""
    if "--check" in sys.argv[1:]:
        return report("messages", check(ROOT))
    for source in (ROOT / _TOP).rglob("*.po"):
        source.with_suffix(".mo").write_bytes(compiled(source))
    return 0


if __name__ == "__main__":
    sys.exit(main())
