"""One TOML file per deployment, read once at start; the environment overrides, unknown keys refuse to start.

Every value has a usable default but the database and the key folder. A secret is always a path to a file,
never a value. An override is `LIENTHONG_<SECTION>__<KEY>` (or `LIENTHONG_<KEY>` for a top-level key).
"""

import os
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec


class ConfigurationError(Exception):
    """The configuration cannot be used; the message says which key and how to fix it."""


class Environment(StrEnum):
    """What a deployment is for. Demo and sandbox hold synthetic people only, production none of them."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"
    DEMO = "demo"


class DatabaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the database is: an embedded one in a folder, or host, port and name of an external one.

    `authority` is a file of certificates to trust for TLS to a host elsewhere; default: the system's.
    """

    data: Path | None = None
    host: str | None = None
    port: int = 5432
    name: str = "lienthong"
    passwords: Path | None = None
    authority: Path | None = None

    def place(self) -> dict[str, Any]:
        """Return the arguments by which the database is located."""
        return msgspec.structs.asdict(self)


class GatewaySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the gateway listens and what it accepts; times in seconds, sizes in bytes."""

    address: str = "127.0.0.1"
    port: int = 8400
    workers: int = 2
    public_origin: str = "http://127.0.0.1:8400"
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    client_authority: Path | None = None
    require_client_certificate: bool = False
    body_limit: int = 262_144
    header_limit: int = 16_384
    body_timeout: float = 5.0
    record_deadline: float = 2.0
    read_deadline: float = 2.0
    queue_limit: int = 2_048
    drain_seconds: float = 10.0
    failed_signatures_per_minute: int = 30
    open_requests_per_minute: int = 600
    metrics_directory: Path | None = None


class DiskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the log's disk counts as too full for new work."""

    path: Path | None = None
    least_free_bytes: int = 2_000_000_000
    least_free_share: float = 0.02
    interval: float = 10.0


class ClockSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the gateway's clock counts as wrong; times in seconds.

    `tolerance` is the distance allowed to the database's clock. With `kernel` the machine's kernel must also
    say that a time server keeps its clock.
    """

    tolerance: float = 2.0
    interval: float = 10.0
    kernel: bool = False


class NotarySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often checkpoints are signed, the witnesses asked to cosign, and the watch over persons read."""

    interval: float = 1.0
    heartbeat: float = 60.0
    witnesses: tuple[str, ...] = ()
    unrecorded_reads: int = 300
    reads_interval: float = 10.0
    metrics_file: Path | None = None


class WitnessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the witness of this machine listens and keeps its one file."""

    address: str = "127.0.0.1"
    port: int = 8401
    directory: Path | None = None


class SandboxSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What only a sandbox has: the runs of the technical test, and the steward that enrols systems.

    `control_key` is the public key (JWK) of the control plane the steward listens to. `persons` is the list
    of test persons. `public_origin` is what the control plane signs, by default the address and port.
    """

    directory: Path | None = None
    address: str = "127.0.0.1"
    port: int = 8403
    public_origin: str | None = None
    control_key: Path | None = None
    persons: Path | None = None

    def folder(self, keys: Path) -> Path:
        """Return the folder of the runs: the one named, or one beside the keys."""
        return self.directory or keys.parent / "sandbox"

    def persons_file(self, keys: Path) -> Path:
        """Return the list of test persons: the one named, or one in the folder of the runs."""
        return self.persons or self.folder(keys) / "persons.json"

    @property
    def steward_origin(self) -> str:
        """The steward's origin, as requests to it are signed."""
        return self.public_origin or f"http://{self.address}:{self.port}"


class SandboxAccessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a control plane reaches its sandbox: the steward's origin, the private key that signs, pinned keys.

    `keys` holds the sandbox's public keys as `GET /v1/keys` tells them. All three or none.
    """

    origin: str | None = None
    key: Path | None = None
    keys: Path | None = None


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where notices by e-mail go: to a server, or as files into a folder; without either they stay on screen.

    `password` is a file. `tls`: none, starttls or implicit. `timeout` in seconds.
    """

    sender: str = "lienthong@localhost"
    folder: Path | None = None
    host: str | None = None
    port: int = 25
    user: str | None = None
    password: Path | None = None
    tls: Literal["none", "starttls", "implicit"] = "none"
    timeout: float = 10.0


class AuthoritySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The authority as its letters name it, its supporters' telephone, and the certificate of its seal.

    `symbol` stands in the numbers of its letters, `unit` drafts them; `related_units` are told of each
    request beside A05. Key, certificate and chain are PEM files; without them no letter is issued.
    """

    name: str = "Cục Cảnh sát quản lý hành chính về trật tự xã hội"
    parent: str = "Bộ Công an"
    identifier: str = "G01"
    symbol: str = "C06"
    unit: str = "DLDC"
    place: str = "Hà Nội"
    head_title: str = "Cục trưởng"
    support_phone: str = ""
    support_hours: str = "8:00–17:00"
    related_units: tuple[str, ...] = ()
    seal_key: Path | None = None
    seal_certificate: Path | None = None
    seal_chain: tuple[Path, ...] = ()


class TrialPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A synthetic person of the sandbox, as the samples in technical documents ask for it."""

    number: str
    full_name: str
    birth_date: str


class TrialSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sandbox that technical documents are made for: its public origin and two people who live there."""

    origin: str | None = None
    person: TrialPerson | None = None
    other: TrialPerson | None = None


class ControlSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the portals of staff and agencies are served, and where what is uploaded lies.

    `secret` is the file of the key that signs cookies and seals second factors (default: `control/secret` in
    the folder of keys). `uploads` is a folder that no web server reads. `signature_roots` are PEM files of
    the authorities whose certificates count on letters that come in, `signature_revocations` a folder of
    their revocation lists (`*.crl`), which others keep fresh. `proxies` are the addresses or
    networks of proxies of ours: only from them is `X-Forwarded-For` believed.
    """

    address: str = "127.0.0.1"
    port: int = 8410
    workers: int = 1
    threads: int = 8
    public_origin: str = "http://127.0.0.1:8410"
    secret: Path | None = None
    uploads: Path | None = None
    signature_roots: tuple[Path, ...] = ()
    signature_revocations: Path | None = None
    proxies: tuple[str, ...] = ()


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole configuration of a deployment."""

    environment: Environment
    log_origin: str
    keys: Path
    database: DatabaseSettings = DatabaseSettings()
    gateway: GatewaySettings = GatewaySettings()
    disk: DiskSettings = DiskSettings()
    clock: ClockSettings = ClockSettings()
    notary: NotarySettings = NotarySettings()
    witness: WitnessSettings = WitnessSettings()
    sandbox: SandboxSettings = SandboxSettings()
    sandbox_access: SandboxAccessSettings = SandboxAccessSettings()
    control: ControlSettings = ControlSettings()
    mail: MailSettings = MailSettings()
    authority: AuthoritySettings = AuthoritySettings()
    trial: TrialSettings = TrialSettings()

    @property
    def control_secret(self) -> Path:
        """The file of the key that signs cookies and seals second factors."""
        return self.control.secret or self.keys / "control" / "secret"

    @property
    def demonstration_signer(self) -> Path:
        """The folder of the certificate that signs letters where everybody is made up."""
        return self.keys / "demonstration"


_PREFIX = "LIENTHONG_"
_OTHER_VARIABLES = frozenset({"LIENTHONG_CONFIG", "LIENTHONG_LAW_REPORT", "LIENTHONG_DATA"})


def read_configuration(path: Path, environment: Mapping[str, str] | None = None) -> Configuration:
    """Return the configuration in `path` with overrides from `environment` (default: this process's).

    Raises ConfigurationError with a sentence that says how to fix what is wrong.
    """
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise ConfigurationError(
            f"cannot read the configuration {path}: {error.strerror}. Name the file with --config."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}. Correct that line.") from error
    _override(table, os.environ if environment is None else environment)
    try:
        configuration = msgspec.convert(
            table, Configuration, strict=False, dec_hook=lambda kind, value: _path(path.parent, kind, value)
        )
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"{path}: {error}. Correct or remove that key; docs/van-hanh lists every key."
        ) from error
    _check(configuration)
    return configuration


def _path(folder: Path, kind: type, value: object) -> Path:
    """Read a path relative to the folder of the configuration file."""
    if kind is not Path or not isinstance(value, str):
        raise NotImplementedError(kind)
    return folder / value


def _override(table: dict[str, Any], environment: Mapping[str, str]) -> None:
    for name, value in environment.items():
        if not name.startswith(_PREFIX) or name in _OTHER_VARIABLES:
            continue
        *sections, key = name[len(_PREFIX) :].lower().split("__")
        target = table
        for section in sections:
            target = target.setdefault(section, {})
        target[key] = value


def _check(configuration: Configuration) -> None:
    """Refuse combinations that would start and then not do what they promise."""
    gateway, database = configuration.gateway, configuration.database
    _check_control(configuration)
    if (database.data is None) == (database.host is None):
        raise ConfigurationError("[database] needs either `data` (a folder) or `host`, not both. Set one.")
    if (gateway.tls_certificate is None) != (gateway.tls_key is None):
        raise ConfigurationError("[gateway] tls_certificate and tls_key belong together. Set both or none.")
    if gateway.require_client_certificate and gateway.client_authority is None:
        raise ConfigurationError(
            "[gateway] require_client_certificate without client_authority would accept every certificate. "
            "Set client_authority to the file of the authority that issues them."
        )
    if gateway.client_authority is not None and gateway.tls_certificate is None:
        raise ConfigurationError(
            "[gateway] client_authority without TLS checks nothing. Set tls_certificate too."
        )
    access = configuration.sandbox_access
    if len({access.origin is None, access.key is None, access.keys is None}) != 1:
        raise ConfigurationError("[sandbox_access] origin, key and keys belong together. Set all or none.")
    if configuration.environment is Environment.PRODUCTION and gateway.public_origin.startswith("http://"):
        raise ConfigurationError("[gateway] public_origin must be https:// in production.")
    if configuration.clock.tolerance <= 0 or configuration.clock.interval <= 0:
        raise ConfigurationError("[clock] tolerance and interval must be more than 0 seconds.")
    if gateway.public_origin.endswith("/"):
        raise ConfigurationError("[gateway] public_origin is scheme and host only: remove the last slash.")


def _check_control(configuration: Configuration) -> None:
    control, mail = configuration.control, configuration.mail
    # A machine without portals names no origin for them; the portals' own process insists on one.
    is_named = control.public_origin != ControlSettings().public_origin
    if configuration.environment is Environment.PRODUCTION and is_named:
        check_portals(configuration)
    if urlsplit(control.public_origin)[2:] != ("", "", ""):
        raise ConfigurationError("[control] public_origin is scheme and host only: remove what follows.")
    if mail.host is not None and mail.folder is not None:
        raise ConfigurationError("[mail] sends to `host` or writes into `folder`. Set one.")
    authority = configuration.authority
    if (authority.seal_key is None) != (authority.seal_certificate is None):
        raise ConfigurationError(
            "[authority] seal_key and seal_certificate belong together. Set both or none."
        )
    for root in control.signature_roots:
        if not root.is_file():
            raise ConfigurationError(f"[control] signature_roots: {root} is no file. Correct or remove it.")
    revocations = control.signature_revocations
    if revocations is not None and not revocations.is_dir():
        raise ConfigurationError(
            f"[control] signature_revocations: {revocations} is no folder. Correct or remove it."
        )
    if (mail.user is None) != (mail.password is None):
        raise ConfigurationError("[mail] user and password belong together. Set both or none.")
    if mail.user is not None and mail.tls == "none":
        raise ConfigurationError(
            '[mail] would send its password in the clear. Set tls = "starttls" or "implicit".'
        )


def check_portals(configuration: Configuration) -> None:
    """Refuse to serve portals in production without TLS; raises ConfigurationError."""
    is_open = configuration.control.public_origin.startswith("http://")
    if configuration.environment is Environment.PRODUCTION and is_open:
        raise ConfigurationError("[control] public_origin must be https:// in production.")
