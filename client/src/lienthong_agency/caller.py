"""Who calls which hub, by which way, and how patiently."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec

from lienthong_agency.hub_keys import HubKeys
from lienthong_protocol.keys import SigningKey
from lienthong_protocol.profile import Profile


class Patience(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often and how long a call is tried; times in seconds."""

    attempts: int = 5
    longest_wait: float = 60.0
    """A hub that asks for a longer wait is not waited for: the caller decides."""
    first_wait: float = 0.25
    """Doubled for each further attempt, where the hub names no time."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One system of an agency and its hub.

    `hub` is the public origin. `platform` is the address that calls are sent to instead, where an integration
    platform stands between: then the service is named in LT-Target (profile lt-1p).
    """

    system: str
    key: SigningKey
    hub: str
    hub_keys: HubKeys
    platform: str | None = None
    patience: Patience = field(default_factory=Patience)

    @property
    def profile(self) -> Profile:
        """The profile under which this caller signs."""
        return Profile.LT1 if self.platform is None else Profile.LT1P

    def service(self, path: str) -> str:
        """Return the canonical URI of a service."""
        return f"{self.hub}{path}"

    def url(self, path: str) -> str:
        """Return the address a call is sent to."""
        return f"{self.platform or self.hub}{path}"


def is_safe_origin(url: str) -> bool:
    """Tell whether calls may go to this address: https, or http that does not leave the machine."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return parts.scheme == "https" and bool(parts.hostname)
