"""Commands for the journal: what is in it, whether it is whole, and whether the log has every record."""

import re
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from lienthong_agency.agency import Agency
from lienthong_agency.command_options import AS_JSON, FILE, FOLDER, Options, pass_options, told
from lienthong_agency.configuration import ConfigurationError, Settings
from lienthong_agency.explanation import Words
from lienthong_agency.hub_keys import read_hub_keys
from lienthong_agency.journal import Journal
from lienthong_agency.key_file import read_key
from lienthong_agency.proving import (
    Findings,
    Proofs,
    check_entry,
    compare,
    fetch_records,
    lost_with,
    prove,
    unanswered,
)
from lienthong_agency.telling import NOT_TRUSTED, Told, end, local_time, print_json
from lienthong_agency.transport import OpenRequestError
from lienthong_protocol import base64url
from lienthong_protocol.journal import JournalEntry, JournalHead, Stage
from lienthong_protocol.keys import KeyFormatError, VerifyingKey, verifying_key_from_jwk
from lienthong_protocol.policy import Policy, PolicyFormatError, parse_policy
from lienthong_protocol.record import RecordFormatError

_HEAD = re.compile(r"([0-9]{1,15}):([A-Za-z0-9_-]{43})\Z")
_LONGEST_PATIENCE = 60

_WHOLE = Words("Sổ nhật ký nguyên vẹn", "The journal is whole")
_BROKEN = Words("Sổ nhật ký KHÔNG nguyên vẹn", "The journal is NOT whole")
_KEEP_HEAD = Words(
    "Ghi lại dòng này ở nơi khác; lần sau kiểm tra với --head.",
    "Write this line down elsewhere; check with --head next time.",
)
_ITSELF = Words(
    "Chỉ mới đối chiếu sổ với chính nó và với các chữ ký trong sổ; dùng --policy để chứng minh với nhật ký "
    "của hệ thống.",
    "Compared with itself and the signatures in it only; with --policy it is proved against the hub's log.",
)
_COUNTS = Words(
    "{entries} mục, {receipts} biên nhận, {proved} đã chứng minh, {compared} đã đối chiếu với bản ghi",
    "{entries} entries, {receipts} receipts, {proved} proved, {compared} compared with records",
)

_LOST = Words(
    "{} bản ghi đã mất cùng nhật ký trước; biên nhận của cơ quan là bằng chứng còn lại: hãy giữ.",
    "{} records were lost with an earlier log; your receipts are the evidence left: keep them.",
)


@click.group()
def journal() -> None:
    """Read, check and export the journal of this system."""


@journal.command("list")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="How many entries.")
@click.option("--request-id", help="Only the entries of this request.")
@AS_JSON
@pass_options
def list_entries(options: Options, *, last: int, request_id: str | None, as_json: bool) -> None:
    """Print the newest entries, oldest first."""
    with told(), _open(options.settings()) as opened:
        entries = opened.newest(last)[::-1] if request_id is None else opened.of_request(request_id)
    for position, entry in entries:
        if as_json:
            print_json({"position": position, "entry": msgspec.to_builtins(entry)})
        else:
            click.echo(_entry_line(position, entry))


@journal.command("export")
@click.option("--out", type=FILE, required=True, help="New file: one entry a line, byte for byte.")
@AS_JSON
@pass_options
def export(options: Options, *, out: Path, as_json: bool) -> None:
    """Write every entry into a file from which anyone can compute the journal's head again."""
    with told(), _open(options.settings()) as opened:
        head = opened.head()
        for _ in opened.check():
            pass
        try:
            with out.open("xb") as file:
                for position, body in opened.bodies():
                    if position < head.size:
                        file.write(body + b"\n")
        except OSError as error:
            raise Told(f"{out}: {error.strerror}") from error
    if as_json:
        print_json({"size": head.size, "root": base64url.encode(head.root), "file": str(out)})
    else:
        click.echo(_head_text(head))


@journal.command("verify")
@click.option("--head", "earlier", help="SIZE:ROOT as printed earlier and kept elsewhere.")
@click.option("--policy", type=FILE, help="What to trust: the log's keys, witnesses, quorum (TOML).")
@click.option("--hub", "with_hub", is_flag=True, help="Ask the hub for proofs and for the records.")
@click.option("--proofs", "folder", type=FOLDER, help="Folder of proofs: read from there, and kept there.")
@click.option(
    "--own-key", "key_files", type=FILE, multiple=True, help="Public JWK of a key this system signed with."
)
@AS_JSON
@pass_options
def verify_journal(
    options: Options,
    *,
    earlier: str | None,
    policy: Path | None,
    with_hub: bool,
    folder: Path | None,
    key_files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Check that the journal is whole and each answer signed; with --policy, that the log has its records.

    Exit status: 0 all is well, 3 the hub could not be asked, 4 something is broken.
    """
    if (with_hub or folder is not None) and policy is None:
        raise click.UsageError("--hub and --proofs need --policy: proofs prove nothing to who trusts nobody.")
    with told(), ExitStack() as stack:
        settings = options.settings()
        trusted = None if policy is None else _read_policy(policy)
        opened = stack.enter_context(_open(settings))
        keys, own_keys = read_hub_keys(_hub_keys_path(settings)), _own_keys(settings, key_files)
        findings = Findings()
        head = opened.head()
        entries: list[tuple[int, JournalEntry]] = []
        for position, entry in opened.check(_parse_head(earlier)):
            check_entry(position, entry, findings, own_keys=own_keys, hub_keys=keys.response)
            if trusted is not None:
                entries.append((position, entry))
        agency = None
        if with_hub:
            agency = stack.enter_context(Agency(settings.caller(), opened, settings.transport))
        if trusted is not None:
            _prove(entries, findings, trusted, folder, agency)
        if agency is not None:
            kept = [each for each in entries if trusted is None or lost_with(each[1], trusted) is None]
            _compare(kept, findings, agency, settings)
    _report(findings, head, settings, is_proved=trusted is not None, as_json=as_json)


def _prove(
    entries: list[tuple[int, JournalEntry]],
    findings: Findings,
    policy: Policy,
    folder: Path | None,
    agency: Agency | None,
) -> None:
    proofs = Proofs(folder, None if agency is None else lambda index: _fetch(agency, index))
    for position, entry in entries:
        prove(position, entry, findings, proofs=proofs, policy=policy)


def _fetch(agency: Agency, index: int) -> bytes:
    """Return a proof, waiting as the hub asks when it is asked too fast, and for the newest checkpoint."""
    for _ in range(_LONGEST_PATIENCE):
        try:
            return agency.open(f"/v1/proofs?index={index}")
        except OpenRequestError as error:
            if error.retry_after is None or error.retry_after > _LONGEST_PATIENCE:
                raise
            time.sleep(error.retry_after)
    raise OpenRequestError(f"the hub gives no proof of {index} now")


def _compare(
    entries: list[tuple[int, JournalEntry]], findings: Findings, agency: Agency, settings: Settings
) -> None:
    answered = [(position, entry) for position, entry in entries if entry.stage is Stage.ANSWERED]
    waiting = unanswered(entry for _, entry in entries)
    asked = [entry for _, entry in answered if entry.receipt is not None] + list(waiting.values())
    try:
        records = fetch_records(agency, asked)
    except RecordFormatError as error:
        findings.broken.append(f"a record of the hub cannot be read: {error}")
        return
    if not isinstance(records, dict):
        end(records, settings.language)
    for position, entry in answered:
        compare(position, entry, records, findings)
    for signature, entry in waiting.items():
        if signature in records:
            findings.open.append(
                f"request {entry.request_id}: recorded as {records[signature].index}, but no answer arrived"
            )


def _report(
    findings: Findings, head: JournalHead, settings: Settings, *, is_proved: bool, as_json: bool
) -> None:
    if as_json:
        members = asdict(findings) | {"size": head.size, "root": base64url.encode(head.root)}
        print_json(members | {"is_whole": not findings.broken, "is_proved": is_proved})
    else:
        language = settings.language
        for line in (*findings.broken, *findings.lost, *findings.open):
            click.echo(line, err=True)
        click.echo((_BROKEN if findings.broken else _WHOLE).of(language))
        click.echo(_COUNTS.of(language).format(**asdict(findings)))
        if findings.lost:
            click.echo(_LOST.of(language).format(len(findings.lost)))
        if not is_proved:
            click.echo(_ITSELF.of(language))
        click.echo(f"{_head_text(head)}    {_KEEP_HEAD.of(language)}")
    if findings.broken:
        sys.exit(NOT_TRUSTED)


def _open(settings: Settings) -> Journal:
    path = settings.journal_path()
    if not path.exists():
        raise ConfigurationError(f"{path}: there is no journal")
    return Journal(path)


def _hub_keys_path(settings: Settings) -> Path:
    if settings.hub_keys is None:
        raise ConfigurationError("hub_keys is not set: give --hub-keys or hub_keys in the configuration file")
    return settings.hub_keys


def _own_keys(settings: Settings, files: tuple[Path, ...]) -> dict[str, VerifyingKey]:
    keys: dict[str, VerifyingKey] = {}
    if settings.key is not None and settings.key.exists():
        own = read_key(settings.key)
        keys[own.key_id] = own.verifying_key
    for path in files:
        try:
            key = verifying_key_from_jwk(msgspec.json.decode(path.read_bytes(), type=dict[str, object]))
        except (OSError, KeyFormatError, msgspec.DecodeError) as error:
            raise Told(f"{path}: {error}") from error
        keys[key.key_id] = key
    return keys


def _read_policy(path: Path) -> Policy:
    try:
        return parse_policy(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, PolicyFormatError) as error:
        raise Told(f"{path}: {error}") from error


def _parse_head(text: str | None) -> JournalHead | None:
    if text is None:
        return None
    found = _HEAD.match(text)
    if found is None:
        raise click.UsageError("--head is SIZE:ROOT as this command prints it.")
    return JournalHead(int(found[1]), base64url.decode(found[2]))


def _head_text(head: JournalHead) -> str:
    return f"{head.size}:{base64url.encode(head.root)}"


def _entry_line(position: int, entry: JournalEntry) -> str:
    receipt = entry.parsed_receipt()
    index = "" if receipt is None else f"#{receipt.index}"
    came_to = str(entry.code or entry.note or entry.status or "")
    columns = (f"{position:>6}", local_time(entry.at), f"{entry.stage:<8}", f"{entry.kind:<12}")
    return "  ".join((*columns, entry.request_id, came_to, index)).rstrip()
