"""What a backup's archive may hold: files and folders of its own, nothing else."""

import io
import tarfile

import pytest

from lienthong.db.backup import BackupError
from lienthong.db.restore import unpack_cluster


def archive(*members: tuple[str, bytes, bytes]) -> io.BytesIO:
    """An archive of (name, kind, content)."""
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w") as writer:
        for name, kind, content in members:
            member = tarfile.TarInfo(name)
            member.type, member.size, member.linkname = kind, len(content), "/etc/passwd"
            member.mode = 0o777
            writer.addfile(member, io.BytesIO(content))
    found.seek(0)
    return found


def test_files_and_folders_come_back_and_are_the_owners_alone(tmp_path):
    cluster = tmp_path / "cluster"

    unpack_cluster(
        archive(
            ("base", tarfile.DIRTYPE, b""),
            ("base/1/2", tarfile.REGTYPE, b"page"),
            ("empty", tarfile.REGTYPE, b""),
        ),
        cluster,
    )

    assert (cluster / "base/1/2").read_bytes() == b"page"
    assert (cluster / "empty").read_bytes() == b""
    assert {path.stat().st_mode & 0o777 for path in cluster.rglob("*")} == {0o700, 0o600}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_link_or_a_pipe_is_refused(tmp_path, kind):
    with pytest.raises(BackupError, match="holds pg_tblspc/1, a link"):
        unpack_cluster(archive(("pg_tblspc/1", kind, b"")), tmp_path / "cluster")


@pytest.mark.parametrize("name", ["../planted", "base/../../planted", "/var/tmp/lienthong-planted"])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.DIRTYPE])
def test_a_path_that_leads_outside_is_refused_and_writes_nothing(tmp_path, name, kind):
    cluster = tmp_path / "cluster"

    with pytest.raises(BackupError, match="lies outside it"):
        unpack_cluster(archive((name, kind, b"")), cluster)

    assert list(tmp_path.rglob("*")) == [cluster]


def test_a_second_file_of_one_name_does_not_overwrite_the_first(tmp_path):
    cluster = tmp_path / "cluster"

    with pytest.raises(BackupError, match="holds a twice"):
        unpack_cluster(archive(("a", tarfile.REGTYPE, b"1"), ("a", tarfile.REGTYPE, b"2")), cluster)

    assert (cluster / "a").read_bytes() == b"1"
