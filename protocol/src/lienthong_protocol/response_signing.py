"""Signed responses: each bound to the one request it answers (RFC 9421 §2.4, `;req`).

The signature covers the answer and the parts of the request that tell it from every other request, its
signature among them. So a good answer cannot be served to another question, and a platform on the way can
neither change nor exchange answers.
"""

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from lienthong_protocol.digest import content_digest
from lienthong_protocol.keys import SigningKey, VerifyingKey
from lienthong_protocol.profile import (
    LABEL,
    RESPONSE_TAG,
    Profile,
    is_plain,
    response_shape,
)
from lienthong_protocol.signature_parameters import SECONDS_FUTURE, SECONDS_PAST
from lienthong_protocol.signing import Headers, RequestSignature, SigningError

LONGEST_HEADER: Final = 1_024
"""Characters of LT-Receipt and of LT-Notice."""

SECONDS_TO_ANSWER: Final = 120
"""The longest time between a request that is just in its window and the answer to it."""

_READ = frozenset(
    {"signature-input", "signature", "content-digest", "content-type", "lt-receipt", "lt-notice"}
)
_ALWAYS = ("signature-input", "signature", "content-digest", "content-type")
_SIGNATURE = re.compile(rf"{LABEL}=:([A-Za-z0-9+/]{{85}}[AQgw]==):\Z")
_PARAMS = re.compile(
    rf';created=([1-9][0-9]{{0,14}});keyid="([A-Za-z0-9_-]{{43}})";tag="{re.escape(RESPONSE_TAG)}"\Z'
)


class ResponseSigner:
    """Signs responses with one key; create it once, it is cheap to use."""

    __slots__ = ("_end", "_sign")

    def __init__(self, key: SigningKey) -> None:
        self._sign = key.sign
        self._end = f';keyid="{key.key_id}";tag="{RESPONSE_TAG}"'

    def sign(
        self, *, request: RequestSignature, status: int, headers: Headers, body: bytes, created: int
    ) -> list[tuple[str, str]]:
        """Return all headers to send: those given, Content-Digest and the two signature headers.

        `headers` are in lower case and hold Content-Type, and where there is one LT-Receipt and LT-Notice.
        Raises SigningError where a header is missing, repeated, or may not be sent.
        """
        content_type = receipt = notice = ""
        for name, value in headers:
            match name:
                case "content-type" if not content_type:
                    content_type = value
                case "lt-receipt" if not receipt:
                    receipt = value
                case "lt-notice" if not notice:
                    notice = value
                case _ if name in _READ or name.startswith("lt-"):
                    raise SigningError(f"{name} is repeated or not for the caller to set")
                case _:
                    continue
            if not is_plain(value) or len(value) > LONGEST_HEADER:
                raise SigningError(f"{name} is empty, too long or not plain ASCII")
        if not content_type:
            raise SigningError("content-type is missing")
        digest = content_digest(body)
        shape = response_shape(
            request.profile,
            has_body=request.content_digest is not None,
            has_receipt=receipt != "",
            has_notice=notice != "",
        )
        params = f";created={created}{self._end}"
        own = [str(status), digest, content_type, receipt, notice]
        values = [value for value in own if value]
        base = (shape.template % (*values, *_bound(request), params)).encode("ascii")
        signature = b2a_base64(self._sign(base), newline=False).decode()
        return [
            *headers,
            ("content-digest", digest),
            ("signature-input", f"{LABEL}={shape.components}{params}"),
            ("signature", f"{LABEL}=:{signature}:"),
        ]


class FaultKind(StrEnum):
    """Why an answer is not accepted as the hub's answer to this request."""

    UNSIGNED = "unsigned"
    MALFORMED = "malformed"
    KEY_UNKNOWN = "key_unknown"
    TIME = "time"
    DIGEST = "digest"
    SIGNATURE = "signature"
    """Signed by someone else, changed on the way, or the answer to another request."""


@dataclass(frozen=True, slots=True)
class ResponseFault:
    """What is wrong with an answer; nothing in it may be used."""

    kind: FaultKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ResponseKey:
    """A key of the hub, and the seconds since the epoch from and until which it signs."""

    key: VerifyingKey
    valid_from: int
    valid_until: int | None = None


class VerifiedResponse(msgspec.Struct, frozen=True, gc=False):
    """A response as far as the hub signed it for this request; other headers are left behind."""

    status: int
    body: bytes
    content_type: str
    content_digest: str
    receipt: str | None
    notice: str | None
    key_id: str
    created: int
    params: str
    """The signature parameters verbatim."""
    signature_base64: str


def verify_response(
    *,
    request: RequestSignature,
    status: int,
    headers: Headers,
    body: bytes,
    keys: Mapping[str, ResponseKey],
) -> VerifiedResponse | ResponseFault:
    """Return what the hub signed in answer to `request`, or what is wrong with the answer.

    `request` is what `read_request` makes of the request as it was sent; `keys` are the hub's keys by key id.
    The caller's clock is not used: the signing time must fit that of the request. Never raises.
    """
    # 1. The headers of the profile once each, and no LT- header that would stand outside the signature.
    found = _gather(headers)
    if isinstance(found, ResponseFault):
        return found

    # 2. The one component list that fits this request and these headers.
    receipt, notice = found.get("lt-receipt"), found.get("lt-notice")
    shape = response_shape(
        request.profile,
        has_body=request.content_digest is not None,
        has_receipt=receipt is not None,
        has_notice=notice is not None,
    )
    params = found["signature-input"].removeprefix(shape.opening[:-1])
    parameters, signature = _PARAMS.match(params), _SIGNATURE.match(found["signature"])
    if parameters is None or signature is None:
        return ResponseFault(FaultKind.MALFORMED, f"wanted: {shape.components} with created, keyid and tag")

    # 3. A key the hub had at that time, and a time that fits the request.
    created, key_id = int(parameters[1]), parameters[2]
    known = keys.get(key_id)
    if known is None:
        return ResponseFault(FaultKind.KEY_UNKNOWN, key_id)
    if not _fits(created, request=request, key=known):
        return ResponseFault(
            FaultKind.TIME, "signed too long before or after the request, or outside the key"
        )

    # 4. Body, then the signature over everything.
    if found["content-digest"] != content_digest(body):
        return ResponseFault(FaultKind.DIGEST)
    values = [found["content-digest"], found["content-type"]]
    values += [value for value in (receipt, notice) if value is not None]
    if not all(is_plain(value) and len(value) <= LONGEST_HEADER for value in values):
        return ResponseFault(FaultKind.MALFORMED, "a header is empty, too long or not plain ASCII")
    base = (shape.template % (status, *values, *_bound(request), params)).encode("ascii")
    if not known.key.verify(message=base, signature=a2b_base64(signature[1])):
        return ResponseFault(FaultKind.SIGNATURE)
    return VerifiedResponse(
        status, body, values[1], values[0], receipt, notice, key_id, created, params, signature[1]
    )


def _gather(headers: Headers) -> dict[str, str] | ResponseFault:
    found: dict[str, str] = {}
    for name, value in headers:
        if name in found or (name.startswith("lt-") and name not in _READ):
            return ResponseFault(FaultKind.MALFORMED, f"{name} is repeated or not defined")
        if name in _READ:
            found[name] = value
    if "signature" not in found and "signature-input" not in found:
        return ResponseFault(FaultKind.UNSIGNED)
    for name in _ALWAYS:
        if name not in found:
            return ResponseFault(FaultKind.MALFORMED, f"{name} is missing")
    return found


def _fits(created: int, *, request: RequestSignature, key: ResponseKey) -> bool:
    """Tell whether an answer signed at `created` can be one to this request by this key."""
    earliest, latest = request.created - SECONDS_FUTURE, request.created + SECONDS_PAST + SECONDS_TO_ANSWER
    if key.valid_until is not None:
        latest = min(latest, key.valid_until)
    return max(earliest, key.valid_from) <= created <= latest


def _bound(request: RequestSignature) -> list[str]:
    """Return the values of the request's components, in the order of the profile."""
    target = request.target_uri if request.profile is Profile.LT1 else request.target
    bound = [request.method, target, request.content_digest]
    own = [f":{request.signature_base64}:", request.signature_input]
    return [value for value in bound if value is not None] + own
