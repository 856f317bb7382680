import json
from datetime import date
from pathlib import Path

import pytest

from lienthong.core.grant import compile_grant
from lienthong.core.grant_document import decode_document
from lienthong.core.grounds import GroundState
from lienthong.core.legal_days import end_of_day, start_of_day
from lienthong.exchange.publication import Publication, PublicationError, read_publication
from lienthong_protocol.keys import Algorithm, generate, private_jwk, public_jwk
from tests.law.published import EXAMPLE, write_keys

TODAY = date(2026, 11, 24)
KEY = generate(Algorithm.ED25519, b"k" * 32)
JWK = '{ kty = "OKP", crv = "Ed25519", x = "' + KEY.jwk["x"] + '" }'
SMALL = f"""
profile = "tt46-2026-07"
environment = "sandbox"

[[participants]]
id = "H01"
name = "Bệnh viện"
kind = "state_body"

[[systems]]
id = "h01/his"
participant = "H01"
name = "HIS"
kind = "other"
channel = "platform"
platform = "ndxp"
rate = {{ per_second = 10, burst = 20 }}

[[systems.keys]]
jwk = {JWK}
valid_from = 2026-01-01
valid_until = 2026-12-31

[[systems.purposes]]
code = "patient"
name = "Định danh"
function = "Khám bệnh"
assigned_by = "QĐ 1"
ground = "state_task"
actor = "automatic"
decision = "QĐ 2"

[systems.purposes.right]
services = ["lookup"]
fields = ["full_name", "sex"]
quotas = {{ persons = 10, calls = 10 }}

[systems.facts]
agreement = {{ number = "1", valid_from = 2026-01-01, valid_until = 2026-12-31 }}
confirmation = {{ number = "2", issued_by = "A05", issued_at = 2026-01-01, design_version = "1" }}
security_level = {{ level = 3, decision = "3", valid_from = 2026-01-01 }}
conditions = {{ evidence = "BB", decided_at = 2026-01-01 }}
"""


def published(folder: Path, text: str, **more) -> Publication:
    path = folder / "grants.toml"
    path.write_text(text, encoding="utf-8")
    return read_publication(path, today=TODAY, **more)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(PublicationError) as error:
        published(folder, text)
    assert str(error.value).startswith(str(folder / "grants.toml") + ": ")
    return str(error.value).removeprefix(str(folder / "grants.toml") + ": ")


def test_a_readable_file_becomes_a_document_a_gateway_can_use(tmp_path: Path) -> None:
    (body,) = published(tmp_path, SMALL).documents
    grant = compile_grant(body)
    assert (grant.system_id, grant.agency_id, grant.revision) == ("h01/his", "H01", 1)
    assert grant.keys[KEY.key_id].valid_from == start_of_day(date(2026, 1, 1))
    assert grant.keys[KEY.key_id].valid_until == end_of_day(date(2026, 12, 31))
    assert grant.misses == (20, 20)
    assert grant.standing_at(start_of_day(TODAY)).refusal is None
    assert not grant.rights["patient"].explain


def test_the_next_revision_follows_and_a_repetition_is_left_out(tmp_path: Path) -> None:
    (first,) = published(tmp_path, SMALL).documents
    again = published(tmp_path, SMALL, in_force={"h01/his": first})
    assert again == Publication((), ("h01/his",))
    changed = published(tmp_path, SMALL.replace('"sex"]', '"phone"]'), in_force={"h01/his": first})
    (second,) = changed.documents
    assert decode_document(second).revision == 2
    assert published(tmp_path, SMALL, in_force={"h01/his": second}).documents != ()


def test_systems_for_procedures_explain_unless_the_file_says_no(tmp_path: Path) -> None:
    procedures = SMALL.replace('kind = "other"', 'kind = "province_procedures"')
    (body,) = published(tmp_path, procedures).documents
    assert compile_grant(body).rights["patient"].explain
    silent = procedures.replace("services =", "explain = false\nservices =")
    (body,) = published(tmp_path, silent).documents
    assert not compile_grant(body).rights["patient"].explain


def test_a_purpose_may_be_registered_before_it_has_a_right(tmp_path: Path) -> None:
    start, end = SMALL.index("[systems.purposes.right]"), SMALL.index("[systems.facts]")
    (body,) = published(tmp_path, SMALL[:start] + SMALL[end:]).documents
    grant = compile_grant(body)
    assert (list(grant.purposes), dict(grant.rights)) == (["patient"], {})


def test_conditions_may_be_named_as_failed_or_one_by_one(tmp_path: Path) -> None:
    lost = SMALL.replace("decided_at = 2026-01-01", 'decided_at = 2026-01-01, failed = ["safety"]')
    (body,) = published(tmp_path, lost).documents
    ground = compile_grant(body).standing_at(start_of_day(TODAY)).grounds[4]
    assert (ground.state, ground.evidence) == (GroundState.REFUSED, "not kept: safety")
    single = SMALL.replace(
        'conditions = { evidence = "BB", decided_at = 2026-01-01 }',
        "[[systems.facts.conditions]]\n"
        'name = "safety"\nverdict = "met"\nevidence = "BB"\ndecided_at = 2026-01-01',
    )
    (body,) = published(tmp_path, single).documents
    assert len(decode_document(body).facts.conditions) == 1


def test_a_key_may_stand_in_a_file_beside_or_in_a_folder_named(tmp_path: Path) -> None:
    by_file = SMALL.replace(f"jwk = {JWK}", 'file = "h01.jwk"')
    (tmp_path / "h01.jwk").write_text(json.dumps(public_jwk(KEY)))
    (body,) = published(tmp_path, by_file).documents
    assert KEY.key_id in compile_grant(body).keys
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "h01.jwk").write_text(json.dumps(public_jwk(KEY)))
    (tmp_path / "h01.jwk").unlink()
    (body,) = published(tmp_path, by_file, keys=other).documents
    assert KEY.key_id in compile_grant(body).keys


def test_members_of_a_key_that_are_not_public_parts_are_left_out(tmp_path: Path) -> None:
    named = SMALL.replace('kty = "OKP"', f'kid = "{KEY.key_id}", use = "sig", kty = "OKP"')
    (body,) = published(tmp_path, named).documents
    assert KEY.key_id in compile_grant(body).keys


BY_FILE = SMALL.replace(f"jwk = {JWK}", 'file = "h01.jwk"')


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "file: cannot read"),
        ("{", "is no JSON"),
        ("[]", "must hold one public JSON Web Key"),
        (json.dumps(private_jwk(KEY)), "this is a private key"),
        (json.dumps({"kty": "RSA"}), "kty: Invalid enum value 'RSA'"),
    ],
)
def test_a_key_file_that_cannot_be_used_is_named(tmp_path: Path, content: str | None, expected: str) -> None:
    if content is not None:
        (tmp_path / "h01.jwk").write_text(content)
    message = refused(tmp_path, BY_FILE)
    assert message.startswith("systems 'h01/his', keys[1]: ")
    assert expected in message


WRONG = [
    ("profile =", "profle =", "profle: no such key. Remove it, or use one of: environment, issuers"),
    (
        'profile = "tt46-2026-07"',
        'profile = "x"',
        "profile: there is no such law profile. Use one of: tt46-2022",
    ),
    ('profile = "tt46-2026-07"', "", 'profile is missing. Write profile = "…" at the top'),
    ('environment = "sandbox"', "environment = 3", "environment is missing"),
    ("profile =", "profile", "not valid TOML"),
    ('kind = "state_body"', 'kind = "club"', "participants 'H01': kind: Invalid enum value 'club'"),
    ("[[participants]]", "[participants]", "participants: write each of them as a table of its own"),
    (
        'participant = "H01"',
        'participant = "H02"',
        "systems 'h01/his': participant: name one of the participants: H01",
    ),
    ('participant = "H01"', "", "systems 'h01/his': participant: name one of"),
    (
        'platform = "ndxp"',
        'plattform = "ndxp"',
        "systems 'h01/his': plattform: no such key. Remove it, or use one of: channel",
    ),
    ('platform = "ndxp"', "", "systems 'h01/his': system.platform: name the integration platform"),
    ("burst = 20", 'burst = "x"', "systems 'h01/his': rate.burst: Expected int, got str"),
    ('name = "HIS"', "", "systems 'h01/his': Object missing required field name"),
    (
        "valid_until = 2026-12-31\n",
        "valid_until = 2027-12-31\n",
        "systems 'h01/his': keys[0]: a key lives at most 365 days",
    ),
    (
        "valid_until = 2026-12-31\n",
        "valid_until = 2026-12-31T00:00:00\n",
        "systems 'h01/his': valid_until: a time needs its zone",
    ),
    ("jwk =", 'file = "x"\njwk =', "systems 'h01/his', keys[1]: file: name a file or write the key as jwk"),
    (f"jwk = {JWK}", "jwk = 5", "systems 'h01/his', keys[1]: jwk: Expected object, got int"),
    ("[[systems.keys]]", "[systems.keys]", "systems 'h01/his': keys: write each of them as a table"),
    (
        'ground = "state_task"',
        'ground = "whim"',
        "systems 'h01/his', purposes 'patient': ground: Invalid enum value 'whim'",
    ),
    (
        SMALL[SMALL.index("[systems.purposes.right]") : SMALL.index("[systems.facts]")],
        "right = 5\n",
        "systems 'h01/his', purposes 'patient', right: write it as a table",
    ),
    (
        '"full_name", "sex"',
        '"full_name", "shoe_size"',
        "systems 'h01/his': rights.patient: fields: not in the catalogue: shoe_size",
    ),
    ("calls = 10 }", "call = 10 }", "right: quotas: Object contains unknown field call. See examples/"),
    ("[systems.facts]", "[systems]\nfacts = 5\n[other]", "not valid TOML"),
    ('design_version = "1"', 'version = "1"', "systems 'h01/his', facts: confirmation: Object"),
    ("decided_at = 2026-01-01", "decided = 2026-01-01", "facts, conditions: decided: no such key"),
    ("[[systems.keys]]", "misses = 5\n[[systems.keys]]", "systems 'h01/his': misses: write it as a table"),
]


@pytest.mark.parametrize(("old", "new", "expected"), WRONG)
def test_an_error_names_table_and_key_and_how_to_mend_it(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    text = SMALL.replace(old, new, 1)
    assert text != SMALL
    assert expected in refused(tmp_path, text)


def test_who_stands_twice_is_named(tmp_path: Path) -> None:
    first, second = SMALL.index("[[participants]]"), SMALL.index("[[systems]]")
    assert "participants 'H01': id: this participant stands twice" in refused(
        tmp_path, SMALL[:second] + SMALL[first:]
    )
    assert "systems 'h01/his': id: this system stands twice" in refused(tmp_path, SMALL + SMALL[second:])


def test_a_key_that_is_no_point_is_found_before_signing(tmp_path: Path) -> None:
    assert "systems 'h01/his': keys: not an Ed25519 public key" in refused(
        tmp_path, SMALL.replace(KEY.jwk["x"], "A" * 43)
    )


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match="cannot read the file"):
        read_publication(tmp_path / "no.toml", today=TODAY)


def test_an_empty_file_asks_for_nothing(tmp_path: Path) -> None:
    text = 'profile = "tt46-2026-07"\nenvironment = "production"\n'
    assert published(tmp_path, text) == Publication((), ())


def test_relative_days_are_for_demonstrations(tmp_path: Path) -> None:
    relative = SMALL.replace("valid_until = 2026-12-31\n", 'valid_until = "today+30"\n')
    (body,) = published(tmp_path, relative).documents
    assert compile_grant(body).keys[KEY.key_id].valid_until == end_of_day(date(2026, 12, 24))
    production = relative.replace('"sandbox"', '"production"')
    assert "in production a day is written as a date" in refused(tmp_path, production)


@pytest.mark.parametrize("today", [date(2025, 3, 1), date(2026, 11, 24), date(2028, 2, 29)])
def test_the_example_is_published_as_it_stands_on_any_day(tmp_path: Path, today: date) -> None:
    write_keys(tmp_path)
    now = start_of_day(today) + 1
    found = read_publication(EXAMPLE, today=today, keys=tmp_path)
    grants = {grant.system_id: grant for grant in map(compile_grant, found.documents)}
    refused_now = {name for name, grant in grants.items() if grant.standing_at(now).refusal is not None}
    assert len(grants) == 10
    assert refused_now == {"h48/canbo", "vt01/thuebao"}
    assert "assessment-overdue" in "".join(grants["g07/bhxh"].notices(now))


PORTAL = (
    SMALL.replace('actor = "automatic"', 'actor = "citizen"')
    .replace('ground = "state_task"', 'ground = "own_request"')
    .replace(
        "[[systems]]",
        """
[[issuers]]
id = "national"
issuer = "https://login.example"
number_claim = "citizen_number"
assurance = ["level-2"]
file = "national.jwks.json"

[[systems]]
""",
    )
    .replace(
        "[systems.facts]", '[systems.login]\nissuer = "national"\naudience = "portal"\n\n[systems.facts]'
    )
)
ISSUER_KEY = generate(Algorithm.ECDSA_P256_SHA256, b"i" * 32)
KEY_SET = {"keys": [{**public_jwk(ISSUER_KEY), "kid": "k1", "use": "sig", "alg": "ES256", "x5t": "a"}]}


def with_key_set(folder: Path, value: object) -> Path:
    (folder / "national.jwks.json").write_text(json.dumps(value))
    return folder


@pytest.mark.law("R10.1")
def test_a_portal_names_its_issuer_its_audience_and_the_issuers_public_keys(tmp_path: Path) -> None:
    (body,) = published(with_key_set(tmp_path, KEY_SET), PORTAL).documents
    login = compile_grant(body).login
    assert login is not None
    assert (login.issuer, login.audience) == ("https://login.example", "portal")
    assert (login.number_claim, login.name_claim, login.birth_date_claim) == (
        "citizen_number",
        "name",
        "birthdate",
    )
    assert login.assurance == {"level-2"}
    assert login.keys["k1"].x == ISSUER_KEY.jwk["x"]
    written = PORTAL.replace(
        'file = "national.jwks.json"',
        'keys = [{ kid = "k1", kty = "EC", crv = "P-256", '
        f'x = "{ISSUER_KEY.jwk["x"]}", y = "{ISSUER_KEY.jwk["y"]}" }}]',
    )
    assert published(tmp_path, written, in_force={"h01/his": body}) == Publication((), ("h01/his",))


@pytest.mark.law("R10.1")
@pytest.mark.parametrize(
    ("key_set", "expected"),
    [
        (None, "keys: name the file of the issuer's public JSON Web Key Set"),
        ([], "keys: name the file of the issuer's public JSON Web Key Set"),
        ({"keys": 5}, "keys: name the file of the issuer's public JSON Web Key Set"),
        ({"keys": []}, "login.keys: give 1 to 16 public keys"),
        ({"keys": [{**private_jwk(ISSUER_KEY), "kid": "k1"}]}, "keys: secrets stand in this set"),
        ({"keys": [{"kty": "oct", "kid": "k1", "k": "c2VjcmV0"}]}, "keys: secrets stand in this set"),
        ({"keys": [{"kty": "oct", "kid": "k1"}]}, "keys: secrets stand in this set"),
        ({"keys": [{"kty": "EC", "crv": "P-384", "kid": "k1"}]}, "keys[0].crv: Invalid enum value 'P-384'"),
        ({"keys": [dict(public_jwk(ISSUER_KEY)) | {"kid": ""}]}, "keys[0].kid: Expected str matching"),
    ],
)
def test_what_is_no_public_key_set_is_no_part_of_a_grant(
    tmp_path: Path, key_set: object, expected: str
) -> None:
    assert expected in refused(with_key_set(tmp_path, key_set), PORTAL)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('issuer = "national"', 'issuer = "other"', "login: issuer: name one of the issuers: national"),
        ('audience = "portal"', "", "login: audience: Expected str, got null"),
        ('audience = "portal"', 'audience = "a"\nkeys = []', "login: keys: no such key"),
        ('id = "national"', "", "id: give each issuer an id of its own"),
        ('id = "national"', 'id = "national"\naudience = "x"', "audience: no such key"),
        ('file = "national', 'keys = []\nfile = "national', "file: name a file or write the keys as keys"),
        ('file = "national', 'file = "no', "file: cannot read"),
        (
            '[systems.login]\nissuer = "national"\naudience = "portal"\n',
            "",
            "login: a purpose whose actor is the citizen",
        ),
        ('"https://login', '"ftp://login', "login: issuer: Expected str matching"),
    ],
)
def test_what_is_wrong_about_a_login_is_said(tmp_path: Path, old: str, new: str, expected: str) -> None:
    text = PORTAL.replace(old, new, 1)
    assert text != PORTAL
    assert expected in refused(with_key_set(tmp_path, KEY_SET), text)


@pytest.mark.law("R8.1", "R10.1")
def test_an_audience_belongs_to_one_system_of_the_file_or_in_force(tmp_path: Path) -> None:
    with_key_set(tmp_path, KEY_SET)
    second = PORTAL[PORTAL.index("[[systems]]") :].replace("h01/his", "h01/other")
    assert "'portal' already belongs to 'h01/his'" in refused(tmp_path, PORTAL + second)
    (body,) = published(tmp_path, PORTAL).documents
    other = PORTAL.replace("h01/his", "h01/other")
    with pytest.raises(PublicationError, match="already belongs to 'h01/his'"):
        published(tmp_path, other, in_force={"h01/his": body, "broken": b"{}"})
    apart = other.replace('audience = "portal"', 'audience = "portal-2"')
    assert len(published(tmp_path, apart, in_force={"h01/his": body}).documents) == 1
