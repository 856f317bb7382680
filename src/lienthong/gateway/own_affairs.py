"""A caller's own affairs: what it may do, the receipts of its calls, and the document of its services.

Signed, answered and recorded like every exchange; none of it tells about a person.
"""

import re
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from lienthong.core.fields import names_in
from lienthong.core.grant import SystemGrant
from lienthong.core.legal_days import moment
from lienthong.db import named
from lienthong.documents.interface import Offer
from lienthong.documents.openapi import openapi_document
from lienthong.gateway.bodies import ReceiptsBody, read_body
from lienthong.gateway.composing import Call, Verdict, encode, refused
from lienthong.gateway.exchange import settle
from lienthong.gateway.identify import Unknown, identify
from lienthong.gateway.messages import JSON, Message, Response
from lienthong_protocol.record import Kind, decode_record
from lienthong_protocol.refusals import Code, Refuse

if TYPE_CHECKING:
    from lienthong.gateway.exchange import Answering
    from lienthong.gateway.hub import Hub

_QUERIES = named.load(Path(__file__).with_name("queries.sql"))
_SECOND = 1_000_000
_NONCE = re.compile(r';nonce="([A-Za-z0-9_-]+)"')


async def scope(hub: "Hub", message: Message) -> Response:
    """Return all the caller may do, until when, and why something will stop. Law: R8.1, R8.2."""

    async def answer(grant: SystemGrant, now: int) -> Verdict:
        return _answered(_scope_of(grant, now), grant, now)

    return await _settled(hub, message, Kind.SCOPE, answer)


async def openapi(hub: "Hub", message: Message) -> Response:
    """Return the OpenAPI document of what the caller may call. Law: R3.2."""

    async def answer(grant: SystemGrant, now: int) -> Verdict:
        document = openapi_document(origin=hub.origin, system=grant.system_id, offers=_offers(grant))
        return _answered(document, grant, now)

    return await _settled(hub, message, Kind.SCOPE, answer)


async def receipts(hub: "Hub", message: Message) -> Response:
    """Return the records of the caller's own calls by request id: proof of a lost answer. Law: R6.1."""
    asked = read_body(ReceiptsBody, message.body)

    async def answer(grant: SystemGrant, now: int) -> Verdict:
        if isinstance(asked, Refuse):
            return refused(asked)
        if not 0 <= asked.since <= now // _SECOND + 60:
            return refused(Refuse(Code.INVALID_VALUE, "since is no time in the past"))
        since, ids = moment(asked.since * _SECOND), list(asked.request_ids)
        async with hub.affairs.borrowed(deadline=hub.configuration.gateway.read_deadline) as connection:
            rows = await connection.fetch(_QUERIES.sql("receipts"), grant.system_id, ids, since)
        return _answered({"receipts": [_receipt(hub, row) for row in rows]}, grant, now)

    return await _settled(hub, message, Kind.RECEIPTS, answer)


async def _settled(hub: "Hub", message: Message, kind: Kind, answer: "Answering") -> Response:
    started = hub.now()
    caller = identify(hub.grants, message, origin=hub.origin, now=started, failures=hub.failures)
    if isinstance(caller, Unknown):
        return hub.turn_away(caller.refusal, key_id=caller.key_id, message=message)
    return await settle(hub, Call(caller, kind, message.target, started), answer)


def _receipt(hub: "Hub", row: asyncpg.Record) -> dict[str, object]:
    """Return one record as its caller gets it, with the salt of its answer while its key still exists."""
    found = {
        "request_id": row["request_id"],
        "index": row["index"],
        "leaf": b64encode(row["hash"]).decode(),
        "record": b64encode(row["body"]).decode(),
    }
    record = decode_record(row["body"])
    nonce = _NONCE.search(record.params or "")
    if nonce is not None:
        salt = hub.composer.salt_of(key_id=record.key, nonce=nonce[1], at=record.at)
        if salt is not None:
            found["salt"] = b64encode(salt).decode()
    return found


def _answered(value: object, grant: SystemGrant, now: int) -> Verdict:
    return Verdict(status=200, content_type=JSON, body=encode(value), notices=grant.notices(now))


def _offers(grant: SystemGrant) -> dict[str, Offer]:
    offers: dict[str, tuple[set[str], int]] = {}
    for code, right in grant.rights.items():
        for service in right.services:
            purposes, fields = offers.get(service, (set(), 0))
            bits = right.fields if service.is_lookup else right.verify_fields
            offers[service] = (purposes | {code}, fields | bits)
    own = {code for code, purpose in grant.purposes.items() if purpose.by_citizen}
    return {
        service: Offer(sorted(purposes), names_in(bits), sorted(purposes & own))
        for service, (purposes, bits) in offers.items()
    }


def _scope_of(grant: SystemGrant, now: int) -> dict[str, object]:
    standing = grant.standing_at(now)
    return {
        "system": grant.system_id,
        "agency": grant.agency_id,
        "revision": grant.revision,
        "grant": grant.document_hash,
        "profile": grant.profile.id,
        "rate": {"per_second": grant.rate.per_second, "burst": grant.rate.burst},
        "may_ask": standing.refusal is None,
        "refusal": None if standing.refusal is None else standing.refusal.code,
        "notices": standing.notices,
        "grounds": [
            {
                "kind": ground.kind,
                "state": ground.state,
                "evidence": ground.evidence,
                "exemption": ground.exemption,
                "until": None if ground.until is None else moment(ground.until).isoformat(),
            }
            for ground in standing.grounds
        ],
        "keys": [
            {"key": key_id, "until": moment(key.end).isoformat()}
            for key_id, key in grant.keys.items()
            if now < key.end
        ],
        "login": None
        if grant.login is None
        else {
            "issuer": grant.login.issuer,
            "audience": grant.login.audience,
            "number_claim": grant.login.number_claim,
            "assurance": sorted(grant.login.assurance),
            "keys": sorted(grant.login.keys),
        },
        "rights": [
            {
                "purpose": code,
                "ground": right.purpose.ground,
                "actor": right.purpose.actor,
                "case_required": right.purpose.case_required,
                "services": sorted(right.services),
                "fields": names_in(right.fields),
                "verify_fields": names_in(right.verify_fields),
                "explain": right.explain,
                "batch_items": right.batch_items,
                "provinces": sorted(right.provinces),
                "persons_per_day": right.persons,
                "calls_per_day": right.calls,
            }
            for code, right in sorted(grant.rights.items())
        ],
    }
