"""Commands that ask the hub: look-up, verification, batches, and what the system may do."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from lienthong_agency import calls
from lienthong_agency.answers import BatchAnswer, Flags, Scope
from lienthong_agency.batch_files import chunks, read_claimed_items, read_items, write_answers
from lienthong_agency.calls import Call, Person
from lienthong_agency.command_options import (
    AS_JSON,
    FILE,
    Asking,
    agency_of,
    asking,
    claim,
    listed,
    person,
    told,
)
from lienthong_agency.explanation import Language, Words
from lienthong_agency.outcomes import Answered, Outcome
from lienthong_agency.telling import (
    Told,
    end,
    exit_status,
    outcome_json,
    print_json,
    print_receipt,
    value_text,
)

T = TypeVar("T")

_FIELDS = click.option(
    "--field", "fields", multiple=True, required=True, help="Field to ask for; repeat, or separate by commas."
)
_FLAGS = {
    "deceased": Words("Người này đã chết.", "This person has died."),
    "declared_missing": Words("Người này đã bị tuyên bố mất tích.", "This person was declared missing."),
    "number_superseded": Words(
        "Số định danh đã cung cấp không còn được sử dụng.", "The number given is no longer in use."
    ),
}
_EXAMINED = Words("Đang được kiểm tra, xác minh", "Under examination")
_OUTCOMES = {
    "match": Words("khớp", "matches"),
    "no_match": Words("không khớp", "does not match"),
    "not_available": Words("không có dữ liệu", "not available"),
}
_IDENTITY = Words("Số định danh, họ tên, ngày sinh: khớp", "Number, name and birth date: match")
_SUMMARY = Words(
    "Có kết quả: {answered}; bị từ chối: {refused}; trong danh sách: {listed}",
    "Answered: {answered}; refused: {refused}; in the list: {listed}",
)
_MAY_ASK = Words("Được phép khai thác", "May ask")
_MAY_NOT_ASK = Words("Không được phép khai thác", "May not ask")


@click.command()
@person
@_FIELDS
@AS_JSON
@asking
def lookup(asking: Asking, *, meant: Person | None, fields: tuple[str, ...], as_json: bool) -> None:
    """Ask for values of a person, or of the citizen whose token --subject gives."""
    answer = _ask(asking, calls.lookup(meant, listed(fields), context=asking.context), as_json=as_json)
    for name, value in answer.value.values.items():
        click.echo(f"{name}: {value_text(value)}")
    _print_flags(answer.value.flags, asking.settings.language)


@click.command()
@person
@click.option(
    "--claim", "claims", multiple=True, help="field=text, or field:=JSON for true, false and numbers."
)
@AS_JSON
@asking
def verify(asking: Asking, *, meant: Person | None, claims: tuple[str, ...], as_json: bool) -> None:
    """Ask whether a person is as given, and claimed values agree; --subject as for lookup."""
    call = calls.verify(meant, dict(map(claim, claims)), context=asking.context)
    answer = _ask(asking, call, as_json=as_json)
    language = asking.settings.language
    click.echo(_IDENTITY.of(language))
    for name, result in answer.value.claims.items():
        grade = answer.value.grades.get(name)
        click.echo(f"{name}: {_OUTCOMES[result].of(language)}" + (f" ({grade})" if grade else ""))
    _print_flags(answer.value.flags, language)


@click.command()
@AS_JSON
@asking
def scope(asking: Asking, *, as_json: bool) -> None:
    """Ask for all this system may do, until when, and what will stop."""
    answer = _ask(asking, calls.scope(), as_json=as_json)
    _print_scope(answer.value, asking.settings.language)


@click.command()
@click.argument("list_file", type=FILE)
@click.option(
    "--field", "fields", multiple=True, help="Field to ask for of everybody; repeat, or separate by commas."
)
@click.option("--verify", "verifies", is_flag=True, help="Only ask whether what LIST_FILE claims agrees.")
@click.option("--out", type=FILE, help="New file for the answers; default: standard output.")
@AS_JSON
@asking
def batch(
    asking: Asking,
    *,
    list_file: Path,
    fields: tuple[str, ...],
    verifies: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Ask about everybody in LIST_FILE: ref, number, full_name, birth_date and, where needed, case.

    LIST_FILE is CSV with a header row or JSON lines; the answers are JSON lines in the order of the list.
    Lists of more than 1,000 persons are asked in parts; what was answered stays if a later part is not. With
    --verify every further column of a CSV is a claim named like its field (`field:` where its cells are
    true, false or numbers), in JSON lines the object `claims`; an empty cell claims nothing.
    """
    if verifies is bool(fields):
        raise click.UsageError("Say what to ask: --field, or --verify for the claims of the list.")
    language = asking.settings.language
    with told():
        size, parts = _parts(asking, list_file, listed(fields) if fields else None)
        with _output(out) as file:
            summary, outcome = _ask_list(asking, size, parts, file)
    failed = None if outcome is None or isinstance(outcome, Answered) else outcome
    if as_json and out is not None:
        print_json(summary | ({} if failed is None else outcome_json(failed, language)))
    else:
        click.echo(_SUMMARY.of(language).format(**summary), err=True)
    if failed is not None:
        end(failed, language)


def _parts(
    asking: Asking, list_file: Path, fields: list[str] | None
) -> tuple[int, Iterator[Call[BatchAnswer]]]:
    """Return the size of a list and the calls that ask about it; without fields they verify its claims."""
    context = asking.context
    if fields is None:
        claimed = read_claimed_items(list_file)
        return len(claimed), (calls.verify_batch(part, context=context) for part in chunks(claimed))
    items = read_items(list_file)
    return len(items), (calls.batch(part, fields, context=context) for part in chunks(items))


def _ask_list(
    asking: Asking, size: int, parts: Iterable[Call[BatchAnswer]], file: TextIO
) -> tuple[dict[str, int], Outcome[Any] | None]:
    """Ask part by part until one is not answered; return the counts and the last outcome."""
    summary = {"listed": size, "answered": 0, "refused": 0}
    outcome: Outcome[Any] | None = None
    with agency_of(asking.settings) as agency, _progress() as bar:
        task = bar.add_task("", total=size)
        for call in parts:
            asked = agency.ask(call)
            outcome = asked
            if not isinstance(asked, Answered):
                break
            write_answers(asked.value.items, file)
            refused = sum(item.refusal is not None for item in asked.value.items)
            summary["refused"] += refused
            answers = len(asked.value.items)
            summary["answered"] += answers - refused
            bar.advance(task, answers)
    return summary, outcome


def _ask(asking: Asking, call: Call[T], *, as_json: bool) -> Answered[T]:
    """Ask and return the answer; without one, say why and end. JSON is printed here, and ends it too."""
    with told(), agency_of(asking.settings) as agency:
        outcome = agency.ask(call)
    if as_json:
        print_json(outcome_json(outcome, asking.settings.language))
        sys.exit(exit_status(outcome))
    if not isinstance(outcome, Answered):
        end(outcome, asking.settings.language)
    print_receipt(outcome, asking.settings.language)
    return outcome


@contextmanager
def _output(out: Path | None) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    try:
        file = out.open("x", encoding="utf-8")
    except OSError as error:
        raise Told(f"{out}: {error.strerror}; answers are never written over another file") from error
    with file:
        yield file


def _progress() -> Progress:
    """Return a bar on standard error, on a terminal only."""
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)


def _print_flags(flags: Flags, language: Language) -> None:
    for name, words in _FLAGS.items():
        if getattr(flags, name):
            click.echo(words.of(language))
    if flags.under_examination:
        click.echo(f"{_EXAMINED.of(language)}: {', '.join(flags.under_examination)}")


def _print_scope(scope: Scope, language: Language) -> None:
    words = _MAY_ASK if scope.get("may_ask") else _MAY_NOT_ASK
    click.echo(f"{scope.get('system')}: {words.of(language)}")
    for name, value in scope.items():
        if name in {"system", "may_ask"}:
            continue
        if isinstance(value, list):
            click.echo(f"{name}:")
            for each in value:
                click.echo(f"  {_line(each)}")
        else:
            click.echo(f"{name}: {_line(value)}")


def _line(value: object) -> str:
    if not isinstance(value, dict):
        return value_text(value)
    return "; ".join(
        f"{name} {value_text(each)}" for name, each in value.items() if each not in (None, [], "")
    )
