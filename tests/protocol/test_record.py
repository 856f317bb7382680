"""Records and lines have exactly one spelling, and a record lets an inspector rebuild what was signed."""

import json
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol import base64url
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.record import (
    LARGEST_BODY,
    Act,
    Kind,
    Line,
    Outcome,
    Proof,
    Record,
    RecordFormatError,
    Visibility,
    decode_entry,
    decode_line,
    decode_record,
    encode_line,
    encode_record,
    rebuild_base,
    reference,
)

RECORD = Record(
    act=Act.EXPLOIT,
    kind=Kind.LOOKUP,
    at=1_795_000_000_123_456,
    agency="moh",
    system="moh-his-01",
    key="0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
    proof=Proof.MESSAGE,
    profile="lt-1",
    channel="direct",
    purpose="patient-identification",
    officer="bs-0231",
    case="HS-2026-0001",
    request_id="a1",
    target="/v1/lookup",
    request_digest="sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
    params=';created=1795000000;keyid="k";nonce="n";tag="lienthong-req-1"',
    fields=(1, 2, 10),
    lines=1,
    code="",
    duration=812,
)
LINE = Line(
    record=reference(leaf_hash(b"record")),
    position=1,
    tag=base64url.encode(bytes(16)),
    tag_key="2026Q4",
    outcome=Outcome.DISCLOSED,
    asked=(1, 2, 10),
    given=(1, 2),
    agency="moh",
    system="moh-his-01",
    visibility=Visibility.SHOWN,
    at=1_795_000_000_123_456,
    random=base64url.encode(bytes(range(16))),
)

texts = st.text(max_size=20)
optional_texts = st.none() | texts
counts = st.integers(0, 2**63 - 1)
field_numbers = st.lists(st.integers(1, 130), max_size=6).map(tuple)
digests = st.binary(min_size=32, max_size=32)
tags = st.binary(min_size=16, max_size=16).map(base64url.encode)

records = st.builds(
    Record,
    act=st.sampled_from(Act),
    kind=st.sampled_from(Kind),
    at=counts,
    agency=texts,
    system=texts,
    key=texts,
    proof=st.sampled_from(Proof),
    profile=texts,
    channel=texts,
    platform=optional_texts,
    on_behalf_of=optional_texts,
    purpose=optional_texts,
    officer=optional_texts,
    grant=st.none() | digests.map(bytes.hex),
    grant_version=st.none() | counts,
    content_type=optional_texts,
    subject=st.none() | digests.map(bytes.hex),
    fields=st.none() | field_numbers,
    items=st.none() | counts,
    lines=counts,
    code=texts,
    commitment=st.none() | digests.map(base64url.encode),
    duration=counts,
    note=optional_texts,
)
lines = st.one_of(
    st.builds(
        Line,
        record=digests.map(base64url.encode),
        position=st.integers(1, 2**31 - 1),
        tag=tags,
        tag_key=texts,
        outcome=st.sampled_from(Outcome),
        asked=field_numbers,
        given=field_numbers,
        purpose=optional_texts,
        agency=texts,
        system=texts,
        visibility=visibility,
        law=law,
        at=counts,
        case=optional_texts,
        random=tags,
    )
    for visibility, law in (
        (st.just(Visibility.SHOWN), st.none()),
        (st.sampled_from([Visibility.HIDDEN, Visibility.NEVER]), texts),
    )
)


@settings(deadline=None, max_examples=80)
@given(records)
def test_a_record_survives_its_bytes(record: Record) -> None:
    body = encode_record(record)
    assert decode_record(body) == record
    assert decode_entry(body) == record
    members = json.loads(body)
    assert json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode() == body
    assert None not in members.values()
    assert [name for name in Record.__struct_fields__ if name in members] == list(members)


@settings(deadline=None, max_examples=80)
@given(lines)
def test_a_line_survives_its_bytes(line: Line) -> None:
    body = encode_line(line)
    assert decode_line(body) == line
    assert decode_entry(body) == line
    members = json.loads(body)
    assert json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode() == body
    assert [name for name in Line.__struct_fields__ if name in members] == list(members)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([encode_record(RECORD), encode_line(LINE)]),
    st.integers(0, 10_000),
    st.binary(max_size=3),
    st.integers(0, 3),
)
def test_a_mutilated_body_is_refused_or_means_something_else(
    body: bytes, place: int, inserted: bytes, removed: int
) -> None:
    place %= len(body)
    changed = body[:place] + inserted + body[place + removed :]
    for decode in (decode_entry, decode_record, decode_line):
        try:
            entry = decode(changed)
        except RecordFormatError:
            continue
        assert msgspec.json.encode(entry) == changed


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60))
def test_arbitrary_bytes_raise_only_the_documented_error(body: bytes) -> None:
    for decode in (decode_entry, decode_record, decode_line):
        with pytest.raises(RecordFormatError):
            decode(body)


@pytest.mark.parametrize(
    ("found", "put"),
    [
        (b'"act":', b' "act":'),
        (b'"act":"exploit","kind":"lookup"', b'"kind":"lookup","act":"exploit"'),
        (b'"duration":812', b'"duration":812.0'),
        (b'"duration":812', b'"duration":812,"note":null'),
        (b'"duration":812', b'"duration":812,"duration":812'),
        (b'"duration":812', b'"duration":812,"answer":"x"'),
        (b'"duration":812', b'"duration":9223372036854775808'),
        (b'"lines":1,', b""),
        (b'"v":1', b'"v":2'),
        (b'"moh"', b'"\\u006doh"'),
        (b'"moh"', b'"mo\xff"'),
        (b'"act":"exploit"', b'"act":"peek"'),
        (b'"fields":[1,2,10]', b'"fields":[131]'),
        (b'"fields":[1,2,10]', b'"fields":[0]'),
    ],
)
def test_another_spelling_of_a_record_is_no_record(found: bytes, put: bytes) -> None:
    body = encode_record(RECORD)
    assert found in body
    with pytest.raises(RecordFormatError):
        decode_record(body.replace(found, put, 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"grant": "g" * 64},
        {"subject": "A" * 64},
        {"grant": "0" * 63},
        {"commitment": "+" * 43},
        {"commitment": "A" * 44},
    ],
)
def test_a_record_with_a_damaged_hash_is_no_record(changes: dict[str, str]) -> None:
    with pytest.raises(RecordFormatError):
        decode_record(msgspec.json.encode(msgspec.structs.replace(RECORD, **changes)))


@pytest.mark.parametrize("changes", [{"tag": "/" * 22}, {"random": "é" * 22}, {"record": "A" * 42}])
def test_a_line_with_a_damaged_value_is_no_line(changes: dict[str, str]) -> None:
    with pytest.raises(RecordFormatError):
        decode_line(msgspec.json.encode(msgspec.structs.replace(LINE, **changes)))


@pytest.mark.parametrize(
    ("found", "put"),
    [
        (b'"position":1', b'"position": 1'),
        (b'"position":1', b'"position":0'),
        (b'"moh"', b'"\\u006doh"'),
        (b'"outcome":"disclosed"', b'"outcome":"seen"'),
        (b'"asked":[1,2,10],"given":[1,2]', b'"given":[1,2],"asked":[1,2,10]'),
        (b'"moh"', b'"mo\xff"'),
        (b'"moh"', b'"' + b"m" * LARGEST_BODY + b'"'),
    ],
)
def test_another_spelling_of_a_line_is_no_line(found: bytes, put: bytes) -> None:
    body = encode_line(LINE)
    assert found in body
    with pytest.raises(RecordFormatError):
        decode_line(body.replace(found, put, 1))


def test_a_line_is_hidden_by_a_law_and_by_nothing_else() -> None:
    for changed in (
        msgspec.structs.replace(LINE, visibility=Visibility.HIDDEN),
        msgspec.structs.replace(LINE, law="Law X"),
    ):
        with pytest.raises(RecordFormatError, match="by a law"):
            decode_line(msgspec.json.encode(changed))


def test_a_body_is_bounded() -> None:
    room = LARGEST_BODY - len(encode_record(msgspec.structs.replace(RECORD, note="")))
    assert len(encode_record(msgspec.structs.replace(RECORD, note="x" * room))) == LARGEST_BODY
    with pytest.raises(RecordFormatError, match="65536 bytes"):
        encode_record(msgspec.structs.replace(RECORD, note="x" * (room + 1)))


def test_a_lone_surrogate_cannot_be_recorded() -> None:
    with pytest.raises(RecordFormatError, match="not Unicode"):
        encode_record(msgspec.structs.replace(RECORD, note="\ud800"))


def test_a_reference_is_the_leaf_hash_as_text() -> None:
    assert base64url.decode(reference(leaf_hash(b"x"))) == leaf_hash(b"x")


def test_the_base_is_rebuilt_from_the_record_alone() -> None:
    assert rebuild_base(RECORD, method="POST", origin="https://hub.example").decode() == (
        '"@method": POST\n'
        '"@target-uri": https://hub.example/v1/lookup\n'
        '"content-digest": sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:\n'
        '"content-type": application/json\n'
        '"lt-request-id": a1\n'
        '"lt-purpose": patient-identification\n'
        '"lt-officer": bs-0231\n'
        '"lt-case": HS-2026-0001\n'
        '"@signature-params": ("@method" "@target-uri" "content-digest" "content-type" "lt-request-id" '
        '"lt-purpose" "lt-officer" "lt-case");created=1795000000;keyid="k";nonce="n";tag="lienthong-req-1"'
    )


def test_the_base_behind_a_platform_without_body_for_a_subject() -> None:
    record = msgspec.structs.replace(
        RECORD,
        profile="lt-1p",
        target="lienthong:/v1/scope",
        request_digest=None,
        purpose=None,
        officer=None,
        case=None,
        consent="c-1",
        subject=sha256(b"token").hexdigest(),
    )
    base = rebuild_base(record, method="GET", origin="https://hub.example", subject="token").decode()
    assert '"lt-target": lienthong:/v1/scope\n' in base
    assert "content" not in base
    assert base.split("\n")[-3:-1] == ['"lt-consent": c-1', '"lt-subject": token']
    for subject in (None, "another"):
        with pytest.raises(RecordFormatError, match="subject"):
            rebuild_base(record, method="GET", origin="https://hub.example", subject=subject)


def test_another_content_type_is_recorded_as_sent() -> None:
    record = msgspec.structs.replace(RECORD, content_type="application/json; charset=utf-8")
    assert b'"content-type": application/json; charset=utf-8\n' in rebuild_base(
        record, method="POST", origin="https://hub.example"
    )


@pytest.mark.parametrize("missing", ["profile", "target", "request_id", "params"])
def test_no_base_where_nothing_was_signed(missing: str) -> None:
    record = msgspec.structs.replace(RECORD, **{missing: "" if missing == "profile" else None})
    with pytest.raises(RecordFormatError, match="no signed message"):
        rebuild_base(record, method="POST", origin="https://hub.example")


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=40))
def test_base64url_has_one_spelling(data: bytes) -> None:
    assert base64url.decode(base64url.encode(data)) == data


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "A+", "A/", "é", "AAAA\n", "AAAAA"])
def test_base64url_refuses_other_spellings(text: str) -> None:
    with pytest.raises(ValueError, match="not base64url"):
        base64url.decode(text)
