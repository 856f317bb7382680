"""Signature bases of RFC 9421 §2.5 for any list of components, also those the exchange's profile forbids.

This is the general builder: it serves the other side of proofs, tests and tools. The profile's own code in
signing.py and response_signing.py builds the same bytes from fixed templates, and a test holds both to each
other. Not built, and refused: `sf` (needs the type of every field), `bs` and `tr` (no exchange has fields or
trailers that need them).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lienthong_protocol.structured import (
    BareItem,
    InnerList,
    Item,
    StructuredFieldError,
    parse_dictionary,
    serialize,
)

_URI = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?"
)
_FIELD_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_FOLD = re.compile(r"[ \t]*\r\n[ \t]+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._")


class BaseFormatError(ValueError):
    """A component does not exist in the message, or its parameters are not known here."""


@dataclass(frozen=True, slots=True)
class RequestMessage:
    """A request as signed: header names in lower case, in wire order, repeats kept."""

    method: str
    target_uri: str
    headers: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ResponseMessage:
    """A response as signed, with the request it answers."""

    status: int
    headers: Sequence[tuple[str, str]]
    request: RequestMessage | None = None


Message = RequestMessage | ResponseMessage


def signature_base(message: Message, signature_input: InnerList) -> bytes:
    """Return the bytes a signature over `signature_input` signs; raises BaseFormatError.

    `signature_input` is the member of Signature-Input: the component list with the signature parameters.
    """
    lines: list[str] = []
    seen: set[str] = set()
    for component in signature_input.items:
        identifier = serialize(component)
        value = component_value(message, component)
        order_free = serialize(Item(component.value, dict(sorted(component.parameters.items()))))
        if order_free in seen:
            raise BaseFormatError(f"{identifier} is covered twice")
        if "\n" in value or "\r" in value:
            raise BaseFormatError(f"{identifier} holds a line break")
        seen.add(order_free)
        lines.append(f"{identifier}: {value}")
    lines.append(f'"@signature-params": {serialize(signature_input)}')
    try:
        return "\n".join(lines).encode("ascii")
    except UnicodeEncodeError as error:
        raise BaseFormatError("a component value is not ASCII") from error


def signature_input_member(headers: Sequence[tuple[str, str]], label: str) -> InnerList:
    """Return the Signature-Input member under `label`; raises BaseFormatError."""
    member = _members(headers, "signature-input").get(label)
    if not isinstance(member, InnerList):
        raise BaseFormatError(f"Signature-Input has no list under {label}")
    return member


def signature_member(headers: Sequence[tuple[str, str]], label: str) -> bytes:
    """Return the Signature member under `label`; raises BaseFormatError."""
    member = _members(headers, "signature").get(label)
    if not isinstance(member, Item) or not isinstance(member.value, bytes):
        raise BaseFormatError(f"Signature has no byte sequence under {label}")
    return member.value


def component_value(message: Message, component: Item) -> str:
    """Return the value of one component in a message (RFC 9421 §2.1, §2.2, §2.4); raises BaseFormatError."""
    name, parameters = component.value, dict(component.parameters)
    if type(name) is not str:
        raise BaseFormatError("a component name is no string")
    if parameters.pop("req", None) is True:
        if not isinstance(message, ResponseMessage) or message.request is None:
            raise BaseFormatError(f"{name} is wanted of a request that is not there")
        message = message.request
    if name.startswith("@"):
        return _derived(message, name, parameters)
    return _field(message.headers, name, parameters)


def _derived(message: Message, name: str, parameters: dict[str, BareItem]) -> str:
    if name == "@query-param" and isinstance(message, RequestMessage):
        return _query_parameter(_uri(message.target_uri)["query"] or "", parameters)
    if parameters:
        raise BaseFormatError(f"{name} takes none of the parameters {', '.join(parameters)}")
    if isinstance(message, ResponseMessage):
        if name != "@status":
            raise BaseFormatError(f"{name} does not exist in a response")
        return str(message.status)
    uri = _uri(message.target_uri)
    path, query = uri["path"] or "/", uri["query"] or ""
    match name:
        case "@method":
            return message.method
        case "@target-uri":
            return message.target_uri
        case "@authority":
            scheme = uri["scheme"].lower()
            return uri["authority"].lower().removesuffix(_DEFAULT_PORTS.get(scheme, "\n"))
        case "@scheme":
            return uri["scheme"].lower()
        case "@request-target":
            return path + query
        case "@path":
            return path
        case "@query":
            return query or "?"
        case _:
            raise BaseFormatError(f"{name} does not exist in a request")


def _field(headers: Sequence[tuple[str, str]], name: str, parameters: dict[str, BareItem]) -> str:
    if not _FIELD_NAME.fullmatch(name):
        raise BaseFormatError(f"{name} is no field name in lower case")
    values = [_FOLD.sub(" ", value).strip(" \t") for field, value in headers if field == name]
    if not values:
        raise BaseFormatError(f"{name} is not in the message")
    if not parameters:
        return ", ".join(values)
    key = parameters.pop("key", None)
    if type(key) is not str or parameters:
        raise BaseFormatError(f"{name} takes a key and nothing else")
    member = _members(headers, name).get(key)
    if member is None:
        raise BaseFormatError(f"{name} has no member {key}")
    return serialize(member)


def _members(headers: Sequence[tuple[str, str]], name: str) -> dict[str, InnerList | Item]:
    text = ", ".join(value.strip(" \t") for field, value in headers if field == name)
    try:
        return parse_dictionary(text)
    except StructuredFieldError as error:
        raise BaseFormatError(f"{name}: {error}") from error


def _uri(text: str) -> dict[str, str]:
    found = _URI.fullmatch(text)
    if found is None or not text.isascii():
        raise BaseFormatError("the target is no absolute URI without a fragment")
    return found.groupdict()


def _query_parameter(query: str, parameters: dict[str, BareItem]) -> str:
    """Return the one value of a query parameter, decoded and encoded again (RFC 9421 §2.2.8)."""
    wanted = parameters.pop("name", None)
    if not isinstance(wanted, str) or parameters:
        raise BaseFormatError("@query-param takes a name and nothing else")
    values = []
    for pair in query.removeprefix("?").split("&"):
        name, _, value = pair.partition("=")
        if _recoded(name) == wanted:
            values.append(_recoded(value))
    if len(values) != 1:
        raise BaseFormatError(f"the query has {len(values)} parameters of that name")
    return values[0]


def _recoded(text: str) -> str:
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text.replace("+", " "))
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in plain.encode("latin-1"))
