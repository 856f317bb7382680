import json
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.grade import Grade
from lienthong.core.name_forms import canonical_name, clean_name, standard_name, word_forms
from lienthong.core.name_order import NameParts, sort_key, split_name
from lienthong.core.names import NameDifference, compare_names, name_differences

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors/names.json").read_text(encoding="utf-8"))

TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
ONSETS = (
    "",
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "gi",
    "h",
    "kh",
    "l",
    "ngh",
    "nh",
    "ph",
    "qu",
    "th",
    "tr",
    "v",
    "x",
)
OPEN = (
    "a",
    "ai",
    "ao",
    "âu",
    "ây",
    "eo",
    "êu",
    "ia",
    "iêu",
    "oa",
    "oe",
    "oai",
    "oay",
    "oeo",
    "ơi",
    "ua",
    "uê",
)
OPEN += ("ui", "uôi", "uy", "uya", "uyu", "ưa", "ưi", "ươi", "ươu", "ưu", "y", "yêu", "uơ", "uây")
CLOSED = (
    "a",
    "ă",
    "â",
    "e",
    "ê",
    "i",
    "iê",
    "o",
    "ô",
    "ơ",
    "oa",
    "oă",
    "oe",
    "oo",
    "u",
    "ư",
    "uâ",
    "uô",
    "ươ",
    "uyê",
    "uy",
)

WORDS = (
    "Nguyễn",
    "Trần",
    "Thị",
    "Văn",
    "Hoà",
    "Hòa",
    "Thuý",
    "Thúy",
    "Lý",
    "Lí",
    "Đặng",
    "Quỳnh",
    "Ánh",
    "Anh",
)
WORDS += (
    "Ðức",
    "Y-Bhăm",
    "H'Hen",
    "Niê",
    "Ksor",
    "Minh",
    "Mỹ",
    "Mĩ",
    "Huỳnh",
    "Toàn",
    "Già",
    "Gìa",
    "Quý",
    "Qúy",
)
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


@pytest.mark.law("R1.2")
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['grade']}: {vector['why']}")
def test_reference_vectors(vector):
    grade = Grade(vector["grade"])
    assert compare_names(vector["claimed"], vector["registered"]) is grade
    assert compare_names(vector["registered"], vector["claimed"]) is grade
    form = standard_name(vector["claimed"])
    assert (form != "" and form == standard_name(vector["registered"])) == grade.opens


def test_the_vectors_cover_every_grade():
    for grade in Grade:
        assert sum(vector["grade"] == grade for vector in VECTORS) >= 20
    assert len(VECTORS) >= 120


def test_grades_are_ordered_and_only_the_best_two_open():
    assert [grade.rank for grade in Grade] == [0, 1, 2, 3, 4]
    assert [grade for grade in Grade if grade.opens] == [Grade.EXACT, Grade.EQUIVALENT]


def spellings(onset, vowels, coda, tone):
    """Write one syllable with its tone on each of its vowels in turn."""
    for place in range(len(vowels)):
        yield normalize("NFC", onset + vowels[: place + 1] + tone + vowels[place + 1 :] + coda)


@pytest.mark.parametrize("onset", ONSETS)
def test_a_syllable_is_one_word_wherever_its_tone_is_written(onset):
    rhymes = [(vowels, "") for vowels in OPEN] + [
        (vowels, coda) for vowels in CLOSED for coda in ("n", "ng", "t")
    ]
    for vowels, coda in rhymes:
        if onset + vowels == "gia" or (onset == "gi" and vowels[0] in "iy"):
            continue
        for tone in TONES[1:]:
            standards = {word_forms(word).standard for word in spellings(onset, vowels, coda, tone)}
            assert len(standards) == 1, (onset, vowels, coda)
            (standard,) = standards
            assert standard in set(spellings(onset, vowels, coda, tone))
            assert word_forms(standard).standard == standard


NEWER_SPELLING = """
    nguyễn huỳnh toàn hoàng quý quỳ quốc quyền quỹ già giá giếng gì gìn giữ phượng mùa hoài khuỷu xoòng nghĩa
    thuở tuấn tuyết chuyện yến ý ỷ hoà hoá hoé khoẻ thuý thuỷ luỹ uỷ khoái ngoéo của cửa cúi bưởi rượu chiều
    yếu ốc ưng ích èo áo ấy ấu đoàn đặng gịa chamaléa léa ênuôl ksor
"""


@pytest.mark.parametrize("word", NEWER_SPELLING.split())
def test_a_word_in_newer_spelling_is_left_alone(word):
    assert word_forms(word).standard == word


def test_the_mark_of_gia_tells_two_words_apart():
    assert word_forms("gìa").standard == "gìa"
    assert word_forms("già").standard == "già"
    assert compare_names("Trần Gìa", "Trần Già") is Grade.PARTIAL


def test_a_word_with_two_tones_is_no_syllable():
    assert word_forms("hóà").standard == "hóà"


@given(st.text(max_size=40))
def test_each_form_of_any_text_is_stable(text):
    for form in (clean_name, canonical_name, standard_name):
        once = form(text)
        assert form(once) == once


@given(names)
def test_a_name_keeps_its_grade_through_composition_case_and_spaces(name):
    for written in (normalize("NFD", name), name.upper(), name.lower(), f" {name.replace(' ', '  ')}\u00a0"):
        assert compare_names(written, name) is Grade.EXACT


@given(names, names)
def test_comparing_is_symmetric_and_agrees_with_the_forms(one, other):
    grade = compare_names(one, other)
    assert compare_names(other, one) is grade
    assert (grade is Grade.EXACT) == (canonical_name(one) == canonical_name(other))
    assert grade.opens == (standard_name(one) == standard_name(other))


@given(st.text(max_size=20), st.text(max_size=20))
def test_comparing_any_texts_never_raises_and_is_symmetric(one, other):
    assert compare_names(one, other) is compare_names(other, one)
    assert name_differences(one, other) == () or compare_names(one, other) in (Grade.NEAR, Grade.PARTIAL)


@given(names, names, names)
def test_opening_grades_are_transitive(one, two, three):
    if compare_names(one, two).opens and compare_names(two, three).opens:
        assert compare_names(one, three).opens


def test_very_long_names_are_equal_or_different():
    long = "Nguyễn " * 40
    assert compare_names(long, long.upper()) is Grade.EXACT
    assert compare_names(long, "Nguyễn") is Grade.MISMATCH
    assert compare_names("Nguyễn", long) is Grade.MISMATCH


@pytest.mark.parametrize(
    ("claimed", "registered", "difference"),
    [
        ("Nguyen Thi Mau", "Nguyễn Thị Mẫu", NameDifference.DIACRITICS_MISSING),
        ("Nguyễn Thị Mẫu", "Nguyen Thi Mau", NameDifference.DIACRITICS_DIFFER),
        ("Nguyễn Thị Mẩu", "Nguyễn Thị Mẫu", NameDifference.DIACRITICS_DIFFER),
        ("Trần Văn Lí", "Trần Văn Lý", NameDifference.SPELLING_VARIANT),
        ("Y Bhăm Niê", "Y-Bhăm Niê", NameDifference.SPELLING_VARIANT),
        ("Thị Mẫu Nguyễn", "Nguyễn Thị Mẫu", NameDifference.SURNAME_MOVED),
        ("Mẫu Nguyễn Thị", "Nguyễn Thị Mẫu", NameDifference.SURNAME_MOVED),
        ("Nguyễn Mẫu Thị", "Nguyễn Thị Mẫu", NameDifference.GIVEN_AND_MIDDLE_SWAPPED),
        ("Mẫu Thị Nguyễn", "Nguyễn Thị Mẫu", NameDifference.WORD_ORDER),
        ("Nguyễn Mẫu", "Nguyễn Thị Mẫu", NameDifference.WORD_MISSING),
        ("Nguyễn Thị Ngọc Mẫu", "Nguyễn Thị Mẫu", NameDifference.WORD_ADDED),
        ("Nguyễn Thị Nẫu", "Nguyễn Thị Mẫu", NameDifference.LETTERS_DIFFER),
    ],
)
def test_what_differs_is_said_without_the_registered_name(claimed, registered, difference):
    assert name_differences(claimed, registered) == (difference,)


@pytest.mark.parametrize("claimed", ["Nguyễn Thị Hòa", "NGUYỄN THỊ HOÀ", "Trần Văn Bình"])
def test_nothing_is_said_of_names_that_agree_or_are_others(claimed):
    assert name_differences(claimed, "Nguyễn Thị Hoà") == ()


@pytest.mark.parametrize(
    ("full_name", "parts"),
    [
        ("Nguyễn Thị Ngọc Mẫu", ("Nguyễn", "Thị Ngọc", "Mẫu")),
        ("Trần Bình", ("Trần", "", "Bình")),
        ("  Lê   Văn  An ", ("Lê", "Văn", "An")),
        ("Mẫu", ("", "", "Mẫu")),
        ("Tôn Nữ Thị Ninh", ("Tôn Nữ", "Thị", "Ninh")),
        ("Công Tằng Tôn Nữ Hà My", ("Công Tằng Tôn Nữ", "Hà", "My")),
        ("Tôn Thất Tùng", ("Tôn Thất", "", "Tùng")),
        ("Tôn Nữ", ("Tôn", "", "Nữ")),
        ("H'Hen Niê", ("Niê", "", "H'Hen")),
        ("Y Moan Ênuôl", ("Ênuôl", "", "Y Moan")),
        ("Y-Bhăm Buôn Yă", ("Buôn Yă", "", "Y-Bhăm")),
        ("H'Hen", ("", "", "H'Hen")),
        ("", ("", "", "")),
    ],
)
def test_a_name_is_parted_by_its_words(full_name, parts):
    assert split_name(full_name) == NameParts(*parts)


def test_names_are_listed_in_vietnamese_order():
    ordered = [
        "Nguyễn Văn An",
        "Trần Văn An",
        "Lê An Anh",
        "Lê Văn Anh",
        "Trần Thị Ánh",
        "Đỗ Ăn",
        "Phạm Ân",
        "Lê Dung",
        "Lê Dũng",
        "Lê Đạt",
        "Dinh Hoa",
        "Dương Hoa",
        "Đinh Hoa",
        "Lê Hoa",
        "Lê Hòa",
        "Lý Hoà",
        "Lê Hỏa",
        "Lê Hoã",
        "Lê Hoá",
        "Lê Hoạ",
        "Lê Hoan",
        "Lê Nga",
        "Lê On",
        "Lê Ôn",
        "Lê Ơn",
        "Lê Uy",
        "Lê Ưng",
        "Lê Vy",
        "Lê Ý",
        "Lê Zung",
    ]
    keys = [sort_key(**split_name(name)._asdict()) for name in ordered]
    for (one, first), (other, second) in pairwise(zip(ordered, keys, strict=True)):
        assert first < second, (one, other)
    assert all(key.isascii() for key in keys)


def test_spellings_of_one_name_have_one_place_and_foreign_letters_count_bare():
    assert sort_key(surname="LÊ", middle_name="", given_name="Hòa") == sort_key(
        surname="Lê", middle_name="", given_name="Hoà"
    )
    assert sort_key(surname="", middle_name="", given_name="Françoise") == sort_key(
        surname="", middle_name="", given_name="Francoise"
    )
    assert sort_key(surname="", middle_name="", given_name="") == "!0 !0 !0"
