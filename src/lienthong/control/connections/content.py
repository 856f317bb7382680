"""What stands in the columns of JSON, as values of the rules and back: requests, facts of systems."""

from typing import Any, cast

import msgspec

from lienthong.core.connection_request import ConnectionRequest
from lienthong.core.system_facts import SystemFacts


def written(request: ConnectionRequest) -> dict[str, Any]:
    """Return a request as it is stored; the same request gives the same value every time."""
    return cast(dict[str, Any], msgspec.to_builtins(request, order="deterministic"))


def read_request(content: object) -> ConnectionRequest:
    """Return the request that was stored; raises msgspec.ValidationError for what is none."""
    return msgspec.convert(content, ConnectionRequest)


def read_facts_text(content: str) -> SystemFacts:
    """Return what is known of a system, from JSON as named queries bring it. Raises like `read_facts`."""
    return msgspec.json.decode(content, type=SystemFacts)


def read_facts(content: object) -> SystemFacts:
    """Return what is known of a system; raises msgspec.ValidationError for what is no set of facts."""
    return msgspec.convert(content, SystemFacts)
