"""From a verdict to the bytes that are recorded and sent: body, salt, commitment, record, lines, response.

A record commits to the exact body that leaves, salted so that nobody who reads the log can guess it. The
receipt gives the salt to the caller, so either side can later prove what was answered. Law: R6.1.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

from lienthong.core.answer import LineFacts, TagLabel, field_numbers
from lienthong.core.grant import SystemGrant
from lienthong.gateway.identify import Caller
from lienthong.gateway.messages import JSON, Response, retry_headers
from lienthong.gateway.usage import Charge
from lienthong.ledger.append import Entry, LineEntry
from lienthong.ledger.custody import CustodyError, SaltKeys, SecretKey, TagKeys
from lienthong_protocol.commitment import claimed_tag, commit, person_tag, salt
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.problem import CONTENT_TYPE, Sentence, encode_problem, problem_document
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.record import (
    Act,
    Kind,
    Line,
    Proof,
    Record,
    encode_line,
    encode_record,
    reference,
)
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.response_signing import ResponseSigner

SECOND: Final = 1_000_000
_HOUR: Final = 3_600 * SECOND
_LONGEST_NOTICE: Final = 1_000


class Call(msgspec.Struct, frozen=True, gc=False):
    """One call under way: who calls, what for, since when (microseconds)."""

    caller: Caller
    kind: Kind
    target: str
    started: int


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one exchange came to: the body to send and what the record says about it."""

    status: int
    content_type: str
    body: bytes
    code: str = ""
    lines: tuple[LineFacts, ...] = ()
    persons: int = 0
    misses: int = 0
    fields: int | None = None
    items: int | None = None
    notices: tuple[str, ...] = ()
    retry: Sequence[tuple[str, str]] = ()
    charge: Charge | None = None
    suspends_batches: bool = False
    tags: tuple[bytes, ...] = ()
    """Per line the tag that judging has made already, empty where it has not."""


class Composed(msgspec.Struct, frozen=True, gc=False):
    """A verdict with its record, ready for the log; sent only once the record is durable."""

    verdict: Verdict
    entry: Entry
    leaf: bytes
    salt: bytes


def refused(
    refusal: Refuse,
    *,
    lines: tuple[LineFacts, ...] = (),
    misses: int = 0,
    fields: int | None = None,
    citizen: Sentence | None = None,
    notices: tuple[str, ...] = (),
    charge: Charge | None = None,
    tags: tuple[bytes, ...] = (),
) -> Verdict:
    """Return the verdict that refuses, with its problem document as the body."""
    problem = problem_document(refusal, citizen=citizen)
    return Verdict(
        status=problem.status,
        content_type=CONTENT_TYPE,
        body=encode_problem(problem),
        code=refusal.code,
        lines=lines,
        misses=misses,
        fields=fields,
        notices=notices,
        retry=retry_headers(refusal.code),
        charge=charge,
        tags=tags,
    )


class _Keys(msgspec.Struct, frozen=True):
    """The keyed-hash keys of one hour."""

    hour: int
    salt: SecretKey
    tag: SecretKey


class Composer:
    """Makes records and responses with the keys of this gateway. One per worker; `now` in microseconds."""

    def __init__(self, *, salts: SaltKeys, tags: TagKeys, signer: ResponseSigner) -> None:
        self._salts = salts
        self._tags = tags
        self._signer = signer
        self._keys = _Keys(-1, SecretKey("", b""), SecretKey("", b""))

    def tag(self, now: int, label: TagLabel, *, person_key: bytes, number: str) -> bytes:
        """Return the tag at `now` of a person or of a claimed number."""
        key = self._keys_at(now).tag
        if label is TagLabel.PERSON:
            return person_tag(key.key, person_key)
        return claimed_tag(key.key, number)

    def salt_of(self, *, key_id: str, nonce: str, at: int) -> bytes | None:
        """Return the salt of an answer recorded at `at`, None once the key of that month is destroyed."""
        try:
            return salt(self._salts.at(at).key, key_id=key_id, nonce=nonce)
        except CustodyError:
            return None

    def _keys_at(self, now: int) -> "_Keys":
        """Return the keys for `now`, looked up once an hour: months and quarters begin with an hour."""
        hour = now // _HOUR
        if self._keys.hour != hour:
            self._keys = _Keys(hour, self._salts.at(now), self._tags.at(now))
        return self._keys

    def compose(
        self,
        call: Call,
        grant: SystemGrant,
        verdict: Verdict,
        *,
        now: int,
        grant_version: int,
        replay_check: bool = True,
    ) -> Composed:
        """Return the record of a verdict; without `replay_check` it takes no nonce (it refuses a replay)."""
        signature = call.caller.signature
        chosen = salt(self._keys_at(now).salt.key, key_id=signature.key_id, nonce=signature.nonce)
        record = Record(
            act=Act.EXPLOIT,
            kind=call.kind,
            at=now,
            agency=grant.agency_id,
            system=grant.system_id,
            key=signature.key_id,
            proof=Proof.MESSAGE,
            profile=signature.profile,
            channel=grant.channel,
            platform=grant.platform,
            purpose=signature.purpose,
            officer=signature.officer,
            case=signature.case,
            consent=signature.consent,
            grant=grant.document_hash,
            grant_version=grant_version,
            request_id=signature.request_id,
            target=signature.target or call.target,
            request_digest=signature.content_digest,
            content_type=None if signature.content_type == JSON else signature.content_type,
            params=signature.params,
            signature=signature.signature_base64,
            subject=None if signature.subject is None else sha256(signature.subject.encode()).hexdigest(),
            fields=None if verdict.fields is None else field_numbers(verdict.fields),
            items=verdict.items,
            lines=len(verdict.lines),
            code=verdict.code,
            commitment=_base64url(commit(chosen, verdict.body)),
            duration=max(0, now - call.started),
        )
        body = encode_record(record)
        leaf = leaf_hash(body)
        entry = Entry(
            record,
            body,
            self._lines(grant, signature.purpose, verdict, record=reference(leaf), now=now),
            persons=verdict.persons,
            misses=verdict.misses,
            nonce=signature.nonce if replay_check else "",
            created=signature.created if replay_check else 0,
            suspends_batches=verdict.suspends_batches,
        )
        return Composed(verdict, entry, leaf, chosen)

    def _lines(
        self, grant: SystemGrant, purpose: str | None, verdict: Verdict, *, record: str, now: int
    ) -> tuple[LineEntry, ...]:
        facts = verdict.lines
        if not facts:
            return ()
        random = secrets.token_bytes(16 * len(facts))
        key_id = self._keys_at(now).tag.id
        made: list[LineEntry] = []
        for position, fact in enumerate(facts, start=1):
            known = verdict.tags[position - 1] if position <= len(verdict.tags) else b""
            tag = known or self._tag_of(fact, now)
            line = Line(
                record=record,
                position=position,
                tag=_base64url(tag),
                tag_key=key_id,
                outcome=fact.outcome,
                asked=field_numbers(fact.asked),
                given=field_numbers(fact.given),
                purpose=purpose,
                agency=grant.agency_id,
                system=grant.system_id,
                visibility=fact.visibility,
                law=fact.law,
                at=now,
                case=fact.case,
                random=_base64url(random[16 * position - 16 : 16 * position]),
            )
            made.append(LineEntry(line, encode_line(line)))
        return tuple(made)

    def _tag_of(self, fact: LineFacts, now: int) -> bytes:
        return self.tag(now, fact.label, person_key=fact.person_key, number=fact.number)

    def respond(self, caller: Caller, composed: Composed, *, index: int, now: int) -> Response:
        """Return the signed response of a recorded verdict, with its receipt."""
        receipt = Receipt(index, composed.leaf, composed.salt, composed.entry.record.at)
        return self._signed(caller, composed.verdict, now, [("lt-receipt", receipt.encode())])

    def respond_unrecorded(self, caller: Caller, code: Code, *, now: int) -> Response:
        """Return a signed refusal that could not be recorded: it gives nothing and carries no receipt."""
        return self._signed(caller, refused(Refuse(code)), now, [])

    def _signed(self, caller: Caller, verdict: Verdict, now: int, receipt: list[tuple[str, str]]) -> Response:
        headers = [
            ("content-type", verdict.content_type),
            ("cache-control", "no-store"),
            *verdict.retry,
            *receipt,
        ]
        notice = ", ".join(verdict.notices)[:_LONGEST_NOTICE]
        if notice:
            headers.append(("lt-notice", notice))
        signed = self._signer.sign(
            request=caller.signature,
            status=verdict.status,
            headers=headers,
            body=verdict.body,
            created=now // SECOND,
        )
        return Response(verdict.status, verdict.body, signed)


_encoder = msgspec.json.Encoder()


def encode(value: object) -> bytes:
    """Return the JSON bytes of an answer."""
    return _encoder.encode(value)


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
