import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.bodies import (
    IDENTIFIER_TEXTS,
    KIND_LABELS,
    SYSTEM_KIND_LABELS,
    BodyId,
    BodyKind,
    IdentifierForm,
    IdentifierProblem,
    parse_body_id,
    participant_kind,
    system_kind,
)
from lienthong.core.grant_document import ParticipantKind, SystemKind

FORMS = {
    IdentifierForm.STATE: re.compile(r"^[A-Y][0-9]{2}(\.[0-9A-Z]+)*$"),
    IdentifierForm.OTHER: re.compile(r"^Z[0-9]{2}.{1,32}$"),
    IdentifierForm.ENTERPRISE: re.compile(r"^[0-9]{10}(-?[0-9]{3})?$"),
}


@pytest.mark.parametrize(
    ("text", "canonical", "form"),
    [
        ("H20", "H20", IdentifierForm.STATE),
        (" h20.12.3a ", "H20.12.3A", IdentifierForm.STATE),
        ("G01", "G01", IdentifierForm.STATE),
        ("Z01.BANK-7", "Z01.BANK-7", IdentifierForm.OTHER),
        ("0101243150", "0101243150", IdentifierForm.ENTERPRISE),
        ("0101243150-001", "0101243150-001", IdentifierForm.ENTERPRISE),
        ("0101243150001", "0101243150-001", IdentifierForm.ENTERPRISE),
    ],
)
def test_an_identifier_has_one_canonical_spelling(text, canonical, form) -> None:
    assert parse_body_id(text) == BodyId(canonical, form)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", IdentifierProblem.EMPTY),
        ("  ", IdentifierProblem.EMPTY),
        ("000.00.00.H20", IdentifierProblem.OLD_FORM),
        ("Sở Y tế", IdentifierProblem.CHARACTERS),
        ("H20.١٢", IdentifierProblem.CHARACTERS),
        ("H20\n.1", IdentifierProblem.CHARACTERS),
        ("H20." + "1" * 40, IdentifierProblem.TOO_LONG),
        ("HH0", IdentifierProblem.FIRST_GROUP),
        ("H2", IdentifierProblem.FIRST_GROUP),
        ("H201", IdentifierProblem.FIRST_GROUP),
        ("H20.", IdentifierProblem.EMPTY_GROUP),
        ("H20..1", IdentifierProblem.EMPTY_GROUP),
        ("H20-1", IdentifierProblem.EMPTY_GROUP),
        ("010124315", IdentifierProblem.ENTERPRISE_DIGITS),
        ("0101243150-1", IdentifierProblem.ENTERPRISE_DIGITS),
        ("Z01", IdentifierProblem.OTHER_EMPTY),
    ],
)
def test_what_is_no_identifier_says_why(text, problem) -> None:
    assert parse_body_id(text) is problem


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[A-Z0-9./_-]{0,40}", fullmatch=True)))
def test_whatever_is_read_has_the_form_of_the_standard_and_reads_the_same_again(text: str) -> None:
    found = parse_body_id(text)
    if isinstance(found, BodyId):
        assert FORMS[found.form].match(found.text)
        assert parse_body_id(found.text) == found
    else:
        assert IDENTIFIER_TEXTS[found].vi


@given(st.from_regex(r"[A-Y][0-9]{2}(\.[0-9A-Z]{1,5}){0,5}", fullmatch=True))
def test_every_identifier_of_a_state_body_is_read(text: str) -> None:
    assert parse_body_id(text) == BodyId(text, IdentifierForm.STATE)


@pytest.mark.law("R3.1", "R2.2")
def test_every_kind_of_body_and_system_has_a_name_in_both_languages() -> None:
    assert set(KIND_LABELS) == set(BodyKind)
    assert set(SYSTEM_KIND_LABELS) == set(SystemKind)
    assert set(IDENTIFIER_TEXTS) == set(IdentifierProblem)


@pytest.mark.law("R3.1", "R2.2")
def test_a_kind_of_body_says_how_grants_name_body_and_system() -> None:
    named = {kind: (participant_kind(kind, under_defence=False), system_kind(kind)) for kind in BodyKind}
    state = ParticipantKind.STATE_BODY
    assert named == {
        BodyKind.NATIONAL_DATABASE: (state, SystemKind.NATIONAL_DATABASE),
        BodyKind.SPECIALISED_DATABASE: (state, SystemKind.SPECIALISED_DATABASE),
        BodyKind.SERVICE_PORTAL: (state, SystemKind.SERVICE_PORTAL),
        BodyKind.MINISTRY_PROCEDURES: (state, SystemKind.MINISTRY_PROCEDURES),
        BodyKind.PROVINCE_PROCEDURES: (state, SystemKind.PROVINCE_PROCEDURES),
        BodyKind.POLICE_UNIT: (ParticipantKind.POLICE_UNIT, SystemKind.OTHER),
        BodyKind.ORGANISATION: (ParticipantKind.ORGANISATION, SystemKind.OTHER),
        BodyKind.INTEGRATION_PLATFORM: (state, SystemKind.OTHER),
    }


@pytest.mark.law("R4.3")
@pytest.mark.parametrize("kind", BodyKind)
def test_a_body_of_the_ministry_of_national_defence_is_named_as_one(kind) -> None:
    assert participant_kind(kind, under_defence=True) is ParticipantKind.DEFENCE_BODY
