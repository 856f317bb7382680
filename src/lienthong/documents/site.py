"""The documentation as a site: built whole from the project's Markdown, every link followed.

Static files without a script, in the look of the portals, that hold together by relative links: the portals
serve them under `/docs/`, `lienthong docs build` lays them into a folder. Law: R9.1 (the authority's guides).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Final
from urllib.parse import unquote, urlsplit

from lienthong.documents.markdown import Target, render_page, targets_in
from lienthong.documents.site_frame import INDEX, THEME, drawn_home, drawn_page, link
from lienthong.documents.site_sources import GROUPS, Source, sources, strange_folders

_MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_IMAGES: Final = (".png", ".svg")
_THEME_FILES: Final = ("theme.css", "mark.svg", "NOTICE.txt", "fonts/*.woff2")


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of the site: its media type and its bytes."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Site:
    """The whole site: its files by place, and what is wrong with its links, as sentences."""

    files: Mapping[str, SiteFile]
    faults: tuple[str, ...]


def build_site(root: Path, *, theme: Path) -> Site:
    """Return the site of the project at `root`, in the look that lies in the folder `theme`.

    Raises FileNotFoundError where there are no pages. Faults are links that lead nowhere, images that are
    missing, and folders that the navigation does not know.
    """
    building = _Building(root, tuple(sources(root)))
    files: dict[str, SiteFile] = {}
    for source in building.sources:
        files[source.place] = _file(source.place, building.drawn(source).encode())
    for path, place in building.images.items():
        files[place] = _file(place, (root / path).read_bytes())
    files[INDEX] = _file(INDEX, drawn_home(building.sources).encode())
    for pattern in _THEME_FILES:
        for found in sorted(theme.glob(pattern)):
            place = f"{THEME}/{found.relative_to(theme).as_posix()}"
            files[place] = _file(place, found.read_bytes())
    strange = (f"docs/{name} belongs to no group of the navigation" for name in strange_folders(root))
    return Site(files, (*strange, *building.faults()))


def lay_out(site: Site, folder: Path) -> None:
    """Write the site into a folder, which is made; files of the same names are replaced."""
    for place, file in site.files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)


def _file(place: str, content: bytes) -> SiteFile:
    return SiteFile(_MEDIA_TYPES[PurePosixPath(place).suffix], content)


@dataclass(slots=True)
class _Building:
    """The site while it is built: which images its pages show, which headings each has."""

    root: Path
    sources: tuple[Source, ...]
    images: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, frozenset[str]] = field(default_factory=dict)

    def drawn(self, source: Source) -> str:
        """Return a page as HTML."""
        label = "Bảng" if source.group.language == "vi" else "Table"
        page = render_page(
            source.text, resolve=lambda target: self._place_of(source, target), table_label=label
        )
        self.anchors[source.path] = frozenset(heading.anchor for heading in page.headings)
        return drawn_page(source, page, [each for each in self.sources if each.group is source.group])

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the links of the pages drawn; links out of the project stay unread."""
        for source in self.sources:
            for target in targets_in(source.text):
                if fault := self._fault(source, target):
                    yield f"{source.path}: {target.address} {fault}"

    def _fault(self, source: Source, target: Target) -> str | None:
        if urlsplit(target.address).scheme:
            return "is an image from elsewhere, which no page may load" if target.is_image else None
        aim, anchor = _aim(source.path, target.address)
        if target.is_image:
            return None if aim in self.images else "is no image of the project"
        if aim not in self.anchors and not (aim and (self.root / aim).exists()):
            return "leads nowhere"
        if anchor and anchor not in self.anchors.get(aim, ()):
            return f"names no heading of {aim}"
        return None

    def _place_of(self, source: Source, target: str) -> str | None:
        """Return where a link leads within the site; None for files of the project that are no pages."""
        if urlsplit(target).scheme or target.startswith("#"):
            return target
        aim, anchor = _aim(source.path, target)
        folder = aim.removeprefix("docs/")
        found = (each.place for each in self.sources if each.path in (aim, f"{aim}/README.md"))
        place = next(found, None) or self._image(aim)
        if place is None and any(folder == group.folder for group in GROUPS):
            place, anchor = INDEX, folder
        if place is None:
            return None
        return link(source.place, place) + (f"#{anchor}" if anchor else "")

    def _image(self, aim: str) -> str | None:
        if PurePosixPath(aim).suffix not in _IMAGES or not (self.root / aim).is_file():
            return None
        self.images[aim] = aim.removeprefix("docs/")
        return self.images[aim]


def _aim(path: str, target: str) -> tuple[str, str]:
    """Return the project's file that a link of the file `path` leads to (none: out of it), its heading."""
    where, _, anchor = target.partition("#")
    if not where:
        return path, unquote(anchor)
    aim = normpath(f"{PurePosixPath(path).parent}/{unquote(where)}")
    return ("" if aim.startswith("..") else aim), unquote(anchor)
