"""Every way the exchange says no: one table of permanent codes, read by server, client and documents.

A refusal is a value, never an exception. A code keeps its meaning for ever; a code no longer used stays in
the table. Anything that goes wrong and is not in this table is a defect and leaves as LT599, detail withheld.
"""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Permanent refusal codes: LT1 request, LT2 caller, LT3 scope, LT4 subject, LT5 service."""

    MALFORMED_JSON = "LT101"
    DUPLICATE_MEMBER = "LT102"
    UNKNOWN_MEMBER = "LT103"
    INVALID_VALUE = "LT104"
    BODY_TOO_LARGE = "LT105"
    UNSUPPORTED_MEDIA_TYPE = "LT106"
    NO_SUCH_ROUTE = "LT107"
    METHOD_NOT_ALLOWED = "LT108"
    INVALID_TARGET = "LT109"
    FIELDS_EMPTY = "LT110"
    TOO_MANY_FIELDS = "LT111"
    UNKNOWN_FIELD = "LT112"
    INVALID_HEADER = "LT113"
    REQUEST_TIMEOUT = "LT114"
    HEADERS_TOO_LARGE = "LT115"
    BATCH_SIZE = "LT116"
    DUPLICATE_ITEM = "LT117"
    NUMBER_OUTSIDE_ENVIRONMENT = "LT118"
    NO_SUCH_ENTRY = "LT119"
    SIGNATURE_MISSING = "LT201"
    SIGNATURE_MALFORMED = "LT202"
    SIGNATURE_INVALID = "LT203"
    KEY_NOT_ACCEPTED = "LT204"
    CLOCK_SKEW = "LT205"
    DIGEST_MISMATCH = "LT206"
    COVERAGE_WRONG = "LT207"
    ALGORITHM_NOT_ALLOWED = "LT208"
    REPLAYED = "LT209"
    OFFICER_REQUIRED = "LT210"
    OFFICER_UNKNOWN = "LT211"
    CASE_REQUIRED = "LT212"
    CASE_INVALID = "LT213"
    SUBJECT_REQUIRED = "LT214"
    TOO_MANY_FAILURES = "LT215"
    RATE_LIMITED = "LT216"
    PROOF_KIND_NOT_AGREED = "LT217"
    PURPOSE_UNKNOWN = "LT301"
    FIELD_NOT_GRANTED = "LT302"
    SERVICE_NOT_GRANTED = "LT303"
    AGREEMENT_ENDED = "LT304"
    SUSPENDED = "LT305"
    CONFIRMATION_MISSING = "LT306"
    QUOTA_EXHAUSTED = "LT307"
    CONSENT_REQUIRED = "LT308"
    CONSENT_INVALID = "LT309"
    BATCH_SUSPENDED = "LT310"
    ASSESSMENT_OVERDUE = "LT311"
    CONDITION_MISSING = "LT312"
    NO_MATCH = "LT401"
    FIELD_DIFFERS = "LT402"
    NOT_IN_REGISTER = "LT403"
    BATCH_MISSES = "LT404"
    OVERLOADED = "LT501"
    DATABASE_UNAVAILABLE = "LT502"
    RECORD_UNCERTAIN = "LT503"
    LOW_DISK = "LT504"
    DRAINING = "LT505"
    CLOCK_UNSYNCHRONISED = "LT506"
    GRANTS_CHANGING = "LT507"
    LOG_READ_ONLY = "LT508"
    INTERNAL = "LT599"


@dataclass(frozen=True, slots=True)
class Refuse:
    """One refusal: its code, a detail for the integrator (never personal data), and the fields concerned."""

    code: Code
    detail: str = ""
    fields: tuple[str, ...] = ()
