"""The command line against a hub on a real socket: words, JSON, exit statuses, files."""

import json
import os
import pty
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from lienthong_agency import Journal, read_key, write_key
from lienthong_agency.commands import cli
from lienthong_protocol.journal import Stage, decode_entry, extend_journal, head_of
from lienthong_protocol.keys import public_jwk
from lienthong_protocol.merkle import Frontier
from lienthong_protocol.notes import NoteSigner, SignatureType
from lienthong_protocol.policy import Policy
from lienthong_protocol.refusals import Code
from lienthong_protocol.succession import Succession, sign_succession
from tests.client.loopback_hub import (
    LoopbackHub,
    Sent,
    answer,
    drop,
    record_and_drop,
    refuse,
    turn_away,
    unsigned,
    wrong_signature,
)

WHO = ["--number", "099090000017", "--name", "Nguyễn Thị Hoa", "--birth-date", "1990-02-15"]
Run = Callable[..., Result]


@pytest.fixture
def folder(hub: LoopbackHub, tmp_path: Path) -> Path:
    """A system's folder: key, hub keys, settings, policy."""
    write_key(tmp_path / "key.jwk", hub.agency)
    (tmp_path / "hub-keys.json").write_bytes(hub.keys())
    (tmp_path / "policy.toml").write_text(hub.policy().encode(), encoding="utf-8")
    (tmp_path / "agency.toml").write_text(
        f'hub = "{hub.origin}"\nsystem = "moh-his-01"\nkey = "key.jwk"\nhub_keys = "hub-keys.json"\n'
        'journal = "journal.db"\nofficer = "bs-0231"\npurpose = "patient-identification"\n'
        "[patience]\nattempts = 2\nfirst_wait = 0.01\n"
    )
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    def invoke(*arguments: str, english: bool = True, input: str | None = None) -> Result:
        language = ["--lang", "en"] if english else []
        return CliRunner().invoke(
            cli, ["--config", str(folder / "agency.toml"), *language, *arguments], input=input
        )

    return invoke


def told(result: Result) -> dict[str, Any]:
    return json.loads(result.stdout)


def test_a_look_up_prints_values_and_where_the_record_stands(run: Run, hub: LoopbackHub) -> None:
    hub.script.append(answer(headers=[("lt-notice", "key-ends=2026-12-31")]))
    result = run("lookup", *WHO, "--field", "sex,ethnicity", "--case", "HS-1")
    assert result.exit_code == 0, result.output
    assert result.stdout == "sex: male\nethnicity: male\n"
    assert result.stderr == "Record in the hub's log 0\nNotice: key-ends=2026-12-31\n"
    assert (hub.received[0].officer, hub.received[0].case) == ("bs-0231", "HS-1")
    body = json.loads(hub.bodies[0])
    assert body["full_name"] == "Nguyễn Thị Hoa"
    assert body["fields"] == ["sex", "ethnicity"]


def test_values_of_every_kind_are_readable(run: Run, hub: LoopbackHub) -> None:
    values = {"a": None, "b": True, "c": {"province": "01"}, "d": ["Hoa", "Huệ"], "e": 7}
    flags = {"number_superseded": True, "under_examination": ["a"]}
    hub.script.append(answer(body=json.dumps({"values": values, "flags": flags}).encode()))
    result = run("lookup", *WHO, "--field", "a", english=False)
    assert result.stdout.splitlines() == [
        "a: –",
        "b: true",
        'c: {"province": "01"}',
        'd: ["Hoa", "Huệ"]',
        "e: 7",
        "Số định danh đã cung cấp không còn được sử dụng.",
        "Đang được kiểm tra, xác minh: a",
    ]


def test_the_person_may_come_from_standard_input(run: Run, hub: LoopbackHub) -> None:
    person = {"number": "099090000017", "full_name": "X", "birth_date": "1990"}
    result = run("lookup", "--person", "-", "--field", "sex", "--json", input=json.dumps(person))
    assert told(result)["answer"]["values"] == {"sex": "male"}
    assert json.loads(hub.bodies[0]) == person | {"fields": ["sex"]}
    assert run("lookup", "--person", "-", "--field", "sex", input="{}").exit_code == 2
    assert run("lookup", "--number", "099090000017", "--field", "sex").exit_code == 2


@pytest.mark.law("R10.2")
def test_a_portal_asks_with_the_citizens_token_and_names_nobody(
    run: Run, hub: LoopbackHub, folder: Path
) -> None:
    token = "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl"
    (folder / "token").write_text(token + "\n")
    for command in (("lookup", "--field", "sex"), ("verify", "--claim", "sex=2")):
        result = run(*command, "--subject", str(folder / "token"), "--json")
        assert result.exit_code == 0, result.output
        assert hub.received[-1].subject == token
        assert token not in result.output
    piped = run("lookup", "--field", "sex", "--subject", "-", "--json", input=token)
    assert piped.exit_code == 0


def test_a_token_and_a_named_person_or_no_token_at_all_are_told_before_asking(
    run: Run, hub: LoopbackHub
) -> None:
    both = run("lookup", "--field", "sex", "--subject", "-", "--number", "099090000017", input="a.b.c")
    assert both.exit_code == 2
    assert "leave --number" in both.output
    for text in ("", "a\nb", "x" * 4_097, "ă.b.c"):
        assert run("lookup", "--field", "sex", "--subject", "-", input=text).exit_code == 2
    assert hub.received == []


def test_verification_prints_outcomes(run: Run, hub: LoopbackHub) -> None:
    made = {
        "match": True,
        "claims": {"sex": "match", "age": "no_match"},
        "grades": {"sex": "exact"},
        "flags": {},
    }
    hub.script.append(answer(body=json.dumps(made).encode()))
    result = run("verify", *WHO, "--claim", "sex=male", "--claim", "age:=36", "--claim", "is_adult:=true")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "Number, name and birth date: match",
        "sex: matches (exact)",
        "age: does not match",
    ]
    assert json.loads(hub.bodies[0])["claims"] == {"sex": "male", "age": 36, "is_adult": True}
    for claim in ("sex", "=male", ":=1", "age:=x", "age:=[1]", "age:=1.5"):
        assert run("verify", *WHO, "--claim", claim).exit_code == 2


def test_the_scope_is_printed(run: Run) -> None:
    result = run("scope")
    assert result.stdout.splitlines() == ["moh-his-01: May ask", "rights:", "  purpose p"]
    assert told(run("scope", "--json"))["answer"]["may_ask"] is True


@pytest.mark.law("R1.2")
@pytest.mark.parametrize(("english", "words"), [(True, "Say to the citizen"), (False, "Nói với công dân")])
def test_a_refusal_is_explained_in_plain_words(run: Run, hub: LoopbackHub, english: bool, words: str) -> None:
    hub.script.append(refuse(Code.FIELD_DIFFERS, fields=("birth_date",)))
    result = run("lookup", *WHO, "--field", "sex", english=english)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "LT402" in result.stderr
    assert "birth_date" in result.stderr
    assert words in result.stderr
    assert len(hub.received) == 1


@pytest.mark.parametrize(
    ("act", "status", "outcome"),
    [
        (refuse(Code.NO_MATCH), 1, "refused"),
        (turn_away(Code.KEY_NOT_ACCEPTED), 1, "refused"),
        (wrong_signature, 4, "unanswered"),
        (answer(body=b"[]"), 3, "unanswered"),
    ],
)
def test_json_and_exit_status_tell_programs_what_came_of_it(
    run: Run, hub: LoopbackHub, act: Any, status: int, outcome: str
) -> None:
    hub.script.append(act)
    result = run("lookup", *WHO, "--field", "sex", "--json")
    assert result.exit_code == status
    assert told(result)["outcome"] == outcome
    assert told(result)["explanation"]
    hub.script.append(act)
    assert run("lookup", *WHO, "--field", "sex").exit_code == status


def test_no_answer_at_all_is_told(run: Run, hub: LoopbackHub) -> None:
    hub.script.extend([drop, drop])
    result = run("lookup", *WHO, "--field", "sex")
    assert result.exit_code == 3
    assert "No whole answer arrived" in result.stderr


def write_list(path: Path, size: int) -> None:
    rows = [f"{number},09909{number:07},Nguyễn Hoa,1990-02-15" for number in range(size)]
    path.write_text("\n".join(["ref,number,full_name,birth_date", *rows]), encoding="utf-8")


def test_a_long_list_is_asked_in_parts_and_answered_in_order(
    run: Run, hub: LoopbackHub, folder: Path
) -> None:
    write_list(folder / "list.csv", 2_300)
    result = run("batch", str(folder / "list.csv"), "--field", "sex", "--out", str(folder / "out.jsonl"))
    assert result.exit_code == 0, result.output
    assert result.stderr == "Answered: 2297; refused: 3; in the list: 2300\n"
    assert [len(json.loads(body)["items"]) for body in hub.bodies] == [1_000, 1_000, 300]
    lines = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert [line["ref"] for line in lines] == [str(number) for number in range(2_300)]
    again = run("batch", str(folder / "list.csv"), "--field", "sex", "--out", str(folder / "out.jsonl"))
    assert again.exit_code == 2
    assert len(hub.received) == 3


def test_a_list_may_go_to_standard_output(run: Run, folder: Path) -> None:
    write_list(folder / "list.csv", 3)
    result = run("batch", str(folder / "list.csv"), "--field", "sex", "--json")
    assert [json.loads(line)["ref"] for line in result.stdout.splitlines()] == ["0", "1", "2"]


def test_what_was_answered_stays_when_a_later_part_is_refused(
    run: Run, hub: LoopbackHub, folder: Path
) -> None:
    write_list(folder / "list.csv", 1_500)
    hub.script.extend([answer(), refuse(Code.BATCH_SUSPENDED)])
    result = run(
        "batch", str(folder / "list.csv"), "--field", "sex", "--out", str(folder / "out.jsonl"), "--json"
    )
    assert result.exit_code == 1
    summary = told(result)
    assert (summary["listed"], summary["answered"], summary["refused"]) == (1_500, 999, 1)
    assert summary["problem"]["code"] == "LT310"
    assert len((folder / "out.jsonl").read_text().splitlines()) == 1_000
    assert run("batch", str(folder / "absent.csv"), "--field", "sex").exit_code == 2


def test_a_list_may_be_verified_with_the_claims_it_makes(run: Run, hub: LoopbackHub, folder: Path) -> None:
    (folder / "list.csv").write_text(
        "ref,number,full_name,birth_date,sex,is_adult:\n"
        "1,099090000001,Nguyễn Hoa,1990,2,true\n2,099090000002,Trần An,1991,,\n",
        encoding="utf-8",
    )
    result = run("batch", str(folder / "list.csv"), "--verify")
    assert result.exit_code == 0, result.output
    (body,) = hub.bodies
    asked = json.loads(body)
    assert set(asked) == {"items"}
    assert [item.get("claims") for item in asked["items"]] == [{"sex": "2", "is_adult": True}, None]
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    agreed = {"match": True, "claims": {"sex": "match", "is_adult": "match"}, "flags": {}}
    assert answers == [
        {"ref": "1", **agreed},
        {"ref": "2", "refusal": {"code": "LT401", "title": "no match"}},
    ]
    assert result.stderr == "Answered: 1; refused: 1; in the list: 2\n"


def test_a_list_is_looked_up_or_verified_and_not_both(run: Run, hub: LoopbackHub, folder: Path) -> None:
    write_list(folder / "list.csv", 2)
    assert run("batch", str(folder / "list.csv")).exit_code == 2
    assert run("batch", str(folder / "list.csv"), "--verify", "--field", "sex").exit_code == 2
    assert not hub.received


@pytest.mark.parametrize("terminal", [True, False])
def test_the_bar_is_drawn_on_a_terminal_only(folder: Path, terminal: bool) -> None:
    write_list(folder / "list.csv", 2)
    program = "from lienthong_agency.cli import main; main()"
    command = [sys.executable, "-c", program, "--config", str(folder / "agency.toml"), "batch"]
    command += [str(folder / "list.csv"), "--field", "sex", "--out", str(folder / "out.jsonl")]
    if terminal:
        controller, terminal_end = pty.openpty()
        process = subprocess.Popen(command, stderr=terminal_end, env=os.environ | {"TERM": "xterm"})
        os.close(terminal_end)
        drawn = read_terminal(controller)
        assert process.wait() == 0
        assert b"2/2" in drawn
    else:
        done = subprocess.run(command, stderr=subprocess.PIPE, check=True)
        assert done.stderr.decode() == "Có kết quả: 1; bị từ chối: 1; trong danh sách: 2\n"


def read_terminal(controller: int) -> bytes:
    drawn = b""
    while True:
        try:
            part = os.read(controller, 65_536)
        except OSError:
            part = b""
        if not part:
            os.close(controller)
            return drawn
        drawn += part


def test_a_key_is_made_for_its_owner_alone(run: Run, folder: Path) -> None:
    result = run("keygen", "--out", str(folder / "new.jwk"), "--algorithm", "ecdsa-p256-sha256")
    assert result.exit_code == 0, result.output
    key = read_key(folder / "new.jwk")
    assert told(result) == public_jwk(key)
    assert stat.S_IMODE((folder / "new.jwk").stat().st_mode) == 0o600
    assert key.key_id in result.stderr
    again = run("keygen")
    assert again.exit_code == 2
    assert "never overwritten" in again.stderr
    as_json = told(run("keygen", "--out", str(folder / "third.jwk"), "--json"))
    assert as_json["key_id"] == as_json["public_jwk"]["kid"]
    assert "d" not in as_json["public_jwk"]
    assert CliRunner().invoke(cli, ["keygen"]).exit_code == 2


def test_the_hubs_keys_are_fetched_shown_and_not_replaced_by_themselves(
    run: Run, hub: LoopbackHub, folder: Path
) -> None:
    new, policy = str(folder / "fetched.json"), str(folder / "new-policy.toml")
    witness = hub.witness.verifier.vkey
    result = run("trust", "--out", new, "--policy", policy, "--witness", witness)
    assert result.exit_code == 0, result.output
    assert hub.key.key_id in result.stdout
    assert hub.log.verifier.vkey in result.stdout
    assert (folder / "new-policy.toml").read_text(encoding="utf-8") == hub.policy().encode()
    assert run("trust", "--out", new).exit_code == 2
    assert told(run("trust", "--out", new, "--replace", "--json"))["response"] == [hub.key.key_id]
    other = str(folder / "other.json")
    wrong = NoteSigner("w", SignatureType.NOTE, bytes(32)).verifier.vkey
    assert run("trust", "--out", other, "--policy", str(folder / "p"), "--witness", wrong).exit_code == 2
    hub.open_script.append(Sent(200, [], b"<html>"))
    assert run("trust", "--out", str(folder / "no.json")).exit_code == 2
    assert not (folder / "no.json").exists()
    hub.open_script.append(unsigned(Code.INTERNAL))
    assert run("trust", "--out", str(folder / "no.json")).exit_code == 3
    assert run("trust", "--out", str(folder / "no" / "no.json")).exit_code == 2
    assert CliRunner().invoke(cli, ["--hub", hub.origin, "trust"]).exit_code == 2


def test_the_journal_is_listed(run: Run, hub: LoopbackHub) -> None:
    run("lookup", *WHO, "--field", "sex")
    hub.script.append(refuse(Code.NO_MATCH))
    run("lookup", *WHO, "--field", "sex")
    result = run("journal", "list")
    lines = result.stdout.splitlines()
    assert len(lines) == 4
    assert "answered" in lines[1]
    assert lines[1].endswith("#0")
    assert "LT401" in lines[3]
    newest = told(run("journal", "list", "--last", "1", "--json"))
    assert newest["position"] == 3
    request_id = newest["entry"]["request_id"]
    assert len(run("journal", "list", "--request-id", request_id).stdout.splitlines()) == 2


def test_an_exported_journal_gives_the_head_again(run: Run, folder: Path) -> None:
    run("lookup", *WHO, "--field", "sex")
    out = folder / "export.jsonl"
    result = run("journal", "export", "--out", str(out))
    bodies = out.read_bytes().splitlines()
    head = head_of(extend_journal(Frontier(), bodies))
    assert [decode_entry(body).stage for body in bodies] == [Stage.SENT, Stage.ANSWERED]
    assert result.stdout.startswith(f"{head.size}:")
    assert run("journal", "export", "--out", str(out)).exit_code == 2
    told_head = told(run("journal", "export", "--out", str(folder / "again"), "--json"))
    assert f"{told_head['size']}:{told_head['root']}" == result.stdout.strip()


def test_a_wrong_setting_is_told_in_a_sentence(run: Run, folder: Path) -> None:
    (folder / "key.jwk").chmod(0o644)
    result = run("lookup", *WHO, "--field", "sex")
    assert result.exit_code == 2
    assert "chmod 600" in result.stderr
    assert "Traceback" not in result.output
    assert run("journal", "list").exit_code == 2
    bad = run("lookup", *WHO, "--field", "sex", "--officer", "bác sĩ")
    assert bad.exit_code == 2
    (folder / "agency.toml").write_text("nonsense = 1")
    assert "nonsense" in run("scope").stderr
    assert run("journal", "verify").exit_code == 2


@pytest.fixture
def proved(run: Run, hub: LoopbackHub, folder: Path) -> Iterator[list[str]]:
    """A journal with answers, refusals, and requests whose answers never came."""
    run("lookup", *WHO, "--field", "sex", "--case", "HS-1")
    hub.script.append(refuse(Code.NO_MATCH))
    run("lookup", *WHO, "--field", "sex")
    hub.script.extend([record_and_drop, drop])
    run("lookup", *WHO, "--field", "sex")
    hub.script.append(refuse(Code.RATE_LIMITED, recorded=False))
    run("scope")
    yield ["journal", "verify", "--policy", str(folder / "policy.toml")]


def test_a_journal_is_checked_without_the_hub(run: Run, hub: LoopbackHub, proved: list[str]) -> None:
    served = len(hub.received)
    result = run("journal", "verify")
    assert result.exit_code == 0, result.output
    assert "10 entries, 2 receipts, 0 proved" in result.stdout
    assert "Compared with itself" in result.stdout
    head = result.stdout.splitlines()[-1].split()[0]
    assert run("journal", "verify", "--head", head).exit_code == 0
    forged = head.split(":")[0] + ":" + "A" * 43
    assert run("journal", "verify", "--head", forged).exit_code == 4
    assert run("journal", "verify", "--head", "7").exit_code == 2
    assert len(hub.received) == served


@pytest.mark.law("R6.1")
def test_every_entry_is_proved_in_the_log_and_compared_with_its_record(
    run: Run, hub: LoopbackHub, proved: list[str], folder: Path
) -> None:
    result = run(*proved, "--hub", "--proofs", str(folder / "proofs"), "--json")
    assert result.exit_code == 0, result.output
    found = told(result)
    assert (found["receipts"], found["proved"], found["compared"]) == (2, 2, 2)
    assert found["is_proved"]
    assert found["broken"] == []
    assert [line for line in found["open"] if "recorded as 2, but no answer arrived" in line]
    assert sorted(path.name for path in (folder / "proofs").iterdir()) == ["0.tlog-proof", "1.tlog-proof"]
    served = len(hub.received)
    offline = told(run(*proved, "--proofs", str(folder / "proofs"), "--json"))
    assert (offline["proved"], offline["compared"]) == (2, 0)
    assert len(hub.received) == served


@pytest.mark.law("R6.1", "R6.2")
def test_records_lost_with_a_log_that_was_succeeded_are_told_one_by_one(
    run: Run, hub: LoopbackHub, proved: list[str], folder: Path
) -> None:
    """The hub was set back to one record, and another log carries on from there."""
    successor = NoteSigner("hub.example/log/2", SignatureType.NOTE, bytes(range(5, 37)))
    succession = Succession(
        predecessor=hub.log.verifier,
        successor=successor.verifier,
        last_size=2,
        last_root=bytes(32),
        size=1,
        root=bytes(32),
        time=(hub.now() + 1) * 1_000_000,
        decided_by="somebody",
        reason="the disk is lost",
    )
    note = sign_succession(succession, hub.log, successor)
    policy = Policy((successor.verifier,), (hub.witness.verifier,), 1, None, (note,))
    (folder / "policy.toml").write_text(policy.encode(), encoding="utf-8")
    del hub.records[1:]
    hub.log = successor
    result = run(*proved, "--hub")
    assert result.exit_code == 0, result.output
    assert "The journal is whole" in result.stdout
    assert "1 proved, 1 compared" in result.stdout
    assert "1 records were lost with an earlier log" in result.stdout
    assert "record 1 stood in the gap from 1 to 1 of hub.example/log, which is lost" in result.stderr

    # The same policy can be made of what the hub says of itself.
    hub.successions = [note]
    out, made = str(folder / "fetched.json"), folder / "made.toml"
    trusted = run("trust", "--out", out, "--policy", str(made), "--witness", hub.witness.verifier.vkey)
    assert trusted.exit_code == 0, trusted.output
    assert "carries on hub.example/log; LOST 1 to 1" in trusted.stdout
    assert made.read_text(encoding="utf-8") == policy.encode()
    hub.successions = [note.replace("somebody", "nobody")]
    refused = run("trust", "--out", out, "--replace")
    assert (refused.exit_code, "succession" in refused.stderr) == (2, True)


@pytest.mark.law("R6.1")
def test_a_record_the_log_lost_is_noticed(run: Run, hub: LoopbackHub, proved: list[str]) -> None:
    del hub.records[0]
    result = run(*proved, "--hub")
    assert result.exit_code == 4
    assert "NOT whole" in result.stdout
    assert "is not proved" in result.stderr


def test_a_record_changed_in_the_log_is_noticed(run: Run, hub: LoopbackHub, proved: list[str]) -> None:
    hub.records[0] = hub.records[0].replace(b"bs-0231", b"bs-9999")
    found = told(run(*proved, "--hub", "--json"))
    assert not found["is_whole"]
    assert any("not proved" in line for line in found["broken"])
    assert any("another record than its receipt" in line for line in found["broken"])


def test_records_the_hub_does_not_give_out_are_noticed(run: Run, hub: LoopbackHub, proved: list[str]) -> None:
    hub.script.append(answer(body=b'{"receipts":[]}'))
    found = told(run(*proved, "--hub", "--json"))
    assert sum("gives out no record" in line for line in found["broken"]) == 2
    hub.script.append(answer(body=b'{"receipts":[{"request_id":"r","index":0,"leaf":"","record":"!"}]}'))
    found = told(run(*proved, "--hub", "--json"))
    assert any("cannot be read" in line for line in found["broken"])


def test_a_proof_that_is_not_to_be_had_leaves_the_entry_open(
    run: Run, hub: LoopbackHub, proved: list[str], folder: Path
) -> None:
    found = told(run(*proved, "--proofs", str(folder / "empty"), "--json"))
    assert found["proved"] == 0
    assert sum("no proof yet" in line for line in found["open"]) == 2
    hub.open_script.extend([unsigned(Code.NO_SUCH_ENTRY), Sent(200, [], b"\xff")])
    assert run(*proved, "--hub").exit_code == 3
    hub.open_script.append(unsigned(Code.TOO_MANY_FAILURES, headers=[("retry-after", "0")]))
    assert told(run(*proved, "--hub", "--json"))["proved"] == 2
    hub.open_script.append(unsigned(Code.TOO_MANY_FAILURES, headers=[("retry-after", "600")]))
    assert run(*proved, "--hub").exit_code == 3
    hub.script.append(refuse(Code.SUSPENDED))
    assert run(*proved, "--hub").exit_code == 1


def test_a_proof_of_something_else_proves_nothing(run: Run, proved: list[str], folder: Path) -> None:
    proofs = folder / "proofs"
    assert run(*proved, "--hub", "--proofs", str(proofs)).exit_code == 0
    zero = (proofs / "0.tlog-proof").read_text()
    (proofs / "1.tlog-proof").write_text(zero)
    assert run(*proved, "--proofs", str(proofs)).exit_code == 4
    (proofs / "1.tlog-proof").write_text("no proof")
    assert run(*proved, "--proofs", str(proofs)).exit_code == 4
    (proofs / "1.tlog-proof").write_text(zero.replace("index 0", "index 5"))
    assert run(*proved, "--proofs", str(proofs)).exit_code == 4


def test_proofs_without_a_policy_are_refused(run: Run, proved: list[str], folder: Path) -> None:
    assert run("journal", "verify", "--hub").exit_code == 2
    (folder / "policy.toml").write_text("quorum = 1")
    assert run(*proved).exit_code == 2
    assert run("journal", "verify", "--policy", str(folder / "absent")).exit_code == 2


def test_signatures_of_a_former_key_need_its_public_half(run: Run, proved: list[str], folder: Path) -> None:
    former = read_key(folder / "key.jwk")
    (folder / "key.jwk").unlink()
    assert run("keygen").exit_code == 0
    found = told(run("journal", "verify", "--json"))
    assert len(found["open"]) == 10
    (folder / "former.jwk").write_text(json.dumps(public_jwk(former)))
    assert told(run("journal", "verify", "--own-key", str(folder / "former.jwk"), "--json"))["open"] == []
    (folder / "former.jwk").write_text("{}")
    assert run("journal", "verify", "--own-key", str(folder / "former.jwk")).exit_code == 2


def test_an_answer_nobody_signed_is_found_in_the_journal(run: Run, proved: list[str], folder: Path) -> None:
    with Journal(folder / "journal.db") as journal:
        (_, entry) = journal.of_request(journal.newest(10)[-1][1].request_id)[1]
        journal.append(msgspec.structs.replace(entry, status=404, code="LT401"))
        journal.append(msgspec.structs.replace(entry, response_key="k"))
        journal.append(msgspec.structs.replace(entry, officer="bs-0001"))
        journal.append(msgspec.structs.replace(entry, request_params="no parameters"))
    found = told(run("journal", "verify", "--json"))
    assert sum("no key of the hub signed" in line for line in found["broken"]) == 3
    assert sum("the request was not signed" in line for line in found["broken"]) == 2


def test_help_is_there_for_every_command() -> None:
    commands: list[list[str]] = [[], ["journal"]]
    commands += [[name] for name in cli.commands]
    commands += [["journal", name] for name in ("list", "verify", "export")]
    for command in commands:
        assert CliRunner().invoke(cli, [*command, "--help"]).exit_code == 0
    for name in ("keygen", "lookup", "verify", "batch", "scope"):
        assert "--json" in CliRunner().invoke(cli, [name, "--help"]).output
