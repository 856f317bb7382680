"""R1.5: the prohibition yields only where another law so provides: named, dated, approved by two."""

import msgspec
import pytest

from lienthong.core.answer import Answer
from lienthong.core.grant import compile_grant
from lienthong.core.grant_document import GrantFormatError, encode_document
from lienthong.core.legal_days import instant
from lienthong.core.override import Override, OverrideError
from lienthong_protocol.record import Visibility
from tests.core.granting import evidence
from tests.law.published import NOW, grants, judged

pytestmark = pytest.mark.law("R1.5")
replace = msgspec.structs.replace


def test_without_a_law_an_override_cannot_be_built() -> None:
    with pytest.raises(OverrideError):
        Override("", 0, 1, ("A", "B"))


def test_hidden_lines_and_protected_persons_rest_on_the_override_of_the_grant() -> None:
    result = judged("ca01/dieutra", evidence(protection=2), "sex")
    assert isinstance(result.result, Answer)
    assert (result.lines[0].visibility, result.lines[0].law) == (
        Visibility.HIDDEN,
        "Bộ luật Tố tụng hình sự",
    )


def test_when_the_override_ends_both_end_by_themselves() -> None:
    grant = grants()["ca01/dieutra"]
    until = instant(grant.document.overrides[0].valid_until)
    right = grant.rights["investigation"]
    assert right.sees_protected(2, until - 1)
    assert not right.sees_protected(2, until)
    assert (right.hiding_law(NOW) is None, right.hiding_law(until)) == (False, None)


def test_a_grant_without_the_override_is_not_compiled() -> None:
    document = grants()["ca01/dieutra"].document
    with pytest.raises(GrantFormatError, match="override"):
        compile_grant(encode_document(replace(document, overrides=())))
    bare = replace(document.overrides[0], law=" ")
    with pytest.raises(GrantFormatError, match="names the law"):
        compile_grant(encode_document(replace(document, overrides=(bare,))))
