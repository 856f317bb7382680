"""Base64url without padding (RFC 4648 §5), the text form of every binary member of our JSON."""

import re
from base64 import urlsafe_b64decode
from binascii import b2a_base64

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*\Z")


def encode(data: bytes) -> str:
    """Return `data` as base64url without padding."""
    return b2a_base64(data, newline=False).translate(_URL_SAFE, b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes `text` stands for; raises ValueError for any spelling `encode` would not write.

    One value has one spelling: padding, other alphabets and non-zero spare bits are refused.
    """
    if not _ALPHABET.match(text):
        raise ValueError("not base64url")
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise ValueError("not base64url") from error
    if encode(data) != text:
        raise ValueError("not base64url: spare bits are set")
    return data
