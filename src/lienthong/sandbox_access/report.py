"""The signed report of a run: what the sandbox saw, step by step, for the file of the request.

Bytes signed: `lienthong-conformance-1`, a line feed, the report's JSON. Anyone with the sandbox's response
keys can check it; nobody can write one that the sandbox did not.
"""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from typing import Final

import msgspec

from lienthong.core.conformance import State, Step
from lienthong.core.request import Service
from lienthong_protocol.keys import SigningKey, VerifyingKey

_CONTEXT: Final = b"lienthong-conformance-1\n"
_LONGEST: Final = 262_144


class ReportedStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a report, with the reason of its state in both languages."""

    step: Step
    state: State
    reason_vi: str
    reason_en: str
    attempts: int


class ConformanceReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a run came to; times in microseconds since the epoch."""

    run: str
    system: str
    origin: str
    services: tuple[Service, ...]
    opened_at: int
    reported_at: int
    state: State
    steps: tuple[ReportedStep, ...]


class SignedReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A report as it travels: its bytes and signature in base64, the id of the key."""

    report: str
    key: str
    signature: str


def sign_report(report: ConformanceReport, key: SigningKey) -> SignedReport:
    """Return the report signed with the sandbox's response key."""
    content = msgspec.json.encode(report)
    signature = key.sign(_CONTEXT + content)
    return SignedReport(b64encode(content).decode(), key.key_id, b64encode(signature).decode())


def verify_report(content: bytes, keys: Mapping[str, VerifyingKey]) -> ConformanceReport | None:
    """Return the report in a file if one of the sandbox's keys signed it, None otherwise."""
    if len(content) > _LONGEST:
        return None
    try:
        signed = msgspec.json.decode(content, type=SignedReport)
        body, signature = b64decode(signed.report, validate=True), b64decode(signed.signature, validate=True)
    except (msgspec.DecodeError, Error, ValueError):
        return None
    key = keys.get(signed.key)
    if key is None or not key.verify(message=_CONTEXT + body, signature=signature):
        return None
    return msgspec.json.decode(body, type=ConformanceReport)
