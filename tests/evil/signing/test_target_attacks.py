"""Attacks on the body, its digest, the context headers, and the target of a request."""

import gzip
from base64 import b64encode
from collections.abc import Callable
from hashlib import md5, sha1, sha256, sha512

import pytest

from lienthong_protocol.digest import content_digest
from lienthong_protocol.profile import LONGEST_SUBJECT, LONGEST_VALUE
from lienthong_protocol.refusals import Code
from lienthong_protocol.signing import RequestSignature
from tests.evil.signing.wire import BODY, COMPONENTS, NOW, URI, Wire, good, good_get

DIGEST, HEADER, INVALID, TARGET = (
    Code.DIGEST_MISMATCH,
    Code.INVALID_HEADER,
    Code.SIGNATURE_INVALID,
    Code.INVALID_TARGET,
)
Attack = Callable[[Wire], None]


def digest_is(value: str) -> Attack:
    """Sign another Content-Digest properly."""

    def attack(wire: Wire) -> None:
        wire.put("content-digest", value)
        wire.resign(digest=False)

    return attack


def encoded(name: str, digest: bytes) -> str:
    return f"{name}=:{b64encode(digest).decode()}:"


def only_repr_digest(wire: Wire) -> None:
    wire.drop("content-digest")
    wire.add("repr-digest", content_digest(BODY))
    wire.resign(*(name if name != '"content-digest"' else '"repr-digest"' for name in COMPONENTS))


def body_is(body: bytes) -> Attack:
    def attack(wire: Wire) -> None:
        wire.body = body

    return attack


def digest_twice(wire: Wire) -> None:
    wire.add("content-digest", wire.value("content-digest"))


def gzip_with_digest_of_identity(wire: Wire) -> None:
    wire.add("content-encoding", "gzip")
    wire.body = gzip.compress(BODY)


GOOD = encoded("sha-256", sha256(BODY).digest())
BODIES: dict[str, tuple[Attack, Code]] = {
    "digest-md5": (digest_is(encoded("md5", md5(BODY).digest())), DIGEST),
    "digest-sha-1": (digest_is(encoded("sha", sha1(BODY).digest())), DIGEST),
    "digest-sha-512": (digest_is(encoded("sha-512", sha512(BODY).digest())), DIGEST),
    "digest-name-in-upper-case": (digest_is(GOOD.replace("sha", "SHA")), DIGEST),
    "digest-second-member-wrong": (digest_is(f"{GOOD}, {encoded('sha-512', bytes(64))}"), DIGEST),
    "digest-second-member-right": (
        digest_is(f"{GOOD}, {encoded('sha-512', sha512(BODY).digest())}"),
        DIGEST,
    ),
    "digest-first-member-wrong": (digest_is(f"{encoded('sha-256', bytes(32))}, {GOOD}"), DIGEST),
    "digest-with-parameter": (digest_is(f"{GOOD};a=1"), DIGEST),
    "digest-without-colons": (digest_is(GOOD.replace(":", "")), DIGEST),
    "digest-in-hex": (digest_is(f"sha-256={sha256(BODY).hexdigest()}"), DIGEST),
    "digest-of-other-body": (digest_is(encoded("sha-256", sha256(b"other").digest())), DIGEST),
    "digest-of-nothing": (digest_is(content_digest(b"")), DIGEST),
    "digest-with-spare-bits": (digest_is(GOOD.replace(GOOD[-3], chr(ord(GOOD[-3]) + 1))), DIGEST),
    "digest-empty": (digest_is(""), DIGEST),
    "digest-truncated": (digest_is(encoded("sha-256", sha256(BODY).digest()[:16])), DIGEST),
    "digest-repeated": (digest_twice, HEADER),
    "only-repr-digest": (only_repr_digest, Code.COVERAGE_WRONG),
    "body-changed": (body_is(BODY.replace(b"sex", b"ssn")), DIGEST),
    "body-with-trailing-bytes": (body_is(BODY + b"\n"), DIGEST),
    "body-truncated": (body_is(BODY[:-1]), DIGEST),
    "body-removed": (body_is(b""), DIGEST),
    "body-gzipped-digest-of-identity": (gzip_with_digest_of_identity, DIGEST),
}


def value_is(name: str, value: str) -> Attack:
    def attack(wire: Wire) -> None:
        wire.put(name, value)
        wire.resign()

    return attack


def repeated(name: str) -> Attack:
    return lambda wire: wire.add(name, wire.value(name))


INJECTION = 'a\n"lt-officer": chief\n"lt-case": none'
VALUES: dict[str, tuple[Attack, Code]] = {
    "officer-not-ascii": (value_is("lt-officer", "bác sĩ"), HEADER),
    "officer-latin-1": (value_is("lt-officer", "b\xe1c"), HEADER),
    "officer-lone-surrogate": (value_is("lt-officer", "a\udc80b"), HEADER),
    "officer-with-nul": (value_is("lt-officer", "a\x00b"), HEADER),
    "officer-with-del": (value_is("lt-officer", "a\x7fb"), HEADER),
    "officer-with-tab": (value_is("lt-officer", "a\tb"), HEADER),
    "officer-folded": (value_is("lt-officer", "a\r\n b"), HEADER),
    "officer-with-line-feed": (value_is("lt-officer", "a\n"), HEADER),
    "purpose-injects-lines": (value_is("lt-purpose", INJECTION), HEADER),
    "case-with-outer-space": (value_is("lt-case", " HS-1"), HEADER),
    "case-with-trailing-space": (value_is("lt-case", "HS-1 "), HEADER),
    "case-empty": (value_is("lt-case", ""), HEADER),
    "case-of-129-bytes": (value_is("lt-case", "c" * (LONGEST_VALUE + 1)), HEADER),
    "case-of-9-kb": (value_is("lt-case", "c" * 9_000), HEADER),
    "content-type-not-ascii": (value_is("content-type", "application/jsön"), HEADER),
    "request-id-empty": (value_is("lt-request-id", ""), HEADER),
    "request-id-with-space": (value_is("lt-request-id", "a b"), HEADER),
    "request-id-with-percent": (value_is("lt-request-id", "a%20b"), HEADER),
    "request-id-of-65-characters": (value_is("lt-request-id", "r" * 65), HEADER),
    "request-id-repeated": (repeated("lt-request-id"), HEADER),
    "purpose-repeated": (repeated("lt-purpose"), HEADER),
    "officer-repeated": (repeated("lt-officer"), HEADER),
    "content-type-repeated": (repeated("content-type"), HEADER),
}


def method_is(method: str) -> Attack:
    def attack(wire: Wire) -> None:
        wire.method = method

    return attack


def signed_method(method: str) -> Attack:
    def attack(wire: Wire) -> None:
        wire.method = method
        wire.resign()

    return attack


def uri_is(uri: str) -> Attack:
    """Change the target after signing."""

    def attack(wire: Wire) -> None:
        wire.uri = uri

    return attack


def signed_uri(uri: str) -> Attack:
    """Sign another target properly."""

    def attack(wire: Wire) -> None:
        wire.uri = uri
        wire.resign()

    return attack


TARGETS: dict[str, tuple[Attack, Code]] = {
    "method-exchanged": (method_is("PUT"), INVALID),
    "method-in-lower-case": (signed_method("post"), Code.METHOD_NOT_ALLOWED),
    "method-head": (signed_method("HEAD"), Code.METHOD_NOT_ALLOWED),
    "method-patch": (signed_method("PATCH"), Code.METHOD_NOT_ALLOWED),
    "method-connect": (signed_method("CONNECT"), Code.METHOD_NOT_ALLOWED),
    "method-not-ascii": (signed_method("PÓST"), Code.METHOD_NOT_ALLOWED),
    "service-exchanged": (uri_is(URI.replace("lookup", "verify")), INVALID),
    "host-exchanged": (uri_is(URI.replace("hub", "sandbox")), INVALID),
    "scheme-exchanged": (uri_is(URI.replace("https", "http")), INVALID),
    "port-added": (uri_is(URI.replace("example", "example:443")), INVALID),
    "port-of-six-digits": (signed_uri(URI.replace("example", "example:044300")), TARGET),
    "host-in-upper-case": (signed_uri(URI.replace("hub", "HUB")), TARGET),
    "host-with-user": (signed_uri(URI.replace("hub", "agency@hub")), TARGET),
    "host-not-ascii": (signed_uri(URI.replace("hub", "hüb")), TARGET),
    "path-in-upper-case": (uri_is(URI.replace("lookup", "LOOKUP")), INVALID),
    "path-percent-encoded": (signed_uri(URI.replace("lookup", "%6cookup")), TARGET),
    "path-with-encoded-slash": (signed_uri(URI.replace("v1/", "v1%2F")), TARGET),
    "path-with-dot-segment": (signed_uri(URI.replace("v1/", "v1/./")), TARGET),
    "path-with-two-dots": (signed_uri(URI.replace("v1/", "v1/../v1/")), TARGET),
    "path-with-empty-segment": (signed_uri(URI.replace("v1/", "v1//")), TARGET),
    "path-with-trailing-slash": (signed_uri(URI + "/"), TARGET),
    "path-with-parameter": (signed_uri(URI + ";a=1"), TARGET),
    "path-with-backslash": (signed_uri(URI.replace("v1/", "v1\\")), TARGET),
    "path-with-space": (signed_uri(URI.replace("lookup", "look up")), TARGET),
    "path-with-line-feed": (signed_uri(URI + "\n"), TARGET),
    "path-not-ascii": (signed_uri(URI + "đ"), TARGET),
    "path-missing": (signed_uri("https://hub.example"), TARGET),
    "path-only": (signed_uri("/v1/lookup"), TARGET),
    "target-of-9-kb": (signed_uri(URI + "/a" * 4_500), TARGET),
    "fragment": (signed_uri(URI + "#x"), TARGET),
    "query-added": (uri_is(URI + "?a=1"), INVALID),
    "query-empty": (signed_uri(URI + "?"), TARGET),
    "query-repeats-a-name": (signed_uri(URI + "?a=1&a=2"), TARGET),
    "query-with-plus": (signed_uri(URI + "?a=1+2"), TARGET),
    "query-with-encoded-space": (signed_uri(URI + "?a=1%202"), TARGET),
    "query-with-semicolon": (signed_uri(URI + "?a=1;b=2"), TARGET),
    "query-without-value": (signed_uri(URI + "?a"), TARGET),
    "query-with-second-mark": (signed_uri(URI + "?a=1?b=2"), TARGET),
    "query-ends-in-ampersand": (signed_uri(URI + "?a=1&"), TARGET),
    "other-scheme": (signed_uri(URI.replace("https", "ftp")), TARGET),
}
ALL = BODIES | VALUES | TARGETS


@pytest.mark.law("R1.1")
@pytest.mark.parametrize("name", ALL)
def test_a_message_changed_or_ambiguous_is_refused(name: str) -> None:
    attack, code = ALL[name]
    wire = good()
    assert wire.verdict() is None
    attack(wire)
    assert wire.verdict() is code


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-http-method-override", "DELETE"),
        ("x-method-override", "GET"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "/v1/admin"),
        ("host", "evil.example"),
        (":authority", "evil.example"),
        ("transfer-encoding", "chunked"),
        ("content-length", "0"),
        ("accept", "text/html"),
        ("date", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("@method", "DELETE"),
        ("@target-uri", "https://evil.example/"),
    ],
)
def test_headers_outside_the_signature_change_nothing_the_application_reads(name: str, value: str) -> None:
    wire = good()
    before = wire.read()
    wire.add(name, value)
    wire.headers.insert(0, (name, value))
    assert isinstance(before, RequestSignature)
    assert wire.read() == before


def test_the_longest_values_are_accepted() -> None:
    wire = good()
    wire.put("lt-case", "c" * LONGEST_VALUE)
    wire.put("lt-request-id", "r" * 64)
    wire.add("lt-subject", "s" * LONGEST_SUBJECT)
    wire.resign(*COMPONENTS, '"lt-subject"')
    assert wire.verdict() is None
    wire.put("lt-subject", "s" * (LONGEST_SUBJECT + 1))
    wire.resign(*COMPONENTS, '"lt-subject"')
    assert wire.verdict() is HEADER


def test_a_query_with_distinct_plain_names_is_accepted() -> None:
    wire = good_get()
    assert wire.verdict() is None
    wire.now = NOW + 60
    assert wire.verdict() is None


def test_in_lt_1p_the_platform_may_rewrite_the_address_but_not_the_service() -> None:
    from lienthong_protocol.signing import Profile

    wire = good(profile=Profile.LT1P)
    assert wire.verdict() is None
    wire.uri = "http://10.0.0.7:8080/rewritten/%20by?a platform"
    found = wire.read()
    assert isinstance(found, RequestSignature)
    assert found.target_uri is None
    assert found.target == URI
    assert wire.verdict() is None
    wire.put("lt-target", URI.replace("lookup", "verify"))
    assert wire.verdict() is INVALID
