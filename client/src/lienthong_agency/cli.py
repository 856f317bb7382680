"""Entry point of the command `lienthong-agency`."""

from lienthong_agency.commands import cli


def main() -> None:
    """Run the command line."""
    cli()
