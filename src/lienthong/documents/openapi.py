"""The OpenAPI document of what one caller may call: its services, its purposes, its fields, and nothing else.

The gateway generates it from the grant in force at the moment of asking, so that it cannot promise what would
be refused; the technical documents of a request generate it from what was asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lienthong.core.fields import BY_NAME, Field, FieldType
from lienthong.documents.interface import SUBJECT_HEADER, Offer
from lienthong_protocol.profile import LONGEST_SUBJECT
from lienthong_protocol.refusal_texts import REFUSALS

JsonObject = dict[str, Any]


class ServicePath(NamedTuple):
    """Where a service is and what it does, in one line of either language."""

    path: str
    english: str
    vietnamese: str


PATHS: Mapping[str, ServicePath] = {
    "lookup": ServicePath(
        "/v1/lookup", "Look up granted fields of one person", "Tra cứu thông tin của một công dân"
    ),
    "verify": ServicePath("/v1/verify", "Ask whether values agree; no data comes back", "Xác thực thông tin"),
    "lookup_batch": ServicePath(
        "/v1/lookup/batch", "Look up up to 1,000 persons", "Tra cứu thông tin theo danh sách"
    ),
    "verify_batch": ServicePath(
        "/v1/verify/batch", "Verify up to 1,000 persons", "Xác thực thông tin theo danh sách"
    ),
}

_TYPES: Mapping[FieldType, JsonObject] = {
    FieldType.NAME: {"type": ["string", "null"]},
    FieldType.TEXT: {"type": ["string", "null"]},
    FieldType.NUMBER: {"type": ["string", "null"], "pattern": "^[0-9]{12}$"},
    FieldType.OLD_NUMBER: {"type": ["string", "null"], "pattern": "^[0-9]{9}$"},
    FieldType.PARTIAL_DATE: {"type": ["string", "null"], "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"},
    FieldType.DATE: {"type": ["string", "null"], "format": "date"},
    FieldType.CODE: {"type": ["string", "null"]},
    FieldType.ADDRESS: {"type": ["object", "null"]},
    FieldType.CARD: {"type": ["object", "null"]},
    FieldType.INTEGER: {"type": ["integer", "null"]},
    FieldType.BOOLEAN: {"type": ["boolean", "null"]},
}

_PERSON: JsonObject = {
    "number": {"type": "string", "pattern": "^([0-9]{12}|[0-9]{9})$", "description": "Số định danh cá nhân"},
    "full_name": {"type": "string", "minLength": 1, "maxLength": 200, "description": "Họ, chữ đệm và tên"},
    "birth_date": {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"},
}


_ITEM: JsonObject = _PERSON | {"ref": {"type": "string", "maxLength": 64}, "case": {"type": "string"}}


def openapi_document(*, origin: str, system: str, offers: Mapping[str, Offer]) -> JsonObject:
    """Return the OpenAPI 3.1 document of what the system may call now. Law: R3.2, R8.2."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"lienthong, as agreed with {system}",
            "version": "1",
            "description": "Every request is signed (profile lt-1); see the protocol document exchange-v1.",
        },
        "servers": [{"url": origin}],
        "paths": {
            PATHS[service].path: {"post": _operation(service, offer)}
            for service, offer in sorted(offers.items())
        }
        | {"/v1/scope": {"get": _plain("What you may do, until when")}}
        | {"/v1/receipts": {"post": _plain("Receipts of your own calls, without data")}}
        | {"/v1/openapi.json": {"get": _plain("This document")}},
        "components": {"schemas": {"Problem": _problem()}},
    }


def _plain(summary: str) -> JsonObject:
    return {"summary": summary, "responses": {"200": {"description": summary}, "default": _refused()}}


def _refused() -> JsonObject:
    return {
        "description": "A refusal with its permanent code, in both languages",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _operation(service: str, offer: Offer) -> JsonObject:
    path, english, vietnamese = PATHS[service]
    return {
        "operationId": service,
        "summary": english,
        "description": vietnamese,
        "parameters": [
            _header("LT-Purpose", {"type": "string", "enum": sorted(offer.purposes)}, required=True)
        ]
        + [_header("LT-Request-Id", {"type": "string", "maxLength": 64}, required=True)]
        + [
            _header(name, {"type": "string", "maxLength": 128}, required=False)
            for name in ("LT-Officer", "LT-Case", "LT-Consent")
        ]
        + _subject(offer),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _request(service, offer)}},
        },
        "responses": {
            "200": {
                "description": f"Answered ({path}), signed, with its receipt",
                "content": {"application/json": {"schema": _answer(service, offer)}},
            },
            "default": _refused(),
        },
    }


def _subject(offer: Offer) -> list[JsonObject]:
    """Return the header of the citizen's identity token, where some purpose is the signed-in citizen's."""
    if not offer.own_purposes:
        return []
    schema = {"type": "string", "maxLength": LONGEST_SUBJECT}
    header = _header(SUBJECT_HEADER, schema, required=len(offer.own_purposes) == len(offer.purposes))
    text = "The citizen's ID token, with these purposes and no other: " + ", ".join(offer.own_purposes)
    return [header | {"description": text}]


def _header(name: str, schema: JsonObject, *, required: bool) -> JsonObject:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _object(properties: JsonObject, required: Sequence[str]) -> JsonObject:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": sorted(required),
    }


def _request(service: str, offer: Offer) -> JsonObject:
    fields: JsonObject = {
        "type": "array",
        "minItems": 1,
        "uniqueItems": True,
        "items": {"enum": sorted(offer.fields)},
    }
    claims = _object({name: value_schema(BY_NAME[name]) for name in sorted(offer.fields)}, ())
    match service:
        case "lookup":
            return _of_one(offer, {"fields": fields}, ("fields",))
        case "verify":
            return _of_one(offer, {"claims": claims}, ())
        case "verify_batch":
            return _object({"items": _items(_ITEM | {"claims": claims})}, ("items",))
        case _:
            return _object({"fields": fields, "items": _items(_ITEM)}, ("fields", "items"))


def _items(item: JsonObject) -> JsonObject:
    required = (*_PERSON, "ref")
    return {"type": "array", "minItems": 1, "maxItems": 1000, "items": _object(item, required)}


def _of_one(offer: Offer, asked: JsonObject, required: Sequence[str]) -> JsonObject:
    """Return the body that names the person, the one that leaves that to the token, or either of them."""
    forms = []
    if len(offer.own_purposes) < len(offer.purposes):
        forms.append(_object(_PERSON | asked, (*_PERSON, *required)))
    if offer.own_purposes:
        forms.append(_object(asked, required))
    return forms[0] if len(forms) == 1 else {"oneOf": forms}


def _answer(service: str, offer: Offer) -> JsonObject:
    values = _object({name: value_schema(BY_NAME[name]) for name in sorted(offer.fields)}, ())
    verdict = {"enum": ["match", "no_match", "not_available"]}
    match service:
        case "lookup":
            return {"type": "object", "properties": {"values": values, "flags": {"type": "object"}}}
        case "verify":
            claims = {"type": "object", "additionalProperties": verdict}
            return {"type": "object", "properties": {"match": {"const": True}, "claims": claims}}
        case _:
            return {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object"}}}}


def value_schema(field: Field) -> JsonObject:
    """Return the JSON schema of a field's value."""
    shape = dict(_TYPES[field.type])
    if field.many:
        shape = {"type": "array", "items": shape}
    return shape | {"title": field.label_en, "description": field.label_vi}


def _problem() -> JsonObject:
    return {
        "type": "object",
        "required": ["type", "title", "status", "code", "message"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"enum": [str(code) for code in REFUSALS]},
            "message": {"type": "object"},
            "detail": {"type": "string"},
            "fields": {"type": "array", "items": {"type": "string"}},
            "citizen": {"type": "object"},
            "law": {"type": "string"},
            "incident": {"type": "string"},
        },
    }
