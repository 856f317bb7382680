"""Rules of the house that no linter knows: pure rules, reasons for broad handlers, no test left out."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tree import ROOT, SHIPPED, Finding, files, name_of, parse, report

PURE = ("src/lienthong/core", "protocol/src/lienthong_protocol")
_CLOCK = {"now", "utcnow", "today", "fromtimestamp"}
_INPUT_OUTPUT = {"open", "print", "input", "exec", "eval", "__import__"}
_LEFT_OUT = {"skip", "skipif", "xfail", "importorskip", "skipUnless", "skipIf", "skipTest"}
_BROAD = {"Exception", "BaseException"}
_SILENCED = re.compile(r"noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*")
_REASON = re.compile(r"#.*?[^\W\d]{2,}\W+\w+")


def check(root: Path) -> list[Finding]:
    """Return every impure call, unexplained broad handler and left-out test under `root`."""
    findings = []
    for path in files(root, PURE, ".py"):
        findings += [
            Finding(name_of(path, root), line, f"{call}: the rules get time and bytes as arguments")
            for line, call in _impure_calls(parse(path))
        ]
    for path in files(root, SHIPPED, ".py"):
        findings += [
            Finding(name_of(path, root), line, "say in a comment which loop must survive this")
            for line in _unexplained_handlers(path)
        ]
    for path in files(root, ("tests",), ".py"):
        findings += [
            Finding(name_of(path, root), line, f"{mark}: no test is left out, the machine is set up instead")
            for line, mark in _left_out(parse(path))
        ]
    return findings


def _impure_calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(attr=name) if name in _CLOCK:
                yield node.lineno, f".{name}()"
            case ast.Name(id=name) if name in _INPUT_OUTPUT:
                yield node.lineno, f"{name}()"


def _unexplained_handlers(path: Path) -> Iterator[int]:
    """Yield the handlers of everything that carry no reason on their line, above it or first inside."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _passes_on(node):
            around = lines[node.lineno - 2 : node.body[0].lineno]
            if not any(_REASON.search(_SILENCED.sub("", line)) for line in around):
                yield node.lineno


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Tell whether the handler only tidies up and raises what it caught again."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _is_broad(caught: ast.expr | None) -> bool:
    match caught:
        case None:
            return True
        case ast.Name(id=name):
            return name in _BROAD
        case ast.Tuple(elts=elements):
            return any(_is_broad(element) for element in elements)
        case _:
            return False


def _left_out(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="pytest"), attr=name) if name in _LEFT_OUT:
                yield node.lineno, f"pytest.{name}"
            case ast.Attribute(value=ast.Attribute(attr="mark"), attr=name) if name in _LEFT_OUT:
                yield node.lineno, f"mark.{name}"


if __name__ == "__main__":
    sys.exit(report("code", check(ROOT)))
