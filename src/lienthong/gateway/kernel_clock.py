"""Whether the kernel believes that its clock follows a time server: adjtimex(2), asked and not changed."""

import ctypes
from typing import Final

_TIME_ERROR: Final = 5
"""The clock state of an unsynchronised clock (adjtimex(2), return value)."""
_LONGS: Final = 64
"""Room for struct timex, which has 208 bytes on 64-bit Linux."""


def kernel_is_synchronised() -> bool | None:
    """Return the kernel's word, None where it gives none: no such call here, or forbidden by a sandbox."""
    try:
        ask = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return None
    # All zero, so `modes` is zero: the call reads and needs no privilege.
    state: int = ask(ctypes.byref((ctypes.c_long * _LONGS)()))
    return None if state < 0 else state != _TIME_ERROR
