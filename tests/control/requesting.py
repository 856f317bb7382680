"""A body with what it has on record, and its request at each step, made through the usual actions."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
from django.conf import settings

from lienthong.control.audit.events import database_now
from lienthong.control.connections import drafting, filing
from lienthong.control.connections.models import Draft, Request
from lienthong.control.connections.own_drafts import offers_of
from lienthong.control.connections.written import Part, Written, decode_draft
from lienthong.control.letters.models import Upload
from lienthong.control.letters.uploads import content_of
from lienthong.control.participants.models import Body, ContactOfficer, Mandate, System
from lienthong.core.access import Actor, Role
from lienthong.core.connection_request import RegisteringUnit
from lienthong.core.legal_days import day_of, moment
from lienthong.core.papers import Paper
from lienthong.core.request_letter import LetterHead
from lienthong.documents.demonstration import lay_out_demonstration
from tests.control.portal import OWN_BODY, Portals
from tests.core.requesting import COMPLETE

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PAPER = Paper(number="12/QĐ-UBND", issuer="UBND thành phố", issued_on=date(2026, 3, 2))

OFFICERS = ("Nguyễn Thị Thùy Dương", "Lê Văn Bình")


def seed_body(number: int = OWN_BODY) -> Body:
    """Return a body with two functions, two systems and two officers on record."""
    body, _ = Body.objects.get_or_create(
        pk=number,
        defaults={
            "identifier": f"H20.{number:02d}",
            "kind": "organisation",
            "name": f"Sở Y tế thành phố số {number}",
            "parent": "Ủy ban nhân dân thành phố",
            "place": "Hải Phòng",
        },
    )
    if body.mandates.filter(code="CN1").exists():
        return body
    paper = msgspec.to_builtins(PAPER)
    Mandate.objects.create(
        body=body, code="CN1", kind="function", description="Quản lý nhà nước về y tế", paper=paper
    )
    Mandate.objects.create(body=body, code="NV2", kind="duty", description="Quản lý khám bệnh", paper=paper)
    System.objects.get_or_create(
        code=f"his-{number}", defaults={"body": body, "name": "Hệ thống quản lý khám bệnh", "kind": "other"}
    )
    System.objects.get_or_create(
        code=f"yte-{number}",
        defaults={
            "body": body,
            "name": "Cơ sở dữ liệu y tế",
            "kind": "specialised_database",
            "is_database": True,
        },
    )
    for officer in OFFICERS:
        ContactOfficer.objects.create(
            body=body,
            name=officer,
            post="Trưởng phòng Công nghệ thông tin",
            phone="0225 3747 999",
            email="cntt@example.vn",
            acts=["connect", "exploit", "share"],
        )
    return body


def begun(actor: Actor) -> str:
    """Return the reference of a request that was just begun."""
    seed_body(actor.body)
    return drafting.start(actor=actor)


def complete(actor: Actor, *, number: str = "1187/SYT-VP", **changes: object) -> str:
    """Return a draft with all seven contents and its head; `changes` replace parts of the request."""
    reference = begun(actor)
    fill(reference, actor, number=number, **changes)
    return reference


def fill(reference: str, actor: Actor, *, number: str, **changes: object) -> None:
    """Write all seven contents into a draft."""
    body, offers = seed_body(actor.body), offers_of(actor.body)
    saved = drafting.keep_description(
        reference, PDF, name="mo-ta.pdf", declared_type="application/pdf", title="Mô tả kỹ thuật", actor=actor
    )
    assert saved is None, saved.text
    today = day_of(database_now())

    def apply(written: Written) -> Written:
        request = replace(
            COMPLETE,
            unit=RegisteringUnit(name=body.name, identifier=body.identifier, parent=body.parent),
            mandates=offers.mandates,
            systems=offers.systems[:1],
            officers=tuple(each for each in offers.officers if each.name == OFFICERS[0]),
            purposes=(replace(COMPLETE.purposes[0], code="MD1", mandate="CN1"),),
            choices=tuple(replace(choice, purpose="MD1") for choice in COMPLETE.choices),
            services=(replace(COMPLETE.services[0], purpose="MD1"),),
            technical_description=written.request.technical_description,
        )
        head = LetterHead(number=number, dated=today, place="Hải Phòng")
        return Written(request=replace(request, **changes), head=head)

    seen = Draft.objects.get(request__reference=reference).counter
    saved = drafting.save_part(
        reference, Part.FIELDS, apply, typed={}, is_readable=True, seen=seen, actor=actor
    )
    assert isinstance(saved, drafting.Saved), saved.text


def submitted(actor: Actor, *, number: str = "1187/SYT-VP", **changes: object) -> str:
    """Return a request that awaits its signature; `changes` replace parts of the request."""
    reference = complete(actor, number=number, **changes)
    refusal = filing.submit(reference, actor=actor)
    assert refusal is None, refusal.text
    return reference


def demonstration() -> Path:
    """Lay the demonstration's certificate out, as a demonstration has it."""
    folder = settings.LIENTHONG.demonstration_signer
    lay_out_demonstration(folder, now=moment(database_now()))
    return folder


def sent(portals: Portals, actor: Actor, *, number: str = "1187/SYT-VP", **changes: object) -> str:
    """Return a request that was signed, sent and received; `changes` replace parts of the request."""
    demonstration()
    reference = submitted(actor, number=number, **changes)
    head = portals.account(Role.AGENCY_HEAD, body=actor.body)
    refusal = filing.sign_for_demonstration(reference, seen=version_of(reference), actor=head)
    assert refusal is None, refusal.text
    return reference


def version_of(reference: str) -> int:
    """Return the version of a request."""
    return Request.objects.get(reference=reference).version


def drafted_bytes(reference: str) -> bytes:
    """Return the letter as it was set for signature."""
    drafted = decode_draft(Draft.objects.get(request__reference=reference).content).drafted
    assert drafted is not None
    return content_of(Upload.objects.get(pk=drafted.upload))
