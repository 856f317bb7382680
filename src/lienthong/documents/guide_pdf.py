"""A published guide as PDF to print: its Markdown read into blocks, which the template sets as data.

Nothing that a guide says becomes markup of the template. The same edition gives the same bytes. Law: R7.1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from markdown_it.token import Token

from lienthong.documents.markdown import blocks_of, heading_levels
from lienthong.documents.typesetting import typeset


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedGuide:
    """What stands on the paper; `parts` are labels and Markdown, `edition` says which edition it is."""

    title: str
    publisher: str
    edition: str
    sha256: str
    parts: tuple[tuple[str, str], ...]


_DEEPEST: Final = 4
_PLAIN: Final[dict[str, Any]] = {"strong": False, "em": False, "code": False, "href": ""}


def guide_pdf(guide: PrintedGuide, *, at: datetime) -> bytes:
    """Return a guide as PDF; `at` is the moment written into the file. Raises TypesettingError."""
    data = {
        "title": guide.title,
        "publisher": guide.publisher,
        "edition": guide.edition,
        "sha256": guide.sha256,
        "parts": [{"label": label, "blocks": _blocks(blocks_of(text))} for label, text in guide.parts],
    }
    return typeset("guide.typ", data, at=at, label="pages").content


def _blocks(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    """Return blocks of one depth; what lies within lists and quotations is read by itself."""
    found: list[dict[str, Any]] = []
    levels = heading_levels(tokens, below=2)
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _closing(tokens, position)
        inner = tokens[position + 1 : end]
        match token.type:
            case "heading_open":
                level = min(levels[id(token)], _DEEPEST)
                found.append({"kind": "heading", "level": level, "runs": _runs(inner)})
            case "paragraph_open":
                found.append({"kind": "paragraph", "runs": _runs(inner)})
            case "bullet_list_open" | "ordered_list_open":
                start = int(token.attrGet("start") or 1)
                items = [_blocks(item) for item in _children(inner, "list_item_open")]
                is_ordered = token.type == "ordered_list_open"
                found.append({"kind": "list", "ordered": is_ordered, "start": start, "items": items})
            case "blockquote_open":
                found.append({"kind": "quotation", "blocks": _blocks(inner)})
            case "table_open":
                rows = [
                    [_runs(cell) for cell in _children(row, "th_open", "td_open")]
                    for part in _children(inner, "thead_open", "tbody_open")
                    for row in _children(part, "tr_open")
                ]
                found.append({"kind": "table", "header": rows[0], "rows": rows[1:]})
            case "fence" | "code_block":
                found.append({"kind": "code", "text": token.content.rstrip("\n")})
            case "hr":
                found.append({"kind": "rule"})
        position = end + 1
    return found


def _closing(tokens: Sequence[Token], opening: int) -> int:
    """Return where a token that opens something closes; a token that stands alone closes itself."""
    if tokens[opening].nesting != 1:
        return opening
    depth = 0
    for position in range(opening, len(tokens)):
        depth += tokens[position].nesting
        if depth == 0:
            return position
    raise AssertionError("the parser closes what it opens")


def _children(tokens: Sequence[Token], *types: str) -> Iterator[Sequence[Token]]:
    """Yield what lies within each of the outermost tokens of these types."""
    position = 0
    while position < len(tokens):
        end = _closing(tokens, position)
        if tokens[position].type in types:
            yield tokens[position + 1 : end]
        position = end + 1


def _runs(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    """Return inline text as runs, each with how it is set."""
    runs: list[dict[str, Any]] = []
    style = dict(_PLAIN)
    for token in (child for each in tokens for child in each.children or ()):
        match token.type:
            case "strong_open" | "strong_close":
                style["strong"] = token.nesting == 1
            case "em_open" | "em_close":
                style["em"] = token.nesting == 1
            case "link_open":
                style["href"] = str(token.attrGet("href") or "")
            case "link_close":
                style["href"] = ""
            case "code_inline":
                runs.append({**style, "code": True, "text": token.content})
            case "softbreak":
                runs.append({**style, "text": " "})
            case "hardbreak":
                runs.append({**style, "text": "\n"})
            case "text" if token.content:
                runs.append({**style, "text": token.content})
    return runs
