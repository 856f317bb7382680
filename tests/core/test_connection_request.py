from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.connection_request import (
    DIRECTION_LABELS,
    FILING_TEXTS,
    MANDATE_LABELS,
    ConnectionRequest,
    Direction,
    FieldChoice,
    FilingRefusal,
    MandateKind,
    RegisteringUnit,
    ServiceChoice,
    TechnicalDescription,
    counted_fields,
    design_version,
    may_file,
)
from lienthong.core.fields import FIELDS
from lienthong.core.missing import SECTION_LABELS, SEVEN_CONTENTS, Section
from lienthong.core.papers import SecretDegree
from lienthong.core.purpose import PurposeGround
from lienthong.core.request_fields import marked_fields
from lienthong.core.request_missing import missing, signature_missing
from lienthong_protocol.record import Act
from tests.core.filing import BODY, DECREE, PAPER_OF_TOMORROW, TODAY
from tests.core.requesting import COMPLETE, HEAD

MANDATE = COMPLETE.mandates[0]
SYSTEM = COMPLETE.systems[0]
OFFICER = COMPLETE.officers[0]
PURPOSE = COMPLETE.purposes[0]
CHOICE, _, GIVEN = COMPLETE.choices
SECRET = replace(DECREE, degree=SecretDegree.PLAIN)


def names(request: ConnectionRequest) -> list[str]:
    return [each.name for each in missing(request, TODAY)]


@pytest.mark.law("R5.1")
def test_a_complete_request_lacks_nothing() -> None:
    assert missing(COMPLETE, TODAY) == ()
    assert signature_missing(COMPLETE) == ()


@pytest.mark.law("R5.1")
def test_an_empty_request_lacks_each_of_the_seven_contents() -> None:
    empty = ConnectionRequest(unit=RegisteringUnit(name="", identifier=""))
    assert {each.where for each in missing(empty, TODAY)} == set(SEVEN_CONTENTS)


@pytest.mark.law("R5.1")
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"unit": replace(COMPLETE.unit, name=" ")}, ["unit_name"]),
        ({"mandates": ()}, ["mandates", "purpose_mandate"]),
        ({"mandates": (replace(MANDATE, description=""),)}, ["mandate_description"]),
        ({"mandates": (replace(MANDATE, assigned_by=None),)}, ["mandate_paper"]),
        ({"mandates": (replace(MANDATE, assigned_by=PAPER_OF_TOMORROW),)}, ["mandate_paper_future"]),
        ({"mandates": (MANDATE, MANDATE)}, ["mandate_repeated"]),
        ({"systems": ()}, ["systems"]),
        ({"systems": (replace(SYSTEM, name=""),)}, ["system_name"]),
        ({"systems": (replace(SYSTEM, managed_by="H99"),)}, ["system_manager"]),
        ({"systems": (SYSTEM, SYSTEM)}, ["system_repeated"]),
        ({"officers": ()}, ["officer_for_act"] * 3),
        ({"officers": (replace(OFFICER, acts=frozenset({Act.CONNECT})),)}, ["officer_for_act"] * 2),
        ({"officers": (replace(OFFICER, name=""),)}, ["officer_name"]),
        ({"officers": (replace(OFFICER, post=""),)}, ["officer_name"]),
        ({"officers": (replace(OFFICER, phone="gọi sau"),)}, ["officer_phone"]),
        ({"officers": (replace(OFFICER, email="an@"),)}, ["officer_email"]),
        ({"purposes": (PURPOSE, PURPOSE)}, ["purpose_repeated"]),
        ({"purposes": (replace(PURPOSE, name=""),)}, ["purpose_name"]),
        ({"purposes": (replace(PURPOSE, scope=""),)}, ["purpose_scope"]),
        ({"purposes": (replace(PURPOSE, mandate="M9"),)}, ["purpose_mandate"]),
        ({"purposes": (replace(PURPOSE, ground=PurposeGround.OTHER_LAW),)}, ["purpose_law"]),
        ({"purposes": (replace(PURPOSE, ground=PurposeGround.OTHER_LAW, law="Luật X"),)}, []),
        ({"choices": (), "written_counts": ()}, ["fields"]),
        ({"services": ()}, ["services"]),
        ({"services": (ServiceChoice(service="search", purpose="patient"),)}, ["service_unknown"]),
        ({"services": (ServiceChoice(service="lookup", purpose="x"),)}, ["service_purpose"]),
        ({"technical_description": None}, ["technical_description"]),
        ({"technical_description": TechnicalDescription(title="x")}, ["technical_description"]),
    ],
)
def test_each_missing_item_is_named_with_where_it_is_mended(change, found) -> None:
    assert names(replace(COMPLETE, **change)) == found


@pytest.mark.law("R5.1")
@pytest.mark.parametrize(
    ("choice", "found"),
    [
        (replace(CHOICE, reason=" "), ["field_reason"]),
        (replace(CHOICE, purpose="x"), ["field_purpose"]),
        (replace(CHOICE, field="shoe_size"), ["field_unknown"]),
        (replace(CHOICE, field="shoe_size", direction=Direction.GIVE), ["field_label"]),
        (replace(CHOICE, field="vaccination", direction=Direction.GIVE, label="Tiêm chủng"), []),
    ],
)
def test_each_field_is_chosen_by_itself_with_purpose_and_reason(choice, found) -> None:
    request = replace(COMPLETE, choices=(choice, GIVEN), written_counts=())
    counted = [name for name in names(request) if name != "count_not_written"]
    assert [name for name in counted if name not in {"services", "officer_for_act"}] == found


def test_a_field_chosen_twice_for_one_purpose_is_shown() -> None:
    request = replace(
        COMPLETE, choices=(CHOICE, CHOICE, GIVEN), written_counts=((Direction.GET, 1), (Direction.GIVE, 1))
    )
    assert names(request) == ["field_repeated"]


def test_a_field_that_no_service_of_its_purpose_offers_is_shown() -> None:
    compared = replace(COMPLETE, services=(ServiceChoice(service="verify", purpose="patient"),))
    assert names(compared) == []
    address = replace(CHOICE, field="permanent_residence")
    assert names(replace(compared, choices=(address, *COMPLETE.choices[1:]))) == ["field_not_offered"]
    both = replace(
        compared,
        choices=(address, *COMPLETE.choices[1:]),
        services=(*compared.services, *COMPLETE.services),
    )
    assert names(both) == []


@pytest.mark.law("R5.1")
@pytest.mark.parametrize(
    ("written", "found"),
    [
        (((Direction.GET, 2), (Direction.GIVE, 1)), []),
        (((Direction.GET, 3), (Direction.GIVE, 1)), [("count_differs", "get")]),
        (((Direction.GET, 2), (Direction.GIVE, 0)), [("count_differs", "give")]),
        (((Direction.GET, 2),), [("count_not_written", "give")]),
        ((), [("count_not_written", "get"), ("count_not_written", "give")]),
    ],
)
def test_the_number_of_fields_written_is_compared_with_those_chosen(written, found) -> None:
    request = replace(COMPLETE, written_counts=written)
    assert [(each.name, each.about) for each in missing(request, TODAY)] == found


@pytest.mark.law("R5.1")
@given(
    st.lists(
        st.builds(
            FieldChoice,
            field=st.sampled_from([field.name for field in FIELDS]),
            direction=st.sampled_from(Direction),
            purpose=st.sampled_from(["a", "b"]),
            reason=st.just("x"),
        ),
        max_size=30,
    )
)
def test_fields_are_counted_once_per_direction_whatever_purposes_they_serve(choices) -> None:
    for direction in Direction:
        chosen = {choice.field for choice in choices if choice.direction is direction}
        assert counted_fields(choices, direction) == len(chosen)
        request = replace(COMPLETE, choices=tuple(choices), written_counts=((direction, len(chosen)),))
        about = [each.about for each in missing(request, TODAY) if each.name.startswith("count")]
        assert direction not in about


@pytest.mark.law("R8.3")
def test_who_only_shares_names_no_service_and_nobody_in_charge_of_access() -> None:
    officer = replace(OFFICER, acts=frozenset({Act.CONNECT, Act.SHARE}))
    request = replace(
        COMPLETE, choices=(GIVEN,), written_counts=((Direction.GIVE, 1),), services=(), officers=(officer,)
    )
    assert names(request) == []


@pytest.mark.law("R1.2")
def test_sensitive_and_family_fields_are_marked() -> None:
    assert marked_fields(COMPLETE) == ("religion", "blood_group")
    assert not replace(CHOICE, field="vaccination").is_marked
    assert replace(CHOICE, field="father_name").is_marked


@pytest.mark.law("R5.1")
@pytest.mark.parametrize(
    ("description", "found"),
    [
        (TechnicalDescription(secret=SECRET), []),
        (TechnicalDescription(secret=SECRET, upload="ab"), ["technical_description_secret"]),
        (TechnicalDescription(secret=SECRET, title="Mô tả"), ["technical_description_secret"]),
        (TechnicalDescription(secret=DECREE), ["technical_description_secret"]),
        (TechnicalDescription(secret=replace(SECRET, number="")), ["technical_description_number"]),
    ],
)
def test_a_secret_description_is_named_and_never_uploaded(description, found) -> None:
    assert names(replace(COMPLETE, technical_description=description)) == found


@pytest.mark.law("R4.2")
def test_the_design_version_is_the_hash_or_the_secret_paper() -> None:
    assert design_version(COMPLETE) == "ab" * 32
    assert design_version(replace(COMPLETE, technical_description=None)) is None
    assert design_version(replace(COMPLETE, technical_description=TechnicalDescription())) is None
    secret = TechnicalDescription(secret=SECRET)
    assert design_version(replace(COMPLETE, technical_description=secret)) == SECRET.name


@pytest.mark.law("R5.3")
@pytest.mark.parametrize(
    ("filer", "refusal"),
    [
        (BODY, None),
        (None, FilingRefusal.INDIVIDUAL),
        ("H99", FilingRefusal.NOT_THE_MANAGING_BODY),
    ],
)
def test_only_the_body_that_manages_the_systems_files(filer, refusal) -> None:
    assert may_file(COMPLETE, filer) is refusal


@pytest.mark.law("R5.3")
def test_nobody_files_for_a_system_of_another_body() -> None:
    mixed = replace(COMPLETE, systems=(SYSTEM, replace(SYSTEM, id="other", managed_by="H99")))
    assert may_file(mixed, BODY) is may_file(mixed, "H99") is FilingRefusal.NOT_THE_MANAGING_BODY


@pytest.mark.law("R5.3")
def test_a_request_is_signed_by_head_or_delegate_before_it_counts_as_sent() -> None:
    unsigned = replace(COMPLETE, signatory=None)
    assert [each.name for each in signature_missing(unsigned)] == ["signatory"]
    wrong = replace(COMPLETE, signatory=replace(HEAD, title=""))
    assert [(each.name, each.where) for each in signature_missing(wrong)] == [
        ("signatory_title", Section.SIGNATURE)
    ]


def test_every_part_has_its_words() -> None:
    assert set(SECTION_LABELS) == set(Section)
    assert set(DIRECTION_LABELS) == set(Direction)
    assert set(MANDATE_LABELS) == set(MandateKind)
    assert set(FILING_TEXTS) == set(FilingRefusal)
