"""Trials of systems, made as receipt and sandbox leave them, and what both sides say to each other."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from lienthong.config import SandboxAccessSettings
from lienthong.control.conformance.enrolling import enrol
from lienthong.control.conformance.models import Run, Trial
from lienthong.control.conformance.runs import open_at_sandbox, start
from lienthong.control.conformance.trials import give_key
from lienthong.control.connections import tracks
from lienthong.control.connections.models import ProvidedDocument, Request, SupportTrack
from lienthong.core.access import Actor
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.track_states import DocumentsState, SupportState
from lienthong.core.trial_states import TrialState
from lienthong.ledger.custody import response_key
from lienthong_agency import write_key
from lienthong_agency.commands import cli
from lienthong_protocol.keys import public_jwk
from lienthong_protocol.refusals import Refuse
from lienthong_protocol.response_signing import ResponseSigner
from lienthong_protocol.signing import read_request
from tests.control.portal import Portals
from tests.gateway.world import OTHER, PERSON, World, key_of
from tests.sandbox.stewarding import CONTROL, RunningSteward

SHEET: dict[str, Any] = {
    "system": "his-7",
    "name": "Hệ thống quản lý khám bệnh",
    "origin": "http://127.0.0.1:9400",
    "made_at": 1_795_520_173_729_128,
    "fields": ["sex", "religion"],
    "compared": [],
    "officers": ["kiem-thu-01", "kiem-thu-02"],
    "misses_per_person": 3,
    "entries": [
        {
            "person": {
                "part": "ordinary",
                "number": "099188528994",
                "full_name": "Nguyễn Thị Hoà",
                "birth_date": "1988-08-27",
            },
            "expected": {"code": "", "values": {"sex": "2", "religion": "01"}, "flags": []},
        }
    ],
}
"""A list of test persons as a steward tells it."""


@dataclass
class Tried:
    """A deployment that has a sandbox, with a request whose systems may be tested there."""

    portals: Portals
    sandbox: World
    steward: RunningSteward
    folder: Path
    request: Request
    integrator: Actor
    supporter: Actor

    @property
    def reference(self) -> str:
        return self.request.reference

    def trial(self, system: str = "his") -> Trial:
        code = f"{system}-{self.request.body_id}"
        return Trial.objects.select_related("system", "request").get(system__code=code)

    def run(self) -> Run:
        return Run.objects.latest("pk")

    def track(self) -> SupportState:
        return SupportTrack.objects.get(request=self.request).state

    def give_key(self, system: str = "his", key: object = None) -> ControlRefuse | None:
        """Give a trial its key in the integrator's name, as the form does."""
        trial = self.trial(system)
        text = json.dumps(public_jwk(key or key_of(trial.system.code)))
        return give_key(self.reference, trial.pk, text, seen=trial.version, actor=self.integrator)

    def enrolled(self, system: str = "his") -> Trial:
        """Return a trial that the sandbox has taken."""
        assert self.give_key(system) is None
        assert enrol(self.trial(system).pk) is TrialState.ENROLLED
        return self.trial(system)

    def start(self, system: str = "his") -> int | ControlRefuse:
        trial = self.trial(system)
        return start(self.reference, trial.pk, seen=trial.version, actor=self.integrator)

    def started(self, system: str = "his") -> Run:
        """Return a run that the sandbox has opened."""
        number = self.start(system)
        assert isinstance(number, int), number
        open_at_sandbox(number)
        return Run.objects.select_related("system").get(pk=number)

    def play(self, system: str, *options: str) -> Result:
        """Let the system play a run with the agency's client, as the page tells it to."""
        trial = self.trial(system)
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        write_key(folder / "key.jwk", key_of(trial.system.code))
        (folder / "hub-keys.json").write_bytes(self.sandbox.get("/v1/keys").body)
        (folder / "other.json").write_text(json.dumps(OTHER), encoding="utf-8")
        (folder / "agency.toml").write_text(
            f'hub = "{self.sandbox.origin}"\nsystem = "{trial.system.code}"\nkey = "key.jwk"\n'
            f'hub_keys = "hub-keys.json"\njournal = "journal.db"\nofficer = "{trial.officers[0]}"\n'
            'purpose = "patient"\n'
        )
        who = ("--number", PERSON["number"], "--name", PERSON["full_name"])
        chosen = (
            "--birth-date",
            PERSON["birth_date"],
            "--other",
            str(folder / "other.json"),
            "--field",
            "sex",
        )
        settings = ("--config", str(folder / "agency.toml"), "--lang", "en")
        words = [*settings, "conformance", *who, *chosen, "--outside", "blood_group", *options]
        return CliRunner().invoke(cli, words)

    def sample(self, system: str = "his") -> Path:
        """Write the sample that was provided with the technical documents of a request into a folder."""
        assert tracks.provide(self.request.pk) is DocumentsState.PROVIDED
        code = f"{system}-{self.request.body_id}"
        named = ProvidedDocument.objects.filter(track__request=self.request, name=f"{code}/sample.py")
        path = self.folder / "sample.py"
        path.write_bytes(bytes(named.latest("pk").content))
        return path


def run_sample(path: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the plain sample as an agency would, with nothing of this project to import."""
    return subprocess.run(
        [sys.executable, str(path), *words], cwd=path.parent, capture_output=True, text=True, check=False
    )


def access_to(steward: RunningSteward, folder: Path) -> SandboxAccessSettings:
    """Return how a control plane reaches this steward: its key, and the sandbox's as pinned."""
    key, keys = folder / "sandbox-key.jwk", folder / "sandbox-keys.json"
    if not key.exists():
        write_key(key, CONTROL)
        keys.write_bytes(steward.world.get("/v1/keys").body)
    return SandboxAccessSettings(steward.origin, key, keys)


class Forger:
    """Stands where the steward is expected, holds its response key, and alters the reports of runs.

    Everything else it hands on. `alter` is given the report as it travels and returns what arrives.
    """

    def __init__(self, steward: RunningSteward, alter: Callable[[dict[str, str]], dict[str, str]]) -> None:
        signer = ResponseSigner(response_key(steward.world.keys))

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                request = read_request(
                    method=self.command,
                    target_uri=forger.origin + self.path,
                    headers=[(name.lower(), value) for name, value in self.headers.items()],
                    body=body,
                    now=int(time.time()),
                )
                assert not isinstance(request, Refuse)
                headers = steward.signed(self.command, self.path, body)
                status, _, told = steward.send(self.command, self.path, headers, body)
                if told.get("report"):
                    told["report"] = alter(told["report"])
                content = json.dumps(told).encode()
                kind = [("content-type", "application/json"), ("cache-control", "no-store")]
                signed = signer.sign(
                    request=request, status=status, headers=kind, body=content, created=int(time.time())
                )
                self.send_response_only(status)
                for name, value in (*signed, ("content-length", str(len(content)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names the library calls

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        forger = self
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Forger":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
