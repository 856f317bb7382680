"""Attacks on what a signature covers: every one is signed properly by a registered key, and refused."""

from collections.abc import Callable

import pytest

from lienthong_protocol.refusals import Code, Refuse
from tests.evil.signing.wire import COMPONENTS, Wire, good, good_get

COVERAGE, MALFORMED, HEADER = Code.COVERAGE_WRONG, Code.SIGNATURE_MALFORMED, Code.INVALID_HEADER
Attack = Callable[[Wire], None]


def without(component: str) -> Attack:
    return lambda wire: wire.resign(*(name for name in COMPONENTS if name != component))


def replaced(component: str, *by: str) -> Attack:
    def attack(wire: Wire) -> None:
        listed = []
        for name in COMPONENTS:
            listed.extend(by if name == component else [name])
        wire.resign(*listed)

    return attack


def unsigned_header(name: str, value: str = "x") -> Attack:
    return lambda wire: wire.add(name, value)


def signed_header(name: str, value: str = "x") -> Attack:
    def attack(wire: Wire) -> None:
        wire.add(name, value)
        wire.resign(*COMPONENTS, f'"{name}"')

    return attack


def absent(name: str) -> Attack:
    """Leave the component in the list and take the header away."""
    return lambda wire: wire.drop(name)


def dropped_and_resigned(name: str) -> Attack:
    def attack(wire: Wire) -> None:
        wire.drop(name)
        wire.resign(*(component for component in COMPONENTS if component != f'"{name}"'))

    return attack


def spelled(change: Callable[[str], str]) -> Attack:
    return lambda wire: wire.put("signature-input", change(wire.value("signature-input")))


def empty_list(wire: Wire) -> None:
    wire.put("signature-input", f"lt=(){wire.params()}")


def moved_officer(wire: Wire) -> None:
    """Name another officer than the one that was signed."""
    wire.put("lt-officer", "bs-9999")


ATTACKS: dict[str, tuple[Attack, Code]] = {
    "method-not-covered": (without('"@method"'), COVERAGE),
    "target-not-covered": (without('"@target-uri"'), COVERAGE),
    "digest-not-covered": (without('"content-digest"'), COVERAGE),
    "content-type-not-covered": (without('"content-type"'), COVERAGE),
    "request-id-not-covered": (without('"lt-request-id"'), COVERAGE),
    "purpose-not-covered": (without('"lt-purpose"'), COVERAGE),
    "officer-not-covered": (without('"lt-officer"'), COVERAGE),
    "case-not-covered": (without('"lt-case"'), COVERAGE),
    "consent-not-covered": (without('"lt-consent"'), COVERAGE),
    "component-twice": (replaced('"lt-case"', '"lt-case"', '"lt-case"'), COVERAGE),
    "foreign-header-covered": (replaced('"lt-case"', '"lt-case"', '"host"'), COVERAGE),
    "authority-instead-of-target": (replaced('"@target-uri"', '"@authority"', '"@path"'), COVERAGE),
    "path-beside-target": (replaced('"@target-uri"', '"@target-uri"', '"@path"'), COVERAGE),
    "query-param-trick": (replaced('"@target-uri"', '"@query-param";name="x"'), COVERAGE),
    "request-target-instead-of-target": (replaced('"@target-uri"', '"@request-target"'), COVERAGE),
    "derived-name-in-upper-case": (replaced('"@method"', '"@METHOD"'), COVERAGE),
    "derived-name-without-at": (replaced('"@method"', '"method"'), COVERAGE),
    "field-name-in-upper-case": (replaced('"lt-case"', '"LT-Case"'), COVERAGE),
    "component-as-token": (replaced('"lt-case"', "lt-case"), COVERAGE),
    "component-with-sf": (replaced('"content-digest"', '"content-digest";sf'), COVERAGE),
    "component-with-bs": (replaced('"lt-case"', '"lt-case";bs'), COVERAGE),
    "component-with-key": (replaced('"content-digest"', '"content-digest";key="sha-256"'), COVERAGE),
    "component-with-req": (replaced('"@method"', '"@method";req'), COVERAGE),
    "component-with-tr": (replaced('"lt-case"', '"lt-case";tr'), COVERAGE),
    "signature-params-covered": (replaced('"lt-case"', '"lt-case"', '"@signature-params"'), COVERAGE),
    "other-order": (lambda wire: wire.resign(*reversed(COMPONENTS)), COVERAGE),
    "platform-target-in-lt-1": (replaced('"@target-uri"', '"@target-uri"', '"lt-target"'), COVERAGE),
    "target-uri-and-lt-target": (signed_header("lt-target", "https://hub.example/v1/verify"), COVERAGE),
    "empty-list": (empty_list, COVERAGE),
    "covered-header-absent": (absent("lt-consent"), COVERAGE),
    "request-id-absent": (dropped_and_resigned("lt-request-id"), COVERAGE),
    "digest-absent": (dropped_and_resigned("content-digest"), COVERAGE),
    "content-type-absent": (dropped_and_resigned("content-type"), COVERAGE),
    "unsigned-officer": (unsigned_header("lt-subject", "token"), COVERAGE),
    "undefined-lt-header-unsigned": (unsigned_header("lt-admin", "1"), HEADER),
    "undefined-lt-header-signed": (signed_header("lt-admin", "1"), HEADER),
    "officer-changed-after-signing": (moved_officer, Code.SIGNATURE_INVALID),
    "two-spaces-in-list": (lambda wire: wire.resign(separator="  "), MALFORMED),
    "space-after-bracket": (spelled(lambda text: text.replace("(", "( ")), MALFORMED),
    "tab-in-list": (spelled(lambda text: text.replace(" ", "\t", 1)), MALFORMED),
    "list-not-closed": (spelled(lambda text: text.replace(")", "")), MALFORMED),
    "list-without-parameters": (lambda wire: wire.resign(params=""), MALFORMED),
    "string-instead-of-list": (spelled(lambda text: 'lt="x"' + text[text.index(";") :]), MALFORMED),
}


@pytest.mark.law("R1.1")
@pytest.mark.parametrize("name", ATTACKS)
def test_a_signature_that_covers_anything_else_is_refused(name: str) -> None:
    attack, code = ATTACKS[name]
    wire = good()
    assert wire.verdict() is None
    attack(wire)
    assert wire.verdict() is code


@pytest.mark.parametrize("header", ["lt-purpose", "lt-officer", "lt-case", "lt-consent"])
def test_a_context_header_added_after_signing_is_refused(header: str) -> None:
    wire = good()
    wire.drop(header)
    wire.resign(*(component for component in COMPONENTS if component != f'"{header}"'))
    assert wire.verdict() is None
    wire.add(header, "added-on-the-way")
    assert wire.verdict() is COVERAGE


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_method_without_body_has_none(method: str) -> None:
    wire = good_get()
    wire.method = method
    wire.resign('"@method"', '"@target-uri"', '"lt-request-id"')
    assert wire.verdict() is None
    wire.body = b"{}"
    assert wire.verdict() is COVERAGE


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_method_without_body_has_no_digest_even_of_nothing(method: str) -> None:
    wire = good()
    wire.method, wire.body = method, b""
    wire.resign()
    assert wire.verdict() is COVERAGE


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_method_with_body_has_a_digest_even_of_nothing(method: str) -> None:
    wire = good()
    wire.method, wire.body = method, b""
    wire.resign()
    assert wire.verdict() is None
    for header in ("content-digest", "content-type"):
        wire.drop(header)
    wire.resign(*(name for name in COMPONENTS if not name.startswith('"content-')))
    assert wire.verdict() is COVERAGE


def test_the_refusal_tells_the_integrator_what_to_cover() -> None:
    wire = good()
    wire.resign('"@method"')
    found = wire.read()
    assert isinstance(found, Refuse)
    assert all(component in found.detail for component in COMPONENTS)
