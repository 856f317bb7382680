"""Who holds a certificate, compared with who signs a letter and which body sends it."""

import pytest

from lienthong.core.certificate_holder import (
    DEMONSTRATION_HOLDER,
    HOLDER_LABELS,
    ORGANISATION_LABELS,
    HolderJudgement,
    HolderMatch,
    OrganisationMatch,
    judge_holder,
)

SIGNATORY, BODIES = "Trần Văn Bình", ("Sở Y tế thành phố Hải Phòng", "UBND thành phố Hải Phòng")


@pytest.mark.law("R5.3")
@pytest.mark.parametrize(
    ("name", "organisation", "holder", "of_body", "differs"),
    [
        ("Trần Văn Bình", "Sở Y tế thành phố Hải Phòng", "signatory", "same", False),
        ("TRẦN VĂN BÌNH", "SỞ Y TẾ THÀNH PHỐ HẢI PHÒNG", "signatory", "same", False),
        ("TRAN VAN BINH", "UBND thành phố Hải Phòng", "signatory", "same", False),
        ("Sở Y tế thành phố Hải Phòng", None, "body", "not_named", False),
        ("SO Y TE THANH PHO HAI PHONG", " ", "body", "not_named", False),
        ("Trần Văn Bính", "Sở Y tế thành phố Hải Phòng", "differs", "same", True),
        ("Trần Văn Bình", "Sở Y tế tỉnh Hải Dương", "signatory", "differs", True),
        ("Nguyễn Thị Hoa", None, "differs", "not_named", True),
        ("", None, "differs", "not_named", True),
    ],
)
def test_person_and_organisation_are_graded_apart(name, organisation, holder, of_body, differs) -> None:
    judged = judge_holder(name, organisation, signatory=SIGNATORY, bodies=BODIES)
    assert judged == HolderJudgement(HolderMatch(holder), OrganisationMatch(of_body))
    assert judged.differs is differs


def test_what_is_made_up_is_not_held_against_anybody() -> None:
    assert not DEMONSTRATION_HOLDER.differs
    assert HOLDER_LABELS.keys() == set(HolderMatch)
    assert ORGANISATION_LABELS.keys() == set(OrganisationMatch)
