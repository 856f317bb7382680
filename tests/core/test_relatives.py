import pytest

from lienthong.core.answer import LineFacts, TagLabel
from lienthong.core.evidence import Evidence, ListKind
from lienthong.core.fields import bits_of_names, names_in
from lienthong.core.relatives import lines_of_relatives, without_protected
from lienthong_protocol.record import Outcome, Visibility
from tests.core.granting import NOW, evidence, granted, override, row

MOTHER = row(
    list=ListKind.MOTHER, name="Lê A", number="099160000001", nationality="VN", related_key=b"m" * 16
)
FATHER = row(list=ListKind.FATHER, name="Trần B", number="099060000002")


def lines(found: Evidence, *names: str) -> tuple[LineFacts, ...]:
    told = bits_of_names(names)
    return lines_of_relatives(found, told, visibility=Visibility.SHOWN, law=None, case="c")


@pytest.mark.law("R1.2")
def test_each_person_told_about_has_one_line_with_what_was_told() -> None:
    head = row(list=ListKind.HOUSEHOLD_HEAD, name="Lê A", number="099160000001", related_key=b"m" * 16)
    found = lines(
        evidence(lists=(MOTHER, FATHER, head)),
        *("mother_name", "mother_number", "mother_nationality", "father_name", "father_old_number"),
        *("household_head_name", "sex"),
    )
    assert [(line.label, line.person_key, line.number) for line in found] == [
        (TagLabel.PERSON, b"m" * 16, ""),
        (TagLabel.CLAIMED, b"", "099060000002"),
    ]
    assert [line.outcome for line in found] == [Outcome.RELATED] * 2
    assert names_in(found[0].given) == (
        "mother_name",
        "mother_number",
        "mother_nationality",
        "household_head_name",
    )
    assert names_in(found[1].asked) == ("father_name", "father_old_number")
    assert names_in(found[1].given) == ("father_name",)
    assert {line.case for line in found} == {"c"}


def test_an_old_number_finds_somebody_and_no_number_finds_nobody() -> None:
    old = row(list=ListKind.SPOUSE, name="A", old_number="012345678")
    nobody = row(list=ListKind.CHILD, name="B")
    found = lines(evidence(lists=(old, nobody)), "spouse_name", "children_names", "spouse_old_number")
    assert [line.number for line in found] == ["012345678"]


def test_nobody_gets_a_line_about_themselves_or_about_nothing() -> None:
    oneself = row(list=ListKind.HOUSEHOLD_MEMBER, name="A", related_key=b"p" * 16)
    found = evidence(lists=(oneself, MOTHER, row(list=ListKind.CARD, number="099190000001")))
    assert lines(found, "household_members_names", "father_name", "cards") == ()


def test_relations_of_the_household_and_derived_counts_tell_about_persons() -> None:
    member = row(list=ListKind.HOUSEHOLD_MEMBER, number="1", relation="03")
    child = row(list=ListKind.CHILD, name="C", number="2")
    found = lines(evidence(lists=(member, child)), "household_members_relations", "children_count")
    assert [names_in(line.given) for line in found] == [("household_members_relations",), ("children_names",)]


@pytest.mark.law("R1.2")
def test_a_protected_relative_is_left_out_as_if_not_recorded() -> None:
    hidden = row(list=ListKind.CHILD, position=2, name="B", related_protection=2)
    found = evidence(lists=(MOTHER, hidden), examination=5, death_kind=1, consent=None)
    plain = granted().rights["patient"]
    left = without_protected(found, plain, NOW)
    assert left.lists == (MOTHER,)
    assert all(getattr(left, name) == getattr(found, name) for name in Evidence.__slots__ if name != "lists")
    assert without_protected(left, plain, NOW) is left
    allowed = granted(protected=(1,), override="o1", document_changes={"overrides": (override(),)})
    assert without_protected(found, allowed.rights["patient"], NOW) is found
