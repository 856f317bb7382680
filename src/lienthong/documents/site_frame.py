"""What stands around a page of the documentation, as HTML: masthead, navigation, the lists beside it.

Every text is escaped here; only what comes from lienthong.documents.markdown is HTML already.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path, PurePosixPath
from posixpath import relpath
from string import Template
from typing import Final

from lienthong.core.speech import Text
from lienthong.documents.markdown import RenderedPage
from lienthong.documents.site_sources import GROUPS, Group, Source

INDEX: Final = "index.html"
THEME: Final = "theme"
_FRAME: Final = Template(Path(__file__).with_name("site.html").read_text(encoding="utf-8"))
_HOME: Final = Text("Tài liệu", "Documentation")
_PARTS: Final = Text("Trên trang này", "On this page")


def link(here: str, place: str) -> str:
    """Return how a page refers to another file of the site."""
    return relpath(place, PurePosixPath(here).parent.as_posix())


def drawn_page(source: Source, page: RenderedPage, near: Iterable[Source]) -> str:
    """Return a whole page; `near` are the pages of its group."""
    group = source.group
    pages = "".join(_entry(source.place, each, is_here=each is source) for each in near)
    parts = "".join(
        f'<li><a href="#{escape(each.anchor)}">{escape(each.text)}</a></li>'
        for each in page.headings
        if each.level == 2
    )
    crumbs = (
        '<nav class="lt-crumbs lt-wrap" aria-label="Đường dẫn · Breadcrumb"><ol>'
        f'<li><a href="{link(source.place, INDEX)}">{_both(_HOME)}</a></li>'
        f'<li><a href="{link(source.place, INDEX)}#{group.folder}">{_both(group.label)}</a></li>'
        f'<li aria-current="page" lang="{group.language}">{escape(source.title)}</li></ol></nav>'
    )
    return _framed(
        place=source.place,
        title=escape(source.title),
        group=group,
        crumbs=crumbs,
        main=f'<article class="lt-card" lang="{group.language}"><div class="lt-card__body lt-prose '
        f'lt-prose--page">{page.html}</div></article>',
        aside=_list_card("pages", group.label, pages, group.language)
        + (_list_card("parts", _PARTS, parts, group.language) if parts else ""),
    )


def drawn_home(sources: Iterable[Source]) -> str:
    """Return the first page, which lists all others."""
    every = tuple(sources)
    cards = "".join(
        _list_card(
            group.folder,
            group.label,
            "".join(_entry(INDEX, each) for each in every if each.group is group),
            group.language,
        )
        for group in GROUPS
    )
    return _framed(
        place=INDEX,
        title=_both(_HOME, marked=False),
        group=None,
        crumbs="",
        main=f'<div class="lt-heading"><div class="lt-heading__words"><h1 class="govuk-heading-l">'
        f'{_both(_HOME)}</h1></div></div><div class="lt-grid">{cards}</div>',
        aside="",
    )


def _framed(*, place: str, title: str, group: Group | None, crumbs: str, main: str, aside: str) -> str:
    navigation = "".join(
        f'<li><a href="{link(place, INDEX)}#{each.folder}"{_CURRENT if each is group else ""}>'
        f"{_both(each.label)}</a></li>"
        for each in GROUPS
    )
    return _FRAME.substitute(
        title=title,
        theme=link(place, THEME),
        home=link(place, INDEX),
        navigation=navigation,
        crumbs=crumbs,
        main=main,
        aside=aside,
    )


_CURRENT: Final = ' aria-current="true"'


def _both(label: Text, *, marked: bool = True) -> str:
    if not marked:
        return f"{escape(label.vi)} · {escape(label.en)}"
    return f'{escape(label.vi)} <small lang="en">{escape(label.en)}</small>'


def _list_card(name: str, label: Text, entries: str, language: str) -> str:
    return (
        f'<nav class="lt-card" aria-labelledby="{name}"><div class="lt-card__head">'
        f'<h2 class="govuk-heading-m" id="{name}">{_both(label)}</h2></div>'
        f'<div class="lt-card__body"><ul class="lt-parts" lang="{language}">{entries}</ul></div></nav>'
    )


def _entry(here: str, source: Source, *, is_here: bool = False) -> str:
    current = ' aria-current="page"' if is_here else ""
    return f'<li><a href="{link(here, source.place)}"{current}>{escape(source.title)}</a></li>'
