"""What people write and say in a demonstration: content of the invented world, no words of the interface."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

WORDS: Final[Mapping[str, str]] = msgspec.convert(
    tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")), dict[str, str]
)
"""The texts by name; some have places for values, as in `{subject}`."""
