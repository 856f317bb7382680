"""The committed stylesheet, script and fonts are what `assets/` says; where node is set up, byte for byte."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tree import ROOT, Finding, report

BUILT = "src/lienthong/control/theme/static/theme"
_DIGESTS = "sources.sha256"


def check(root: Path) -> list[Finding]:
    """Return what differs between the committed build and its sources under `root`.

    Without node and `assets/node_modules` only the digests of the sources are compared: a fresh Debian has
    neither.
    """
    findings = _moved_on(root)
    if not findings and shutil.which("node") and (root / "assets/node_modules").is_dir():
        findings = _differing(root)
    return findings


def _moved_on(root: Path) -> list[Finding]:
    """Compare the sources with the digests that the last build noted."""
    noted = {}
    for line in (root / BUILT / _DIGESTS).read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        noted[name] = digest
    present = {
        path.relative_to(root / "assets").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in _sources(root / "assets")
    }
    return [
        Finding(f"assets/{name}", 0, "the committed build is of another version: run `make assets`")
        for name in sorted(noted.keys() | present.keys())
        if noted.get(name) != present.get(name)
    ]


def _sources(assets: Path) -> list[Path]:
    tops = [path for path in assets.iterdir() if path.is_file() and not path.name.startswith(".")]
    return tops + [path for folder in ("scss", "js") for path in (assets / folder).iterdir()]


def _differing(root: Path) -> list[Finding]:
    """Build afresh into another folder and compare every file."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "theme"
        subprocess.run(["node", "build.mjs", str(fresh)], cwd=root / "assets", check=True, timeout=300)
        wanted, committed = _contents(fresh), _contents(root / BUILT)
    return [
        Finding(f"{BUILT}/{name}", 0, "differs from a fresh build: run `make assets`")
        for name in sorted(wanted.keys() | committed.keys())
        if wanted.get(name) != committed.get(name)
    ]


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


if __name__ == "__main__":
    sys.exit(report("assets", check(ROOT)))
