"""Who is calling, as a pure question: which key, which profile, which service."""

from types import SimpleNamespace

import msgspec
import pytest

from lienthong.core.grant import compile_grant
from lienthong.core.grant_document import encode_document
from lienthong.gateway.identify import Caller, Unknown, identify
from lienthong.gateway.limits import Buckets
from lienthong.gateway.messages import Message
from lienthong_protocol.profile import Profile
from lienthong_protocol.refusals import Code
from lienthong_protocol.signing import sign_request
from tests.core import granting

ORIGIN = "https://hub.example"
BODY = b"{}"


def grants(*profiles: str) -> SimpleNamespace:
    document = granting.document()
    system = msgspec.structs.replace(document.system, profiles=profiles)
    grant = compile_grant(encode_document(msgspec.structs.replace(document, system=system)))
    return SimpleNamespace(by_key=lambda key_id: grant if key_id in grant.keys else None)


def message(served: str, signed: str, profile: Profile) -> Message:
    headers = sign_request(
        method="POST",
        target_uri=signed,
        headers=[("content-type", "application/json"), ("lt-request-id", "r-1")],
        body=BODY,
        key=granting.KEY,
        created=granting.NOW // 1_000_000,
        nonce="n" * 22,
        profile=profile,
        target=signed if profile is Profile.LT1P else None,
    )
    return Message("POST", served, "", headers, BODY, "127.0.0.1")


def call(sent: Message, *profiles: str, failures: Buckets | None = None) -> Caller | Unknown:
    buckets = Buckets(rate=0.5, burst=3) if failures is None else failures
    return identify(grants(*profiles), sent, origin=ORIGIN, now=granting.NOW, failures=buckets)


@pytest.mark.law("R3.1", "R1.1")
def test_a_platform_may_rewrite_the_url_but_not_the_service() -> None:
    sent = message("/v1/lookup", f"{ORIGIN}/v1/lookup", Profile.LT1P)
    assert isinstance(call(sent, "lt-1", "lt-1p"), Caller)
    redirected = message("/v1/verify", f"{ORIGIN}/v1/lookup", Profile.LT1P)
    found = call(redirected, "lt-1", "lt-1p")
    assert isinstance(found, Unknown)
    assert found.refusal.code is Code.INVALID_TARGET


def test_a_profile_that_was_not_agreed_is_refused() -> None:
    found = call(message("/v1/lookup", f"{ORIGIN}/v1/lookup", Profile.LT1P), "lt-1")
    assert isinstance(found, Unknown)
    assert found.refusal.code is Code.PROOF_KIND_NOT_AGREED


def test_failed_signatures_of_an_address_shut_it_out_before_the_next_is_checked() -> None:
    failures = Buckets(rate=0.0, burst=2)
    good = message("/v1/lookup", f"{ORIGIN}/v1/lookup", Profile.LT1)
    other = message("/v1/verify", f"{ORIGIN}/v1/lookup", Profile.LT1)
    codes = []
    for sent in (other, other, other, good):
        found = call(sent, "lt-1", failures=failures)
        assert isinstance(found, Unknown)
        codes.append(found.refusal.code)
    assert codes == [Code.SIGNATURE_INVALID] * 2 + [Code.TOO_MANY_FAILURES] * 2
