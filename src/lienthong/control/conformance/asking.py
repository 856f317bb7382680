"""What a system may ask in the sandbox: exactly the services and fields of its request. Law: R5.2, R8.2."""

from collections.abc import Iterable
from typing import Any

import msgspec

from lienthong.control.conformance.models import Trial
from lienthong.core.connection_request import ConnectionRequest
from lienthong.core.request_services import services_for
from lienthong.sandbox_access.messages import AskedPurpose, Enrolment


def asked_in(content: ConnectionRequest) -> list[dict[str, Any]]:
    """Return the purposes of a request as the sandbox is asked to grant them; empty where nothing is read."""
    return [
        {
            "code": purpose.code,
            "title": purpose.name,
            "ground": purpose.ground.value,
            "actor": purpose.actor.value,
            "services": [service.value for service in services],
            "fields": _named(fields for service, fields in services.items() if service.is_lookup),
            "verify_fields": _named(fields for service, fields in services.items() if not service.is_lookup),
        }
        for purpose in content.purposes
        if (services := services_for(content, purpose))
    ]


def _named(lists: Iterable[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for fields in lists for name in fields))


def purposes_of(trial: Trial) -> tuple[AskedPurpose, ...]:
    """Return what a trial may ask; raises msgspec.ValidationError for what no sandbox takes."""
    return msgspec.convert(trial.content, tuple[AskedPurpose, ...])


def enrolment_of(trial: Trial) -> Enrolment:
    """Return what the sandbox is told of a system; raises msgspec.ValidationError for what it cannot take."""
    told = {"name": trial.system.name, "key": trial.key, "purposes": trial.content}
    return msgspec.convert(told, Enrolment)
