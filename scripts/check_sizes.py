"""No file over 500 lines (tests 800), no function over 60: what is longer has more than one subject."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tree import CODE, ROOT, SHIPPED, Finding, files, name_of, parse, report

FILE_LINES = 500
TEST_FILE_LINES = 800
FUNCTION_LINES = 60


def check(root: Path) -> list[Finding]:
    """Return every file and function under `root` that is longer than the house allows."""
    findings = []
    for path in files(root, CODE, ".py"):
        name = name_of(path, root)
        limit = TEST_FILE_LINES if name.startswith("tests/") else FILE_LINES
        findings += _long_file(path, name, limit)
        findings += [
            Finding(name, line, f"{function} has {lines} lines, at most {FUNCTION_LINES}")
            for function, line, lines in _functions(parse(path))
            if lines > FUNCTION_LINES
        ]
    for path in files(root, SHIPPED, ".sql"):
        findings += _long_file(path, name_of(path, root), FILE_LINES)
    return findings


def _long_file(path: Path, name: str, limit: int) -> list[Finding]:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    return [Finding(name, 0, f"{lines} lines, at most {limit}")] if lines > limit else []


def _functions(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


if __name__ == "__main__":
    sys.exit(report("sizes", check(ROOT)))
