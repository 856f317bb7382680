"""R3.2: the method is an application programming interface; a grant can name no other."""

import pytest

from lienthong.core.grant import compile_grant
from lienthong.core.grant_document import GrantFormatError
from lienthong.core.request import Service
from tests.law.published import grants, publication

pytestmark = pytest.mark.law("R3.2")


def test_every_granted_service_is_one_of_the_interface() -> None:
    for grant in grants().values():
        for right in grant.rights.values():
            assert set(right.services) <= set(Service)


@pytest.mark.parametrize("name", [b"file", b"paper", b"search", b"LOOKUP", b""])
def test_a_grant_of_anything_else_is_no_grant(name: bytes) -> None:
    body = publication().documents[0]
    other = body.replace(b'"services":["lookup"]', b'"services":["' + name + b'"]')
    assert other != body
    with pytest.raises(GrantFormatError):
        compile_grant(other)
