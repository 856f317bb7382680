"""The `lienthong` command: every process and every tool of the hub's side.

Only the module of the command that is called is imported: the whole would take over a second at each start.
"""

from importlib import import_module
from typing import Final

import click

# Command: the module that holds it, and its name there.
COMMANDS: Final = {
    "accounts": ("account_commands", "accounts"),
    "backup": ("stored_commands", "backup"),
    "control": ("portal_commands", "control"),
    "db": ("stored_commands", "db"),
    "demo": ("hub_commands", "demo"),
    "docs": ("documentation_commands", "documentation"),
    "drill": ("stored_commands", "drill"),
    "findings": ("finding_commands", "findings"),
    "gateway": ("hub_commands", "gateway"),
    "grants": ("publishing_commands", "grants"),
    "jobs": ("portal_commands", "jobs"),
    "keys": ("publishing_commands", "keys"),
    "ledger": ("ledger.commands", "ledger"),
    "notary": ("ledger.processes", "notary"),
    "population": ("stored_commands", "population"),
    "restore": ("stored_commands", "restore"),
    "sandbox": ("hub_commands", "sandbox"),
    "steward": ("hub_commands", "steward"),
    "up": ("hub_commands", "up"),
    "witness": ("ledger.processes", "witness"),
}


class _OnDemand(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command = getattr(import_module(f"lienthong.{module}"), name)
        assert isinstance(command, click.Command), f"{module}.{name} is no command"
        return command


@click.group(cls=_OnDemand, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lienthong")
def cli() -> None:
    """Run the exchange between the population register and the systems of agencies."""


def main() -> None:
    """Run the command line; what a person can put right ends as one sentence."""
    cli()
