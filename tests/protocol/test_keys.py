"""Keys are known by their thumbprint, sign deterministically, and accept only their own signatures."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.keys import (
    Algorithm,
    Ed25519SigningKey,
    KeyFormatError,
    P256SigningKey,
    generate,
    private_jwk,
    public_jwk,
    signing_key_from_jwk,
    thumbprint,
    verifying_key_from_jwk,
)

RFC8037 = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
RFC6979 = {
    "kty": "EC",
    "crv": "P-256",
    "d": "yfqdqEW6dRZrXCFXZ7HWk05Qw9s26JsSe4piK4EgZyE",
}
DPOP = json.loads((Path(__file__).parent.parent / "vectors" / "merkle_note_dpop.json").read_text())["dpop"]


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def rfc6979_jwk() -> dict[str, str]:
    x = bytes.fromhex("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6")
    y = bytes.fromhex("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299")
    d = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
    return {"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y), "d": base64url(d)}


def test_the_ed25519_key_of_rfc_8037_has_its_thumbprint_and_signature() -> None:
    key = signing_key_from_jwk(RFC8037)
    assert key.key_id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert key.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )


def test_the_p256_key_of_rfc_6979_has_its_signature() -> None:
    key = signing_key_from_jwk(rfc6979_jwk())
    assert key.sign(b"sample").hex().upper() == (
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    )


def test_the_p256_key_of_rfc_9449_has_its_thumbprint() -> None:
    assert thumbprint(DPOP["jwk"]) == DPOP["jkt"]
    assert verifying_key_from_jwk(DPOP["jwk"]).key_id == DPOP["jkt"]


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_survives_its_jwk_and_verifies_its_own_signature_only(algorithm: Algorithm) -> None:
    key, other = generate(algorithm, bytes(32)), generate(algorithm, bytes([1]) * 32)
    read = signing_key_from_jwk(private_jwk(key))
    public = verifying_key_from_jwk(public_jwk(key))
    signature = read.sign(b"message")
    assert read.key_id == key.key_id == public.key_id == public_jwk(key)["kid"]
    assert key.algorithm is public.algorithm is algorithm
    assert len(signature) == 64
    assert signature == key.sign(b"message")
    assert public.verify(message=b"message", signature=signature)
    assert not public.verify(message=b"massage", signature=signature)
    assert not other.verifying_key.verify(message=b"message", signature=signature)
    assert not public.verify(message=b"message", signature=b"")


def test_seeds_make_different_keys_of_fixed_value() -> None:
    made = [generate(algorithm, bytes([seed]) * 32).key_id for algorithm in Algorithm for seed in range(4)]
    assert len(set(made)) == 8
    assert made[0] == "9ZP03Nu8GrXPAUkbKNxHOKBzxPX83SShgFkRNK-f2lw"
    assert isinstance(generate(Algorithm.ED25519, bytes(32)), Ed25519SigningKey)
    assert isinstance(generate(Algorithm.ECDSA_P256_SHA256, bytes(32)), P256SigningKey)


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_of_another_length_makes_no_key(algorithm: Algorithm, length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        generate(algorithm, bytes(length))


@pytest.mark.parametrize(
    "extra",
    [
        {"kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"},
        {"use": "sig"},
        {"alg": "EdDSA"},
        {"x5t": "any"},
    ],
)
def test_members_that_agree_or_are_unknown_change_nothing(extra: dict[str, str]) -> None:
    public = {name: value for name, value in RFC8037.items() if name != "d"}
    assert verifying_key_from_jwk(public | extra).key_id == thumbprint(public)


def test_a_printed_key_shows_no_secret() -> None:
    for algorithm in Algorithm:
        key = generate(algorithm, bytes(range(32)))
        assert private_jwk(key)["d"] not in f"{key!r}{key!s}"


@settings(deadline=None, max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "d", "kid", "alg", "use"]),
        st.sampled_from(["OKP", "EC", "Ed25519", "P-256", RFC8037["x"], RFC8037["d"], "AAAA"])
        | st.text(max_size=50)
        | st.integers()
        | st.none(),
    )
)
def test_arbitrary_jwks_raise_only_the_documented_error(jwk: dict[str, object]) -> None:
    for read in (verifying_key_from_jwk, signing_key_from_jwk, thumbprint):
        try:
            read(jwk)
        except KeyFormatError:
            continue


@pytest.mark.parametrize("algorithm", list(Algorithm))
@settings(deadline=None, max_examples=60)
@given(message=st.binary(max_size=80), signature=st.binary(min_size=60, max_size=68))
def test_arbitrary_signatures_are_answered_no(algorithm: Algorithm, message: bytes, signature: bytes) -> None:
    assert not generate(algorithm, bytes(32)).verifying_key.verify(message=message, signature=signature)
