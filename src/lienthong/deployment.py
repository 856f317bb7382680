"""Everything of one machine in one folder: where things lie, and how a new folder is laid out.

`lienthong up` uses it for demonstrations, sandboxes and pilots. A production deployment writes its own
configuration file and runs each process under an operating-system user of its own.
"""

import json
import re
import secrets
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from lienthong.config import Configuration, Environment, TrialPerson, TrialSettings, read_configuration
from lienthong.db.private_files import write_private
from lienthong.documents.demonstration import SEAL_FILE, SEAL_KEY_FILE, lay_out_demonstration
from lienthong.ledger import witness
from lienthong.ledger.custody import Use, ensure, log_signer, public_keys
from lienthong_agency import read_key, write_key
from lienthong_protocol.keys import Algorithm, generate, public_jwk
from lienthong_protocol.notes import NoteVerifier
from lienthong_protocol.policy import Policy


class DeploymentError(Exception):
    """The folder cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The folder of a one-machine deployment."""

    folder: Path

    @property
    def configuration_file(self) -> Path:
        """The TOML file every process reads."""
        return self.folder / "lienthong.toml"

    @property
    def logs(self) -> Path:
        """One log file per process."""
        return self.folder / "log"

    @property
    def database(self) -> Path:
        """The embedded database."""
        return self.folder / "database"

    @property
    def keys(self) -> Path:
        """The hub's keys."""
        return self.folder / "keys"

    @property
    def witness(self) -> Path:
        """The witness's own folder: its key, its state, its configuration."""
        return self.folder / "witness"

    @property
    def uploads(self) -> Path:
        """What was uploaded in the portals."""
        return self.folder / "uploads"

    @property
    def population(self) -> Path:
        """The generated population before it is loaded."""
        return self.folder / "population"

    @property
    def agencies(self) -> Path:
        """Keys and configuration of the agencies of a demonstration."""
        return self.folder / "agencies"

    @property
    def policy(self) -> Path:
        """What verifiers trust: the log's key, the witness's key, the quorum."""
        return self.folder / "policy.toml"

    @property
    def control(self) -> Path:
        """What the control plane alone holds: its key to the sandbox."""
        return self.folder / "control"

    @property
    def sandbox(self) -> "Deployment":
        """The sandbox beside this hub: a deployment of its own, with database, keys and origin of its own."""
        return Deployment(self.folder / "sandbox")

    def configuration(self) -> Configuration:
        """Read the configuration of this folder; raises ConfigurationError."""
        return read_configuration(self.configuration_file)


_TEMPLATE = """\
# Written by `lienthong up`. Times in seconds, sizes in bytes; docs/van-hanh lists every key.
environment = "{environment}"
log_origin = "{origin}"
keys = "keys"

[database]
data = "database"

[gateway]
address = "127.0.0.1"
port = {gateway_port}
workers = {workers}
public_origin = "http://127.0.0.1:{gateway_port}"
metrics_directory = "metrics"

[control]
address = "127.0.0.1"
port = {control_port}
public_origin = "http://127.0.0.1:{control_port}"
uploads = "uploads"

[mail]
folder = "mail"

[disk]
path = "."

[notary]
witnesses = ["{witness_key} http://127.0.0.1:{witness_port}"]

[witness]
port = {witness_port}
directory = "witness"
"""

_AUTHORITY = f"""
[authority]
support_phone = "024 3999 0000"
related_units = ["Trung tâm Dữ liệu quốc gia (mẫu)"]
seal_key = "keys/demonstration/{SEAL_KEY_FILE}"
seal_certificate = "keys/demonstration/{SEAL_FILE}"
"""

_TRIAL = """
[trial]
origin = {origin}
person = {person}
other = {other}
"""
_TRIAL_SECTION = re.compile(r"\n\[trial\]\n(?:[^\n\[][^\n]*\n)*")
_SANDBOX_PORT: Final = 8420
TRIAL: Final = TrialSettings(
    origin=f"http://127.0.0.1:{_SANDBOX_PORT}",
    person=TrialPerson("099190000417", "Nguyễn Thị Minh Hoà", "1990-02-15"),
    other=TrialPerson("099085000932", "Trần Văn Bình", "1985"),
)
"""What technical documents name where no sandbox has run yet: its usual origin, two people who are nobody."""

_STEWARD = """
[sandbox]
port = {port}
control_key = "control-key.jwk"
"""

_ACCESS = """
[sandbox_access]
origin = "{origin}"
key = "control/sandbox-key.jwk"
keys = "control/sandbox-keys.json"
"""


def lay_out(
    folder: Path, *, environment: Environment = Environment.DEMO, gateway_port: int = 8400, workers: int = 2
) -> Deployment:
    """Return the deployment in `folder`, writing its configuration if it is new.

    A wanted port that is taken is replaced by a free one in a new folder; an existing folder keeps its ports.
    """
    deployment = Deployment(folder.resolve())
    if deployment.configuration_file.exists():
        return deployment
    if folder.exists() and any(folder.iterdir()):
        raise DeploymentError(
            f"{folder} holds other files and no lienthong.toml. Choose an empty or new folder with --data."
        )
    folder.mkdir(parents=True, exist_ok=True)
    port = gateway_port if is_free(gateway_port) else _free_port()
    witness_port = port + 1 if is_free(port + 1) else _free_port()
    control_port = port + 10 if is_free(port + 10) else _free_port()
    deployment.uploads.mkdir()
    origin = f"lienthong.example/{environment}"
    ensure(deployment.keys, origin=origin, now=time.time_ns() // 1_000)
    log_key = log_signer(deployment.keys).verifier.vkey
    witness_key = witness.lay_out(
        deployment.witness, name=f"{origin}/witness", logs=(log_key,), port=witness_port
    )
    policy = Policy((NoteVerifier.from_vkey(log_key),), (NoteVerifier.from_vkey(witness_key),), quorum=1)
    deployment.policy.write_text(policy.encode())
    if environment is not Environment.PRODUCTION:
        lay_out_demonstration(deployment.keys / "demonstration", now=datetime.now(UTC))
    text = _TEMPLATE.format(
        environment=environment,
        origin=origin,
        gateway_port=port,
        control_port=control_port,
        witness_port=witness_port,
        witness_key=witness_key,
        workers=workers,
    )
    if environment is Environment.DEMO:
        text += _AUTHORITY + _trial_text(TRIAL)
    deployment.configuration_file.write_text(text)
    return deployment


def name_trial(deployment: Deployment, trial: TrialSettings) -> None:
    """Write into a configuration which sandbox technical documents are made for, in place of what it said."""
    path = deployment.configuration_file
    before = _TRIAL_SECTION.sub("", path.read_text())
    write_private(path, (before + _trial_text(trial)).encode(), mode=0o644)


def _trial_text(trial: TrialSettings) -> str:
    # A string of JSON is one of TOML, too.
    person, other = (_inline(each) for each in (trial.person, trial.other))
    return _TRIAL.format(origin=json.dumps(trial.origin), person=person, other=other)


def _inline(person: TrialPerson | None) -> str:
    assert person is not None, "the trial names two people"
    values = msgspec.to_builtins(person).items()
    return f"{{ {', '.join(f'{name} = {json.dumps(value, ensure_ascii=False)}' for name, value in values)} }}"


def lay_out_sandbox(deployment: Deployment, *, gateway_port: int = _SANDBOX_PORT) -> Deployment:
    """Return the sandbox beside a hub, laid out where there is none: keys and origin of its own, one worker.

    The control plane's key to it is made here; the hub's configuration names it last, so that what broke off
    before is taken up again.
    """
    sandbox = lay_out(
        deployment.sandbox.folder, environment=Environment.SANDBOX, gateway_port=gateway_port, workers=1
    )
    if deployment.configuration().sandbox_access.origin is not None:
        return sandbox
    deployment.control.mkdir(mode=0o700, exist_ok=True)
    key_file = deployment.control / "sandbox-key.jwk"
    if not key_file.exists():
        write_key(key_file, generate(Algorithm.ED25519, secrets.token_bytes(32)))
    public = msgspec.json.encode(public_jwk(read_key(key_file)))
    write_private(sandbox.folder / "control-key.jwk", public + b"\n", mode=0o644)
    configuration = sandbox.configuration()
    if configuration.sandbox.control_key is None:
        wanted = configuration.gateway.port + 2
        port = wanted if is_free(wanted) else _free_port()
        _append(sandbox.configuration_file, _STEWARD.format(port=port))
        configuration = sandbox.configuration()
    write_private(deployment.control / "sandbox-keys.json", _keys_document(configuration), mode=0o644)
    _append(deployment.configuration_file, _ACCESS.format(origin=configuration.sandbox.steward_origin))
    return sandbox


def _append(path: Path, text: str) -> None:
    write_private(path, path.read_bytes() + text.encode(), mode=0o644)


def _keys_document(configuration: Configuration) -> bytes:
    """Return the keys that sign a hub's answers in the form of `GET /v1/keys`, to be pinned."""
    response = [
        {
            "jwk": msgspec.json.decode(key.key),
            "from": key.valid_from // 1_000_000,
            "until": None if key.valid_until is None else key.valid_until // 1_000_000,
        }
        for key in public_keys(configuration.keys)
        if key.use is Use.RESPONSE
    ]
    return msgspec.json.encode({"origin": configuration.log_origin, "response": response}) + b"\n"


def is_free(port: int, *, address: str = "127.0.0.1") -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
