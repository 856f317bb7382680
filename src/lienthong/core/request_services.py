"""Which services a request asks for, with the fields of each: what documents, samples and trial grants hold.

Law: R5.1, R8.2 (never more than was asked).
"""

from lienthong.core.connection_request import ConnectionRequest, Direction, RequestedPurpose
from lienthong.core.request import Service
from lienthong.core.service_catalogue import BY_CODE


def services_for(request: ConnectionRequest, purpose: RequestedPurpose) -> dict[Service, tuple[str, ...]]:
    """Return the services chosen for a purpose, each with the chosen fields that it can give or compare.

    A service to which none of the fields belongs is left out.
    """
    wanted = {
        choice.field: choice.known
        for choice in request.choices
        if choice.purpose == purpose.code and choice.direction is Direction.GET
    }
    services: dict[Service, tuple[str, ...]] = {}
    for chosen in request.services:
        entry = BY_CODE.get(chosen.service)
        if chosen.purpose != purpose.code or entry is None:
            continue
        fields = tuple(
            name for name, known in wanted.items() if known is not None and known.bit & entry.fields
        )
        if fields:
            services[Service(entry.code)] = fields
    return services
