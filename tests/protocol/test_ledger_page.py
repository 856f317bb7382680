"""The examples and tables of docs/protocol/ledger-v1.md are what the code makes and the page alone gives.

python -m tests.protocol.test_ledger_page      writes the examples into the page
"""

import hmac
import json
import re
import tomllib
from base64 import b64decode, b64encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lienthong_protocol import base64url, journal
from lienthong_protocol.checkpoint import Checkpoint
from lienthong_protocol.commitment import commit, person_tag, salt
from lienthong_protocol.journal import JournalEntry, Stage
from lienthong_protocol.merkle import consistency_proof, inclusion_proof, leaf_hash, node_reader, root_of
from lienthong_protocol.notes import Note, NoteSigner, SignatureType
from lienthong_protocol.policy import Policy, parse_policy
from lienthong_protocol.proof import LogProof
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.record import (
    Act,
    Kind,
    Line,
    Outcome,
    Proof,
    Record,
    RecordFormatError,
    Visibility,
    decode_entry,
    encode_line,
    encode_record,
    rebuild_base,
    reference,
)
from lienthong_protocol.staff_event import StaffEvent, encode_event, event_note, event_record, event_salt
from lienthong_protocol.succession import Succession, sign_succession
from lienthong_protocol.tiles import encode_bundle, split_bundle

PAGES = Path(__file__).parents[2] / "docs" / "protocol"
PAGE = PAGES / "ledger-v1.md"
AT = 1_795_000_000_123_456
RETIRED_AT = 1_860_000_000_000_000
RETIRED = {"count": 2, "first": AT, "last": AT}
MONTH_KEY, QUARTER_KEY = bytes(range(0x40, 0x60)), bytes(range(0x60, 0x80))
PERSON_KEY, RANDOM = bytes(range(0x80, 0x90)), bytes(range(0x90, 0xA0))
LOG = NoteSigner("hub.example/log", SignatureType.NOTE, bytes(range(0xA0, 0xC0)))
SUCCESSOR = NoteSigner("hub.example/log/2", SignatureType.NOTE, bytes(range(0xB0, 0xD0)))
WITNESS = NoteSigner("witness.example/w1", SignatureType.COSIGNATURE, bytes(range(0xC0, 0xE0)))
GRANT = sha256(b"grant document").hexdigest()
_BLOCK = re.compile(r"(<!-- example: ([a-z-]+) -->\n```\w*\n)(.*?)(\n```\n<!-- end -->)", re.S)


def blocks(page: Path) -> dict[str, str]:
    return {match[2]: match[3] for match in _BLOCK.finditer(page.read_text(encoding="utf-8"))}


def message(text: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of an HTTP message of the other page."""
    head, _, body = text.partition("\n\n")
    return dict(line.split(": ", 1) for line in head.split("\n")[1:]), body.encode()


EXCHANGE = blocks(PAGES / "exchange-v1.md")
ASKED, _ = message(EXCHANGE["lookup-request"])
ANSWERED, ANSWER = message(EXCHANGE["lookup-answer"])
PARAMS = ASKED["signature-input"].partition(")")[2]
KEY_ID, NONCE = re.findall(r'keyid="(.*?)";nonce="(.*?)"', PARAMS)[0]
SALT = salt(MONTH_KEY, key_id=KEY_ID, nonce=NONCE)


def own_act(kind: Kind, at: int, note: str, **summary: int) -> Record:
    return Record(
        act=Act.CONNECT, kind=kind, at=at, agency="authority", system="hub", key="", proof=Proof.NONE,
        profile="", channel="", lines=0, code="", duration=0, note=note, **summary,
    )  # fmt: skip


LOOKUP = Record(
    act=Act.EXPLOIT, kind=Kind.LOOKUP, at=AT, agency="h01", system="h01/his", key=KEY_ID, proof=Proof.MESSAGE,
    profile="lt-1", channel="platform", platform="ndxp", purpose=ASKED["lt-purpose"],
    officer=ASKED["lt-officer"], case=ASKED["lt-case"], grant=GRANT, grant_version=17,
    request_id=ASKED["lt-request-id"], target="/v1/lookup", request_digest=ASKED["content-digest"],
    params=PARAMS, signature=ASKED["signature"][4:-1], fields=(18, 75), lines=1, code="",
    commitment=base64url.encode(commit(SALT, ANSWER)), duration=2140,
)  # fmt: skip
LINE = Line(
    record=reference(leaf_hash(encode_record(LOOKUP))), position=1,
    tag=base64url.encode(person_tag(QUARTER_KEY, PERSON_KEY)), tag_key="2026Q4", outcome=Outcome.DISCLOSED,
    asked=(18, 75), given=(18, 75), purpose=ASKED["lt-purpose"], agency="h01", system="h01/his",
    visibility=Visibility.SHOWN, at=AT, case=ASKED["lt-case"], random=base64url.encode(RANDOM),
)  # fmt: skip
REFUSAL = msgspec.structs.replace(
    LOOKUP, at=AT + 5_000_000, request_id="a-refused-request", fields=None, lines=0, code="LT302",
    duration=310,
    params=PARAMS.replace(NONCE, "LbFvWME4J0B2JgstnIO4Nw"), signature=b64encode(bytes(64)).decode(),
    commitment=base64url.encode(commit(bytes(32), b"{}")),
)  # fmt: skip
BODIES = [
    encode_record(own_act(Kind.OPENING, AT - 1_000_000_000, LOG.verifier.vkey)),
    encode_record(LOOKUP),
    encode_line(LINE),
    encode_record(REFUSAL),
    encode_record(own_act(Kind.RETENTION, RETIRED_AT, "records and lines of 2026-11", **RETIRED)),
]
LEAVES = [leaf_hash(body) for body in BODIES]
EVENT = StaffEvent(
    id=184, at=AT, kind="request.assigned", portal="staff", actor=12, actor_name="Trần Thị B",
    roles=("chief",), body=7, subject_kind="request", subject="YC-2026-000184", law=("R5.2",),
    profile="base", detail={"to": "Lê Văn C", "from": "“chưa giao”"}, salt=event_salt(RANDOM),
)  # fmt: skip


def examples() -> dict[str, str]:
    """Every example of the page, as the code makes it."""
    text = Checkpoint("hub.example/log", 5, root_of(LEAVES)).encode()
    signed = Note(text, (LOG.sign(text),))
    note = signed.with_signatures([WITNESS.cosign(text, time=1_795_000_060)]).encode()
    path = inclusion_proof(index=1, size=5, read=node_reader(LEAVES))
    grown = consistency_proof(old_size=3, new_size=5, read=node_reader(LEAVES))
    request = "\n".join(["old 3", *(b64encode(each).decode() for each in grown), "", signed.encode()])
    receipt = Receipt(1, LEAVES[1], SALT, AT).encode()
    entry = JournalEntry(
        stage=Stage.ANSWERED, act=Act.EXPLOIT, kind=Kind.LOOKUP, at=AT + 9_000, hub="hub.example/log",
        system="h01/his", key=KEY_ID, method="POST", target="https://hub.example/v1/lookup", profile="lt-1",
        request_id=ASKED["lt-request-id"], purpose=ASKED["lt-purpose"], officer=ASKED["lt-officer"],
        case=ASKED["lt-case"], request_digest=ASKED["content-digest"], request_params=PARAMS,
        request_signature=ASKED["signature"][4:-1], status=200, response_digest=ANSWERED["content-digest"],
        response_key=re.findall(r'keyid="(.*?)"', ANSWERED["signature-input"])[0],
        response_params=ANSWERED["signature-input"].partition(")")[2],
        response_signature=ANSWERED["signature"][4:-1], receipt=receipt,
    )  # fmt: skip
    policy = Policy((LOG.verifier,), (WITNESS.verifier,), 1, note)
    assert parse_policy(policy.encode()) == policy
    succession = sign_succession(
        Succession(
            predecessor=LOG.verifier, successor=SUCCESSOR.verifier, last_size=5, last_root=root_of(LEAVES),
            size=3, root=root_of(LEAVES[:3]), time=AT + 90_000_000_000, decided_by="Trần Thị B",
            reason="ổ đĩa hỏng, không có bản sao mới hơn",
        ),
        LOG, SUCCESSOR,
    )  # fmt: skip
    following = Policy((SUCCESSOR.verifier,), (WITNESS.verifier,), 1, None, (succession,))
    assert parse_policy(following.encode()) == following
    made = {
        "secrets": f"month key 2026-11    {MONTH_KEY.hex()}\nquarter key 2026Q4   {QUARTER_KEY.hex()}\n"
        f"person key           {PERSON_KEY.hex()}",
        "salt": f"salt        {SALT.hex()}\ncommitment  {LOOKUP.commitment}\ntag         {LINE.tag}",
        "record": BODIES[1].decode(),
        "line": BODIES[2].decode(),
        "record-leaf": LEAVES[1].hex(),
        "line-leaf": LEAVES[2].hex(),
        "opening": BODIES[0].decode(),
        "refusal": BODIES[3].decode(),
        "retention": BODIES[4].decode(),
        "leaves": "\n".join(f"{index}  {leaf.hex()}" for index, leaf in enumerate(LEAVES)),
        "roots": "\n".join(f"{size}  {root_of(LEAVES[:size]).hex()}" for size in range(6)),
        "log-key": f"{LOG.skey}\n{LOG.verifier.vkey}",
        "witness-key": f"{WITNESS.skey}\n{WITNESS.verifier.vkey}",
        "checkpoint": note,
        "consistency": request,
        "receipt": receipt,
        "proof": LogProof(1, tuple(path), note, BODIES[1]).encode(),
        "policy": policy.encode(),
        "succession": succession,
        "successor-policy": following.encode(),
        "journal": journal.encode_entry(entry).decode(),
        "event": encode_event(EVENT).decode(),
        "event-note": event_note(EVENT.id, encode_event(EVENT)),
        "bundle": encode_bundle([b"ab", b"", b"c"]).hex(),
    }
    return {name: content.rstrip("\n") for name, content in made.items()}


@pytest.mark.parametrize("name", examples())
def test_an_example_is_what_the_code_makes(name: str) -> None:
    assert blocks(PAGE)[name] == examples()[name]


def test_the_page_holds_no_other_example() -> None:
    assert set(blocks(PAGE)) == set(examples())


def test_the_request_of_the_record_is_the_one_signed_on_the_other_page() -> None:
    base = rebuild_base(LOOKUP, method="POST", origin="https://hub.example")
    assert base.decode() == EXCHANGE["lookup-request-base"]


def table_after(heading: str) -> list[tuple[str, bool]]:
    """The members a table of the page lists, in order, and which are optional."""
    text = PAGE.read_text(encoding="utf-8").partition(f"{heading}\n")[2]
    rows = re.findall(r"^\| (`.*?) \|", text.partition("\n#")[0], re.M)
    return [(name, optional == "?") for row in rows for name, optional in re.findall(r"`(\w+)`(\??)", row)]


@pytest.mark.parametrize(
    ("heading", "struct"),
    [
        ("### 1.2 Records", Record),
        ("### 1.3 Lines", Line),
        ("### 1.5 Acts in the control plane", StaffEvent),
        ("## 7. Journals", JournalEntry),
    ],
)
def test_a_table_lists_the_members_in_wire_order(heading: str, struct: type[msgspec.Struct]) -> None:
    fields = msgspec.structs.fields(struct)
    assert table_after(heading) == [(field.encode_name, field.default is None) for field in fields]


@pytest.mark.parametrize("words", [Kind, Outcome, Visibility, Stage, Act, Proof])
def test_the_page_names_every_word_of_the_formats(words: type[Kind]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [word for word in words if f"`{word}`" not in text] == []


# From here on the page alone, with the standard library and `cryptography`: a second reader of the formats.


def hashes_of(name: str) -> list[bytes]:
    return [bytes.fromhex(line.split()[1]) for line in blocks(PAGE)[name].split("\n")]


def root(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def test_a_second_reader_finds_salts_tags_bodies_and_leaves() -> None:
    page = blocks(PAGE)
    month, quarter, person = (bytes.fromhex(line.split()[-1]) for line in page["secrets"].split("\n"))
    record, line = json.loads(page["record"]), json.loads(page["line"])
    nonce = re.findall('nonce="(.*?)"', record["params"])[0]
    salted = hmac.digest(month, f"{record['key']}\0{nonce}".encode(), "sha256")
    assert salted.hex() in page["salt"]
    commitment = urlsafe_b64encode(sha256(salted + ANSWER).digest()).decode().rstrip("=")
    assert record["commitment"] == commitment
    tag = hmac.digest(quarter, b"person\0" + person, "sha256")[:16]
    assert line["tag"] == urlsafe_b64encode(tag).decode().rstrip("=")
    leaves = hashes_of("leaves")
    for index, name in enumerate(("opening", "record", "line", "refusal", "retention")):
        body = json.dumps(json.loads(page[name]), ensure_ascii=False, separators=(",", ":"))
        assert body == page[name]
        assert sha256(b"\0" + body.encode()).digest() == leaves[index]
        decode_entry(body.encode())
    assert line["record"] == urlsafe_b64encode(leaves[1]).decode().rstrip("=")
    assert [root(leaves[:size]) for size in range(6)] == hashes_of("roots")


def test_a_second_reader_hashes_an_event_into_the_note_of_its_record() -> None:
    page = blocks(PAGE)
    event = json.loads(page["event"])
    assert json.dumps(event, ensure_ascii=False, separators=(",", ":")) == page["event"]
    assert list(event["detail"]) == sorted(event["detail"])
    assert page["event-note"] == f"event 184 sha-256 {sha256(page['event'].encode()).hexdigest()}"
    record = event_record(184, page["event"].encode(), at=AT)
    assert (record.act, record.kind, record.note) == (Act.CONNECT, Kind.STAFF_ACT, page["event-note"])
    with pytest.raises(RecordFormatError):
        encode_event(msgspec.structs.replace(EVENT, actor_name="\ud800"))


def test_a_second_reader_verifies_checkpoint_cosignature_and_proof() -> None:
    page = blocks(PAGE)
    text, _, lines = page["checkpoint"].partition("\n\n")
    origin, size, head = text.split("\n")
    assert b64decode(head) == hashes_of("roots")[int(size)]
    log_line, witness_line = lines.split("\n")
    for line, key in ((log_line, page["log-key"]), (witness_line, page["witness-key"])):
        private, vkey = key.split("\n")
        name, key_id, encoded = vkey.split("+", 2)
        kind, public = b64decode(encoded)[:1], b64decode(encoded)[1:]
        assert sha256(name.encode() + b"\n" + kind + public).digest()[:4].hex() == key_id
        seed = b64decode(private.split("+", 4)[4])[1:]
        assert Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() == public
        blob = b64decode(line.removeprefix(f"— {name} "))
        assert blob[:4].hex() == key_id
        signed = f"{text}\n".encode()
        if kind == b"\x04":
            signed = f"cosignature/v1\ntime {int.from_bytes(blob[4:12])}\n{text}\n".encode()
        Ed25519PublicKey.from_public_bytes(public).verify(blob[-64:], signed)
    assert origin == page["log-key"].split("\n")[1].split("+")[0]
    header, extra, index, *path = page["proof"].partition("\n\n")[0].split("\n")
    assert (header, index) == ("c2sp.org/tlog-proof@v1", "index 1")
    first, third, fifth = (b64decode(each) for each in path)
    node = sha256(b"\0" + b64decode(extra.removeprefix("extra "))).digest()
    node = sha256(b"\x01" + first + node).digest()
    node = sha256(b"\x01" + node + third).digest()
    assert sha256(b"\x01" + node + fifth).digest() == b64decode(head)


def test_a_second_reader_uses_policy_receipt_journal_and_bundle() -> None:
    page = blocks(PAGE)
    policy = tomllib.loads(page["policy"])
    assert policy["log"] == [page["log-key"].split("\n")[1]]
    assert policy["checkpoint"].rstrip("\n") == page["checkpoint"]
    receipt = re.fullmatch(r'index=(\d+), leaf=:(.*?):, salt=:(.*?):, at="(\d+)"', page["receipt"])
    assert receipt is not None
    assert b64decode(receipt[2]) == hashes_of("leaves")[int(receipt[1])]
    assert b64decode(receipt[3]).hex() in page["salt"]
    entry = json.loads(page["journal"])
    assert json.dumps(entry, ensure_ascii=False, separators=(",", ":")) == page["journal"]
    assert entry["receipt"] == page["receipt"]
    assert split_bundle(bytes.fromhex(page["bundle"])) == [b"ab", b"", b"c"]


def test_a_second_reader_checks_a_succession() -> None:
    page = blocks(PAGE)
    text, _, lines = page["succession"].partition("\n\n")
    head, old, new, last, kept, at, by, reason = text.split("\n")
    assert (head, old) == ("lienthong-succession-1", page["log-key"].split("\n")[1])
    roots = hashes_of("roots")
    assert last == f"5 {b64encode(roots[5]).decode()}"
    assert kept == f"3 {b64encode(roots[3]).decode()}"
    assert at.isdigit() and by and reason
    for line, vkey in zip(lines.split("\n"), (old, new), strict=True):
        name, key_id, encoded = vkey.split("+", 2)
        blob = b64decode(line.removeprefix(f"— {name} "))
        assert blob[:4].hex() == key_id
        public = Ed25519PublicKey.from_public_bytes(b64decode(encoded)[1:])
        public.verify(blob[4:], f"{text}\n".encode())
    policy = tomllib.loads(page["successor-policy"])
    assert policy["log"] == [new]
    assert policy["successions"] == [page["succession"] + "\n"]


def rewrite() -> None:
    """Write the examples into the page."""
    made = examples()
    text = _BLOCK.sub(lambda match: match[1] + made[match[2]] + match[4], PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    rewrite()
