"""The list of test persons of one system, with answers the sandbox's own gateway gave.

The steward asks through the gateway as a system of its own, signed and recorded like everybody's call, for
exactly the fields the system asked for. Law: R5.2, R8.2.
"""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from msgspec import to_builtins

from lienthong.config import Configuration, ConfigurationError
from lienthong.core.fields import bits_of_names, names_in
from lienthong.core.grant_document import GrantDocument, PublicKey
from lienthong.core.known_persons import ExpectedAnswer, KnownPerson, PersonsSheet, SheetEntry
from lienthong.core.law import PROFILES
from lienthong.ledger.custody import Use, public_keys
from lienthong.sandbox.sandbox_grant import OFFICERS, STEWARD
from lienthong_agency import (
    Answered,
    AsyncAgency,
    Caller,
    Context,
    HubKeys,
    Journal,
    LookupAnswer,
    Outcome,
    Patience,
    Person,
    Refused,
    Unanswered,
    VerifyAnswer,
    lookup,
    read_key,
    verify,
    write_key,
)
from lienthong_protocol.keys import Algorithm, generate, verifying_key_from_jwk
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.response_signing import ResponseKey

PURPOSE: Final = "known-answers"
_SECOND: Final = 1_000_000
_MISSES: Final = frozenset({Code.NO_MATCH, Code.FIELD_DIFFERS, Code.NOT_IN_REGISTER})
_TRIES: Final = 20
_PAUSE: Final = 0.25
_PATIENCE: Final = Patience(attempts=3, longest_wait=3.0)


class NotAnsweredError(Exception):
    """The sandbox's gateway gave no answer about a test person; the message says why."""


def read_known_persons(path: Path) -> tuple[KnownPerson, ...]:
    """Return the test persons in a file; raises ConfigurationError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[KnownPerson, ...])
    except OSError as error:
        raise ConfigurationError(
            f"cannot read the test persons {path}: {error.strerror}. `lienthong sandbox persons` writes them."
        ) from error
    except msgspec.DecodeError as error:
        raise ConfigurationError(
            f"{path}: {error}. `lienthong sandbox persons` writes the test persons anew."
        ) from error


@dataclass(frozen=True, slots=True)
class Asker:
    """The steward's own system: its key and journal lie in the sandbox's folder."""

    configuration: Configuration
    persons: tuple[KnownPerson, ...]

    @property
    def _folder(self) -> Path:
        return self.configuration.sandbox.folder(self.configuration.keys)

    def key(self) -> PublicKey:
        """Return the public key of the steward's system, made when there is none; raises KeyFileError."""
        path = self._folder / "steward.key"
        if not path.exists():
            write_key(path, generate(Algorithm.ED25519, secrets.token_bytes(32)))
        return msgspec.convert(dict(read_key(path).jwk), PublicKey)

    async def sheet(self, document: GrantDocument) -> PersonsSheet | Refuse:
        """Return the list for the system of a grant; a gateway that does not answer is a refusal."""
        given = bits_of_names(name for right in document.rights for name in right.fields)
        compared = bits_of_names(name for right in document.rights for name in right.verify_fields)
        fields = names_in(given | compared)
        caller = Caller(
            system=STEWARD,
            key=read_key(self._folder / "steward.key"),
            hub=self.configuration.gateway.public_origin,
            hub_keys=self._hub_keys(),
            patience=_PATIENCE,
        )
        try:
            with Journal(self._folder / "steward.journal") as journal:
                async with AsyncAgency(caller, journal) as agency:
                    entries = [
                        SheetEntry(person, await _answer(agency, person, fields)) for person in self.persons
                    ]
        except NotAnsweredError as error:
            return Refuse(Code.OVERLOADED, str(error))
        return PersonsSheet(
            system=document.system.id,
            name=document.system.name,
            origin=self.configuration.gateway.public_origin,
            made_at=time.time_ns() // 1_000,
            fields=fields,
            compared=names_in(compared & ~given),
            officers=OFFICERS,
            misses_per_person=PROFILES[document.profile].number("misses.per_person"),
            entries=tuple(entries),
        )

    def _hub_keys(self) -> HubKeys:
        keys: dict[str, ResponseKey] = {}
        for each in public_keys(self.configuration.keys):
            if each.use is Use.RESPONSE:
                until = None if each.valid_until is None else each.valid_until // _SECOND
                public = verifying_key_from_jwk(msgspec.json.decode(each.key))
                keys[each.id] = ResponseKey(public, each.valid_from // _SECOND, until)
        return HubKeys(self.configuration.log_origin, keys, ())


async def _answer(agency: AsyncAgency, person: KnownPerson, fields: tuple[str, ...]) -> ExpectedAnswer:
    """Ask about one person; a grant that was published this moment takes a moment to reach the gateway."""
    context = Context(purpose=PURPOSE)
    meant = Person(person.number, person.full_name, person.birth_date)
    for _ in range(_TRIES):
        outcome: Outcome[LookupAnswer] | Outcome[VerifyAnswer] = (
            await agency.ask(lookup(meant, fields, context=context))
            if fields
            else await agency.ask(verify(meant, context=context))
        )
        match outcome:
            case Answered(value=LookupAnswer(values=values, flags=flags)):
                return ExpectedAnswer(values=values, flags=_flags(to_builtins(flags)))
            case Answered(value=VerifyAnswer(flags=flags)):
                return ExpectedAnswer(flags=_flags(to_builtins(flags)))
            case Refused(problem=problem) if problem.code in _MISSES:
                return ExpectedAnswer(code=problem.code)
            case Refused(problem=problem) if problem.code == Code.KEY_NOT_ACCEPTED:
                await asyncio.sleep(_PAUSE)
            case Refused(problem=problem):
                raise NotAnsweredError(f"the sandbox's gateway refuses the steward: {problem.code}")
            case Unanswered(cause=cause, detail=detail):
                raise NotAnsweredError(f"the sandbox's gateway does not answer: {cause} {detail}")
    raise NotAnsweredError("the sandbox's gateway does not know the steward's key yet")


def _flags(flags: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name, value in flags.items() if value)
