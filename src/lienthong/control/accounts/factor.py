"""The second factor: time-based codes (RFC 6238, SHA-1, six digits, 30 s), and recovery codes beside them."""

import secrets
from base64 import b32encode
from typing import Final

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from lienthong.control.accounts.sealing import keyed_digest
from lienthong.core.sign_in import FACTOR_PERIOD, accepted_steps

_DIGITS: Final = 6
_SECRET_BYTES: Final = 20
_RECOVERY_CODES: Final = 10
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_ISSUER: Final = "Lienthong"


def new_secret() -> bytes:
    """Return a secret as long as its hash, as RFC 4226 asks."""
    return secrets.token_bytes(_SECRET_BYTES)


def matching_step(secret: bytes, code: str, now: int) -> int | None:
    """Return the step whose code this is, if it counts at `now` (seconds since 1970)."""
    given = code.replace(" ", "").encode()
    generator = _generator(secret)
    for step in accepted_steps(now):
        if secrets.compare_digest(generator.generate(step * FACTOR_PERIOD), given):
            return step
    return None


def code_at(secret: bytes, now: int) -> str:
    """Return the code shown at `now`, as the telephone computes it."""
    return _generator(secret).generate(now).decode()


def enrolment_picture(secret: bytes, account: str) -> str:
    """Return the QR code that a telephone reads, as SVG with attributes only."""
    address = _generator(secret).get_provisioning_uri(account, _ISSUER)
    drawing: str = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")
    return drawing


def secret_text(secret: bytes) -> str:
    """Return the secret as one types it where no camera is, in groups of four."""
    letters = b32encode(secret).decode()
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def new_recovery_codes() -> tuple[str, ...]:
    """Return codes of 50 random bits, each for one use."""
    return tuple(f"{_letters(5)}-{_letters(5)}" for _ in range(_RECOVERY_CODES))


def recovery_digest(code: str) -> bytes:
    """Return what is kept of a recovery code, however it was typed."""
    return keyed_digest(code.strip().lower().replace(" ", "").replace("-", ""), use="recovery-code")


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))


def _generator(secret: bytes) -> TOTP:
    return TOTP(secret, _DIGITS, SHA1(), FACTOR_PERIOD)  # noqa: S303 - the algorithm of every authenticator
