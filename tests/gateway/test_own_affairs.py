"""What a caller learns about itself, what is open to everybody, and what operators see: never a person."""

import asyncio
import io
import json
import sys
import time
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from prometheus_client import generate_latest

from lienthong.core.grant_document import Quotas, encode_document
from lienthong.core.request import Service
from lienthong.gateway.observations import Observation, Observer, configure_logging
from lienthong.ledger.custody import grant_key, log_signer
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.policy import Policy
from lienthong_protocol.proof import parse_proof, verify_proof
from lienthong_protocol.refusals import Code
from tests.gateway.expect import nothing_recorded, refused, turned_away
from tests.gateway.world import DEAD, FIELDS, OTHER, PERSON, PROTECTED, World, granted

PLENTY = Quotas(persons=1_000_000, calls=1_000_000)


@pytest.mark.law("R8.1", "R8.2")
def test_the_scope_says_what_may_be_asked_until_when_and_why_not(world: World) -> None:
    reply = world.ask("hospital", "/v1/scope", None)
    assert (reply.status, reply.fault) == (200, None)
    scope = reply.json
    assert (scope["system"], scope["may_ask"], scope["refusal"]) == ("hospital", True, None)
    (right,) = scope["rights"]
    assert (right["purpose"], sorted(right["fields"])) == ("patient", sorted(FIELDS))
    assert {ground["kind"] for ground in scope["grounds"]} >= {
        "agreement",
        "pre_connection",
        "periodic_check",
    }
    assert scope["keys"][0]["until"] > "2026"
    (record,) = world.records_of(reply.request_id)
    assert (record["kind"], record["lines"], record["code"]) == ("scope", 0, "")
    assert world.ask("bank", "/v1/scope", None).json["system"] == "bank"


@pytest.mark.law("R6.1")
def test_receipts_give_ones_own_records_and_nobody_elses(world: World) -> None:
    mine = world.lookup("hospital", request_id="mine-1")
    world.lookup("curious", request_id="theirs-1")
    asked = {"request_ids": ["mine-1", "theirs-1", "never-1"], "since": int(time.time()) - 60}
    reply = world.ask("hospital", "/v1/receipts", asked)
    assert (reply.status, reply.fault) == (200, None)
    (entry,) = reply.json["receipts"]
    body = b64decode(entry["record"])
    assert leaf_hash(body) == b64decode(entry["leaf"]) == mine.receipt.leaf
    assert (entry["request_id"], entry["index"]) == ("mine-1", mine.receipt.index)
    assert b64decode(entry["salt"]) == mine.receipt.salt
    assert json.loads(body)["system"] == "hospital"
    assert world.records_of(reply.request_id)[0]["kind"] == "receipts"
    later = world.ask("hospital", "/v1/receipts", asked | {"since": int(time.time()) + 30})
    assert later.json["receipts"] == []


@pytest.mark.parametrize(
    "value",
    [
        {"request_ids": [], "since": 0},
        {"request_ids": ["a"] * 101, "since": 0},
        {"request_ids": ["a\x00b"], "since": 0},
        {"request_ids": ["dấu"], "since": 0},
        {"request_ids": ["a"], "since": -1},
        {"request_ids": ["a"], "since": 10**18},
        {"request_ids": ["a"], "since": 2**70},
        {"request_ids": ["a"]},
    ],
)
def test_each_fault_of_a_question_for_receipts_is_refused(world: World, value: Any) -> None:
    refused(world, world.ask("hospital", "/v1/receipts", value), Code.INVALID_VALUE)


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        found = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return found + [each for value in node.values() for each in references(value)]
    return [each for value in node for each in references(value)] if isinstance(node, list) else []


@pytest.mark.law("R3.2", "R8.2")
def test_the_api_document_promises_each_caller_just_what_it_may(world: World) -> None:
    world.grant(
        granted(
            "api-all",
            right={
                "services": (Service.LOOKUP, Service.VERIFY_BATCH),
                "quotas": PLENTY,
                "verify_fields": ("sex",),
                "batch_items": 9,
            },
        )
    )
    documents = {
        name: world.ask(name, "/v1/openapi.json", None).json for name in ("hospital", "bank", "api-all")
    }
    own = {"/v1/scope", "/v1/receipts", "/v1/openapi.json"}
    assert set(documents["hospital"]["paths"]) == {"/v1/lookup", *own}
    assert set(documents["bank"]["paths"]) == {"/v1/verify", *own}
    assert set(documents["api-all"]["paths"]) == {"/v1/lookup", "/v1/verify/batch", *own}
    batch = documents["api-all"]["paths"]["/v1/verify/batch"]["post"]
    (items,) = batch["requestBody"]["content"]["application/json"]["schema"]["properties"].values()
    assert set(items["items"]["properties"]["claims"]["properties"]) == {"sex"}
    assert "permanent_residence" not in json.dumps(documents["bank"])
    lookup = documents["hospital"]["paths"]["/v1/lookup"]["post"]
    schema = lookup["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["fields"]["items"]["enum"] == sorted(FIELDS)
    for document in documents.values():
        assert document["openapi"].startswith("3.1.")
        assert {"title", "version"} <= set(document["info"])
        assert document["servers"] == [{"url": world.origin}]
        for path, operations in document["paths"].items():
            assert path.startswith("/")
            for method, operation in operations.items():
                assert method in {"get", "post"}
                assert operation["responses"]
                assert all({"name", "in", "schema"} <= set(each) for each in operation.get("parameters", []))
        for reference in references(document):
            node: Any = document
            for part in reference.removeprefix("#/").split("/"):
                node = node[part]
            assert node["type"] == "object"


def test_own_affairs_need_proof_too(world: World) -> None:
    with nothing_recorded(world):
        for path in ("/v1/scope", "/v1/openapi.json"):
            turned_away(world.get(path), Code.SIGNATURE_MISSING)


@pytest.mark.law("R6.1")
def test_a_head_and_proofs_are_open_and_lead_from_the_receipt(world: World) -> None:
    reply = world.lookup()
    early = world.get(f"/v1/proofs?index={reply.receipt.index}")
    turned_away(early, Code.NO_SUCH_ENTRY)
    asyncio.run(world.sign_head())
    for number in range(300):  # a tree of more than one tile
        if number % 100 == 0:
            world.ask(
                "tax",
                "/v1/lookup/batch",
                {
                    "fields": FIELDS,
                    "items": [
                        {"ref": str(each), **PERSON, "number": f"0991{number:04}{each:04}", "case": "BN-0001"}
                        for each in range(20)
                    ],
                },
            )
    asyncio.run(world.sign_head())
    note = world.get("/v1/checkpoints")
    assert note.headers["content-type"].startswith("text/plain")
    policy = Policy(logs=(log_signer(world.keys).verifier,), witnesses=(), quorum=0)
    proof = parse_proof(world.get(f"/v1/proofs?index={reply.receipt.index}").body.decode())
    trusted = verify_proof(proof, policy=policy, leaf=reply.receipt.leaf)
    assert trusted.note == note.body.decode()
    with nothing_recorded(world):
        turned_away(world.get(f"/v1/proofs?index={trusted.checkpoint.size}"), Code.NO_SUCH_ENTRY)
        for wrong in ("", "index=", "index=-1", "index=1e3", "index=" + "9" * 40, "index=%D9%A1", "leaf=1"):
            turned_away(world.get(f"/v1/proofs?{wrong}"), Code.INVALID_VALUE)


def test_keys_are_open_and_name_the_log(world: World) -> None:
    reply = world.get("/v1/keys")
    document = reply.json
    assert document["public_origin"] == world.origin
    assert document["log"][0]["vkey"] == log_signer(world.keys).verifier.vkey
    assert {"x", "kty", "crv"} <= set(document["response"][0]["jwk"])
    assert '"d"' not in reply.body.decode()


def test_many_at_once_share_one_connection_by_turns(world: World) -> None:
    asyncio.run(world.sign_head())
    world.lookup(request_id="turn-1")
    asked = {"request_ids": ["turn-1"], "since": int(time.time()) - 60}

    def ask(number: int) -> int:
        match number % 3:
            case 0:
                return world.get("/v1/checkpoints").status
            case 1:
                return world.get("/v1/proofs?index=1").status
            case _:
                return world.ask("hospital", "/v1/receipts", asked).status

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(90))) == {200}


def test_health_readiness_and_metrics_speak(world: World) -> None:
    assert (world.get("/healthz").body, world.get("/readyz").body) == (b"ok\n", b"ready\n")
    before = world.metric("lienthong_answered_total")
    world.lookup()
    assert world.metric("lienthong_answered_total") == before + 1
    assert world.metric("lienthong_persons_read_total") >= world.metric("lienthong_answered_total") - before


def test_neither_logs_nor_metrics_know_a_person(world: World) -> None:
    marked = PERSON | {"full_name": "Đặng Thị Dấu Vết", "number": "099177777777"}
    for person in (PERSON, OTHER, DEAD, PROTECTED, marked):
        world.lookup("curious", person=person)
    world.ask(
        "hospital", "/v1/lookup", b'{"number":"099177777777","full_name":"D\xe1\xba\xa5u V\xe1\xba\xbft"'
    )
    shown = world.get("/metrics").body.decode() + world.whole_log()
    for person in (PERSON, OTHER, DEAD, PROTECTED, marked):
        assert person["number"] not in shown
        assert person["full_name"] not in shown
    assert "Dấu Vết" not in shown
    assert "BN-0001" not in shown
    assert "cb-01" not in shown


def test_every_observation_is_rendered_and_holds_no_more_than_its_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each kind of event, its texts marked, is counted and logged; no event has room for a person."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging()
    observer = Observer()
    allowed = {"system", "service", "code", "reason", "incident", "kind", "revision", "cause", "state"}
    for kind in get_args(Observation):
        members = get_type_hints(kind)
        texts = {name for name, form in members.items() if form is str}
        assert set(members.values()) <= {str, int}
        assert texts <= allowed, kind
        observer.see(kind(**{name: f"marked-{name}" if name in texts else 7 for name in members}))
    shown = stream.getvalue() + generate_latest(observer.registry).decode()
    assert "GrantRejected" in shown
    assert "lienthong_alarms_total" in shown
    for line in stream.getvalue().splitlines():
        assert json.loads(line)["level"] in {"info", "warning"}


@pytest.mark.law("R8.2")
def test_a_grant_with_a_forged_signature_is_ignored_and_alarmed(world: World) -> None:
    """Whoever can write into the table can neither grant nor revoke."""
    real = granted("forged", right={"quotas": PLENTY})
    world.grant(real)
    rogue = encode_document(msgspec.structs.replace(real, revision=2, rights=()))
    before = world.metric("lienthong_alarms_total")
    signer = grant_key(world.keys).key_id
    version = world.version() + 1
    world.execute(
        "INSERT INTO exchange.grant (version, system, revision, document, signature, signer, published_at) "
        "VALUES (%s, 'forged', 2, %s, %s, %s, now())",
        version,
        rogue,
        sha256(rogue).digest() * 2,
        signer,
    )
    deadline = time.monotonic() + 5
    while world.metric("lienthong_alarms_total") == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert world.metric("lienthong_grant_version") == version
    assert world.lookup("forged").status == 200
    assert (
        world.records_of(world.lookup("forged", request_id="after-forgery").request_id)[0]["grant_version"]
        == version
    )
