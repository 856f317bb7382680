"""Numbers and sizes as each language writes them."""

from decimal import Decimal
from typing import Final

from lienthong.control.theme.speech import ENGLISH

_SWAP: Final = str.maketrans(",.", ".,")
_UNITS: Final = ("KB", "MB", "GB", "TB")


def number(value: float | Decimal, language: str, *, decimals: int = 0) -> str:
    """Return `1.284.906` or `99,94`, in English `1,284,906` or `99.94`."""
    written = f"{value:,.{decimals}f}"
    return written if language == ENGLISH else written.translate(_SWAP)


def size(count: int, language: str) -> str:
    """Return a count of bytes as `412 KB` or `3,1 MB`, in steps of 1024, as exact as a person compares."""
    if count < 1024:
        return f"{count} B"
    amount = float(count)
    for unit in _UNITS:
        amount /= 1024
        decimals = 1 if unit != "KB" and amount < 100 else 0
        if round(amount, decimals) < 1024 or unit == _UNITS[-1]:
            break
    return f"{number(amount, language, decimals=decimals)} {unit}"
