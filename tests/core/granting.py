"""Builders of grant documents, evidence and requests for the tests of the rules."""

from datetime import UTC, date, datetime

import msgspec

from lienthong.core.budget import DayUsage
from lienthong.core.dates import PartialDate
from lienthong.core.evidence import ConsentFact, Evidence, ListRow
from lienthong.core.fields import PERSON_COLUMNS, bits_of_names
from lienthong.core.grant import SystemGrant, compile_grant
from lienthong.core.grant_document import (
    Agreement,
    Channel,
    ConditionEntry,
    ConditionName,
    Confirmation,
    DirectGround,
    Facts,
    GrantDocument,
    KeyEntry,
    MissBudget,
    OfficerEntry,
    OverrideEntry,
    Participant,
    ParticipantKind,
    PublicKey,
    PurposeEntry,
    Quotas,
    Rate,
    RightEntry,
    SecurityLevel,
    SystemEntry,
    SystemKind,
    Verdict,
    encode_document,
)
from lienthong.core.identity import Claim
from lienthong.core.legal_days import instant, start_of_day
from lienthong.core.login import IssuerKey, LoginEntry
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request import ExchangeRequest, Service
from lienthong_protocol.keys import Algorithm, Ed25519SigningKey, generate

NOW = instant(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
START = datetime(2026, 1, 1, tzinfo=UTC)
SUBJECT = b"s" * 16
KEY = generate(Algorithm.ED25519, b"k" * 32)
assert isinstance(KEY, Ed25519SigningKey)

NAME = "Nguyễn Thị Hoà"
NUMBER = "099190000001"
BIRTH = 1990_02_15
FIELDS = ("full_name", "birth_date", "sex", "permanent_residence")

ISSUER = "https://login.example/realms/citizens"
AUDIENCE = "portal"
LOGIN_KEY = generate(Algorithm.ECDSA_P256_SHA256, b"l" * 32)
OWN_PURPOSE = {
    "actor": Actor.CITIZEN,
    "ground": PurposeGround.OWN_REQUEST,
    "case_required": False,
    "case_pattern": None,
}

VALUES = {
    "full_name": NAME,
    "surname": "Nguyễn",
    "middle_name": "Thị",
    "given_name": "Hoà",
    "number": NUMBER,
    "old_number": "099000001",
    "birth_date": BIRTH,
    "sex": 2,
    "ethnicity": "01",
    "religion": "00",
    "blood_group": "03",
    "permanent_residence": (2, "31", "", "11407", "Số 1", "VN"),
    "permanent_from": date(2020, 1, 2),
    "marital_status": 2,
    "death_kind": 0,
    "phone": "+84900000001",
}


def document(**changes) -> GrantDocument:
    """A complete document of a hospital whose every ground is met on NOW."""
    base = GrantDocument(
        revision=1,
        profile="tt46-2026-07",
        participant=Participant(id="G1", name="Bệnh viện", kind=ParticipantKind.STATE_BODY),
        system=SystemEntry(
            id="g1/his",
            name="Hệ thống khám chữa bệnh",
            kind=SystemKind.OTHER,
            environment="demo",
            channel=Channel.DIRECT,
            direct=DirectGround(ground="nền tảng chưa sẵn sàng", decision="QĐ 1", review=START),
            rate=Rate(per_second=100, burst=200),
        ),
        keys=(key_entry(),),
        officers=(
            OfficerEntry(id="cb-01", unit="Khoa", role="tiếp đón", valid_from=START),
            OfficerEntry(id="cb-old", unit="Khoa", role="tiếp đón", valid_from=START, valid_until=START),
        ),
        purposes=(purpose(),),
        rights=(right(),),
        misses=MissBudget(per_mille=20, at_least=20),
        facts=facts(),
    )
    return msgspec.structs.replace(base, **changes)


def key_entry(**changes) -> KeyEntry:
    base = KeyEntry(
        jwk=PublicKey(**KEY.jwk), valid_from=START, valid_until=datetime(2026, 12, 31, 17, tzinfo=UTC)
    )
    return msgspec.structs.replace(base, **changes)


def purpose(**changes) -> PurposeEntry:
    base = PurposeEntry(
        code="patient",
        name="Định danh người bệnh",
        function="khám bệnh, chữa bệnh",
        assigned_by="Quyết định 1/QĐ",
        ground=PurposeGround.STATE_TASK,
        actor=Actor.OFFICER,
        case_required=True,
        case_pattern="BN-####",
    )
    return msgspec.structs.replace(base, **changes)


def right(**changes) -> RightEntry:
    base = RightEntry(
        purpose="patient",
        services=(Service.LOOKUP,),
        fields=FIELDS,
        quotas=Quotas(persons=1000, calls=1000),
    )
    return msgspec.structs.replace(base, **changes)


def facts(**changes) -> Facts:
    base = Facts(
        confirmation=Confirmation(number="12/A05", issued_by="A05", issued_at=START, design_version="d1"),
        agreement=Agreement(number="5/TT", valid_from=START),
        security_level=SecurityLevel(level=3, decision="QĐ 3", valid_from=START),
        conditions=tuple(
            ConditionEntry(name=name, verdict=Verdict.MET, evidence="BB 1", decided_at=START)
            for name in ConditionName
        ),
    )
    return msgspec.structs.replace(base, **changes)


def login(**changes) -> LoginEntry:
    base = LoginEntry(
        issuer=ISSUER,
        audience=AUDIENCE,
        number_claim="citizen_number",
        keys=(IssuerKey(kid="login-1", **LOGIN_KEY.jwk),),
    )
    return msgspec.structs.replace(base, **changes)


def token_claims(*, at: int = NOW, **changes) -> dict[str, object]:
    """What an identity token of the issuer says; None leaves a claim out."""
    base = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "pairwise-1",
        "iat": at // 1_000_000 - 60,
        "exp": at // 1_000_000 + 240,
        "citizen_number": NUMBER,
        **changes,
    }
    return {name: value for name, value in base.items() if value is not None}


def own_grant(**login_changes) -> SystemGrant:
    """A compiled grant with one purpose, that of the signed-in citizen."""
    return granted(purpose_changes=OWN_PURPOSE, document_changes={"login": login(**login_changes)})


def override(**changes) -> OverrideEntry:
    base = OverrideEntry(
        id="o1",
        law="Luật An ninh quốc gia",
        valid_from=START,
        valid_until=datetime(2027, 1, 1, tzinfo=UTC),
        approvers=("A", "B"),
    )
    return msgspec.structs.replace(base, **changes)


def compiled(**changes) -> SystemGrant:
    return compile_grant(encode_document(document(**changes)))


def granted(*, purpose_changes=None, document_changes=None, **right_changes) -> SystemGrant:
    """A compiled grant with one purpose and one right, changed as told."""
    return compiled(
        purposes=(purpose(**(purpose_changes or {})),),
        rights=(right(**right_changes),),
        **(document_changes or {}),
    )


def claim(**changes) -> Claim:
    values = {"number": NUMBER, "full_name": NAME, "birth_date": PartialDate(BIRTH), **changes}
    return Claim(**values)


def request(**changes) -> ExchangeRequest:
    fields = changes.pop("fields", FIELDS)
    values = {
        "service": Service.LOOKUP,
        "request_id": "r1",
        "purpose": "patient",
        "officer": "cb-01",
        "case": "BN-0001",
        "claim": claim(),
        "fields": fields if isinstance(fields, int) else bits_of_names(fields),
        **changes,
    }
    return ExchangeRequest(**values)


def evidence(**changes) -> Evidence:
    values = changes.pop("values", VALUES)
    base = {
        "person_id": 7,
        "person_key": b"p" * 16,
        "current_number": NUMBER,
        "name": NAME,
        "birth_date": BIRTH,
        "death_kind": 0,
        "province": "31",
        "protection": 0,
        "examination": 0,
        "candidates": 1,
        "values": [values.get(column) for column in PERSON_COLUMNS],
        "lists": (),
        **changes,
    }
    return Evidence(**base)


def consent(**changes) -> ConsentFact:
    base = {
        "person_id": 7,
        "system": "g1/his",
        "purpose": "patient",
        "fields": bits_of_names(FIELDS),
        "valid_from": START,
        "valid_until": None,
        "withdrawn_at": None,
        **changes,
    }
    return ConsentFact(**base)


def row(**changes) -> ListRow:
    return ListRow(**{"list": 8, "position": 1, **changes})


def usage() -> DayUsage:
    return DayUsage()


def day(year: int, month: int, number: int) -> int:
    return start_of_day(date(year, month, number))
