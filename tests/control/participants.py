"""Bodies and what they have, made through the same actions as everybody's."""

import io
import json
from datetime import date

from openpyxl import Workbook

from lienthong.config import Environment
from lienthong.core.bodies import BodyKind
from lienthong.core.connection_request import MandateKind
from lienthong.core.grant_document import SystemKind
from lienthong.core.papers import Paper
from lienthong.core.roster import RosterRow
from lienthong.core.system_facts import SystemFacts
from lienthong_protocol.keys import Algorithm, generate, private_jwk, public_jwk
from lienthong_protocol.record import Act

PDF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DECREE = Paper(number="27/2022/QĐ-UBND", issuer="UBND thành phố", issued_on=date(2022, 6, 1))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS = ("Mã cán bộ", "Họ và tên", "Đơn vị", "Từ ngày", "Đến ngày")


def body_of(number: int) -> int:
    """Return the body with this number, made when it is asked for first."""
    from lienthong.control.participants.models import Body

    kind = BodyKind.PROVINCE_PROCEDURES.value
    Body.objects.get_or_create(
        pk=number, defaults={"identifier": f"H{number:02}", "name": f"Cơ quan số {number}", "kind": kind}
    )
    return number


def system_of(body: int, code: str = "", **facts: object) -> int:
    """Return a new system of a body."""
    from lienthong.control.participants import systems

    stated = systems.SystemStated(
        name="Hệ thống một cửa",
        kind=SystemKind.PROVINCE_PROCEDURES,
        is_database=False,
        facts=SystemFacts(**facts),
    )
    made = systems.add(body_of(body), code or f"S{body}.{_next()}", stated, actor=None)
    assert isinstance(made, int), made.text
    return made


def mandate_of(body: int, code: str = "", *, paper: Paper = DECREE, file: object = None) -> int:
    """Return a new mandate of a body."""
    from lienthong.control.participants import mandates
    from lienthong.control.participants.papers import GivenPaper

    facts = mandates.MandateFacts(
        code=code or f"CN-{_next()}",
        kind=MandateKind.FUNCTION,
        description="Giải quyết thủ tục hành chính",
        paper=GivenPaper(paper, file),
    )
    made = mandates.add(body_of(body), facts, actor=None)
    assert isinstance(made, int), made.text
    return made


def contact_of(body: int) -> int:
    """Return a new contact officer of a body."""
    from lienthong.control.participants import contact_officers

    facts = contact_officers.ContactFacts(
        name=f"Cán bộ Mẫu {_next()}",
        post="Phó Trưởng phòng",
        phone="024 3999 0000",
        email="mau@example.vn",
        acts=frozenset({Act.CONNECT, Act.EXPLOIT}),
    )
    made = contact_officers.add(body_of(body), facts, actor=None)
    assert isinstance(made, int), made.text
    return made


def signing_key(seed: int, algorithm: Algorithm = Algorithm.ED25519):
    return generate(algorithm, seed.to_bytes(32))


def public_text(seed: int, algorithm: Algorithm = Algorithm.ED25519) -> str:
    return json.dumps(public_jwk(signing_key(seed, algorithm)))


def private_text(seed: int) -> str:
    return json.dumps(private_jwk(signing_key(seed)))


def key_of(system: int, seed: int = 0, environment: Environment = Environment.SANDBOX) -> int:
    """Return a new proposed key of a system."""
    from lienthong.control.participants import keys

    made = keys.propose(system, public_text(seed or 1_000 + _next()), environment, actor=None)
    assert isinstance(made, int), made.text
    return made


def officer_of(system: int, code: str = "") -> int:
    """Return a new officer of a system's roster."""
    from lienthong.control.participants import officers
    from lienthong.control.participants.models import Officer

    code = code or f"cb-{_next():04}"
    row = RosterRow(number=1, code=code, name="Cán bộ Mẫu", unit="Phòng một cửa", valid_from="01/01/2026")
    refusal = officers.add(system, row, actor=None)
    assert refusal is None, refusal.text
    return Officer.objects.get(system=system, code=code).pk


def sheet(*rows: tuple[object, ...], heads: tuple[str, ...] = HEADS) -> bytes:
    """Return rows below heads as XLSX, as a spreadsheet program writes them."""
    workbook = Workbook()
    for row in (heads, *rows):
        workbook.active.append(row)
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def text_of(answer) -> str:
    """Return a page as text."""
    return answer.content.decode()


def is_refused_at(answer, field: str) -> bool:
    """Say whether a form came back with an error at a field."""
    return answer.status_code == 200 and f'id="id_{field}_error"' in text_of(answer)


_numbers = iter(range(1, 1_000_000))


def _next() -> int:
    return next(_numbers)
