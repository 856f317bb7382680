from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.channels import ChannelChoice, DirectLine, DirectReason
from lienthong.core.connection_request import ConnectionRequest, Direction, TechnicalDescription
from lienthong.core.missing import Section
from lienthong.core.request_versions import Change, Difference, differences
from tests.core.connecting import NETWORK
from tests.core.filing import DECREE, LATER_PAPER
from tests.core.requesting import COMPLETE

MANDATE = COMPLETE.mandates[0]
OFFICER = COMPLETE.officers[0]
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
            [Difference(Section.CONTENT, Change.REMOVED, "sex (get, patient)")],
        ),
        (
            {"written_counts": ((Direction.GET, 7), (Direction.GIVE, 1))},
            [Difference(Section.CONTENT, Change.CHANGED, "count (get)", "", "2", "7")],
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
    ],
)
def test_versions_differ_by_entry_and_member(change, found) -> None:
    assert list(differences(COMPLETE, replace(COMPLETE, **change))) == found


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
        "signatory": st.sampled_from([None, COMPLETE.signatory]),
    },
)


@given(PARTS, PARTS)
def test_differences_mirror_and_only_equal_versions_have_none(one, two) -> None:
    before, after = replace(COMPLETE, **one), replace(COMPLETE, **two)
    there, back = differences(before, after), differences(after, before)
    mirrored = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED, Change.CHANGED: Change.CHANGED}
    assert {(d.where, mirrored[d.change], d.about, d.member, d.after, d.before) for d in there} == {
        (d.where, d.change, d.about, d.member, d.before, d.after) for d in back
    }
    assert (not there) is (ordered(before) == ordered(after))


def ordered(request: ConnectionRequest) -> list[object]:
    values = (getattr(request, each.name) for each in fields(request))
    return [sorted(value, key=repr) if isinstance(value, tuple) else value for value in values]
