"""Look-ups over real HTTP: exactly what was granted, signed, recorded, and nothing else."""

from base64 import urlsafe_b64decode

import pytest

from lienthong_protocol.commitment import commit
from tests.gateway.world import DEAD, FIELDS, OTHER, PERSON, PROTECTED, SUPERSEDED_NUMBER, World


@pytest.mark.law("R8.2", "R3.2")
def test_a_granted_lookup_is_answered_signed_and_with_a_receipt(world: World) -> None:
    reply = world.lookup()
    assert reply.status == 200, reply.body
    assert reply.fault is None
    assert set(reply.json["values"]) == set(FIELDS)
    assert reply.json["values"]["full_name"] == PERSON["full_name"]
    assert reply.json["values"]["permanent_residence"]["province"] == "31"
    assert reply.receipt.index > 0
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.law("R6.1")
async def test_the_record_commits_to_the_answer_and_is_followed_by_its_line(world: World) -> None:
    reply = world.lookup(request_id="commit-1")
    log = await world.records()
    at = next(place for place, leaf in enumerate(log) if leaf.get("request_id") == "commit-1")
    record, line = log[at], log[at + 1]
    assert (record["index"], line["index"]) == (reply.receipt.index, reply.receipt.index + 1)
    assert (record["act"], record["kind"], record["lines"], record["code"]) == ("exploit", "lookup", 1, "")
    assert urlsafe_b64decode(record["commitment"] + "=") == commit(reply.receipt.salt, reply.body)
    assert (line["outcome"], line["position"], line["case"]) == ("disclosed", 1, "BN-0001")
    assert "Nguyễn" not in str(log)
    assert PERSON["number"] not in str(log)


@pytest.mark.law("R8.2")
def test_a_field_that_was_not_granted_is_refused_by_name(world: World) -> None:
    reply = world.lookup(fields=[*FIELDS, "religion"])
    assert (reply.status, reply.code, reply.json["fields"]) == (403, "LT302", ["religion"])
    assert reply.fault is None
    assert "values" not in reply.json


@pytest.mark.law("R1.2")
def test_every_reason_not_to_tell_looks_the_same(world: World) -> None:
    asked = [
        PERSON | {"full_name": "Nguyễn Thị Hồng"},
        PERSON | {"birth_date": "1990-02-16"},
        PERSON | {"number": "099190999999"},
        PERSON | {"birth_date": "1990"},
        PROTECTED,
    ]
    replies = [world.lookup("curious", person=person) for person in asked]
    assert {reply.status for reply in replies} == {404}
    assert {reply.code for reply in replies} == {"LT401"}
    assert len({reply.body for reply in replies}) == 1
    assert len({tuple(reply.headers) for reply in replies}) == 1
    assert len({len(reply.headers["signature-input"]) for reply in replies}) == 1


@pytest.mark.law("R1.2")
def test_a_desk_is_told_which_field_differs_and_what_to_say(world: World) -> None:
    differs = world.lookup("desk", person=OTHER | {"full_name": "Trần Văn Binh"})
    assert (differs.code, differs.json["fields"]) == ("LT402", ["full_name"])
    assert "Công an cấp xã" in differs.json["citizen"]["vi"]
    assert "Bình" not in differs.body.decode()
    absent = world.lookup("desk", person=OTHER | {"number": "099085999999"})
    assert absent.code == "LT403"
    protected = world.lookup("desk", person=PROTECTED)
    assert protected.body == absent.body


def test_safety_flags_travel_unasked(world: World) -> None:
    assert world.lookup(person=DEAD).json["flags"] == {"deceased": True}
    superseded = world.lookup(person=PERSON | {"number": SUPERSEDED_NUMBER})
    assert superseded.json["flags"] == {"number_superseded": True}


def test_a_year_only_birth_is_met_by_its_year_and_by_any_day_in_it(world: World) -> None:
    assert world.lookup(person=OTHER).status == 200
    assert world.lookup(person=OTHER | {"birth_date": "1985-07-01"}).status == 200
