"""The five kinds of status, each with a shape of its own."""

from enum import StrEnum


class Kind(StrEnum):
    """How a thing stands; drawn as shape and colour beside its word."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    IDLE = "idle"
