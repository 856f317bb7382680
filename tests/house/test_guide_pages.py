"""The guide of the integrator: its commands are those of the client, its sentences those of the table."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from lienthong_agency.commands import cli
from lienthong_protocol.refusal_texts import REFUSALS
from lienthong_protocol.refusals import Code

GUIDE = Path(__file__).resolve().parents[2] / "docs/huong-dan/ket-noi.md"
TEXT = GUIDE.read_text(encoding="utf-8")
COMMANDS = re.findall(r"^ *(lienthong-agency (?:[^\n]|(?<=\\)\n)+)$", TEXT, re.M)
ROWS = re.findall(r"^\| ((?:`LT\d{3}`(?:, )?)+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_and_option_is_one_of_the_client(command: str) -> None:
    words = shlex.split(command.replace("\\\n", " ").partition(" < ")[0].partition(" > ")[0])
    done = CliRunner().invoke(cli, [*words[1:], "--help"])
    assert done.exit_code == 0, done.output


def test_every_command_of_the_client_is_shown() -> None:
    shown = {shlex.split(command.replace("\\\n", " "))[1] for command in COMMANDS}
    assert shown == set(cli.commands)


@pytest.mark.parametrize(("codes", "sentence", "advice"), ROWS)
def test_each_sentence_is_that_of_the_table(codes: str, sentence: str, advice: str) -> None:
    texts = [REFUSALS[Code(code)] for code in re.findall(r"LT\d{3}", codes)]
    if len(texts) == 1:
        assert sentence == texts[0].vi
    quoted = re.findall(r"Nói: “([^”]+)”", advice)
    assert quoted in ([], [texts[0].citizen_vi])


def test_each_code_named_exists_and_whoever_asks_finds_the_usual_ones() -> None:
    named = {Code(code) for code in re.findall(r"LT\d{3}", TEXT)}
    usual = {code for code, text in REFUSALS.items() if text.citizen_vi}
    assert usual <= named
    assert len(ROWS) > 20
