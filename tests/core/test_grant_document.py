from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.core.grant import compile_grant
from lienthong.core.grant_document import (
    LARGEST_DOCUMENT,
    Agreement,
    GrantFormatError,
    OfficerEntry,
    decode_document,
    document_hash,
    encode_document,
    signed_message,
)
from tests.core.granting import START, document, facts

BODY = encode_document(document())


def test_a_document_is_the_same_after_its_bytes() -> None:
    assert decode_document(BODY) == document()
    assert encode_document(decode_document(BODY)) == BODY


def test_what_is_signed_begins_with_its_kind_and_the_hash_is_of_the_document() -> None:
    assert signed_message(BODY) == b"lienthong-grant-1\n" + BODY
    assert document_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff" + BODY,
        BODY + b" ",
        b" " + BODY,
        BODY.replace(b'"v":1,', b'"v":2,'),
        BODY.replace(b'"v":1,"t":"grant"', b'"t":"grant","v":1'),
        BODY.replace(b'"revision":1', b'"revision":1,"unknown":true'),
        BODY.replace(b'"revision":1', b'"revision":7,"revision":1'),
        BODY.replace(b'"kind":"other"', b'"kind":"spaceship"'),
        BODY.replace(b'"participant":{"id"', b'"participant":{"nickname":"x","id"'),
        BODY.replace(b"2026-01-01T00:00:00Z", b"2026-01-01T07:00:00+07:00"),
        BODY.replace(b"2026-01-01T00:00:00Z", b"2026-01-01T00:00:00"),
        BODY.replace(b'"id":"g1/his"', b'"id":"g1 his"'),
        BODY.replace(b'"id":"g1/his"', b'"id":"g1/his\\n"'),
        BODY.replace("Bệnh".encode(), "Bệnh".encode("utf-16-le")),
    ],
)
def test_any_other_bytes_are_refused(body: bytes) -> None:
    assert body != BODY
    with pytest.raises(GrantFormatError):
        decode_document(body)


def test_a_document_has_a_largest_size() -> None:
    officer = OfficerEntry(id="a", unit="x" * 500, role="r", valid_from=START)
    many = msgspec.structs.replace(document(), officers=(officer,) * (LARGEST_DOCUMENT // 500))
    with pytest.raises(GrantFormatError, match="holds"):
        encode_document(many)


def test_a_document_is_frozen() -> None:
    with pytest.raises(AttributeError):
        document().revision = 2
    with pytest.raises(AttributeError):
        facts().agreement = None


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=7)), None])
def test_moments_stand_in_utc(zone: timezone | None) -> None:
    moment = datetime(2026, 12, 31, 23, 59, tzinfo=zone)
    with pytest.raises(GrantFormatError, match="UTC"):
        encode_document(document(facts=facts(agreement=Agreement(number="1", valid_from=moment))))


@pytest.mark.parametrize("year", [1, 1975, 2401, 9999])
def test_moments_lie_where_legal_days_are_known(year: int) -> None:
    moment = datetime(year, 6, 1, tzinfo=UTC)
    with pytest.raises(GrantFormatError, match="years"):
        encode_document(document(facts=facts(agreement=Agreement(number="1", valid_from=moment))))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(BODY) - 1), st.binary(max_size=4), st.integers(0, 8))
def test_changed_bytes_are_another_document_or_none(at: int, inserted: bytes, removed: int) -> None:
    body = BODY[:at] + inserted + BODY[at + removed :]
    try:
        grant = compile_grant(body)
    except GrantFormatError:
        return
    assert encode_document(grant.document) == body


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_but_a_format_error(body: bytes) -> None:
    with pytest.raises(GrantFormatError):
        decode_document(body)
