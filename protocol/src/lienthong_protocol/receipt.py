"""The receipt an answer carries in LT-Receipt: where its record stands, and the salt that opens it."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

_TEXT = re.compile(
    r"index=(0|[1-9][0-9]{0,14}), leaf=:([A-Za-z0-9+/]{43}=):, "
    r'salt=:([A-Za-z0-9+/]{43}=):, at="(0|[1-9][0-9]{0,15})"\Z'
)


class ReceiptFormatError(ValueError):
    """A text is not a receipt."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Index and leaf hash of a record, the 32-byte salt of the answer, the record's time in microseconds."""

    index: int
    leaf: bytes
    salt: bytes
    at: int

    def encode(self) -> str:
        """Return the header value, a structured dictionary (RFC 9651).

        `at` is a string because a structured integer has at most 15 digits and these microseconds have 16.
        """
        leaf, salt = b64encode(self.leaf).decode(), b64encode(self.salt).decode()
        return f'index={self.index}, leaf=:{leaf}:, salt=:{salt}:, at="{self.at}"'


def parse_receipt(text: str) -> Receipt:
    """Return the receipt a header value holds; raises ReceiptFormatError for every other spelling."""
    match = _TEXT.match(text)
    if match is None:
        raise ReceiptFormatError("not a receipt")
    receipt = Receipt(int(match[1]), b64decode(match[2]), b64decode(match[3]), int(match[4]))
    if receipt.encode() != text:
        raise ReceiptFormatError("not the one spelling of a receipt")
    return receipt
