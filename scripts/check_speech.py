"""Every word on screen stands in both languages: in `say`, in a `Text`, or nowhere.

In templates no Vietnamese letter and no word may stand outside `say`; in the control plane's Python no
Vietnamese letter outside a `Text` and no label that is a plain string.
"""

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from tree import ROOT, Finding, files, name_of, parse, report

_TOP = "src/lienthong/control"
_LETTERS = re.compile(r"[À-ỹĐđ₫]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SAME_IN_BOTH = {
    "PDF", "XLSX", "JSON", "JWK", "CSV", "API", "OpenAPI", "curl", "Python", "TOTP", "RFC", "ID", "KB", "MB",
}  # fmt: skip
_SPOKEN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "placeholder", "title", "content"}
_NAMES_OF_SETTINGS = {"viewport", "theme-color"}

_LITERAL = r"(?:\"[^\"]*\"|'[^']*')"
_SPOKEN = (
    re.compile(r"{%\s*say\s*%}.*?{%\s*endsay\s*%}", re.S),
    re.compile(rf"{{%\s*say\s+{_LITERAL}\s+{_LITERAL}[^%]*%}}"),
    re.compile(rf"{_LITERAL}\|say:{_LITERAL}"),
)
_COMMENTS = re.compile(r"{#.*?#}|{%\s*comment.*?{%\s*endcomment\s*%}", re.S)
_TAGS = re.compile(r"{%.*?%}|{{.*?}}", re.S)

_TEXTS = {"Text", "say"}
_LABELS = {"label", "help_text", "verbose_name", "empty_label", "legend"}


def check(root: Path) -> list[Finding]:
    """Return every word under `root` that would be shown in one language only."""
    findings: list[Finding] = []
    for path in files(root, (_TOP,), ".html", ".txt"):
        if "static" not in path.parts:
            findings += _template(path, name_of(path, root))
    for path in files(root, (_TOP,), ".py"):
        if "migrations" not in path.parts:
            findings += _module(path, name_of(path, root))
    return findings


def _template(path: Path, name: str) -> Iterator[Finding]:
    """Blank out what is said in both languages, then look at what is left."""
    source = path.read_text(encoding="utf-8")
    rest = _COMMENTS.sub(_blank, source)
    for spoken in _SPOKEN:
        rest = spoken.sub(_blank, rest)
    for number, line in enumerate(rest.splitlines(), 1):
        if _LETTERS.search(line):
            yield Finding(name, number, "Vietnamese outside say")
    page = _Page()
    page.feed(_TAGS.sub(_blank, rest))
    page.close()
    for number, words in page.words:
        yield Finding(name, number, f"{words!r} is said in one language only")


def _blank(match: re.Match[str]) -> str:
    """Keep the lines where they are."""
    return "\n" * match.group().count("\n")


class _Page(HTMLParser):
    """Collects the words that a reader would see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[tuple[int, str]] = []

    def handle_data(self, data: str) -> None:
        """Look at the text between tags."""
        self._note(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes that are read out or shown."""
        if tag == "meta" and dict(attrs).get("name") in _NAMES_OF_SETTINGS:
            return
        for name, value in attrs:
            if value and (name in _SPOKEN_ATTRIBUTES or name.startswith("data-i18n")):
                self._note(value)

    def _note(self, data: str) -> None:
        strange = [found for found in _WORD.finditer(data) if found.group() not in _SAME_IN_BOTH]
        if strange:
            line = self.getpos()[0] + data.count("\n", 0, strange[0].start())
            self.words.append((line, " ".join(found.group() for found in strange)[:60]))


def _module(path: Path, name: str) -> Iterator[Finding]:
    tree = parse(path)
    allowed = {id(node) for node in _documentation(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _TEXTS:
            allowed |= {id(part) for argument in node.args for part in ast.walk(argument)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in allowed:
            if _LETTERS.search(node.value):
                yield Finding(name, node.lineno, f"{node.value[:40]!r}: Vietnamese outside a Text")
        elif isinstance(node, ast.keyword) and node.arg in _LABELS and isinstance(node.value, ast.Constant):
            yield from _plain_label(node.arg, node.value, name)


def _plain_label(argument: str, value: ast.Constant, name: str) -> Iterator[Finding]:
    if isinstance(value.value, str) and value.value:
        yield Finding(name, value.lineno, f"{argument} is no Text")


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _documentation(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield docstrings, those below values included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


if __name__ == "__main__":
    sys.exit(report("speech", check(ROOT)))
