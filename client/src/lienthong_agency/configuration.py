"""One TOML file for an agency's system; options of the command line override it, unknown keys are refused.

hub = "https://hub.example"             the hub's public origin
system = "moh-his-01"
key = "agency-key.jwk"                  paths are relative to this file
hub_keys = "hub-keys.json"
journal = "journal.db"
officer = "bs-0231"
purpose = "patient-identification"
language = "vi"

[transport]                             all optional
answer_timeout = 30.0
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from lienthong_agency.caller import Caller, Patience, is_safe_origin
from lienthong_agency.calls import Context
from lienthong_agency.explanation import Language
from lienthong_agency.hub_keys import read_hub_keys
from lienthong_agency.key_file import read_key
from lienthong_agency.transport import Transport

_PATHS = ("key", "hub_keys", "journal")


class ConfigurationError(Exception):
    """The configuration cannot be used; the message says which key and how to fix it."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a system needs to call its hub; None where it was named nowhere."""

    hub: str | None = None
    platform: str | None = None
    system: str | None = None
    key: Path | None = None
    hub_keys: Path | None = None
    journal: Path | None = None
    officer: str | None = None
    purpose: str | None = None
    language: Language = Language.VI
    transport: Transport = Transport()
    patience: Patience = Patience()

    def context(self, *, case: str | None = None, consent: str | None = None) -> Context:
        """Return the context of a call with this purpose and officer."""
        return Context(self.purpose, self.officer, case, consent)

    def hub_origin(self) -> str:
        """Return the hub's public origin; raises ConfigurationError where it is missing or unsafe."""
        origin = self._needed("hub")
        if not is_safe_origin(origin) or origin.rstrip("/") != origin:
            raise ConfigurationError(
                f"hub = {origin!r}: give the hub's origin, https://…, without a path or final slash"
            )
        return origin

    def caller(self) -> Caller:
        """Return the caller these settings describe.

        Raises ConfigurationError, KeyFileError or HubKeysError, each saying what to do.
        """
        if self.patience.attempts < 1:
            raise ConfigurationError("patience.attempts must be at least 1")
        return Caller(
            system=self._needed("system"),
            key=read_key(Path(self._needed("key"))),
            hub=self.hub_origin(),
            hub_keys=read_hub_keys(Path(self._needed("hub_keys"))),
            platform=self.platform,
            patience=self.patience,
        )

    def journal_path(self) -> Path:
        """Return where the journal is; raises ConfigurationError."""
        return Path(self._needed("journal"))

    def _needed(self, name: str) -> str:
        value = getattr(self, name)
        if value is None:
            option = name.replace("_", "-")
            raise ConfigurationError(
                f"{name} is not set: give --{option} or {name} in the configuration file"
            )
        return str(value)


def read_settings(path: Path | None, overrides: Mapping[str, str | Path | None]) -> Settings:
    """Return the settings in a file with the overrides that are not None; raises ConfigurationError."""
    table: dict[str, Any] = {}
    if path is not None:
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigurationError(f"{path}: {error.strerror}") from error
        except ValueError as error:
            raise ConfigurationError(f"{path}: {error}") from error
        for name in _PATHS:
            if isinstance(table.get(name), str):
                table[name] = str(path.parent / table[name])
    table |= {name: str(value) for name, value in overrides.items() if value is not None}
    try:
        return msgspec.convert(table, Settings, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path or 'options'}: {error}") from error


def _decode(kind: type, value: object) -> Path:
    if kind is not Path or not isinstance(value, str):
        raise ValueError("a path is a text")
    return Path(value)
