"""Files of named queries: what is read, and what is refused with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.db.named import Query, QueryFileError, all_queries, load, parse
from lienthong.db.role import SIGN_IN_ROLES, Role

PATH = Path("some/queries.sql")
GOOD = """\
-- What a desk asks.
-- role: lt_gateway

-- name: first
-- The first of them.
SELECT $1::int;

-- name: second
-- The second, which needs
-- two lines.
-- role: lt_notary, lt_inspector
SELECT a  -- name: not a header, it stands behind code
FROM b
-- a comment inside stays with its query
WHERE c = 'x;'
;
"""


def test_queries_are_read_with_sentence_roles_and_place():
    queries = parse(GOOD, PATH)
    assert list(queries) == ["first", "second"]
    assert queries["first"] == Query(
        "first", "SELECT $1::int", "The first of them.", (Role.GATEWAY,), PATH, 4
    )
    second = queries["second"]
    assert second.description == "The second, which needs two lines."
    assert second.roles == (Role.NOTARY, Role.INSPECTOR)
    assert second.sql.startswith("SELECT a  -- name: not")
    assert second.sql.endswith("-- a comment inside stays with its query\nWHERE c = 'x;'")
    assert second.line == 8


def test_any_stands_for_every_role_that_signs_in():
    text = "-- role: any\n-- name: a\n-- A sentence.\nSELECT 1"
    assert parse(text, PATH)["a"].roles == SIGN_IN_ROLES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no query"),
        ("SELECT 1;\n", "holds no query"),
        ("SELECT 1;\n-- name: a\n-- A.\nSELECT 1", r":1: SQL before"),
        ("-- role: any\n\n-- name: \n-- A.\nSELECT 1", r":3: '' is not a name"),
        ("-- role: any\n-- name: Two Words\n-- A.\nSELECT 1", r":2: 'Two Words' is not a name"),
        ("-- role: any\n-- name: a\nSELECT 1", r":2: a has no sentence"),
        ("-- name: a\n-- A.\nSELECT 1", r":1: a names no role"),
        ("-- role: any\n-- name: a\n-- A.\n;\n", r":2: a has no SQL"),
        ("-- role: lt_gatway\n-- name: a\n-- A.\nSELECT 1", r":1: unknown role 'lt_gatway'"),
        ("-- name: a\n-- A.\n-- role: lt_gateway,\nSELECT 1", r":3: unknown role ''"),
        (f"{GOOD}\n-- name: first\n-- Again.\nSELECT 2", r":18: the name first was used on line 4"),
    ],
)
def test_what_is_malformed_is_refused_with_its_line(text, message):
    with pytest.raises(QueryFileError, match=message):
        parse(text, PATH)


def test_an_unknown_name_shows_the_file(tmp_path):
    path = tmp_path / "queries.sql"
    path.write_text(GOOD)
    queries = load(path)
    assert queries.sql("first") == queries["first"].sql == "SELECT $1::int"
    assert len(queries) == 2
    with pytest.raises(KeyError, match=r"no query named 'third' in .*queries.sql"):
        queries.sql("third")


def test_all_queries_of_a_tree_without_its_migrations(tmp_path):
    for name in ("b/queries.sql", "a/queries.sql", "a/schema/0001_x.sql", "a/roles.sql"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD if name.endswith("queries.sql") else "CREATE SCHEMA x;")
    found = all_queries([tmp_path])
    assert [(query.path.parent.name, query.name) for query in found] == [
        ("a", "first"), ("a", "second"), ("b", "first"), ("b", "second"),
    ]  # fmt: skip
    (tmp_path / "b" / "stray.sql").write_text("SELECT 1;")
    with pytest.raises(QueryFileError, match=r"stray.sql holds no query"):
        all_queries([tmp_path])


_LINES = st.one_of(
    st.sampled_from(
        ["-- name: a", "-- name: b", "-- role: any", "-- role: nobody", "-- A.", "SELECT 1;", "", "--"]
    ),
    st.text(max_size=12),
)


@given(st.lists(_LINES, max_size=10).map("\n".join))
def test_any_text_is_read_or_refused(text):
    try:
        queries = parse(text, PATH)
    except QueryFileError:
        return
    for name, query in queries.items():
        assert query.name == name
        assert query.sql
        assert query.sql in text
        assert query.description
        assert query.roles
        assert text.splitlines()[query.line - 1].strip().endswith(name)
