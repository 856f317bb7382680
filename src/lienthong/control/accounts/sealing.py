"""What is kept of secrets: seals only this deployment opens, digests nobody reverses."""

import hmac
import os
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE: Final = 12


class SealBroken(Exception):  # noqa: N818 - says what happened
    """What was sealed does not open: the deployment's secret was replaced, or the row belongs elsewhere."""


def seal(content: bytes, *, use: str, owner: int) -> bytes:
    """Return `content` sealed for one use and one account: a row moved to another account does not open."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(use)).encrypt(nonce, content, str(owner).encode())


def unseal(sealed: bytes, *, use: str, owner: int) -> bytes:
    """Return what was sealed; raises SealBroken."""
    try:
        return AESGCM(_key(use)).decrypt(sealed[:_NONCE], sealed[_NONCE:], str(owner).encode())
    except InvalidTag as error:
        raise SealBroken(
            f"the {use} of account {owner} does not open with this deployment's secret"
        ) from error


def keyed_digest(text: str, *, use: str) -> bytes:
    """Return a digest that only this deployment can compute: for short codes, which could be tried out."""
    return hmac.digest(_key(use), text.encode(), "sha256")


def digest(token: str) -> bytes:
    """Return the digest of a long random token: whoever reads the row cannot use it."""
    return sha256(token.encode()).digest()


def _key(use: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"lienthong/{use}".encode())
    return derivation.derive(str(settings.SECRET_KEY).encode())
