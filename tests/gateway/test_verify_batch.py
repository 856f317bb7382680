"""Verifying by list: each person with claims of its own, one line each, and the brakes of every batch."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lienthong.core.grant_document import Quotas
from lienthong.core.request import Service
from lienthong_agency import write_key
from lienthong_protocol.refusals import Code
from tests.gateway.expect import refused
from tests.gateway.world import DEAD, OTHER, PERSON, PROTECTED, Reply, World, granted, key_of

PLENTY = Quotas(persons=1_000_000, calls=1_000_000)
RIGHT = {
    "services": (Service.VERIFY_BATCH,),
    "fields": (),
    "verify_fields": ("sex", "ethnicity", "marital_status", "phone"),
    "quotas": PLENTY,
    "batch_items": 1_000,
}


def item(ref: str, person: Any, **changes: Any) -> dict[str, Any]:
    return {"ref": ref, **person, "case": "BN-0001", **changes}


def verify(world: World, system: str, items: list[Any]) -> Reply:
    return world.ask(system, "/v1/verify/batch", {"items": items})


@pytest.fixture(scope="module")
def verifying(world: World) -> World:
    world.grant(granted("v-list", right=RIGHT))
    return world


@pytest.mark.law("R1.2", "R8.1", "R8.2", "R6.1")
def test_each_person_is_verified_with_its_own_claims_and_has_its_own_line(verifying: World) -> None:
    asked = [
        item("a", PERSON, claims={"sex": "2", "ethnicity": "02"}),
        item("b", OTHER | {"number": "099085009999"}, claims={"sex": "1"}),
        item("c", DEAD, case="BN-0002"),
        item("d", PROTECTED, claims={"sex": "2"}),
        item("e", OTHER, claims={"phone": "0900000000"}),
    ]
    reply = verify(verifying, "v-list", asked)
    assert (reply.status, reply.fault) == (200, None)
    items = reply.json["items"]
    assert [each["ref"] for each in items] == ["a", "b", "c", "d", "e"]
    assert items[0] == {
        "ref": "a",
        "match": True,
        "claims": {"sex": "match", "ethnicity": "no_match"},
        "flags": {},
    }
    assert items[2] == {"ref": "c", "match": True, "claims": {}, "flags": {"deceased": True}}
    assert items[4]["claims"] == {"phone": "not_available"}
    assert items[1]["refusal"] == items[3]["refusal"]
    assert items[1]["refusal"]["code"] == Code.NO_MATCH
    (record,) = verifying.records_of(reply.request_id)
    assert (record["kind"], record["items"], record["lines"]) == ("verify_batch", 5, 5)
    rows = verifying.select(
        "SELECT body FROM exchange.line WHERE record = %s ORDER BY index", record["index"]
    )
    lines = [json.loads(body) for (body,) in rows]
    assert [line["outcome"] for line in lines] == ["disclosed", "missed", "verified", "missed", "verified"]
    assert [len(line["asked"]) for line in lines] == [2, 1, 0, 1, 1]
    assert [len(line["given"]) for line in lines] == [2, 0, 0, 0, 0]
    assert [line["case"] for line in lines][:3] == ["BN-0001", "BN-0001", "BN-0002"]
    shown = str(rows)
    assert not [value for person in (PERSON, OTHER) for value in person.values() if value in shown]


@pytest.mark.parametrize(
    ("items", "code", "fields"),
    [
        ([], Code.BATCH_SIZE, None),
        ([item("a", PERSON), item("a", OTHER)], Code.DUPLICATE_ITEM, None),
        ([item("a", PERSON), item("b", PERSON)], Code.DUPLICATE_ITEM, None),
        ([item("a", PERSON, claims={"sex": []})], Code.INVALID_VALUE, None),
        ([item("a", PERSON, claims={"shoe_size": "39"})], Code.UNKNOWN_FIELD, ["shoe_size"]),
        ([item("a", PERSON), item("b", OTHER, claims={"sex": True})], Code.INVALID_VALUE, ["sex"]),
        ([item("a", PERSON, claims={f"f{n}": "x" for n in range(131)})], Code.TOO_MANY_FIELDS, None),
        (
            [item("a", PERSON), item("b", OTHER, claims={"religion": "x"})],
            Code.FIELD_NOT_GRANTED,
            ["religion"],
        ),
        ([item("a", PERSON, birth_date="1990-02-31")], Code.INVALID_VALUE, ["birth_date"]),
        ([item("a", PERSON, case="wrong")], Code.CASE_INVALID, None),
    ],
)
def test_each_fault_of_a_list_refuses_the_whole(
    verifying: World, items: list[Any], code: Code, fields: list[str] | None
) -> None:
    reply = verify(verifying, "v-list", items)
    assert refused(verifying, reply, code)["kind"] == "verify_batch"
    assert reply.json.get("fields") == fields


def test_members_are_those_of_the_page_and_stand_once(verifying: World) -> None:
    reply = verifying.ask("v-list", "/v1/verify/batch", {"fields": ["sex"], "items": [item("a", PERSON)]})
    refused(verifying, reply, Code.UNKNOWN_MEMBER)
    text = json.dumps({"items": [item("a", PERSON, claims={"sex": "2"})]})
    twice = text.replace('"sex": "2"', '"sex": "1", "sex": "2"').encode()
    refused(verifying, verifying.ask("v-list", "/v1/verify/batch", twice), Code.DUPLICATE_MEMBER)


@pytest.mark.law("R8.2")
def test_looking_up_by_list_and_verifying_by_list_are_two_rights(verifying: World) -> None:
    refused(verifying, verify(verifying, "tax", [item("a", PERSON)]), Code.SERVICE_NOT_GRANTED)
    lookup = {"fields": ["sex"], "items": [item("a", PERSON)]}
    refused(verifying, verifying.ask("v-list", "/v1/lookup/batch", lookup), Code.SERVICE_NOT_GRANTED)
    rights = verifying.ask("v-list", "/v1/scope", None).json["rights"]
    assert [right["services"] for right in rights] == [["verify_batch"]]


@pytest.mark.law("R1.2", "R8.2")
def test_nobody_reads_a_value_by_verifying_list_after_list(verifying: World) -> None:
    verifying.execute("UPDATE register.person SET phone = '0912345678' WHERE person_id = 2")
    verifying.grant(granted("v-guess", right=RIGHT))
    guesses = ["0912345670", "0912345671", "0912345672", "0912345678"]
    answers = [
        verify(verifying, "v-guess", [item("a", OTHER, claims={"phone": guess})]).json["items"][0]
        for guess in guesses
    ]
    verifying.execute("UPDATE register.person SET phone = NULL WHERE person_id = 2")
    assert [answer["claims"] for answer in answers[:3]] == [{"phone": "no_match"}] * 3
    assert answers[3]["refusal"]["code"] == Code.NO_MATCH


@pytest.mark.law("R8.2")
def test_too_many_misses_suspend_every_batch_of_the_system(verifying: World) -> None:
    both = RIGHT | {"services": (Service.VERIFY_BATCH, Service.LOOKUP_BATCH), "fields": ("sex",)}
    verifying.grant(granted("v-miss", right=both))
    strangers = [
        item(f"s{n}", PERSON | {"number": f"09919400{n:04}"}, claims={"sex": "2"}) for n in range(21)
    ]
    reply = verify(verifying, "v-miss", [*strangers, item("p", PERSON, claims={"sex": "2"})])
    codes = [each.get("refusal", {}).get("code") for each in reply.json["items"]]
    assert codes == [Code.NO_MATCH] * 21 + [Code.BATCH_MISSES]
    refused(verifying, verify(verifying, "v-miss", [item("p", PERSON)]), Code.BATCH_SUSPENDED)
    lookup = {"fields": ["sex"], "items": [item("p", PERSON)]}
    refused(verifying, verifying.ask("v-miss", "/v1/lookup/batch", lookup), Code.BATCH_SUSPENDED)
    query = "SELECT index FROM exchange.finding WHERE system = 'v-miss' AND kind = 'batch_misses'"
    assert verifying.select(query) == [(reply.receipt.index,)]


@pytest.mark.law("R8.2")
def test_a_list_counts_its_persons_against_the_quota(verifying: World) -> None:
    verifying.grant(granted("v-quota", right=RIGHT | {"quotas": Quotas(persons=3, calls=9)}))
    two = [item("a", PERSON), item("b", OTHER)]
    assert verify(verifying, "v-quota", two).status == 200
    refused(verifying, verify(verifying, "v-quota", two), Code.QUOTA_EXHAUSTED)


@pytest.mark.law("R1.2", "R3.2")
def test_an_agency_verifies_a_list_from_a_file(verifying: World, tmp_path: Path) -> None:
    write_key(tmp_path / "agency.key", key_of("v-list"))
    (tmp_path / "hub.json").write_bytes(verifying.get("/v1/keys").body)
    (tmp_path / "agency.toml").write_text(
        f'hub = "{verifying.origin}"\nsystem = "v-list"\nkey = "agency.key"\nhub_keys = "hub.json"\n'
        'journal = "agency.journal"\npurpose = "patient"\nofficer = "cb-01"\n'
    )
    (tmp_path / "list.csv").write_text(
        "ref,number,full_name,birth_date,case,sex\n"
        f"a,{PERSON['number']},{PERSON['full_name']},{PERSON['birth_date']},BN-0001,2\n"
        f"b,099199999999,{PERSON['full_name']},{PERSON['birth_date']},BN-0002,2\n"
        f"c,{DEAD['number']},{DEAD['full_name']},{DEAD['birth_date']},BN-0003,\n",
        encoding="utf-8",
    )
    command = (sys.executable, "-m", "lienthong_agency", "--config", str(tmp_path / "agency.toml"))
    done = subprocess.run(
        (*command, "batch", str(tmp_path / "list.csv"), "--verify"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0] == {"ref": "a", "match": True, "claims": {"sex": "match"}, "flags": {}}
    assert answers[1]["refusal"]["code"] == Code.NO_MATCH
    assert answers[2] == {"ref": "c", "match": True, "flags": {"deceased": True}}
    checked = subprocess.run((*command, "journal", "verify"), capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
