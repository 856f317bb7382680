"""The agency's own client walks through the technical test, from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lienthong.ledger.custody import response_key
from lienthong.sandbox_access.report import verify_report
from lienthong_agency import write_key
from lienthong_agency.commands import cli
from tests.gateway.world import OTHER, PERSON, World, key_of

pytestmark = pytest.mark.law("R5.2")
WHO = ("--number", PERSON["number"], "--name", PERSON["full_name"], "--birth-date", PERSON["birth_date"])


def walk(world: World, system: str, folder: Path, *options: str) -> Result:
    write_key(folder / "key.jwk", key_of(system))
    (folder / "hub-keys.json").write_bytes(world.get("/v1/keys").body)
    (folder / "other.json").write_text(json.dumps(OTHER), encoding="utf-8")
    (folder / "agency.toml").write_text(
        f'hub = "{world.origin}"\nsystem = "{system}"\nkey = "key.jwk"\nhub_keys = "hub-keys.json"\n'
        'journal = "journal.db"\nofficer = "cb-01"\npurpose = "patient"\n'
    )
    chosen = ("--other", str(folder / "other.json"), "--outside", "religion", *options)
    settings = ("--config", str(folder / "agency.toml"), "--lang", "en")
    return CliRunner().invoke(cli, [*settings, "conformance", *WHO, *chosen])


@pytest.mark.parametrize(
    ("system", "options"), [("clinic", ("--field", "sex,full_name")), ("bank", ()), ("lister", ())]
)
def test_the_client_passes_every_step(
    sandbox: World, tmp_path: Path, system: str, options: tuple[str, ...]
) -> None:
    result = walk(sandbox, system, tmp_path, *options, "--out", str(tmp_path / "report.json"))
    assert result.exit_code == 0, result.output
    assert "✗" not in result.output
    assert result.output.splitlines()[-1].endswith(": passed")
    key = response_key(sandbox.keys)
    report = verify_report((tmp_path / "report.json").read_bytes(), {key.key_id: key.verifying_key})
    assert report is not None
    assert (report.system, report.state) == (system, "passed")


def test_a_run_that_cannot_pass_says_so_and_the_old_report_stays(sandbox: World, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("old")
    asked = ("--field", "sex", "--out", str(tmp_path / "report.json"), "--json")
    result = walk(sandbox, "clinic", tmp_path, *asked, "--outside", "sex")
    assert result.exit_code == 1
    told: dict[str, Any] = json.loads(result.stdout)
    waiting = {step["step"]: step["reason"]["en"] for step in told["steps"] if step["state"] == "waiting"}
    assert list(waiting) == ["refusal"]
    assert (tmp_path / "report.json").read_text() == "old"


def test_a_report_is_never_written_over_another_file(sandbox: World, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("old")
    result = walk(sandbox, "bank", tmp_path, "--out", str(tmp_path / "report.json"))
    assert result.exit_code != 0
    assert "never written over" in result.output
    assert (tmp_path / "report.json").read_text() == "old"


def test_a_hub_that_is_no_sandbox_is_named(world: World, tmp_path: Path) -> None:
    result = walk(world, "hospital", tmp_path, "--field", "sex")
    assert result.exit_code != 0
    assert "Is this hub a sandbox?" in result.output


def test_another_person_that_is_none_is_told(sandbox: World, tmp_path: Path) -> None:
    (tmp_path / "wrong.json").write_text("[]")
    result = walk(sandbox, "bank", tmp_path, "--other", str(tmp_path / "wrong.json"))
    assert result.exit_code == 2
    assert "--other" in result.output
