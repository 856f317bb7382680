"""From a proven caller's body to the question the rules understand: the stage `parse`."""

from typing import Final, assert_never

import msgspec

from lienthong.config import Environment
from lienthong.core.dates import parse_iso
from lienthong.core.identity import Claim
from lienthong.core.request import ExchangeRequest, Service, asked_fields
from lienthong.gateway.bodies import (
    BatchBody,
    BatchItem,
    LookupBody,
    VerifyBatchBody,
    VerifyBody,
    VerifyItem,
    read_body,
)
from lienthong.gateway.messages import JSON
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.signing import RequestSignature

SYNTHETIC_PREFIX: Final = "099"


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
    asked: LookupBody | VerifyBody | Refuse
    match service:
        case Service.LOOKUP:
            asked = read_body(LookupBody, body)
        case Service.VERIFY:
            asked = read_body(VerifyBody, body)
        case Service.LOOKUP_BATCH | Service.VERIFY_BATCH:
            return _batch(service, signature, body, environment)
        case _:
            assert_never(service)
    if isinstance(asked, Refuse):
        return asked
    claim = _claim(asked, environment)
    if isinstance(claim, Refuse):
        return claim
    names = asked.fields if isinstance(asked, LookupBody) else tuple(asked.claims)
    fields = asked_fields(names)
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
            claims=asked.claims if isinstance(asked, VerifyBody) else {},
        )
    )


def _claim(asked: LookupBody | VerifyBody | BatchItem, environment: Environment) -> Claim | Refuse:
    birth_date = parse_iso(asked.birth_date)
    if birth_date is None:
        return Refuse(Code.INVALID_VALUE, "birth_date is no date", ("birth_date",))
    if len(asked.number) == 12:
        is_synthetic = asked.number.startswith(SYNTHETIC_PREFIX)
        if is_synthetic is (environment is Environment.PRODUCTION):
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
