"""The notary's own memory of what it signed, apart from the database that may be set back."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lienthong.db.private_files import write_private


class NotaryBlocked(Exception):  # noqa: N818 - the operator has to decide
    """The notary cannot know what was signed before; the message says what to do."""


class Memory:
    """The last head signed, in a file of the notary alone, written before the signature leaves it."""

    def __init__(self, folder: Path) -> None:
        """Keep it in `folder`, the notary's own key folder."""
        self._folder = folder
        self._path = folder / "last-signed"

    def load(self) -> str | None:
        """Return the note remembered, None before the first."""
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def store(self, note: str) -> None:
        """Remember a note; when this returns it outlives a power cut."""
        write_private(self._path, note.encode())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the memory against a second notary of this machine; raises NotaryBlocked."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise NotaryBlocked(f"another notary works with {self._folder}") from error
        finally:
            os.close(descriptor)
