"""What is signed by the profile is read back whole; nothing else gets through, and nothing raises."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.base import RequestMessage, signature_base, signature_input_member
from lienthong_protocol.digest import content_digest
from lienthong_protocol.keys import Algorithm, SigningKey, generate
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.signature_parameters import in_window, read_in_any_order
from lienthong_protocol.signing import (
    Profile,
    RequestSignature,
    SigningError,
    authentic,
    read_request,
    sign_request,
)

NOW = 1_795_000_000
URI = "https://hub.example/v1/lookup"
NONCE = "q83vEjRWeJCrze8SNFZ4kA"
KEYS = {algorithm: generate(algorithm, bytes(range(32))) for algorithm in Algorithm}
KEY = KEYS[Algorithm.ED25519]
CONTEXT = {
    "lt-purpose": "patient-identification",
    "lt-officer": "bs-0231",
    "lt-case": "HS 2026/0001",
    "lt-consent": "dy-77",
    "lt-subject": "eyJhbGciOiJFUzI1NiJ9." + "s" * 900,
}

plain = st.from_regex(r"[!-~]([ -~]{0,60}[!-~])?", fullmatch=True)
contexts = st.fixed_dictionaries({}, optional=dict.fromkeys(CONTEXT, plain))
request_ids = st.from_regex(r"[A-Za-z0-9._~:/-]{1,64}", fullmatch=True)
nonces = st.from_regex(r"[A-Za-z0-9_-]{22,64}", fullmatch=True)


def signed(
    *,
    method: str = "POST",
    uri: str = URI,
    headers: list[tuple[str, str]] | None = None,
    body: bytes = b"{}",
    key: SigningKey = KEY,
    created: int = NOW,
    nonce: str = NONCE,
    expires: int | None = None,
) -> list[tuple[str, str]]:
    given_headers = [("lt-request-id", "a-1"), ("content-type", "application/json")]
    return sign_request(
        method=method,
        target_uri=uri,
        headers=given_headers if headers is None else headers,
        body=body,
        key=key,
        created=created,
        nonce=nonce,
        expires=expires,
    )


@settings(deadline=None, max_examples=80)
@given(
    context=contexts,
    request_id=request_ids,
    nonce=nonces,
    body=st.binary(max_size=60),
    method=st.sampled_from(["POST", "PUT", "GET", "DELETE"]),
    algorithm=st.sampled_from(Algorithm),
    expires=st.none() | st.integers(NOW + 1, NOW + 60),
    target=st.none() | plain,
    content_type=plain,
)
def test_what_is_signed_is_read_back_and_nothing_else(
    context: dict[str, str],
    request_id: str,
    nonce: str,
    body: bytes,
    method: str,
    algorithm: Algorithm,
    expires: int | None,
    target: str | None,
    content_type: str,
) -> None:
    has_body = method in {"POST", "PUT"}
    body = body if has_body else b""
    headers = [("lt-request-id", request_id), *context.items()]
    headers += [("content-type", content_type)] * has_body
    key = KEYS[algorithm]
    profile = Profile.LT1 if target is None else Profile.LT1P
    sent = sign_request(
        method=method,
        target_uri=URI,
        headers=headers,
        body=body,
        key=key,
        created=NOW,
        nonce=nonce,
        expires=expires,
        profile=profile,
        target=target,
    )
    read = read_request(
        method=method, target_uri=URI, headers=[("host", "x"), *sent], body=body, now=expires or NOW + 60
    )
    assert isinstance(read, RequestSignature)
    assert authentic(read, key.verifying_key)
    assert read.profile is profile
    assert read.method == method
    assert read.target_uri == (None if target else URI)
    assert read.target == target
    assert read.content_digest == (content_digest(body) if has_body else None)
    assert read.content_type == (content_type if has_body else None)
    assert read.request_id == request_id
    found = (read.purpose, read.officer, read.case, read.consent, read.subject)
    assert found == tuple(context.get(name) for name in CONTEXT)
    assert (read.key_id, read.created, read.expires, read.nonce) == (key.key_id, NOW, expires, nonce)
    assert read.signature_input.endswith(read.params)
    assert f"lt=:{read.signature_base64}:" == dict(sent)["signature"]
    member = signature_input_member(sent, "lt")
    assert read.base == signature_base(RequestMessage(method, URI, sent), member)


@settings(deadline=None, max_examples=40)
@given(order=st.permutations(["created", "expires", "keyid", "nonce", "tag"]), taken=st.booleans())
def test_parameters_may_come_in_any_order(order: list[str], taken: bool) -> None:
    texts = {
        "created": str(NOW),
        "expires": str(NOW + 30),
        "keyid": f'"{KEY.key_id}"',
        "nonce": f'"{NONCE}"',
        "tag": '"lienthong-req-1"',
    }
    names = [name for name in order if taken or name != "expires"]
    params = "".join(f";{name}={texts[name]}" for name in names)
    found = read_in_any_order(params)
    assert not isinstance(found, Refuse)
    assert in_window(found, NOW) == (NOW, NOW + 30 if taken else None, KEY.key_id, NONCE)

    sent = dict(signed())
    components = sent["signature-input"].removeprefix("lt=").partition(")")[0] + ")"
    sent["signature-input"] = f"lt={components}{params}"
    read = read_request(method="POST", target_uri=URI, headers=list(sent.items()), body=b"{}", now=NOW)
    assert isinstance(read, RequestSignature)
    assert read.params == params
    assert read.base.endswith(f'"@signature-params": {components}{params}'.encode())


def test_a_value_is_judged_the_same_whatever_the_order_of_parameters() -> None:
    sent = dict(signed(headers=[("lt-request-id", "a-1"), ("content-type", "a"), ("lt-case", "c")]))
    usual = sent["signature-input"]
    parts = usual.split(";")
    for spelling in (usual, ";".join([parts[0], *reversed(parts[1:])])):
        for name, value, code in (
            ("lt-case", " c", Code.INVALID_HEADER),
            ("lt-request-id", "a b", Code.INVALID_HEADER),
            ("content-digest", "md5=:AAAA:", Code.DIGEST_MISMATCH),
        ):
            headers = list({**sent, "signature-input": spelling, name: value}.items())
            read = read_request(method="POST", target_uri=URI, headers=headers, body=b"{}", now=NOW)
            assert isinstance(read, Refuse)
            assert read.code is code


class RecordingKey:
    """A key that shows what it was asked to sign, as a key in a device would."""

    def __init__(self) -> None:
        self.key_id, self.algorithm, self.jwk = KEY.key_id, KEY.algorithm, KEY.jwk
        self.messages: list[bytes] = []

    def sign(self, message: bytes) -> bytes:
        self.messages.append(message)
        return KEY.sign(message)


def test_any_signing_key_will_do() -> None:
    key = RecordingKey()
    sent = signed(key=key)
    read = read_request(method="POST", target_uri=URI, headers=sent, body=b"{}", now=NOW)
    assert isinstance(read, RequestSignature)
    assert key.messages == [read.base]


UNSENDABLE: dict[str, Callable[[], object]] = {
    "no-request-id": lambda: signed(headers=[("content-type", "a")]),
    "no-content-type": lambda: signed(headers=[("lt-request-id", "a")]),
    "content-type-without-body": lambda: signed(method="GET", body=b""),
    "body-with-get": lambda: signed(method="GET", headers=[("lt-request-id", "a")]),
    "unknown-method": lambda: signed(method="PATCH", headers=[("lt-request-id", "a")]),
    "undefined-header": lambda: signed(
        headers=[("lt-request-id", "a"), ("content-type", "a"), ("lt-x", "1")]
    ),
    "repeated-header": lambda: signed(
        headers=[("lt-request-id", "a"), ("content-type", "a"), ("content-type", "a")]
    ),
    "own-digest": lambda: signed(
        headers=[("lt-request-id", "a"), ("content-type", "a"), ("content-digest", "x")]
    ),
    "own-signature": lambda: signed(
        headers=[("lt-request-id", "a"), ("content-type", "a"), ("signature", "x")]
    ),
    "value-not-ascii": lambda: signed(headers=[("lt-request-id", "a"), ("content-type", "đ")]),
    "value-with-outer-space": lambda: signed(headers=[("lt-request-id", "a"), ("content-type", " a")]),
    "encoded-target": lambda: signed(uri=URI + "%20"),
    "short-nonce": lambda: signed(nonce="abc"),
    "expires-too-late": lambda: signed(expires=NOW + 61),
    "created-negative": lambda: signed(created=-1),
    "target-without-platform": lambda: sign_request(
        method="GET",
        target_uri=URI,
        headers=[("lt-request-id", "a")],
        body=b"",
        key=KEY,
        created=NOW,
        nonce=NONCE,
        target="t",
    ),
    "platform-without-target": lambda: sign_request(
        method="GET",
        target_uri=URI,
        headers=[("lt-request-id", "a")],
        body=b"",
        key=KEY,
        created=NOW,
        nonce=NONCE,
        profile=Profile.LT1P,
    ),
}


@pytest.mark.parametrize("name", UNSENDABLE)
def test_nothing_is_signed_that_the_profile_would_refuse(name: str) -> None:
    with pytest.raises(SigningError):
        UNSENDABLE[name]()


NAMES = [
    "signature", "signature-input", "content-digest", "content-type", "lt-request-id", "lt-purpose",
    "lt-officer", "lt-case", "lt-consent", "lt-subject", "lt-target", "lt-x", "host", "",
]  # fmt: skip
GOOD = dict(signed(headers=[("lt-request-id", "a-1"), ("content-type", "a"), ("lt-case", "c")]))
fuzzed_values = st.text(max_size=30) | st.text(alphabet='lt=:;"() @-\n\r\t\0đ\udc80', max_size=40)


@settings(deadline=None, max_examples=400)
@given(
    headers=st.lists(st.tuples(st.sampled_from(NAMES), fuzzed_values), max_size=12),
    method=st.sampled_from(["POST", "GET"]) | st.text(max_size=6),
    uri=st.just(URI) | st.text(max_size=30),
    body=st.binary(max_size=8),
    now=st.just(NOW) | st.integers(-(2**70), 2**70),
)
def test_arbitrary_headers_give_a_refusal_and_raise_nothing(
    headers: list[tuple[str, str]], method: str, uri: str, body: bytes, now: int
) -> None:
    found = read_request(method=method, target_uri=uri, headers=headers, body=body, now=now)
    assert isinstance(found, Refuse)


@settings(deadline=None, max_examples=400)
@given(
    name=st.sampled_from(sorted(GOOD)),
    start=st.integers(0, 300),
    length=st.integers(0, 40),
    put=fuzzed_values,
    method=st.just("POST") | st.text(max_size=5),
    uri=st.just(URI) | st.text(max_size=20),
)
def test_a_good_message_with_any_damage_gives_a_refusal_and_raises_nothing(
    name: str, start: int, length: int, put: str, method: str, uri: str
) -> None:
    old = GOOD[name]
    start %= len(old) + 1
    changed = old[:start] + put + old[start + length :]
    headers = list({**GOOD, name: changed}.items())
    found = read_request(method=method, target_uri=uri, headers=headers, body=b"{}", now=NOW)
    if isinstance(found, RequestSignature):
        same = changed == old and method == "POST" and uri == URI
        assert authentic(found, KEY.verifying_key) is same


def test_refusals_never_repeat_what_the_caller_sent() -> None:
    for name in GOOD:
        headers = list({**GOOD, name: "099090000017 \u0111"}.items())
        found = read_request(method="POST", target_uri=URI, headers=headers, body=b"{}", now=NOW)
        assert isinstance(found, Refuse)
        assert "099090000017" not in found.detail
        assert found.detail.isascii()
