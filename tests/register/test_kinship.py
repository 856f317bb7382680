"""Who is kin of whom, and who lives with whom: true of every community, whatever the seed."""

from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.core.codes import CodeList, entries
from lienthong.register.households import Household, HouseholdRelation, form_households
from lienthong.register.kinship import Community
from lienthong.register.name_pools import Namer
from lienthong.register.name_tables import load
from lienthong.register.relation_rows import ward_rows, wards_of
from lienthong.register.synthetic_person import YEAR, Person

TODAY = date(2026, 11, 1).toordinal()
REGISTER_BEGAN = date(2016, 1, 1).toordinal()


def grown(seed: int, couples: int = 12) -> tuple[list[Person], list[Household]]:
    chance = Random(seed)
    community = Community(
        chance,
        home=0,
        ethnicity="01",
        today=TODAY,
        register_began=REGISTER_BEGAN,
        name=Namer(chance, "north", load()),
    )
    community.grow(couples)
    community.settle_single()
    return community.people, form_households(community.people, chance, today=TODAY)


seeds = given(seed=st.integers(0, 10**9))
moderately = settings(deadline=None, max_examples=40)


@seeds
@moderately
def test_lives_are_possible(seed: int) -> None:
    people, _ = grown(seed)
    for person in people:
        assert person.born <= TODAY
        assert not person.died or person.born < person.died <= TODAY
        assert person.is_registered
        assert not person.died or person.died >= REGISTER_BEGAN
        if person.married:
            assert person.married <= TODAY
            assert person.married - person.born >= 18 * YEAR
            assert not person.died or person.died >= person.married


@seeds
@moderately
def test_parents_and_children_name_each_other(seed: int) -> None:
    people, _ = grown(seed)
    for person in people:
        for parent in (person.father, person.mother):
            if parent is not None and parent.is_registered:
                assert any(child is person for child in parent.children)
                assert parent.is_female == (parent is person.mother)
        if person.mother is not None and person.mother.is_registered:
            assert 18 * YEAR < person.born - person.mother.born < 44 * YEAR
            assert not person.mother.died or person.born <= person.mother.died
        if person.father is not None and person.father.is_registered:
            assert person.born - person.father.born > 17 * YEAR
            assert not person.father.died or person.born - person.father.died < 300


@seeds
@moderately
def test_spouses_name_each_other_and_are_no_siblings(seed: int) -> None:
    people, _ = grown(seed)
    for person in people:
        spouse = person.spouse
        if spouse is not None:
            assert spouse.spouse is person
            assert spouse.is_female != person.is_female
            assert person.father is None or person.father is not spouse.father
            assert person.married == spouse.married
            assert not person.is_divorced


@seeds
@moderately
def test_children_bear_the_name_of_a_parent_and_no_two_siblings_one_name(seed: int) -> None:
    people, _ = grown(seed)
    for person in people:
        parents = [parent for parent in (person.father, person.mother) if parent is not None]
        assert person.surname in {parent.surname for parent in parents}
        if person.nationality == "VN":
            assert person.full_name == " ".join(filter(None, (person.surname, person.middle, person.given)))
        names = [child.full_name for child in person.children]
        assert len(set(names)) == len(names)


def test_children_mostly_bear_the_name_of_the_father() -> None:
    people = [person for seed in range(20) for person in grown(seed)[0]]
    with_father = [person for person in people if person.father is not None]
    fathers = sum(
        person.father is not None and person.surname == person.father.surname for person in with_father
    )
    assert 0.96 < fathers / len(with_father) < 1.0


@seeds
@moderately
def test_everybody_alive_lives_in_one_household_and_no_dead_do(seed: int) -> None:
    people, households = grown(seed)
    housed = [member for household in households for member in household.members]
    assert len(housed) == len({id(member) for member in housed})
    assert {id(member) for member in housed} == {id(person) for person in people if not person.died}
    for household in households:
        assert all(member.household is household for member in household.members)


@seeds
@moderately
def test_relations_to_the_head_agree_with_kinship(seed: int) -> None:
    _, households = grown(seed)
    for household in households:
        head = household.head
        assert [member for member in household.members if member.relation == HouseholdRelation.HEAD] == [head]
        spouses = [member for member in household.members if member.relation == HouseholdRelation.SPOUSE]
        assert all(spouse.spouse is head for spouse in spouses)
        assert len(spouses) <= 1
        for member in household.members:
            parents = (member.father, member.mother)
            if member.relation == HouseholdRelation.CHILD:
                assert any(parent in (head, head.spouse) for parent in parents)
            if member.relation == HouseholdRelation.PARENT:
                assert member in (head.father, head.mother)
            if TODAY - member.born < 15 * YEAR:
                assert member is not head


def test_the_relation_codes_are_those_of_the_code_list() -> None:
    listed = {entry.code for entry in entries(CodeList.HOUSEHOLD_RELATION, 1)}
    assert {relation.value for relation in HouseholdRelation} <= listed


def someone(*, years: float, is_female: bool = False) -> Person:
    born = TODAY - int(years * YEAR)
    return Person(born=born, is_female=is_female, home=0, ethnicity="01", nationality="VN")


def test_an_orphan_is_taken_in_by_kin_who_becomes_the_guardian() -> None:
    grandmother = someone(years=60, is_female=True)
    mother = someone(years=35, is_female=True)
    orphan = someone(years=9)
    mother.mother, orphan.mother = grandmother, mother
    grandmother.children, mother.children = [mother], [orphan]
    mother.died = TODAY - 100
    people = [grandmother, mother, orphan]
    (household,) = form_households(people, Random(1), today=TODAY)
    assert household.members == [grandmother, orphan]
    assert orphan.relation == HouseholdRelation.GRANDCHILD_OR_NEPHEW
    assert wards_of(household, today=TODAY) == [orphan]
    rows: list[str] = []
    grandmother.person_id, orphan.person_id = 1, 2
    ward_rows(grandmother, [orphan], orphan, rows)
    ward_rows(grandmother, [orphan], grandmother, rows)
    assert rows[0].startswith("2\t128\t1\t")
    assert rows[1].startswith("1\t256\t1\t")


def test_who_has_a_living_parent_is_nobodys_ward() -> None:
    mother = someone(years=35, is_female=True)
    child = someone(years=9)
    child.mother, mother.children = mother, [child]
    (household,) = form_households([mother, child], Random(1), today=TODAY)
    assert child.relation == HouseholdRelation.CHILD
    assert wards_of(household, today=TODAY) == []
