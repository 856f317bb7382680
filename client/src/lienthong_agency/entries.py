"""Journal entries of a call, step by step, and what an entry proves by itself.

An entry holds what was signed on both sides, so the hub's word can be checked years later from the journal
and the hub's keys alone. Values about persons never stand in it. Law: R6.1.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

from lienthong_agency.caller import Caller
from lienthong_agency.calls import Call
from lienthong_protocol.base import (
    BaseFormatError,
    RequestMessage,
    ResponseMessage,
    signature_base,
    signature_input_member,
    signature_member,
)
from lienthong_protocol.journal import JournalEntry, Stage
from lienthong_protocol.keys import VerifyingKey
from lienthong_protocol.problem import CONTENT_TYPE
from lienthong_protocol.profile import (
    LABEL,
    REQUEST_BITS,
    SIGNATURE_BITS,
    Profile,
    request_shape,
    response_shape,
)
from lienthong_protocol.record import JSON_TYPE, Act
from lienthong_protocol.response_signing import ResponseKey, VerifiedResponse
from lienthong_protocol.signing import RequestSignature

_LONGEST_NOTE = 500


def sent_entry(signature: RequestSignature, *, caller: Caller, call: Call[Any], at: int) -> JournalEntry:
    """Return the entry of a request about to be sent; `at` in microseconds by the own clock."""
    subject = None if signature.subject is None else sha256(signature.subject.encode()).hexdigest()
    return JournalEntry(
        stage=Stage.SENT,
        act=Act.EXPLOIT,
        kind=call.kind,
        at=at,
        hub=caller.hub_keys.origin,
        system=caller.system,
        key=signature.key_id,
        method=signature.method,
        target=signature.target or signature.target_uri or "",
        profile=signature.profile,
        request_id=signature.request_id,
        purpose=signature.purpose,
        officer=signature.officer,
        case=signature.case,
        consent=signature.consent,
        subject=subject,
        request_digest=signature.content_digest,
        request_params=signature.params,
        request_signature=signature.signature_base64,
    )


def answered_entry(
    sent: JournalEntry, response: VerifiedResponse, *, at: int, code: str | None
) -> JournalEntry:
    """Return the entry of a verified answer or, with its code, of a signed refusal."""
    return msgspec.structs.replace(
        sent,
        stage=Stage.ANSWERED,
        at=at,
        status=response.status,
        code=code,
        response_digest=response.content_digest,
        response_key=response.key_id,
        response_params=response.params,
        response_signature=response.signature_base64,
        receipt=response.receipt,
        notice=response.notice,
    )


def failed_entry(sent: JournalEntry, *, at: int, note: str, status: int | None = None) -> JournalEntry:
    """Return the entry of an attempt that brought no usable answer, and why."""
    plain = note.encode("ascii", "backslashreplace").decode("ascii")[:_LONGEST_NOTE]
    return msgspec.structs.replace(sent, stage=Stage.FAILED, at=at, status=status, note=plain)


def request_holds(entry: JournalEntry, key: VerifyingKey) -> bool | None:
    """Tell whether the entry's request was signed by `key`, or None where the signed subject is not kept."""
    if entry.subject is not None:
        return None
    return _holds(_request(entry), key)


def answer_holds(entry: JournalEntry, keys: Mapping[str, ResponseKey]) -> bool:
    """Tell whether a key of the hub signed the answer this entry tells of, receipt and notice included."""
    known = keys.get(entry.response_key or "")
    if known is None or entry.status is None or entry.response_digest is None:
        return False
    shape = response_shape(
        Profile(entry.profile),
        has_body=entry.request_digest is not None,
        has_receipt=entry.receipt is not None,
        has_notice=entry.notice is not None,
    )
    headers = [
        ("content-digest", entry.response_digest),
        ("content-type", JSON_TYPE if entry.code is None else CONTENT_TYPE),
        ("signature-input", f"{LABEL}={shape.components}{entry.response_params}"),
        ("signature", f"{LABEL}=:{entry.response_signature}:"),
    ]
    headers += [("lt-receipt", entry.receipt)] if entry.receipt is not None else []
    headers += [("lt-notice", entry.notice)] if entry.notice is not None else []
    return _holds(ResponseMessage(entry.status, headers, _request(entry)), known.key)


def _request(entry: JournalEntry) -> RequestMessage:
    """Return the request as sent, as far as the entry keeps it; a subject is there by name only."""
    values = {
        "content-digest": entry.request_digest,
        "content-type": None if entry.request_digest is None else JSON_TYPE,
        "lt-target": entry.target if entry.profile == Profile.LT1P else None,
        "lt-request-id": entry.request_id,
        "lt-purpose": entry.purpose,
        "lt-officer": entry.officer,
        "lt-case": entry.case,
        "lt-consent": entry.consent,
        "lt-subject": entry.subject,
    }
    headers = [(name, value) for name, value in values.items() if value is not None]
    shape = request_shape(SIGNATURE_BITS | sum(REQUEST_BITS[name] for name, _ in headers))
    components = "()" if shape is None else shape.components
    headers.append(("signature-input", f"{LABEL}={components}{entry.request_params}"))
    headers.append(("signature", f"{LABEL}=:{entry.request_signature}:"))
    return RequestMessage(entry.method, entry.target, headers)


def _holds(message: RequestMessage | ResponseMessage, key: VerifyingKey) -> bool:
    try:
        base = signature_base(message, signature_input_member(message.headers, LABEL))
        signature = signature_member(message.headers, LABEL)
    except BaseFormatError:
        return False
    return key.verify(message=base, signature=signature)
