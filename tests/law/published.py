"""The grants of the demonstration, published from the example file with keys made here."""

import json
import tomllib
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lienthong.core.answer import Judgement
from lienthong.core.budget import DayUsage
from lienthong.core.decision import Plan, decide
from lienthong.core.evidence import Evidence
from lienthong.core.grant import SystemGrant, compile_grant
from lienthong.core.judgement import judge
from lienthong.core.legal_days import start_of_day
from lienthong.core.request import ExchangeRequest, Service, asked_fields
from lienthong.exchange.publication import Publication, read_publication
from lienthong_protocol.keys import Algorithm, generate, public_jwk
from lienthong_protocol.refusals import Refuse
from tests.core.granting import SUBJECT, claim

EXAMPLE = Path(__file__).parents[2] / "examples" / "demo-grants.toml"
TODAY = date(2026, 11, 24)
NOW = start_of_day(TODAY) + 10 * 3_600_000_000


@cache
def publication() -> Publication:
    """The example file, published on TODAY."""
    with TemporaryDirectory() as folder:
        write_keys(Path(folder))
        return read_publication(EXAMPLE, today=TODAY, keys=Path(folder))


def write_keys(folder: Path) -> None:
    """Write every key file the example names."""
    for system in tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["systems"]:
        for entry in system["keys"]:
            path = folder / entry["file"]
            path.parent.mkdir(exist_ok=True)
            key = generate(Algorithm.ED25519, sha256(entry["file"].encode()).digest())
            path.write_text(json.dumps(public_jwk(key)), encoding="utf-8")


@cache
def grants() -> dict[str, SystemGrant]:
    """The compiled grants by system."""
    compiled = [compile_grant(document) for document in publication().documents]
    return {grant.system_id: grant for grant in compiled}


CALLERS: dict[str, dict[str, Any]] = {
    "h01/his": {"purpose": "patient-identification", "officer": "cb-0193", "case": "BN-2026-000123"},
    "h31/mcdt": {"purpose": "procedures", "officer": "mc-0007", "case": "000.00.12.H31-261124-0007"},
    "h31/syt": {"purpose": "health-book"},
    "nh01/core": {"purpose": "account-opening", "officer": "gdv-21", "case": "TK0000001"},
    "g12/tms": {"purpose": "taxpayer-cleaning"},
    "g05/hocba": {"purpose": "enrolment", "officer": "gv-310", "case": "TS-2026-17"},
    "h48/canbo": {"purpose": "staff-records", "officer": "nv-001"},
    "vt01/thuebao": {"purpose": "subscriber", "officer": "vt-001", "consent": "c-1"},
    "g07/bhxh": {"purpose": "insurance-card", "officer": "bh-11", "case": "BH17"},
    "ca01/dieutra": {"purpose": "investigation", "officer": "dtv-9", "case": "VA-9"},
}
"""What each system says with every call."""


def asking(system: str, *fields: str, **changes: Any) -> ExchangeRequest:
    """A request of a system of the example for some fields."""
    bits = asked_fields(fields)
    assert isinstance(bits, int)
    said = {"service": Service.LOOKUP, "request_id": "r", "claim": claim(), **CALLERS[system], **changes}
    return ExchangeRequest(fields=bits, **said)


def decided(system: str, *fields: str, usage: DayUsage | None = None, **changes: Any) -> Plan | Refuse:
    """What is decided about a request of a system of the example."""
    return decide(grants()[system], asking(system, *fields, **changes), NOW, usage or DayUsage())


def judged(
    system: str, found: Evidence | None, *fields: str, usage: DayUsage | None = None, **changes: Any
) -> Judgement:
    """The verdict on a person a system of the example asks about."""
    plan = decided(system, *fields, **changes)
    assert isinstance(plan, Plan), plan
    return judge(plan, plan.request.claim, found, NOW, usage or DayUsage(), subject=SUBJECT)
