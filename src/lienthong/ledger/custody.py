"""The key files of a deployment: made once, readable by their process alone, never in the database.

    DIR/salt/2026-11      month keys of salts                  read by the gateway
    DIR/tag/2026Q4        quarter keys of tags                 current one: gateway; all living: usages
    DIR/response/key      signs answers (private JWK)          read by the gateway
    DIR/log/key           signs checkpoints (note key)         read by the notary
    DIR/grant/key         signs grants (private JWK)           read by the notary
    DIR/<use>/next        follows the present key, see rotation.py
    DIR/log/successor     the key of the log that shall carry on this one, see succeeding.py
    DIR/public.json       every public key with its term       read by everybody
    DIR/successions.json  by which this log carries on others  read by everybody

The folders are 0700 and may belong to different OS users; DIR itself only has to be closed to writing. Root
may run what makes keys: each belongs to the owner of its folder. Keep a second copy of `salt` and `tag` in
other custody than the backups of the database: without them no commitment can be opened and no history be
shown; with them and a backup every line can be read.
"""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from lienthong.db.private_files import sync_folder, write_private
from lienthong_protocol import base64url
from lienthong_protocol.commitment import month_id, quarter_id
from lienthong_protocol.keys import (
    Algorithm,
    Ed25519SigningKey,
    KeyFormatError,
    P256SigningKey,
    generate,
    private_jwk,
    public_jwk,
    signing_key_from_jwk,
)
from lienthong_protocol.notes import NoteFormatError, NoteSigner, SignatureType

SECRET_LENGTH = 32
_DAY = 86_400 * 1_000_000
_KEY_FILE_LIMIT = 4_096


class CustodyError(Exception):
    """A key is missing, malformed or open to others; the message says how to fix it."""


class Use(StrEnum):
    """What a signing key of the hub signs."""

    LOG = "log"
    GRANT = "grant"
    RESPONSE = "response"


class PublicKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A public key of the hub as everybody may have it; times in microseconds since the epoch.

    `key` is a vkey for the log, else a public JWK as JSON text. Kept long after `valid_until`: old signatures
    must stay verifiable.
    """

    use: Use
    id: str
    key: str
    valid_from: int
    valid_until: int | None = None


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A keyed-hash key and the id by which lines and receipts name it."""

    id: str
    key: bytes


class SaltKeys:
    """The month keys of salts, each read once, when it is first needed."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / "salt"
        self._known: dict[str, SecretKey] = {}

    def at(self, moment: int) -> SecretKey:
        """Return the key of the month of `moment` (microseconds); raises CustodyError."""
        return _secret(self._folder, month_id(moment), self._known)


class TagKeys:
    """The quarter keys of tags, each read once, when it is first needed."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / "tag"
        self._known: dict[str, SecretKey] = {}

    def at(self, moment: int) -> SecretKey:
        """Return the key that tags lines at `moment` (microseconds); raises CustodyError."""
        return _secret(self._folder, quarter_id(moment), self._known)

    def living(self) -> tuple[SecretKey, ...]:
        """Return every key that still exists, oldest first, for whoever looks a person up in the log."""
        return tuple(_secret(self._folder, name, self._known) for name in _names(self._folder))


def ensure(directory: Path, *, origin: str, now: int, ahead: int = 2) -> None:
    """Make the keys that are missing: signing keys, salts of this month and `ahead` more, tags likewise.

    `origin` names the log, `now` is in microseconds. Existing keys are checked and never replaced. Runs of
    several processes wait for each other. Raises CustodyError.
    """
    _make_folder(directory)
    with _locked(directory):
        days = [now + day * _DAY for day in range(ahead * 31 + 1)]
        for name in dict.fromkeys(map(month_id, days)):
            _ensure_secret(directory / "salt", name)
        for name in dict.fromkeys(map(quarter_id, days)):
            _ensure_secret(directory / "tag", name)
        known = {key.id for key in public_keys(directory)}
        for use in Use:
            path = directory / use / "key"
            _make_folder(path.parent)
            if not path.exists():
                _write(path, _new_key(use, origin))
            entry = _public(path, use, valid_from=now)
            if entry.id not in known:
                _publish(directory, entry)
        log = log_signer(directory).verifier.name
        if log != origin:
            raise CustodyError(f"{directory}/log/key is the key of the log {log}, not of {origin}.")


def response_key(directory: Path) -> Ed25519SigningKey | P256SigningKey:
    """Return the key that signs answers; raises CustodyError."""
    return _jwk(directory / Use.RESPONSE / "key")


def grant_key(directory: Path) -> Ed25519SigningKey | P256SigningKey:
    """Return the key that signs grants; raises CustodyError."""
    return _jwk(directory / Use.GRANT / "key")


def log_signer(directory: Path) -> NoteSigner:
    """Return the key that signs checkpoints; raises CustodyError."""
    return _skey(directory / Use.LOG / "key")


def public_keys(directory: Path) -> tuple[PublicKey, ...]:
    """Return every public key the hub has or had, oldest first, none before `ensure`; raises CustodyError."""
    path = directory / "public.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[PublicKey, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError) as error:
        raise CustodyError(f"{path} cannot be used: {error}. Restore it from the second copy.") from error


def prepare_next(directory: Path, use: Use, *, origin: str) -> PublicKey:
    """Make the key that shall follow the present one, unless one waits already; return its public half.

    Nothing signs with it before `adopt_next`. Raises CustodyError.
    """
    with _locked(directory):
        path = directory / use / "next"
        if not path.exists():
            _write(path, _new_key(use, origin))
        return _public(path, use, valid_from=0)


def next_signer(directory: Path, use: Use, *, origin: str) -> NoteSigner:
    """Return the waiting key as a signer of notes, for the statement that it follows; raises CustodyError."""
    return _note_signer(directory / use / "next", use, origin)


def present_signer(directory: Path, use: Use, *, origin: str) -> NoteSigner:
    """Return the present key as a signer of notes, for the same statement; raises CustodyError."""
    return _note_signer(directory / use / "key", use, origin)


def adopt_next(directory: Path, use: Use, *, now: int, overlap: int) -> PublicKey:
    """Put the waiting key in place of the present one, which stays acceptable for `overlap` microseconds.

    The old private key is gone afterwards, its public half stays. Raises CustodyError.
    """
    with _locked(directory):
        path = directory / use / "next"
        entry = _public(path, use, valid_from=now)
        if entry.id not in {key.id for key in public_keys(directory)}:
            _publish(directory, entry, overlap=overlap)
        path.replace(directory / use / "key")
        sync_folder(path.parent)
    return entry


def prepare_successor(directory: Path, *, origin: str) -> NoteSigner:
    """Make the key of the log `origin` that shall carry on the present one, unless it waits already.

    Nothing signs checkpoints with it before `adopt_successor`. Raises CustodyError.
    """
    with _locked(directory):
        path = directory / Use.LOG / "successor"
        if not path.exists():
            _write(path, _new_key(Use.LOG, origin))
        signer = _skey(path)
    if signer.verifier.name != origin:
        raise CustodyError(
            f"{path} is the key of {signer.verifier.name}: finish that succession, or remove the file."
        )
    return signer


def waiting_successor(directory: Path) -> NoteSigner | None:
    """Return the key of a successor that was prepared and not adopted, if any; raises CustodyError."""
    path = directory / Use.LOG / "successor"
    return _skey(path) if path.exists() else None


def successions(directory: Path) -> tuple[str, ...]:
    """Return the notes by which the log carries on others, oldest first; raises CustodyError."""
    path = directory / "successions.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[str, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError) as error:
        raise CustodyError(f"{path} cannot be used: {error}. Restore it from the second copy.") from error


def adopt_successor(directory: Path, notes: tuple[str, ...], *, now: int) -> PublicKey:
    """Put the successor's key in place of the log's, whose private half is gone then; `now` in microseconds.

    `notes` are the successions that led to it. Raises CustodyError.
    """
    with _locked(directory):
        path = directory / Use.LOG / "successor"
        entry = _public(path, Use.LOG, valid_from=now)
        if entry.id not in {key.id for key in public_keys(directory)}:
            _publish(directory, entry)
        write_private(directory / "successions.json", msgspec.json.encode(notes) + b"\n", mode=0o644)
        path.replace(directory / Use.LOG / "key")
        sync_folder(path.parent)
    return entry


def destroy_before(directory: Path, *, oldest_kept: int) -> tuple[str, ...]:
    """Destroy the salts and tags of months and quarters that ended before `oldest_kept`; return their ids.

    `oldest_kept` (microseconds) lies in the oldest month whose records still exist. Law: R6.2 (what is kept
    two years can be opened for two years, and no longer).
    """
    with _locked(directory):
        gone = [
            path
            for kind, oldest in (("salt", month_id(oldest_kept)), ("tag", quarter_id(oldest_kept)))
            for path in (directory / kind / name for name in _names(directory / kind) if name < oldest)
        ]
        for path in gone:
            # Overwriting helps on a plain disk only; the OS account and the medium are the real protection.
            path.write_bytes(bytes(SECRET_LENGTH * 2))
            path.unlink()
    return tuple(path.name for path in gone)


def _new_key(use: Use, origin: str) -> str:
    seed = secrets.token_bytes(SECRET_LENGTH)
    if use is Use.LOG:
        return NoteSigner(origin, SignatureType.NOTE, seed).skey
    return msgspec.json.encode(private_jwk(generate(Algorithm.ED25519, seed))).decode()


def _public(path: Path, use: Use, *, valid_from: int) -> PublicKey:
    if use is Use.LOG:
        verifier = _skey(path).verifier
        return PublicKey(use=use, id=verifier.key_id.hex(), key=verifier.vkey, valid_from=valid_from)
    key = _jwk(path)
    text = msgspec.json.encode(public_jwk(key)).decode()
    return PublicKey(use=use, id=key.key_id, key=text, valid_from=valid_from)


def _publish(directory: Path, entry: PublicKey, *, overlap: int = 0) -> None:
    entries = [
        msgspec.structs.replace(known, valid_until=entry.valid_from + overlap)
        if known.use is entry.use and known.valid_until is None
        else known
        for known in public_keys(directory)
    ]
    content = msgspec.json.format(msgspec.json.encode([*entries, entry]), indent=1) + b"\n"
    write_private(directory / "public.json", content, mode=0o644)


def _note_signer(path: Path, use: Use, origin: str) -> NoteSigner:
    """Return any of the hub's keys as a signer of notes: Ed25519 all of them, named by log and use."""
    if use is Use.LOG:
        return _skey(path)
    seed = base64url.decode(_jwk(path).secret())
    return NoteSigner(f"{origin}/{use}", SignatureType.NOTE, seed)


def _skey(path: Path) -> NoteSigner:
    try:
        return NoteSigner.from_skey(_read(path))
    except NoteFormatError as error:
        raise CustodyError(f"{path} is damaged: {error}. Restore it from the second copy.") from error


def _ensure_secret(folder: Path, name: str) -> None:
    _make_folder(folder)
    if not (folder / name).exists():
        _write(folder / name, base64url.encode(secrets.token_bytes(SECRET_LENGTH)))
    _secret(folder, name, {})


def _secret(folder: Path, name: str, known: dict[str, SecretKey]) -> SecretKey:
    found = known.get(name)
    if found is None:
        text = _read(folder / name)
        try:
            key = base64url.decode(text)
        except ValueError as error:
            raise CustodyError(f"{folder / name} is damaged: restore it from the second copy.") from error
        if len(key) != SECRET_LENGTH:
            raise CustodyError(f"{folder / name} holds {len(key)} bytes, not {SECRET_LENGTH}: restore it.")
        found = known[name] = SecretKey(name, key)
    return found


def _jwk(path: Path) -> Ed25519SigningKey | P256SigningKey:
    try:
        return signing_key_from_jwk(msgspec.json.decode(_read(path), type=dict[str, str]))
    except (msgspec.DecodeError, KeyFormatError) as error:
        raise CustodyError(f"{path} is damaged: {error}. Restore it from the second copy.") from error


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise CustodyError(f"{folder}: {error.strerror}.") from error


def _write(path: Path, text: str) -> None:
    """Write a key for whoever owns its folder: root makes keys for processes of several users."""
    folder = path.parent.stat()
    owner = (folder.st_uid, folder.st_gid) if os.geteuid() == 0 else None
    write_private(path, f"{text}\n".encode(), owner=owner)


def _read(path: Path) -> str:
    """Return the first line of a file that nobody but its owner can read; never follows a link."""
    _check_mode(path.parent, os.stat(path.parent) if path.parent.exists() else None, forbidden=0o077)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise CustodyError(f"no key {path}. `lienthong keys ensure` makes the keys that are due.") from None
    except OSError as error:
        raise CustodyError(f"the key {path} cannot be read here: {error.strerror}.") from error
    with os.fdopen(descriptor, "rb") as file:
        _check_mode(path, os.fstat(descriptor), forbidden=0o077)
        return file.read(_KEY_FILE_LIMIT).decode("ascii", "replace").split("\n", 1)[0]


def _check_mode(path: Path, status: os.stat_result | None, *, forbidden: int) -> None:
    if status is None:
        return
    mode = stat.S_IMODE(status.st_mode)
    if mode & forbidden:
        raise CustodyError(f"{path} is open to others (mode {mode:04o}): chmod {mode & ~forbidden:03o} it.")


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True)
        path.chmod(0o700)
    except FileExistsError:  # made before, or this moment by another process that starts
        pass
    _check_mode(path, path.stat(), forbidden=0o022)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Let one process at a time make or destroy keys; the lock ends with its process."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
