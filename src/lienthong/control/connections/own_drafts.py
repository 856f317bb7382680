"""What the pages of a draft show: its text, what it lacks, what the body's record offers to be taken in.

Law: R5.1, R4.1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from lienthong.control.accounts.directory import names_of
from lienthong.control.audit.events import database_now
from lienthong.control.connections.files import KeptFile, description_file, evidence_files
from lienthong.control.connections.filing import preview, supplemented_letter
from lienthong.control.connections.models import Draft
from lienthong.control.connections.written import DraftContent, Part, Written, decode_draft, part_of
from lienthong.control.letters.models import Upload
from lienthong.control.letters.uploads import content_of
from lienthong.control.participants.models import ContactOfficer, Mandate, System
from lienthong.core import connection_request as core
from lienthong.core.conditions import judge_sheet
from lienthong.core.grant_document import ConditionName, SystemKind
from lienthong.core.law import profile_at
from lienthong.core.legal_days import day_of
from lienthong.core.missing import Missing
from lienthong.core.papers import Paper
from lienthong.core.request_letter import letter_missing
from lienthong.core.request_states import RequestState
from lienthong.core.system_facts import Stage, SystemFacts, level_three
from lienthong_protocol.record import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """A draft as its pages show it. `lacking` is what keeps it from signature.

    `level` and `network` are only shown: they are wanted before going live. Law: R1.4, R4.1.
    """

    reference: str
    state: RequestState
    version: int
    counter: int
    saved_at: datetime
    saved_by: str
    content: DraftContent
    lacking: tuple[Missing, ...]
    level: tuple[Missing, ...]
    network: tuple[Missing, ...]
    description: KeptFile | None
    copies: tuple[tuple[ConditionName, KeptFile], ...]

    def lacking_in(self, part: Part) -> tuple[Missing, ...]:
        """Return what one part still lacks."""
        return tuple(item for item in self.lacking if part_of(item) is part)


def draft_of(reference: str) -> DraftView:
    """Return a request's draft; raises Draft.DoesNotExist."""
    draft = Draft.objects.select_related("request__body").get(request__reference=reference)
    content = decode_draft(draft.content)
    now = database_now()
    today = day_of(now)
    written = content.written
    names = names_of((draft.saved_by,))
    return DraftView(
        reference=reference,
        state=draft.request.state,
        version=draft.request.version,
        counter=draft.counter,
        saved_at=draft.saved_at,
        saved_by=names.get(draft.saved_by, ""),
        content=content,
        lacking=letter_missing(written.request, written.head, today),
        network=_network(written, today),
        level=_level(draft.request.body.pk, written.request.systems, now),
        description=description_file(draft.request.body.pk, written),
        copies=evidence_files(draft.request.body.pk, written),
    )


def _network(written: Written, today: date) -> tuple[Missing, ...]:
    """Return what the network sheet lacks, which the condition of infrastructure needs. Law: R1.4."""
    sheet = judge_sheet((), written.request.network, today)
    return tuple(item for item in sheet.missing if item.name.startswith("network"))


def _level(body: int, systems: Iterable[core.RequestedSystem], now: int) -> tuple[Missing, ...]:
    """Return what the evidence of level 3 lacks, system by system: shown at filing, never in the way.

    Law: R4.1.
    """
    codes = [system.id for system in systems]
    found: list[Missing] = []
    for system in System.objects.filter(body=body, code__in=codes).order_by("code"):
        facts = msgspec.convert(system.facts, SystemFacts)
        judged = level_three(facts, profile_at(now), day_of(now), Stage.FILING)
        found += (Missing(item.name, item.where, item.text, about=system.name) for item in judged.missing)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What a body has on record, to be taken into a letter."""

    mandates: tuple[core.Mandate, ...]
    systems: tuple[core.RequestedSystem, ...]
    officers: tuple[core.ContactOfficer, ...]


def offers_of(body: int) -> Offers:
    """Return what the body's record offers today; what has ended is not offered."""
    today = day_of(database_now())
    mandates = Mandate.objects.filter(body=body).exclude(ended_on__lte=today).order_by("code")
    officers = ContactOfficer.objects.filter(body=body).exclude(ended_on__lte=today).order_by("name", "id")
    systems = System.objects.filter(body=body).select_related("body").order_by("code")
    return Offers(
        mandates=tuple(
            core.Mandate(
                code=row.code,
                kind=core.MandateKind(row.kind),
                description=row.description,
                assigned_by=None if row.paper is None else msgspec.convert(row.paper, Paper),
            )
            for row in mandates
        ),
        systems=tuple(
            core.RequestedSystem(
                id=row.code,
                name=row.name,
                kind=SystemKind(row.kind),
                managed_by=row.body.identifier,
                is_database=row.is_database,
            )
            for row in systems
        ),
        officers=tuple(
            core.ContactOfficer(
                name=row.name,
                post=row.post,
                phone=row.phone,
                email=row.email,
                acts=frozenset(Act(act) for act in row.acts),
            )
            for row in officers
        ),
    )


def letter_of(reference: str) -> bytes:
    """Return the letter as PDF: as it was submitted, else as it would be now; raises Draft.DoesNotExist."""
    draft = Draft.objects.select_related("request").get(request__reference=reference)
    content = decode_draft(draft.content)
    if content.drafted is not None:
        return content_of(Upload.objects.get(pk=content.drafted.upload))
    supplements = supplemented_letter(draft.request)
    return preview(content.written, reference=reference, supplements=supplements, at=database_now()).content
