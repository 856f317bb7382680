"""The documents suffice: a client written from them alone is served, and can prove what it was told."""

import ast
import asyncio
import base64
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.gateway.world import FIELDS, ORIGIN, PERSON, World, close_world, granted, open_world
from tests.journeys import second_implementation as second

SEED = b"second".ljust(32, b"*")
HEADERS = {"lt-request-id": "second-1", "lt-purpose": "patient", "lt-officer": "cb-01", "lt-case": "BN-0001"}


@pytest.fixture(scope="module")
def hub(clusters: Any) -> Iterator[World]:
    database = clusters.fresh("wheel", clusters.template("wheel"))
    made = open_world(database)
    asyncio.run(made.furnish([granted("second")]))
    made.start()
    yield made
    close_world(made)
    clusters.discard("wheel", database)


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(SEED)


def fetch(hub: World, path: str) -> bytes:
    with urlopen(hub.origin + path, timeout=10) as response:
        return bytes(response.read())


def keys_of(hub: World) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fetch(hub, "/v1/keys"))
    return found


def ask(hub: World, key: Ed25519PrivateKey, path: str, value: Any, **headers: str) -> tuple[Any, Any]:
    body = json.dumps(value, ensure_ascii=False).encode()
    request = second.sign(key, "POST", hub.origin + path, HEADERS | headers, body)
    return request, second.send(request)


def test_the_second_implementation_shares_no_code_with_the_first() -> None:
    tree = ast.parse(Path(second.__file__).read_text())
    imported = {
        (node.module or "").partition(".")[0]
        if isinstance(node, ast.ImportFrom)
        else name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported <= {*sys.stdlib_module_names, "cryptography"}


@pytest.mark.law("R3.2", "R6.1")
def test_a_look_up_is_served_and_proved_to_the_end(hub: World, key: Ed25519PrivateKey) -> None:
    request, answer = ask(hub, key, "/v1/lookup", {**PERSON, "fields": FIELDS})
    keys = keys_of(hub)
    second.verify_answer(request, answer, second.hub_keys(keys))
    assert answer.status == 200
    assert json.loads(answer.body)["values"]["full_name"] == PERSON["full_name"]
    held = second.receipt(answer.one("lt-receipt"))

    _, told = ask(
        hub, key, "/v1/receipts", {"request_ids": ["second-1"], "since": 0}, **{"lt-request-id": "r-1"}
    )
    (entry,) = json.loads(told.body)["receipts"]
    assert entry["index"] == held.index
    record = second.verify_record(base64.b64decode(entry["record"]), held, answer, request)
    assert (record["kind"], record["case"], record["code"]) == ("lookup", "BN-0001", "")
    assert base64.b64decode(entry["salt"]) == held.salt

    asyncio.run(hub.sign_head())
    (log,) = keys["log"]
    assert log["vkey"].startswith(f"{ORIGIN}+")
    text = fetch(hub, f"/v1/proofs?index={held.index}").decode()
    size = second.verify_proof(text, held.leaf, held.index, log["vkey"])
    origin, newest, _ = second.open_checkpoint(fetch(hub, "/v1/checkpoints").decode(), log["vkey"])
    assert (origin, newest) == (keys["origin"], size)
    with pytest.raises(second.NotProvenError):
        second.verify_proof(text, second.sha(held.leaf), held.index, log["vkey"])


def test_a_refusal_and_a_call_without_a_body_verify_too(hub: World, key: Ed25519PrivateKey) -> None:
    known = second.hub_keys(keys_of(hub))
    request, answer = ask(hub, key, "/v1/lookup", {**PERSON, "fields": ["religion"]})
    second.verify_answer(request, answer, known)
    assert (answer.status, json.loads(answer.body)["code"]) == (403, "LT302")
    scope = second.sign(key, "GET", hub.origin + "/v1/scope", {"lt-request-id": "scope-1"})
    told = second.send(scope)
    second.verify_answer(scope, told, known)
    assert json.loads(told.body)["system"] == "second"


def test_an_answer_is_bound_to_the_request_that_was_sent(hub: World, key: Ed25519PrivateKey) -> None:
    known = second.hub_keys(keys_of(hub))
    request, answer = ask(hub, key, "/v1/lookup", {**PERSON, "fields": FIELDS})
    other, _ = ask(hub, key, "/v1/lookup", {**PERSON, "fields": ["sex"]})
    for wrong_request, wrong_answer in (
        (other, answer),
        (request, replace(answer, body=answer.body.replace(b"1990", b"1991"))),
        (request, replace(answer, status=201)),
        (request, replace(answer, headers=[*answer.headers, ("lt-notice", "key-ends=2026-12-31")])),
    ):
        with pytest.raises(second.NotProvenError):
            second.verify_answer(wrong_request, wrong_answer, known)
    second.verify_answer(request, answer, known)


def test_what_the_second_signs_wrongly_is_not_served(hub: World, key: Ed25519PrivateKey) -> None:
    body = json.dumps({**PERSON, "fields": FIELDS}).encode()
    request = second.sign(key, "POST", hub.origin + "/v1/lookup", HEADERS, body)
    for changed in (
        replace(request, headers=request.headers | {"lt-case": "BN-0002"}),
        replace(request, body=body + b" "),
        replace(request, uri=hub.origin + "/v1/verify"),
    ):
        answer = second.send(changed)
        assert answer.status == 401
        assert not answer.has("signature")
