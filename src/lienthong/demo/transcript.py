"""The printed story: numbered steps in the reader's language, what was seen, how long, whether it held."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click


@dataclass(slots=True)
class Transcript:
    """Prints the steps and counts those that failed; `language` is `vi` or `en`."""

    language: str
    number: int = 0
    failed: list[str] = field(default_factory=list)

    def say(self, vi: str, en: str) -> None:
        """Print a line that is no step."""
        click.echo(vi if self.language == "vi" else en)

    def saw(self, text: str) -> None:
        """Print what was seen in the step under way."""
        click.echo(f"     {text}")

    def expect(self, held: object, what: str) -> None:
        """Note an expectation of the step under way: one that does not hold fails the step."""
        if not held:
            raise StoryFailedError(what)

    @contextmanager
    def step(self, vi: str, en: str) -> Iterator[None]:
        """Print one step; a step that fails is told and the story goes on."""
        self.number += 1
        title = vi if self.language == "vi" else en
        click.echo(f"\n{self.number:>2}. {click.style(title, bold=True)}")
        started = time.perf_counter()
        try:
            yield
        except StoryFailedError as error:
            self.failed.append(f"{self.number}. {title}: {error}")
            click.echo(click.style(f"     ✗ {error}", fg="red"))
        else:
            took = (time.perf_counter() - started) * 1_000
            click.echo(click.style(f"     ✓ {took:,.0f} ms", fg="green"))


class StoryFailedError(Exception):
    """A step of the story did not come out as the rules say; the message says what was expected."""
