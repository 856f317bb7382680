"""The import contracts can break: each is shown a violation planted in a copy of the tree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("src", "protocol/src", "client/src")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for source in SOURCES:
        shutil.copytree(
            ROOT / source, tmp_path / source, ignore=shutil.ignore_patterns("__pycache__", "data")
        )
    return tmp_path


def lint(copy: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(copy / source) for source in SOURCES)}
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def test_the_tree_keeps_its_contracts(copy):
    result = lint(copy)

    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("path", "line", "contract"),
    [
        ("src/lienthong/core/fields.py", "import lienthong.db", "over the rules BROKEN"),
        ("src/lienthong/db/__init__.py", "import lienthong.gateway", "over the rules BROKEN"),
        ("src/lienthong/ledger/__init__.py", "import lienthong.register", "over the rules BROKEN"),
        ("src/lienthong/newcomer.py", '"""A part nobody has given a place."""', "- lienthong.newcomer"),
        ("src/lienthong/core/fields.py", "import time", "lienthong.core.fields -> time"),
        (
            "protocol/src/lienthong_protocol/refusals.py",
            "import secrets",
            "lienthong_protocol.refusals -> secrets",
        ),
        (
            "protocol/src/lienthong_protocol/refusals.py",
            "import lienthong",
            "lienthong_protocol.refusals -> lienthong",
        ),
        ("client/src/lienthong_agency/__init__.py", "import lienthong", "lienthong_agency -> lienthong"),
        ("src/lienthong/gateway/__init__.py", "import django", "lienthong.gateway -> django"),
        ("src/lienthong/gateway/__init__.py", "import lienthong.control", "over the rules BROKEN"),
        (
            "src/lienthong/control/portals/staff/views.py",
            "import lienthong.control.portals.agency.views",
            "know nothing of each other BROKEN",
        ),
        (
            "src/lienthong/control/portals/entrance/account.py",
            "import lienthong.control.accounts.models",
            "lienthong.control.portals.entrance.account -> lienthong.control.accounts.models",
        ),
    ],
)
def test_a_planted_import_breaks_its_contract(copy, path, line, contract):
    with (copy / path).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")

    result = lint(copy)

    assert result.returncode != 0
    assert contract in " ".join(result.stdout.split()), result.stdout
