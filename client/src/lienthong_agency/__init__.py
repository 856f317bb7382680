"""The agency's side of an exchange: sign, call, verify, keep the journal.

from lienthong_agency import Agency, Caller, Context, Journal, Person, lookup, read_hub_keys, read_key
"""

from lienthong_agency.agency import Agency, AsyncAgency
from lienthong_agency.answers import BatchAnswer, LookupAnswer, VerifyAnswer
from lienthong_agency.caller import Caller, Patience
from lienthong_agency.calls import (
    BatchItem,
    Call,
    ClaimedItem,
    Context,
    Person,
    batch,
    lookup,
    receipts,
    scope,
    verify,
    verify_batch,
)
from lienthong_agency.explanation import Language, explain_refusal, explain_unanswered
from lienthong_agency.hub_keys import HubKeys, HubKeysError, parse_hub_keys, read_hub_keys
from lienthong_agency.journal import Journal, JournalBrokenError, JournalError
from lienthong_agency.key_file import KeyFileError, read_key, write_key
from lienthong_agency.outcomes import Answered, Cause, Outcome, Refused, Unanswered
from lienthong_agency.transport import OpenRequestError, Transport

__all__ = [
    "Agency",
    "Answered",
    "AsyncAgency",
    "BatchAnswer",
    "BatchItem",
    "Call",
    "Caller",
    "Cause",
    "ClaimedItem",
    "Context",
    "HubKeys",
    "HubKeysError",
    "Journal",
    "JournalBrokenError",
    "JournalError",
    "KeyFileError",
    "Language",
    "LookupAnswer",
    "OpenRequestError",
    "Outcome",
    "Patience",
    "Person",
    "Refused",
    "Transport",
    "Unanswered",
    "VerifyAnswer",
    "batch",
    "explain_refusal",
    "explain_unanswered",
    "lookup",
    "parse_hub_keys",
    "read_hub_keys",
    "read_key",
    "receipts",
    "scope",
    "verify",
    "verify_batch",
    "write_key",
]
