"""A sealed file: compressed, encrypted in chunks with a key of its own, readable only whole and in order.

    LTSEAL1, newline | length of salt and header, 4 bytes | salt | header | chunk | chunk | … | last chunk
    chunk = length, 4 bytes | AES-256-GCM(key, nonce, plaintext of at most 1 MiB, associated data)

The file's key is HKDF-SHA256 of the given key with the file's own random salt, so that nonces may count:
nonce = 7 zero bytes | number of the chunk, 4 bytes | 1 for the last chunk, else 0. Associated data is all
that stands before the first chunk. So a chunk that is changed, moved, left out, or taken from another file
does not open, and neither does a file that was cut short. Integers are big-endian; the plaintext is zlib.
"""

import hashlib
import os
import zlib
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lienthong.db.private_files import sync_folder
from lienthong.db.unavailable import DatabaseUnavailable

MAGIC: Final = b"LTSEAL1\n"
CHUNK: Final = 1 << 20
KEY_LENGTH: Final = 32
SALT_LENGTH: Final = 32

_TAG: Final = 16
_LONGEST_HEADER: Final = 65_536


class SealedFileError(DatabaseUnavailable):
    """A sealed file cannot be opened: another key, damaged, or cut short; the message says which file."""


def key_name(key: bytes) -> str:
    """Return a short public name of a key, by which to tell which key a file needs."""
    return hashlib.sha256(b"lienthong sealed file key\0" + key).hexdigest()[:16]


def _file_key(key: bytes, salt: bytes) -> AESGCM:
    if len(key) != KEY_LENGTH:
        raise ValueError(f"a key has {KEY_LENGTH} bytes, this one {len(key)}")
    derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"lienthong sealed file 1").derive(key)
    return AESGCM(derived)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + bytes([is_last])


class SealedWriter:
    """Writes a sealed file that appears under its name, durable, when `finish` is called, never otherwise.

    `header` is stored in clear and bound to every chunk; `salt` is 32 random bytes, never used twice.
    """

    def __init__(self, path: Path, *, key: bytes, header: bytes, salt: bytes) -> None:
        self.path = path
        self._temporary = path.with_name(f".{path.name}.{salt[:6].hex()}")
        self._cipher = _file_key(key, salt)
        self._prefix = MAGIC + (len(header) + len(salt)).to_bytes(4, "big") + salt + header
        self._compressor = zlib.compressobj(level=1)
        self._pending = bytearray()
        self._number = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file: BinaryIO = os.fdopen(os.open(self._temporary, flags, 0o600), "wb")
        self._file.write(self._prefix)

    def write(self, content: bytes) -> None:
        """Add `content`."""
        self._pending += self._compressor.compress(content)
        while len(self._pending) > CHUNK:  # never empties it: the last chunk is written by `finish`
            self._seal(bytes(self._pending[:CHUNK]), is_last=False)
            del self._pending[:CHUNK]

    def finish(self) -> int:
        """Write the last chunk, make the file durable and give it its name; return its size in bytes."""
        self._pending += self._compressor.flush()
        while len(self._pending) > CHUNK:
            self._seal(bytes(self._pending[:CHUNK]), is_last=False)
            del self._pending[:CHUNK]
        self._seal(bytes(self._pending), is_last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        size = self._file.tell()
        self._file.close()
        self._temporary.replace(self.path)
        sync_folder(self.path.parent)
        return size

    def _seal(self, plaintext: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, is_last=is_last), plaintext, self._prefix)
        self._file.write(len(sealed).to_bytes(4, "big"))
        self._file.write(sealed)
        self._number += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._file.closed:
            self._file.close()
            self._temporary.unlink(missing_ok=True)


class SealedReader:
    """Reads a sealed file from its beginning; what it returns is authentic, and its end is the true end.

    Raises SealedFileError from the constructor for another format, from `read` for a key that does not fit,
    for a file that was changed or cut short, and for bytes after its end.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        try:
            self._read_header()
        except BaseException:
            self._file.close()
            raise
        self._cipher: AESGCM | None = None
        self._decompressor = zlib.decompressobj()
        self._ready = bytearray()
        self._number = 0
        self._ended = False

    def _read_header(self) -> None:
        start = self._file.read(len(MAGIC) + 4)
        length = int.from_bytes(start[len(MAGIC) :], "big")
        rest = self._file.read(length) if length <= _LONGEST_HEADER else b""
        if start[: len(MAGIC)] != MAGIC or len(rest) != length or length < SALT_LENGTH:
            raise SealedFileError(f"{self.path} is not a sealed file, or only its beginning.")
        self._prefix = start + rest
        self._salt, self.header = rest[:SALT_LENGTH], rest[SALT_LENGTH:]

    def unlock(self, key: bytes) -> None:
        """Use `key` from here on; whether it fits shows at the first `read`."""
        self._cipher = _file_key(key, self._salt)

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes (-1: all), fewer only at the end."""
        while not self._ended and (size < 0 or len(self._ready) < size):
            self._open_chunk()
        taken = bytes(self._ready) if size < 0 else bytes(self._ready[:size])
        del self._ready[: len(taken)]
        return taken

    def _open_chunk(self) -> None:
        if self._cipher is None:
            raise ValueError("unlock before reading")
        length = int.from_bytes(self._file.read(4), "big")
        sealed = self._file.read(length) if length <= CHUNK + _TAG else b""
        if len(sealed) != length or length < _TAG:
            raise SealedFileError(f"{self.path} is cut short or damaged at chunk {self._number + 1}.")
        is_last = not self._file.peek(1)
        try:
            plaintext = self._cipher.decrypt(_nonce(self._number, is_last=is_last), sealed, self._prefix)
        except InvalidTag:
            raise SealedFileError(
                f"{self.path}: the key does not fit, or the file was changed or cut short at chunk "
                f"{self._number + 1}."
            ) from None
        self._number += 1
        self._ready += self._decompressor.decompress(plaintext)
        if is_last:
            self._ready += self._decompressor.flush()
            self._ended = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
