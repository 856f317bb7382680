"""Guides as a duty: what must be named, until when, and when an edition no longer fits."""

from dataclasses import replace
from datetime import date

import pytest

from lienthong.core.connection_request import Direction, FieldChoice
from lienthong.core.guide_scope import (
    GuideItem,
    ItemKind,
    items_of,
    scope_asked,
    scope_catalogued,
    scope_granted,
)
from lienthong.core.guides import (
    DUTY_LABELS,
    FILL_IN,
    LONGEST_PART,
    PART_LABELS,
    PROBLEM_TEXTS,
    Basis,
    DutyState,
    GuidePart,
    Owed,
    PartFault,
    PartProblem,
    due_of,
    judge_guide,
    judge_publication,
    named_in,
    parts_of,
    renewed,
)
from lienthong.core.law import profile_at
from lienthong.core.legal_days import end_of_day, start_of_day
from lienthong.core.purpose import PurposeGround
from lienthong.core.request import Service
from tests.core.granting import document, right
from tests.core.requesting import COMPLETE

SEX = GuideItem(ItemKind.FIELD, "sex", "Giới tính")
FAITH = GuideItem(ItemKind.FIELD, "religion", "Tôn giáo")
SINCE = start_of_day(date(2026, 11, 2))
AGREED = Owed(basis=Basis.AGREED, items=(SEX, FAITH), since=SINCE)
PROFILE = profile_at(SINCE)
DUE = end_of_day(date(2026, 12, 2))


def keys(scope) -> list[str]:
    return [item.key for item in items_of(scope)]


@pytest.mark.law("R7.1")
def test_a_guide_tells_of_what_is_exploited_and_not_of_what_is_given():
    assert keys(scope_asked(COMPLETE)) == [
        "purpose:patient", "service:lookup", "field:sex", "field:religion",
    ]  # fmt: skip
    (purpose,) = scope_asked(COMPLETE).purposes
    assert (purpose.mandate, purpose.needs_case, purpose.needs_consent) == ("Quản lý khám bệnh", True, False)
    assert [field.reason for field in purpose.fields] == ["Xếp phòng bệnh", "Chế độ ăn"]


@pytest.mark.law("R7.1")
def test_what_asks_for_nothing_needs_no_guide():
    gives = tuple(choice for choice in COMPLETE.choices if choice.direction is Direction.GIVE)
    assert scope_asked(replace(COMPLETE, choices=gives)).purposes == ()
    assert scope_asked(replace(COMPLETE, services=())).purposes == ()
    unknown = replace(COMPLETE.services[0], service="no-such-service")
    assert scope_asked(replace(COMPLETE, services=(unknown,))).purposes == ()


def test_an_item_outside_the_catalogue_is_named_by_its_label():
    own = FieldChoice(field="x1", label="Mã bệnh", direction=Direction.GET, purpose="patient", reason="")
    consent = replace(COMPLETE.purposes[0], ground=PurposeGround.CONSENT)
    scope = scope_asked(replace(COMPLETE, choices=(own,), purposes=(consent,)))
    assert items_of(scope)[-1] == GuideItem(ItemKind.FIELD, "x1", "Mã bệnh")
    assert scope.purposes[0].needs_consent


@pytest.mark.law("R7.1", "R8.2")
def test_a_grant_tells_its_fields_and_those_only_compared():
    given = right(
        services=(Service.LOOKUP, Service.VERIFY), fields=("sex",), verify_fields=("sex", "religion")
    )
    (purpose,) = scope_granted(document(rights=(given,))).purposes
    assert [(field.name, field.is_compared) for field in purpose.fields] == [
        ("sex", False),
        ("religion", True),
    ]
    assert (purpose.mandate, purpose.needs_case) == ("khám bệnh, chữa bệnh", True)
    assert [item.code for item in items_of(scope_granted(document(rights=())))] == []


@pytest.mark.law("R9.1")
def test_the_authority_names_every_service_it_publishes():
    assert {item.code for item in scope_catalogued()} == set(Service)
    owed = Owed(basis=Basis.CATALOGUE, items=scope_catalogued(), since=0)
    assert due_of(owed, PROFILE) is None
    assert judge_guide(owed, None, due=None, now=SINCE).state is DutyState.OPEN
    assert judge_guide(owed, {i.key for i in owed.items}, due=None, now=SINCE).state is DutyState.MET


@pytest.mark.law("R7.1")
@pytest.mark.parametrize(
    ("owed", "named", "now", "state"),
    [
        (AGREED, None, SINCE, DutyState.OPEN),
        (AGREED, None, DUE - 1, DutyState.OPEN),
        (AGREED, None, DUE, DutyState.OVERDUE),
        (AGREED, {"field:sex"}, DUE, DutyState.OVERDUE),
        (AGREED, {"field:sex", "field:religion", "field:phone"}, DUE, DutyState.MET),
        (replace(AGREED, basis=Basis.GRANTED), None, DUE, DutyState.OVERDUE),
        (replace(AGREED, basis=Basis.ASKED), None, DUE, DutyState.AHEAD),
        (replace(AGREED, basis=Basis.ASKED), {"field:sex", "field:religion"}, DUE, DutyState.MET),
        (replace(AGREED, basis=Basis.NONE), None, DUE, DutyState.NONE),
        (replace(AGREED, items=()), None, DUE, DutyState.NONE),
        (replace(AGREED, until=DUE), None, DUE - 1, DutyState.OPEN),
        (replace(AGREED, until=DUE), None, DUE, DutyState.NONE),
    ],
)
def test_the_duty_is_open_until_an_edition_names_all_that_is_owed(owed, named, now, state):
    due = due_of(owed, PROFILE)
    duty = judge_guide(owed, named, due=due, now=now)
    assert duty.state is state
    assert duty.due == due
    assert [item.key for item in duty.lacking] == [i.key for i in owed.items if i.key not in (named or ())]


@pytest.mark.law("R7.1")
def test_the_term_runs_by_days_from_the_agreement():
    assert due_of(AGREED, PROFILE) == DUE
    assert due_of(replace(AGREED, since=SINCE + 3600 * 1_000_000), PROFILE) == DUE
    assert due_of(replace(AGREED, basis=Basis.ASKED), PROFILE) is None


LATER = SINCE + 86_400 * 1_000_000
NEWLY = replace(AGREED, since=LATER)


@pytest.mark.law("R7.1")
@pytest.mark.parametrize(
    ("old", "new", "is_its_end", "holds"),
    [
        (AGREED, Owed(basis=Basis.ASKED, items=(SEX,), since=LATER), False, AGREED),
        (
            AGREED,
            Owed(basis=Basis.GRANTED, items=(SEX,), since=LATER, until=DUE),
            False,
            Owed(basis=Basis.GRANTED, items=(SEX,), since=SINCE, until=DUE),
        ),
        (
            replace(AGREED, items=(SEX,)),
            replace(AGREED, since=LATER),
            False,
            replace(AGREED, since=LATER),
        ),
        (replace(AGREED, basis=Basis.ASKED), NEWLY, False, NEWLY),
        (AGREED, Owed(basis=Basis.NONE, items=(), since=LATER), False, AGREED),
        (
            AGREED,
            Owed(basis=Basis.NONE, items=(), since=LATER),
            True,
            Owed(basis=Basis.NONE, items=(), since=LATER),
        ),
        (
            Owed(basis=Basis.NONE, items=(), since=0),
            Owed(basis=Basis.NONE, items=(), since=LATER),
            False,
            Owed(basis=Basis.NONE, items=(), since=LATER),
        ),
    ],
    ids=[
        "a request moves no agreement", "confirmed and smaller keeps its term", "wider begins anew",
        "agreed begins", "nothing of another ends nothing", "its own end", "nothing after nothing",
    ],
)  # fmt: skip
def test_what_is_new_stands_beside_what_was_owed(old, new, is_its_end, holds):
    assert renewed(old, new, is_its_end=is_its_end) == holds


@pytest.mark.law("R7.1")
@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Xem `sex`.", {"field:sex"}),
        ("Xem GIỚI\n  TÍNH.", {"field:sex"}),
        ("| Tôn giáo | `x` |", {"field:religion"}),
        ("sex and religion", set()),
        ("", set()),
        (r"Mã \[A\]", {"field:x1"}),
    ],
)
def test_a_text_names_by_code_or_by_label(text, named):
    unlabelled = GuideItem(ItemKind.FIELD, "x2", "")
    assert named_in(text, (SEX, FAITH, GuideItem(ItemKind.FIELD, "x1", "Mã [A]"), unlabelled)) == named


@pytest.mark.law("R7.1")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Giới tính, Tôn giáo", None),
        (" \n", PartProblem.EMPTY),
        ("a" * (LONGEST_PART + 1), PartProblem.TOO_LONG),
        (f"{FILL_IN}họ tên⟧", PartProblem.NOT_FILLED_IN),
    ],
)
def test_a_part_that_is_not_whole_keeps_a_guide_from_being_published(text, problem):
    texts = {GuidePart.SERVICES: "`sex` `religion`", GuidePart.OFFICERS: text}
    judged = judge_publication(texts, texts, AGREED)
    assert judged.faults == (() if problem is None else (PartFault(GuidePart.OFFICERS, problem),))
    assert judged.is_fit is (problem is None)
    assert judged.named == {"field:sex", "field:religion"}


@pytest.mark.law("R7.1")
def test_a_guide_that_does_not_name_all_is_not_published():
    judged = judge_publication({GuidePart.SERVICES: "`sex`"}, (GuidePart.SERVICES, GuidePart.CALLS), AGREED)
    assert judged.lacking == (FAITH,)
    assert judged.faults == (PartFault(GuidePart.CALLS, PartProblem.EMPTY),)
    assert not judge_publication({GuidePart.SERVICES: "`sex`"}, (GuidePart.SERVICES,), AGREED).is_fit


def test_every_part_state_and_problem_has_its_words():
    assert set(PART_LABELS) == set(GuidePart)
    assert set(DUTY_LABELS) == set(DutyState)
    assert set(PROBLEM_TEXTS) == set(PartProblem)
    assert set(parts_of(is_authority=True)) | set(parts_of(is_authority=False)) == set(GuidePart)
    assert GuidePart.CONNECTING not in parts_of(is_authority=False)
