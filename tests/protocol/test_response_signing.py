"""An answer is signed for one request and verified with the hub's keys."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.base import (
    RequestMessage,
    ResponseMessage,
    signature_base,
    signature_input_member,
    signature_member,
)
from lienthong_protocol.keys import Algorithm, generate
from lienthong_protocol.response_signing import (
    ResponseFault,
    ResponseKey,
    ResponseSigner,
    VerifiedResponse,
    verify_response,
)
from lienthong_protocol.signing import (
    Profile,
    RequestSignature,
    SigningError,
    read_request,
    sign_request,
)

NOW = 1_795_000_000
URI = "https://hub.example/v1/lookup"
KEY = generate(Algorithm.ED25519, bytes(range(32)))
HUBS = {algorithm: generate(algorithm, bytes(range(1, 33))) for algorithm in Algorithm}
KEYS = {key.key_id: ResponseKey(key.verifying_key, NOW - 5, NOW + 500) for key in HUBS.values()}

plain = st.from_regex(r"[!-~]([ -~]{0,60}[!-~])?", fullmatch=True)


def request(
    method: str = "POST", *, target: str | None = None
) -> tuple[RequestSignature, list[tuple[str, str]]]:
    has_body = method == "POST"
    sent = sign_request(
        method=method,
        target_uri=URI,
        headers=[("lt-request-id", "a-1"), *([("content-type", "application/json")] * has_body)],
        body=b"{}" * has_body,
        key=KEY,
        created=NOW,
        nonce="q83vEjRWeJCrze8SNFZ4kA",
        profile=Profile.LT1 if target is None else Profile.LT1P,
        target=target,
    )
    read = read_request(method=method, target_uri=URI, headers=sent, body=b"{}" * has_body, now=NOW)
    assert isinstance(read, RequestSignature)
    return read, sent


@settings(deadline=None, max_examples=80)
@given(
    method=st.sampled_from(["POST", "GET"]),
    target=st.none() | plain,
    algorithm=st.sampled_from(Algorithm),
    status=st.sampled_from([200, 403, 404, 503]),
    body=st.binary(max_size=80),
    content_type=plain,
    receipt=st.none() | plain,
    notice=st.none() | plain,
    created=st.integers(NOW - 5, NOW + 60),
)
def test_what_the_hub_signs_is_what_the_client_gets(
    method: str,
    target: str | None,
    algorithm: Algorithm,
    status: int,
    body: bytes,
    content_type: str,
    receipt: str | None,
    notice: str | None,
    created: int,
) -> None:
    asked, sent = request(method, target=target)
    headers = [("content-type", content_type), ("cache-control", "no-store")]
    headers += [("lt-notice", notice)] if notice else []
    headers += [("lt-receipt", receipt)] if receipt else []
    hub = HUBS[algorithm]
    signed = ResponseSigner(hub).sign(
        request=asked, status=status, headers=headers, body=body, created=created
    )
    read = verify_response(request=asked, status=status, headers=signed, body=body, keys=KEYS)
    assert isinstance(read, VerifiedResponse)
    assert (read.status, read.body, read.content_type) == (status, body, content_type)
    assert (read.receipt, read.notice, read.key_id, read.created) == (receipt, notice, hub.key_id, created)
    assert f"lt=:{read.signature_base64}:" == dict(signed)["signature"]
    assert dict(signed)["signature-input"].endswith(read.params)
    assert dict(signed)["content-digest"] == read.content_digest

    member = signature_input_member(signed, "lt")
    message = ResponseMessage(status, signed, RequestMessage(method, URI, sent))
    assert hub.verifying_key.verify(
        message=signature_base(message, member), signature=signature_member(signed, "lt")
    )


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("lt-receipt", "x")],
        [("content-type", "a"), ("content-type", "a")],
        [("content-type", "a"), ("lt-receipt", "x"), ("lt-receipt", "x")],
        [("content-type", "a"), ("lt-notice", "x"), ("lt-notice", "x")],
        [("content-type", "a"), ("lt-other", "x")],
        [("content-type", "a"), ("content-digest", "x")],
        [("content-type", "a"), ("signature", "x")],
        [("content-type", "a"), ("signature-input", "x")],
        [("content-type", "")],
        [("content-type", "a\nb")],
        [("content-type", "a"), ("lt-notice", "sắp hết hạn")],
        [("content-type", "a"), ("lt-notice", "n" * 1_025)],
        [("content-type", "a"), ("lt-receipt", " x")],
    ],
)
def test_an_answer_that_could_not_be_verified_is_not_signed(headers: list[tuple[str, str]]) -> None:
    asked, _ = request()
    with pytest.raises(SigningError):
        ResponseSigner(HUBS[Algorithm.ED25519]).sign(
            request=asked, status=200, headers=headers, body=b"", created=NOW
        )


NAMES = ["signature", "signature-input", "content-digest", "content-type", "lt-receipt", "lt-notice", "lt-x"]


@settings(deadline=None, max_examples=300)
@given(
    headers=st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=30)), max_size=8),
    status=st.integers(),
    body=st.binary(max_size=8),
)
def test_arbitrary_answers_give_a_fault_and_raise_nothing(
    headers: list[tuple[str, str]], status: int, body: bytes
) -> None:
    asked, _ = request()
    found = verify_response(request=asked, status=status, headers=headers, body=body, keys=KEYS)
    assert isinstance(found, ResponseFault)


@settings(deadline=None, max_examples=300)
@given(
    name=st.sampled_from(["signature", "signature-input", "content-digest", "content-type", "lt-receipt"]),
    start=st.integers(0, 300),
    length=st.integers(0, 30),
    put=st.text(max_size=10) | st.text(alphabet='lt=:;"() \n', max_size=10),
)
def test_a_good_answer_with_any_damage_gives_a_fault_and_raises_nothing(
    name: str, start: int, length: int, put: str
) -> None:
    asked, _ = request()
    signed = ResponseSigner(HUBS[Algorithm.ED25519]).sign(
        request=asked,
        status=200,
        headers=[("content-type", "application/json"), ("lt-receipt", "index=1")],
        body=b"{}",
        created=NOW,
    )
    old = dict(signed)[name]
    start %= len(old) + 1
    changed = old[:start] + put + old[start + length :]
    headers = list({**dict(signed), name: changed}.items())
    found = verify_response(request=asked, status=200, headers=headers, body=b"{}", keys=KEYS)
    assert isinstance(found, ResponseFault) is (changed != old)
