"""Key files, settings, the hub's keys and lists of persons: what is refused, and in which words."""

import json
import os
import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_agency import HubKeysError, KeyFileError, parse_hub_keys, read_hub_keys, read_key, write_key
from lienthong_agency.batch_files import LARGEST_PART, BatchFileError, chunks, read_claimed_items, read_items
from lienthong_agency.calls import BatchItem, ClaimedItem
from lienthong_agency.configuration import ConfigurationError, read_settings
from lienthong_agency.explanation import Language
from lienthong_agency.transport import Transport
from lienthong_protocol.keys import Algorithm, generate, public_jwk

KEY = generate(Algorithm.ED25519, bytes(range(32)))
HUB_KEYS = {
    "origin": "hub.example/log",
    "response": [{"jwk": public_jwk(KEY), "from": 5, "until": 9}],
    "log": [{"vkey": "x", "from": 1, "until": None}],
    "witnesses": [],
}


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_file_is_for_its_owner_alone(tmp_path: Path, algorithm: Algorithm) -> None:
    key = generate(algorithm, bytes(range(32)))
    path = tmp_path / "key.jwk"
    umask = os.umask(0)
    try:
        write_key(path, key)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(path).key_id == key.key_id
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.jwk"
    write_key(path, KEY)
    with pytest.raises(KeyFileError, match="exists"):
        write_key(path, generate(Algorithm.ED25519, bytes(32)))
    assert read_key(path).key_id == KEY.key_id
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(KeyFileError):
        write_key(tmp_path / "no" / "key.jwk", KEY)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644, 0o610])
def test_a_key_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key.jwk"
    write_key(path, KEY)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "{}", json.dumps(public_jwk(KEY)), "\xff"])
def test_a_file_without_a_private_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key.jwk"
    path.write_text(text, encoding="latin-1")
    path.chmod(0o600)
    with pytest.raises(KeyFileError):
        read_key(path)


def test_a_missing_key_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path, Path("/dev/null")):
        with pytest.raises(KeyFileError):
            read_key(path)


def test_the_hubs_keys_are_read_with_their_terms(tmp_path: Path) -> None:
    path = tmp_path / "hub-keys.json"
    path.write_text(json.dumps(HUB_KEYS))
    keys = read_hub_keys(path)
    assert keys.origin == "hub.example/log"
    known = keys.response[KEY.key_id]
    assert (known.valid_from, known.valid_until) == (5, 9)
    assert keys.log == ("x",)
    with pytest.raises(HubKeysError, match="trust"):
        read_hub_keys(tmp_path / "absent")


@pytest.mark.parametrize(
    "change",
    [
        {"response": []},
        {"response": [{"jwk": {"kty": "oct"}, "from": 1}]},
        {"response": [{"from": 1}]},
        {"origin": 7},
        {"log": [{"from": 1}]},
    ],
)
def test_other_keys_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(HubKeysError):
        parse_hub_keys(json.dumps(HUB_KEYS | change).encode())
    with pytest.raises(HubKeysError):
        parse_hub_keys(b"<html>")


def test_settings_come_from_the_file_and_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "agency.toml"
    path.write_text(
        'hub = "https://hub.example"\nsystem = "s"\nkey = "key.jwk"\nhub_keys = "/abs/keys.json"\n'
        'journal = "j.db"\nofficer = "o"\nlanguage = "en"\n'
        "[transport]\nanswer_timeout = 7.5\n[patience]\nattempts = 2\n"
    )
    found = read_settings(path, {"officer": "other", "purpose": None, "system": None})
    assert (found.system, found.officer, found.purpose) == ("s", "other", None)
    assert found.key == tmp_path / "key.jwk"
    assert found.hub_keys == Path("/abs/keys.json")
    assert found.journal_path() == tmp_path / "j.db"
    assert found.language is Language.EN
    assert found.transport == Transport(answer_timeout=7.5)
    assert found.patience.attempts == 2
    context = found.context(case="c")
    assert (context.officer, context.case, context.consent) == ("other", "c", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hubb = 'x'", "hubb"),
        ("system = 7", "system"),
        ("language = 'fr'", "language"),
        ("[transport]\nretries = 1", "retries"),
        ("system", "agency.toml"),
    ],
)
def test_wrong_settings_say_which(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "agency.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        read_settings(path, {})


def test_missing_settings_say_how_to_give_them(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(ConfigurationError):
            read_settings(path, {})
    (tmp_path / "latin.toml").write_bytes(b"system = '\xff'")
    with pytest.raises(ConfigurationError):
        read_settings(tmp_path / "latin.toml", {})
    with pytest.raises(ConfigurationError, match="--hub-keys"):
        write_key(tmp_path / "k", KEY)
        read_settings(None, {"system": "s", "key": str(tmp_path / "k"), "hub": "https://h"}).caller()
    with pytest.raises(ConfigurationError, match="--journal"):
        read_settings(None, {}).journal_path()


@pytest.mark.parametrize("hub", ["http://hub.example", "https://hub.example/", "hub.example", "https://"])
def test_an_unsafe_hub_is_refused(hub: str) -> None:
    with pytest.raises(ConfigurationError, match="origin"):
        read_settings(None, {"hub": hub}).hub_origin()


def test_no_attempts_are_no_patience(tmp_path: Path) -> None:
    path = tmp_path / "agency.toml"
    path.write_text("[patience]\nattempts = 0\n")
    with pytest.raises(ConfigurationError, match="attempts"):
        read_settings(path, {}).caller()


CSV = """ref,number,full_name,birth_date,case
1,099090000001,Nguyễn Hoa,1990,HS-1
2,099090000002,"A, B",1990-02,
"""


def test_lists_are_read_from_csv_and_json_lines(tmp_path: Path) -> None:
    wanted = [
        BatchItem("1", "099090000001", "Nguyễn Hoa", "1990", "HS-1"),
        BatchItem("2", "099090000002", "A, B", "1990-02"),
    ]
    (tmp_path / "list.csv").write_text("\ufeff" + CSV, encoding="utf-8")
    assert read_items(tmp_path / "list.csv") == wanted
    lines = [
        {"ref": i.ref, "number": i.number, "full_name": i.full_name, "birth_date": i.birth_date}
        for i in wanted
    ]
    lines[0]["case"] = "HS-1"
    (tmp_path / "list.jsonl").write_text("\n\n".join(map(json.dumps, lines)))
    assert read_items(tmp_path / "list.jsonl") == wanted


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("l.csv", "", "line 1"),
        ("l.csv", "ref,number,full_name\n", "line 1"),
        ("l.csv", "ref,number,full_name,birth_date,extra\n", "line 1"),
        ("l.csv", "ref,number,full_name,birth_date\n", "nobody"),
        ("l.csv", "ref,number,full_name,birth_date\n1,2,3\n", "line 2"),
        ("l.csv", "ref,number,full_name,birth_date\n1,2,3,4,5\n", "line 2"),
        ("l.csv", 'ref,number,full_name,birth_date\n1,2,"3"x,4\n', "line 2"),
        ("l.csv", "ref,number,full_name,birth_date\n1,2,A,4\n1,3,B,4\n", "ref"),
        ("l.csv", "ref,number,full_name,birth_date\n1,2,A,4\n2,2,B,4\n", "number"),
        ("l.jsonl", "", "nobody"),
        ("l.jsonl", '{"ref":"1"}', "line 1"),
        ("l.jsonl", '\n{"ref":"1","number":"2","full_name":"3","birth_date":"4","x":1}', "line 2"),
        ("l.jsonl", "no", "line 1"),
    ],
)
def test_a_wrong_list_says_where(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BatchFileError, match=message):
        read_items(tmp_path / name)


def test_what_a_list_claims_is_read_from_csv_and_json_lines(tmp_path: Path) -> None:
    wanted = [
        ClaimedItem("1", "099090000001", "Nguyễn Hoa", "1990", "HS-1", {"sex": "2", "is_adult": True}),
        ClaimedItem("2", "099090000002", "A, B", "1990-02", None, {"age": 36}),
        ClaimedItem("3", "099090000003", "C", "1990"),
    ]
    (tmp_path / "list.csv").write_text(
        "ref,number,full_name,birth_date,case,sex,is_adult:,age:\n"
        "1,099090000001,Nguyễn Hoa,1990,HS-1,2,true,\n"
        '2,099090000002,"A, B",1990-02,,,,36\n'
        "3,099090000003,C,1990,,,,\n",
        encoding="utf-8",
    )
    assert read_claimed_items(tmp_path / "list.csv") == wanted
    (tmp_path / "list.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, wanted)))
    assert read_claimed_items(tmp_path / "list.jsonl") == wanted


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("l.csv", "ref,number,full_name,sex\n", "every other is a claim"),
        ("l.csv", "ref,number,full_name,birth_date,sex,sex\n", "each once"),
        ("l.csv", "ref,number,full_name,birth_date,age:\n1,2,A,4,36\n2,3,B,4,old\n", "line 3, age:"),
        ("l.csv", "ref,number,full_name,birth_date,age:\n1,2,A,4,1.5\n", "line 2, age:"),
        ("l.jsonl", '{"ref":"1","number":"2","full_name":"3","birth_date":"4","claims":{"a":[]}}', "line 1"),
    ],
)
def test_a_wrong_list_of_claims_says_where(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BatchFileError, match=message):
        read_claimed_items(tmp_path / name)


def test_a_part_is_no_larger_than_the_hub_takes() -> None:
    items = [
        ClaimedItem(str(n), str(n), "X" * 150, "1990", claims={"phone": "9" * 150}) for n in range(1_500)
    ]
    parts = list(chunks(items))
    assert [item for part in parts for item in part] == items
    assert len(parts) > 2
    assert all(len(msgspec.json.encode(part)) <= LARGEST_PART + 1 for part in parts)


def test_an_unreadable_list_is_told(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_bytes(b"ref,number\xff")
    for path in (tmp_path / "l.csv", tmp_path / "absent", tmp_path):
        with pytest.raises(BatchFileError):
            read_items(path)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2_500))
def test_long_lists_are_cut_into_what_one_batch_holds(size: int) -> None:
    items = [BatchItem(str(number), str(number), "X", "1990") for number in range(size)]
    parts = list(chunks(items))
    assert [item for part in parts for item in part] == items
    assert all(1 <= len(part) <= 1_000 for part in parts)
