"""The files of the project and what a check says about them. Walks the tree itself: no git is needed."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("src", "protocol/src", "client/src")
CODE = (*SHIPPED, "tests", "scripts", "bench")
PAGES = (
    "README.md",
    "ARCHITECTURE.md",
    "GLOSSARY.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs",
)
_LEFT_BY_TOOLS = {"__pycache__", "node_modules", "data", "results"}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One place that breaks a rule of the house; line 0 means the file as a whole."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


def files(root: Path, tops: Iterable[str], *suffixes: str) -> Iterator[Path]:
    """Yield the files below `tops` (folders or files, relative to `root`) that end in one of `suffixes`."""
    for top in tops:
        start = root / top
        candidates = [start] if start.is_file() else sorted(start.rglob("*"))
        for path in candidates:
            inside = path.relative_to(start).parts
            if not _LEFT_BY_TOOLS.intersection(inside[:-1]) and path.suffix in suffixes and path.is_file():
                yield path


def shipped_data(root: Path) -> Iterator[Path]:
    """Yield the data files that ship inside the packages."""
    for top in SHIPPED:
        yield from (path for path in sorted((root / top).rglob("data/*")) if path.is_file())


def name_of(path: Path, root: Path) -> str:
    """Return the path as it is written in findings and pages."""
    return path.relative_to(root).as_posix()


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def report(title: str, findings: Sequence[Finding]) -> int:
    """Print the findings, or one line that there are none, and return the exit code."""
    for finding in sorted(findings):
        print(finding)
    print(f"{title}: {len(findings)} found" if findings else f"{title}: clean")
    return 1 if findings else 0
