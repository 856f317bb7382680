"""The system's private key in a file: a JWK that nobody but its owner can read."""

import json
import os
import stat
from pathlib import Path

from lienthong_protocol.keys import (
    Ed25519SigningKey,
    KeyFormatError,
    P256SigningKey,
    private_jwk,
    signing_key_from_jwk,
)

_LARGEST = 4_096
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyFileError(Exception):
    """A key file cannot be used or written; the message says why and how to put it right."""


def write_key(path: Path, key: Ed25519SigningKey | P256SigningKey) -> None:
    """Write a private key into a new file of mode 0600; raises KeyFileError, also where the file exists.

    The file is complete or absent: it gets its name only once it is on the disk.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(json.dumps(private_jwk(key)).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        finally:
            draft.unlink()
    except FileExistsError as error:
        raise KeyFileError(f"{path} exists: a key is never overwritten, choose another file") from error
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error


def read_key(path: Path) -> Ed25519SigningKey | P256SigningKey:
    """Return the private key in a file; raises KeyFileError, also where others could read or change it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise KeyFileError(f"{path} is no file")
            if mode & _OTHERS:
                raise KeyFileError(
                    f"{path} can be used by others (mode {stat.S_IMODE(mode):04o}): chmod 600 {path}, and "
                    "have the key revoked if someone may have read it"
                )
            text = file.read(_LARGEST + 1)
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    try:
        jwk = json.loads(text)
    except ValueError as error:
        raise KeyFileError(f"{path} is no JSON web key") from error
    if not isinstance(jwk, dict):
        raise KeyFileError(f"{path} is no JSON web key")
    try:
        return signing_key_from_jwk(jwk)
    except KeyFormatError as error:
        raise KeyFileError(f"{path}: {error}") from error
