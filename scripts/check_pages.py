"""Holds the pages to the code: links lead somewhere, files and symbols that a page names exist."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tree import PAGES, ROOT, SHIPPED, Finding, files, name_of, parse, report

_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")
_CODE = re.compile(r"`([^`\n]+)`")
_FILE = re.compile(r"^(?:src|protocol|client|tests|docs|scripts|bench|\.ci)/[\w./-]+$")
_SYMBOL = re.compile(r"^(?:lienthong|lienthong_protocol|lienthong_agency)(?:\.\w+)+$")
_FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def check(root: Path) -> list[Finding]:
    """Return every dead link and every file or symbol named in a page that is not there."""
    known = symbols(root)
    findings = []
    for path in files(root, PAGES, ".md"):
        name = name_of(path, root)
        for number, line in _lines_outside_fences(path.read_text(encoding="utf-8")):
            findings += [Finding(name, number, message) for message in _faults(line, path, root, known)]
    return findings


def symbols(root: Path) -> set[str]:
    """Return the dotted names of every module, top-level definition and class member of the packages."""
    found: set[str] = set()
    for top in SHIPPED:
        for path in files(root, (top,), ".py"):
            parts = path.relative_to(root / top).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found.add(module)
            found.update(f"{module}.{name}" for name in _defined(parse(path).body))
    return found


def _lines_outside_fences(text: str) -> Iterator[tuple[int, str]]:
    blanked = _FENCE.sub(lambda block: "\n" * block.group().count("\n"), text)
    yield from enumerate(blanked.splitlines(), 1)


def _faults(line: str, path: Path, root: Path, known: set[str]) -> Iterator[str]:
    for target in _LINK.findall(line):
        resolved = (path.parent / target).resolve()
        if not resolved.exists() or not resolved.is_relative_to(root.resolve()):
            yield f"the link {target} leads nowhere in this project"
    for code in _CODE.findall(line):
        if _FILE.match(code) and not (root / code).exists():
            yield f"there is no {code}"
        if _SYMBOL.match(code) and code not in known:
            yield f"{code} is not defined"


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name
                yield from (f"{name}.{member}" for member in _defined(node.body))
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.If() | ast.Try():
                yield from _defined(node.body)


if __name__ == "__main__":
    sys.exit(report("pages", check(ROOT)))
