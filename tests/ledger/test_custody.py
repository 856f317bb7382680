"""Key files: made once, kept, private, and gone when their months are."""

import os
import pwd
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import msgspec
import pytest

from lienthong.ledger.custody import (
    CustodyError,
    SaltKeys,
    TagKeys,
    Use,
    destroy_before,
    ensure,
    grant_key,
    log_signer,
    public_keys,
    response_key,
)
from lienthong_protocol.keys import verifying_key_from_jwk
from lienthong_protocol.notes import NoteVerifier

ORIGIN = "hub.example/log"


def micros(year: int, month: int, day: int) -> int:
    return round(datetime(year, month, day, tzinfo=UTC).timestamp() * 1_000_000)


NOW = micros(2026, 11, 23)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    ensure(tmp_path / "keys", origin=ORIGIN, now=NOW)
    return tmp_path / "keys"


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_that_is_due_is_made_private(keys: Path) -> None:
    assert sorted(files_of(keys)) == [
        "grant/key",
        "log/key",
        "public.json",
        "response/key",
        "salt/2026-11",
        "salt/2026-12",
        "salt/2027-01",
        "tag/2026Q4",
        "tag/2027Q1",
    ]
    for path in keys.rglob("*"):
        expected = 0o644 if path.name == "public.json" else 0o700 if path.is_dir() else 0o600
        assert path.stat().st_mode & 0o777 == expected
    assert keys.stat().st_mode & 0o777 == 0o700


def test_no_month_is_skipped_at_the_end_of_january(tmp_path: Path) -> None:
    ensure(tmp_path, origin=ORIGIN, now=micros(2027, 1, 31))
    assert {"2027-01", "2027-02", "2027-03"} <= {path.name for path in (tmp_path / "salt").iterdir()}


def test_a_second_run_adds_what_is_missing_and_replaces_nothing(keys: Path) -> None:
    before = files_of(keys)
    ensure(keys, origin=ORIGIN, now=NOW)
    assert files_of(keys) == before
    ensure(keys, origin=ORIGIN, now=micros(2027, 2, 1))
    after = files_of(keys)
    assert {name: after[name] for name in before} == before
    assert "salt/2027-04" in after


def test_runs_at_the_same_time_agree(tmp_path: Path) -> None:
    together = Barrier(8)

    def run(directory: Path) -> tuple[bytes, str]:
        together.wait()
        ensure(directory, origin=ORIGIN, now=NOW)
        return SaltKeys(directory).at(NOW).key, response_key(directory).key_id

    with ThreadPoolExecutor(8) as pool:
        for attempt in range(20):
            assert len(set(pool.map(run, [tmp_path / str(attempt)] * 8))) == 1


def test_each_key_is_found_by_its_time(keys: Path) -> None:
    salts, tags = SaltKeys(keys), TagKeys(keys)
    assert salts.at(NOW).id == "2026-11"
    assert salts.at(micros(2026, 12, 1)).id == "2026-12"
    assert salts.at(NOW) is salts.at(NOW)
    assert tags.at(NOW).id == "2026Q4"
    assert [key.id for key in tags.living()] == ["2026Q4", "2027Q1"]
    assert len({key.key for key in (*tags.living(), salts.at(NOW))}) == 3
    with pytest.raises(CustodyError, match="makes the keys that are due"):
        salts.at(micros(2030, 1, 1))


def test_what_is_public_fits_what_is_private(keys: Path) -> None:
    public = {key.use: key for key in public_keys(keys)}
    assert set(public) == set(Use)
    assert NoteVerifier.from_vkey(public[Use.LOG].key) == log_signer(keys).verifier
    for use, key in ((Use.GRANT, grant_key(keys)), (Use.RESPONSE, response_key(keys))):
        verifier = verifying_key_from_jwk(msgspec.json.decode(public[use].key))
        assert verifier.key_id == public[use].id == key.key_id
        assert verifier.verify(message=b"message", signature=key.sign(b"message"))
    assert public[Use.LOG].valid_from == NOW
    assert public[Use.LOG].valid_until is None


def test_a_replaced_key_ends_its_predecessor_and_both_stay_public(keys: Path) -> None:
    (keys / "response" / "key").unlink()
    ensure(keys, origin=ORIGIN, now=NOW + 5)
    old, new = [key for key in public_keys(keys) if key.use is Use.RESPONSE]
    assert (old.valid_until, new.valid_from, new.valid_until) == (NOW + 5, NOW + 5, None)


@pytest.mark.parametrize("name", ["salt/2026-11", "tag/2026Q4", "response/key", "grant/key", "log/key"])
def test_a_loose_damaged_or_linked_key_is_refused(keys: Path, name: str) -> None:
    readers = {
        "salt": lambda: SaltKeys(keys).at(NOW),
        "tag": lambda: TagKeys(keys).living(),
        "response": lambda: response_key(keys),
        "grant": lambda: grant_key(keys),
        "log": lambda: log_signer(keys),
    }
    read, path = readers[name.split("/", maxsplit=1)[0]], keys / name
    path.chmod(0o640)
    with pytest.raises(CustodyError, match=r"mode 0640\): chmod 600"):
        read()
    with pytest.raises(CustodyError, match="chmod 600"):
        ensure(keys, origin=ORIGIN, now=NOW)
    path.chmod(0o600)
    path.parent.chmod(0o750)
    with pytest.raises(CustodyError, match="chmod 700"):
        read()
    path.parent.chmod(0o700)
    moved = path.with_name(".moved")
    path.rename(moved)
    path.symlink_to(moved)
    with pytest.raises(CustodyError, match="cannot be read"):
        read()
    path.unlink()
    for content in ("", "short", "é", "{}", "AAAA"):
        path.write_text(content)
        path.chmod(0o600)
        with pytest.raises(CustodyError, match=r"damaged|bytes, not"):
            read()


def test_a_folder_others_can_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(CustodyError, match="chmod 755"):
        ensure(tmp_path, origin=ORIGIN, now=NOW)


def test_keys_of_another_log_are_refused(keys: Path) -> None:
    with pytest.raises(CustodyError, match="not of another"):
        ensure(keys, origin="another", now=NOW)


def test_a_missing_or_damaged_folder_is_named(tmp_path: Path) -> None:
    assert public_keys(tmp_path) == ()
    (tmp_path / "public.json").write_text("[{}]")
    with pytest.raises(CustodyError, match=r"public\.json"):
        public_keys(tmp_path)
    with pytest.raises(CustodyError, match="No such file"):
        TagKeys(tmp_path).living()
    with pytest.raises(CustodyError, match="no key"):
        SaltKeys(tmp_path).at(NOW)


@pytest.mark.law("R6.2")
def test_keys_go_with_their_months_and_never_before(keys: Path) -> None:
    ensure(keys, origin=ORIGIN, now=micros(2027, 1, 5))
    assert destroy_before(keys, oldest_kept=micros(2026, 11, 1)) == ()
    assert destroy_before(keys, oldest_kept=micros(2026, 12, 31)) == ("2026-11",)
    assert destroy_before(keys, oldest_kept=micros(2027, 1, 1)) == ("2026-12", "2026Q4")
    assert [key.id for key in TagKeys(keys).living()] == ["2027Q1"]


def test_root_makes_keys_for_the_owners_of_the_folders(tmp_path: Path) -> None:
    """Only root can make keys for others; anybody else makes them for themselves."""
    daemon = pwd.getpwnam("daemon")
    owners = {"log": (daemon.pw_uid, daemon.pw_gid), "grant": (daemon.pw_uid, daemon.pw_gid)}
    for name, owner in owners.items():
        (tmp_path / name).mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(tmp_path / name, *owner)
    ensure(tmp_path, origin=ORIGIN, now=NOW)
    us = (os.geteuid(), os.getegid())
    for path in tmp_path.glob("*/*"):
        status = path.stat()
        expected = owners.get(path.parent.name, us) if os.geteuid() == 0 else us
        assert (status.st_uid, status.st_gid) == expected
        assert status.st_mode & 0o777 == 0o600


def test_root_and_owner_alone_read(keys: Path) -> None:
    for path in keys.rglob("*"):
        assert path.stat().st_uid == os.geteuid()
