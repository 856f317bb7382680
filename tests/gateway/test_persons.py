"""What is told about whom: misses, protection, doubtful numbers, relatives, populations, batches."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lienthong.core.grant_document import MissBudget, OfficerEntry, Quotas
from lienthong.core.request import Service
from lienthong.db import Role, connect_blocking
from lienthong_protocol.refusals import Code
from tests.core import granting
from tests.gateway.expect import refused, says
from tests.gateway.world import (
    DEAD,
    FIELDS,
    OTHER,
    PERSON,
    PROTECTED,
    START,
    SUPERSEDED_NUMBER,
    TODAY,
    Reply,
    World,
    close_world,
    granted,
    open_world,
    systems,
)

PLENTY = Quotas(persons=1_000_000, calls=1_000_000)
WRONG = PERSON | {"birth_date": "1990-02-16"}
FATHER = {"number": "099060000011", "full_name": "Nguyễn Văn Cha", "birth_date": "1960-05-05"}
SON = {"number": "099195000012", "full_name": "Nguyễn Văn Con", "birth_date": "1995-03-03"}
TWIN_NUMBER = "099000077"


@pytest.fixture(scope="module")
def people(world: World) -> World:
    """Some more people: a father and his son, a protected mother, two persons under one old number."""
    rows = [
        (11, b"f" * 16, FATHER["number"], FATHER["full_name"], 19600505, 0),
        (12, b"s" * 16, SON["number"], SON["full_name"], 19950303, 0),
        (13, b"t" * 16, "099180000013", "Vũ Thị Sinh", 19800101, 0),
        (14, b"u" * 16, "099180000014", "Vũ Thị Đôi", 19800101, 0),
        (15, b"v" * 16, "099180000015", "Vũ Thị Vắng", 19800101, 2),
    ]
    with connect_blocking(world.database, Role.ADMINISTRATOR) as connection:
        for row in rows:
            connection.execute(
                "INSERT INTO register.person (person_id, person_key, number, full_name, birth_date, "
                "death_kind, sex, permanent_residence) VALUES (%s, %s, %s, %s, %s, %s, 1, "
                "'(2,01,,00004,x,VN)'::register.address)",
                row,
            )
        for person in (13, 14):
            connection.execute(
                "INSERT INTO register.identifier (value, kind, person_id, status) "
                "VALUES (%s, 'old_number', %s, 'linked')",
                (TWIN_NUMBER, person),
            )
        relatives = [
            (8, FATHER["full_name"], FATHER["number"], 11),
            (16, PROTECTED["full_name"], PROTECTED["number"], 4),
        ]
        for kind, name, number, related in relatives:
            connection.execute(
                "INSERT INTO register.relation (person_id, list, position, name, number, related_person_id) "
                "VALUES (12, %s, 1, %s, %s, %s)",
                (kind, name, number, related),
            )
    return world


def item(ref: str, person: Any, **changes: Any) -> dict[str, Any]:
    return {"ref": ref, **person, "case": "BN-0001", **changes}


def strangers(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [item(f"s{n}", PERSON | {"number": f"09919100{n:04}"}) for n in range(start, start + count)]


def batch(world: World, system: str, items: list[Any], **headers: Any) -> Reply:
    return world.ask(system, "/v1/lookup/batch", {"fields": FIELDS, "items": items}, **headers)


@pytest.mark.law("R1.2", "R8.2")
def test_three_misses_on_a_person_and_the_truth_is_not_told_any_more(world: World) -> None:
    world.grant(granted("m-person", right={"quotas": PLENTY}))
    misses = [world.lookup("m-person", person=WRONG) for _ in range(3)]
    spent = world.lookup("m-person", person=PERSON)
    refused(world, spent, Code.NO_MATCH, lines=1)
    assert {reply.body for reply in [*misses, spent]} == {spent.body}
    assert world.lookup("m-person", person=OTHER).status == 200
    assert world.lookup("hospital", person=PERSON).status == 200


@pytest.mark.law("R8.2")
def test_twenty_misses_a_day_and_every_answer_is_the_uniform_one(world: World) -> None:
    world.grant(granted("m-system", right={"quotas": PLENTY}, misses=MissBudget(per_mille=0, at_least=20)))
    for number in range(20):
        guess = PERSON | {"number": f"09919200{number:04}"}
        assert world.lookup("m-system", person=guess).code == Code.NO_MATCH
    refused(world, world.lookup("m-system"), Code.NO_MATCH, lines=1)


def test_one_officer_can_spend_the_budget_of_one_officer(world: World) -> None:
    officers = tuple(OfficerEntry(id=name, unit="u", role="r", valid_from=START) for name in ("bad", "good"))
    world.grant(
        granted(
            "m-officer",
            officers=officers,
            right={"quotas": PLENTY},
            misses=MissBudget(per_mille=500, at_least=4),
        )
    )
    for _ in range(10):
        assert world.lookup("m-officer", officer="good").status == 200
    for number in range(4):
        world.lookup("m-officer", officer="bad", person=PERSON | {"number": f"09919300{number:04}"})
    assert world.lookup("m-officer", officer="bad").code == Code.NO_MATCH
    assert world.lookup("m-officer", officer="good").status == 200


def test_guesses_sent_at_once_share_one_budget(world: World) -> None:
    world.grant(granted("m-burst", right={"quotas": PLENTY, "explain": True}))
    days = [f"1990-02-{day:02}" for day in range(1, 29)]
    with ThreadPoolExecutor(14) as pool:
        replies = list(
            pool.map(lambda day: world.lookup("m-burst", person=PERSON | {"birth_date": day}), days)
        )
    told = [reply for reply in replies if reply.code in {"", Code.FIELD_DIFFERS}]
    assert len([reply for reply in replies if reply.code == Code.FIELD_DIFFERS]) <= 3
    assert len(told) <= 4


@pytest.mark.law("R1.2", "R1.5")
def test_a_protected_person_is_not_there_without_the_right_and_an_alarm_is_raised(world: World) -> None:
    world.grant(granted("p-none", right={"quotas": PLENTY}))
    before = world.metric("lienthong_alarms_total")
    reply = world.lookup("p-none", person=PROTECTED)
    record = refused(world, reply, Code.NO_MATCH, lines=1)
    assert world.lookup("p-none", person=PROTECTED | {"number": "099170009999"}).body == reply.body
    assert world.metric("lienthong_alarms_total") == before + 1
    rows = world.select("SELECT visibility FROM exchange.line WHERE record = %s", record["index"])
    assert len(rows) == 1
    deadline = time.monotonic() + 5
    query = "SELECT count(*) FROM exchange.finding WHERE kind = 'protected_asked' AND system = 'p-none'"
    while world.select(query) != [(1,)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.law("R1.5")
def test_the_right_to_protected_persons_needs_an_override_in_force(world: World) -> None:
    ended = granting.override(valid_until=TODAY - timedelta(days=1))
    rights = {"quotas": PLENTY, "protected": (1,), "override": "o1"}
    world.grant(
        granted("p-right", right=rights, overrides=(granting.override(),)),
        granted("p-ended", right=rights, overrides=(ended,)),
        granted("p-other", right=rights | {"protected": (2,)}, overrides=(granting.override(),)),
    )
    assert world.lookup("p-right", person=PROTECTED).status == 200
    for system in ("p-ended", "p-other"):
        refused(world, world.lookup(system, person=PROTECTED), Code.NO_MATCH, lines=1)


def test_an_old_number_of_two_persons_tells_of_neither(people: World) -> None:
    people.grant(
        granted("a-plain", right={"quotas": PLENTY}),
        granted("a-desk", right={"quotas": PLENTY, "explain": True}),
    )
    twin = {"number": TWIN_NUMBER, "full_name": "Vũ Thị Sinh", "birth_date": "1980-01-01"}
    refused(people, people.lookup("a-plain", person=twin), Code.NO_MATCH, lines=1)
    told = people.lookup("a-desk", person=twin)
    refused(people, told, Code.FIELD_DIFFERS, lines=1)
    assert told.json["fields"] == ["number"]


def test_flags_say_who_died_who_is_missing_and_that_a_number_was_replaced(people: World) -> None:
    missing = {"number": "099180000015", "full_name": "Vũ Thị Vắng", "birth_date": "1980-01-01"}
    assert people.lookup(person=DEAD).json["flags"] == {"deceased": True}
    assert people.lookup(person=missing).json["flags"] == {"declared_missing": True}
    replaced = people.lookup(person=PERSON | {"number": SUPERSEDED_NUMBER})
    assert replaced.json["flags"] == {"number_superseded": True}


@pytest.mark.law("R1.2", "R8.2")
def test_relatives_are_told_of_by_right_alone_and_get_a_line_each(people: World) -> None:
    fields = ("full_name", "father_name")
    people.grant(
        granted("r-without", right={"quotas": PLENTY, "fields": ("full_name", "sex")}),
        granted("r-name", right={"quotas": PLENTY, "fields": fields, "related": True}),
        granted(
            "r-number",
            right={
                "quotas": PLENTY,
                "fields": (*fields, "father_number", "mother_name"),
                "related": True,
                "related_numbers": True,
            },
        ),
    )
    reply = people.lookup("r-without", person=SON, fields=list(fields))
    refused(people, reply, Code.FIELD_NOT_GRANTED)
    refused(people, people.lookup("r-name", person=SON, fields=["father_number"]), Code.FIELD_NOT_GRANTED)
    told = people.lookup("r-name", person=SON, fields=list(fields))
    assert told.json["values"] == {"full_name": SON["full_name"], "father_name": FATHER["full_name"]}
    assert FATHER["number"] not in told.body.decode()
    lines = people.select(
        "SELECT body FROM exchange.line WHERE record = %s ORDER BY index", told.receipt.index
    )
    assert [msgspec.json.decode(body)["outcome"] for (body,) in lines] == ["disclosed", "related"]
    full = people.lookup("r-number", person=SON, fields=["father_number", "mother_name"])
    assert full.json["values"] == {"father_number": FATHER["number"], "mother_name": None}
    assert PROTECTED["full_name"] not in full.body.decode()


@pytest.mark.law("R8.2")
def test_a_right_for_some_provinces_knows_nobody_elsewhere(people: World) -> None:
    people.grant(granted("l-local", right={"quotas": PLENTY, "provinces": ("31",), "explain": True}))
    assert people.lookup("l-local", person=PERSON).status == 200
    outside = people.lookup("l-local", person=SON)
    refused(people, outside, Code.NO_MATCH, lines=1)
    assert people.lookup("l-local", person=SON | {"number": "099195009999"}).body == outside.body


@pytest.mark.law("R8.1", "R8.2", "R6.1")
def test_a_batch_is_answered_in_order_with_a_line_each(people: World) -> None:
    asked = [
        item("a", PERSON),
        item("b", WRONG | {"number": OTHER["number"]}),
        item("c", DEAD, case="BN-0002"),
    ]
    reply = batch(people, "tax", asked)
    assert (reply.status, reply.fault) == (200, None)
    items = reply.json["items"]
    assert [each["ref"] for each in items] == ["a", "b", "c"]
    assert set(items[0]["values"]) == set(FIELDS)
    assert items[1]["refusal"]["code"] == Code.NO_MATCH
    assert items[2]["flags"] == {"deceased": True}
    (record,) = people.records_of(reply.request_id)
    assert (record["items"], record["lines"], record["code"]) == (3, 3, "")
    lines = people.select("SELECT body FROM exchange.line WHERE record = %s ORDER BY index", record["index"])
    decoded = [msgspec.json.decode(body) for (body,) in lines]
    assert [(line["outcome"], line["case"]) for line in decoded] == [
        ("disclosed", "BN-0001"),
        ("missed", "BN-0001"),
        ("disclosed", "BN-0002"),
    ]


@pytest.mark.law("R8.1", "R8.2")
def test_a_batch_needs_a_case_for_each_item_and_its_agreed_size(people: World) -> None:
    people.grant(
        granted("b-small", right={"services": (Service.LOOKUP_BATCH,), "quotas": PLENTY, "batch_items": 2})
    )
    bare = {"ref": "a", **PERSON}
    refused(people, batch(people, "tax", [bare], case=None), Code.CASE_REQUIRED)
    refused(people, batch(people, "tax", [item("a", PERSON, case="wrong")]), Code.CASE_INVALID)
    assert batch(people, "tax", [bare]).status == 200
    refused(people, batch(people, "b-small", strangers(3)), Code.BATCH_SIZE)
    few = granted(
        "b-quota",
        right={"services": (Service.LOOKUP_BATCH,), "batch_items": 9, "quotas": Quotas(persons=2, calls=9)},
    )
    people.grant(few)
    refused(people, batch(people, "b-quota", strangers(3)), Code.QUOTA_EXHAUSTED)


@pytest.fixture(scope="module")
def pair(clusters: Any) -> Iterator[World]:
    """A gateway of two workers."""
    database = clusters.fresh("wheel", clusters.template("wheel"))
    made = open_world(database, workers=2)
    made.settings["metrics_directory"] = str(made.folder / "metrics")
    asyncio.run(made.furnish(systems()))
    made.start()
    yield made
    close_world(made)
    clusters.discard("wheel", database)


@pytest.mark.law("R8.2", "R1.1")
def test_two_workers_share_nonces_quotas_and_misses(pair: World) -> None:
    pair.grant(
        granted("w-quota", right={"quotas": Quotas(persons=5, calls=1_000)}),
        granted("w-misses", right={"quotas": PLENTY}),
        granted("w-calls", right={"quotas": Quotas(persons=1_000, calls=2)}),
    )
    body = msgspec.json.encode({**PERSON, "fields": FIELDS})
    headers = pair.sign("hospital", "/v1/lookup", body)
    replies = [pair.exchange("/v1/lookup", headers, body) for _ in range(12)]
    assert sorted(reply.status for reply in replies) == [200] + [409] * 11
    assert all(reply.fault is None for reply in replies)
    for _ in range(5):
        assert pair.lookup("w-quota").status == 200
    for _ in range(3):
        refused(pair, pair.lookup("w-calls", fields=["religion"]), Code.FIELD_NOT_GRANTED)
    for _ in range(3):
        pair.lookup("w-misses", person=WRONG)
    time.sleep(2.5)
    for _ in range(12):
        refused(pair, pair.lookup("w-quota"), Code.QUOTA_EXHAUSTED)
        says(pair.lookup("w-misses", person=PERSON), Code.NO_MATCH)
    pair.stop()
    pair.start()
    refused(pair, pair.lookup("w-quota"), Code.QUOTA_EXHAUSTED)
    refused(pair, pair.lookup("w-misses"), Code.NO_MATCH, lines=1)
    assert pair.lookup("w-calls").status == 200  # refusals of scope cost nothing, before a restart and after
