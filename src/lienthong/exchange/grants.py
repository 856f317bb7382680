"""The grants a process decides by: read from the seam, checked, compiled, and swapped as one value.

A grant holds only under the signature of a known grant key, with the revision that follows, for this
environment. One that does not check is ignored and reported; what the system had before stays in force, so
that whoever can write rubbish into the table can neither grant nor revoke. Law: R8.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import asyncpg

from lienthong.core.grant import SystemGrant, compile_grant
from lienthong.core.grant_document import GrantFormatError, signed_message
from lienthong.db import named
from lienthong_protocol.keys import VerifyingKey

_QUERIES = named.load(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True, slots=True)
class RejectedGrant:
    """A published grant, or one of its keys, that is ignored, and why. An alarm."""

    system: str
    revision: int
    reason: str


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh brought: the version now held, how many systems, what was ignored."""

    version: int
    systems: int
    changed: bool
    rejected: tuple[RejectedGrant, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """All grants in force under one version; never changed, only replaced."""

    version: int
    by_system: Mapping[str, tuple[int, SystemGrant]]
    by_key: Mapping[str, SystemGrant]


@dataclass(slots=True)
class GrantBook:
    """Every grant in force, by system and by key; readers see one version, never half of a change.

    `signers` are the public grant keys by key id, `environment` is that of this deployment. One task
    refreshes, anybody reads.
    """

    signers: Mapping[str, VerifyingKey]
    environment: str
    _held: _Held = field(default_factory=lambda: _Held(0, MappingProxyType({}), MappingProxyType({})))

    @property
    def version(self) -> int:
        """Return the version of the grants held: the newest published when they were last read."""
        return self._held.version

    @property
    def systems(self) -> int:
        """Return how many systems have a grant."""
        return len(self._held.by_system)

    def of(self, system: str) -> SystemGrant | None:
        """Return the grant of a system, None if it has none."""
        held = self._held.by_system.get(system)
        return None if held is None else held[1]

    def by_key(self, key_id: str) -> SystemGrant | None:
        """Return the grant that names a key, also one not accepted any more; None for an unknown key."""
        return self._held.by_key.get(key_id)

    async def refresh(self, connection: asyncpg.Connection) -> Refreshed:
        """Read what was published since the last time, and swap it in.

        One statement reads a consistent set: versions are committed in their order, so nothing below the
        newest version seen is still to come. Errors of the connection pass through and change nothing.
        """
        held = self._held
        version, by_system = held.version, dict(held.by_system)
        rejected: list[RejectedGrant] = []
        rows = await connection.fetch(_QUERIES.sql("newest_grants"), held.version)
        for row in rows:
            version = max(version, row["version"])
            system = row["system"]
            checked = self._check(system, row, revisions=row["revisions"])
            if isinstance(checked, SystemGrant):
                by_system[system] = (row["version"], checked)
                continue
            rejected.append(checked)
            if system not in by_system:
                earlier = await self._earlier(connection, system, row["revision"], rejected)
                if earlier is not None:
                    by_system[system] = earlier
        by_key = _by_key(held.by_key, by_system, rejected)
        self._held = _Held(version, MappingProxyType(by_system), MappingProxyType(by_key))
        return Refreshed(version, len(by_system), bool(rows), tuple(rejected))

    async def _earlier(
        self, connection: asyncpg.Connection, system: str, revision: int, rejected: list[RejectedGrant]
    ) -> tuple[int, SystemGrant] | None:
        """Return the newest grant before a revision that checks; each that does not is reported."""
        while True:
            row = await connection.fetchrow(_QUERIES.sql("grant_before"), system, revision)
            if row is None:
                return None
            checked = self._check(system, row, revisions=row["revision"])
            if isinstance(checked, SystemGrant):
                return row["version"], checked
            rejected.append(checked)
            revision = row["revision"]

    def _check(self, system: str, row: asyncpg.Record, *, revisions: int) -> SystemGrant | RejectedGrant:
        """Return a published row compiled, or why it is ignored."""
        revision, document = row["revision"], bytes(row["document"])
        signer = self.signers.get(row["signer"])
        if signer is None:
            return RejectedGrant(system, revision, "signed by no known grant key")
        if not signer.verify(message=signed_message(document), signature=bytes(row["signature"])):
            return RejectedGrant(system, revision, "the signature does not match the document")
        try:
            grant = compile_grant(document)
        except GrantFormatError as error:
            return RejectedGrant(system, revision, str(error)[:500])
        if (grant.system_id, grant.revision) != (system, revision):
            return RejectedGrant(system, revision, "the document is of another system or revision")
        if revisions != revision:
            return RejectedGrant(system, revision, "a revision before this one is missing")
        if grant.environment != self.environment:
            return RejectedGrant(system, revision, f"granted for the environment {grant.environment}")
        return grant


async def documents_in_force(connection: asyncpg.Connection) -> dict[str, bytes]:
    """Return the newest published document of every system, as `read_publication` compares with."""
    rows = await connection.fetch(_QUERIES.sql("documents_in_force"))
    return {row["system"]: bytes(row["document"]) for row in rows}


def _by_key(
    before: Mapping[str, SystemGrant],
    by_system: Mapping[str, tuple[int, SystemGrant]],
    rejected: list[RejectedGrant],
) -> dict[str, SystemGrant]:
    """Return the grants by key; a key that two systems name stays with the one that had it first."""
    found: dict[str, SystemGrant] = {}
    for key_id, holder in before.items():
        held = by_system.get(holder.system_id)
        if held is not None and key_id in held[1].keys:
            found[key_id] = held[1]
    for _, grant in sorted(by_system.values(), key=lambda held: held[0]):
        for key_id in grant.keys:
            holder = found.setdefault(key_id, grant)
            if holder is not grant:
                reason = f"key {key_id} already belongs to {holder.system_id}"
                rejected.append(RejectedGrant(grant.system_id, grant.revision, reason))
    return found
