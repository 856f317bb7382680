"""The command that walks through the technical test in a sandbox."""

import sys
from pathlib import Path
from typing import IO

import click
import msgspec

from lienthong_agency.calls import Person
from lienthong_agency.command_options import AS_JSON, FILE, Asking, agency_of, asking, listed, person, told
from lienthong_agency.conformance import ConformanceError, Material, Run, RunStep, found, opened, walk
from lienthong_agency.explanation import Language, Words
from lienthong_agency.telling import NoAnswerTold, Told, print_json

_STATES = {
    "passed": Words("đạt", "passed"),
    "failed": Words("không đạt", "failed"),
    "waiting": Words("chưa xong", "not finished"),
}
_MARKS = {"passed": "✓", "failed": "✗", "waiting": "…"}
_WHOLE = Words("Kiểm thử kỹ thuật {run}: {state}", "Technical test {run}: {state}")


@click.command()
@person
@click.option("--other", type=click.File("rb"), help="JSON file of a second person, for the batch.")
@click.option("--field", "fields", multiple=True, help="Field to look up; none: persons are verified.")
@click.option("--outside", required=True, help="A field this system did not ask for.")
@click.option("--run", "run_id", help="Id of a run that was opened in the portal; none: a new one.")
@click.option("--out", type=FILE, help="New file for the signed report.")
@AS_JSON
@asking
def conformance(
    asking: Asking,
    *,
    meant: Person,
    other: IO[bytes] | None,
    fields: tuple[str, ...],
    outside: str,
    run_id: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Walk through the technical test in a sandbox: exit code 0 if every step passed.

    The persons are those of the test list that comes with the technical documents.
    """
    language = asking.settings.language
    second = meant if other is None else _person(other.read())
    material = Material(
        person=meant, other=second, fields=tuple(listed(fields)), outside=outside, context=asking.context
    )
    with told(), agency_of(asking.settings) as agency:
        try:
            run = opened(agency) if run_id is None else found(agency, run_id)
            for step, judged in walk(agency, run, material):
                run = judged
                if not as_json:
                    click.echo(_line(step, language))
        except ConformanceError as error:
            raise NoAnswerTold(str(error)) from error
    if out is not None and run.report is not None:
        _write(out, run.report)
    _tell(run, language, as_json=as_json)
    sys.exit(0 if run.state == "passed" else 1)


def _tell(run: Run, language: Language, *, as_json: bool) -> None:
    if as_json:
        print_json(msgspec.to_builtins(run))
    else:
        click.echo(_WHOLE.of(language).format(run=run.run, state=_STATES[run.state].of(language)))


def _line(step: RunStep, language: Language) -> str:
    title = step.title.en if language == "en" else step.title.vi
    reason = step.reason.en if language == "en" else step.reason.vi
    return f"{_MARKS[step.state]} {title}: {reason}"


def _person(content: bytes) -> Person:
    try:
        return msgspec.json.decode(content, type=Person)
    except msgspec.DecodeError as error:
        raise click.UsageError(f"--other: {error}") from error


def _write(out: Path, report: dict[str, str]) -> None:
    try:
        with out.open("xb") as file:
            file.write(msgspec.json.encode(report))
    except OSError as error:
        raise Told(f"{out}: {error.strerror}; a report is never written over another file") from error
