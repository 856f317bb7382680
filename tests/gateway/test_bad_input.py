"""What is wrong with a request is said by its permanent code; proven callers' mistakes are on record."""

import gzip
import json
import time
from typing import Any

import pytest

from lienthong_protocol.refusals import Code
from tests.gateway.expect import nothing_recorded, refused, turned_away
from tests.gateway.wire import head, post, raw
from tests.gateway.world import FIELDS, PERSON, World

GOOD: dict[str, Any] = {**PERSON, "fields": FIELDS}
TEXT = json.dumps(GOOD, ensure_ascii=False)
ITEM = {"ref": "a", **PERSON, "case": "BN-0001"}


@pytest.mark.law("R3.2", "R6.1")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", Code.MALFORMED_JSON),
        (b"\xff\xfe{}", Code.MALFORMED_JSON),
        (b"[" * 100_000, Code.MALFORMED_JSON),
        (TEXT.encode("utf-16"), Code.MALFORMED_JSON),
        (b"", Code.MALFORMED_JSON),
        (TEXT.replace('"fields"', '"number": "099190000001", "fields"').encode(), Code.DUPLICATE_MEMBER),
        (TEXT.replace('"fields"', '"f\\u0069elds": [], "fields"').encode(), Code.DUPLICATE_MEMBER),
        (json.dumps(GOOD | {"reason": "x"}).encode(), Code.UNKNOWN_MEMBER),
        (json.dumps(GOOD | {"number": "٠٩٩١٩٠٠٠٠٠٠١"}).encode(), Code.INVALID_VALUE),
        (json.dumps(GOOD | {"number": "０99190000001"}).encode(), Code.INVALID_VALUE),
        (json.dumps(GOOD | {"number": 99190000001}).encode(), Code.INVALID_VALUE),
        (json.dumps(GOOD | {"full_name": ""}).encode(), Code.INVALID_VALUE),
        (json.dumps(GOOD | {"full_name": "A\x00B"}).encode(), Code.INVALID_VALUE),
        (json.dumps(GOOD | {"full_name": "A\ud800B"}).encode(), Code.INVALID_VALUE),
        (json.dumps(GOOD | {"birth_date": "1990-02-30"}).encode(), Code.INVALID_VALUE),
        (json.dumps(GOOD | {"birth_date": "1990-13"}).encode(), Code.INVALID_VALUE),
        (json.dumps(GOOD | {"birth_date": "0000"}).encode(), Code.INVALID_VALUE),
        (json.dumps(GOOD | {"fields": []}).encode(), Code.FIELDS_EMPTY),
        (json.dumps(GOOD | {"fields": [f"f{n}" for n in range(131)]}).encode(), Code.TOO_MANY_FIELDS),
        (json.dumps(GOOD | {"fields": ["sex", "shoe_size"]}).encode(), Code.UNKNOWN_FIELD),
        (json.dumps(GOOD | {"number": "001190000001"}).encode(), Code.NUMBER_OUTSIDE_ENVIRONMENT),
    ],
)
def test_each_fault_of_a_lookup_is_refused_signed_and_recorded(world: World, body: bytes, code: Code) -> None:
    record = refused(world, world.ask("hospital", "/v1/lookup", body), code)
    assert (record["kind"], record["officer"], record["case"]) == ("lookup", "cb-01", "BN-0001")


def test_the_unknown_and_the_ungranted_are_named_but_no_value_is(world: World) -> None:
    unknown = world.lookup(fields=["sex", "shoe_size", "giày"])
    assert unknown.json["fields"] == ["shoe_size", "giày"]
    member = world.ask("hospital", "/v1/lookup", GOOD | {"mật": "bí-mật"})
    assert "bí-mật" not in member.body.decode()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"fields": FIELDS, "items": []}, Code.BATCH_SIZE),
        ({"fields": FIELDS, "items": [ITEM, ITEM]}, Code.DUPLICATE_ITEM),
        ({"fields": FIELDS, "items": [ITEM, {**ITEM, "ref": "b"}]}, Code.DUPLICATE_ITEM),
        ({"fields": [], "items": [ITEM]}, Code.FIELDS_EMPTY),
        ({"fields": FIELDS, "items": [{**ITEM, "number": "001190000001"}]}, Code.NUMBER_OUTSIDE_ENVIRONMENT),
        ({"fields": FIELDS, "items": [{**ITEM, "birth_date": "1990-02-31"}]}, Code.INVALID_VALUE),
        ({"fields": FIELDS, "items": [{**ITEM, "sex": 1}]}, Code.INVALID_VALUE),
    ],
)
def test_each_fault_of_a_batch_is_refused_as_a_whole(world: World, value: Any, code: Code) -> None:
    assert refused(world, world.ask("tax", "/v1/lookup/batch", value), code)["kind"] == "lookup_batch"


@pytest.mark.parametrize("kind", ["text/plain", "application/json-patch+json", "application/jsonx", "x"])
def test_another_content_type_is_refused(world: World, kind: str) -> None:
    reply = world.ask("hospital", "/v1/lookup", GOOD, content_type=kind)
    assert refused(world, reply, Code.UNSUPPORTED_MEDIA_TYPE)["content_type"] == kind


def test_a_charset_beside_the_content_type_is_taken(world: World) -> None:
    reply = world.ask("hospital", "/v1/lookup", GOOD, content_type="application/json; charset=utf-8")
    assert (reply.status, reply.fault) == (200, None)


@pytest.mark.parametrize("coding", ["gzip", "br", "identity", "gzip, identity"])
def test_a_content_encoding_is_refused(world: World, coding: str) -> None:
    body = gzip.compress(TEXT.encode()) if coding == "gzip" else TEXT.encode()
    headers = world.sign("hospital", "/v1/lookup", body)
    with nothing_recorded(world):
        reply = post(world, body, [*headers, ("content-encoding", coding)])
    turned_away(reply, Code.UNSUPPORTED_MEDIA_TYPE)


def test_a_declared_body_over_the_limit_is_refused_unread(world: World) -> None:
    with nothing_recorded(world):
        reply = raw(world, head("POST", "/v1/lookup", [("content-length", "262145")]))
    turned_away(reply, Code.BODY_TOO_LARGE)


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "99999999999999999999999"])
def test_a_length_that_is_no_number_is_refused(world: World, length: str) -> None:
    with nothing_recorded(world):
        assert raw(world, head("POST", "/v1/lookup", [("content-length", length)])).status in {400, 413}


def test_a_chunked_body_over_the_limit_is_refused(world: World) -> None:
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    with nothing_recorded(world):
        reply = raw(world, [head("POST", "/v1/lookup", [("transfer-encoding", "chunked")]), *[chunk] * 9])
    turned_away(reply, Code.BODY_TOO_LARGE)


def test_a_chunked_body_within_the_limit_is_answered(world: World) -> None:
    body = TEXT.encode()
    headers = [*world.sign("hospital", "/v1/lookup", body), ("transfer-encoding", "chunked")]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:10], body[10:])) + b"0\r\n\r\n"
    assert raw(world, head("POST", "/v1/lookup", headers) + chunks).status == 200


def test_a_length_beside_chunks_smuggles_nothing(world: World) -> None:
    inner = head("GET", "/healthz", [])
    headers = [("content-length", str(5 + len(inner))), ("transfer-encoding", "chunked")]
    with nothing_recorded(world):
        reply = raw(world, head("POST", "/v1/lookup", headers) + b"0\r\n\r\n" + inner)
    assert reply.status in {400, 401}


@pytest.mark.parametrize(
    "target",
    [
        "/v1/lookup%2f",
        "/v1/lookup%00",
        "/v1/../v1/lookup",
        "/v1/./lookup/..",
        "//v1/lookup",
        "/v1//lookup",
        "/v1/lookup;a=1",
        "/v1/lookup/..;/scope",
        "/v1\\lookup",
        "/%2e%2e/v1/lookup",
    ],
)
def test_encoded_and_indirect_targets_are_refused(world: World, target: str) -> None:
    body = TEXT.encode()
    with nothing_recorded(world):
        reply = post(world, body, world.sign("hospital", "/v1/lookup", body), target)
    assert reply.status in {400, 404}
    if reply.body:  # a backslash does not get past the HTTP server
        turned_away(reply, Code(reply.code))
        assert reply.code in {Code.INVALID_TARGET, Code.NO_SUCH_ROUTE}


@pytest.mark.parametrize(
    "target", ["/", "/v1", "/v1/lookup/", "/V1/lookup", "/v1/verify/batches", "/v1/people"]
)
def test_unknown_addresses_are_refused(world: World, target: str) -> None:
    body = TEXT.encode()
    with nothing_recorded(world):
        reply = post(world, body, world.sign("hospital", "/v1/lookup", body), target)
    turned_away(reply, Code.NO_SUCH_ROUTE)


@pytest.mark.parametrize("target", ["http://elsewhere.example/v1/lookup", "/v1/%6cookup", "/v1/lookup#x"])
def test_another_spelling_of_a_target_counts_as_what_was_signed(world: World, target: str) -> None:
    """The HTTP server undoes these spellings before we see them: they lead only to the address signed."""
    body = TEXT.encode()
    assert post(world, body, world.sign("hospital", "/v1/lookup", body), target).status in {200, 400, 404}
    with nothing_recorded(world):
        wrong = post(world, body, world.sign("hospital", "/v1/scope", body), target)
    assert wrong.status in {400, 401, 404}


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/v1/lookup"),
        ("PUT", "/v1/lookup"),
        ("DELETE", "/v1/verify"),
        ("PATCH", "/v1/lookup/batch"),
        ("POST", "/v1/scope"),
        ("GET", "/v1/receipts"),
        ("POST", "/v1/keys"),
        ("DELETE", "/v1/checkpoints"),
    ],
)
def test_another_method_is_refused(world: World, method: str, target: str) -> None:
    with nothing_recorded(world):
        reply = raw(world, head(method, target, [("content-length", "0")]))
    turned_away(reply, Code.METHOD_NOT_ALLOWED)
    assert reply.headers["allow"] == reply.json["detail"]


def test_an_unknown_method_is_refused(world: World) -> None:
    assert raw(world, head("BREW", "/v1/lookup", [])).status in {400, 405}


def test_headers_too_large_are_refused(world: World) -> None:
    with nothing_recorded(world):
        reply = raw(world, head("POST", "/v1/lookup", [("x-padding", "a" * 17_000), ("content-length", "0")]))
        turned_away(reply, Code.HEADERS_TOO_LARGE)
        many = raw(world, head("POST", "/v1/lookup", [(f"x-{n}", "a") for n in range(5_000)]))
        assert many.status in {400, 431}


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        (("lt-purpose", "patient"), Code.INVALID_HEADER),
        (("lt-officer", "cb-02"), Code.INVALID_HEADER),
        (("lt-request-id", "another"), Code.INVALID_HEADER),
        (("LT-Case", "BN-0002"), Code.INVALID_HEADER),
        (("lt-surprise", "x"), Code.COVERAGE_WRONG),
        (("lt-consent", "consent-1"), Code.COVERAGE_WRONG),
        (("lt-target", "https://a"), Code.COVERAGE_WRONG),
        (("lt-receipt", "index=1"), Code.COVERAGE_WRONG),
    ],
)
def test_a_header_added_after_signing_is_refused(world: World, extra: tuple[str, str], code: Code) -> None:
    body = TEXT.encode()
    with nothing_recorded(world):
        reply = post(world, body, [*world.sign("hospital", "/v1/lookup", body), extra])
    assert reply.code in {code, Code.INVALID_HEADER, Code.COVERAGE_WRONG}, reply.body
    turned_away(reply, Code(reply.code))


@pytest.mark.parametrize("value", ["tiếng", "a\tb", "x" * 129, ""])
def test_a_header_value_outside_printable_ascii_is_refused(world: World, value: str) -> None:
    body = TEXT.encode()
    headers = [
        (name, value.encode().decode("latin-1") if name == "lt-case" else text)
        for name, text in world.sign("hospital", "/v1/lookup", body)
    ]
    with nothing_recorded(world):
        reply = post(world, body, headers)
    assert reply.code in {Code.INVALID_HEADER, Code.COVERAGE_WRONG}
    turned_away(reply, Code(reply.code))


def test_two_content_types_are_refused(world: World) -> None:
    body = TEXT.encode()
    with nothing_recorded(world):
        reply = post(
            world, body, [*world.sign("hospital", "/v1/lookup", body), ("content-type", "text/plain")]
        )
    assert reply.status in {400, 401}
    turned_away(reply, Code(reply.code))


def test_garbage_and_half_requests_leave_the_gateway_serving(world: World) -> None:
    for junk in (
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"POST /v1/lookup HTTP/1.1\r\n",
    ):
        try:
            raw(world, junk, timeout=0.3)
        except OSError:
            continue
        except Exception as error:  # noqa: BLE001 - whatever came is no HTTP answer, which is fine
            assert "HTTP" in type(error).__module__ or "http" in type(error).__module__
    started = time.monotonic()
    assert world.lookup().status == 200
    assert time.monotonic() - started < 2.0
    assert world.broke_nothing(), world.log()
