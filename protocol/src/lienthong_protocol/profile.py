"""Profiles lt-1 and lt-1p as tables: which components a signature covers, in which order, as fixed texts.

A message has one right component list, and it follows from which headers the message has. So a list is
never interpreted: it is looked up here and compared. Exact rules: docs/protocol/exchange-v1.md.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from operator import itemgetter
from typing import Final

from lienthong_protocol.signature_parameters import USUAL_ORDER

LABEL: Final = "lt"
RESPONSE_TAG: Final = "lienthong-res-1"

LONGEST_VALUE: Final = 128
LONGEST_SUBJECT: Final = 4_096

BODY_BY_METHOD: Final = {"POST": True, "PUT": True, "GET": False, "DELETE": False}
"""The methods of the exchange, and whether a request of that method carries a body."""

_OPTIONAL_HEADERS = ("lt-purpose", "lt-officer", "lt-case", "lt-consent", "lt-subject")
_BODY_HEADERS = ("content-digest", "content-type")
_SIGNATURE_HEADERS = ("signature-input", "signature")
_NEEDED_HEADERS = (*_SIGNATURE_HEADERS, "lt-request-id")
_READ = (*_NEEDED_HEADERS, "lt-target", *_BODY_HEADERS, *_OPTIONAL_HEADERS)

_PLAIN = r"[!-~](?:[ -~]{0,%d}[!-~])?"
_HOST = r"(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?"
_PATH = r"(?:/[A-Za-z0-9_-][A-Za-z0-9._~-]*)+"
_PAIR = r"[A-Za-z0-9._~-]+=[A-Za-z0-9._~-]*"
_FORMS = {
    "@method": "[A-Z]+",
    "@target-uri": rf"https?://{_HOST}{_PATH}(?:\?{_PAIR}(?:&{_PAIR})*)?",
    "content-digest": "sha-256=:[A-Za-z0-9+/]{43}=:",
    "lt-request-id": "[A-Za-z0-9._~:/-]{1,64}",
    "lt-subject": _PLAIN % (LONGEST_SUBJECT - 2),
}
_ANY_FORM = _PLAIN % (LONGEST_VALUE - 2)
_LONGEST_TARGET = 2_048


class Profile(StrEnum):
    """Which target a request signs: its full URI, or the service's name where a platform rewrites URLs."""

    LT1 = "lt-1"
    LT1P = "lt-1p"


_TARGET = {Profile.LT1: "@target-uri", Profile.LT1P: "lt-target"}

REQUEST_BITS: Final = {name: 1 << position for position, name in enumerate(_READ)}
"""The headers the profile reads, each with its bit: a message's bits select its shape."""

SIGNATURE_BITS: Final = REQUEST_BITS["signature-input"] | REQUEST_BITS["signature"]


@dataclass(frozen=True, slots=True)
class RequestShape:
    """The one component list of a request with certain headers."""

    profile: Profile
    covers_uri: bool
    has_body: bool
    pick: Callable[[Mapping[str, str]], tuple[str, ...]]
    """Gives the values of `names` in order."""
    names: tuple[str, ...]
    """The covered components in order, `@method` and `@target-uri` included."""
    headers_of_ours: int
    """How many header names of a request of this shape begin with `lt-`."""
    components: str
    """The list as it stands in Signature-Input."""
    opening: str
    """How Signature-Input must begin: the label, the list and the `;` of the first parameter."""
    template: str
    """The signature base, to be filled with the values in order and the signature parameters."""
    grammar: re.Pattern[str]
    """A whole base of this shape with every value in its one spelling and the parameters in usual order.

    It has as many line breaks as the template, so no value can hold one. The groups are the parameters'.
    """


@dataclass(frozen=True, slots=True)
class ResponseShape:
    """The one component list of a response with certain headers to a request of certain shape."""

    components: str
    opening: str
    template: str


def is_plain(value: str) -> bool:
    """Tell whether a value is printable ASCII in one spelling: not empty, no outer spaces, no line breaks."""
    return value.isascii() and value.isprintable() and value != "" and value[0] != " " and value[-1] != " "


def has_form(name: str, value: str) -> bool:
    """Tell whether a covered component of a request has a value the profile allows."""
    return re.fullmatch(_FORMS.get(name, _ANY_FORM), value) is not None


def is_one_target(uri: str) -> bool:
    """Tell of a target URI of the right form whether it is of bearable length and repeats no query name."""
    if "?" not in uri:
        return len(uri) <= _LONGEST_TARGET
    names = [pair.partition("=")[0] for pair in uri.partition("?")[2].split("&")]
    return len(uri) <= _LONGEST_TARGET and len(set(names)) == len(names)


@cache
def request_shape(bits: int) -> RequestShape | None:
    """Return the shape of a request with these headers of `REQUEST_BITS`, None where none is right."""
    present = {name for name, bit in REQUEST_BITS.items() if bits & bit}
    body = tuple(name for name in _BODY_HEADERS if name in present)
    if not present.issuperset(_NEEDED_HEADERS) or len(body) == 1:
        return None
    profile = Profile.LT1P if "lt-target" in present else Profile.LT1
    optional = tuple(name for name in _OPTIONAL_HEADERS if name in present)
    names = ("@method", _TARGET[profile], *body, "lt-request-id", *optional)
    components, template = _template(tuple(f'"{name}"' for name in names))
    lines = [f'"{name}": {_FORMS.get(name, _ANY_FORM)}\n' for name in names]
    return RequestShape(
        profile=profile,
        covers_uri=profile is Profile.LT1,
        has_body=body != (),
        pick=itemgetter(*names),
        names=names,
        headers_of_ours=sum(name.startswith("lt-") for name in names),
        components=components,
        opening=f"{LABEL}={components};",
        template=template,
        grammar=re.compile(f'{"".join(lines)}"@signature-params": {re.escape(components)}{USUAL_ORDER}\\Z'),
    )


@cache
def response_shape(profile: Profile, *, has_body: bool, has_receipt: bool, has_notice: bool) -> ResponseShape:
    """Return the shape of a response with these headers to a request of `profile` with or without a body."""
    own = ['"@status"', '"content-digest"', '"content-type"']
    own += ['"lt-receipt"'] * has_receipt + ['"lt-notice"'] * has_notice
    request = ['"@method";req', f'"{_TARGET[profile]}";req'] + ['"content-digest";req'] * has_body
    bound = [f'"signature";req;key="{LABEL}"', f'"signature-input";req;key="{LABEL}"']
    components, template = _template((*own, *request, *bound))
    return ResponseShape(components, f"{LABEL}={components};", template)


def _template(identifiers: tuple[str, ...]) -> tuple[str, str]:
    components = f"({' '.join(identifiers)})"
    lines = [f"{identifier}: %s" for identifier in identifiers]
    return components, "\n".join([*lines, f'"@signature-params": {components}%s'])
