"""The systemd units run commands that exist, each trust context as a user of its own, hardened."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from lienthong.cli import cli

FOLDER = Path(__file__).resolve().parents[2] / "deploy/systemd"
PROGRAM = "/opt/lienthong/.venv/bin/lienthong"
SERVICES = {path.name: path for path in sorted(FOLDER.glob("*.service"))}
CONTROL = ("lienthong-control.service", "lienthong-jobs.service")
"""One trust context of two processes."""
PROCESSES = ("lienthong-gateway.service", "lienthong-notary.service", "lienthong-witness.service", *CONTROL)
WITHOUT = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "PrivateDevices": "yes", "RestrictSUIDSGID": "yes", "LimitCORE": "0", "UMask": "0077",
}  # fmt: skip


def unit(path: Path) -> dict[str, list[str]]:
    """Return the values of each key of a unit, in order, under its section's name and a dot."""
    values: dict[str, list[str]] = {}
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            section = match[1]
        elif line and not line.startswith("#"):
            key, separator, value = line.partition("=")
            assert separator, line
            values.setdefault(f"{section}.{key}", []).append(value)
    return values


def only(values: dict[str, list[str]], key: str) -> str:
    [value] = values[key]
    return value


def rows(name: str) -> list[list[str]]:
    """Return the words of each line of a sysusers or tmpfiles file."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [shlex.split(line) for line in lines if line and not line.startswith("#")]


def parsed(words: list[str]) -> dict[str, object]:
    """Return what the command line makes of words; a command or option that is not there raises."""
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        _, found, words = command.resolve_command(context, words)
        assert found is not None
        command = found
    return command.make_context(command.name, list(words)).params


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_unit_starts_is_a_command_of_this_program(name: str) -> None:
    values = unit(SERVICES[name])
    program, *words = shlex.split(only(values, "Service.ExecStart"))
    assert program == PROGRAM
    given = parsed(words)
    assert "/etc/lienthong/lienthong.toml" in map(str, given.values()) or name == "lienthong-witness.service"


def test_a_command_that_is_not_there_would_be_seen() -> None:
    with pytest.raises(click.UsageError, match="No such command"):
        parsed(["gatewy"])
    with pytest.raises(click.UsageError, match="No such option"):
        parsed(["gateway", "--confg", "x"])


def test_each_trust_context_is_another_user_and_none_is_root() -> None:
    users = [only(unit(SERVICES[name]), "Service.User") for name in PROCESSES]
    assert len(set(users)) == len(users) - 1
    assert {only(unit(SERVICES[name]), "Service.User") for name in CONTROL} == {"lt-control"}
    assert "root" not in users
    assert set(users) <= {words[1] for words in rows("sysusers.conf")}
    assert {only(unit(SERVICES[name]), "Service.User") for name in SERVICES.keys() - PROCESSES} == {"root"}


@pytest.mark.parametrize("name", SERVICES)
def test_each_unit_gives_up_what_it_does_not_need(name: str) -> None:
    values = unit(SERVICES[name])
    assert {key: only(values, f"Service.{key}") for key in WITHOUT} == WITHOUT
    capabilities = only(values, "Service.CapabilityBoundingSet").split()
    allowed = set() if name in PROCESSES else {"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"}
    assert set(capabilities) <= allowed


def test_folders_belong_to_who_needs_them_and_are_closed_to_the_others() -> None:
    owner = {words[1]: (words[3], int(words[2], 8)) for words in rows("tmpfiles.conf")}
    users = {words[1] for words in rows("sysusers.conf")} | {"root"}
    assert {user for user, _ in owner.values()} <= users
    keys = Path("/var/lib/lienthong/keys")
    for use, user in {
        "salt": "gateway",
        "tag": "gateway",
        "response": "gateway",
        "log": "notary",
        "grant": "notary",
        "control": "control",
    }.items():
        assert owner[str(keys / use)] == (f"lt-{user}", 0o700)
    for name in PROCESSES:
        values = unit(SERVICES[name])
        hidden = {path.removeprefix("-") for path in only(values, "Service.InaccessiblePaths").split()}
        user = only(values, "Service.User")
        written = values.get("Service.ReadWritePaths", [""])[0].split()
        assert all(owner[path] == (user, 0o700) for path in written)
        assert not hidden.intersection(path for path, (whose, _) in owner.items() if whose == user)
    for role in ("gateway", "notary", "control", "inspector"):
        assert owner[f"/etc/lienthong/passwords/lt_{role}"] == (f"lt-{role}", 0o600)


def test_the_target_starts_what_there_is_and_no_witness() -> None:
    wanted = only(unit(FOLDER / "lienthong.target"), "Unit.Wants").split()
    assert all((FOLDER / name).exists() for name in wanted)
    assert "lienthong-witness.service" not in wanted
    assert {name for name in PROCESSES if name in wanted} == set(PROCESSES) - {"lienthong-witness.service"}


def test_systemd_itself_finds_no_fault(tmp_path: Path) -> None:
    """Where there is no systemd, its units run nowhere either, and the tests above are what there is."""
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    installed = str(Path(sys.executable).with_name("lienthong"))
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8").replace(PROGRAM, installed)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = [str(path) for path in tmp_path.iterdir() if path.suffix != ".conf"]
    assert ran(program, "verify", "--man=no", *units) == (0, "")
    for path in SERVICES:
        assert ran(program, "security", "--offline=yes", "--threshold=20", str(tmp_path / path))[0] == 0


def test_users_and_folders_are_made_as_written(tmp_path: Path) -> None:
    users, folders = shutil.which("systemd-sysusers"), shutil.which("systemd-tmpfiles")
    if users is None or folders is None:
        return
    place = f"--root={tmp_path}"
    (tmp_path / "etc").mkdir()
    assert ran(users, place, str(FOLDER / "sysusers.conf"))[0] == 0
    accounts = (tmp_path / "etc/passwd").read_text(encoding="utf-8").splitlines()
    assert [line.split(":")[0] for line in accounts] == [words[1] for words in rows("sysusers.conf")]
    status, said = ran(folders, place, "--create", str(FOLDER / "tmpfiles.conf"))
    if os.geteuid() == 0:
        assert (status, said) == (0, "")
    else:  # nobody else may give a folder away, and that is all there is to complain about
        assert all(line.endswith("failed: Operation not permitted") for line in said.splitlines())
    assert (tmp_path / "var/lib/lienthong-witness").is_dir()


def ran(*command: str) -> tuple[int, str]:
    """Run a tool; return its status and what it complained about."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr
