"""The issuer of a system's citizens' tokens, as it stands in a grant: what is agreed and what is not."""

import msgspec
import pytest

from lienthong.core.grant import compile_grant
from lienthong.core.grant_document import GrantFormatError, decode_document, encode_document
from lienthong.core.login import IssuerKey, TokenAlgorithm, compile_login, login_problems
from lienthong_protocol import base64url
from lienthong_protocol.keys import Algorithm, generate
from tests.core.granting import LOGIN_KEY, document, login

EC = IssuerKey(kid="ec", **LOGIN_KEY.jwk)
OKP = IssuerKey(kid="okp", **generate(Algorithm.ED25519, b"o" * 32).jwk)
ODD_MODULUS = base64url.encode(((1 << 2_047) + 1).to_bytes(256))
RSA = IssuerKey(kid="rsa", kty="RSA", n=ODD_MODULUS, e="AQAB")


def problems(*, is_production: bool = False, **changes) -> tuple[str, ...]:
    return tuple(login_problems(login(**changes), is_production=is_production))


@pytest.mark.law("R10.1")
def test_a_grant_names_the_issuer_and_an_old_grant_is_what_it_was() -> None:
    without, named = encode_document(document()), encode_document(document(login=login()))
    assert b'"login"' not in without
    assert compile_grant(without).login is None
    assert decode_document(named).login == login()
    assert compile_grant(named).login == compile_login(login())


def test_each_kind_of_key_goes_with_one_algorithm() -> None:
    assert problems(keys=(EC, OKP, RSA)) == ()
    assert [key.algorithm for key in (EC, OKP, RSA)] == [
        TokenAlgorithm.ES256,
        TokenAlgorithm.ED25519,
        TokenAlgorithm.RS256,
    ]


def changed(key: IssuerKey, **changes) -> IssuerKey:
    return msgspec.structs.replace(key, **changes)


@pytest.mark.law("R10.1")
@pytest.mark.parametrize(
    "key",
    [
        changed(EC, y=None),
        changed(EC, crv=None),
        changed(EC, x=OKP.x),
        changed(EC, n=ODD_MODULUS),
        changed(OKP, e="AQAB"),
        changed(OKP, y=EC.y),
        changed(OKP, crv="P-256"),
        changed(OKP, x="A" * 43),
        changed(RSA, e="Aw"),
        changed(RSA, e=None),
        changed(RSA, n=None),
        changed(RSA, crv="P-256"),
        changed(RSA, n=base64url.encode((1 << 2_047).to_bytes(256))),
        changed(RSA, n=base64url.encode(((1 << 2_046) + 1).to_bytes(257))),
        changed(RSA, n=base64url.encode(((1 << 4_096) + 1).to_bytes(513))),
    ],
)
def test_a_key_that_is_none_or_too_weak_is_no_part_of_a_grant(key: IssuerKey) -> None:
    assert problems(keys=(key,))


def test_a_login_says_one_thing_only() -> None:
    assert problems(keys=()) and problems(keys=(EC,) * 17)
    assert problems(keys=(EC, changed(OKP, kid="ec")))
    assert problems(name_claim="citizen_number")
    assert problems(is_production=True) == ()
    plain = {"issuer": "http://127.0.0.1:9000"}
    assert problems(**plain) == ()
    assert problems(is_production=True, **plain)
    with pytest.raises(GrantFormatError, match=r"login\.keys"):
        compile_grant(encode_document(document(login=login(keys=()))))


@pytest.mark.parametrize(
    "wrong",
    [
        b'"kty":"oct"',
        b'"kty":"EC","d":"secret"',
        b'"kty":"EC","k":"secret"',
    ],
)
def test_a_secret_is_no_part_of_a_grant(wrong: bytes) -> None:
    body = encode_document(document(login=login()))
    with pytest.raises(GrantFormatError):
        decode_document(body.replace(b'"kid":"login-1","kty":"EC"', b'"kid":"login-1",' + wrong))
