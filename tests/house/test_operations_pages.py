"""The operations guide lists every key of the configuration, with its default, and no other."""

import re
from pathlib import Path

import msgspec

from lienthong.config import Configuration

PAGE = Path(__file__).resolve().parents[2] / "docs/van-hanh/cau-hinh.md"
SECTION = re.compile(r"^## (?:`\[(\w+)\]`|.*)", re.M)
ROW = re.compile(r"^\| (`[^|]+`) \|.*\| ([^|]+) \|$", re.M)


def documented() -> dict[str, dict[str, str]]:
    """Return the default written beside each key, by section ('' for the top)."""
    text = PAGE.read_text(encoding="utf-8")
    starts = [(match.group(1) or "", match.end()) for match in SECTION.finditer(text)]
    ends = [*[match.start() for match in SECTION.finditer(text)][1:], len(text)]
    return {
        section: {
            key: default.strip("` ")
            for keys, default in ROW.findall(text[start:end])
            for key in re.findall(r"`(\w+)`", keys)
        }
        for (section, start), end in zip(starts, ends, strict=True)
    }


def defaults(kind: type[msgspec.Struct]) -> dict[str, object]:
    return {field.name: field.default for field in msgspec.structs.fields(kind)}


def test_every_key_is_listed_with_its_default():
    pages = documented()
    top = defaults(Configuration)
    sections = {name: value for name, value in top.items() if isinstance(value, msgspec.Struct)}

    assert pages.pop("").keys() == top.keys() - sections.keys()
    assert pages.keys() == sections.keys()
    for name, section in sections.items():
        expected = {key: written(default) for key, default in defaults(type(section)).items()}
        assert pages[name] == expected


def written(default: object) -> str:
    match default:
        case None:
            return "–"
        case bool():
            return str(default).lower()
        case tuple():
            return str(list(default))
        case _:
            return str(default)
