"""The way from the control plane to its sandbox, and what went wrong on it as a refusal to be shown."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from lienthong.config import ConfigurationError
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.speech import Text
from lienthong.sandbox_access.client import (
    SandboxAccess,
    SandboxError,
    SandboxRefused,
    SandboxUnavailable,
    SandboxUntrusted,
    opened,
)
from lienthong_protocol.refusals import Code


class SandboxMissing(SandboxError):  # noqa: N818 - named like its siblings
    """The configuration names no sandbox that can be used; the message says what is wanted."""


@contextmanager
def reached() -> Iterator[SandboxAccess]:
    """Give a client of the configured sandbox, closed afterwards; raises SandboxMissing."""
    try:
        access = opened(settings.LIENTHONG.sandbox_access)
    except ConfigurationError as error:
        raise SandboxMissing(str(error)) from error
    if access is None:
        raise SandboxMissing("[sandbox_access] origin, key, keys")
    with access:
        yield access


def is_final(error: SandboxError) -> bool:
    """Say whether asking again would bring the same: the sandbox itself has refused what was asked."""
    return (
        isinstance(error, SandboxRefused)
        and error.is_proven
        and error.problem.status < 500
        and error.problem.code != Code.REPLAYED
    )


def is_unknown(error: SandboxError) -> bool:
    """Say whether the sandbox proved that it does not know what it was asked about."""
    return is_final(error) and isinstance(error, SandboxRefused) and error.problem.code == Code.NO_SUCH_ROUTE


def fault_of(error: SandboxError) -> ControlRefuse:
    """Return what went wrong as it is shown, with a permanent code."""
    match error:
        case SandboxUnavailable():
            return ControlRefuse(ControlCode.SANDBOX_AWAY, {"why": str(error)})
        case SandboxUntrusted():
            return ControlRefuse(ControlCode.SANDBOX_UNTRUSTED, {"why": str(error)})
        case SandboxRefused(problem=problem, is_proven=is_proven):
            if not is_proven:
                return ControlRefuse(ControlCode.SANDBOX_DEAF, {"code": problem.code})
            detail = f" ({problem.detail})" if problem.detail else ""
            why = Text(f"{problem.message.vi}{detail}", f"{problem.message.en}{detail}")
            return ControlRefuse(ControlCode.SANDBOX_REFUSES, {"code": problem.code, "why": why})
        case _:
            return ControlRefuse(ControlCode.SANDBOX_MISSING, {"why": str(error)})
