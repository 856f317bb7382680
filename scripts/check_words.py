"""Words and names that must not stand in the project, and SQL that stands outside its files."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tree import CODE, PAGES, ROOT, SHIPPED, Finding, files, name_of, parse, report

_TEXT = (".py", ".sql", ".md", ".toml", ".txt", ".yml", ".yaml", ".html", ".json", ".sh", "")
_TOPS = (
    *CODE,
    *PAGES,
    "pyproject.toml",
    "protocol/pyproject.toml",
    "client/pyproject.toml",
    "Makefile",
    ".ci",
)

_NAMES_WHAT_IT_LOOKS_FOR = {"scripts/check_words.py", "tests/house/test_checks.py"}
_WORDS = (
    (
        re.compile(
            r"pypi\.org|pythonhosted\.org|npmjs\.com|proxy\.golang\.org|registry\.\w+\.(?:io|com)", re.I
        ),
        "a registry's host belongs in the lock file alone: the operator's own mirror must stay possible",
    ),
    (
        re.compile(r"(?<![\w.~:/-])/(?:home|root|Users|work|arm)/\w"),
        "a path of one machine: take it from the configuration",
    ),
    (
        re.compile(r"\bissues?\s+#?\d|\((?:fixe|close)s #\d"),
        "say what is so and why, not where it was asked for",
    ),
    (re.compile(r"\b(?:FIXME|XXX|HACK)\b"), "mend it, or write TODO(what would make it done)"),
    (re.compile(r"\bTODO\b(?!\([^)]{8,}\))"), "write it as TODO(what would make it done)"),
)
_PATTERN_NAMES = {
    "util", "utils", "common", "helper", "helpers", "service", "services", "manager", "managers", "adapter",
    "adapters", "misc", "shared",
}  # fmt: skip
_SELECT_STAR = re.compile(r"\bSELECT\s+(?:DISTINCT\s+)?(?:\w+\.)?\*", re.I)
# Utility statements without parameters (CREATE DATABASE, ALTER ROLE … PASSWORD) are composed where they run.
_STATEMENT = re.compile(
    r"^\s*(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|MERGE\s+INTO\s|WITH\s+\w+.*\sAS\s"
    r"|TRUNCATE\s|(?:CREATE|ALTER|DROP)\s+(?:TABLE|FUNCTION|SCHEMA|TRIGGER|INDEX|VIEW|TYPE)\s|(?:GRANT|REVOKE)\s+[A-Z])"
)


def check(root: Path) -> list[Finding]:
    """Return every forbidden word, module name and misplaced statement under `root`."""
    findings: list[Finding] = []
    for path in files(root, _TOPS, *_TEXT):
        name = name_of(path, root)
        if name not in _NAMES_WHAT_IT_LOOKS_FOR:
            findings += _forbidden_words(path, name)
        if path.stem in _PATTERN_NAMES or _PATTERN_NAMES.intersection(path.relative_to(root).parts[:-1]):
            findings.append(Finding(name, 0, "a module is named for its subject, not for a pattern"))
    for path in files(root, SHIPPED, ".sql", ".py"):
        findings += _select_star(path, name_of(path, root))
    for path in files(root, SHIPPED, ".py"):
        findings += [
            Finding(name_of(path, root), line, f"SQL belongs in a .sql file: {text.strip()[:40]!r}")
            for line, text in _statements(parse(path))
        ]
    return findings


def _forbidden_words(path: Path, name: str) -> Iterator[Finding]:
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        for pattern, why in _WORDS:
            if pattern.search(line):
                yield Finding(name, number, f"{line.strip()[:60]!r}: {why}")


def _select_star(path: Path, name: str) -> Iterator[Finding]:
    text = path.read_text(encoding="utf-8")
    for match in _SELECT_STAR.finditer(text):
        yield Finding(name, text.count("\n", 0, match.start()) + 1, "name the columns that are wanted")


def _statements(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the string literals that read as SQL; documentation is no literal of the program."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in documentation:
            continue
        if _STATEMENT.match(node.value):
            yield node.lineno, node.value


if __name__ == "__main__":
    sys.exit(report("words", check(ROOT)))
