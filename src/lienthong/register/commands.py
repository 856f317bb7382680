"""The command group `population`: make synthetic people, load them, find the cast of a demonstration."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lienthong.config import Configuration
from lienthong.db import Database
from lienthong.register import act_commands, manifest
from lienthong.register.cast import Cast, CastMember, cast_from_database, cast_from_files
from lienthong.register.loader import LoadReport, load_population
from lienthong.register.population import AS_OF, PopulationPlan, generate
from lienthong.register.surroundings import as_json, configured, on_register, opened, say, told

LoadRecorder = Callable[[Configuration, Database, LoadReport], Awaitable[None]]
"""States in the log of a deployment which population is about to be loaded."""


def population_commands(record: LoadRecorder | None = None) -> click.Group:
    """Build the group; `record` is awaited before anything is loaded. Law: R6.1."""

    @click.group("population")
    def population() -> None:
        """Synthetic people: every number begins with 099, nobody is real."""

    @population.command("load")
    @click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
    @configured
    @as_json
    def load(directory: Path, configuration_file: Path, as_json: bool) -> None:  # noqa: FBT001
        """Load generated people into the register; an interrupted load is taken up again."""
        report = _load(record, directory, configuration_file, shown=not as_json)
        say(
            report,
            f"{report.loaded:,} persons loaded, {report.already_loaded:,} were there already.",
            as_json=as_json,
        )

    population.add_command(generate_command)
    population.add_command(cast_command)
    for command in act_commands.COMMANDS:
        population.add_command(command)
    return population


def _load(
    record: LoadRecorder | None, directory: Path, configuration_file: Path, *, shown: bool
) -> LoadReport:
    with told(), opened(configuration_file) as (configuration, database):
        persons = manifest.read(directory)[0].persons
        with _bar("loading", persons, shown=shown) as progress:
            return asyncio.run(
                load_population(
                    database,
                    directory,
                    progress=progress,
                    record=None if record is None else partial(record, configuration, database),
                )
            )


@contextmanager
def _bar(title: str, persons: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show progress on a terminal; in a pipe nothing."""
    console = Console(stderr=True)
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as progress:
        task = progress.add_task(title, total=persons)
        yield lambda done: progress.advance(task, done)


@click.command("generate")
@click.option("--persons", type=click.IntRange(min=1), required=True, help="How many people.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Names the population."
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="New folder.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default=AS_OF.isoformat(),
    show_default=True,
    help="Day the register shows.",
)
@click.option("--processes", type=click.IntRange(min=1), help="Processes side by side; default two.")
@click.option("--gzip", "is_packed", is_flag=True, help="Pack the files: a quarter of the size.")
@as_json
def generate_command(
    *,
    persons: int,
    seed: int,
    out: Path,
    as_of: datetime,
    processes: int | None,
    is_packed: bool,
    as_json: bool,
) -> None:
    """Make synthetic people, the same for the same seed, and write them ready to load."""
    with told(), _bar("generating", persons, shown=not as_json) as progress:
        plan = PopulationPlan(persons=persons, seed=seed, as_of=as_of.date(), is_packed=is_packed)
        made = generate(plan, out, processes=processes, progress=progress)
    say(
        {"out": str(out), "persons": persons, "seed": seed, "as_of": made.as_of, "rows": made.rows},
        f"{persons:,} persons in {out}. Load them with: lienthong population load {out}",
        as_json=as_json,
    )


@click.command("cast")
@click.argument("directory", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--config",
    "configuration_file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="LIENTHONG_CONFIG",
    help="Choose from the register of this deployment.",
)
@click.option(
    "--province", default="01", show_default=True, help="Where `resident` lives, in the list of 34."
)
@as_json
def cast_command(
    *, directory: Path | None, configuration_file: Path | None, province: str, as_json: bool
) -> None:
    """Choose who plays which part, from generated people in a folder or from a register."""
    if directory is not None:
        with told():
            cast = cast_from_files(directory, province=province)
    elif configuration_file is not None:
        cast = on_register(configuration_file, partial(cast_from_database, province=province))
    else:
        raise click.UsageError("name the folder of a generated population, or a configuration with --config")
    say(cast, "\n".join(_parts(cast)), as_json=as_json)


def _parts(cast: Cast) -> Iterator[str]:
    """Describe each part in a line."""
    for name in Cast.__slots__:
        value = getattr(cast, name)
        members = (value,) if isinstance(value, CastMember) else value if isinstance(value, tuple) else ()
        if name == "several":
            yield f"{name}: {len(members)} persons"
        elif members:
            yield f"{name}: {'; '.join(map(_shown, members))}"
        else:
            yield f"{name}: {value}"


def _shown(member: CastMember) -> str:
    return f"{member.number}, {member.full_name}, {member.birth_date}, province {member.province}"
