"""What stands in the ZIP container of an office document: bombs, paths that lead out, programs, macros."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_MEMBERS: Final = 2_000
LARGEST_MEMBER: Final = 64 * 1024 * 1024
LARGEST_TOTAL: Final = 128 * 1024 * 1024
LARGEST_RATIO: Final = 100
RATIO_COUNTS_FROM: Final = 1024 * 1024
"""Small members of equal bytes pack well; a bomb is what is both large and well packed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of a ZIP container, as its directory states it: sizes in bytes."""

    name: str
    packed: int
    unpacked: int
    is_encrypted: bool = False
    is_link: bool = False


class MemberProblem(StrEnum):
    """What is wrong with a container."""

    BOMB = "bomb"
    NESTED = "nested"
    PATH = "path"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    EMBEDDED = "embedded"


_ARCHIVES = frozenset(
    {"zip", "rar", "7z", "gz", "bz2", "xz", "tar", "cab", "iso", "jar", "docx", "xlsx", "pptx"}
)
_PROGRAMS = frozenset(
    {"exe", "dll", "com", "bat", "cmd", "scr", "js", "vbs", "ps1", "sh", "msi", "lnk", "hta"}
)
_MACRO_NAMES = frozenset({"vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin"})
_MACRO_FOLDERS = frozenset({"macrosheets", "dialogsheets", "activex"})
_EMBEDDED_FOLDERS = frozenset({"embeddings"})


def member_problems(members: Iterable[Member], size: int) -> tuple[MemberProblem, ...]:
    """Return what is wrong with the members of a container of `size` bytes, each once; empty if nothing."""
    return tuple(dict.fromkeys(_problems(tuple(members), size)))


def _problems(members: tuple[Member, ...], size: int) -> Iterator[MemberProblem]:
    if _is_bomb(members, size):
        yield MemberProblem.BOMB
    if len({member.name.casefold() for member in members}) < len(members):
        yield MemberProblem.PATH
    for member in members:
        if member.is_link or not _is_plain_path(member.name):
            yield MemberProblem.PATH
        if member.is_encrypted:
            yield MemberProblem.ENCRYPTED
        yield from _by_name(member.name.lower())


def _is_bomb(members: tuple[Member, ...], size: int) -> bool:
    total = sum(member.unpacked for member in members)
    return (
        len(members) > MOST_MEMBERS
        or total > LARGEST_TOTAL
        # Members that share bytes of the file add up to more than the file.
        or sum(member.packed for member in members) > size
        or any(
            member.unpacked > LARGEST_MEMBER
            or (member.unpacked > RATIO_COUNTS_FROM and member.unpacked > LARGEST_RATIO * member.packed)
            for member in members
        )
    )


def _is_plain_path(name: str) -> bool:
    if not name or name.startswith("/") or "\\" in name or ":" in name or "\x00" in name:
        return False
    return not {"..", "."}.intersection(name.split("/"))


def _by_name(name: str) -> Iterator[MemberProblem]:
    *folders, last = name.split("/")
    extension = last.rpartition(".")[2]
    if last in _MACRO_NAMES or _MACRO_FOLDERS.intersection(folders):
        yield MemberProblem.MACROS
    if _EMBEDDED_FOLDERS.intersection(folders):
        yield MemberProblem.EMBEDDED
    if extension in _ARCHIVES or extension in _PROGRAMS:
        yield MemberProblem.NESTED
