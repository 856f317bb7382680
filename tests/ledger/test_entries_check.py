"""What a check says of entries that are gone, lawfully or not, and of receipts and journals."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import pytest

from lienthong.db import Role
from lienthong.ledger.append import Entry
from lienthong.ledger.entries_check import EntriesCheck, ReceiptClaim
from lienthong.ledger.findings import Fault, Finding
from lienthong.ledger.log_source import Chunk, DatabaseLog
from lienthong.ledger.verify import ReceiptsFileError, read_claims, verify_log
from lienthong_protocol import base64url
from lienthong_protocol.journal import JournalEntry, Stage, encode_entry
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.record import Act, Kind, Proof, Record, encode_record

from .log_writer import entry, write

ConnectAs = Callable[[Role], Awaitable[asyncpg.Connection]]


def micros(year: int, month: int, day: int = 1) -> int:
    return round(datetime(year, month, day, tzinfo=UTC).timestamp() * 1_000_000)


def bodies_of(*entries: Entry) -> list[bytes | None]:
    return [body for one in entries for body in (one.body, *(line.body for line in one.lines))]


def retention(month: str, count: int, *, at: int = micros(2030, 1)) -> Entry:
    record = Record(
        act=Act.CONNECT, kind=Kind.RETENTION, at=at, agency="authority", system="hub", key="",
        proof=Proof.NONE, profile="", channel="", lines=0, code="", duration=0, count=count,
        note=f"records and lines of {month}",
    )  # fmt: skip
    return Entry(record, encode_record(record))


def check(
    bodies: list[bytes | None],
    *,
    gone: range = range(0),
    claims: dict[int, list[ReceiptClaim]] | None = None,
    witnessed: tuple[tuple[int, int], ...] = (),
) -> list[Finding]:
    """Check these entries in two chunks; those in `gone` are not kept any more."""
    findings: list[Finding] = []
    checking = EntriesCheck(findings.append, claims or {})
    leaves = [leaf_hash(body or b"") for body in bodies]
    kept = [None if index in gone else body for index, body in enumerate(bodies)]
    half = len(bodies) // 2
    for start, end in ((0, half), (half, len(bodies))):
        checking.check(Chunk(start, leaves[start:end], kept[start:end], [None] * (end - start)))
    checking.finish(len(bodies), witnessed=witnessed)
    return findings


OLD = [entry(number, number % 3, at=micros(2026, 11, 5)) for number in range(6)]
SIZE = len(bodies_of(*OLD))


@pytest.mark.law("R6.2")
def test_what_a_retention_record_let_go_is_not_missed() -> None:
    lawful = retention("2026-11", SIZE, at=micros(2028, 12))
    assert check(bodies_of(*OLD, entry(9, 1), lawful), gone=range(SIZE)) == []
    before = ((SIZE, micros(2026, 11, 20)), (SIZE + 1, micros(2026, 12, 20)))
    assert check(bodies_of(*OLD, entry(9, 1), lawful), gone=range(SIZE), witnessed=before) == []


@pytest.mark.law("R6.2")
@pytest.mark.parametrize(
    ("record", "gone", "fault"),
    [
        (None, range(2, 3), Fault.ENTRY_MISSING),
        (retention("2026-11", SIZE - 1), range(SIZE), Fault.ENTRY_MISSING),
        (retention("2026-11", SIZE, at=micros(2028, 12) - 1), range(SIZE), Fault.RETIRED_EARLY),
        (retention("2027-12", SIZE, at=micros(2029, 12)), range(SIZE), Fault.RETIRED_EARLY),
        (retention("2020-01", SIZE - 1), range(1, SIZE), Fault.RETIRED_EARLY),
    ],
)
def test_what_went_without_ground_or_too_early_is_found(
    record: Entry | None, gone: range, fault: Fault
) -> None:
    entries = [*OLD, entry(9, 1), *([record] if record else [])]
    assert [finding.fault for finding in check(bodies_of(*entries), gone=gone)] == [fault]


def test_a_retention_record_covers_nothing_that_came_after_it_or_without_a_month() -> None:
    early = retention("2026-11", SIZE)
    assert [finding.fault for finding in check(bodies_of(early, *OLD), gone=range(1, 2))] == [
        Fault.ENTRY_MISSING
    ]
    found = check(bodies_of(*OLD, retention("some month", SIZE)), gone=range(SIZE))
    assert {finding.fault for finding in found} == {Fault.RETIRED_EARLY, Fault.ENTRY_MISSING}


@pytest.mark.law("R6.2")
def test_a_witness_tells_how_young_the_entries_are_that_were_called_old() -> None:
    """The first entries of the log go as if of 2020; no entry before them tells their age, a witness does."""
    bodies = bodies_of(*OLD, retention("2020-01", SIZE))
    assert check(bodies, gone=range(SIZE)) == []
    found = check(bodies, gone=range(SIZE), witnessed=((1, micros(2026, 11, 5)),))
    assert [finding.fault for finding in found] == [Fault.RETIRED_EARLY]


def test_lines_stand_behind_their_record_in_order() -> None:
    three, none = entry(7, 3), entry(8, 0)
    body, first, second, third = bodies_of(three)
    other = bodies_of(none)[0]
    for bodies, places in [
        ([body, first, second, third, other], []),
        ([first, other], [0]),
        ([body, second, first, third], [1, 2]),
        ([body, first, second, other], [0]),
        ([body, first], [0]),
        ([other, first], [1]),
        ([body, first, second, third, third], [4]),
    ]:
        findings = check(bodies)
        assert [finding.index for finding in findings] == places, findings
        assert {finding.fault for finding in findings} <= {Fault.LINES_WRONG}


def test_after_an_unreadable_entry_its_lines_raise_no_further_alarm() -> None:
    two = bodies_of(entry(7, 2))
    assert [finding.fault for finding in check([b'{"v":1}', *two[1:], *two])] == [Fault.ENTRY_MALFORMED]
    assert [finding.fault for finding in check([two[0], b'{"v":1}', two[2], *two])] == [Fault.ENTRY_MALFORMED]


def journal(one: Entry, receipt: Receipt | None) -> JournalEntry:
    record = one.record
    return JournalEntry(
        stage=Stage.ANSWERED, act=record.act, kind=record.kind, at=record.at, hub="hub.example/log",
        system=record.system, key=record.key, method="POST", target="https://hub.example/v1/lookup",
        profile=record.profile, request_id=record.request_id or "", request_digest=record.request_digest,
        request_params=record.params or "", request_signature=record.signature or "", status=200,
        receipt=None if receipt is None else receipt.encode(),
    )  # fmt: skip


@pytest.mark.law("R6.1")
def test_a_journal_is_found_in_the_log_entry_by_entry() -> None:
    entries = [entry(number, 0) for number in range(3)]
    bodies = bodies_of(*entries)
    receipts = [
        Receipt(index, leaf_hash(one.body), bytes(32), one.record.at) for index, one in enumerate(entries)
    ]
    lines = [
        encode_entry(journal(one, receipt)).decode() for one, receipt in zip(entries, receipts, strict=True)
    ]
    sent = encode_entry(journal(entries[0], None)).decode()
    claims = read_claims([*lines, "", sent, receipts[1].encode()])
    assert {index: len(found) for index, found in claims.items()} == {0: 1, 1: 2, 2: 1}
    assert check(bodies, claims=claims) == []
    swapped = read_claims([encode_entry(journal(entries[0], receipts[1])).decode()])
    dated = {0: [ReceiptClaim(Receipt(0, receipts[0].leaf, bytes(32), 5))]}
    for wrong in (swapped, dated, {3: [ReceiptClaim(receipts[0])]}, {2: [ReceiptClaim(receipts[0])]}):
        assert [finding.fault for finding in check(bodies, claims=wrong)] == [Fault.RECEIPT_UNKNOWN]
    assert (
        check(bodies, gone=range(1), claims={0: [ReceiptClaim(receipts[0])]})[0].fault is Fault.ENTRY_MISSING
    )


def test_a_receipt_for_something_that_is_no_record_is_wrong() -> None:
    bodies = bodies_of(entry(7, 1))
    line = bodies[1]
    assert line is not None
    for index, body in ((1, line), (2, b"{}")):
        claims = {index: [ReceiptClaim(Receipt(index, leaf_hash(body), bytes(32), 5))]}
        assert Fault.RECEIPT_UNKNOWN in {found.fault for found in check([*bodies, b"{}"], claims=claims)}


@pytest.mark.parametrize("line", ["{}", "index=1", "nothing"])
def test_a_file_that_holds_something_else_is_refused_by_line(line: str) -> None:
    with pytest.raises(ReceiptsFileError, match="line 2"):
        read_claims(["", line])


@pytest.mark.law("R6.2")
async def test_a_month_retired_by_the_database_raises_no_alarm(connect_as: ConnectAs) -> None:
    """The whole way: a month of two years ago goes by exchange.retire, its leaves and proofs stay."""
    superuser, owner = await connect_as(Role.ADMINISTRATOR), await connect_as(Role.OWNER)
    today = datetime.now(UTC)
    month = datetime(today.year - 3, today.month, 1, tzinfo=UTC)
    await owner.execute("SELECT exchange.make_partition($1)", month.date())
    at = round(month.timestamp() * 1_000_000) + 123_456
    old = [entry(number, number % 3, at=at) for number in range(6)]
    await put(superuser, old)
    await write(await connect_as(Role.GATEWAY), 20)
    control, inspector = await connect_as(Role.CONTROL), await connect_as(Role.INSPECTOR)
    whole = await verify_log(DatabaseLog(inspector))
    assert (whole.findings, whole.retired) == ((), 0)
    await control.fetchval("SELECT exchange.retire($1)", month.date())
    await write(await connect_as(Role.GATEWAY), 5, first=20)
    after = await verify_log(DatabaseLog(inspector))
    assert (after.findings, after.retired) == ((), len(bodies_of(*old)))
    await superuser.execute("ALTER TABLE exchange.record DISABLE TRIGGER USER")
    partitions = (
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'exchange.record'::regclass"
    )
    for (name,) in await superuser.fetch(partitions):
        await superuser.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    await superuser.execute("DELETE FROM exchange.record WHERE index = $1", len(bodies_of(*old)))
    found = await verify_log(DatabaseLog(inspector))
    assert Fault.ENTRY_MISSING in {finding.fault for finding in found.findings}


async def put(superuser: asyncpg.Connection, entries: list[Entry]) -> None:
    """Put old entries at the start of an empty log, where ledger.append would refuse their date."""
    index = 0
    for one in entries:
        record, start = one.record, index
        moment = datetime.fromtimestamp(record.at // 1_000_000, UTC).replace(
            microsecond=record.at % 1_000_000
        )
        await superuser.execute(
            "INSERT INTO exchange.record VALUES ($1, $2, 3, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, $11, $12)",
            moment, index, 1 if record.kind is Kind.LOOKUP else 3, record.agency, record.system, record.key,
            record.purpose, record.officer, record.request_id, record.code, record.lines, one.body,
        )  # fmt: skip
        for position, line in enumerate(one.lines, 1):
            await superuser.execute(
                "INSERT INTO exchange.line VALUES ($1, $2, $3, 1, 1, $4, '2026Q4', $5)",
                moment, start + position, start, base64url.decode(line.line.tag), line.body,
            )  # fmt: skip
        for body in bodies_of(one):
            assert body is not None
            await superuser.execute("INSERT INTO ledger.leaf VALUES ($1, $2)", index, leaf_hash(body))
            index += 1
    await superuser.execute("INSERT INTO ledger.head VALUES ($1, 0, now())", index)
