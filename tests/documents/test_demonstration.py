"""The certificate of a demonstration: made once, for its owner alone, good for what it is made for."""

from datetime import UTC, datetime

import pytest

from lienthong.documents.demonstration import (
    CERTIFICATE_FILE,
    KEY_FILE,
    ROOT_FILE,
    SEAL_FILE,
    SEAL_KEY_FILE,
    is_of_demonstration,
    lay_out_demonstration,
)
from lienthong.documents.letter import render_letter
from lienthong.documents.pdf_signature import SignedBy, read_signer, sign_letter, verify_letter
from tests.documents.authority import TestAuthority
from tests.documents.test_letters import LETTER

NOW = datetime.now(UTC)


@pytest.mark.law("R5.3")
def test_a_letter_signed_for_the_demonstration_counts_by_its_root_alone(tmp_path):
    folder = tmp_path / "keys" / "demonstration"
    lay_out_demonstration(folder, now=NOW)
    signer = read_signer(folder / KEY_FILE, folder / CERTIFICATE_FILE)
    letter = render_letter(LETTER, at=NOW)
    signed = sign_letter(letter, signer, reason="x", place="y")
    found = verify_letter(signed, drafted=letter.content, roots=[folder / ROOT_FILE], now=NOW)
    assert isinstance(found, SignedBy)
    assert "không có giá trị pháp lý" in found.organisation


def test_it_is_made_once_and_read_by_its_owner_alone(tmp_path):
    lay_out_demonstration(tmp_path, now=NOW)
    before = (tmp_path / KEY_FILE).read_bytes()
    lay_out_demonstration(tmp_path, now=NOW)
    assert (tmp_path / KEY_FILE).read_bytes() == before
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.law("R5.3")
def test_the_authoritys_seal_is_another_key_under_the_same_root_and_is_known_for_what_it_is(tmp_path):
    lay_out_demonstration(tmp_path, now=NOW)
    seal = read_signer(tmp_path / SEAL_KEY_FILE, tmp_path / SEAL_FILE)
    letter = render_letter(LETTER, at=NOW)
    signed = sign_letter(letter, seal, reason="x", place="y")
    found = verify_letter(signed, drafted=letter.content, roots=[tmp_path / ROOT_FILE], now=NOW)
    assert isinstance(found, SignedBy)
    assert found.name == "Con dấu trình diễn"
    assert (tmp_path / SEAL_KEY_FILE).read_bytes() != (tmp_path / KEY_FILE).read_bytes()
    assert (tmp_path / SEAL_KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert is_of_demonstration(tmp_path / SEAL_FILE)
    real = TestAuthority(tmp_path, "Root")
    real.signer("C06")
    assert not is_of_demonstration(tmp_path / "C06.pem")
