"""Attacks on answers: forged, exchanged, replayed or stripped on the way. The client accepts none of them."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from lienthong_protocol.base import (
    RequestMessage,
    ResponseMessage,
    signature_base,
    signature_input_member,
)
from lienthong_protocol.digest import content_digest
from lienthong_protocol.keys import SigningKey
from lienthong_protocol.response_signing import (
    FaultKind,
    ResponseFault,
    ResponseKey,
    ResponseSigner,
    verify_response,
)
from lienthong_protocol.signing import RequestSignature
from tests.evil.signing.wire import BODY, HUB, KEY, NOW, STRANGER, Wire, good, good_get

ANSWER = b'{"values":{"sex":"male"},"flags":{}}'
RECEIPT = (
    "index=41, leaf=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:, "
    'salt=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:, at="1795000000000000"'
)
COMPONENTS = (
    '"@status"', '"content-digest"', '"content-type"', '"lt-receipt"', '"lt-notice"', '"@method";req',
    '"@target-uri";req', '"content-digest";req', '"signature";req;key="lt"', '"signature-input";req;key="lt"',
)  # fmt: skip


def request_of(wire: Wire) -> RequestSignature:
    found = wire.read()
    assert isinstance(found, RequestSignature)
    return found


@dataclass
class Answer:
    """One answer on its way, with the request the client believes it answers."""

    wire: Wire
    status: int = 200
    body: bytes = ANSWER
    headers: list[tuple[str, str]] = field(default_factory=list)
    key: SigningKey = HUB
    valid_from: int = NOW - 1000
    valid_until: int | None = None

    def value(self, name: str) -> str:
        return next(value for found, value in self.headers if found == name)

    def put(self, name: str, value: str) -> None:
        self.headers = [(found, value if found == name else old) for found, old in self.headers]

    def drop(self, name: str) -> None:
        self.headers = [(found, value) for found, value in self.headers if found != name]

    def resign(self, *components: str, created: str = str(NOW + 1), end: str | None = None) -> None:
        """Sign the answer as it stands with the hub's key, over any components with any parameters."""
        self.put("content-digest", content_digest(self.body))
        rest = f';keyid="{self.key.key_id}";tag="lienthong-res-1"' if end is None else end
        text = f"({' '.join(components or COMPONENTS)});created={created}{rest}"
        self.put("signature-input", f"lt={text}")
        request = RequestMessage(self.wire.method, self.wire.uri, self.wire.headers)
        try:
            member = signature_input_member(self.headers, "lt")
            base = signature_base(ResponseMessage(self.status, self.headers, request), member)
        except ValueError:
            base = b""
        self.put("signature", f"lt=:{b64encode(self.key.sign(base)).decode()}:")

    def fault(self) -> FaultKind | None:
        keys = {
            known.key_id: ResponseKey(known.verifying_key, self.valid_from, self.valid_until)
            for known in (HUB,)
        }
        found = verify_response(
            request=request_of(self.wire), status=self.status, headers=self.headers, body=self.body, keys=keys
        )
        return found.kind if isinstance(found, ResponseFault) else None


def good_answer(wire: Wire | None = None) -> Answer:
    wire = wire or good()
    headers = ResponseSigner(HUB).sign(
        request=request_of(wire),
        status=200,
        headers=[
            ("content-type", "application/json"),
            ("lt-receipt", RECEIPT),
            ("lt-notice", "key ends soon"),
        ],
        body=ANSWER,
        created=NOW + 1,
    )
    return Answer(wire, headers=[("date", "x"), *headers])


Attack = Callable[[Answer], object]
MALFORMED, SIGNATURE, DIGEST, TIME = (
    FaultKind.MALFORMED,
    FaultKind.SIGNATURE,
    FaultKind.DIGEST,
    FaultKind.TIME,
)


def without(component: str) -> Attack:
    return lambda answer: answer.resign(*(name for name in COMPONENTS if name != component))


def replaced(component: str, by: str) -> Attack:
    return lambda answer: answer.resign(*(by if name == component else name for name in COMPONENTS))


def changed(**changes: object) -> Attack:
    def attack(answer: Answer) -> None:
        for name, value in changes.items():
            setattr(answer, name, value)

    return attack


def both(first: Attack, second: Attack) -> Attack:
    def attack(answer: Answer) -> None:
        first(answer)
        second(answer)

    return attack


def put(name: str, value: str) -> Attack:
    return lambda answer: answer.put(name, value)


def added(name: str, value: str) -> Attack:
    return lambda answer: answer.headers.append((name, value))


def repeated(name: str) -> Attack:
    return lambda answer: answer.headers.append((name, answer.value(name)))


def another_question(answer: Answer) -> None:
    """The client asked with another nonce: the same answer to the same words, but not to its request."""
    wire = good()
    wire.resign(params=wire.params(nonce='"AAAAAAAAAAAAAAAAAAAAAA"'))
    answer.wire = wire


def another_person(answer: Answer) -> None:
    wire = good()
    wire.body = BODY.replace(b"099090000017", b"099090000018")
    wire.resign()
    answer.wire = wire


def another_system(answer: Answer) -> None:
    """The answer to a request of the same words that another system signed."""
    wire = good(STRANGER)
    answer.wire = wire


def stripped(answer: Answer) -> None:
    answer.drop("signature")
    answer.drop("signature-input")


def signed_by_the_caller(answer: Answer) -> None:
    """An insider signs an answer with an agency's key and names the hub's."""
    hub = answer.key
    answer.key = KEY
    answer.resign(end=f';keyid="{hub.key_id}";tag="lienthong-res-1"')


def request_echoed(answer: Answer) -> None:
    """The request's own signature headers come back as those of the answer."""
    answer.put("signature", answer.wire.value("signature"))
    answer.put("signature-input", answer.wire.value("signature-input"))


ATTACKS: dict[str, tuple[Attack, FaultKind]] = {
    "not-signed": (stripped, FaultKind.UNSIGNED),
    "signature-without-input": (lambda answer: answer.drop("signature-input"), MALFORMED),
    "input-without-signature": (lambda answer: answer.drop("signature"), MALFORMED),
    "digest-missing": (lambda answer: answer.drop("content-digest"), MALFORMED),
    "content-type-missing": (lambda answer: answer.drop("content-type"), MALFORMED),
    "status-not-covered": (without('"@status"'), MALFORMED),
    "digest-not-covered": (without('"content-digest"'), MALFORMED),
    "content-type-not-covered": (without('"content-type"'), MALFORMED),
    "receipt-not-covered": (without('"lt-receipt"'), MALFORMED),
    "notice-not-covered": (without('"lt-notice"'), MALFORMED),
    "method-of-request-not-covered": (without('"@method";req'), MALFORMED),
    "target-of-request-not-covered": (without('"@target-uri";req'), MALFORMED),
    "digest-of-request-not-covered": (without('"content-digest";req'), MALFORMED),
    "signature-of-request-not-covered": (without('"signature";req;key="lt"'), MALFORMED),
    "parameters-of-request-not-covered": (without('"signature-input";req;key="lt"'), MALFORMED),
    "req-removed": (replaced('"@method";req', '"@method"'), MALFORMED),
    "req-removed-from-signature": (replaced('"signature";req;key="lt"', '"signature";key="lt"'), MALFORMED),
    "key-removed-from-signature": (replaced('"signature";req;key="lt"', '"signature";req'), MALFORMED),
    "other-label-of-request": (
        replaced('"signature";req;key="lt"', '"signature";req;key="sig1"'),
        MALFORMED,
    ),
    "other-order": (lambda answer: answer.resign(*reversed(COMPONENTS)), MALFORMED),
    "extra-component": (lambda answer: answer.resign(*COMPONENTS, '"date"'), MALFORMED),
    "tag-of-a-request": (
        lambda answer: answer.resign(end=f';keyid="{HUB.key_id}";tag="lienthong-req-1"'),
        MALFORMED,
    ),
    "tag-missing": (lambda answer: answer.resign(end=f';keyid="{HUB.key_id}"'), MALFORMED),
    "keyid-missing": (lambda answer: answer.resign(end=';tag="lienthong-res-1"'), MALFORMED),
    "alg-parameter": (
        lambda answer: answer.resign(end=f';keyid="{HUB.key_id}";alg="ed25519";tag="lienthong-res-1"'),
        MALFORMED,
    ),
    "created-missing": (
        lambda answer: answer.put("signature-input", answer.value("signature-input").replace("created", "x")),
        MALFORMED,
    ),
    "created-as-string": (lambda answer: answer.resign(created=f'"{NOW}"'), MALFORMED),
    "created-negative": (lambda answer: answer.resign(created="-5"), MALFORMED),
    "created-before-the-request": (lambda answer: answer.resign(created=str(NOW - 11)), TIME),
    "created-long-after-the-request": (lambda answer: answer.resign(created=str(NOW + 181)), TIME),
    "key-not-yet-valid": (changed(valid_from=NOW + 2), TIME),
    "key-ended": (changed(valid_until=NOW), TIME),
    "signed-by-an-unknown-key": (
        both(changed(key=STRANGER), lambda answer: answer.resign()),
        FaultKind.KEY_UNKNOWN,
    ),
    "signed-by-an-agency-in-the-hubs-name": (signed_by_the_caller, SIGNATURE),
    "signature-of-the-request": (request_echoed, MALFORMED),
    "status-changed": (changed(status=404), SIGNATURE),
    "body-changed": (changed(body=ANSWER.replace(b"male", b"female")), DIGEST),
    "body-emptied": (changed(body=b""), DIGEST),
    "body-and-digest-changed": (
        both(changed(body=b"{}"), lambda answer: answer.put("content-digest", content_digest(b"{}"))),
        SIGNATURE,
    ),
    "digest-of-other-algorithm": (put("content-digest", "sha-512=:AAAA:"), DIGEST),
    "content-type-changed": (put("content-type", "text/html"), SIGNATURE),
    "content-type-not-ascii": (put("content-type", "text/đ"), MALFORMED),
    "content-type-over-1-kb": (put("content-type", "t" * 1_025), MALFORMED),
    "content-type-empty": (put("content-type", ""), MALFORMED),
    "receipt-changed": (put("lt-receipt", RECEIPT.replace("41", "42")), SIGNATURE),
    "receipt-removed": (lambda answer: answer.drop("lt-receipt"), MALFORMED),
    "notice-removed": (lambda answer: answer.drop("lt-notice"), MALFORMED),
    "undefined-lt-header": (added("lt-other", "x"), MALFORMED),
    "receipt-repeated": (repeated("lt-receipt"), MALFORMED),
    "signature-repeated": (repeated("signature"), MALFORMED),
    "content-type-repeated": (repeated("content-type"), MALFORMED),
    "signature-of-63-bytes": (put("signature", f"lt=:{b64encode(bytes(63)).decode()}:"), MALFORMED),
    "signature-of-zeros": (put("signature", f"lt=:{b64encode(bytes(64)).decode()}:"), SIGNATURE),
    "two-signatures": (
        lambda answer: answer.put("signature", f"{answer.value('signature')}, x=:AAAA:"),
        MALFORMED,
    ),
    "answer-to-another-question": (another_question, SIGNATURE),
    "answer-about-another-person": (another_person, SIGNATURE),
    "answer-to-another-system": (another_system, SIGNATURE),
}


@pytest.mark.law("R1.1")
@pytest.mark.parametrize("name", ATTACKS)
def test_the_client_refuses_every_answer_that_is_not_the_hubs_to_this_request(name: str) -> None:
    attack, kind = ATTACKS[name]
    answer = good_answer()
    assert answer.fault() is None
    attack(answer)
    assert answer.fault() is kind


@pytest.mark.parametrize("seconds", [-10, 0, 180])
def test_the_time_of_an_answer_fits_any_clock_the_hub_would_accept(seconds: int) -> None:
    answer = good_answer()
    answer.resign(created=str(NOW + seconds))
    assert answer.fault() is None


def test_an_answer_to_a_request_without_body_is_bound_by_its_signature() -> None:
    answer = good_answer(good_get())
    assert answer.fault() is None
    other = good_get()
    other.resign(
        '"@method"',
        '"@target-uri"',
        '"lt-request-id"',
        params=other.params(nonce='"AAAAAAAAAAAAAAAAAAAAAA"'),
    )
    assert replace(answer, wire=other).fault() is SIGNATURE
