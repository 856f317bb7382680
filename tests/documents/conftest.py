"""The samples run against the gateway's shared world."""

from tests.gateway.conftest import world

__all__ = ["world"]
