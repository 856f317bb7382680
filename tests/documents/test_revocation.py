"""Certificates that were revoked: told by lists that lie beside the roots, nothing is fetched."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.documents.letter import render_letter
from lienthong.documents.pdf_signature import (
    Revocation,
    SignatureFault,
    SignedBy,
    read_revocations,
    read_signer,
    sign_letter,
    verify_letter,
)
from tests.documents.authority import TestAuthority
from tests.documents.test_letters import LETTER

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path) -> TestAuthority:
    return TestAuthority(tmp_path, "Gốc mẫu")


def verified(authority: TestAuthority, folder: Path) -> SignedBy | SignatureFault:
    """Sign with the certificate that lies there and verify by the lists of a folder."""
    letter = render_letter(LETTER, at=NOW)
    signer = read_signer(authority.folder / "Trần Văn Bình.key", authority.folder / "Trần Văn Bình.pem")
    signed = sign_letter(letter, signer, reason="Ký ban hành", place="Hải Phòng")
    lists = read_revocations(folder)
    return verify_letter(signed, drafted=letter.content, roots=[authority.root], now=NOW, revocations=lists)


def write(folder: Path, name: str, authority: TestAuthority, *revoked: Path, **named: datetime) -> None:
    folder.mkdir(exist_ok=True)
    encoding = Encoding.PEM if name.startswith("pem") else Encoding.DER
    (folder / name).write_bytes(authority.revocations(*revoked, **named).public_bytes(encoding))


@pytest.mark.law("R5.3")
@pytest.mark.parametrize("name", ["pem.crl", "der.crl"])
def test_a_revoked_certificate_signs_nothing_any_more(authority, tmp_path, name):
    _, certificate = authority.signer("Trần Văn Bình")
    _, other = authority.signer("Người khác")
    lists = tmp_path / "lists"
    write(lists, name, authority, other)
    found = verified(authority, lists)
    assert isinstance(found, SignedBy)
    assert (found.revocation, found.issuer) == (Revocation.CHECKED, "Gốc mẫu")
    write(lists, name, authority, other, certificate)
    assert verified(authority, lists) is SignatureFault.REVOKED


def test_without_a_list_in_force_of_its_issuer_it_counts_as_not_checked(authority, tmp_path):
    authority.signer("Trần Văn Bình")
    lists, elsewhere = tmp_path / "lists", tmp_path / "elsewhere"
    lists.mkdir()
    elsewhere.mkdir()
    (lists / "broken.crl").write_bytes(b"no list at all")
    (lists / "broken-pem.crl").write_bytes(b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")
    (lists / "note.txt").write_text("not a list")
    write(lists, "other.crl", TestAuthority(elsewhere, "Gốc khác"))
    write(lists, "old.crl", authority, until=NOW - timedelta(days=1))
    assert len(read_revocations(lists)) == 2
    found = verified(authority, lists)
    assert isinstance(found, SignedBy)
    assert found.revocation is Revocation.NOT_CHECKED


def test_a_list_that_another_has_signed_says_nothing(authority, tmp_path):
    """A stranger who may write into the folder can neither revoke nor vouch for a certificate."""
    _, certificate = authority.signer("Trần Văn Bình")
    elsewhere, lists = tmp_path / "elsewhere", tmp_path / "lists"
    elsewhere.mkdir()
    forger = TestAuthority(elsewhere, "Gốc mẫu")
    write(lists, "forged.crl", forger, certificate)
    found = verified(authority, lists)
    assert isinstance(found, SignedBy)
    assert found.revocation is Revocation.NOT_CHECKED
