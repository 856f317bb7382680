import copy
import dataclasses
import json
import pickle
from datetime import UTC, datetime

import msgspec
import pytest

from lienthong.core.evidence import ConsentFact, Evidence, ListKind, ListRow

EVIDENCE = Evidence(
    person_id=7,
    person_key=b"k" * 16,
    current_number="099190000001",
    name="Nguyễn Thị Mẫu",
    birth_date=19900215,
    death_kind=0,
    province="24",
    protection=0,
    examination=0,
    candidates=1,
    values=("Nguyễn Thị Mẫu",),
    consent=ConsentFact(
        person_id=7,
        system="bank",
        purpose="account",
        fields=2,
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until=None,
        withdrawn_at=None,
    ),
    lists=(ListRow(list=ListKind.FATHER, position=1, name="Nguyễn Văn Mẫu", number="099060000002"),),
)
ALL = (EVIDENCE, EVIDENCE.consent, EVIDENCE.lists[0])


@pytest.mark.law("R8.2")
@pytest.mark.parametrize("sealed", ALL, ids=lambda sealed: type(sealed).__name__)
@pytest.mark.parametrize(
    "encode",
    [
        msgspec.json.encode,
        msgspec.msgpack.encode,
        msgspec.to_builtins,
        lambda sealed: msgspec.json.encode([{"answer": sealed}]),
        json.dumps,
        pickle.dumps,
        lambda sealed: pickle.dumps(sealed, protocol=0),
        copy.copy,
        copy.deepcopy,
        dataclasses.asdict,
        vars,
        dict,
    ],
)
def test_no_encoder_takes_evidence(sealed, encode):
    with pytest.raises(TypeError):
        encode(sealed)


@pytest.mark.parametrize("sealed", ALL)
def test_printing_evidence_shows_no_value(sealed):
    for shown in (repr(sealed), str(sealed), f"{sealed}", f"{sealed!r}", repr([sealed])):
        assert "Nguyễn" not in shown
        assert "099" not in shown
        assert type(sealed).__name__ in shown


def test_evidence_holds_what_was_read_and_nothing_else():
    assert EVIDENCE.consent.fields == 2
    assert EVIDENCE.lists[0].related_protection == 0
    with pytest.raises(AttributeError):
        EVIDENCE.note = "Nguyễn"


def test_each_list_is_one_bit():
    assert [kind.value for kind in ListKind] == [1 << place for place in range(11)]
