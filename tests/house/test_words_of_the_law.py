"""Words on the screen: the terms of the law, one spelling of each word."""

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_OTHER_SPELLING = re.compile(r"\b(?:khoá|huỷ|xoá|hoá|uỷ|luỹ|thoả)\b", re.IGNORECASE)
_OTHER_TERM = re.compile(r"yêu cầu kết nối|cán bộ thanh tra", re.IGNORECASE)
"""The law says "đề nghị kết nối"; "thanh tra" is the state inspectorate, not who inspects the log."""
_PLACES = (
    "docs/huong-dan",
    "docs/states",
    "docs/van-hanh",
    "src/lienthong/control",
    "src/lienthong/documents",
    "src/lienthong/demo",
)


def _texts() -> list[Path]:
    files = [path for place in _PLACES for path in (_ROOT / place).rglob("*")]
    files += [path for path in (_ROOT / "src/lienthong/core").glob("*.py") if path.stem != "name_forms"]
    return [path for path in files if path.suffix in (".py", ".html", ".md", ".typ")]


@pytest.mark.parametrize("pattern", [_OTHER_SPELLING, _OTHER_TERM])
def test_words_are_those_of_the_law_in_one_spelling(pattern):
    found = {
        str(path.relative_to(_ROOT)): match[0]
        for path in _texts()
        if (match := pattern.search(path.read_text(encoding="utf-8")))
    }
    assert found == {}
