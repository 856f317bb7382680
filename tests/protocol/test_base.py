"""The general base builder makes the exact bytes of RFC 9421's examples, and refuses what it cannot build."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.base import (
    BaseFormatError,
    RequestMessage,
    ResponseMessage,
    component_value,
    signature_base,
    signature_input_member,
    signature_member,
)
from lienthong_protocol.keys import Ed25519VerifyingKey, P256VerifyingKey
from lienthong_protocol.refusals import Refuse
from lienthong_protocol.signing import read_request
from lienthong_protocol.structured import InnerList, Item, Token, parse_dictionary

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "rfc9421.json").read_text())
DIGEST = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
REQUEST = RequestMessage(
    method="POST",
    target_uri="https://example.com/foo?param=Value&Pet=dog",
    headers=[
        ("host", "example.com"),
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        ("content-digest", DIGEST),
        ("content-length", "18"),
    ],
)
RESPONSE = ResponseMessage(
    status=200,
    headers=[
        ("content-type", "application/json"),
        (
            "content-digest",
            "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
        ),
        ("content-length", "23"),
    ],
)
REFUSED_RESPONSE = ResponseMessage(
    status=503,
    headers=[
        ("content-type", "application/json"),
        (
            "content-digest",
            "sha-512=:0Y6iCBzGg5rZtoXS95Ijz03mslf6KAMCloESHObfwnHJDbkkWWQz6PhhU9kxsTbARtY2PTBOzq24uJFpHsMuAg==:",
        ),
    ],
    request=REQUEST,
)
CERTIFICATE = next(
    line.removeprefix('"client-cert": ')
    for case in VECTORS["cases"]
    for line in case["signature_base"].split("\n")
    if line.startswith('"client-cert": ')
)
PROXIED = RequestMessage(
    "POST", "https://service.internal.example/foo?param=Value&Pet=dog", [("client-cert", CERTIFICATE)]
)
TRANSFORMED = RequestMessage(
    "GET", "https://EXAMPLE.org:443/demo", [("accept", " application/json "), ("accept", "*/*")]
)
MESSAGES = {
    "reqres": REFUSED_RESPONSE,
    "sig-b24": RESPONSE,
    "ttrp": PROXIED,
    "transform": TRANSFORMED,
}


def verify(key_name: str, message: bytes, signature: bytes) -> bool:
    """Verify with any algorithm of the RFC; those of the profile with the profile's own keys."""
    if key_name == "test-shared-secret":
        mac = hmac.HMAC(b64decode(VECTORS["shared_secret_b64"]), hashes.SHA256())
        mac.update(message)
        return mac.finalize() == signature
    key = serialization.load_pem_public_key(VECTORS["public_keys_pem"][key_name].encode())
    match key:
        case rsa.RSAPublicKey():
            key.verify(signature, message, padding.PSS(padding.MGF1(hashes.SHA512()), 64), hashes.SHA512())
            return True
        case _ if key_name == "test-key-ed25519":
            raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return Ed25519VerifyingKey(raw).verify(message=message, signature=signature)
        case _:
            return P256VerifyingKey(key).verify(message=message, signature=signature)


def member(text: str) -> InnerList:
    found = parse_dictionary(f"sig={text}")["sig"]
    assert isinstance(found, InnerList)
    return found


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: f"{case['label']}-{case['keyid']}")
def test_the_examples_of_the_rfc_are_rebuilt_and_verify(case: dict[str, str]) -> None:
    base = signature_base(MESSAGES.get(case["label"], REQUEST), member(case["signature_input"]))
    assert base.decode() == case["signature_base"]
    assert verify(case["keyid"], base, b64decode(case["signature"]))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: f"{case['label']}-{case['keyid']}")
def test_the_profile_refuses_the_examples_of_the_rfc(case: dict[str, str]) -> None:
    message = MESSAGES.get(case["label"], REQUEST)
    assert message is not None
    request = message if isinstance(message, RequestMessage) else REQUEST
    headers = [
        *request.headers,
        ("signature-input", f"{case['label']}={case['signature_input']}"),
        ("signature", f"{case['label']}=:{case['signature']}:"),
    ]
    found = read_request(
        method=request.method,
        target_uri=request.target_uri,
        headers=headers,
        body=b'{"hello": "world"}',
        now=1618884473,
    )
    assert isinstance(found, Refuse)


def test_every_case_of_the_vectors_is_covered() -> None:
    assert len(VECTORS["cases"]) == 11
    assert len({case["signature"] for case in VECTORS["cases"]}) == 11


@pytest.mark.parametrize(
    ("component", "value"),
    [
        ('"@method"', "POST"),
        ('"@target-uri"', "https://example.com/foo?param=Value&Pet=dog"),
        ('"@scheme"', "https"),
        ('"@request-target"', "/foo?param=Value&Pet=dog"),
        ('"@query-param";name="Pet"', "dog"),
        ('"content-digest";key="sha-512"', DIGEST.removeprefix("sha-512=")),
    ],
)
def test_each_component_of_a_request_has_its_value(component: str, value: str) -> None:
    assert component_value(REQUEST, member(f"({component})").items[0]) == value


@pytest.mark.parametrize(
    ("uri", "component", "value"),
    [
        ("https://www.example.com", '"@path"', "/"),
        ("https://www.example.com/path", '"@query"', "?"),
        ("https://www.example.com/path?", '"@query"', "?"),
        ("HTTP://WWW.example.com:80/", '"@authority"', "www.example.com"),
        ("https://www.example.com:8443/", '"@authority"', "www.example.com:8443"),
        ("gopher://www.example.com:70/", '"@authority"', "www.example.com:70"),
        (
            "https://e.example/p?param=value&foo=bar&baz=batman&qux=",
            '"@query-param";name="qux"',
            "",
        ),
        (
            "https://e.example/p?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace",
            '"@query-param";name="var"',
            "this%20is%20a%20big%0Amultiline%20value",
        ),
        (
            "https://e.example/p?bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something",
            '"@query-param";name="bar"',
            "with%20plus%20whitespace",
        ),
        (
            "https://e.example/p?fa%C3%A7ade%22%3A%20=something",
            '"@query-param";name="fa%C3%A7ade%22%3A%20"',
            "something",
        ),
    ],
)
def test_derived_components_follow_the_examples_of_the_rfc(uri: str, component: str, value: str) -> None:
    assert component_value(RequestMessage("GET", uri, []), member(f"({component})").items[0]) == value


def test_a_field_is_trimmed_unfolded_and_joined() -> None:
    message = RequestMessage("GET", "https://e.example/", [("x", " a \t"), ("x", "b\r\n\t c"), ("y", "")])
    assert component_value(message, Item("x")) == "a, b c"
    assert component_value(message, Item("y")) == ""


def test_a_member_of_a_dictionary_is_serialised_again() -> None:
    message = RequestMessage("GET", "https://e.example/", [("x", "a=1"), ("x", "b=( 2  3 );q,  c")])
    values = [component_value(message, Item("x", {"key": key})) for key in ("a", "b", "c")]
    assert values == ["1", "(2 3);q", "?1"]


@pytest.mark.parametrize(
    "component",
    [
        Item("@status"),
        Item("@path", {"name": "a"}),
        Item("@query-param"),
        Item("@query-param", {"name": "absent"}),
        Item("@query-param", {"name": "Pet", "x": True}),
        Item("@unknown"),
        Item("absent"),
        Item("Date"),
        Item("date", {"sf": True}),
        Item("date", {"bs": True}),
        Item("date", {"tr": True}),
        Item("date", {"key": Token("a")}),
        Item("date", {"key": "a", "sf": True}),
        Item("date", {"key": "a"}),
        Item("content-digest", {"key": "sha-256"}),
        Item("date", {"req": True}),
        Item("date", {"req": False, "key": "a"}),
        Item(Token("date")),
        Item(1),
    ],
    ids=str,
)
def test_what_a_request_does_not_have_is_refused(component: Item) -> None:
    with pytest.raises(BaseFormatError):
        component_value(REQUEST, component)


def test_what_a_response_does_not_have_is_refused() -> None:
    for component in (Item("@method"), Item("@method", {"req": True}), Item("@query-param", {"name": "Pet"})):
        with pytest.raises(BaseFormatError):
            component_value(RESPONSE, component)


@pytest.mark.parametrize("uri", ["/foo", "https://example.com/a#b", "https://example.com/đ"])
def test_a_target_that_is_no_absolute_uri_is_refused(uri: str) -> None:
    with pytest.raises(BaseFormatError):
        component_value(RequestMessage("GET", uri, []), Item("@path"))


def test_a_repeated_component_a_line_break_and_other_letters_make_no_base() -> None:
    headers = [("a", "1"), ("b", "2\n"), ("c", "3\n4"), ("d", "đ")]
    message = RequestMessage("GET", "https://e.example/", headers)
    good = InnerList((Item("a"), Item("@path")))
    assert signature_base(message, good).startswith(b'"a": 1\n"@path": /\n')
    for items in ((Item("a"), Item("a")), (Item("c"),), (Item("d"),)):
        with pytest.raises(BaseFormatError):
            signature_base(message, InnerList(items))
    twice = (Item("b", {"req": True, "key": "k"}), Item("b", {"key": "k", "req": True}))
    response = ResponseMessage(200, [], RequestMessage("GET", "https://e.example/", [("b", "k=1")]))
    with pytest.raises(BaseFormatError, match="twice"):
        signature_base(response, InnerList(twice))


def test_the_signature_headers_are_read_by_label() -> None:
    headers = [("signature-input", 'a=("x");created=1'), ("signature", "a=:AAEC:"), ("signature", "b=1")]
    assert signature_input_member(headers, "a") == InnerList((Item("x"),), {"created": 1})
    assert signature_member(headers, "a") == b"\x00\x01\x02"
    for read, label in ((signature_input_member, "b"), (signature_member, "b"), (signature_member, "c")):
        with pytest.raises(BaseFormatError):
            read(headers, label)
    with pytest.raises(BaseFormatError):
        signature_member([("signature", "a=:")], "a")
    with pytest.raises(BaseFormatError):
        signature_input_member([("signature-input", "a=1")], "a")
    with pytest.raises(BaseFormatError):
        signature_member([("signature", "a=()")], "a")


@settings(deadline=None, max_examples=150)
@given(
    headers=st.lists(st.tuples(st.sampled_from(["a", "b", "signature"]), st.text(max_size=20)), max_size=4),
    name=st.sampled_from(["a", "b", "@path", "@query-param", "@method", "signature"]) | st.text(max_size=5),
    parameters=st.dictionaries(
        st.sampled_from(["req", "key", "name", "sf"]), st.booleans() | st.text(max_size=4), max_size=2
    ),
    uri=st.sampled_from(["https://e.example/p?a=b"]) | st.text(max_size=30),
)
def test_arbitrary_messages_raise_only_the_documented_error(
    headers: list[tuple[str, str]], name: str, parameters: dict[str, bool | str], uri: str
) -> None:
    message = ResponseMessage(200, headers, RequestMessage("GET", uri, headers))
    try:
        base = signature_base(message, InnerList((Item(name, parameters),)))
    except BaseFormatError:
        return
    assert base.isascii()
