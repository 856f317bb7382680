"""The body digest of RFC 9530, in the one form the profile allows."""

from binascii import b2a_base64
from hashlib import sha256


def content_digest(body: bytes) -> str:
    """Return the Content-Digest value of a body: exactly one member, `sha-256=:…:`."""
    return f"sha-256=:{b2a_base64(sha256(body).digest(), newline=False).decode()}:"
