"""The agencies of the story: each with a key of its own, calling the hub over signed HTTP like anybody."""

import json
import os
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from lienthong.core.dates import PartialDate
from lienthong.demo.transcript import StoryFailedError
from lienthong.register.cast import CastMember
from lienthong_protocol.keys import (
    Algorithm,
    SigningKey,
    VerifyingKey,
    generate,
    private_jwk,
    public_jwk,
    signing_key_from_jwk,
)
from lienthong_protocol.receipt import Receipt, parse_receipt
from lienthong_protocol.refusals import Refuse
from lienthong_protocol.response_signing import ResponseFault, ResponseKey, verify_response
from lienthong_protocol.signing import read_request, sign_request

Person = dict[str, str]


def claimed(member: CastMember, **changes: str) -> Person:
    """Return what a caller says of a person: number, full name, birth date."""
    birth = PartialDate(member.birth_date).iso
    return {"number": member.number, "full_name": member.full_name, "birth_date": birth} | changes


@dataclass(frozen=True, slots=True)
class Reply:
    """A checked answer: signed by the hub for exactly this request."""

    status: int
    content: dict[str, Any]
    receipt: Receipt | None
    notice: str
    milliseconds: float

    @property
    def code(self) -> str:
        """The refusal's code, empty for an answer."""
        return str(self.content.get("code", ""))

    def sentence(self, language: str) -> str:
        """Return what a refusal says to the officer."""
        return str(self.content["message"][language])


@dataclass(slots=True)
class Agency:
    """One connected system: its key file, its officer, its purpose, and the receipts it keeps."""

    system: str
    purpose: str
    key_file: Path
    hub: str
    hub_key: VerifyingKey
    officer: str | None = None
    receipts: list[Receipt] = field(default_factory=list)

    def ask(
        self, target: str, body: dict[str, Any], *, case: str | None, consent: str | None = None
    ) -> Reply:
        """Send one signed question and check the answer."""
        return self.send(target, *self.sign(target, body, case=case, consent=consent))

    def sign(
        self, target: str, body: dict[str, Any], *, case: str | None, consent: str | None = None
    ) -> tuple[list[tuple[str, str]], bytes]:
        """Return the headers and bytes of a signed question."""
        content = json.dumps(body, ensure_ascii=False).encode()
        given = {
            "content-type": "application/json",
            "lt-request-id": secrets.token_hex(8),
            "lt-purpose": self.purpose,
            "lt-officer": self.officer,
            "lt-case": case,
            "lt-consent": consent,
        }
        headers = sign_request(
            method="POST",
            target_uri=self.hub + target,
            headers=[(name, value) for name, value in given.items() if value is not None],
            body=content,
            key=_key(self.key_file),
            created=int(time.time()),
            nonce=secrets.token_urlsafe(16),
        )
        return headers, content

    def send(self, target: str, headers: list[tuple[str, str]], body: bytes) -> Reply:
        """Send signed bytes; an answer that is not the hub's to this request fails the story."""
        started = time.perf_counter()
        answer = httpx.post(self.hub + target, headers=headers, content=body, timeout=30)
        took = (time.perf_counter() - started) * 1_000
        request = read_request(
            method="POST", target_uri=self.hub + target, headers=headers, body=body, now=int(time.time())
        )
        assert not isinstance(request, Refuse)
        received = [(name.lower(), value) for name, value in answer.headers.multi_items()]
        keys = {self.hub_key.key_id: ResponseKey(self.hub_key, 0)}
        verified = verify_response(
            request=request, status=answer.status_code, headers=received, body=answer.content, keys=keys
        )
        content = json.loads(answer.content)
        if isinstance(verified, ResponseFault):
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                return Reply(answer.status_code, content, None, "", took)
            raise StoryFailedError(
                f"the answer is not the hub's: {verified.kind} {verified.detail} {content}"
            )
        receipt = None if verified.receipt is None else parse_receipt(verified.receipt)
        if receipt is not None:
            self.receipts.append(receipt)
        return Reply(verified.status, content, receipt, verified.notice or "", took)


def _key(path: Path) -> SigningKey:
    return signing_key_from_jwk(json.loads(path.read_text()))


def make_keys(folder: Path, names: tuple[str, ...]) -> None:
    """Make a key pair per name: NAME.key for the agency alone, keys/NAME.jwk to be registered."""
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    for name in names:
        private = folder / f"{name}.key"
        if private.exists():
            continue
        key = generate(Algorithm.ED25519, secrets.token_bytes(32))
        with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(private_jwk(key), file)
        (folder / "keys" / f"{name}.jwk").write_text(json.dumps(public_jwk(key)) + "\n")
