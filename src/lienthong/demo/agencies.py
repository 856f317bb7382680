"""The agencies of the story: each with a key, a configuration and a journal of its own, as a real one has.

They call through `lienthong_agency`, the client agencies use. Only the two attackers of the story sign and
send by hand, since the client never would do what they do.
"""

import json
import secrets
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec

from lienthong.core.dates import PartialDate
from lienthong.demo.transcript import StoryFailedError
from lienthong.register.cast import CastMember
from lienthong_agency import (
    Agency,
    Answered,
    BatchItem,
    Call,
    Caller,
    Context,
    Journal,
    Person,
    Refused,
    batch,
    lookup,
    read_hub_keys,
    read_key,
    verify,
    write_key,
)
from lienthong_protocol.keys import Algorithm, generate, public_jwk
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.signing import sign_request


def claimed(member: CastMember, **changes: str) -> Person:
    """Return what a caller says of a person: number, full name, birth date."""
    birth = PartialDate(member.birth_date).iso
    return Person(**({"number": member.number, "full_name": member.full_name, "birth_date": birth} | changes))


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, in one shape for answers and refusals."""

    status: int
    content: dict[str, Any]
    receipt: Receipt | None = None
    notice: str = ""

    @property
    def code(self) -> str:
        """The refusal's code, empty for an answer."""
        return str(self.content.get("code", ""))

    @property
    def fields(self) -> list[str]:
        """The fields a refusal names."""
        return list(self.content.get("fields") or ())

    def sentence(self, language: str) -> str:
        """Return what a refusal says to the officer."""
        return str(self.content["message"][language])


@dataclass(frozen=True, slots=True)
class Letter:
    """A signed request as it travels: whoever holds it may send it, again or changed."""

    url: str
    headers: list[tuple[str, str]]
    body: bytes

    def send(self) -> Reply:
        """Send it and return what came back, unchecked."""
        answer = httpx.post(self.url, headers=self.headers, content=self.body, timeout=30, trust_env=False)
        return Reply(answer.status_code, json.loads(answer.content))


@dataclass(slots=True)
class Player:
    """One connected system of the story; `receipts` are those of the answers it got."""

    system: str
    purpose: str
    officer: str | None
    folder: Path
    name: str
    hub: str
    receipts: list[Receipt] = field(default_factory=list)

    @property
    def configuration(self) -> Path:
        """The system's settings, for `lienthong-agency --config`."""
        return self.folder / f"{self.name}.toml"

    def settle(self) -> None:
        """Write the system's settings, as its integrator would."""
        officer = "" if self.officer is None else f'officer = "{self.officer}"\n'
        self.configuration.write_text(
            f'hub = "{self.hub}"\nsystem = "{self.system}"\nkey = "{self.name}.key"\n'
            f'hub_keys = "hub-keys.json"\njournal = "{self.name}.journal"\n'
            f'purpose = "{self.purpose}"\n{officer}'
        )

    def look_up(self, person: Person, fields: list[str], *, case: str | None) -> Reply:
        """Ask for fields of a person."""
        return self._ask(lookup(person, fields, context=self._context(case)))

    def verify(
        self, person: Person, claims: dict[str, str], *, case: str | None, consent: str | None = None
    ) -> Reply:
        """Ask whether claims about a person agree."""
        return self._ask(verify(person, claims, context=self._context(case, consent)))

    def batch(self, people: list[Person], fields: list[str]) -> Reply:
        """Ask for fields of many persons, referred to as r0, r1 and so on."""
        items = [
            BatchItem(f"r{place}", each.number, each.full_name, each.birth_date)
            for place, each in enumerate(people)
        ]
        return self._ask(batch(items, fields, context=self._context(None)))

    def _context(self, case: str | None, consent: str | None = None) -> Context:
        return Context(self.purpose, self.officer, case, consent)

    def _ask(self, call: Call[Any]) -> Reply:
        caller = Caller(
            system=self.system,
            key=read_key(self.folder / f"{self.name}.key"),
            hub=self.hub,
            hub_keys=read_hub_keys(self.folder / "hub-keys.json"),
        )
        with Journal(self.folder / f"{self.name}.journal") as journal, Agency(caller, journal) as agency:
            outcome = agency.ask(call)
        match outcome:
            case Answered(value=value, receipt=receipt, notice=notice):
                self.receipts.append(receipt)
                return Reply(200, msgspec.to_builtins(value), receipt, notice or "")
            case Refused(problem=problem, receipt=receipt, notice=notice):
                if receipt is not None:
                    self.receipts.append(receipt)
                return Reply(problem.status, msgspec.to_builtins(problem), receipt, notice or "")
            case _:
                raise StoryFailedError(f"no answer to be used: {outcome.cause} {outcome.detail}")

    def sign_by_hand(self, person: Person, fields: list[str], *, case: str) -> Letter:
        """Return a signed look-up as bytes, for somebody who does with it what the client never would."""
        body = msgspec.json.encode({**msgspec.to_builtins(person), "fields": fields})
        headers = sign_request(
            method="POST",
            target_uri=f"{self.hub}/v1/lookup",
            headers=[
                ("content-type", "application/json"),
                ("lt-request-id", secrets.token_hex(8)),
                *self._context(case).headers(),
            ],
            body=body,
            key=read_key(self.folder / f"{self.name}.key"),
            created=int(time.time()),
            nonce=secrets.token_urlsafe(16),
        )
        return Letter(f"{self.hub}/v1/lookup", headers, body)


def make_keys(folder: Path, names: tuple[str, ...]) -> None:
    """Make a key pair per name: NAME.key for the agency alone, keys/NAME.jwk to be registered."""
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    for name in names:
        if not (folder / f"{name}.key").exists():
            key = generate(Algorithm.ED25519, secrets.token_bytes(32))
            write_key(folder / f"{name}.key", key)
            (folder / "keys" / f"{name}.jwk").write_text(json.dumps(public_jwk(key)) + "\n")


def trust_hub(hub: str, folder: Path) -> None:
    """Fetch the hub's public keys, once for all players of this machine."""
    with urllib.request.urlopen(f"{hub}/v1/keys", timeout=10) as answer:  # noqa: S310 - our own loopback address
        (folder / "hub-keys.json").write_bytes(answer.read())
