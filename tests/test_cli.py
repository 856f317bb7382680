"""The command line imports what is asked for, and nothing else."""

import subprocess
import sys

import click
import pytest

from lienthong.cli import COMMANDS, cli
from lienthong.command_line import told
from lienthong.config import ConfigurationError


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_under_its_name(name):
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name
    assert command.help


def test_an_unknown_command_is_told():
    done = subprocess.run(
        [sys.executable, "-m", "lienthong", "lokup"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "No such command 'lokup'" in done.stderr


def test_a_process_that_starts_imports_only_its_own():
    code = (
        "import sys; from lienthong.cli import cli; cli(['gateway', '--help'], standalone_mode=False);"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'django', 'psycopg', 'rich', 'httpx'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_people_can_put_right_is_a_sentence_and_a_defect_is_not():
    with pytest.raises(click.ClickException, match="no such place"), told():
        raise ConfigurationError("no such place")
    with pytest.raises(ZeroDivisionError), told():
        raise ZeroDivisionError
