"""The portal asks for its signed-in citizen: whoever the token proves is served, and nobody else ever is."""

import json
from typing import Any

import pytest

from lienthong.core.grant_document import Quotas
from lienthong.core.login import IssuerKey, compile_login
from lienthong.core.request import Service
from lienthong.core.subject import Subject, subject_of
from lienthong.gateway.subject import genuine_claims
from lienthong_protocol.profile import LONGEST_SUBJECT
from lienthong_protocol.refusals import Code
from tests.core.granting import ISSUER, OWN_PURPOSE, login
from tests.evil.subject.tokens import EVIL, KEYS, by_library, made, says
from tests.gateway.expect import nothing_recorded, refused, turned_away
from tests.gateway.wire import post
from tests.gateway.world import FIELDS, OTHER, PERSON, PROTECTED, SUPERSEDED_NUMBER, Reply, World, granted
from tests.protocol import test_exchange_page as page

PLENTY = Quotas(persons=1_000_000, calls=1_000_000)
RIGHT = {
    "quotas": PLENTY,
    "services": (Service.LOOKUP, Service.VERIFY),
    "verify_fields": ("sex",),
}


@pytest.fixture(scope="module")
def portal(world: World) -> World:
    """The shared world with two portals of one issuer, each an audience of its own."""
    keys = {"keys": KEYS}
    world.grant(
        granted("portal", purpose=OWN_PURPOSE, right=RIGHT, login=login(**keys)),
        granted("portal-2", purpose=OWN_PURPOSE, right=RIGHT, login=login(audience="portal-2", **keys)),
        granted(
            "portal-told",
            purpose=OWN_PURPOSE,
            right=RIGHT | {"explain": True},
            login=login(audience="told", **keys),
        ),
        granted(
            "portal-sure",
            purpose=OWN_PURPOSE,
            right=RIGHT,
            login=login(audience="sure", assurance=("high",), **keys),
        ),
        granted("portal-old", purpose=OWN_PURPOSE, right=RIGHT),
    )
    return world


def own(world: World, token: str | None, system: str = "portal", body: Any = None, **headers: Any) -> Reply:
    asked = {"fields": FIELDS} if body is None else body
    context = {"officer": None, "case": None, **headers}
    return world.ask(system, "/v1/lookup", asked, subject=token, **context)


@pytest.mark.law("R8.1", "R10.1", "R10.2")
def test_the_citizen_of_the_token_is_served_and_the_record_names_no_number(portal: World) -> None:
    token = made()
    reply = own(portal, token)
    assert (reply.status, reply.fault) == (200, None), reply.body
    assert reply.json["values"]["full_name"] == PERSON["full_name"]
    (record,) = portal.records_of(reply.request_id)
    assert (record["code"], record["lines"]) == ("", 1)
    assert len(record["subject"]) == 64
    whole = json.dumps(
        portal.select(
            "SELECT convert_from(body, 'UTF8') FROM exchange.record WHERE request_id = %s", reply.request_id
        )
    )
    lines = portal.select("SELECT convert_from(body, 'UTF8') FROM exchange.line ORDER BY index DESC LIMIT 1")
    for kept in (whole, json.dumps(lines)):
        assert PERSON["number"] not in kept
        assert token not in kept


@pytest.mark.law("R10.1")
@pytest.mark.parametrize(("algorithm", "key"), [("Ed25519", "login-2"), ("RS256", "login-3")])
def test_tokens_of_other_kinds_as_another_implementation_makes_them(
    portal: World, algorithm: str, key: str
) -> None:
    assert own(portal, by_library(algorithm, key)).status == 200
    other = own(portal, by_library(algorithm, key, citizen_number=OTHER["number"]))
    assert other.json["values"]["full_name"] == OTHER["full_name"]


def test_an_old_name_of_the_algorithm_is_understood(portal: World) -> None:
    from joserfc.jws import JWSRegistry

    from tests.evil.subject.tokens import OKP_KEY

    def sign(signed: bytes) -> bytes:
        return JWSRegistry.algorithms["Ed25519"].sign(signed, OKP_KEY)

    assert own(portal, made(alg="EdDSA", kid="login-2", sign=sign)).status == 200


@pytest.mark.law("R10.1", "R8.1")
@pytest.mark.parametrize("name", sorted(EVIL))
def test_every_named_attack_is_refused_by_its_own_code_and_recorded(portal: World, name: str) -> None:
    make, code = EVIL[name]
    token = make()
    record = refused(portal, own(portal, token), code)
    assert record["subject"]
    assert record["fields"]
    assert own(portal, made()).status == 200, "the honest token of this very portal is still good"


@pytest.mark.law("R8.1")
def test_a_token_of_one_portal_is_worth_nothing_to_another(portal: World) -> None:
    token = made()
    assert own(portal, token).status == 200
    refused(portal, own(portal, token, "portal-2"), Code.SUBJECT_AUDIENCE)
    assert own(portal, made(says(aud="portal-2")), "portal-2").status == 200
    refused(portal, own(portal, made(says(aud="portal-2"))), Code.SUBJECT_AUDIENCE)


@pytest.mark.law("R10.2")
@pytest.mark.parametrize(
    "named",
    [
        OTHER,
        PERSON,
        {"number": OTHER["number"]},
        {"full_name": OTHER["full_name"]},
        {"birth_date": "1985"},
        {"number": None},
        {"number": 99085000002},
        {"number": ""},
    ],
)
def test_the_body_names_nobody_not_even_the_citizen(portal: World, named: dict[str, Any]) -> None:
    record = refused(portal, own(portal, made(), body={**named, "fields": FIELDS}), Code.SUBJECT_AND_PERSON)
    assert OTHER["number"] not in json.dumps(record)


def test_a_body_for_the_citizen_is_held_to_the_same_form(portal: World) -> None:
    for body, code in (
        ({"fields": []}, Code.FIELDS_EMPTY),
        ({"fields": FIELDS, "claims": {}}, Code.UNKNOWN_MEMBER),
        ({"fields": ["shoe_size"]}, Code.UNKNOWN_FIELD),
        ({}, Code.INVALID_VALUE),
        (b'{"fields":["sex"],"fields":["sex"]}', Code.DUPLICATE_MEMBER),
    ):
        refused(portal, own(portal, made(), body=body), code)
    refused(portal, own(portal, made(), body={"fields": ["religion"]}), Code.FIELD_NOT_GRANTED)


@pytest.mark.law("R8.1")
def test_without_a_token_the_citizens_purpose_gives_nothing(portal: World) -> None:
    for body in ({"fields": FIELDS}, {**PERSON, "fields": FIELDS}):
        refused(portal, own(portal, None, body=body), Code.SUBJECT_REQUIRED)


@pytest.mark.law("R8.1")
def test_a_token_does_not_open_a_purpose_of_officers(portal: World) -> None:
    context = {"officer": "cb-01", "case": "BN-0001"}
    for body in ({"fields": FIELDS}, {**PERSON, "fields": FIELDS}):
        refused(portal, own(portal, made(), "hospital", body, **context), Code.SUBJECT_NOT_EXPECTED)
    refused(portal, own(portal, None, "hospital", {"fields": FIELDS}, **context), Code.INVALID_VALUE)


@pytest.mark.law("R8.1")
def test_an_old_grant_without_an_issuer_holds_and_believes_no_token(portal: World) -> None:
    refused(portal, own(portal, made(), "portal-old"), Code.SUBJECT_NOT_AGREED)


@pytest.mark.law("R10.1")
def test_the_agreed_level_of_assurance_is_required(portal: World) -> None:
    refused(portal, own(portal, made(says(aud="sure")), "portal-sure"), Code.SUBJECT_ASSURANCE)
    refused(portal, own(portal, made(says(aud="sure", acr="low")), "portal-sure"), Code.SUBJECT_ASSURANCE)
    assert own(portal, made(says(aud="sure", acr="high")), "portal-sure").status == 200


@pytest.mark.law("R1.2", "R10.1")
def test_what_the_register_does_not_agree_with_looks_the_same_whatever_the_reason(portal: World) -> None:
    disagreeing = (
        says(citizen_number="099190000777"),
        says(citizen_number=PROTECTED["number"]),
        says(name="Trần Văn Bình"),
        says(birthdate="1990-02-16"),
        says(birthdate="1990"),
    )
    bodies = set()
    for claims in disagreeing:
        reply = own(portal, made(claims))
        record = refused(portal, reply, Code.NO_MATCH, lines=1)
        assert record["subject"]
        bodies.add(reply.body)
    assert len(bodies) == 1
    agreeing = says(name=PERSON["full_name"].upper(), birthdate=PERSON["birth_date"])
    assert own(portal, made(agreeing)).status == 200


@pytest.mark.law("R10.3")
def test_a_portal_that_may_explain_tells_the_citizen_what_differs(portal: World) -> None:
    reply = own(portal, made(says(aud="told", name="Nguyễn Thị Hạ")), "portal-told")
    refused(portal, reply, Code.FIELD_DIFFERS, lines=1)
    assert reply.json["fields"] == ["full_name"]
    assert reply.json["citizen"]["vi"]


def test_a_superseded_number_of_the_token_leads_to_the_person_and_is_flagged(portal: World) -> None:
    reply = own(portal, made(says(citizen_number=SUPERSEDED_NUMBER)))
    assert reply.json["values"]["full_name"] == PERSON["full_name"]
    assert reply.json["flags"]["number_superseded"] is True


@pytest.mark.law("R10.2")
def test_values_are_verified_of_the_citizen_too(portal: World) -> None:
    context = {"officer": None, "case": None, "subject": made()}
    reply = portal.ask("portal", "/v1/verify", {"claims": {"sex": "2"}}, **context)
    assert reply.json["claims"] == {"sex": "match"}
    assert portal.ask("portal", "/v1/verify", {}, **context).json["match"] is True
    named = portal.ask("portal", "/v1/verify", {**OTHER, "claims": {}}, **context)
    refused(portal, named, Code.SUBJECT_AND_PERSON)
    batch = {"fields": ["sex"], "items": [{"ref": "1", **OTHER}]}
    refused(portal, portal.ask("portal", "/v1/lookup/batch", batch, **context), Code.SERVICE_NOT_GRANTED)


def test_a_token_has_a_limit_of_its_own_and_there_is_one_only(portal: World) -> None:
    """Before proof: nothing of the token has been looked at, and nothing is recorded."""
    body = json.dumps({"fields": FIELDS}).encode()
    room = LONGEST_SUBJECT - len(made(says(note="")))
    longest = made(says(note="x" * (room * 3 // 4)))
    assert LONGEST_SUBJECT - 8 <= len(longest) <= LONGEST_SUBJECT
    assert own(portal, longest).status == 200
    with nothing_recorded(portal):
        headers = portal.sign("portal", "/v1/lookup", body, officer=None, case=None, subject=longest)
        oversized = [(name, value + "x" * 16 if name == "lt-subject" else value) for name, value in headers]
        turned_away(post(portal, body, oversized), Code.INVALID_HEADER)
        twice = [*headers, ("lt-subject", made())]
        turned_away(post(portal, body, twice), Code.INVALID_HEADER)
        exchanged = [(name, made() if name == "lt-subject" else value) for name, value in headers]
        turned_away(post(portal, body, exchanged), Code.SIGNATURE_INVALID)


@pytest.mark.law("R3.2")
def test_the_portal_is_told_what_it_may_do_and_whose_tokens_count(portal: World) -> None:
    scope = portal.ask("portal", "/v1/scope", None, officer=None, case=None, purpose=None).json
    assert scope["login"]["issuer"] == ISSUER
    assert scope["login"]["audience"] == "portal"
    assert scope["login"]["keys"] == ["login-1", "login-2", "login-3"]
    document = portal.ask("portal", "/v1/openapi.json", None, officer=None, case=None, purpose=None).json
    lookup = document["paths"]["/v1/lookup"]["post"]
    (header,) = [each for each in lookup["parameters"] if each["name"] == "LT-Subject"]
    assert header["required"] is True
    schema = lookup["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {"fields"}
    other = portal.ask("hospital", "/v1/openapi.json", None, officer=None, case=None, purpose=None).json
    assert "LT-Subject" not in json.dumps(other)


@pytest.mark.law("R10.1")
def test_the_token_of_the_protocol_page_is_genuine_and_says_what_the_page_says() -> None:
    """Whoever builds from the page builds what the hub believes."""
    key = IssuerKey(kid=page.TOKEN_HEADER["kid"], **page.ISSUER_KEY.jwk)
    entry = login(issuer="https://login.example", assurance=("level-2",), keys=(key,))
    claims = genuine_claims(compile_login(entry), page.token())
    assert claims == page.TOKEN_CLAIMS
    now = page.NOW * 1_000_000
    assert subject_of(compile_login(entry), claims, now, longest_age=900_000_000) == Subject("099090000017")
