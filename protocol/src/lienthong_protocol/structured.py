"""Structured field values (RFC 8941): a reader of dictionaries and the writer of their canonical form.

Stricter than the RFC in one point: a repeated dictionary key or parameter is refused, not overwritten, so
that two readers can never see different messages in one text.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

_KEY = re.compile(r"[a-z*][a-z0-9_.*-]*")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*")
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_BOOLEAN = re.compile(r"\?[01]")
_SPACES = re.compile(r" *")
_OWS = re.compile(r"[ \t]*")
_ESCAPED = re.compile(r"\\(.)")
_LONGEST_INTEGER = 15
_LONGEST_WHOLE_PART = 12
_LONGEST_FRACTION = 3


class StructuredFieldError(ValueError):
    """A text is not a structured field of the wanted type."""


class Token(str):
    """A token, which is not a string: `a` as against `"a"`."""

    __slots__ = ()


BareItem = bool | int | Decimal | Token | str | bytes
Parameters = Mapping[str, BareItem]


@dataclass(frozen=True, slots=True)
class Item:
    """One value with its parameters."""

    value: BareItem
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InnerList:
    """A parenthesised list of items with its own parameters."""

    items: tuple[Item, ...]
    parameters: Parameters = field(default_factory=dict)


Member = Item | InnerList


def parse_dictionary(text: str) -> dict[str, Member]:
    """Return the members of a dictionary field in order (RFC 8941 §4.2.2); raises StructuredFieldError."""
    reader = _Reader(text.strip(" "))
    members: dict[str, Member] = {}
    if reader.at_end():
        return members
    while True:
        key = reader.key()
        if key in members:
            raise StructuredFieldError("a dictionary repeats a key")
        if reader.take("="):
            members[key] = reader.member()
        else:
            members[key] = Item(value=True, parameters=reader.parameters())
        reader.skip(_OWS)
        if reader.at_end():
            return members
        reader.expect(",")
        reader.skip(_OWS)


def serialize(member: Member) -> str:
    """Return the canonical text of an item or inner list (RFC 8941 §4.1)."""
    match member:
        case InnerList(items=items):
            text = f"({' '.join(serialize(item) for item in items)})"
        case Item(value=value):
            text = _bare_text(value)
        case _:
            assert_never(member)
    return text + "".join(_parameter_text(key, value) for key, value in member.parameters.items())


def _parameter_text(key: str, value: BareItem) -> str:
    return f";{key}" if value is True else f";{key}={_bare_text(value)}"


def _bare_text(value: BareItem) -> str:
    match value:
        case bool():
            return f"?{value:d}"
        case int():
            return str(value)
        case Decimal():
            return f"{value.normalize():f}" if value % 1 else f"{value:.1f}"
        case bytes():
            return f":{b64encode(value).decode()}:"
        case Token():
            return str(value)
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case _:
            assert_never(value)


class _Reader:
    """A position in a text; every method reads one grammar rule from there or raises."""

    __slots__ = ("_at", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def at_end(self) -> bool:
        return self._at == len(self._text)

    def take(self, character: str) -> bool:
        if not self._text.startswith(character, self._at):
            return False
        self._at += 1
        return True

    def expect(self, character: str) -> None:
        if not self.take(character):
            raise StructuredFieldError(f"a {character} is missing")

    def skip(self, pattern: re.Pattern[str]) -> None:
        self._find(pattern)

    def key(self) -> str:
        found = self._find(_KEY)
        if found is None:
            raise StructuredFieldError("a key is missing")
        return found.group()

    def member(self) -> Member:
        return self._inner_list() if self.take("(") else self._item()

    def parameters(self) -> dict[str, BareItem]:
        parameters: dict[str, BareItem] = {}
        while self.take(";"):
            self.skip(_SPACES)
            key = self.key()
            if key in parameters:
                raise StructuredFieldError("a parameter is repeated")
            parameters[key] = self._bare_item() if self.take("=") else True
        return parameters

    def _inner_list(self) -> InnerList:
        items: list[Item] = []
        while True:
            before = self._at
            self.skip(_SPACES)
            if self.take(")"):
                return InnerList(tuple(items), self.parameters())
            if items and before == self._at:
                raise StructuredFieldError("the items of a list are not separated")
            items.append(self._item())

    def _item(self) -> Item:
        return Item(self._bare_item(), self.parameters())

    def _bare_item(self) -> BareItem:
        if found := self._find(_STRING):
            return _ESCAPED.sub(r"\1", found[1])
        if found := self._find(_NUMBER):
            return _number(found)
        if found := self._find(_TOKEN):
            return Token(found.group())
        if found := self._find(_BYTES):
            try:
                return b64decode(found[1], validate=True)
            except Base64Error as error:
                raise StructuredFieldError("a byte sequence is not base64") from error
        if found := self._find(_BOOLEAN):
            return found.group() == "?1"
        raise StructuredFieldError("a value is missing")

    def _find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return found


def _number(found: re.Match[str]) -> int | Decimal:
    text = found.group()
    whole, _, fraction = text.lstrip("-").partition(".")
    if not fraction:
        if len(whole) > _LONGEST_INTEGER:
            raise StructuredFieldError("an integer is too long")
        return int(text)
    if len(whole) > _LONGEST_WHOLE_PART or len(fraction) > _LONGEST_FRACTION:
        raise StructuredFieldError("a decimal is too long")
    return Decimal(text)
