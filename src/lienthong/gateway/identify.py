"""Who is calling: the proof that comes before everything else.

What fails here is counted and never recorded, so that strangers cannot fill the log. The order is from cheap
to dear: form of the signature, known key, failures of this address, and only then the signature itself.
"""

import msgspec

from lienthong.core.grant import GrantedKey, SystemGrant
from lienthong.exchange.grants import GrantBook
from lienthong.gateway.limits import Buckets
from lienthong.gateway.messages import Message
from lienthong_protocol.record import Proof
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.signing import RequestSignature, authentic, read_request

SECOND = 1_000_000


class Caller(msgspec.Struct, frozen=True, gc=False):
    """A caller who proved itself: what its signature covers, and whose key that is."""

    signature: RequestSignature
    system: str
    key: GrantedKey


class Unknown(msgspec.Struct, frozen=True):
    """A caller who proved nothing; `key_id` is set where it named a key the hub knows."""

    refusal: Refuse
    key_id: str | None = None


def identify(
    grants: GrantBook, message: Message, *, origin: str, now: int, failures: Buckets
) -> Caller | Unknown:
    """Return the proven caller of a message, or why there is none. `now` in microseconds. Law: R1.1, R8.1."""
    signature = read_request(
        method=message.method,
        target_uri=origin + message.target,
        headers=message.headers,
        body=message.body,
        now=now // SECOND,
    )
    if isinstance(signature, Refuse):
        return Unknown(signature)
    if signature.target is not None and signature.target != origin + message.target:
        # A platform rewrote the URL: what was signed must still be the service that is served here.
        return Unknown(Refuse(Code.INVALID_TARGET, "LT-Target names another service"))
    grant = grants.by_key(signature.key_id)
    if grant is None:
        return Unknown(Refuse(Code.KEY_NOT_ACCEPTED))
    source = (message.address, signature.key_id)
    if failures.level(source, now / SECOND) < 1.0:
        return Unknown(Refuse(Code.TOO_MANY_FAILURES), signature.key_id)
    if not authentic(signature, grant.keys[signature.key_id].verifying_key):
        failures.take(source, now / SECOND)
        return Unknown(Refuse(Code.SIGNATURE_INVALID), signature.key_id)
    refusal = still_accepted(grant, signature, now)
    if refusal is not None:
        return Unknown(refusal, signature.key_id)
    return Caller(signature, grant.system_id, grant.keys[signature.key_id])


def still_accepted(grant: SystemGrant | None, signature: RequestSignature, now: int) -> Refuse | None:
    """Return why a verified signature is not accepted under a grant: key ended or revoked, proof not agreed.

    Asked again whenever the grants move while a request is under way.
    """
    if grant is None or not grant.key_accepted(signature.key_id, signature.created * SECOND, now):
        return Refuse(Code.KEY_NOT_ACCEPTED)
    if Proof.MESSAGE not in grant.proofs or signature.profile not in grant.profiles:
        return Refuse(Code.PROOF_KIND_NOT_AGREED)
    return None
