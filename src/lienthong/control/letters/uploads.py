"""Taking files in: judged first, kept under their own hash in a folder no web server reads.

Law: R5.1 (papers and the technical description come with the request).
"""

import hashlib
import os
import stat
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from lienthong.control.frame.statements import execute
from lienthong.control.letters.models import Upload
from lienthong.core.access import Actor
from lienthong.core.legal_days import moment
from lienthong.core.office_content import Member
from lienthong.core.pdf_content import pdf_markers
from lienthong.core.uploads import EDGE, LARGEST_UPLOAD, FileKind, UploadProblem, judge_upload
from lienthong.core.uploads import Upload as Judged
from lienthong.db import named
from lienthong.db.private_files import sync_folder

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))
MOST_MEMBERS: Final = 10_000
"""A container with more members is not listed: its judgement is that it cannot be read."""


class UploadLostError(Exception):
    """A file that was taken in is gone or another one: the disk must be looked at."""


def judged(content: bytes, *, name: str, declared_type: str) -> FileKind | tuple[UploadProblem, ...]:
    """Return the kind of a file that may be kept, or every reason why it is not."""
    return judge_upload(
        Judged(
            name=name,
            declared_type=declared_type,
            size=len(content),
            head=content[:EDGE],
            tail=content[-EDGE:],
            members=_members(content),
            markers=pdf_markers(content) if content.startswith(b"%PDF") else frozenset(),
        )
    )


def _members(content: bytes) -> tuple[Member, ...] | None:
    """List a ZIP container by its directory alone: nothing is unpacked here."""
    if len(content) > LARGEST_UPLOAD or not zipfile.is_zipfile(BytesIO(content)):
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as container:
            listed = container.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return None
    if len(listed) > MOST_MEMBERS:
        return None
    return tuple(
        Member(
            name=each.filename,
            packed=each.compress_size,
            unpacked=each.file_size,
            is_encrypted=bool(each.flag_bits & 1),
            is_link=stat.S_ISLNK(each.external_attr >> 16),
        )
        for each in listed
    )


def keep(
    content: bytes, *, name: str, declared_type: str, body: int | None, actor: Actor | None, now: int
) -> Upload | tuple[UploadProblem, ...]:
    """Keep a file and return its row, or every reason why it is not kept; `now` is an instant.

    1. Judged before a byte of it is written.
    2. Its hash is held to the end of the act: a removal of the same bytes comes before, and they are written
       anew, or after, and finds the row.
    3. Written under its hash, to the disk, before the row: a crash between them leaves a file nobody knows,
       never a row without its file.
    4. The row, in the transaction of the act that needs the file.
    """
    kind = judged(content, name=name, declared_type=declared_type)
    if not isinstance(kind, FileKind):
        return kind
    digest = hashlib.sha256(content).digest()
    execute(_QUERIES, "keep_upload", digest.hex())
    _write(_path(digest.hex()), content)
    return Upload.objects.create(
        sha256=digest,
        name=name,
        kind=kind.value,
        size=len(content),
        body_id=body,
        made_by=None if actor is None else actor.id,
        made_at=moment(now),
    )


def let_go(digest: str, *, actor: Actor | None, now: int) -> bool:
    """Remove a file by the hex SHA-256 of its bytes, within the act that took it out of some text.

    What a version that was sent, another text, a letter or a message still refers to stays; say whether it
    went. The row keeps its hash, who removed it and when; a job takes the bytes from the disk.
    """
    from lienthong.control.letters.jobs import erase_upload

    if execute(_QUERIES, "upload_is_wanted", digest)[0][0]:
        return False
    rows = Upload.objects.filter(sha256=bytes.fromhex(digest), removed_at=None)
    rows.update(removed_by=None if actor is None else actor.id, removed_at=moment(now))
    erase_upload.defer(digest=digest)
    return True


def erase(digest: str) -> bool:
    """Take the bytes of a removed file from the disk; say whether they are gone.

    1. The hash is held: whoever keeps the same bytes now comes before, and is found here, or after, and
       writes them anew.
    2. Bytes that a row still stands for stay.
    3. Removed and on the disk so: a crash before leaves them to the job, which comes again.
    """
    with transaction.atomic():
        execute(_QUERIES, "hold_upload", digest)
        if Upload.objects.filter(sha256=bytes.fromhex(digest), removed_at=None).exists():
            return False
        path = _path(digest)
        if path.exists():
            path.unlink()
            sync_folder(path.parent)
    return True


def content_of(upload: Upload) -> bytes:
    """Return the bytes of a file as they were taken in; raises UploadLostError."""
    digest = bytes(upload.sha256).hex()
    try:
        content = _path(digest).read_bytes()
    except OSError as error:
        raise UploadLostError(f"{digest}: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise UploadLostError(f"{digest}: another file stands in its place")
    return content


def _path(digest: str) -> Path:
    folder: Path | None = settings.LIENTHONG.control.uploads
    assert folder is not None, "the control plane starts only with a folder for uploads"
    return folder / digest[:2] / digest


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A name of this process's own first: who reads under the hash must never meet half a file.
    half = path.with_suffix(f".{os.getpid()}")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
    sync_folder(path.parent)
