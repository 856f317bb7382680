"""What a body may hold, and that each way of getting it wrong has its own permanent code."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.gateway.bodies import (
    BatchBody,
    LookupBody,
    ReceiptsBody,
    VerifyBatchBody,
    VerifyBody,
    read_body,
)
from lienthong_protocol.refusals import Code, Refuse

GOOD = {
    "number": "099190000001",
    "full_name": "Nguyễn Thị Mẫu",
    "birth_date": "1990-02-15",
    "fields": ["sex"],
}
ITEM = {"ref": "a", "number": "099190000001", "full_name": "Nguyễn Thị Mẫu", "birth_date": "1990"}


def lookup(**changes: object) -> bytes:
    return json.dumps(GOOD | changes, ensure_ascii=False).encode()


def test_a_good_body_is_read() -> None:
    assert read_body(LookupBody, lookup()) == LookupBody(
        "099190000001", "Nguyễn Thị Mẫu", "1990-02-15", ("sex",)
    )
    assert read_body(VerifyBody, json.dumps({**ITEM, "ref": None}).encode()) == Refuse(
        Code.UNKNOWN_MEMBER, "unknown member: ref"
    )
    assert isinstance(
        read_body(BatchBody, json.dumps({"fields": ["sex"], "items": [ITEM]}).encode()), BatchBody
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", Code.MALFORMED_JSON),
        (b"{", Code.MALFORMED_JSON),
        (b"\xff\xfe", Code.MALFORMED_JSON),
        (b"[" * 5_000, Code.MALFORMED_JSON),
        (lookup() + b"x", Code.MALFORMED_JSON),
        (lookup().replace(b'["sex"]', b"NaN"), Code.MALFORMED_JSON),
        (lookup().replace(b'"fields"', b'"number":"099190000001","fields"'), Code.DUPLICATE_MEMBER),
        (lookup().replace(b'"fields"', b'"n\\u0075mber":"099190000002","fields"'), Code.DUPLICATE_MEMBER),
        (b'{"a":{"b":1,"b":2}}', Code.DUPLICATE_MEMBER),
        (lookup(surprise=1), Code.UNKNOWN_MEMBER),
        (b"[]", Code.INVALID_VALUE),
        (lookup(number=99190000001), Code.INVALID_VALUE),
        (lookup(number="٠٩٩١٩٠٠٠٠٠٠١"), Code.INVALID_VALUE),
        (lookup(number="099190000001\n"), Code.INVALID_VALUE),  # noqa: RUF100
        (lookup(number="0991900000011"), Code.INVALID_VALUE),
        (lookup(full_name=""), Code.INVALID_VALUE),
        (lookup(full_name="A\nB"), Code.INVALID_VALUE),
        (lookup(birth_date="15/02/1990"), Code.INVALID_VALUE),
        (lookup(birth_date="１９９０"), Code.INVALID_VALUE),
        (lookup(fields=None), Code.INVALID_VALUE),
        (lookup(fields=["sex", "sex"]), Code.INVALID_VALUE),
        (lookup(fields=[]), Code.FIELDS_EMPTY),
        (lookup(fields=[f"f{n}" for n in range(131)]), Code.TOO_MANY_FIELDS),
    ],
)
def test_each_fault_of_a_body_has_its_code(body: bytes, code: Code) -> None:
    found = read_body(LookupBody, body)
    assert isinstance(found, Refuse)
    assert found.code is code


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([], Code.BATCH_SIZE),
        ([{**ITEM, "ref": str(n), "number": f"0991900{n:05}"} for n in range(1_001)], Code.BATCH_SIZE),
        ([ITEM, {**ITEM, "number": "099190000002"}], Code.DUPLICATE_ITEM),
        ([ITEM, {**ITEM, "ref": "b"}], Code.DUPLICATE_ITEM),
        ([{**ITEM, "ref": "dấu"}], Code.INVALID_VALUE),
    ],
)
def test_each_fault_of_a_batch_has_its_code(items: list[dict[str, str]], code: Code) -> None:
    found = read_body(BatchBody, json.dumps({"fields": ["sex"], "items": items}).encode())
    assert isinstance(found, Refuse)
    assert found.code is code


def _item(*members: str) -> str:
    """Spell an item with these members after the required ones."""
    return json.dumps(ITEM)[:-1] + "".join(f", {member}" for member in members) + "}"


@pytest.mark.parametrize(
    "repeat",
    [
        '"ref": "a"',
        '"full_name": "Nguyễn Văn Khác"',
        '"b\\u0069rth_date": "1991"',
        '"case": "A", "case": "A"',
        '"case": "A", "case": null',
        '"case": null, "case": "A"',
        '"claims": {"sex": "1", "sex": "2"}',
        '"claims": {"sex": "1"}, "claims": {"sex": "1"}',
        '"claims": {}, "claims": {"sex": "1"}',
        '"claims": {"sex": "1"}, "claims": {}',
    ],
)
def test_a_member_repeated_in_an_item_is_refused(repeat: str) -> None:
    body = f'{{"items": [{_item(repeat)}]}}'.encode()
    assert read_body(VerifyBatchBody, body) == Refuse(Code.DUPLICATE_MEMBER)


REPEATED_NUMBER = '{"items": [' + _item('"number": "099190000002"') + '], "fields": ["sex"]}'
PERSON_ALONE = json.dumps({name: value for name, value in ITEM.items() if name != "ref"})[:-1]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (BatchBody, REPEATED_NUMBER),
        (BatchBody, f'{{"fields": ["sex"], "items": [{_item()}], "fields": ["sex"]}}'),
        (BatchBody, f'{{"items": [], "fields": ["sex"], "items": [{_item()}]}}'),
        (VerifyBatchBody, f'{{"items": [{_item()}], "items": [{_item()}]}}'),
        (VerifyBody, PERSON_ALONE + ', "birth_date": "1990"}'),
        (ReceiptsBody, '{"since": 1, "request_ids": ["a"], "since": 1}'),
    ],
)
def test_a_member_repeated_in_any_body_is_refused(kind: type[BatchBody], body: str) -> None:
    assert read_body(kind, body.encode()) == Refuse(Code.DUPLICATE_MEMBER)


def test_colons_in_values_and_members_left_out_are_no_repeats() -> None:
    other = _item('"case": null', '"claims": {}').replace('"a"', '"b:c"').replace("0000001", "0000002")
    found = read_body(VerifyBatchBody, f'{{"items": [{_item()}, {other}]}}'.encode())
    assert isinstance(found, VerifyBatchBody)
    assert [item.ref for item in found.items] == ["a", "b:c"]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), min_size=1, max_size=4))
@settings(deadline=None)
def test_members_are_repeated_or_not_whatever_else_a_batch_holds(made: list[tuple[int, int, bool]]) -> None:
    items, repeats = [], False
    for place, (claims, cases, is_repeated) in enumerate(made):
        members = [f'"case": "C:{place}"'] * cases
        members += ['"claims": {' + ", ".join(f'"f{n}": ":"' for n in range(claims)) + "}"]
        members += ['"number": "099190000009"'] * is_repeated
        repeats = repeats or cases > 1 or is_repeated
        text = _item(*members).replace('"ref": "a"', f'"ref": "{place}"')
        items.append(text.replace("099190000001", f"09919000000{place}"))
    found = read_body(VerifyBatchBody, f'{{"items": [{", ".join(items)}]}}'.encode())
    if repeats:
        assert found == Refuse(Code.DUPLICATE_MEMBER)
    else:
        assert isinstance(found, VerifyBatchBody)


def test_a_thousand_items_are_read() -> None:
    items = [{**ITEM, "ref": str(n), "number": f"0991900{n:05}"} for n in range(1_000)]
    assert isinstance(
        read_body(BatchBody, json.dumps({"fields": ["sex"], "items": items}).encode()), BatchBody
    )


def test_receipts_are_bounded_and_claims_too() -> None:
    many = json.dumps({"request_ids": ["a"] * 101, "since": 1}).encode()
    assert isinstance(read_body(ReceiptsBody, many), Refuse)
    claims = json.dumps({**GOOD, "claims": {f"f{n}": "x" for n in range(131)}} | {"fields": 1}).encode()
    assert read_body(VerifyBody, claims) == Refuse(Code.UNKNOWN_MEMBER, "unknown member: fields")
    body = {k: v for k, v in GOOD.items() if k != "fields"} | {"claims": {f"f{n}": "x" for n in range(131)}}
    assert read_body(VerifyBody, json.dumps(body).encode()) == Refuse(
        Code.TOO_MANY_FIELDS, "131 fields, at most 130"
    )


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_give_a_value_or_a_refusal(body: bytes) -> None:
    assert isinstance(read_body(LookupBody, body), LookupBody | Refuse)


@given(
    st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
@settings(deadline=None)
def test_any_json_gives_a_value_or_a_refusal_without_its_values(value: object) -> None:
    found = read_body(VerifyBody, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    assert isinstance(found, VerifyBody | Refuse)


def test_the_detail_of_a_refusal_never_holds_a_value_of_the_body() -> None:
    found = read_body(LookupBody, lookup(number="secret-number", full_name=["secret-name"]))
    assert isinstance(found, Refuse)
    assert "secret" not in found.detail
