from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.dates import (
    PartialDate,
    Precision,
    age_on,
    age_range,
    compare_dates,
    is_adult_on,
    iso_text,
    parse_iso,
    parse_npd,
)
from lienthong.core.grade import Grade

days = st.dates(min_value=date(1800, 1, 1), max_value=date(2399, 12, 31))
partial_dates = st.builds(
    lambda day, precision: PartialDate(
        day.year * 10_000 + (day.month * 100 if precision > 1 else 0) + (day.day if precision > 2 else 0)
    ),
    days,
    st.integers(1, 3),
)


@pytest.mark.parametrize(
    ("text", "stored", "precision"),
    [
        ("1990", 19900000, Precision.YEAR),
        ("1990-02", 19900200, Precision.MONTH),
        ("1990-02-15", 19900215, Precision.DAY),
        ("2000-02-29", 20000229, Precision.DAY),
        ("1904-02-29", 19040229, Precision.DAY),
        ("1800-01-01", 18000101, Precision.DAY),
        ("2399-12-31", 23991231, Precision.DAY),
    ],
)
def test_the_three_precisions_are_read_and_written(text, stored, precision):
    read = parse_iso(text)
    assert read == PartialDate(stored)
    assert read.precision is precision
    assert (read.year, read.month, read.day) == (stored // 10_000, stored // 100 % 100, stored % 100)
    assert read.iso == text
    assert parse_npd(read.npd) == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "90",
        "1990-",
        "1990-2",
        "1990-2-5",
        "1990-02-",
        "1990-00",
        "1990-02-00",
        "1990-13",
        "1990-13-01",
        "1990-02-30",
        "1990-02-29",
        "1900-02-29",
        "1990-04-31",
        "1990-02-15 ",
        " 1990",
        "1990-02-15\n",
        "1990/02/15",
        "15-02-1990",
        "19900215",
        "+1990",
        "-1990",
        "1990-02-15T00:00:00Z",
        "1799-12-31",
        "2400",
        "0000",
        "9999-12-31",
        "\u0661\u0669\u0669\u0660",  # Arabic-Indic digits
        "\uff11\uff19\uff19\uff10",  # full-width digits
        "1990-0\u0662",
        "1990\u201302",
        "1_990",
    ],
)
def test_anything_else_is_no_date(text):
    assert parse_iso(text) is None


@pytest.mark.parametrize(
    "text", ["", "1990-02", "199", "19900", "1990021", "199002155", "19900200", "19901301", "19900000"]
)
def test_anything_else_is_no_date_in_the_existing_messages(text):
    assert parse_npd(text) is None


@pytest.mark.parametrize("text", ["1990", "199002", "19900215"])
def test_the_existing_messages_write_dates_without_hyphens(text):
    assert parse_npd(text).npd == text


@pytest.mark.parametrize("stored", [0, -1, 19900015, 19901301, 19900230, 17991231, 24000101, 199002150])
def test_an_impossible_date_cannot_be_built(stored):
    with pytest.raises(ValueError, match="not a possible date"):
        PartialDate(stored)


@given(st.text(max_size=12))
def test_reading_a_date_never_raises(text):
    for read in (parse_iso(text), parse_npd(text)):
        assert read is None or read.iso == text or read.npd == text


@given(days)
def test_every_day_survives_writing_and_reading(day):
    assert parse_iso(day.isoformat()) == PartialDate.of(day)
    assert PartialDate.of(day).npd == day.strftime("%Y%m%d").zfill(8)


@given(partial_dates, partial_dates)
def test_dates_are_ordered_with_the_less_precise_first(one, other):
    assert (one < other) == (one.stored < other.stored)
    assert iso_text(one.stored) == one.iso


@pytest.mark.law("R1.2")
@pytest.mark.parametrize(
    ("claimed", "registered", "grade"),
    [
        (19900215, 19900215, Grade.EXACT),
        (19900000, 19900000, Grade.EXACT),
        (19900200, 19900200, Grade.EXACT),
        (19900215, 19900200, Grade.EQUIVALENT),
        (19900215, 19900000, Grade.EQUIVALENT),
        (19900200, 19900000, Grade.EQUIVALENT),
        (19900101, 19900000, Grade.EQUIVALENT),
        (19900200, 19900215, Grade.PARTIAL),
        (19900000, 19900215, Grade.PARTIAL),
        (19900000, 19900200, Grade.PARTIAL),
        (19900502, 19900205, Grade.NEAR),
        (19900205, 19900502, Grade.NEAR),
        (19900215, 19900216, Grade.MISMATCH),
        (19900215, 19910215, Grade.MISMATCH),
        (19900215, 19900300, Grade.MISMATCH),
        (19900215, 19910000, Grade.MISMATCH),
        (19900300, 19900215, Grade.MISMATCH),
        (19910000, 19900215, Grade.MISMATCH),
        (19900200, 19900300, Grade.MISMATCH),
        (19900215, 0, Grade.MISMATCH),
        (19900215, -1, Grade.MISMATCH),
        (19900202, 19900502, Grade.MISMATCH),
    ],
)
def test_a_claim_may_know_more_than_the_register_but_not_less(claimed, registered, grade):
    assert compare_dates(PartialDate(claimed), registered) is grade


@pytest.mark.law("R1.2")
@given(partial_dates, partial_dates)
def test_only_a_claim_as_precise_as_the_register_opens(claimed, registered):
    grade = compare_dates(claimed, registered.stored)
    if grade.opens:
        assert claimed.precision >= registered.precision
        assert claimed.iso.startswith(registered.iso)
    if grade is Grade.EXACT:
        assert claimed == registered
    mirrored = {Grade.EQUIVALENT: Grade.PARTIAL, Grade.PARTIAL: Grade.EQUIVALENT}.get(grade, grade)
    assert compare_dates(registered, claimed.stored) is mirrored


@pytest.mark.parametrize(
    ("birth", "today", "ages"),
    [
        (20000229, date(2018, 2, 28), (17, 17)),
        (20000229, date(2018, 3, 1), (18, 18)),
        (20000229, date(2020, 2, 29), (20, 20)),
        (19900215, date(2026, 2, 14), (35, 35)),
        (19900215, date(2026, 2, 15), (36, 36)),
        (19900200, date(2026, 2, 1), (35, 36)),
        (19900200, date(2026, 2, 28), (36, 36)),
        (19900200, date(2026, 1, 31), (35, 35)),
        (19900000, date(2026, 6, 1), (35, 36)),
        (19900000, date(2026, 12, 31), (36, 36)),
        (20260101, date(2026, 1, 1), (0, 0)),
        (20260000, date(2026, 6, 1), (0, 0)),
        (20260602, date(2026, 6, 1), None),
        (20270000, date(2026, 6, 1), None),
        (0, date(2026, 6, 1), None),
    ],
)
def test_age_is_reckoned_in_completed_years(birth, today, ages):
    assert age_range(birth, today) == ages
    assert age_on(birth, today) == (ages[0] if ages and ages[0] == ages[1] else None)


@pytest.mark.parametrize(
    ("birth", "today", "is_adult"),
    [
        (20081124, date(2026, 11, 24), True),
        (20081125, date(2026, 11, 24), False),
        (20081100, date(2026, 11, 24), None),
        (20080000, date(2026, 11, 24), None),
        (20080000, date(2026, 12, 31), True),
        (20090000, date(2026, 11, 24), False),
        (0, date(2026, 11, 24), None),
        (20300000, date(2026, 11, 24), None),
    ],
)
def test_an_open_birth_date_leaves_majority_open(birth, today, is_adult):
    assert is_adult_on(birth, today) is is_adult


@given(days, st.integers(0, 40_000))
def test_a_less_precise_birth_date_never_contradicts_a_precise_one(birth, lived):
    today = birth + timedelta(days=lived)
    precise = age_on(PartialDate.of(birth).stored, today)
    assert precise is not None
    for coarse in (birth.year * 10_000, birth.year * 10_000 + birth.month * 100):
        lowest, highest = age_range(coarse, today)
        assert lowest <= precise <= highest
        assert highest - lowest <= 1
