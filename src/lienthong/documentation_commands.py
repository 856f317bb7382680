"""`lienthong docs build`: the documentation as a folder of pages, refused while a link leads nowhere."""

from pathlib import Path
from typing import Final

import click

from lienthong.documents.site import build_site, lay_out
from lienthong.ledger.invocation import NotDoneError

_PROJECT: Final = Path(__file__).resolve().parents[2]


@click.group("docs")
def documentation() -> None:
    """Work with the documentation of the project."""


@documentation.command("build")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=_PROJECT,
    help="Where README.md and docs lie, if not where this program does.",
)
def build(folder: Path, project: Path) -> None:
    """Lay the documentation into FOLDER as static pages; nothing is written while a link is broken."""
    from lienthong.control.theme.configuration import STATIC

    try:
        site = build_site(project, theme=STATIC)
    except FileNotFoundError as error:
        raise NotDoneError(str(error)) from error
    if site.faults:
        raise NotDoneError("\n".join(("the documentation is not fit to publish:", *site.faults)))
    lay_out(site, folder)
    pages = sum(place.endswith(".html") for place in site.files)
    click.echo(f"{pages} pages, {len(site.files)} files: {folder / 'index.html'}")
