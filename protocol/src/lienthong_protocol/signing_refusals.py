"""Why a request's headers make no signed request: the slow path, taken only once something is wrong.

Details name headers and what is wanted; they never repeat what the caller sent.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from lienthong_protocol.profile import (
    BODY_BY_METHOD,
    LABEL,
    REQUEST_BITS,
    SIGNATURE_BITS,
    RequestShape,
    has_form,
)
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.structured import InnerList, StructuredFieldError, parse_dictionary, serialize

_LONGEST_INPUT: Final = 2_048
_CODE_BY_COMPONENT: Final = {"@target-uri": Code.INVALID_TARGET, "content-digest": Code.DIGEST_MISMATCH}


def refuse_repeats(headers: Sequence[tuple[str, str]]) -> Refuse | None:
    """Name the header of the profile that is repeated, None where only other headers are."""
    seen = 0
    for name, _ in headers:
        bit = REQUEST_BITS.get(name, 0)
        if seen & bit:
            code = Code.SIGNATURE_MALFORMED if bit & SIGNATURE_BITS else Code.INVALID_HEADER
            return Refuse(code, f"{name} is repeated")
        seen |= bit
    return None


def refuse_headers(bits: int) -> Refuse:
    """Name what is missing for a request with these headers to be a signed one."""
    match bits & SIGNATURE_BITS:
        case 0:
            return Refuse(Code.SIGNATURE_MISSING)
        case both if both == SIGNATURE_BITS:
            pass
        case _:
            return Refuse(Code.SIGNATURE_MALFORMED, "Signature and Signature-Input come together")
    if not bits & REQUEST_BITS["lt-request-id"]:
        return Refuse(Code.COVERAGE_WRONG, "LT-Request-Id is missing")
    return Refuse(Code.COVERAGE_WRONG, "Content-Digest and Content-Type come together")


def refuse_method(method: str) -> Refuse:
    """Name what a request of this method must or must not have beside its headers."""
    has_body = BODY_BY_METHOD.get(method)
    if has_body is None:
        return Refuse(Code.METHOD_NOT_ALLOWED)
    wanted = "needs Content-Digest and Content-Type" if has_body else "has no body, digest or type"
    return Refuse(Code.COVERAGE_WRONG, f"{method} {wanted}")


def refuse_coverage(signature_input: str, shape: RequestShape) -> Refuse:
    """Name what is wrong with a Signature-Input that does not begin as this request's must."""
    if len(signature_input) > _LONGEST_INPUT:
        return Refuse(Code.SIGNATURE_MALFORMED, "Signature-Input is too long")
    try:
        members = parse_dictionary(signature_input)
    except StructuredFieldError as error:
        return Refuse(Code.SIGNATURE_MALFORMED, f"Signature-Input: {error}")
    member = members.get(LABEL)
    if len(members) != 1 or not isinstance(member, InnerList):
        return Refuse(Code.SIGNATURE_MALFORMED, f"exactly one signature is wanted, labelled {LABEL}")
    if serialize(InnerList(member.items)) == shape.components:
        return Refuse(Code.SIGNATURE_MALFORMED, "Signature-Input is not in its canonical spelling")
    return Refuse(Code.COVERAGE_WRONG, f"to be covered: {shape.components}")


def refuse_value(found: Mapping[str, str], shape: RequestShape) -> Refuse | None:
    """Name the first covered value that has not the form the profile allows, None where all have."""
    for name in shape.names:
        if not has_form(name, found[name]):
            code = _CODE_BY_COMPONENT.get(name, Code.INVALID_HEADER)
            return Refuse(code, f"{name} is empty, too long or has forbidden characters")
    return None
