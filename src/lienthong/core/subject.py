"""For whom a portal asks: what the claims of a citizen's identity token say, and when they are believed.

The signature is checked before, outside the rules; here a claim is only a value. The number comes from the
token and from nowhere else: a body that names somebody is refused. Law: R10.1, R10.2, R8.1.
"""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from lienthong.core.dates import PartialDate, compare_dates, parse_iso
from lienthong.core.evidence import Evidence
from lienthong.core.grade import Grade
from lienthong.core.identity import IdentityResult, NumberMatch
from lienthong.core.login import Login
from lienthong.core.names import compare_names
from lienthong.core.numbers import is_number
from lienthong_protocol.refusals import Code, Refuse

SECOND: Final = 1_000_000
LEEWAY_SECONDS: Final = 10
"""How far the issuer's clock may be ahead of ours, as far as a signature's may."""
LONGEST_NAME: Final = 200

TokenClaims = Mapping[str, object]
"""What a token whose signature holds says, by claim name."""
Instant = Annotated[int, Meta(ge=0, le=10**12)] | Annotated[float, Meta(ge=0, le=1e12)]
"""Seconds since 1970, also with a fraction (RFC 7519 section 2, NumericDate)."""


class Subject(Struct, frozen=True, gc=False):
    """The signed-in citizen: number, and full name and birth date where the token carries them."""

    number: str
    full_name: str | None = None
    birth_date: PartialDate | None = None


class _Registered(Struct, frozen=True):
    """The claims every token must or may have (OpenID Connect Core section 2), of the right types."""

    iss: str
    aud: str | Annotated[tuple[str, ...], Meta(min_length=1)]
    exp: Instant
    iat: Instant
    nbf: Instant | None = None
    azp: str | None = None
    acr: str | None = None


def subject_of(login: Login, claims: TokenClaims, now: int, *, longest_age: int) -> Subject | Refuse:
    """Return for whom a token with these claims asks, or the first refusal in this order.

    1. form · 2. issuer · 3. made for this very system · 4. already valid · 5. not expired · 6. not older than
    `longest_age` · 7. sure enough · 8. number · 9. form of name and birth date. `now` and `longest_age` in
    microseconds. A token exactly as old as allowed is accepted, one at its expiry is not.
    Law: R10.1, R8.1.
    """
    try:
        registered = msgspec.convert(claims, _Registered)
    except msgspec.ValidationError as error:
        return Refuse(Code.SUBJECT_MALFORMED, str(error))
    refusal = _not_for_this_system(login, registered) or _not_now(registered, now, longest_age)
    if refusal is not None:
        return refusal
    if login.assurance and registered.acr not in login.assurance:
        return Refuse(Code.SUBJECT_ASSURANCE)
    number = claims.get(login.number_claim)
    if not isinstance(number, str) or not is_number(number):
        return Refuse(Code.SUBJECT_NUMBER, f"{login.number_claim} must be a text of 12 digits")
    return _with_particulars(login, claims, number)


def compare_subject(subject: Subject, evidence: Evidence) -> IdentityResult:
    """Compare the signed-in citizen with the person the number led to.

    The login proves the number by itself. Name and birth date, where the token carries them, agree as any
    caller's must: an issuer that knows somebody else under this number opens nothing. Law: R1.2, R10.1.
    """
    name, birth_date = subject.full_name, subject.birth_date
    is_current = subject.number == evidence.current_number
    return IdentityResult(
        number=NumberMatch.CURRENT if is_current else NumberMatch.SUPERSEDED,
        full_name=Grade.EXACT if name is None else compare_names(name, evidence.name),
        birth_date=Grade.EXACT if birth_date is None else compare_dates(birth_date, evidence.birth_date),
        is_ambiguous=evidence.candidates != 1,
    )


def _not_for_this_system(login: Login, claims: _Registered) -> Refuse | None:
    """Refuse another issuer's token and one another system may hold (OpenID Connect Core section 3.1.3.7)."""
    if claims.iss != login.issuer:
        return Refuse(Code.SUBJECT_ISSUER)
    audiences = (claims.aud,) if isinstance(claims.aud, str) else claims.aud
    if login.audience not in audiences:
        return Refuse(Code.SUBJECT_AUDIENCE)
    if claims.azp is None and len(audiences) == 1:
        return None
    # A token for several parties is used by the one it was given to, and by no other.
    return None if claims.azp == login.audience else Refuse(Code.SUBJECT_AUDIENCE, "azp is another party")


def _not_now(claims: _Registered, now: int, longest_age: int) -> Refuse | None:
    seconds = now / SECOND
    not_before = claims.iat if claims.nbf is None else max(claims.iat, claims.nbf)
    if not_before > seconds + LEEWAY_SECONDS:
        return Refuse(Code.SUBJECT_NOT_YET_VALID)
    if claims.exp <= seconds:
        return Refuse(Code.SUBJECT_EXPIRED)
    if seconds - claims.iat > longest_age / SECOND:
        return Refuse(Code.SUBJECT_TOO_OLD, f"at most {longest_age // (60 * SECOND)} minutes")
    return None


def _with_particulars(login: Login, claims: TokenClaims, number: str) -> Subject | Refuse:
    name, text = claims.get(login.name_claim), claims.get(login.birth_date_claim)
    if name is not None and not (isinstance(name, str) and 1 <= len(name) <= LONGEST_NAME):
        return Refuse(Code.SUBJECT_MALFORMED, f"{login.name_claim} is no name")
    if text is None:
        return Subject(number, name)
    birth_date = parse_iso(text) if isinstance(text, str) else None
    if birth_date is None:
        return Refuse(Code.SUBJECT_MALFORMED, f"{login.birth_date_claim} is no date")
    return Subject(number, name, birth_date)
