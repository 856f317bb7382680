"""A steward beside a running sandbox, over real HTTP, and the control plane's side of it."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from lienthong.core.grant_document import PublicKey
from lienthong.core.known_persons import KnownPerson, Part
from lienthong.sandbox_access.client import SandboxAccess
from lienthong.sandbox_access.messages import AskedPurpose, Enrolment
from lienthong_agency import parse_hub_keys
from lienthong_protocol.keys import Algorithm, Ed25519SigningKey, P256SigningKey, generate, public_jwk
from lienthong_protocol.signing import sign_request
from tests.gateway.world import DEAD, OTHER, PERSON, PROTECTED, SUPERSEDED_NUMBER, World, free_port, key_of

CONTROL = generate(Algorithm.ED25519, b"control".ljust(32, b"*"))
PERSONS = (
    KnownPerson(part=Part.ORDINARY, **PERSON),
    KnownPerson(part=Part.OTHER, **OTHER),
    KnownPerson(part=Part.DECEASED, **DEAD),
    KnownPerson(part=Part.FORMER_NUMBER, **(PERSON | {"number": SUPERSEDED_NUMBER})),
    KnownPerson(part=Part.PROTECTED, **PROTECTED),
    KnownPerson(part=Part.WRONG_BIRTH_DATE, **(DEAD | {"number": "099050000077"})),
)
FIELDS = ("full_name", "birth_date", "sex")


def public(key: Ed25519SigningKey | P256SigningKey) -> PublicKey:
    return msgspec.convert(dict(key.jwk), PublicKey)


def purpose(**changes: Any) -> AskedPurpose:
    asked = {
        "code": "patient",
        "title": "Định danh người bệnh",
        "ground": "state_task",
        "actor": "officer",
        "services": ("lookup", "lookup_batch"),
        "fields": FIELDS,
    } | changes
    return msgspec.convert(asked, AskedPurpose)


def enrolment(system: str, *purposes: AskedPurpose) -> Enrolment:
    """What a system of a test asks for, with a key of its own."""
    return Enrolment(name=f"Hệ thống {system}", key=public(key_of(system)), purposes=purposes or (purpose(),))


@dataclass
class RunningSteward:
    """One steward process of a world that is a sandbox."""

    world: World
    changes: dict[str, Any] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    opened: list[SandboxAccess] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def folder(self) -> Path:
        return self.world.folder / "sandbox"

    def configuration(self) -> Path:
        """The gateway's file with the steward's section; `changes` replace what stands there."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "control.jwk").write_text(json.dumps(public_jwk(CONTROL)))
        (self.folder / "persons.json").write_bytes(msgspec.json.encode(PERSONS))
        section = {"port": self.port, "control_key": str(self.folder / "control.jwk")}
        section |= {name: value for name, value in self.changes.items() if name != "replace"}
        text = (self.world.folder / "lienthong.toml").read_text()
        for old, new in self.changes.get("replace", {}).items():
            assert old in text
            text = text.replace(old, new)
        lines = [f"{name} = {json.dumps(value)}" for name, value in section.items()]
        path = self.world.folder / f"steward-{self.port}.toml"
        path.write_text("\n".join([text, "[sandbox]", *lines]) + "\n")
        return path

    def command(self) -> list[str]:
        return [sys.executable, "-m", "lienthong", "steward", "--config", str(self.configuration())]

    def start(self) -> None:
        log = self.world.folder / f"steward-{self.port}.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command(), stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.origin}/healthz", timeout=2).close()
            except OSError:
                assert self.process.poll() is None, log.read_text()
                time.sleep(0.05)
            else:
                return
        raise AssertionError(log.read_text())

    def stop(self) -> None:
        while self.opened:
            self.opened.pop().close()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        self.process = None

    def refuses_to_start(self) -> str:
        """The last words of a steward that does not start."""
        done = subprocess.run(self.command(), capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode != 0
        return done.stderr

    def access(self, **changes: Any) -> SandboxAccess:
        given: dict[str, Any] = {"key": CONTROL, "keys": parse_hub_keys(self.world.get("/v1/keys").body)}
        self.opened.append(SandboxAccess(self.origin, **(given | changes)))
        return self.opened[-1]

    def signed(
        self, method: str, path: str, body: bytes = b"", *, key: Any = CONTROL, **changes: Any
    ) -> list[tuple[str, str]]:
        headers = [("lt-request-id", secrets.token_hex(8))]
        if body:
            headers.append(("content-type", changes.pop("content_type", "application/json")))
        return sign_request(
            method=method,
            target_uri=changes.pop("origin", self.origin) + path,
            headers=headers,
            body=body,
            key=key,
            created=changes.pop("created", int(time.time())),
            nonce=changes.pop("nonce", secrets.token_urlsafe(18)),
            **changes,
        )

    def send(
        self, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes = b""
    ) -> tuple[int, dict[str, str], Any]:
        """Send as it is; status, headers and the JSON of the answer."""
        world = World(self.world.database, self.world.folder, port=self.port)
        status, answered, content = world.send(method, path, headers, body)
        return status, dict(answered), json.loads(content)


def passwords_of(world: World, role: str) -> Path:
    """A folder with the password of one role alone."""
    folder = world.folder / f"passwords-{role}-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700)
    shutil.copy(world.database.passwords / role, folder / role)
    os.chmod(folder / role, 0o600)
    return folder
