"""The documents for what a system gives: exactly the fields given, and no interface that does not exist."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.codes import versions_of
from lienthong.core.fields import BY_NAME, FIELDS, FieldType, bits_of_names, fields_in
from lienthong.core.request_services import Given, GivenItem
from lienthong.documents.code_tables import code_lists
from lienthong.documents.giving import giving_documents
from lienthong.documents.giving_guide import Giving, GivingPurpose
from lienthong.documents.markdown import plain_text, render_written
from lienthong.documents.technical import technical_documents
from tests.documents.test_technical import PATIENT, interface

INSURANCE = GivenItem("item_1", "Thẻ bảo hiểm y tế")
NOTHING = Given(fields=(), items=())
GUIDES = ("giving/huong-dan.md", "giving/guide.md")


def giving(*names: str, items: tuple[GivenItem, ...] = (), lacks_services: bool = False) -> Giving:
    what = Given(fields=fields_in(bits_of_names(names)), items=items)
    purpose = GivingPurpose(code="patient", title="Xác thực nhân thân người bệnh", given=what)
    return Giving(
        system="hospital",
        name="Hệ thống quản lý khám bệnh",
        given=what,
        purposes=(purpose,),
        lacks_services=lacks_services,
    )


def files_of(made: Giving) -> dict[str, str]:
    return {document.name: document.content.decode("utf-8-sig") for document in giving_documents(made)}


@pytest.mark.law("R5.2", "R2.1", "R8.3")
@given(st.sets(st.sampled_from([field.name for field in FIELDS]), max_size=8))
def test_the_documents_name_the_fields_that_are_given_and_no_others(names: set[str]) -> None:
    found = files_of(giving(*names, items=(INSURANCE,)))
    for name in GUIDES:
        text = found[name]
        assert {field.name for field in FIELDS if f"| `{field.name}` |" in text} == names
        assert "| `item_1` | Thẻ bảo hiểm y tế |" in text
    listed = json.loads(found["giving/fields.json"])
    assert {field["name"] for field in listed["fields"]} == names
    assert listed["items"] == [{"name": "item_1", "label": "Thẻ bảo hiểm y tế"}]
    for field in listed["fields"]:
        known = BY_NAME[field["name"]]
        assert (field["number"], field["type"], field["npd_name"]) == (
            known.number,
            known.type,
            known.npd_name,
        )
        assert set(field["code_tables"]) <= found.keys()
    tables = {
        f"codes/{code_list}-{version}.csv"
        for code_list in code_lists(BY_NAME[name] for name in names)
        for version in versions_of(code_list)
    }
    assert {name for name in found if name.startswith("codes/")} == tables


@pytest.mark.law("R5.2", "R9.1")
@pytest.mark.parametrize("name", GUIDES)
def test_the_guide_says_that_the_intake_is_not_open_and_invents_no_interface(name: str) -> None:
    found = files_of(giving("full_name", "sex", "nationalities", items=(INSURANCE,)))
    text = plain_text(found[name])
    assert ("chưa mở" if "huong-dan" in name else "not open yet") in text
    assert not any(word in text for word in ("http://", "https://", "POST", "/v1/", "LT-"))
    assert not any("openapi" in file or "sample" in file for file in found)
    assert json.loads(found["giving/fields.json"])["intake_open"] is False


@pytest.mark.law("R2.1", "R2.2", "R8.4", "R6.2")
def test_the_guide_tells_the_four_demands_how_errors_return_and_what_it_is_used_for() -> None:
    found = files_of(giving("blood_group", items=(INSURANCE,)))
    vietnamese, english = (plain_text(found[name]) for name in GUIDES)
    for word in ("Thống nhất", "Đầy đủ", "Chính xác", "Kịp thời", "dancuquocgia@mps.gov.vn", "đầu mối"):
        assert word in vietnamese, word
    for word in ("Consistent", "Complete", "Accurate", "Timely", "all reasons", "focal point", "2 years"):
        assert word in english, word
    assert "| `blood_group` | Nhóm máu | code: " in found[GUIDES[0]]
    assert "| blood_group | `NhomMau` | Y tế |" in found[GUIDES[0]]
    assert "| blood_group | `NhomMau` | Health |" in found[GUIDES[1]]


def test_what_is_not_given_is_not_spoken_of() -> None:
    of_fields, of_items = files_of(giving("sex")), files_of(giving(items=(INSURANCE,)))
    assert "Specialised information" not in of_fields[GUIDES[1]]
    assert "Fields about the citizen" not in of_items[GUIDES[1]]
    assert "codes/" not in of_items[GUIDES[1]]
    assert set(of_items) == {*GUIDES, "giving/fields.json"}
    bare = replace(giving(), purposes=(), given=NOTHING)
    assert "For which purposes" not in files_of(bare)[GUIDES[1]]


def test_a_computed_field_points_to_what_it_is_computed_from() -> None:
    found = files_of(giving("is_adult"))
    assert "`is_adult` is computed from `birth_date`" in found[GUIDES[1]]
    assert json.loads(found["giving/fields.json"])["fields"][0]["computed_from"] == ["birth_date"]
    assert "is computed from" not in files_of(giving("birth_date"))[GUIDES[1]]


def test_reading_fields_without_a_service_are_owned_up_to() -> None:
    assert "no service that gives them" in files_of(giving("sex", lacks_services=True))[GUIDES[1]]
    assert "no service that gives them" not in files_of(giving("sex"))[GUIDES[1]]


def test_every_type_has_its_form_in_both_languages() -> None:
    every = files_of(giving(*(field.name for field in FIELDS)))
    assert {field.type for field in FIELDS} == set(FieldType)
    for name in GUIDES:
        rows = [line for line in every[name].splitlines() if line.startswith("| `")]
        assert len(rows) == len(FIELDS)
        assert all(row.count("|") == 7 for row in rows)


def test_what_a_body_calls_its_items_stays_text() -> None:
    cruel = GivenItem("item_1", "a | b\n# c <script>`x`")
    made = replace(giving("sex", items=(cruel,)), name="`x` | <b>\n# d")
    found = files_of(made)
    for name in GUIDES:
        assert "\n# c" not in found[name]
        assert "\n# d" not in found[name]
        drawn = render_written(found[name], below=1, table_label="Bảng")
        assert "<script>" not in drawn
        assert "<b>" not in drawn


def test_the_same_giving_gives_the_same_bytes_and_shares_its_code_tables_with_reading() -> None:
    assert giving_documents(giving("sex")) == giving_documents(giving("sex"))
    assert PATIENT.services
    read = {document.name: document.content for document in technical_documents(interface())}
    both = {document.name: document.content for document in giving_documents(giving("sex"))}
    shared = read.keys() & both.keys()
    assert shared == {"codes/sex-1.csv"}
    assert all(read[name] == both[name] for name in shared)
