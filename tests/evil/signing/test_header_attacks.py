"""Attacks on the two signature headers: labels, tags, parameters, times, encodings."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable

import pytest

from lienthong_protocol.refusals import Code
from tests.evil.signing.wire import KEY, NONCE, NOW, Wire, good

MISSING, MALFORMED, INVALID = Code.SIGNATURE_MISSING, Code.SIGNATURE_MALFORMED, Code.SIGNATURE_INVALID
PARAMETER, KEY_REFUSED, SKEW = Code.ALGORITHM_NOT_ALLOWED, Code.KEY_NOT_ACCEPTED, Code.CLOCK_SKEW
Attack = Callable[[Wire], object]


def params(**changes: str | None) -> Attack:
    return lambda wire: wire.resign(params=wire.params(**changes))


def params_text(change: Callable[[str], str]) -> Attack:
    return lambda wire: wire.resign(params=change(wire.params()))


def both_dropped(wire: Wire) -> None:
    wire.drop("signature")
    wire.drop("signature-input")


def two_of_ours(wire: Wire) -> None:
    """Two signatures with our tag under different labels."""
    text = wire.value("signature-input").removeprefix("lt=")
    wire.put("signature-input", f"lt={text}, lt2={text}")
    wire.put("signature", f"{wire.value('signature')}, lt2={wire.value('signature').removeprefix('lt=')}")


def same_label_twice(wire: Wire) -> None:
    wire.put("signature-input", f"{wire.value('signature-input')}, {wire.value('signature-input')}")


def signature_member_twice(wire: Wire) -> None:
    wire.put("signature", f"{wire.value('signature')}, {wire.value('signature')}")


def foreign_signature_first(wire: Wire) -> None:
    wire.put("signature-input", f'proxy=("@method");created=1, {wire.value("signature-input")}')


def repeated(header: str) -> Attack:
    return lambda wire: wire.add(header, wire.value(header))


def label_of_signature(label: str) -> Attack:
    return lambda wire: wire.edit("signature", "lt=", f"{label}=")


def signature_text(change: Callable[[str], str]) -> Attack:
    return lambda wire: wire.put("signature", change(wire.value("signature")))


def url_safe(text: str) -> str:
    raw = text.removeprefix("lt=:").removesuffix(":").encode()
    alphabet = bytes.maketrans(b"+/", b"-_")
    return f"lt=:{raw.translate(alphabet).decode()}:"


def spare_bits(text: str) -> str:
    last = text[-4]
    return text[:-4] + chr(ord(last) + 1) + text[-3:]


LABELS_AND_TAGS: dict[str, tuple[Attack, Code]] = {
    "no-signature-at-all": (both_dropped, MISSING),
    "signature-without-input": (lambda wire: wire.drop("signature-input"), MALFORMED),
    "input-without-signature": (lambda wire: wire.drop("signature"), MALFORMED),
    "no-tag": (params(tag=None), MALFORMED),
    "wrong-tag": (params(tag='"fapi-2-request"'), MALFORMED),
    "response-tag": (params(tag='"lienthong-res-1"'), MALFORMED),
    "next-version-tag": (params(tag='"lienthong-req-2"'), MALFORMED),
    "tag-in-upper-case": (params(tag='"LIENTHONG-REQ-1"'), MALFORMED),
    "tag-as-token": (params(tag="lienthong-req-1"), MALFORMED),
    "two-signatures-with-our-tag": (two_of_ours, MALFORMED),
    "same-label-twice": (same_label_twice, MALFORMED),
    "signature-member-twice": (signature_member_twice, MALFORMED),
    "another-signature-first": (foreign_signature_first, MALFORMED),
    "other-label-in-both": (lambda wire: wire.resign(label="sig1"), MALFORMED),
    "label-in-upper-case": (lambda wire: wire.edit("signature-input", "lt=", "LT="), MALFORMED),
    "label-of-signature-differs": (label_of_signature("sig1"), MALFORMED),
    "signature-input-repeated": (repeated("signature-input"), MALFORMED),
    "signature-repeated": (repeated("signature"), MALFORMED),
    "signature-input-empty": (lambda wire: wire.put("signature-input", ""), MALFORMED),
    "signature-empty": (lambda wire: wire.put("signature", ""), MALFORMED),
    "signature-input-over-8-kb": (lambda wire: wire.put("signature-input", "lt=(" + " " * 9_000), MALFORMED),
    "signature-input-not-a-dictionary": (lambda wire: wire.put("signature-input", "()"), MALFORMED),
    "signature-input-not-ascii": (lambda wire: wire.put("signature-input", "lt=(\u201cđ\u201d)"), MALFORMED),
}
PARAMETERS: dict[str, tuple[Attack, Code]] = {
    "alg-that-matches": (params(alg='"ed25519"'), PARAMETER),
    "alg-that-differs": (params(alg='"hmac-sha256"'), PARAMETER),
    "alg-none": (params(alg='"none"'), PARAMETER),
    "unknown-parameter": (params(purpose='"x"'), PARAMETER),
    "parameter-in-upper-case": (params(Created=str(NOW)), PARAMETER),
    "parameter-repeated": (params_text(lambda text: f"{text};created={NOW}"), MALFORMED),
    "space-before-parameter": (params_text(lambda text: text.replace(";keyid", "; keyid")), PARAMETER),
    "parameter-after-a-second-list": (params_text(lambda text: f"{text}, x=()"), MALFORMED),
    "keyid-missing": (params(keyid=None), MALFORMED),
    "keyid-empty": (params(keyid='""'), KEY_REFUSED),
    "keyid-as-token": (params(keyid=f"a{KEY.key_id}"), KEY_REFUSED),
    "keyid-no-thumbprint": (params(keyid='"test-key-ed25519"'), KEY_REFUSED),
    "keyid-with-escape": (params(keyid=f'"{KEY.key_id[:-1]}\\""'), KEY_REFUSED),
    "keyid-in-hex": (params(keyid=f'"{bytes(32).hex()}"'), KEY_REFUSED),
    "nonce-missing": (params(nonce=None), MALFORMED),
    "nonce-under-128-bits": (params(nonce=f'"{NONCE[:21]}"'), MALFORMED),
    "nonce-too-long": (params(nonce=f'"{"n" * 65}"'), MALFORMED),
    "nonce-of-other-letters": (params(nonce=f'"{NONCE[:-1]}+"'), MALFORMED),
    "nonce-with-line-break": (params(nonce=f'"{NONCE}\r\nx"'), MALFORMED),
    "nonce-with-trailing-line-feed": (params(nonce=f'"{NONCE}\n"'), MALFORMED),
    "nonce-as-token": (params(nonce="q83vEjRWeJCrze8SNFZ4kA"), MALFORMED),
    "nonce-as-bytes": (params(nonce=":q83vEjRWeJCrze8SNFZ4kA==:"), MALFORMED),
}
TIMES: dict[str, tuple[Attack, Code]] = {
    "created-missing": (params(created=None), MALFORMED),
    "created-as-string": (params(created=f'"{NOW}"'), MALFORMED),
    "created-negative": (params(created="-1795000000"), MALFORMED),
    "created-zero": (params(created="0"), MALFORMED),
    "created-with-leading-zero": (params(created=f"0{NOW}"), MALFORMED),
    "created-as-decimal": (params(created=f"{NOW}.0"), MALFORMED),
    "created-as-date": (params(created=f"@{NOW}"), MALFORMED),
    "created-with-sign": (params(created=f"+{NOW}"), MALFORMED),
    "created-in-arabic-digits": (params(created="".join(chr(0x660 + int(d)) for d in str(NOW))), MALFORMED),
    "created-of-16-digits": (params(created="1" * 16), MALFORMED),
    "created-without-value": (params_text(lambda text: text.replace(f"={NOW}", "")), MALFORMED),
    "created-in-milliseconds": (params(created=f"{NOW}000"), SKEW),
    "created-61-seconds-ago": (params(created=str(NOW - 61)), SKEW),
    "created-11-seconds-ahead": (params(created=str(NOW + 11)), SKEW),
    "created-61-seconds-ahead": (params(created=str(NOW + 61)), SKEW),
    "expires-before-created": (params(expires=str(NOW - 1)), MALFORMED),
    "expires-at-created": (params(expires=str(NOW)), MALFORMED),
    "expires-61-seconds-after-created": (params(expires=str(NOW + 61)), MALFORMED),
    "expires-as-string": (params(expires=f'"{NOW + 30}"'), MALFORMED),
    "expires-repeated": (params_text(lambda text: f"{text};expires={NOW + 9};expires={NOW + 9}"), MALFORMED),
    "expired": (params(created=str(NOW - 30), expires=str(NOW - 1)), SKEW),
}
ENCODINGS: dict[str, tuple[Attack, Code]] = {
    "signature-of-63-bytes": (lambda wire: wire.raw_signature(bytes(63)), MALFORMED),
    "signature-of-65-bytes": (lambda wire: wire.raw_signature(bytes(65)), MALFORMED),
    "signature-of-no-bytes": (lambda wire: wire.raw_signature(b""), MALFORMED),
    "signature-of-zeros": (lambda wire: wire.raw_signature(bytes(64)), INVALID),
    "signature-without-padding": (signature_text(lambda text: text.replace("==", "")), MALFORMED),
    "signature-with-more-padding": (signature_text(lambda text: text.replace("==", "===")), MALFORMED),
    "signature-url-safe": (
        lambda wire: wire.put("signature", f"lt=:{urlsafe_b64encode(b'>>>???' * 10 + bytes(4)).decode()}:"),
        MALFORMED,
    ),
    "signature-with-spare-bits": (signature_text(spare_bits), MALFORMED),
    "signature-with-space-in-base64": (signature_text(lambda text: text[:20] + " " + text[20:]), MALFORMED),
    "signature-with-line-break": (signature_text(lambda text: text[:20] + "\r\n " + text[20:]), MALFORMED),
    "signature-with-trailing-line-feed": (signature_text(lambda text: text + "\n"), MALFORMED),
    "signature-as-string": (signature_text(lambda text: text.replace(":", '"')), MALFORMED),
    "signature-without-colons": (signature_text(lambda text: text.replace(":", "")), MALFORMED),
    "signature-with-parameter": (signature_text(lambda text: text + ";x=1"), MALFORMED),
    "signature-with-space-before": (signature_text(lambda text: text.replace("=:", "= :", 1)), MALFORMED),
    "signature-in-hex": (
        lambda wire: wire.put("signature", f"lt=:{bytes(64).hex()}:"),
        MALFORMED,
    ),
    "signature-of-another-message": (
        lambda wire: wire.put("signature", f"lt=:{b64encode(KEY.sign(b'other')).decode()}:"),
        INVALID,
    ),
}
ALL = LABELS_AND_TAGS | PARAMETERS | TIMES | ENCODINGS


@pytest.mark.law("R1.1")
@pytest.mark.parametrize("name", ALL)
def test_a_signature_in_any_other_form_is_refused(name: str) -> None:
    attack, code = ALL[name]
    wire = good()
    assert wire.verdict() is None
    attack(wire)
    assert wire.verdict() is code


@pytest.mark.parametrize("created", [NOW - 60, NOW, NOW + 10])
def test_the_window_includes_its_ends(created: int) -> None:
    wire = good()
    wire.resign(params=wire.params(created=str(created)))
    assert wire.verdict() is None


@pytest.mark.parametrize(("created", "expires"), [(NOW - 30, NOW), (NOW, NOW + 60), (NOW, NOW + 1)])
def test_expires_may_be_any_second_of_the_next_minute(created: int, expires: int) -> None:
    wire = good()
    wire.resign(params=wire.params(created=str(created), expires=str(expires)))
    assert wire.verdict() is None


@pytest.mark.parametrize("length", [22, 64])
def test_a_nonce_may_be_of_either_bound(length: int) -> None:
    wire = good()
    wire.resign(params=wire.params(nonce=f'"{"n" * length}"'))
    assert wire.verdict() is None
