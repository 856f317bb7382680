"""Who is not proven is turned away unrecorded; who is proven twice by one nonce is answered once."""

import asyncio
import secrets
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

import msgspec
import pytest

from lienthong.core.grant_document import Channel, KeyEntry, PublicKey, Quotas, Rate
from lienthong_protocol.keys import Algorithm
from lienthong_protocol.profile import Profile
from lienthong_protocol.refusals import Code
from lienthong_protocol.signing import sign_request
from tests.gateway.expect import nothing_recorded, refused, says, turned_away
from tests.gateway.wire import post
from tests.gateway.world import FIELDS, PERSON, TODAY, Reply, World, granted, key_of

BODY = msgspec.json.encode({**PERSON, "fields": FIELDS})
PLENTY = Quotas(persons=1_000_000, calls=1_000_000)


def signed(world: World, system: str = "hospital", **changes: object) -> dict[str, str]:
    return dict(world.sign(system, "/v1/lookup", BODY, **changes))


def sent(world: World, headers: dict[str, str], body: bytes = BODY) -> Reply:
    return post(world, body, list(headers.items()))


def away(world: World, headers: dict[str, str], code: Code, body: bytes = BODY) -> None:
    with nothing_recorded(world):
        turned_away(sent(world, headers, body), code)


@pytest.mark.law("R1.1", "R8.1")
def test_an_unsigned_call_is_turned_away(world: World) -> None:
    headers = {"content-type": "application/json", "lt-request-id": "a", "lt-purpose": "patient"}
    away(world, headers, Code.SIGNATURE_MISSING)
    away(world, {k: v for k, v in signed(world).items() if k != "signature"}, Code.SIGNATURE_MALFORMED)


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("signature", "lt=:", "lt=:!", Code.SIGNATURE_MALFORMED),
        ("signature", "lt=", "sig1=", Code.SIGNATURE_MALFORMED),
        ("signature-input", 'tag="lienthong-req-1"', 'tag="lienthong-res-1"', Code.SIGNATURE_MALFORMED),
        ("signature-input", ";nonce=", ";nonse=", None),
        ("signature-input", ";created=", ';alg="ed25519";created=', Code.ALGORITHM_NOT_ALLOWED),
        ("signature-input", '"lt-purpose" ', "", Code.COVERAGE_WRONG),
        ("signature-input", '"@method" ', "", Code.COVERAGE_WRONG),
        ("signature-input", '"@method" "@target-uri"', '"@target-uri" "@method"', Code.COVERAGE_WRONG),
        ("content-digest", "sha-256=:", "sha-512=:", None),
        ("lt-purpose", "patient", "tax", Code.SIGNATURE_INVALID),
        ("lt-officer", "cb-01", "cb-02", Code.SIGNATURE_INVALID),
    ],
)
def test_a_changed_signature_is_turned_away(
    world: World, name: str, old: str, new: str, code: Code | None
) -> None:
    headers = signed(world)
    assert old in headers[name]
    headers[name] = headers[name].replace(old, new, 1)
    with nothing_recorded(world):
        reply = sent(world, headers)
    assert reply.status == 401
    turned_away(reply, code or Code(reply.code))


def test_a_changed_body_is_turned_away(world: World) -> None:
    away(world, signed(world), Code.DIGEST_MISMATCH, BODY.replace(b"1990-02-15", b"1990-02-16"))
    other = BODY.replace(b"1990-02-15", b"1990-02-16")
    digest = b64encode(sha256(other).digest()).decode()
    away(world, signed(world) | {"content-digest": f"sha-256=:{digest}:"}, Code.SIGNATURE_INVALID, other)


@pytest.mark.law("R1.4")
def test_a_key_nobody_knows_is_turned_away(world: World) -> None:
    away(world, signed(world, key=key_of("nobody")), Code.KEY_NOT_ACCEPTED)


def test_a_signature_of_another_key_is_turned_away(world: World) -> None:
    headers = signed(world, key=key_of("nobody"))
    thief = key_of("nobody").key_id
    headers["signature-input"] = headers["signature-input"].replace(thief, key_of("hospital").key_id)
    away(world, headers, Code.SIGNATURE_INVALID)


def test_the_key_says_whose_call_it_is(world: World) -> None:
    """Nothing in a request names its system: another system's key brings that system's rights."""
    reply = world.lookup("verifier")
    refused(world, reply, Code.SERVICE_NOT_GRANTED)
    assert world.records_of(reply.request_id)[0]["system"] == "verifier"


@pytest.mark.law("R1.4")
def test_keys_not_begun_ended_and_revoked_are_turned_away(world: World) -> None:
    def key(name: str, *, start: int, end: int, revoked: int | None = None) -> KeyEntry:
        return KeyEntry(
            jwk=PublicKey(**key_of(name).jwk),
            valid_from=TODAY + timedelta(days=start),
            valid_until=TODAY + timedelta(days=end),
            revoked_at=None if revoked is None else TODAY + timedelta(days=revoked),
        )

    keys = (
        key("k-late", start=2, end=9),
        key("k-ended", start=-9, end=-1),
        key("k-revoked", start=-9, end=9, revoked=-1),
        key("k-good", start=-9, end=9),
    )
    world.grant(granted("keyring", keys=keys, right={"quotas": PLENTY}))
    for name in ("k-late", "k-ended", "k-revoked"):
        away(world, signed(world, key=key_of(name)), Code.KEY_NOT_ACCEPTED)
    assert sent(world, signed(world, key=key_of("k-good"))).status == 200


def test_both_algorithms_are_accepted(world: World) -> None:
    key = key_of("p256", Algorithm.ECDSA_P256_SHA256)
    world.grant(granted("p256", key=key))
    reply = world.lookup("p256", key=key)
    assert (reply.status, reply.fault) == (200, None)
    tampered = signed(world, key=key) | {"lt-case": "BN-0002"}
    away(world, tampered, Code.SIGNATURE_INVALID)


@pytest.mark.parametrize("shift", [-62, -3_600, 12, 86_400])
def test_a_wrong_clock_is_told_the_time(world: World, shift: int) -> None:
    with nothing_recorded(world):
        reply = sent(world, signed(world, created=int(time.time()) + shift))
    turned_away(reply, Code.CLOCK_SKEW)
    assert abs(parsedate_to_datetime(reply.headers["date"]).timestamp() - time.time()) < 3


@pytest.mark.parametrize("shift", [-55, 8])
def test_a_clock_within_the_window_is_accepted(world: World, shift: int) -> None:
    assert world.lookup(created=int(time.time()) + shift).status == 200


@pytest.mark.law("R1.1", "R6.1")
def test_a_replay_is_refused_recorded_and_names_the_first(world: World) -> None:
    headers = world.sign("hospital", "/v1/lookup", BODY, request_id="replayed-1")
    first = world.exchange("/v1/lookup", headers, BODY)
    second = world.exchange("/v1/lookup", headers, BODY)
    third = world.exchange("/v1/lookup", headers, BODY)
    assert first.status == 200
    for reply in (second, third):
        says(reply, Code.REPLAYED)
        assert reply.fault is None
        assert str(first.receipt.index) in reply.json["detail"]
    assert [each["code"] for each in world.records_of("replayed-1")] == ["", "LT209", "LT209"]


def test_one_nonce_sent_at_once_many_times_is_answered_once(world: World) -> None:
    headers = world.sign("hospital", "/v1/lookup", BODY, request_id="race-1")
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: world.exchange("/v1/lookup", headers, BODY), range(16)))
    assert sorted(reply.status for reply in replies) == [200, *[409] * 15]
    assert {reply.fault for reply in replies} == {None}


def test_a_replay_cannot_spend_a_budget_or_a_quota(world: World) -> None:
    world.grant(granted("echo", right={"quotas": Quotas(persons=2, calls=50)}))
    headers = world.sign("echo", "/v1/lookup", BODY)
    assert [world.exchange("/v1/lookup", headers, BODY).status for _ in range(4)] == [200, 409, 409, 409]
    assert world.lookup("echo").status == 200
    assert world.lookup("echo").code == Code.QUOTA_EXHAUSTED


@pytest.mark.law("R8.2")
def test_more_than_the_agreed_rate_is_refused_signed_and_summed_up(world: World) -> None:
    quick = granted("quick", right={"quotas": PLENTY})
    system = msgspec.structs.replace(quick.system, rate=Rate(per_second=1, burst=5))
    world.grant(msgspec.structs.replace(quick, system=system))
    replies = [world.lookup("quick") for _ in range(20)]
    assert [reply.status for reply in replies[:5]] == [200] * 5
    late = [reply for reply in replies if reply.status == 429]
    assert len(late) >= 13
    for reply in late:
        says(reply, Code.RATE_LIMITED)
        assert reply.fault is None
        assert "lt-receipt" not in reply.headers
        assert world.records_of(reply.request_id) == []
    assert world.lookup("hospital").status == 200


def test_refusals_have_a_quarter_of_the_rate(world: World) -> None:
    looping = granted("looping", right={"quotas": PLENTY})
    system = msgspec.structs.replace(looping.system, rate=Rate(per_second=1, burst=16))
    world.grant(msgspec.structs.replace(looping, system=system))
    replies = [world.lookup("looping", fields=["religion"]) for _ in range(10)]
    assert [reply.code for reply in replies[:4]] == [Code.FIELD_NOT_GRANTED] * 4
    assert {reply.code for reply in replies[5:]} == {Code.RATE_LIMITED}
    assert world.lookup("looping").status == 200


async def test_what_is_too_fast_is_one_record_when_the_gateway_ends_and_strangers_are_slowed(
    own_world: World,
) -> None:
    quick = granted("quick", right={"quotas": PLENTY})
    system = msgspec.structs.replace(quick.system, rate=Rate(per_second=1, burst=2))
    await own_world.publish([msgspec.structs.replace(quick, system=system)])
    own_world.settings["open_requests_per_minute"] = 5
    await asyncio.to_thread(own_world.start)
    codes = [await asyncio.to_thread(own_world.lookup, "quick") for _ in range(12)]
    refusals = sum(reply.code == Code.RATE_LIMITED for reply in codes)
    open_to_all = [await asyncio.to_thread(own_world.get, "/v1/keys") for _ in range(8)]
    assert [reply.status for reply in open_to_all[:5]] == [200] * 5
    turned_away(open_to_all[7], Code.RATE_LIMITED)
    await asyncio.to_thread(own_world.stop)
    found = [leaf for leaf in await own_world.records() if leaf.get("kind") == "refusal_summary"]
    assert [(each["system"], each["code"], each["count"]) for each in found] == [("quick", "LT216", refusals)]
    assert found[0]["first"] <= found[0]["last"] <= found[0]["at"]


def test_a_flood_of_bad_signatures_costs_neither_log_nor_disk(world: World) -> None:
    world.grant(granted("victim", right={"quotas": PLENTY}))
    good = signed(world, "victim")
    forged = good | {"lt-case": "BN-0009"}
    size = world.select("SELECT pg_total_relation_size('exchange.attempt')")[0][0]
    with nothing_recorded(world), ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: sent(world, forged), range(2_000)))
    codes = [reply.code for reply in replies]
    assert set(codes) == {Code.SIGNATURE_INVALID, Code.TOO_MANY_FAILURES}
    assert codes.count(Code.SIGNATURE_INVALID) < 60
    turned_away(
        next(reply for reply in replies if reply.code == Code.TOO_MANY_FAILURES), Code.TOO_MANY_FAILURES
    )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not world.select("SELECT 1 FROM exchange.attempt LIMIT 1"):
        time.sleep(0.1)
    counts = world.select("SELECT key_id, count(*), max(length(detail)) FROM exchange.attempt GROUP BY 1")
    assert max(count for _, count, _ in counts) <= 50
    assert key_of("victim").key_id in {key for key, _, _ in counts}
    assert world.select("SELECT pg_total_relation_size('exchange.attempt')")[0][0] < size + 1_000_000
    assert world.lookup("hospital").status == 200


@pytest.mark.law("R3.1", "R8.1")
def test_a_call_through_a_platform_is_bound_to_the_service_it_names(world: World) -> None:
    through = granted("through", right={"quotas": PLENTY})
    system = msgspec.structs.replace(
        through.system, channel=Channel.PLATFORM, platform="ndxp", direct=None, profiles=("lt-1p",)
    )
    world.grant(msgspec.structs.replace(through, system=system))

    def headers(target: str) -> dict[str, str]:
        given = {"lt-request-id": secrets.token_hex(8), "lt-purpose": "patient", "lt-officer": "cb-01"}
        return dict(
            sign_request(
                method="POST",
                target_uri="https://platform.example/anything",
                headers=[*given.items(), ("lt-case", "BN-0001"), ("content-type", "application/json")],
                body=BODY,
                key=key_of("through"),
                created=int(time.time()),
                nonce=secrets.token_urlsafe(18),
                profile=Profile.LT1P,
                target=target,
            )
        )

    good = headers(world.origin + "/v1/lookup")
    answered = world.exchange("/v1/lookup", list(good.items()), BODY)
    assert (answered.status, answered.fault) == (200, None)
    record = world.records_of(answered.request_id)[0]
    assert (record["channel"], record["platform"], record["profile"]) == ("platform", "ndxp", "lt-1p")
    for target in (world.origin + "/v1/verify", "https://elsewhere.example/v1/lookup"):
        away(world, headers(target), Code.INVALID_TARGET)
    away(world, signed(world, "through"), Code.PROOF_KIND_NOT_AGREED)
    away(
        world,
        headers(world.origin + "/v1/lookup") | {"lt-target": world.origin + "/v1/verify"},
        Code.INVALID_TARGET,
    )
