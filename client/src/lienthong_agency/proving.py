"""The journal against the log: each receipt led to a checkpoint that the policy trusts, each record compared.

What is proved of an entry, in this order; each step needs the one before it:
1. The entry is the one that was written, and both signatures in it hold (`check_entry`, offline).
2. The log has the receipt's leaf at the receipt's index, under a checkpoint signed by the log and cosigned
   by the policy's quorum (`prove`).
3. The record behind that leaf tells of this very request and its outcome (`compare`).
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lienthong_agency.agency import Agency
from lienthong_agency.answers import RecordReceipt
from lienthong_agency.calls import MOST_RECEIPTS, receipts
from lienthong_agency.entries import answer_holds, request_holds
from lienthong_agency.outcomes import Answered, Refused, Unanswered
from lienthong_agency.transport import OpenRequestError
from lienthong_protocol.journal import JournalEntry, Stage
from lienthong_protocol.keys import VerifyingKey
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.policy import Policy
from lienthong_protocol.proof import (
    ProofFormatError,
    ProofInvalidError,
    parse_proof,
    verify_proof,
)
from lienthong_protocol.record import Record, RecordFormatError, decode_record
from lienthong_protocol.response_signing import ResponseKey
from lienthong_protocol.succession import Succession

NO_SUCH_ENTRY: Final = 404
_MARGIN: Final = 120
"""Seconds by which the hub's clock may be behind the own one when records are looked for."""


@dataclass(slots=True)
class Findings:
    """What a check of the journal found.

    `broken` are faults of someone, `open` things not known yet, `lost` records that went with a log that
    another one succeeded: the policy names that succession, so their absence is said openly.
    """

    entries: int = 0
    receipts: int = 0
    proved: int = 0
    compared: int = 0
    broken: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def check_entry(
    position: int,
    entry: JournalEntry,
    findings: Findings,
    *,
    own_keys: Mapping[str, VerifyingKey],
    hub_keys: Mapping[str, ResponseKey],
) -> None:
    """Check the signatures an entry holds; an unknown own key leaves the entry open, not broken."""
    findings.entries += 1
    own = own_keys.get(entry.key)
    if own is None:
        findings.open.append(f"entry {position}: signed with {entry.key}, whose public key is not given")
    elif request_holds(entry, own) is False:
        findings.broken.append(f"entry {position}: the request was not signed by {entry.key}")
    if entry.stage is Stage.ANSWERED:
        findings.receipts += entry.receipt is not None
        if not answer_holds(entry, hub_keys):
            findings.broken.append(f"entry {position}: no key of the hub signed this answer")


def unanswered(entries: Iterable[JournalEntry]) -> dict[str, JournalEntry]:
    """Return by signature the requests that were sent and never answered: crashed, lost or failed."""
    waiting: dict[str, JournalEntry] = {}
    for entry in entries:
        if entry.stage is Stage.ANSWERED:
            waiting.pop(entry.request_signature, None)
        else:
            waiting[entry.request_signature] = entry
    return waiting


@dataclass(frozen=True, slots=True)
class HubRecord:
    """A record as the hub gives it out, with its leaf hash computed from its bytes."""

    index: int
    leaf: bytes
    record: Record


def read_record(given: RecordReceipt) -> HubRecord:
    """Return the record in a receipts answer; raises RecordFormatError."""
    try:
        body = b64decode(given.record, validate=True)
    except ValueError as error:
        raise RecordFormatError("a record is base64") from error
    return HubRecord(given.index, leaf_hash(body), decode_record(body))


def fetch_records(
    agency: Agency, entries: Sequence[JournalEntry]
) -> dict[str, HubRecord] | Refused | Unanswered:
    """Return the hub's records of these requests by signature, or the outcome that was no answer.

    Asking is itself an exchange, journalled and recorded.
    """
    records: dict[str, HubRecord] = {}
    if not entries:
        return records
    since = min(entry.at for entry in entries) // 1_000_000 - _MARGIN
    ids = sorted({entry.request_id for entry in entries})
    for start in range(0, len(ids), MOST_RECEIPTS):
        outcome = agency.ask(receipts(ids[start : start + MOST_RECEIPTS], since=max(0, since)))
        if not isinstance(outcome, Answered):
            return outcome
        for given in outcome.value.receipts:
            found = read_record(given)
            if found.record.signature is not None:
                records[found.record.signature] = found
    return records


class Proofs:
    """Inclusion proofs by index: from a folder where they are kept, else from the hub, then kept there."""

    def __init__(self, folder: Path | None, fetch: Callable[[int], bytes] | None) -> None:
        self._folder = folder
        self._fetch = fetch

    def get(self, index: int) -> str | None:
        """Return a proof's text, None where it is to be had nowhere; raises OpenRequestError."""
        path = None if self._folder is None else self._folder / f"{index}.tlog-proof"
        if path is not None and path.exists():
            return path.read_text(encoding="utf-8")
        if self._fetch is None:
            return None
        try:
            text = self._fetch(index).decode("utf-8")
        except UnicodeDecodeError as error:
            raise OpenRequestError(f"the proof of {index} is no text") from error
        except OpenRequestError as error:
            if error.status == NO_SUCH_ENTRY:
                return None
            raise
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return text


def lost_with(entry: JournalEntry, policy: Policy) -> Succession | None:
    """Return the succession with which the record of this entry was lost, None if it was not."""
    receipt = entry.parsed_receipt()
    if receipt is None:
        return None
    return next(
        (
            succession
            for succession in policy.lineage
            if succession.lost(origin=entry.hub, index=receipt.index, at=receipt.at)
        ),
        None,
    )


def _loss(position: int, index: int, succession: Succession) -> str:
    gap = succession.gap
    where = (
        f"in the gap from {gap.start} to {gap.stop - 1}"
        if index in gap
        else f"after the last {gap.stop} leaves that are known"
    )
    return (
        f"entry {position}: record {index} stood {where} of {succession.predecessor.name}, which is lost; "
        f"{succession.successor.name} carries on from {succession.size}: {succession.reason}"
    )


def prove(position: int, entry: JournalEntry, findings: Findings, *, proofs: Proofs, policy: Policy) -> None:
    """Prove that the log has the record of an entry with a receipt."""
    receipt = entry.parsed_receipt()
    if receipt is None:
        return
    succession = lost_with(entry, policy)
    if succession is not None:
        findings.lost.append(_loss(position, receipt.index, succession))
        return
    text = proofs.get(receipt.index)
    if text is None:
        findings.open.append(f"entry {position}: no proof yet that the log has record {receipt.index}")
        return
    try:
        proof = parse_proof(text)
        verify_proof(proof, policy=policy, leaf=receipt.leaf)
    except (ProofFormatError, ProofInvalidError) as error:
        findings.broken.append(f"entry {position}: record {receipt.index} is not proved: {error}")
        return
    if proof.index != receipt.index:
        findings.broken.append(f"entry {position}: the log has record {receipt.index} at {proof.index}")
        return
    findings.proved += 1


def compare(position: int, entry: JournalEntry, records: Mapping[str, HubRecord], findings: Findings) -> None:
    """Compare an answered entry's record, as the hub gives it out, with what the journal has of it."""
    receipt = entry.parsed_receipt()
    if receipt is None:
        return
    found = records.get(entry.request_signature)
    if found is None:
        findings.broken.append(f"entry {position}: the hub gives out no record for this request")
        return
    if found.index != receipt.index or found.leaf != receipt.leaf:
        findings.broken.append(f"entry {position}: the hub gives another record than its receipt named")
        return
    for name, ours, theirs in _members(entry, found.record):
        if ours != theirs:
            findings.broken.append(
                f"entry {position}: the record says {name} {theirs!r}, the journal {ours!r}"
            )
            return
    findings.compared += 1


def _members(entry: JournalEntry, record: Record) -> list[tuple[str, str | None, str | None]]:
    return [
        ("system", entry.system, record.system),
        ("key", entry.key, record.key),
        ("kind", entry.kind, record.kind),
        ("request id", entry.request_id, record.request_id),
        ("purpose", entry.purpose, record.purpose),
        ("officer", entry.officer, record.officer),
        ("case", entry.case, record.case),
        ("consent", entry.consent, record.consent),
        ("digest", entry.request_digest, record.request_digest),
        ("parameters", entry.request_params, record.params),
        ("signature", entry.request_signature, record.signature),
        ("code", entry.code or "", record.code),
    ]
