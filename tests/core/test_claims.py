import pytest

from lienthong.core.claims import ClaimOutcome, ClaimResult, compare_claim, wrong_claims
from lienthong.core.fields import BY_NAME
from lienthong.core.grade import Grade

MATCH, NO_MATCH, NOT_AVAILABLE = ClaimOutcome.MATCH, ClaimOutcome.NO_MATCH, ClaimOutcome.NOT_AVAILABLE


@pytest.mark.parametrize(
    ("name", "value", "possible"),
    [
        ("is_adult", True, True),
        ("is_adult", 1, False),
        ("is_adult", "true", False),
        ("age", 30, True),
        ("age", True, False),
        ("age", "30", False),
        ("birth_date", "1990-02", True),
        ("birth_date", "1990-02-30", False),
        ("birth_date", 1990, False),
        ("card_expiry", "2030-01-01", True),
        ("card_expiry", "2030-1-1", False),
        ("card_expiry", "2030-01", False),
        ("permanent_residence", "Hà Nội", False),
        ("cards", "1", False),
        ("full_name", "A", True),
        ("full_name", " ", False),
        ("sex", "2", True),
        ("sex", 2, False),
        ("shoe_size", "42", False),
    ],
)
def test_a_claim_has_a_value_its_field_can_have(name: str, value: str | int, possible: bool) -> None:
    assert wrong_claims({"phone": "+84", name: value}) == (() if possible else (name,))


@pytest.mark.parametrize(
    ("name", "claimed", "registered", "outcome", "grade"),
    [
        ("full_name", "NGUYỄN THỊ HOÀ", "Nguyễn Thị Hoà", MATCH, Grade.EXACT),
        ("full_name", "Nguyễn Thị Hòa", "Nguyễn Thị Hoà", MATCH, Grade.EQUIVALENT),
        ("full_name", "Nguyen Thi Hoa", "Nguyễn Thị Hoà", NO_MATCH, Grade.NEAR),
        ("birth_date", "1990-02-15", "1990-02-15", MATCH, Grade.EXACT),
        ("birth_date", "1990-02-15", "1990", MATCH, Grade.EQUIVALENT),
        ("birth_date", "1990", "1990-02-15", NO_MATCH, Grade.PARTIAL),
        ("birth_date", "bad", "1990-02-15", NO_MATCH, Grade.MISMATCH),
        ("phone", " +84A ", "+84a", MATCH, Grade.EXACT),
        ("phone", "+841", "+842", NO_MATCH, Grade.MISMATCH),
        ("age", 30, 30, MATCH, Grade.EXACT),
        ("age", 30, 31, NO_MATCH, Grade.MISMATCH),
        ("sex", "2", "2", MATCH, None),
        ("sex", "1", "2", NO_MATCH, None),
        ("is_adult", True, True, MATCH, None),
        ("is_adult", False, True, NO_MATCH, None),
        ("nationalities", "LA", ["VN", None, "LA"], MATCH, Grade.EXACT),
        ("nationalities", "US", ["VN", "LA"], NO_MATCH, Grade.MISMATCH),
        ("children_names", "Lê B", ["Lê A", "Lê B"], MATCH, Grade.EXACT),
        ("phone", "+84", None, NOT_AVAILABLE, None),
        ("nationalities", "VN", [], NOT_AVAILABLE, None),
        ("nationalities", "VN", [None], NOT_AVAILABLE, None),
    ],
)
def test_a_claim_is_compared_by_the_kind_of_its_field(
    name: str, claimed: str | int, registered: object, outcome: ClaimOutcome, grade: Grade | None
) -> None:
    assert compare_claim(BY_NAME[name], claimed, registered) == ClaimResult(outcome, grade)


@pytest.mark.law("R1.2")
def test_a_field_with_few_values_never_has_a_grade() -> None:
    for field in BY_NAME.values():
        if field.is_small:
            assert compare_claim(field, "1", "1").grade is None
