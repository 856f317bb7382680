"""From a proven caller's body to the question the rules understand: the stage `parse`."""

from typing import Final, TypeVar, assert_never

import msgspec

from lienthong.config import Environment
from lienthong.core.dates import parse_iso
from lienthong.core.identity import Claim
from lienthong.core.request import ExchangeRequest, Service, asked_fields
from lienthong.gateway.bodies import (
    BatchBody,
    BatchItem,
    LookupBody,
    SubjectBody,
    SubjectLookupBody,
    SubjectVerifyBody,
    VerifyBatchBody,
    VerifyBody,
    VerifyItem,
    names_person,
    read_body,
)
from lienthong.gateway.messages import JSON
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.signing import RequestSignature

SYNTHETIC_PREFIX: Final = "099"

Named = TypeVar("Named", LookupBody, VerifyBody)
Nobody = TypeVar("Nobody", SubjectLookupBody, SubjectVerifyBody)


class Question(msgspec.Struct, frozen=True, gc=False):
    """A parsed request; `items` stands beside it in a batch, each with its claim at the same place."""

    request: ExchangeRequest
    items: tuple[BatchItem, ...] | tuple[VerifyItem, ...] = ()
    claims: tuple[Claim, ...] = ()


def read_question(
    service: Service, signature: RequestSignature, body: bytes, environment: Environment
) -> Question | Refuse:
    """Return the question in a body, or the refusal that says what is wrong with it. Law: R3.2."""
    if (signature.content_type or "").partition(";")[0].strip().lower() != JSON:
        return Refuse(Code.UNSUPPORTED_MEDIA_TYPE)
    asked: LookupBody | VerifyBody | SubjectBody | Refuse
    has_token = signature.subject is not None
    match service:
        case Service.LOOKUP:
            asked = _body(LookupBody, SubjectLookupBody, body, has_token=has_token)
        case Service.VERIFY:
            asked = _body(VerifyBody, SubjectVerifyBody, body, has_token=has_token)
        case Service.LOOKUP_BATCH | Service.VERIFY_BATCH:
            return _batch(service, signature, body, environment)
        case _:
            assert_never(service)
    if isinstance(asked, Refuse):
        return asked
    claim = _claim(asked, environment) if isinstance(asked, LookupBody | VerifyBody) else None
    if isinstance(claim, Refuse):
        return claim
    claims = asked.claims if isinstance(asked, VerifyBody | SubjectVerifyBody) else {}
    fields = asked_fields(
        asked.fields if isinstance(asked, LookupBody | SubjectLookupBody) else tuple(claims)
    )
    if isinstance(fields, Refuse):
        return fields
    return Question(
        ExchangeRequest(
            service=service,
            request_id=signature.request_id,
            purpose=signature.purpose,
            officer=signature.officer,
            case=signature.case,
            consent=signature.consent,
            fields=fields,
            claim=claim,
            claims=claims,
            names_person=isinstance(asked, SubjectBody) and names_person(asked),
        )
    )


def _body(
    named: type[Named], nobody: type[Nobody], body: bytes, *, has_token: bool
) -> Named | Nobody | Refuse:
    """Read a body that names the person, or one that leaves that to the token.

    A body that names nobody is read also where the token is missing: then the rules say that it is the token
    that is missing, and not a member of the body.
    """
    if has_token:
        return read_body(nobody, body)
    asked = read_body(named, body)
    if not isinstance(asked, Refuse):
        return asked
    without = read_body(nobody, body)
    return asked if isinstance(without, Refuse) or names_person(without) else without


def is_of_another_environment(number: str, environment: Environment) -> bool:
    """Tell of a 12-digit number whether it is one made up, in production, or one that is not, elsewhere."""
    return number.startswith(SYNTHETIC_PREFIX) is (environment is Environment.PRODUCTION)


def _claim(asked: LookupBody | VerifyBody | BatchItem, environment: Environment) -> Claim | Refuse:
    birth_date = parse_iso(asked.birth_date)
    if birth_date is None:
        return Refuse(Code.INVALID_VALUE, "birth_date is no date", ("birth_date",))
    if len(asked.number) == 12 and is_of_another_environment(asked.number, environment):
        return Refuse(Code.NUMBER_OUTSIDE_ENVIRONMENT, fields=("number",))
    return Claim(asked.number, asked.full_name, birth_date)


def _batch(
    service: Service, signature: RequestSignature, body: bytes, environment: Environment
) -> Question | Refuse:
    asked: BatchBody | VerifyBatchBody | Refuse
    asked = read_body(BatchBody, body) if service.is_lookup else read_body(VerifyBatchBody, body)
    if isinstance(asked, Refuse):
        return asked
    fields = asked_fields(_names(asked))
    if isinstance(fields, Refuse):
        return fields
    claims: list[Claim] = []
    for item in asked.items:
        claim = _claim(item, environment)
        if isinstance(claim, Refuse):
            return Refuse(claim.code, f"item {item.ref}", claim.fields)
        claims.append(claim)
    request = ExchangeRequest(
        service=service,
        request_id=signature.request_id,
        purpose=signature.purpose,
        officer=signature.officer,
        case=signature.case,
        consent=signature.consent,
        fields=fields,
        items=len(claims),
        cases=tuple(item.case for item in asked.items),
        item_claims=() if isinstance(asked, BatchBody) else tuple(item.claims for item in asked.items),
    )
    return Question(request, asked.items, tuple(claims))


def _names(asked: BatchBody | VerifyBatchBody) -> tuple[str, ...]:
    """Return the names of what is asked of all, or claimed of anybody."""
    if isinstance(asked, BatchBody):
        return asked.fields
    return tuple(dict.fromkeys(name for item in asked.items for name in item.claims))
