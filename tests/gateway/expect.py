"""What every refusal must be, whoever gets it: permanent code, both languages, proof, record, no values."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lienthong_protocol.problem import CONTENT_TYPE
from lienthong_protocol.refusal_texts import REFUSALS
from lienthong_protocol.refusals import Code
from tests.gateway.world import DEAD, OTHER, PERSON, PROTECTED, Reply, World

_VIETNAMESE = re.compile(
    r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)
_REGISTERED = (
    *(person[name] for person in (PERSON, OTHER, DEAD, PROTECTED) for name in ("number", "full_name")),
    "Số 1 phố Mẫu",
)


def says(reply: Reply, code: Code) -> None:
    """The problem document: code, status, both languages, and no value of the register."""
    assert reply.code == code, reply.body
    text = REFUSALS[code]
    assert reply.status == text.status
    assert reply.headers["content-type"] == CONTENT_TYPE
    problem = reply.json
    assert problem["status"] == text.status
    assert problem["type"] == f"urn:lienthong:refusal:{code}"
    assert problem["message"] == {"vi": text.vi, "en": text.en}
    assert _VIETNAMESE.search(problem["message"]["vi"])
    assert problem["message"]["en"].isascii()
    assert reply.headers["cache-control"] == "no-store"
    if text.status == 503 or code in {Code.RATE_LIMITED, Code.TOO_MANY_FAILURES}:
        assert 1 <= int(reply.headers["retry-after"]) <= 3_600
    assert "values" not in problem
    shown = reply.body.decode() + str(reply.headers)
    assert not [value for value in _REGISTERED if value in shown]


def refused(world: World, reply: Reply, code: Code, *, lines: int = 0) -> dict[str, Any]:
    """A refusal of a proven caller: signed and bound, with its receipt, and recorded once; its record."""
    says(reply, code)
    assert reply.fault is None, reply.fault
    found = world.records_of(reply.request_id)
    assert [(record["code"], record["lines"]) for record in found] == [(code, lines)]
    record = found[0]
    assert record["index"] == reply.receipt.index
    assert record["key"] and record["signature"] and record["request_digest"] is not None
    return record


@contextmanager
def nothing_recorded(world: World) -> Iterator[None]:
    """Nothing but a summary of refusals is added to the log meanwhile."""
    before = world.leaves()
    yield
    assert world.leaves() == before


def turned_away(reply: Reply, code: Code) -> None:
    """A refusal of a caller who proved nothing: short and unsigned, without a receipt."""
    says(reply, code)
    assert not {"signature", "signature-input", "lt-receipt"} & set(reply.headers)
    assert len(reply.body) < 2_000
