"""Everything on one machine: database, people, log, gateway, portals; stopped in reverse order."""

import asyncio
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lienthong.config import Configuration, Environment, TrialPerson, TrialSettings
from lienthong.core.known_persons import Part
from lienthong.db import Database, EmbeddedServer, ServerSettings
from lienthong.deployment import Deployment, DeploymentError, is_free, lay_out_sandbox, name_trial
from lienthong.load_record import record_load
from lienthong.register import manifest
from lienthong.register.loader import load_population
from lienthong.register.population import PopulationPlan, generate
from lienthong.sandbox.casting import write_known_persons
from lienthong.sandbox.known_answers import read_known_persons
from lienthong.sandbox.steward import HEALTH
from lienthong.schema import bring_up_to_date
from lienthong.supervisor import Supervisor

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Running:
    """A hub that runs on this machine."""

    deployment: Deployment
    configuration: Configuration
    database: Database
    server: EmbeddedServer
    supervisor: Supervisor
    sandbox: "Running | None" = None
    """The sandbox that runs beside it."""

    def watch(self, until: Callable[[], bool]) -> None:
        """Return when `until()` holds; raises ProcessFailedError as soon as a process ends by itself."""

        def stopped() -> bool:
            if self.sandbox is not None:
                self.sandbox.supervisor.check()
            return until()

        self.supervisor.watch(stopped)

    @property
    def origin(self) -> str:
        """The gateway's address."""
        return self.configuration.gateway.public_origin

    @property
    def portals(self) -> str:
        """The address of the portals."""
        return self.configuration.control.public_origin


SANDBOX_PERSONS: Final = 10_000
"""As many as the parts of the test persons need."""

_MODEST: Final = ServerSettings(
    shared_buffers_mb=64, max_wal_size_mb=512, min_wal_size_mb=80, max_connections=40
)


@contextmanager
def running_with_sandbox(
    deployment: Deployment, *, persons: int, seed: int, say: Say, sandbox_persons: int = SANDBOX_PERSONS
) -> Iterator[Running]:
    """Run the sandbox beside a hub, laid out where there is none, and then the hub; raises as `running`."""
    beside = lay_out_sandbox(deployment)
    with running(beside, persons=sandbox_persons, seed=seed, say=lambda text: say(f"sandbox {text}")) as box:
        name_trial(deployment, trial_in(box.configuration))
        with running(deployment, persons=persons, seed=seed, say=say) as hub:
            yield replace(hub, sandbox=box)


def trial_in(sandbox: Configuration) -> TrialSettings:
    """Return what technical documents name of a sandbox: its origin, the two people of its list for that."""
    listed = read_known_persons(sandbox.sandbox.persons_file(sandbox.keys))
    people = {each.part: each for each in listed}
    person, other = (
        TrialPerson(each.number, each.full_name, each.birth_date)
        for each in (people[Part.ORDINARY], people[Part.OTHER])
    )
    return TrialSettings(origin=sandbox.gateway.public_origin, person=person, other=other)


@contextmanager
def running(deployment: Deployment, *, persons: int, seed: int, say: Say) -> Iterator[Running]:
    """Run the whole hub in a deployment's folder while the block runs; a sandbox with its steward.

    `persons` synthetic people are made and loaded where the folder has none. Raises ProcessFailedError,
    DatabaseUnavailable, DeploymentError, ConfigurationError, and what making and loading people raises.
    """
    configuration = deployment.configuration()
    is_sandbox = configuration.environment is Environment.SANDBOX
    server = EmbeddedServer(deployment.database, settings=_MODEST if is_sandbox else None, progress=say)
    with server as database:
        say("database: PostgreSQL runs, bringing the schema up to date")
        bring_up_to_date(database)
        _people(deployment, configuration, database, persons=persons, seed=seed, say=say)
        with Supervisor(deployment.logs) as supervisor:
            _start(supervisor, deployment, configuration)
            beside = (
                f"steward {configuration.sandbox.steward_origin}"
                if configuration.sandbox.control_key
                else f"portals {configuration.control.public_origin}, jobs"
            )
            say(f"running: gateway {configuration.gateway.public_origin}, notary, witness, {beside}")
            yield Running(deployment, configuration, database, server, supervisor)


def _people(
    deployment: Deployment,
    configuration: Configuration,
    database: Database,
    *,
    persons: int,
    seed: int,
    say: Say,
) -> None:
    folder = deployment.population
    if persons and not (folder / manifest.FILE_NAME).exists():
        say(f"people: making {persons:,} synthetic persons, every number begins with 099")
        with _bar("making", persons) as advance:
            generate(PopulationPlan(persons=persons, seed=seed), folder, progress=advance)
    if (folder / manifest.FILE_NAME).exists():
        total = manifest.read(folder)[0].persons
        with _bar("loading", total) as advance:
            record = partial(record_load, configuration, database)
            report = asyncio.run(load_population(database, folder, progress=advance, record=record))
        say(f"people: {report.persons:,} persons are in the register ({report.loaded:,} loaded now)")


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show progress on a terminal; in a pipe nothing."""
    console = Console(stderr=True)
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.advance(task, done)


def _start(supervisor: Supervisor, deployment: Deployment, configuration: Configuration) -> None:
    config = ("--config", str(deployment.configuration_file))
    command = (sys.executable, "-m", "lienthong")
    gateway, witness, control = configuration.gateway, configuration.witness, configuration.control
    # Whoever still listens would be taken for the process that is started here.
    places = [(witness.address, witness.port), (gateway.address, gateway.port)]
    if configuration.sandbox.control_key is not None:
        places.append((configuration.sandbox.address, configuration.sandbox.port))
    else:
        places.append((control.address, control.port))
    for address, port in places:
        _await_port(address, port, within=gateway.drain_seconds + 5, told=deployment.configuration_file)
    supervisor.start(
        "witness",
        (*command, "witness", *config),
        ready=lambda: _answers(f"http://{witness.address}:{witness.port}/"),
    )
    supervisor.start("notary", (*command, "notary", *config))
    supervisor.start(
        "gateway",
        (*command, "gateway", *config),
        ready=lambda: _is_ready(f"http://{gateway.address}:{gateway.port}/readyz"),
    )
    if configuration.sandbox.control_key is not None:
        _start_steward(supervisor, deployment, configuration, (*command, "steward", *config))
        return
    supervisor.start(
        "control",
        (*command, "control", *config),
        ready=lambda: _is_ready(f"http://{control.address}:{control.port}/readyz"),
    )
    supervisor.start("jobs", (*command, "jobs", *config))


def _start_steward(
    supervisor: Supervisor, deployment: Deployment, configuration: Configuration, command: tuple[str, ...]
) -> None:
    steward, persons = configuration.sandbox, configuration.sandbox.persons_file(configuration.keys)
    if not persons.exists():
        write_known_persons(deployment.population, persons)
    supervisor.start(
        "steward", command, ready=lambda: _is_ready(f"http://{steward.address}:{steward.port}{HEALTH}")
    )


def _await_port(address: str, port: int, *, within: float, told: Path) -> None:
    """Return when nobody listens there; the processes of a start that was killed still finish their work."""
    deadline = time.monotonic() + within
    while not is_free(port, address=address):
        if time.monotonic() > deadline:
            raise DeploymentError(
                f"another program listens on {address}:{port}. Stop it, or write another port into {told}."
            )
        time.sleep(0.05)


def _answers(url: str) -> bool:
    """Tell whether anything speaks HTTP there, whatever it says."""
    try:
        urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - our own loopback address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except OSError:
        return False
