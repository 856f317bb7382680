"""The sandbox of one machine: laid out beside the hub, with test persons of its own population."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from lienthong.config import ConfigurationError, SandboxAccessSettings, read_configuration
from lienthong.core.known_persons import KnownPerson, Part
from lienthong.deployment import TRIAL, Deployment, lay_out, lay_out_sandbox, name_trial
from lienthong.documents.demonstration import is_of_demonstration
from lienthong.ledger.custody import response_key
from lienthong.register.cast import CastIncompleteError
from lienthong.register.population import PopulationPlan, generate
from lienthong.running import trial_in
from lienthong.sandbox.casting import write_known_persons
from lienthong.sandbox.known_answers import read_known_persons
from lienthong.sandbox.steward import check_place, control_key
from lienthong.sandbox_access.client import opened
from lienthong_agency import read_hub_keys, read_key

pytestmark = pytest.mark.law("R5.2")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_sandbox_has_keys_and_places_of_its_own_and_knows_the_control_planes_key(tmp_path: Path) -> None:
    hub = lay_out(tmp_path / "hub")
    sandbox = lay_out_sandbox(hub)
    there, here = sandbox.configuration(), hub.configuration()
    check_place(there)
    access = here.sandbox_access
    assert access.key is not None
    assert access.keys is not None
    assert access.origin == there.sandbox.steward_origin
    assert control_key(there.sandbox.control_key).key_id == read_key(access.key).key_id
    assert set(read_hub_keys(access.keys).response) == {response_key(there.keys).key_id}
    assert response_key(there.keys).key_id != response_key(here.keys).key_id
    ports = {there.gateway.port, there.witness.port, there.sandbox.port, here.gateway.port, here.witness.port}
    assert len(ports) == 5
    assert (there.log_origin, there.gateway.workers) == ("lienthong.example/sandbox", 1)
    assert not any("private" in name for name in tomllib.loads(hub.configuration_file.read_text()))
    assert b'"d"' not in (sandbox.folder / "control-key.jwk").read_bytes()


def test_laid_out_again_nothing_changes_and_what_broke_off_is_taken_up(tmp_path: Path) -> None:
    hub = lay_out(tmp_path / "hub")
    bare = hub.configuration_file.read_bytes()
    lay_out_sandbox(hub)
    before = contents(hub.folder)
    lay_out_sandbox(hub)
    assert contents(hub.folder) == before
    hub.configuration_file.write_bytes(bare)
    lay_out_sandbox(hub)
    assert contents(hub.folder) == before


def test_technical_documents_name_the_usual_sandbox_until_one_runs_and_then_that_one(tmp_path: Path) -> None:
    hub = lay_out(tmp_path / "hub")
    assert hub.configuration().trial == TRIAL
    sandbox = lay_out_sandbox(hub)
    before = hub.configuration_file.read_text()
    there = sandbox.configuration()
    file = there.sandbox.persons_file(there.keys)
    file.parent.mkdir(parents=True)
    persons = [
        KnownPerson(part=part, number=f"09919000000{place}", full_name='Lê "Bé" Ánh', birth_date="1990")
        for place, part in enumerate((Part.ORDINARY, Part.OTHER))
    ]
    file.write_bytes(msgspec.json.encode(persons))
    found = trial_in(there)
    for _ in range(2):
        name_trial(hub, found)
    assert hub.configuration().trial == found
    assert (found.origin, found.person.number) == (there.gateway.public_origin, "099190000000")
    name_trial(hub, TRIAL)
    kept = before.replace(before[before.index("\n[trial]") : before.index("\n[sandbox_access]")], "")
    assert hub.configuration_file.read_text().startswith(kept)


def test_a_demonstration_has_a_seal_and_a_sandbox_has_none(tmp_path: Path) -> None:
    hub = lay_out(tmp_path / "hub")
    assert is_of_demonstration(hub.configuration().authority.seal_certificate)
    there = lay_out_sandbox(hub).configuration()
    assert (there.authority.seal_key, there.trial.origin) == (None, None)


def test_a_hub_without_a_sandbox_has_no_access_and_half_of_one_is_refused(tmp_path: Path) -> None:
    hub: Deployment = lay_out(tmp_path / "hub")
    assert opened(hub.configuration().sandbox_access) is None
    with hub.configuration_file.open("a") as file:
        file.write('[sandbox_access]\norigin = "http://127.0.0.1:1"\n')
    with pytest.raises(ConfigurationError, match="belong together"):
        read_configuration(hub.configuration_file)
    missing = SandboxAccessSettings("http://127.0.0.1:1", tmp_path / "no.key", tmp_path / "no.json")
    with pytest.raises(ConfigurationError, match="sandbox_access"):
        opened(missing)


def test_ten_thousand_people_play_every_part_and_a_few_do_not(tmp_path: Path) -> None:
    generate(PopulationPlan(persons=10_000, seed=1), tmp_path / "people")
    file = tmp_path / "sandbox" / "persons.json"
    persons = {each.part: each for each in write_known_persons(tmp_path / "people", file)}
    assert read_known_persons(file) == tuple(persons.values())
    assert list(persons) == list(Part)
    assert len({each.number for each in persons.values()}) == len(Part)
    assert all(each.number.startswith("099") for each in persons.values())
    assert len(persons[Part.YEAR_ONLY].birth_date) == 4
    assert len(persons[Part.OLD_NUMBER].number) == 9
    assert persons[Part.TWIN].birth_date == persons[Part.OTHER_TWIN].birth_date
    generate(PopulationPlan(persons=30, seed=1), tmp_path / "few")
    with pytest.raises(CastIncompleteError):
        write_known_persons(tmp_path / "few", file)
    assert len(msgspec.json.decode(file.read_bytes(), type=tuple[KnownPerson, ...])) == len(Part)
