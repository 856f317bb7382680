"""What the documentation is made of: the groups of the navigation, each page with its place in the site."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from lienthong.core.speech import Text
from lienthong.documents.catalogue_pages import catalogue_pages


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together: their folder in the site, their label, the language they are written in."""

    folder: str
    label: Text
    language: str


CATALOGUE: Final = Group("catalogue", Text("Danh mục", "Catalogue"), "vi")
PROJECT: Final = Group("project", Text("Dự án", "The project"), "en")
GROUPS: Final = (
    Group("huong-dan", Text("Hướng dẫn sử dụng", "User guides"), "vi"),
    CATALOGUE,
    Group("van-hanh", Text("Vận hành", "Operations"), "vi"),
    Group("protocol", Text("Giao thức", "Protocol"), "en"),
    Group("law", Text("Pháp luật", "The law"), "en"),
    Group("states", Text("Trạng thái", "States"), "en"),
    Group("decisions", Text("Quyết định thiết kế", "Decisions"), "en"),
    PROJECT,
)
"""In the order of the navigation; a folder of `docs` without a group is a fault."""

OF_THE_PROJECT: Final = ("README", "ARCHITECTURE", "GLOSSARY", "CONTRIBUTING", "SECURITY", "CHANGELOG")
_TITLE: Final = re.compile(r"^# +(.+?)\s*$", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One page before it is drawn. `path` is its file in the project, or the one it would have there."""

    path: str
    place: str
    group: Group
    title: str
    text: str


def sources(root: Path) -> Iterator[Source]:
    """Yield every page in the order of the navigation; raises FileNotFoundError where there are none."""
    if not (root / "docs").is_dir():
        raise FileNotFoundError(f"{root / 'docs'}: there are no pages to build from")
    for group in GROUPS:
        if group is CATALOGUE:
            for name, text in catalogue_pages().items():
                yield _source(f"docs/{group.folder}/{name}.md", f"{group.folder}/{name}", group, text)
            continue
        for path in _files(root, group):
            name = path.relative_to(root).as_posix().removesuffix(".md")
            place = f"{group.folder}/{name}" if group is PROJECT else name.removeprefix("docs/")
            yield _source(f"{name}.md", place, group, path.read_text(encoding="utf-8"))


def strange_folders(root: Path) -> list[str]:
    """Return the names in `docs` that belong to no group."""
    known = {group.folder for group in GROUPS}
    return sorted(each.name for each in (root / "docs").iterdir() if each.name not in known)


def _files(root: Path, group: Group) -> list[Path]:
    if group is PROJECT:
        return [path for name in OF_THE_PROJECT if (path := root / f"{name}.md").is_file()]
    return sorted((root / "docs" / group.folder).rglob("*.md"), key=_readme_first)


def _readme_first(path: Path) -> tuple[bool, str]:
    return path.name != "README.md", path.as_posix()


def _source(path: str, place: str, group: Group, text: str) -> Source:
    heading = _TITLE.search(text)
    title = PurePosixPath(place).stem if heading is None else heading.group(1).translate(_WITHOUT_MARKS)
    return Source(path=path, place=f"{place}.html", group=group, title=title, text=text)


_WITHOUT_MARKS: Final = str.maketrans("", "", "`*")
