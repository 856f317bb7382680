"""What a proven caller asks, as the rules see it: only values its signature covers."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from lienthong.core.fields import BY_NAME, bits_of_names
from lienthong.core.identity import Claim
from lienthong.core.subject import TokenClaims
from lienthong_protocol.refusals import Code, Refuse

ClaimValue = str | int | bool
MOST_ITEMS = 1_000
LONGEST_NAME = 64


class Service(StrEnum):
    """The services that concern persons; each is part of the HTTP API and nothing else is. Law: R3.2."""

    LOOKUP = "lookup"
    VERIFY = "verify"
    LOOKUP_BATCH = "lookup_batch"
    VERIFY_BATCH = "verify_batch"

    is_batch: bool
    """Whether one request names many persons."""
    is_lookup: bool
    """Whether values are given, not only compared."""

    def __init__(self, value: str) -> None:
        self.is_batch = value.endswith("_batch")
        self.is_lookup = value.startswith("lookup")


class ExchangeRequest(Struct, frozen=True, kw_only=True, gc=False):
    """One request. Absent headers are None.

    `fields` is the set of fields asked for or claimed, as bits by field number. `token` is there where an
    identity token came with the request: its claims if its signature holds, else why not; then `claim` is
    None, and `names_person` says whether the body names somebody all the same, wholly or in part.
    In a batch `claim` is None, `items` counts the persons, `cases` has the case of each item and, where it
    verifies, `item_claims` what is claimed of each; `fields` then are those claimed of anybody.
    """

    service: Service
    request_id: str
    purpose: str | None = None
    officer: str | None = None
    case: str | None = None
    consent: str | None = None
    token: TokenClaims | Refuse | None = None
    names_person: bool = False
    fields: int = 0
    claim: Claim | None = None
    claims: Mapping[str, ClaimValue] = {}
    items: int = 1
    cases: tuple[str | None, ...] = ()
    item_claims: tuple[Mapping[str, ClaimValue], ...] = ()


def asked_fields(names: tuple[str, ...]) -> int | Refuse:
    """Return the set of the named fields as bits, or the refusal that names those not in the catalogue."""
    try:
        return _known_fields(names)
    except KeyError:
        unknown = tuple(name[:LONGEST_NAME] for name in names if name not in BY_NAME)
        return Refuse(Code.UNKNOWN_FIELD, fields=unknown)


# Only known names are remembered, so what a caller invents cannot fill the memory.
@lru_cache(maxsize=4096)
def _known_fields(names: tuple[str, ...]) -> int:
    return bits_of_names(names)
