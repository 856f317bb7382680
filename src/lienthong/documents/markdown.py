"""Markdown as HTML: what people write in guides, and the project's own pages.

Either way the source is text: HTML in it is shown, not obeyed. What people write also shows no images and
leads only to addresses of the web, mail and telephone, so that a guide can neither act in a reader's browser
nor tell anybody that it was read.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

_OUTWARD: Final = frozenset({"http", "https", "mailto", "tel"})
_DEEPEST: Final = 6
_NOT_IN_ANCHORS: Final = re.compile(r"[^\w\- ]")

Resolve = Callable[[str], str | None]
"""Given where a link or image of a page leads, returns where it leads in the site; None takes it off."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page: how deep, its words, and the anchor by which links reach it."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as HTML, and its headings in order."""

    html: str
    headings: tuple[Heading, ...]


def render_written(text: str, *, below: int, table_label: str) -> str:
    """Return what somebody wrote as HTML; its headings follow level `below` of the page around it.

    `table_label` names the region in which a wide table scrolls.
    """
    parser = _written()
    tokens = parser.parse(text)
    levels = heading_levels(tokens, below=below)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(_DEEPEST, levels[id(token)])}"
    for link in _inline(tokens, "link_open"):
        link.attrSet("rel", "noopener noreferrer nofollow")
    return _drawn(parser, tokens, table_label)


def render_page(text: str, *, resolve: Resolve, table_label: str) -> RenderedPage:
    """Return a page of the project's own as HTML, each heading with its anchor."""
    parser = _own()
    tokens = parser.parse(text)
    headings = tuple(_anchored(tokens))
    for token in tokens:
        if token.children is not None:
            token.children = list(_resolved(token.children, resolve))
    return RenderedPage(_drawn(parser, tokens, table_label), headings)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link or an image of a page leads."""

    address: str
    is_image: bool


def targets_in(text: str) -> Iterator[Target]:
    """Yield where the links and images of a page lead, in order."""
    for token in _inline(_own().parse(text), "link_open", "image"):
        is_image = token.type == "image"
        yield Target(str(token.attrGet("src" if is_image else "href") or ""), is_image)


def as_text(words: str) -> str:
    """Return words from elsewhere in one line, so that Markdown reads them as text, in tables too."""
    one_line = " ".join(words.split())
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|!" else letter for letter in one_line)


def plain_text(text: str) -> str:
    """Return what a reader reads of a text: its words without its marks, one line a block."""
    blocks = (token for token in _written().parse(text) if token.type in ("inline", "fence", "code_block"))
    return "\n".join(
        "".join(_words(token.children)) if token.children is not None else token.content for token in blocks
    )


def blocks_of(text: str) -> tuple[Token, ...]:
    """Return what somebody wrote as the parser's blocks, to be drawn otherwise than as HTML."""
    return tuple(_written().parse(text))


def heading_levels(tokens: Sequence[Token], *, below: int) -> dict[int, int]:
    """Return at which level each heading's tokens come, by their identity, so that none is left out.

    The depths that a text uses follow one another from `below` on, whatever marks it took for them.
    """
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    depths = sorted({token.tag for token in headings})
    levels: dict[int, int] = {}
    last = below
    for token in headings:
        if token.type == "heading_open":
            last = min(last + 1, below + 1 + depths.index(token.tag))
        levels[id(token)] = last
    return levels


def leads_outward(target: str) -> bool:
    """Say whether a guide may hold a link: to the web, to mail, to a telephone, within the text."""
    try:
        scheme = urlsplit(target).scheme
    except ValueError:
        return False
    return scheme in _OUTWARD or target.startswith("#")


def _written() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_inline"])
    parser.validateLink = leads_outward  # type: ignore[assignment, method-assign]
    return parser


def _own() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _inline(tokens: Iterable[Token], *types: str) -> Iterator[Token]:
    for token in tokens:
        yield from (child for child in token.children or () if child.type in types)


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                yield " "
            case "image":
                yield from _words(token.children or ())
            case _:
                yield token.content


def _anchored(tokens: list[Token]) -> Iterator[Heading]:
    """Give each heading its anchor, as the pages' links spell it: words in small letters, hyphens between."""
    used: dict[str, int] = {}
    for opening, content in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = "".join(_words(content.children or ()))
        anchor = _NOT_IN_ANCHORS.sub("", text.lower()).replace(" ", "-")
        seen = used.get(anchor, 0)
        used[anchor] = seen + 1
        anchor = f"{anchor}-{seen}" if seen else anchor
        opening.attrSet("id", anchor)
        yield Heading(int(opening.tag[1:]), text, anchor)


def _resolved(tokens: Iterable[Token], resolve: Resolve) -> Iterator[Token]:
    """Yield inline tokens with links led to their place in the site; those without one lose the link."""
    kept: list[bool] = []
    for token in tokens:
        match token.type:
            case "link_open":
                where = resolve(str(token.attrGet("href") or ""))
                kept.append(where is not None)
                if where is None:
                    continue
                token.attrSet("href", where)
            case "link_close":
                if not kept.pop():
                    continue
            case "image":
                token.attrSet("src", resolve(str(token.attrGet("src") or "")) or "")
        yield token


def _drawn(parser: MarkdownIt, tokens: list[Token], table_label: str) -> str:
    for token in tokens:
        # An aligned column comes as an inline style, which the content policy forbids.
        if token.attrs.pop("style", "") == "text-align:right":
            token.attrSet("class", "is-number")
    html: str = parser.renderer.render(tokens, parser.options, {})
    label = table_label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    # The renderer writes these two words for tables alone; the same words in a text are escaped.
    frame = (
        f'<div class="lt-scroll" role="group" aria-label="{label}" tabindex="0">\n<table class="lt-table">'
    )
    return html.replace("<table>", frame).replace("</table>", "</table>\n</div>")
