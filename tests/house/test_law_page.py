"""The page of the law says what the code says: rules by docstring, tests by mark, gaps as gaps."""

from pathlib import Path

import pytest

import generate_law

CLAUSES = """
[sections]
R6 = "Logs"
R8 = "Rights"
[[clause]]
id = "R6.2"
demand = "Keep logs."
[[clause]]
id = "R8.1"
demand = "Stay with the purpose."
derived = "Officers are named."
missing = "the roster"
[[clause]]
id = "R8.2"
demand = "Stay within the scope."
"""
RULES = '''
"""Rules. Law: R8.1."""


class Grant:
    """What may be had.

    Law: R8.1,
    R8.2.
    """

    def permits(self):
        """Tell whether. Law: R8.2."""


def silent():
    """The text R8.2 alone is no citation."""
'''
TESTS = """
import pytest

pytestmark = [pytest.mark.law("R8.1")]


@pytest.mark.law("R8.2")
def test_scope(): ...


@pytest.mark.law("R8.2", "R8.1")
class TestScope:
    def test_inside(self): ...


def not_a_test(): ...
"""
SQL = """
-- Retires a month.
-- Law: R6.2
CREATE FUNCTION exchange.retire(month date) RETURNS void
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in {
        "docs/law/clauses.toml": CLAUSES,
        "src/lienthong/core/grant.py": RULES,
        "src/lienthong/db/schema/retire.sql": SQL,
        "tests/test_grant.py": TESTS,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def cited(citations) -> set[tuple[str, str]]:
    return {(citation.clause, citation.place.name) for citation in citations}


def test_rules_are_the_definitions_whose_docstring_cites_a_clause(tree):
    assert cited(generate_law.rules(tree)) == {
        ("R8.1", "grant"),
        ("R8.1", "Grant"),
        ("R8.2", "Grant"),
        ("R8.2", "Grant.permits"),
        ("R6.2", "exchange.retire"),
    }


def test_tests_are_found_through_their_own_their_class_and_their_module_mark(tree):
    assert cited(generate_law.tests(tree)) == {
        ("R8.1", "test_scope"),
        ("R8.2", "test_scope"),
        ("R8.1", "TestScope.test_inside"),
        ("R8.2", "TestScope.test_inside"),
    }


def test_the_page_tells_what_is_served_what_is_untested_and_what_is_missing(tree):
    page = generate_law.page(tree)

    assert "| R6.2 | Keep logs. | 1 rule, **no test yet** |" in page
    assert (
        "| R8.1 | Stay with the purpose. *Officers are named.* | 2 rules, 2 tests; missing: the roster |"
        in page
    )
    assert "[`Grant.permits`](../../src/lienthong/core/grant.py)" in page


def test_a_clause_nobody_names_is_not_built_yet(tree):
    (tree / "src/lienthong/db/schema/retire.sql").unlink()

    assert "| R6.2 | Keep logs. | not built yet |" in generate_law.page(tree)


def test_a_page_that_differs_from_the_code_is_stale(tree):
    (tree / generate_law.PAGE).write_text(generate_law.page(tree), encoding="utf-8")
    assert generate_law.check(tree) == []

    (tree / "tests/test_grant.py").unlink()
    assert [finding.path for finding in generate_law.check(tree)] == [generate_law.PAGE.as_posix()]


def test_a_clause_that_does_not_exist_cannot_be_named(tree):
    with (tree / "tests/test_grant.py").open("a", encoding="utf-8") as tests:
        tests.write('\n\n@pytest.mark.law("R99.1")\ndef test_nothing(): ...\n')

    (finding,) = generate_law.unknown(tree)
    assert "no such clause" in finding.message


def test_every_clause_of_the_regulation_stands_in_the_data():
    sections, clauses = generate_law.read_clauses(generate_law.ROOT)
    counts = {"R1": 5, "R2": 2, "R3": 2, "R4": 9, "R5": 3, "R6": 2, "R7": 3, "R8": 7, "R9": 3, "R10": 3}

    assert [clause.id for clause in clauses] == [
        f"{section}.{item}" for section, count in counts.items() for item in range(1, count + 1)
    ]
    assert list(sections) == list(counts)
