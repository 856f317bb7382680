"""Django on a fresh database, the gallery as a process of its own, and Debian's Chromium."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from lienthong.control.starting import prepare
from lienthong.db import Database
from tests.control.portal import Portals, configuration_of, pointed_at

ROOT = Path(__file__).parents[2]

# Models can be imported only after this, and test modules import them.
FOLDER = Path(tempfile.mkdtemp(prefix="lienthong-control-"))
prepare(configuration_of(FOLDER), connects=False)


@pytest.fixture(scope="session", autouse=True)
def control_folder() -> Iterator[Path]:
    """The folder of keys, mail and uploads of this process's Django, removed at the end."""
    yield FOLDER
    shutil.rmtree(FOLDER)


_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture
def portals(database: Database) -> Iterator[Portals]:
    """The portals on a fresh database, as lt_control."""
    with pointed_at(database):
        yield Portals(database)


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """Serve the gallery; the process ends when its input closes."""
    command = [sys.executable, "-W", "error", "-m", "tests.control.gallery"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        port = process.stdout.readline().strip()
        assert port, "the gallery did not start"
        yield f"http://127.0.0.1:{port}"
        process.stdin.close()
        assert process.wait(10) == 0


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the browser for one module: its event loop must be gone before tests that run their own."""
    program = shutil.which("chromium")
    assert program, "run scripts/need chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_QUIET)
        yield browser
        browser.close()
