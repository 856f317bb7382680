"""R6.1: connecting, sharing and exploiting are logged in one format, refusals and misses like answers."""

import pytest

from lienthong.core.answer import Answer
from lienthong_protocol.record import Act, Kind, Line, Outcome, Proof, Record, decode_entry, encode_record
from tests.core.granting import evidence
from tests.law.published import NOW, judged

pytestmark = pytest.mark.law("R6.1")


@pytest.mark.parametrize(
    ("act", "kind"),
    [(Act.CONNECT, Kind.GRANT), (Act.SHARE, Kind.EVENT), (Act.EXPLOIT, Kind.LOOKUP)],
)
def test_one_format_serves_all_three_acts(act: Act, kind: Kind) -> None:
    record = Record(
        act=act,
        kind=kind,
        at=NOW,
        agency="H01",
        system="h01/his",
        key="",
        proof=Proof.NONE,
        profile="",
        channel="platform",
        lines=0,
        code="",
        duration=1,
    )
    assert decode_entry(encode_record(record)) == record
    assert len(Act) == 3


@pytest.mark.parametrize("found", [evidence(), evidence(name="Trần Văn Bê"), evidence(protection=2), None])
def test_every_verdict_on_a_person_says_what_its_line_says(found) -> None:
    result = judged("h01/his", found, "sex", "phone")
    (line,) = result.lines
    answered = isinstance(result.result, Answer)
    assert line.outcome is (Outcome.DISCLOSED if answered else Outcome.MISSED)
    assert line.given == (line.asked if answered else 0)
    assert line.case == "BN-2026-000123"
    assert {"asked", "given", "outcome", "visibility", "law", "case"} <= set(Line.__struct_fields__)
