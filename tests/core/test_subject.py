"""What the claims of a citizen's identity token must say, rule by rule and at every edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.dates import PartialDate
from lienthong.core.grade import Grade
from lienthong.core.identity import NumberMatch
from lienthong.core.login import compile_login
from lienthong.core.subject import LEEWAY_SECONDS, Subject, compare_subject, subject_of
from lienthong_protocol.refusals import Code, Refuse
from tests.core.granting import AUDIENCE, BIRTH, ISSUER, NAME, NOW, NUMBER, evidence, login, token_claims

NOW_SECONDS = NOW // 1_000_000
LONGEST_AGE = 900 * 1_000_000
LOGIN = compile_login(login(assurance=("level-2", "level-3")))


def read(**changes) -> Subject | Refuse:
    claims = token_claims(**{"acr": "level-2", **changes})
    return subject_of(LOGIN, claims, NOW, longest_age=LONGEST_AGE)


def code(**changes) -> Code:
    found = read(**changes)
    assert isinstance(found, Refuse), found
    assert NUMBER not in found.detail
    return found.code


@pytest.mark.law("R10.1", "R10.2")
def test_the_number_comes_from_the_token_with_what_else_it_carries() -> None:
    assert read() == Subject(NUMBER)
    assert read(name=NAME, birthdate="1990-02-15") == Subject(NUMBER, NAME, PartialDate(BIRTH))
    assert read(birthdate="1990") == Subject(NUMBER, None, PartialDate(1990_00_00))
    assert read(name=NAME) == Subject(NUMBER, NAME)


@pytest.mark.law("R10.1")
@pytest.mark.parametrize("claim", ["iss", "aud", "iat", "exp"])
def test_what_every_token_has_must_be_there_in_its_type(claim: str) -> None:
    for value in (None, True, {}, [], [1], "", -1 if claim in {"iat", "exp"} else 5, 10**400, 1e300):
        assert code(**{claim: value}) in {
            Code.SUBJECT_MALFORMED,
            Code.SUBJECT_ISSUER if claim == "iss" else Code.SUBJECT_AUDIENCE,
        }


@pytest.mark.law("R10.1")
@pytest.mark.parametrize("issuer", ["https://login.example", ISSUER + "/", ISSUER.upper(), "", "https://x"])
def test_only_the_agreed_issuer_is_believed_to_the_letter(issuer: str) -> None:
    assert code(iss=issuer) is Code.SUBJECT_ISSUER


@pytest.mark.law("R8.1")
@pytest.mark.parametrize(
    ("changes", "accepted"),
    [
        ({"aud": AUDIENCE}, True),
        ({"aud": [AUDIENCE]}, True),
        ({"aud": AUDIENCE, "azp": AUDIENCE}, True),
        ({"aud": [AUDIENCE, "other"], "azp": AUDIENCE}, True),
        ({"aud": [AUDIENCE, "other"]}, False),
        ({"aud": [AUDIENCE, AUDIENCE]}, False),
        ({"aud": AUDIENCE, "azp": "other"}, False),
        ({"aud": [AUDIENCE, "other"], "azp": "other"}, False),
        ({"aud": "other"}, False),
        ({"aud": "other", "azp": AUDIENCE}, False),
        ({"aud": AUDIENCE.upper()}, False),
        ({"aud": AUDIENCE + " "}, False),
    ],
)
def test_a_token_is_good_for_the_system_it_was_made_for_alone(changes: dict, accepted: bool) -> None:
    assert (read(**changes) == Subject(NUMBER)) if accepted else (code(**changes) is Code.SUBJECT_AUDIENCE)


@pytest.mark.law("R10.1")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"exp": NOW_SECONDS + 1}, None),
        ({"exp": NOW_SECONDS}, Code.SUBJECT_EXPIRED),
        ({"exp": NOW_SECONDS - 1}, Code.SUBJECT_EXPIRED),
        ({"exp": NOW_SECONDS + 0.5}, None),
        ({"iat": NOW_SECONDS + LEEWAY_SECONDS}, None),
        ({"iat": NOW_SECONDS + LEEWAY_SECONDS + 1}, Code.SUBJECT_NOT_YET_VALID),
        ({"nbf": NOW_SECONDS + LEEWAY_SECONDS}, None),
        ({"nbf": NOW_SECONDS + LEEWAY_SECONDS + 1}, Code.SUBJECT_NOT_YET_VALID),
        ({"nbf": 0}, None),
        ({"iat": NOW_SECONDS - 900}, None),
        ({"iat": NOW_SECONDS - 901}, Code.SUBJECT_TOO_OLD),
        ({"iat": NOW_SECONDS - 900.5}, Code.SUBJECT_TOO_OLD),
        ({"iat": 0, "exp": 10**11}, Code.SUBJECT_TOO_OLD),
    ],
)
def test_a_token_is_good_from_its_making_for_a_short_while(changes: dict, expected: Code | None) -> None:
    found = read(**changes)
    assert (found.code if isinstance(found, Refuse) else None) is expected


@pytest.mark.law("R10.1")
def test_the_level_of_assurance_is_one_that_was_agreed() -> None:
    assert read(acr="level-3") == Subject(NUMBER)
    for level in ("level-1", "", None):
        assert code(acr=level) is Code.SUBJECT_ASSURANCE
    any_level = compile_login(login())
    assert subject_of(any_level, token_claims(), NOW, longest_age=LONGEST_AGE) == Subject(NUMBER)


@pytest.mark.law("R10.1")
@pytest.mark.parametrize(
    "number",
    [
        None,
        "",
        99190000001,
        "99190000001",
        "0991900000011",
        "09919000000a",
        " 99190000001",
        "099000001",
        [NUMBER],
    ],
)
def test_a_number_is_a_text_of_twelve_digits(number: object) -> None:
    assert code(citizen_number=number) is Code.SUBJECT_NUMBER


def test_digits_of_other_scripts_are_none() -> None:
    assert code(citizen_number="٠٩٩١٩٠٠٠٠٠٠١") is Code.SUBJECT_NUMBER


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": 5},
        {"birthdate": "15/02/1990"},
        {"birthdate": "0000-02-15"},
        {"birthdate": 1990},
        {"birthdate": ""},
    ],
)
def test_a_name_or_date_that_cannot_be_compared_is_refused_and_not_left_out(changes: dict) -> None:
    assert code(**changes) is Code.SUBJECT_MALFORMED


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.law("R10.1")
@given(st.dictionaries(st.sampled_from([*token_claims(), "nbf", "azp", "acr", "name", "birthdate"]), _VALUES))
def test_whatever_a_token_says_the_number_is_its_own_or_there_is_none(changes: dict) -> None:
    claims = {**token_claims(acr="level-2"), **changes}
    found = subject_of(LOGIN, claims, NOW, longest_age=LONGEST_AGE)
    assert isinstance(found, Refuse) or found.number == claims["citizen_number"]


@pytest.mark.law("R1.2", "R10.1")
def test_the_register_must_agree_with_what_the_token_carries() -> None:
    bare = compare_subject(Subject(NUMBER), evidence())
    assert bare.agrees
    assert (bare.number, bare.full_name, bare.birth_date) == (NumberMatch.CURRENT, Grade.EXACT, Grade.EXACT)
    whole = Subject(NUMBER, "NGUYỄN THỊ HÒA", PartialDate(BIRTH))
    assert compare_subject(whole, evidence()).agrees
    assert compare_subject(whole, evidence(current_number="099190000009")).number is NumberMatch.SUPERSEDED
    for found in (evidence(name="Trần Văn Bê"), evidence(birth_date=1990_02_16), evidence(candidates=2)):
        assert not compare_subject(whole, found).agrees
    assert not compare_subject(Subject(NUMBER, birth_date=PartialDate(1990_00_00)), evidence()).agrees
