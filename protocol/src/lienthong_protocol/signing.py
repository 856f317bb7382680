"""Signed requests, profiles lt-1 and lt-1p: read one, check it, make one (RFC 9421, RFC 9530).

What the application may use of a request is what its signature covers, and nothing else: `read_request`
gives exactly that. It checks everything but the two things it cannot know, whose key it is and whether the
key's owner signed: look the key up by `key_id`, then ask `authentic`. Replays are the log's business.
"""

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from typing import Final

import msgspec

from lienthong_protocol.digest import content_digest
from lienthong_protocol.keys import SigningKey, VerifyingKey
from lienthong_protocol.profile import (
    BODY_BY_METHOD,
    LABEL,
    REQUEST_BITS,
    SIGNATURE_BITS,
    Profile,
    RequestShape,
    is_one_target,
    request_shape,
)
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.signature_parameters import (
    REQUEST_TAG,
    Parameters,
    Texts,
    in_window,
    read_in_any_order,
)
from lienthong_protocol.signing_refusals import (
    refuse_coverage,
    refuse_headers,
    refuse_method,
    refuse_repeats,
    refuse_value,
)

Headers = Sequence[tuple[str, str]]
"""Header names in lower case, in wire order, repeats kept."""

_BITS: Final = tuple(REQUEST_BITS.items())
_SIGNATURE = re.compile(rf"{LABEL}=:([A-Za-z0-9+/]{{85}}[AQgw]==):\Z")


class SigningError(ValueError):
    """What is to be signed cannot be sent under the profile."""


class RequestSignature(msgspec.Struct, frozen=True, gc=False):
    """A request as far as its signature covers it; an absent header is None.

    A value of this type is well formed and in its time window. It is authentic only once `authentic` said so.
    """

    profile: Profile
    method: str
    target_uri: str | None
    """Profile lt-1 alone: in lt-1p the URI is not covered."""
    target: str | None
    """Profile lt-1p alone: LT-Target, to be compared with the route by the caller."""
    content_digest: str | None
    content_type: str | None
    request_id: str
    purpose: str | None
    officer: str | None
    case: str | None
    consent: str | None
    subject: str | None
    key_id: str
    created: int
    """Seconds since the epoch by the signer's clock."""
    expires: int | None
    nonce: str
    signature_input: str
    """The member of Signature-Input: component list and parameters, verbatim."""
    params: str
    """The end of `signature_input` after the component list."""
    signature: bytes
    signature_base64: str
    base: bytes
    """The signature base: what the key signed."""


def read_request(
    *, method: str, target_uri: str, headers: Headers, body: bytes, now: int
) -> RequestSignature | Refuse:
    """Return what the signature of a request covers, or the refusal that names what is wrong with it.

    `target_uri` is the hub's own origin followed by the request target as received; `now` is in seconds
    since the epoch. Never raises, whatever the headers hold. Law: R1.1.
    """
    # 1. Headers once each. Whatever the profile does not read, it does not pass on either.
    found = dict(headers)
    if len(found) != len(headers) and (refusal := refuse_repeats(headers)):
        return refusal
    bits = 0
    for name, bit in _BITS:
        if name in found:
            bits |= bit
    found["@method"], found["@target-uri"] = method, target_uri

    # 2. The headers present decide which components must be covered: all of them, in one order.
    shape = request_shape(bits)
    if shape is None:
        return refuse_headers(bits)
    refusal = _check_coverage(found, shape, body)
    if refusal is not None:
        return refusal

    # 3. Values and parameters, each in its one spelling, so that the base has one reading.
    params = found["signature-input"][len(shape.opening) - 1 :]
    base = shape.template % (*shape.pick(found), params)
    usual = shape.grammar.match(base)
    texts = _read_unusual(found, shape, params) if usual is None else usual.groups()
    if isinstance(texts, Refuse):
        return texts
    signature = _SIGNATURE.match(found["signature"])
    if signature is None:
        return Refuse(Code.SIGNATURE_MALFORMED, f"Signature must be {LABEL}=:<64 bytes in base64>:")
    if shape.covers_uri and not is_one_target(target_uri):
        return Refuse(Code.INVALID_TARGET, "the target is too long or repeats a query name")

    # 4. Time and body.
    parameters = in_window(texts, now)
    if isinstance(parameters, Refuse):
        return parameters
    if shape.has_body and found["content-digest"] != content_digest(body):
        return Refuse(Code.DIGEST_MISMATCH)

    # 5. What remains to be asked: whose key, and whether it signed this base.
    return _covered(found, shape, parameters, params, signature[1], base)


def authentic(signature: RequestSignature, key: VerifyingKey) -> bool:
    """Tell whether `key` is the key the request names and the key's owner signed the request."""
    return key.key_id == signature.key_id and key.verify(
        message=signature.base, signature=signature.signature
    )


def sign_request(  # noqa: PLR0913 - each is one thing the signature covers
    *,
    method: str,
    target_uri: str,
    headers: Headers,
    body: bytes,
    key: SigningKey,
    created: int,
    nonce: str,
    expires: int | None = None,
    profile: Profile = Profile.LT1,
    target: str | None = None,
) -> list[tuple[str, str]]:
    """Return all headers to send: those given, Content-Digest, LT-Target and the two signature headers.

    `headers` holds the LT-* headers and, with a body, Content-Type. `nonce` is 22 to 64 characters base64url
    from a random source. Raises SigningError where `read_request` would refuse the result.
    """
    if (profile is Profile.LT1P) is (target is None):
        raise SigningError("a target is named under lt-1p and under lt-1p alone")
    sent = [(name.lower(), value) for name, value in headers]
    if target is not None:
        sent.append(("lt-target", target))
    if BODY_BY_METHOD.get(method):
        sent.append(("content-digest", content_digest(body)))
    found = {"@method": method, "@target-uri": target_uri, **dict(sent)}
    shape = request_shape(SIGNATURE_BITS | sum(REQUEST_BITS.get(name, 0) for name in found))
    if shape is None:
        raise SigningError("the headers do not make a request of the profile")
    until = "" if expires is None else f";expires={expires}"
    params = f';created={created}{until};keyid="{key.key_id}";nonce="{nonce}";tag="{REQUEST_TAG}"'
    try:
        base = (shape.template % (*shape.pick(found), params)).encode("ascii")
    except UnicodeEncodeError as error:
        raise SigningError("a signed value is not ASCII") from error
    signature = b2a_base64(key.sign(base), newline=False).decode()
    sent.append(("signature-input", f"{LABEL}={shape.components}{params}"))
    sent.append(("signature", f"{LABEL}=:{signature}:"))
    read = read_request(method=method, target_uri=target_uri, headers=sent, body=body, now=created)
    if isinstance(read, Refuse):
        raise SigningError(f"{read.code}: {read.detail}")
    return sent


def _check_coverage(found: dict[str, str], shape: RequestShape, body: bytes) -> Refuse | None:
    names = "\n".join(("", *found))
    if names.count("\nlt-") != shape.headers_of_ours:
        return Refuse(Code.INVALID_HEADER, "an LT- header is not defined")
    if shape.has_body is not BODY_BY_METHOD.get(found["@method"]) or (body and not shape.has_body):
        return refuse_method(found["@method"])
    if not found["signature-input"].startswith(shape.opening):
        return refuse_coverage(found["signature-input"], shape)
    return None


def _read_unusual(found: dict[str, str], shape: RequestShape, params: str) -> Texts | Refuse:
    """Return the parameters of a request that is right but orders them differently, else what is wrong."""
    return refuse_value(found, shape) or read_in_any_order(params)


def _covered(
    found: dict[str, str],
    shape: RequestShape,
    parameters: Parameters,
    params: str,
    signature: str,
    base: str,
) -> RequestSignature:
    created, expires, key_id, nonce = parameters
    optional = found.get
    return RequestSignature(
        shape.profile,
        found["@method"],
        found["@target-uri"] if shape.covers_uri else None,
        optional("lt-target"),
        optional("content-digest"),
        optional("content-type"),
        found["lt-request-id"],
        optional("lt-purpose"),
        optional("lt-officer"),
        optional("lt-case"),
        optional("lt-consent"),
        optional("lt-subject"),
        key_id,
        created,
        expires,
        nonce,
        found["signature-input"][len(LABEL) + 1 :],
        params,
        a2b_base64(signature),
        signature,
        base.encode("ascii"),
    )
