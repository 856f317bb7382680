from dataclasses import fields, replace
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.channels import ChannelChoice, DirectLine, DirectReason
from lienthong.core.conditions import ConditionEvidence
from lienthong.core.connection_request import (
    ConnectionRequest,
    Direction,
    FieldChoice,
    ServiceChoice,
    TechnicalDescription,
)
from lienthong.core.grant_document import ConditionName
from lienthong.core.missing import Section
from lienthong.core.request_versions import Change, Difference, Entry, differences
from lienthong.core.speech import Text
from lienthong.core.version_words import CHANGE_NAMES, MEMBER_NAMES, words_of
from tests.core.connecting import NETWORK
from tests.core.filing import DECREE, LATER_PAPER
from tests.core.requesting import COMPLETE

MANDATE = COMPLETE.mandates[0]
OFFICER = COMPLETE.officers[0]
EVIDENCE = ConditionEvidence(condition=ConditionName.SAFETY, paper=DECREE)
PURPOSE = COMPLETE.purposes[0]


@pytest.mark.law("R5.1")
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"choices": COMPLETE.choices[::-1]}, []),
        (
            {"mandates": (replace(MANDATE, assigned_by=LATER_PAPER),)},
            [
                Difference(
                    Section.MANDATES, Change.CHANGED, "M1", "assigned_by", DECREE.name, LATER_PAPER.name
                )
            ],
        ),
        (
            {"officers": (replace(OFFICER, acts=frozenset()),)},
            [
                Difference(
                    Section.OFFICERS, Change.CHANGED, OFFICER.name, "acts", "connect, exploit, share", ""
                )
            ],
        ),
        (
            {"purposes": (replace(PURPOSE, code="other"),)},
            [
                Difference(Section.CONTENT, Change.REMOVED, "patient"),
                Difference(Section.CONTENT, Change.ADDED, "other"),
            ],
        ),
        (
            {"choices": COMPLETE.choices[1:]},
            [Difference(Section.CONTENT, Change.REMOVED, COMPLETE.choices[0])],
        ),
        (
            {"written_counts": ((Direction.GET, 7), (Direction.GIVE, 1))},
            [Difference(Section.CONTENT, Change.CHANGED, Direction.GET, "", "2", "7")],
        ),
        (
            {"technical_description": None},
            [Difference(Section.TECHNICAL_DESCRIPTION, Change.REMOVED, "")],
        ),
        (
            {"technical_description": TechnicalDescription(secret=DECREE)},
            [
                Difference(Section.TECHNICAL_DESCRIPTION, Change.CHANGED, "", "title", "Mô tả kỹ thuật", ""),
                Difference(Section.TECHNICAL_DESCRIPTION, Change.CHANGED, "", "upload", "ab" * 32, ""),
                Difference(Section.TECHNICAL_DESCRIPTION, Change.CHANGED, "", "secret", "", DECREE.name),
            ],
        ),
        (
            {"network": replace(NETWORK, ports=(443, 8443))},
            [Difference(Section.CONDITIONS, Change.CHANGED, "", "ports", "443", "443, 8443")],
        ),
        ({"evidence": (EVIDENCE,)}, [Difference(Section.CONDITIONS, Change.ADDED, ConditionName.SAFETY)]),
    ],
)
def test_versions_differ_by_entry_and_member(change, found) -> None:
    assert list(differences(COMPLETE, replace(COMPLETE, **change))) == found


def test_the_end_of_evidence_shows_as_a_day() -> None:
    before, after = (
        replace(COMPLETE, evidence=(replace(EVIDENCE, valid_until=day),))
        for day in (None, date(2026, 12, 31))
    )
    (found,) = differences(before, after)
    assert (found.entry, found.member, found.before, found.after) == (
        ConditionName.SAFETY, "valid_until", "", "31/12/2026",
    )  # fmt: skip


def test_a_ground_inside_an_entry_shows_in_full() -> None:
    line = DirectLine(reason=DirectReason.OTHER_LAW, explanation="Luật X", decision=DECREE, review_on=None)
    (found,) = differences(COMPLETE, replace(COMPLETE, channel=ChannelChoice(direct=line)))
    assert (found.member, found.before) == ("direct", "")
    assert found.after == f"other_law; Luật X; {DECREE.name}; "


PARTS = st.fixed_dictionaries(
    {},
    optional={
        "mandates": st.sampled_from([(), (MANDATE,), (replace(MANDATE, description="x"),)]),
        "choices": st.lists(st.sampled_from(COMPLETE.choices), unique=True).map(tuple),
        "services": st.sampled_from([(), COMPLETE.services]),
        "network": st.sampled_from([None, NETWORK]),
        "evidence": st.sampled_from([(), (EVIDENCE,), (replace(EVIDENCE, valid_until=date(2026, 12, 31)),)]),
        "signatory": st.sampled_from([None, COMPLETE.signatory]),
    },
)


@given(PARTS, PARTS)
def test_differences_mirror_and_only_equal_versions_have_none(one, two) -> None:
    before, after = replace(COMPLETE, **one), replace(COMPLETE, **two)
    there, back = differences(before, after), differences(after, before)
    assert all(words_of(each).vi for each in there if each.entry)
    mirrored = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED, Change.CHANGED: Change.CHANGED}
    assert {(d.where, mirrored[d.change], d.entry, d.member, d.after, d.before) for d in there} == {
        (d.where, d.change, d.entry, d.member, d.before, d.after) for d in back
    }
    assert (not there) is (ordered(before) == ordered(after))


def ordered(request: ConnectionRequest) -> list[object]:
    values = (getattr(request, each.name) for each in fields(request))
    return [sorted(value, key=repr) if isinstance(value, tuple) else value for value in values]


def test_each_member_of_each_entry_has_a_name() -> None:
    members = {each.name for kind in get_args(Entry) if kind is not int for each in fields(kind)}
    assert MEMBER_NAMES.keys() == members | {""}
    assert CHANGE_NAMES.keys() == set(Change)


OWN = FieldChoice(field="bed", direction=Direction.GIVE, purpose="p", reason="r", label="Số giường")
WORDS = [
    (COMPLETE.choices[0], "reason", "Giới tính (Khai thác thông tin, patient): lý do cần dùng"),
    (OWN, "", "Số giường (Chia sẻ thông tin, p)"),
    (replace(OWN, label=""), "", "bed (Chia sẻ thông tin, p)"),
    (ServiceChoice(service="lookup", purpose="p"), "", "Tra cứu thông tin một công dân (p)"),
    (ServiceChoice(service="other", purpose="p"), "", "other (p)"),
    (Direction.GET, "", "Số trường ghi trong văn bản: Khai thác thông tin"),
    (ConditionName.SAFETY, "valid_until", "An toàn: có giá trị đến"),
    ("M1", "assigned_by", "M1: văn bản giao"),
    ("", "ports", "cổng gọi tới"),
]


@pytest.mark.parametrize(("entry", "member", "words"), WORDS)
def test_what_differs_is_called_what_people_call_it(entry, member, words) -> None:
    said = words_of(Difference(Section.CONTENT, Change.CHANGED, entry, member))
    assert said.vi == words
    assert isinstance(said, Text)
    assert said.en
