"""The commands, as typed: what they print, refuse and leave behind."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lienthong.config import Configuration
from lienthong.db import Database, Role, connect
from lienthong.register.commands import population_commands
from lienthong.register.loader import LoadReport
from lienthong.register.reader import Lookup, read
from tests.register.rows import PERSONS


def run(*arguments: object, configuration: Path | None = None) -> Result:
    environment = {"LIENTHONG_CONFIG": str(configuration) if configuration else None}
    return CliRunner().invoke(population_commands(), [str(one) for one in arguments], env=environment)


def configure(database: Database, folder: Path, environment: str = "demo") -> Path:
    file = folder / "lienthong.toml"
    file.write_text(
        f'environment = "{environment}"\nlog_origin = "log.example"\nkeys = "keys"\n\n[database]\n'
        f'host = "{database.host}"\nport = {database.port}\nname = "{database.name}"\n'
        f'passwords = "{database.passwords}"\n\n[gateway]\npublic_origin = "https://hub.example"\n'
    )
    return file


def test_generate_prints_what_it_made_and_no_progress_in_a_pipe(tmp_path: Path) -> None:
    told = run("generate", "--persons", 120, "--seed", 3, "--out", tmp_path / "one")
    assert told.exit_code == 0
    assert told.output == (
        f"120 persons in {tmp_path / 'one'}. Load them with: lienthong population load {tmp_path / 'one'}\n"
    )
    parsed = json.loads(
        run("generate", "--persons", 120, "--out", tmp_path / "two", "--as-of", "2025-01-01", "--json").output
    )
    assert (parsed["persons"], parsed["seed"], parsed["as_of"]) == (120, 1, "2025-01-01")
    assert parsed["rows"]["person"] == 120


def test_generate_refuses_a_folder_in_use_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter").touch()
    told = run("generate", "--persons", 10, "--out", tmp_path)
    assert told.exit_code == 1
    assert told.output.startswith("Error: ")
    assert "not empty" in told.output


def test_load_writes_states_and_says_so(database: Database, population: Path, tmp_path: Path) -> None:
    stated: list[tuple[str, str, int]] = []

    async def record(configuration: Configuration, where: Database, report: LoadReport) -> None:
        stated.append((configuration.log_origin, where.name, report.loaded))

    file = configure(database, tmp_path)
    arguments = ["load", str(population), "--config", str(file)]
    told = CliRunner().invoke(population_commands(record), arguments)
    assert told.output == "3,000 persons loaded, 0 were there already.\n"
    assert stated == [("log.example", database.name, PERSONS)]
    again = CliRunner().invoke(population_commands(record), [*arguments, "--json"])
    assert json.loads(again.output)["already_loaded"] == PERSONS
    assert len(stated) == 1


def test_production_takes_no_synthetic_people(database: Database, population: Path, tmp_path: Path) -> None:
    file = configure(database, tmp_path, environment="production")
    told = run("load", population, configuration=file)
    assert told.exit_code == 1
    assert "holds no synthetic people" in told.output


def test_load_tells_what_is_wrong_with_the_folder(database: Database, tmp_path: Path) -> None:
    told = run("load", tmp_path, configuration=configure(database, tmp_path))
    assert told.exit_code == 1
    assert "Name a folder made by" in told.output


def test_cast_from_files_and_from_the_register_are_the_same(
    loaded: Database, population: Path, tmp_path: Path
) -> None:
    file = configure(loaded, tmp_path)
    by_files = run("cast", population, "--province", "79", "--json")
    by_register = run("cast", "--config", file, "--province", "79", "--json")
    assert json.loads(by_files.output) == json.loads(by_register.output)
    lines = run("cast", population, "--province", "79").output.splitlines()
    assert lines[0].startswith("resident: 099")
    assert lines[-1].startswith("several: ")
    assert run("cast").exit_code == 2
    assert run("cast", population, "--province", "02").exit_code == 1


def test_acts_change_the_register(loaded: Database, population: Path, tmp_path: Path) -> None:
    file = configure(loaded, tmp_path)
    cast = json.loads(run("cast", population, "--province", "79", "--json").output)
    number = cast["ordinary"]["number"]

    def act(*arguments: object) -> str:
        told = run(*arguments, configuration=file)
        assert told.exit_code == 0, told.output
        return told.output

    consent = ("--id", "c-1", "--system", "bank", "--purpose", "loan", "--field", "full_name")
    assert act("consent", "add", "--number", number, *consent, "--until", "2031-01-01") == (
        "consent c-1 registered\n"
    )
    assert json.loads(act("consent", "withdraw", "c-1", "--json")) == {"withdrawn": "c-1"}
    act("protect", "--number", number, "--kind", "witness", "--from", "2026-01-01T00:00:00+07:00")
    act("examine", "--number", number, "--column", "sex")
    act("supersede", "--number", number, "--new-number", "099900000001")

    async def evidence() -> tuple[str, int, int, bool]:
        connection = await connect(loaded, Role.GATEWAY)
        try:
            (found,) = await read(connection, [Lookup(number, 0, consent="c-1")])
        finally:
            await connection.close()
        assert found is not None
        assert found.consent is not None
        withdrawn = found.consent.withdrawn_at is not None
        return found.current_number, found.protection, found.examination, withdrawn

    assert asyncio.run(evidence()) == ("099900000001", 1 << 1, 1 << 7, True)
    act("unprotect", "--number", "099900000001", "--kind", "witness")
    act("examine", "--number", "099900000001", "--column", "sex", "--close")
    assert asyncio.run(evidence())[1:3] == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("supersede", "--number", "099000000000", "--new-number", "001090000001"), "beginning with 099"),
        (("supersede", "--number", "099000000000", "--new-number", "099090000001"), "nobody has this number"),
        (("consent", "withdraw", "c-9"), "no consent c-9"),
        (("consent", "withdraw", "c-9", "--at", "yesterday"), "is no instant"),
        (
            (
                "consent",
                "add",
                "--number",
                "0",
                "--id",
                "c",
                "--system",
                "s",
                "--purpose",
                "p",
                "--field",
                "shoe",
            ),
            "shoe is no field",
        ),
        (("protect", "--number", "0", "--kind", "mayor"), "is not one of"),
    ],
)
def test_acts_that_cannot_be_are_refused_with_a_sentence(
    database: Database, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    told = run(*arguments, configuration=configure(database, tmp_path))
    assert told.exit_code in (1, 2)
    assert message in told.output
