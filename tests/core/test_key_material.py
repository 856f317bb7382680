import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.key_material import (
    KEY_PROBLEM_TEXTS,
    LONGEST_KEY,
    KeyProblem,
    PublicHalf,
    read_public_key,
)
from lienthong_protocol.keys import Algorithm, generate, private_jwk, public_jwk, thumbprint

KEYS = [generate(algorithm, bytes([seed]) * 32) for algorithm in Algorithm for seed in (1, 2)]
PUBLIC = public_jwk(KEYS[0])
RFC_7638 = {  # RFC 8037, appendix A: the key and its thumbprint as printed there
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "wrap", [dict, lambda jwk: {"keys": [jwk]}, lambda jwk: {"file": "a", "key_id": "b", "public_jwk": jwk}]
)
def test_a_public_key_is_known_by_its_thumbprint_however_it_is_wrapped(key, wrap) -> None:
    found = read_public_key(json.dumps(wrap(public_jwk(key)), indent=1))
    assert found == PublicHalf(key.key_id, dict(key.jwk))
    assert found.thumbprint == thumbprint(found.jwk)


@pytest.mark.law("R1.1")
def test_the_thumbprint_is_that_of_the_standard() -> None:
    found = read_public_key(json.dumps(RFC_7638))
    assert found.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.law("R1.1")
@pytest.mark.parametrize(
    "text",
    [
        *(json.dumps(private_jwk(key)) for key in KEYS),
        json.dumps({"keys": [PUBLIC, private_jwk(KEYS[0])]}),
        json.dumps({"public_jwk": PUBLIC, "more": [{"very": {"deep": {"p": "x"}}}]}),
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl",
        '{"kty": "OKP", "d" : "broken off',
        '{"kty": "oct", "k": "c2VjcmV0"}',
    ],
)
def test_a_private_key_is_told_apart_before_anything_else(text) -> None:
    refusal = read_public_key(text)
    assert refusal == ControlRefuse(ControlCode.KEY_PRIVATE)
    assert "KHÓA BÍ MẬT" in refusal.text.vi


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("  \n", KeyProblem.EMPTY),
        ("x" * (LONGEST_KEY + 1), KeyProblem.TOO_LONG),
        ("-----BEGIN PUBLIC KEY-----\nMCow", KeyProblem.PEM),
        ("lienthong-agency keygen", KeyProblem.NOT_JSON),
        ('"a text"', KeyProblem.NOT_ONE),
        ("[1]", KeyProblem.NOT_ONE),
        (json.dumps({"keys": [PUBLIC, PUBLIC]}), KeyProblem.NOT_ONE),
        (json.dumps({"keys": PUBLIC}), KeyProblem.NOT_ONE),
        (json.dumps({"keys": [1]}), KeyProblem.NOT_ONE),
        ('{"kty": "RSA", "n": "AQAB", "e": "AQAB"}', KeyProblem.NOT_ACCEPTED),
        (json.dumps(PUBLIC | {"x": "AA"}), KeyProblem.NOT_ACCEPTED),
        (json.dumps(PUBLIC | {"kid": "another"}), KeyProblem.NOT_ACCEPTED),
    ],
)
def test_what_is_no_key_is_refused_with_its_reason(text, problem) -> None:
    refusal = read_public_key(text)
    assert refusal.code is ControlCode.KEY_UNREADABLE
    assert KEY_PROBLEM_TEXTS[problem].vi in refusal.text.vi
    assert KEY_PROBLEM_TEXTS[problem].en in refusal.text.en


@given(st.text(max_size=300))
def test_any_text_is_answered(text) -> None:
    assert isinstance(read_public_key(text), PublicHalf | ControlRefuse)
