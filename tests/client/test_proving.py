"""What the journal holds is compared with the hub's records member by member."""

from base64 import b64encode

import msgspec
import pytest

from lienthong_agency import Agency, Answered, Context, Journal, Person, lookup
from lienthong_agency.answers import RecordReceipt
from lienthong_agency.proving import Findings, compare, fetch_records, read_record, unanswered
from lienthong_protocol.journal import JournalEntry, Stage
from lienthong_protocol.record import RecordFormatError
from tests.client.loopback_hub import LoopbackHub, drop

CALL = lookup(Person("099090000017", "X", "1990"), ["sex"], context=Context("p", "o", "c", "k"))


@pytest.fixture
def answered(agency: Agency, journal: Journal) -> JournalEntry:
    assert isinstance(agency.ask(CALL), Answered)
    return journal.newest(1)[0][1]


def test_an_honest_record_agrees(agency: Agency, answered: JournalEntry) -> None:
    findings = Findings()
    records = fetch_records(agency, [answered])
    assert isinstance(records, dict)
    compare(1, answered, records, findings)
    assert (findings.compared, findings.broken) == (1, [])
    assert fetch_records(agency, []) == {}


@pytest.mark.law("R6.1")
@pytest.mark.parametrize(
    "change",
    [
        {"system": "other"},
        {"key": "k"},
        {"kind": "verify"},
        {"request_id": "other"},
        {"purpose": "other"},
        {"officer": None},
        {"case": "other"},
        {"consent": "other"},
        {"request_digest": "sha-256=:AAAA:"},
        {"request_params": ";created=1"},
        {"code": "LT401"},
    ],
    ids=str,
)
def test_a_record_that_says_something_else_is_named(
    agency: Agency, answered: JournalEntry, change: dict[str, str | None]
) -> None:
    records = fetch_records(agency, [answered])
    assert isinstance(records, dict)
    findings = Findings()
    compare(1, msgspec.structs.replace(answered, **change), records, findings)
    assert findings.compared == 0
    assert len(findings.broken) == 1
    assert "the record says" in findings.broken[0]


def test_many_requests_are_asked_for_in_parts(
    hub: LoopbackHub, agency: Agency, answered: JournalEntry
) -> None:
    entries = [msgspec.structs.replace(answered, request_id=f"r{number}") for number in range(150)]
    assert fetch_records(agency, entries) == {}
    assert [len(msgspec.json.decode(body)["request_ids"]) for body in hub.bodies[-2:]] == [100, 50]


@pytest.mark.parametrize("record", ["!", "AAAA", b64encode(b"{}").decode()])
def test_bytes_that_are_no_record_are_refused(record: str) -> None:
    with pytest.raises(RecordFormatError):
        read_record(RecordReceipt("r", 0, "", record))


def test_requests_without_an_answer_are_found(hub: LoopbackHub, agency: Agency, journal: Journal) -> None:
    hub.script.extend([drop, drop])
    agency.ask(CALL)
    agency.ask(CALL)
    waiting = unanswered(entry for _, entry in journal.check())
    assert len(waiting) == 2
    assert {entry.stage for entry in waiting.values()} == {Stage.FAILED}
