"""What the commands share: where the settings come from, who is meant, and how faults are told."""

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final, TypeVar

import click
import msgspec

from lienthong_agency.agency import Agency
from lienthong_agency.batch_files import BatchFileError
from lienthong_agency.calls import Context, Person
from lienthong_agency.configuration import ConfigurationError, Settings, read_settings
from lienthong_agency.hub_keys import HubKeysError
from lienthong_agency.journal import Journal, JournalBrokenError, JournalError
from lienthong_agency.key_file import KeyFileError
from lienthong_agency.telling import NoAnswerTold, NotTrustedTold, Told
from lienthong_agency.transport import OpenRequestError
from lienthong_protocol.profile import LONGEST_SUBJECT
from lienthong_protocol.signing import SigningError

T = TypeVar("T")

FILE: Final = click.Path(path_type=Path, dir_okay=False)
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")


@dataclass(frozen=True, slots=True)
class Options:
    """The options given before the command."""

    path: Path | None
    overrides: dict[str, str | Path]

    def settings(self, more: dict[str, str | None] | None = None) -> Settings:
        """Return the settings with these options, and those of the command over them."""
        named = {name: value for name, value in (more or {}).items() if value is not None}
        return read_settings(self.path, {**self.overrides, **named})


@dataclass(frozen=True, slots=True)
class Asking:
    """The settings and the context of one call."""

    settings: Settings
    context: Context


pass_options = click.make_pass_decorator(Options)


def asking(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command the options that say what for and in whose name, and pass them on as one value."""

    @click.option("--purpose", help="Registered purpose of this call.")
    @click.option("--officer", help="Officer in whose name it is made.")
    @click.option("--case", help="Reference of the case.")
    @click.option("--consent", help="Reference of the citizen's consent.")
    @pass_options
    @functools.wraps(command)
    def run(options: Options, /, **given: Any) -> T:  # noqa: ANN401 - named by the command's own options
        named = {name: given.pop(name) for name in ("purpose", "officer", "case", "consent")}
        with told():
            settings = options.settings({"purpose": named["purpose"], "officer": named["officer"]})
        context = settings.context(case=named["case"], consent=named["consent"])
        context = replace(context, subject=given.pop("subject", None))
        return command(Asking(settings, context), **given)

    return run


def person(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command the options that say who is meant, and pass them on as a Person.

    Where a citizen's identity token says it, the Person is None and the token goes into the context.
    """

    @click.option("--number", help="Personal number, 12 digits or the old 9.")
    @click.option("--name", help="Full name as the person gave it.")
    @click.option("--birth-date", help="YYYY-MM-DD, YYYY-MM or YYYY.")
    @click.option(
        "--person",
        "file",
        type=click.File("rb"),
        help="JSON file with number, full_name and birth_date instead; - reads it from standard input, so "
        "that it stands in no list of processes.",
    )
    @click.option(
        "--subject",
        type=click.File("rb"),
        help="File with the ID token of the signed-in citizen, for a purpose of citizens: then nobody is "
        "named; - reads it from standard input.",
    )
    @functools.wraps(command)
    def run(
        *args: object,
        number: str | None,
        name: str | None,
        birth_date: str | None,
        file: IO[bytes] | None,
        subject: IO[bytes] | None,
        **kwargs: object,
    ) -> T:
        if subject is not None:
            if any(each is not None for each in (number, name, birth_date, file)):
                raise click.UsageError(
                    "--subject says who is meant: leave --number, --name, … and --person out."
                )
            return command(*args, meant=None, subject=_read_token(subject), **kwargs)
        if file is not None:
            return command(*args, meant=_read_person(file), **kwargs)
        if number is None or name is None or birth_date is None:
            raise click.UsageError("Say who is meant: --number, --name and --birth-date, or --person FILE.")
        return command(*args, meant=Person(number, name, birth_date), **kwargs)

    return run


def _read_person(file: IO[bytes]) -> Person:
    try:
        return msgspec.json.decode(file.read(), type=Person)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"--person: {error}") from error


def _read_token(file: IO[bytes]) -> str:
    token = file.read(LONGEST_SUBJECT + 2).strip()
    if not 1 <= len(token) <= LONGEST_SUBJECT or not token.isascii() or b"\n" in token:
        raise click.UsageError(
            f"--subject: the file must hold one token of at most {LONGEST_SUBJECT} characters"
        )
    return token.decode("ascii")


def listed(names: tuple[str, ...]) -> list[str]:
    """Return field names given one by one or separated by commas."""
    return [part.strip() for name in names for part in name.split(",")]


def claim(text: str) -> tuple[str, str | int | bool]:
    """Return the claim in `field=text` or `field:=JSON`; raises click.UsageError."""
    name, separator, value = text.partition("=")
    if not separator or not name.rstrip(":"):
        raise click.UsageError(f"--claim {text!r}: write field=text, or field:=true")
    if not name.endswith(":"):
        return name, value
    try:
        parsed = json.loads(value)
    except ValueError as error:
        raise click.UsageError(f"--claim {text!r}: {error}") from error
    if not isinstance(parsed, str | int):
        raise click.UsageError(f"--claim {text!r}: a text, a whole number, true or false")
    return name.removesuffix(":"), parsed


@contextmanager
def agency_of(settings: Settings) -> Iterator[Agency]:
    """Open journal and client; close both afterwards."""
    caller = settings.caller()
    with Journal(settings.journal_path()) as journal, Agency(caller, journal, settings.transport) as agency:
        yield agency


@contextmanager
def told() -> Iterator[None]:
    """Turn what a person can put right into a sentence instead of a traceback."""
    try:
        yield
    except JournalBrokenError as error:
        raise NotTrustedTold(str(error)) from error
    except OpenRequestError as error:
        raise NoAnswerTold(str(error)) from error
    except (
        BatchFileError,
        ConfigurationError,
        HubKeysError,
        JournalError,
        KeyFileError,
        SigningError,
    ) as error:
        raise Told(str(error)) from error
