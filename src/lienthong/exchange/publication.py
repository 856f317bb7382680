"""From a readable TOML file to grant documents: participants, systems, keys, officers, purposes, facts.

One file may hold several participants and systems. Every error names the table and the key and says how to
mend it. The members are those of the grant document, with these comforts: the right of a purpose stands in
its table, a key may stand in a file of its own, and one verdict may serve all six conditions.
Law: R5.1, R8.2.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, structs

from lienthong.core.grant import compile_grant
from lienthong.core.grant_checks import PRODUCTION, problems
from lienthong.core.grant_document import (
    ConditionEntry,
    ConditionName,
    Facts,
    GrantDocument,
    GrantFormatError,
    KeyEntry,
    MissBudget,
    OfficerEntry,
    OverrideEntry,
    Participant,
    PublicKey,
    PurposeEntry,
    RightEntry,
    SystemEntry,
    SystemKind,
    Verdict,
    decode_document,
    encode_document,
)
from lienthong.core.law import PROFILES, Profile
from lienthong.core.login import IssuerKey, LoginEntry
from lienthong.core.purpose import Actor
from lienthong.exchange.legal_dates import Calendar, DateError

_PROCEDURES = frozenset({SystemKind.MINISTRY_PROCEDURES, SystemKind.PROVINCE_PROCEDURES})
_LISTS = ("keys", "officers", "purposes", "overrides")
_TOP = frozenset({"profile", "environment", "participants", "issuers", "systems"})
_SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_OF_ISSUER = frozenset({*LoginEntry.__struct_fields__, "id", "file"}) - {"audience"}
_OF_SYSTEM = {*SystemEntry.__struct_fields__, *_LISTS, "participant", "facts", "misses", "login"} - {
    "environment"
}

Table = dict[str, Any]
Entry = TypeVar("Entry", bound=Struct)


class PublicationError(Exception):
    """The file cannot be published; the message names file, table and key, and says how to mend it."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What a file asks for: documents to be signed, and the systems whose grant stays as it is."""

    documents: tuple[bytes, ...]
    unchanged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A table of the file, as messages name it."""

    file: Path
    table: str

    def inner(self, table: str) -> "_Place":
        return _Place(self.file, f"{self.table}, {table}" if self.table else table)

    def error(self, text: str) -> PublicationError:
        return PublicationError(
            f"{self.file}: {self.table}: {text}" if self.table else f"{self.file}: {text}"
        )


def read_publication(
    path: Path, in_force: Mapping[str, bytes] | None = None, *, today: date, keys: Path | None = None
) -> Publication:
    """Return the grant documents a file asks for, each with the revision that follows the one in force.

    `in_force` holds the newest document of each system already published; a grant that would only repeat it
    is left out. `today` is the Vietnamese day of publishing. Key files are relative to `keys`, by default
    the folder of the file. Raises PublicationError.
    """
    place = _Place(path, "")
    top = _read(path, place)
    _known(top, _TOP, place)
    environment = _text(top, "environment", place)
    profile = PROFILES.get(_text(top, "profile", place))
    if profile is None:
        raise place.error(f"profile: there is no such law profile. Use one of: {', '.join(PROFILES)}")
    calendar = Calendar(None if environment == PRODUCTION else today)
    participants = {}
    for where, table in _tables(top, "participants", place):
        participant = _entry(Participant, table, where)
        if participant.id in participants:
            raise where.error("id: this participant stands twice. Keep one of them")
        participants[participant.id] = participant
    folder = keys or path.parent
    issuers = _issuers(top, place, folder)
    documents: dict[str, GrantDocument] = {}
    for where, table in _tables(top, "systems", place):
        reader = _SystemReader(where, calendar, profile, environment, folder, participants, issuers)
        document = reader.document(table)
        if document.system.id in documents:
            raise where.error("id: this system stands twice. Keep one of them")
        documents[document.system.id] = document
    held = _readable(in_force or {})
    _one_audience_each({**held, **documents}, place)
    return _compared(documents, held, place)


def _readable(in_force: Mapping[str, bytes]) -> dict[str, GrantDocument]:
    """Return what is in force; bytes that are no grant are none to any gateway either, and hinder nobody."""
    held = {}
    for system, body in in_force.items():
        with suppress(GrantFormatError):
            held[system] = decode_document(body)
    return held


def _compared(
    documents: Mapping[str, GrantDocument], in_force: Mapping[str, GrantDocument], place: _Place
) -> Publication:
    wanted: list[bytes] = []
    unchanged: list[str] = []
    for system, document in documents.items():
        revision = 0
        if system in in_force:
            held = in_force[system]
            revision = held.revision
            if structs.replace(document, revision=revision) == held:
                unchanged.append(system)
                continue
        body = encode_document(structs.replace(document, revision=revision + 1))
        try:
            compile_grant(body)
        except GrantFormatError as error:
            raise place.error(f"systems {system!r}: {error}") from error
        wanted.append(body)
    return Publication(tuple(wanted), tuple(unchanged))


@dataclass(frozen=True, slots=True)
class _SystemReader:
    """Reads one table of `systems`."""

    place: _Place
    calendar: Calendar
    profile: Profile
    environment: str
    keys: Path
    participants: Mapping[str, Participant]
    issuers: Mapping[str, Table]

    def document(self, table: Table) -> GrantDocument:
        """Return the document of a system, at revision 1; raises PublicationError."""
        try:
            rest = self.calendar.moments(table)
        except DateError as error:
            raise self.place.error(str(error)) from error
        _known(rest, _OF_SYSTEM, self.place)
        participant = self.participants.get(str(rest.pop("participant", "")))
        if participant is None:
            known = ", ".join(self.participants) or "there are none"
            raise self.place.error(f"participant: name one of the participants: {known}")
        lists = {name: list(self._listed(rest, name)) for name in _LISTS}
        facts = self._facts(self._table(rest, "facts"))
        misses = self._misses(self._table(rest, "misses"))
        login = self._login(self._table(rest, "login"))
        system = _entry(SystemEntry, {**rest, "environment": self.environment}, self.place)
        purposes = [self._purpose(where, purpose, system.kind) for where, purpose in lists["purposes"]]
        document = GrantDocument(
            revision=1,
            profile=self.profile.id,
            participant=participant,
            system=system,
            keys=tuple(self._key(where, key) for where, key in lists["keys"]),
            officers=tuple(_entry(OfficerEntry, officer, where) for where, officer in lists["officers"]),
            purposes=tuple(purpose for purpose, _ in purposes),
            rights=tuple(right for _, right in purposes if right is not None),
            misses=misses,
            facts=facts,
            overrides=tuple(_entry(OverrideEntry, entry, where) for where, entry in lists["overrides"]),
            login=login,
        )
        if login is None and any(purpose.actor is Actor.CITIZEN for purpose, _ in purposes):
            raise self.place.error(
                "login: a purpose whose actor is the citizen needs the issuer whose identity tokens are "
                "believed. Write [[issuers]] and [systems.login], or name another actor"
            )
        found = problems(document)
        if found:
            raise self.place.error("\n  ".join(found))
        return document

    def _listed(self, table: Table, name: str) -> Iterator[tuple[_Place, Table]]:
        yield from _tables({name: table.pop(name, [])}, name, self.place)

    def _table(self, table: Table, name: str) -> Table:
        value = table.pop(name, {})
        if not isinstance(value, dict):
            raise self.place.error(f"{name}: write it as a table, [systems.{name}]")
        return value

    def _purpose(
        self, place: _Place, table: Table, kind: SystemKind
    ) -> tuple[PurposeEntry, RightEntry | None]:
        """Return a purpose and its right; systems for procedures get explanations unless the file says no."""
        right = table.pop("right", None)
        purpose = _entry(PurposeEntry, table, place)
        if right is None:
            return purpose, None
        where = place.inner("right")
        if not isinstance(right, dict):
            raise where.error("write it as a table, [systems.purposes.right]")
        return purpose, _entry(
            RightEntry, {"explain": kind in _PROCEDURES, **right, "purpose": purpose.code}, where
        )

    def _key(self, place: _Place, table: Table) -> KeyEntry:
        name = table.pop("file", None)
        if name is not None:
            if "jwk" in table:
                raise place.error("file: name a file or write the key as jwk, not both")
            table["jwk"] = self._key_file(place, str(name))
        elif isinstance(table.get("jwk"), dict):
            table["jwk"] = _public(table["jwk"], place)
        return _entry(KeyEntry, table, place)

    def _key_file(self, place: _Place, name: str) -> Table:
        path = self.keys / name
        jwk = _json(path, place, wanted="one public JSON Web Key")
        if not isinstance(jwk, dict):
            raise place.error(f"file: {path} must hold one public JSON Web Key")
        return _public(jwk, place)

    def _login(self, table: Table) -> LoginEntry | None:
        if not table:
            return None
        place = self.place.inner("login")
        _known(table, ("issuer", "audience"), place)
        issuer = self.issuers.get(str(table.get("issuer", "")))
        if issuer is None:
            raise place.error(
                f"issuer: name one of the issuers: {', '.join(self.issuers) or 'there are none'}"
            )
        return _entry(LoginEntry, {**issuer, "audience": table.get("audience")}, place)

    def _misses(self, table: Table) -> MissBudget:
        defaults = {
            "per_mille": self.profile.number("misses.share"),
            "at_least": self.profile.number("misses.at_least"),
        }
        return _entry(MissBudget, {**defaults, **table}, self.place.inner("misses"))

    def _facts(self, table: Table) -> Facts:
        place = self.place.inner("facts")
        conditions = table.get("conditions")
        if isinstance(conditions, dict):
            table = {**table, "conditions": list(self._conditions(conditions, place.inner("conditions")))}
        return _entry(Facts, table, place)

    def _conditions(self, table: Table, place: _Place) -> Iterator[Table]:
        """Yield the verdict on each condition from one table for all: evidence, date, and which failed."""
        shared = _entry(_Conditions, table, place)
        for name in ConditionName:
            verdict = Verdict.FAILED if name in shared.failed else Verdict.MET
            yield structs.asdict(
                ConditionEntry(
                    name=name, verdict=verdict, evidence=shared.evidence, decided_at=shared.decided_at
                )
            )


def _issuers(top: Table, place: _Place, folder: Path) -> dict[str, Table]:
    """Return by id what each issuer of identity tokens gives a login, all but the audience."""
    found: dict[str, Table] = {}
    for where, table in _tables(top, "issuers", place):
        _known(table, _OF_ISSUER, where)
        name = str(table.pop("id", ""))
        if not name or name in found:
            raise where.error("id: give each issuer an id of its own, by which systems name it")
        keys = table.get("keys")
        if "file" in table:
            if keys is not None:
                raise where.error("file: name a file or write the keys as keys, not both")
            keys = _key_set(where, folder / str(table.pop("file")))
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise where.error("keys: name the file of the issuer's public JSON Web Key Set as file")
        found[name] = {**table, "keys": [_issuer_key(key, where) for key in keys]}
    return found


def _key_set(place: _Place, path: Path) -> object:
    value = _json(path, place, wanted="the issuer's JSON Web Key Set")
    return value.get("keys") if isinstance(value, dict) else None


def _issuer_key(jwk: Table, place: _Place) -> Table:
    """Return the members of a public key of an issuer that its verification needs."""
    if jwk.get("kty") == "oct" or _SECRET_MEMBERS & jwk.keys():
        raise place.error(
            "keys: secrets stand in this set. Name the public set, and treat the secret as lost"
        )
    return {name: jwk[name] for name in IssuerKey.__struct_fields__ if name in jwk}


def _one_audience_each(documents: Mapping[str, GrantDocument], place: _Place) -> None:
    """Refuse two systems that believe tokens made for the same audience: either could replay the other's."""
    holders: dict[tuple[str, str], str] = {}
    for system, document in documents.items():
        if document.login is None:
            continue
        audience = (document.login.issuer, document.login.audience)
        holder = holders.setdefault(audience, system)
        if holder != system:
            raise place.error(
                f"systems {system!r}, login: audience: {audience[1]!r} already belongs to {holder!r}. "
                "Have the issuer register each system as a client of its own"
            )


class _Conditions(Struct, frozen=True, forbid_unknown_fields=True):
    evidence: str
    decided_at: Any
    failed: tuple[ConditionName, ...] = ()


def _read(path: Path, place: _Place) -> Table:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise place.error(f"cannot read the file: {error.strerror}. Correct its name") from error
    except tomllib.TOMLDecodeError as error:
        raise place.error(f"not valid TOML: {error}. Correct that line") from error


def _json(path: Path, place: _Place, *, wanted: str) -> object:
    try:
        value: object = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise place.error(f"file: cannot read {path}: {error.strerror}. Correct the name") from error
    except ValueError as error:
        raise place.error(f"file: {path} is no JSON. It must hold {wanted}") from error
    return value


def _tables(top: Mapping[str, Any], name: str, place: _Place) -> Iterator[tuple[_Place, Table]]:
    entries = top.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise place.error(f"{name}: write each of them as a table of its own, [[{name}]]")
    for position, entry in enumerate(entries, start=1):
        label = entry.get("id") or entry.get("code")
        called = f"{name} {label!r}" if isinstance(label, str) else f"{name}[{position}]"
        yield place.inner(called), dict(entry)


def _text(table: Table, key: str, place: _Place) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise place.error(f'{key} is missing. Write {key} = "…" at the top of the file')
    return value


def _public(jwk: Table, place: _Place) -> Table:
    if "d" in jwk:
        raise place.error("this is a private key. Name the public one, and treat the private one as lost")
    return {name: jwk[name] for name in PublicKey.__struct_fields__ if name in jwk}


def _known(table: Table, names: Iterable[str], place: _Place) -> None:
    unknown = sorted(set(table) - set(names))
    if unknown:
        raise place.error(f"{unknown[0]}: no such key. Remove it, or use one of: {', '.join(sorted(names))}")


def _entry(kind: type[Entry], table: Table, place: _Place) -> Entry:
    """Return a table as the entry it should be; raises PublicationError naming the key and what is wanted."""
    _known(table, kind.__struct_fields__, place)
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        key = path.rstrip("`")
        where = f"{key}: " if key else ""
        raise place.error(f"{where}{message.replace('`', '')}. See examples/demo-grants.toml") from error
