"""Django on a fresh database, the gallery as a process of its own, and Debian's Chromium."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from playwright.sync_api import Browser, sync_playwright

from lienthong.config import TrialSettings
from lienthong.control.starting import prepare
from lienthong.db import Database
from tests.control.portal import Portals, configuration_of, pointed_at
from tests.control.processes import Processes, processes_on
from tests.documents.authority import TestAuthority

ROOT = Path(__file__).parents[2]

# Models can be imported only after this, and test modules import them.
FOLDER = Path(tempfile.mkdtemp(prefix="lienthong-control-"))
prepare(configuration_of(FOLDER), connects=False)

# Accounts are made by the hundred here; what a password costs is looked at where the settings are.
ScryptPasswordHasher.work_factor = 2**4


@pytest.fixture(scope="session", autouse=True)
def control_folder() -> Iterator[Path]:
    """The folder of keys, mail and uploads of this process's Django, removed at the end."""
    yield FOLDER
    shutil.rmtree(FOLDER)


_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def seal(control_folder: Path) -> TestAuthority:
    """The certificate of the authority's seal, under a root of its own."""
    folder = control_folder / "seal"
    folder.mkdir()
    authority = TestAuthority(folder, "Root")
    authority.signer("C06")
    return authority


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AbstractContextManager[None]]:
    """Other sections of the configuration for a while: `None` stands for what was not configured."""

    @contextmanager
    def changed(**parts: object) -> Iterator[None]:
        configuration = settings.LIENTHONG
        wanted = {name: TrialSettings() if part is None else part for name, part in parts.items()}
        with monkeypatch.context() as patched:
            patched.setattr(settings, "LIENTHONG", msgspec.structs.replace(configuration, **wanted))
            yield

    return changed


@pytest.fixture
def portals(database: Database) -> Iterator[Portals]:
    """The portals on a fresh database, as lt_control."""
    with pointed_at(database):
        yield Portals(database)


@pytest.fixture
def beside_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Django work in this thread although the browser's event loop lives in it too; they never mix."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def processes(portals: Portals, tmp_path: Path) -> Iterator[Processes]:
    """The control plane's processes on the same database, with the same secret; stopped afterwards."""
    with processes_on(portals.database, tmp_path, configuration_of(FOLDER).control_secret) as made:
        yield made


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
