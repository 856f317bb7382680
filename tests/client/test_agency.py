"""The clients against a hub on a real socket: what is an answer, what is tried again, what is kept."""

import asyncio
import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from lienthong_agency import (
    Agency,
    Answered,
    AsyncAgency,
    BatchItem,
    Caller,
    Cause,
    Context,
    Journal,
    JournalError,
    Outcome,
    Patience,
    Person,
    Refused,
    Transport,
    Unanswered,
    batch,
    lookup,
    receipts,
    scope,
    verify,
)
from lienthong_agency.calls import Call
from lienthong_agency.entries import answer_holds, request_holds
from lienthong_protocol.journal import Stage
from lienthong_protocol.refusals import Code
from lienthong_protocol.signing import SigningError
from tests.client.loopback_hub import (
    Act_,
    LoopbackHub,
    Sent,
    answer,
    answer_to_another,
    drop,
    raw,
    record_and_drop,
    refuse,
    turn_away,
    wrong_signature,
)

PERSON = Person("099090000017", "Nguyễn Thị Hoa", "1990-02-15")
CONTEXT = Context("patient-identification", "bs-0231", "HS 2026/0001", "dy-7")
LOOKUP = lookup(PERSON, ["sex", "ethnicity"], context=CONTEXT)
BOTH = pytest.mark.parametrize("client", ["blocking", "asyncio"])


def ask(client: str, caller: Caller, journal: Journal, call: Call) -> Outcome:
    transport = Transport(connect_timeout=2.0, answer_timeout=3.0)
    if client == "blocking":
        with Agency(caller, journal, transport) as agency:
            return agency.ask(call)

    async def run() -> Outcome:
        async with AsyncAgency(caller, journal, transport) as agency:
            return await agency.ask(call)

    return asyncio.run(run())


def gzipped(hub: LoopbackHub, read: object, body: bytes) -> Sent:
    sent = answer()(hub, read, body)
    assert sent is not None
    return Sent(200, [*sent.headers, ("content-encoding", "gzip")], gzip.compress(sent.body))


def stages(journal: Journal) -> list[Stage]:
    return [entry.stage for _, entry in journal.check()]


@BOTH
def test_a_look_up_is_answered_and_its_receipt_kept(
    client: str, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    hub.script.append(answer(headers=[("lt-notice", "key-ends=2026-12-31")]))
    outcome = ask(client, caller, journal, LOOKUP)
    assert isinstance(outcome, Answered)
    assert outcome.value.values == {"sex": "male", "ethnicity": "male"}
    assert (outcome.attempts, outcome.receipt.index) == (1, 0)
    assert outcome.notice == "key-ends=2026-12-31"
    received = hub.received[0]
    assert (received.purpose, received.officer, received.case, received.consent) == (
        "patient-identification",
        "bs-0231",
        "HS 2026/0001",
        "dy-7",
    )
    assert received.request_id == outcome.request_id
    (_, sent), (_, kept) = journal.check()
    assert [sent.stage, kept.stage] == [Stage.SENT, Stage.ANSWERED]
    assert kept.parsed_receipt() == outcome.receipt
    assert answer_holds(kept, caller.hub_keys.response)
    assert request_holds(kept, hub.agency.verifying_key)


@BOTH
def test_the_journal_holds_no_value_of_a_person(
    client: str, caller: Caller, journal: Journal, tmp_path: Path
) -> None:
    ask(client, caller, journal, LOOKUP)
    ask(client, caller, journal, verify(PERSON, {"sex": "female"}, context=CONTEXT))
    written = b"".join(path.read_bytes() for path in tmp_path.glob("journal.db*"))
    for value in (b"099090000017", "Nguyễn".encode(), b"1990-02-15", b"male"):
        assert value not in written


@BOTH
def test_every_service_has_its_typed_answer(client: str, caller: Caller, journal: Journal) -> None:
    verified = ask(client, caller, journal, verify(PERSON, {"is_adult": True}, context=CONTEXT))
    assert isinstance(verified, Answered)
    assert verified.value.match
    assert verified.value.claims == {"is_adult": "match"}
    assert verified.value.flags.deceased
    items = [BatchItem(str(number), f"09909000{number:04}", "X", "1990") for number in range(3)]
    listed = ask(client, caller, journal, batch(items, ["sex"], context=CONTEXT))
    assert isinstance(listed, Answered)
    assert [item.ref for item in listed.value.items] == ["0", "1", "2"]
    assert listed.value.items[0].values == {"sex": "male"}
    assert listed.value.items[2].refusal is not None
    allowed = ask(client, caller, journal, scope())
    assert isinstance(allowed, Answered)
    assert allowed.value["may_ask"] is True
    found = ask(client, caller, journal, receipts([verified.request_id], since=0))
    assert isinstance(found, Answered)
    assert [each.request_id for each in found.value.receipts] == [verified.request_id]


@BOTH
@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("wrong signature", wrong_signature),
        ("answer to another request", answer_to_another),
        ("no signature", raw(Sent(200, [("content-type", "application/json")], b"{}"))),
        ("redirect", raw(Sent(302, [("location", "/v1/lookup")], b""))),
        ("refusal that is no problem document", raw(Sent(403, [("content-type", "text/html")], b"<p>no"))),
        ("compressed", gzipped),
    ],
)
def test_what_is_not_the_hubs_answer_is_never_used_and_never_retried(
    client: str, name: str, act: Act_, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    ask(client, caller, journal, LOOKUP)
    hub.script.append(act)
    outcome = ask(client, caller, journal, LOOKUP)
    assert isinstance(outcome, Unanswered)
    assert outcome.cause is Cause.UNTRUSTED
    assert outcome.fault is not None
    assert len(hub.received) == 2
    assert stages(journal)[2:] == [Stage.SENT, Stage.FAILED]


@BOTH
@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("dropped connection", drop),
        ("dropped after the record", record_and_drop),
        ("signed 503", refuse(Code.OVERLOADED, recorded=False, headers=[("retry-after", "0")])),
        ("uncertain record", refuse(Code.RECORD_UNCERTAIN, recorded=False)),
        ("unsigned 503", turn_away(Code.DRAINING, headers=[("retry-after", "0")])),
        ("gateway timeout on the way", turn_away(Code.INTERNAL, status=504)),
        ("bad gateway on the way", raw(Sent(502, [], b""))),
    ],
)
def test_what_may_pass_is_tried_again_with_a_new_signature_and_the_same_request_id(
    client: str, name: str, act: Act_, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    hub.script.append(act)
    outcome = ask(client, caller, journal, LOOKUP)
    assert isinstance(outcome, Answered)
    assert outcome.attempts == 2
    first, second = hub.received
    assert first.request_id == second.request_id == outcome.request_id
    assert first.nonce != second.nonce
    assert first.signature != second.signature
    assert first.content_digest == second.content_digest
    assert stages(journal)[-1] is Stage.ANSWERED
    assert len(stages(journal)) == 4


@BOTH
def test_retry_after_is_obeyed(client: str, hub: LoopbackHub, caller: Caller, journal: Journal) -> None:
    hub.script.append(refuse(Code.OVERLOADED, recorded=False, headers=[("retry-after", "1")]))
    outcome = ask(client, caller, journal, LOOKUP)
    assert isinstance(outcome, Answered)
    entries = [entry for _, entry in journal.check()]
    assert entries[2].at - entries[1].at >= 1_000_000


@BOTH
def test_a_longer_wait_than_the_caller_has_is_told_instead(
    client: str, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    hub.script.append(refuse(Code.LOW_DISK, recorded=False, headers=[("retry-after", "3600")]))
    outcome = ask(client, caller, journal, LOOKUP)
    assert isinstance(outcome, Unanswered)
    assert (outcome.cause, outcome.retry_after, outcome.detail) == (Cause.UNAVAILABLE, 3600, Code.LOW_DISK)
    assert len(hub.received) == 1


@BOTH
@pytest.mark.parametrize("header", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "9999999999", "١"])
def test_another_retry_after_is_ignored(
    client: str, header: str, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    sent = header.encode("utf-8").decode("latin-1")
    hub.script.append(turn_away(Code.DRAINING, headers=[("retry-after", sent)]))
    assert isinstance(ask(client, caller, journal, LOOKUP), Answered)


@BOTH
def test_attempts_end(client: str, hub: LoopbackHub, caller: Caller, journal: Journal) -> None:
    hub.script.extend([drop] * 5)
    outcome = ask(client, caller, journal, LOOKUP)
    assert isinstance(outcome, Unanswered)
    assert (outcome.cause, outcome.attempts) == (Cause.LOST, 3)
    assert len(hub.received) == 3
    assert stages(journal) == [Stage.SENT, Stage.FAILED] * 3


@BOTH
def test_a_hub_that_is_not_there_is_lost(
    client: str, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    nowhere = replace(caller, hub="http://127.0.0.1:9", patience=Patience(attempts=1))
    outcome = ask(client, nowhere, journal, LOOKUP)
    assert isinstance(outcome, Unanswered)
    assert outcome.cause is Cause.LOST
    assert not hub.received


@BOTH
@pytest.mark.parametrize(
    "code", [Code.FIELD_NOT_GRANTED, Code.NO_MATCH, Code.REPLAYED, Code.QUOTA_EXHAUSTED, Code.RATE_LIMITED]
)
def test_a_refusal_is_told_once_and_never_retried(
    client: str, code: Code, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    hub.script.append(refuse(code, fields=("ethnicity",), headers=[("retry-after", "1")]))
    outcome = ask(client, caller, journal, LOOKUP)
    assert isinstance(outcome, Refused)
    assert outcome.is_proven
    assert (outcome.problem.code, outcome.problem.fields) == (code, ("ethnicity",))
    assert outcome.receipt is not None
    assert len(hub.received) == 1
    (_, entry) = journal.newest(1)[0]
    assert (entry.stage, entry.code) == (Stage.ANSWERED, code)
    assert answer_holds(entry, caller.hub_keys.response)


@BOTH
def test_an_unsigned_refusal_is_marked_as_unproven(
    client: str, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    hub.offset = 3_600
    outcome = ask(client, caller, journal, LOOKUP)
    assert isinstance(outcome, Refused)
    assert not outcome.is_proven
    assert outcome.problem.code == Code.CLOCK_SKEW
    assert outcome.server_time is not None
    assert outcome.receipt is None
    assert journal.newest(1)[0][1].note == "unsigned LT205"


@BOTH
@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("other form", answer(body=b'{"values":[]}')),
        ("no JSON", answer(body=b"\xff")),
        ("no receipt", lambda hub, read, body: hub.sign(read, 200, b'{"values":{}}', [])),
        ("bad receipt", lambda hub, read, body: hub.sign(read, 200, b'{"values":{}}', [("lt-receipt", "x")])),
        ("refusal of no form", lambda hub, read, body: hub.sign(read, 403, b"{}", [])),
        (
            "problem without code",
            lambda hub, read, body: hub.sign(read, 403, b"{}", [], content_type="application/problem+json"),
        ),
        ("other success", lambda hub, read, body: hub.sign(read, 204, b"", [])),
    ],
)
def test_a_signed_answer_of_unknown_form_is_no_answer(
    client: str, name: str, act: Act_, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    hub.script.append(act)
    outcome = ask(client, caller, journal, LOOKUP)
    assert isinstance(outcome, Unanswered)
    assert outcome.cause is Cause.UNREADABLE
    assert len(hub.received) == 1
    assert len(stages(journal)) == 2


@BOTH
def test_what_cannot_be_signed_is_not_sent(
    client: str, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    with pytest.raises(SigningError):
        ask(client, caller, journal, lookup(PERSON, ["sex"], context=Context(officer="bác sĩ")))
    assert not hub.received
    assert journal.head().size == 0


@BOTH
def test_nothing_is_sent_that_the_journal_does_not_hold(
    client: str, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    journal.close()
    with pytest.raises(JournalError):
        ask(client, caller, journal, LOOKUP)
    assert not hub.received


@BOTH
def test_through_a_platform_the_service_is_named_and_the_answer_bound_to_it(
    client: str, hub: LoopbackHub, caller: Caller, journal: Journal
) -> None:
    through = replace(caller, hub="https://hub.example", platform=hub.origin)
    outcome = ask(client, through, journal, LOOKUP)
    assert isinstance(outcome, Answered)
    assert hub.received[0].target == "https://hub.example/v1/lookup"
    assert hub.received[0].target_uri is None
    (_, entry) = journal.newest(1)[0]
    assert answer_holds(entry, caller.hub_keys.response)
    assert request_holds(entry, hub.agency.verifying_key)


@pytest.mark.parametrize(
    "address",
    ["http://hub.example", "ftp://127.0.0.1", "hub.example", "https://", "http://127.0.0.1.evil.example"],
)
def test_calls_leave_the_machine_encrypted_or_not_at_all(
    address: str, caller: Caller, journal: Journal
) -> None:
    for unsafe in (replace(caller, hub=address), replace(caller, platform=address)):
        for client in (Agency, AsyncAgency):
            with pytest.raises(ValueError, match="https"):
                client(unsafe, journal)


def test_one_client_serves_many_at_once(hub: LoopbackHub, caller: Caller, journal: Journal) -> None:
    async def run() -> list[Outcome]:
        async with AsyncAgency(caller, journal) as agency:
            return await asyncio.gather(*(agency.ask(LOOKUP) for _ in range(20)))

    outcomes = asyncio.run(run())
    assert all(isinstance(outcome, Answered) for outcome in outcomes)
    assert len({outcome.request_id for outcome in outcomes}) == 20
    assert sorted(stages(journal)) == sorted([Stage.SENT, Stage.ANSWERED] * 20)


def test_a_subject_is_kept_as_its_hash(hub: LoopbackHub, agency: Agency, journal: Journal) -> None:
    call = lookup(PERSON, ["sex"], context=Context(purpose="p", subject="eyJ.token.x"))
    assert isinstance(agency.ask(call), Answered)
    (_, entry) = journal.newest(1)[0]
    assert hub.received[0].subject == "eyJ.token.x"
    assert entry.subject is not None
    assert "token" not in entry.subject
    assert answer_holds(entry, agency.caller.hub_keys.response)
    assert request_holds(entry, hub.agency.verifying_key) is None


def test_a_batch_is_bounded() -> None:
    for items in ([], [BatchItem("1", "099090000017", "X", "1990")] * 1_001):
        with pytest.raises(ValueError, match="1 to 1000"):
            batch(items, ["sex"], context=CONTEXT)
    for ids in ([], ["a"] * 101):
        with pytest.raises(ValueError, match="1 to 100"):
            receipts(ids, since=0)
