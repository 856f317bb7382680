"""What the files of a demonstration ask for, read from their list and taken in as a wizard takes it in."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

import msgspec

from lienthong.control.connections.own_drafts import Offers
from lienthong.control.connections.written import Part, Written
from lienthong.control.showcase.words import WORDS
from lienthong.core.conditions import ConditionEvidence
from lienthong.core.connection_request import (
    ConnectionRequest,
    Direction,
    FieldChoice,
    RequestedPurpose,
    ServiceChoice,
    counted_fields,
)
from lienthong.core.document_kinds import CopyStatus
from lienthong.core.grant_document import ConditionName
from lienthong.core.letters import Capacity, Signatory
from lienthong.core.network_sheet import NetworkSheet
from lienthong.core.papers import Paper
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request_handling import Opinion
from lienthong.core.request_letter import LetterHead

_FILE: Final = Path(__file__).with_name("files.toml")


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs for a body; `for_title` where it is a deputy, `collective` for a People's Committee."""

    name: str
    title: str
    for_title: str = ""
    collective: str = ""

    @property
    def signatory(self) -> Signatory:
        """Return the block under the letters of the body."""
        capacity = Capacity.DEPUTY if self.for_title else Capacity.HEAD
        return Signatory(
            name=self.name,
            title=self.title,
            capacity=capacity,
            for_title=self.for_title,
            collective=self.collective,
        )


class Thought(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the handler thinks of one field."""

    opinion: Opinion
    remark: str


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message of the thread: by the body or by the authority."""

    by: str
    text: str


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: what it asks for, its letter, its age in days, the story that leads it to its state."""

    story: str
    code: str
    body: str
    systems: tuple[str, ...]
    letter: str
    purpose: str
    mandate: str
    scope: str
    services: tuple[str, ...]
    age: int = 0
    ground: PurposeGround = PurposeGround.STATE_TASK
    law: str = ""
    get: Mapping[str, str] = {}
    give: Mapping[str, str] = {}
    opinions: Mapping[str, Thought] = {}
    mended: Mapping[str, str] = {}
    supplement: str = ""
    points: tuple[str, ...] = ()
    reason: str = ""
    remark: str = ""
    thread: tuple[Said, ...] = ()


class PaperLetter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A letter that came on paper; `sender` is an identifier, or the name of who takes no part.

    `becomes` says what the clerk makes of it: nothing yet, a file of its own, or it goes back for a `reason`.
    """

    sender: str
    letter: str
    age: int
    subject: str
    copy: CopyStatus
    signatory: str
    title: str
    becomes: Literal["", "file", "given_back"] = ""
    reason: str = ""


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole list: heads and writers by the identifier of their body, files, letters on paper."""

    heads: Mapping[str, Head]
    writers: Mapping[str, str]
    file: tuple[File, ...]
    paper: tuple[PaperLetter, ...]


def listed() -> Listed:
    """Return the list of files; raises msgspec.ValidationError where it is wrong."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), Listed)


Apply = Callable[[Written], Written]


def parts(file: File, offers: Offers, head: Head, *, place: str, today: date) -> Iterator[tuple[Part, Apply]]:
    """Yield what is written part by part; the technical description comes as a file of its own."""
    purpose = RequestedPurpose(
        code=file.code,
        name=file.purpose,
        mandate=file.mandate,
        scope=file.scope,
        ground=file.ground,
        actor=Actor.OFFICER,
        law=file.law,
    )
    chosen = tuple(_choices(file))
    counts = ((each, counted_fields(chosen, each)) for each in Direction)
    systems = tuple(each for each in offers.systems if each.id in file.systems)
    services = tuple(ServiceChoice(service=each, purpose=file.code) for each in file.services)
    mandates = tuple(each for each in offers.mandates if each.code == file.mandate)
    yield Part.MANDATES, _changed(mandates=mandates)
    yield Part.SYSTEMS, _changed(systems=systems)
    yield Part.OFFICERS, _changed(officers=offers.officers)
    yield Part.PURPOSES, _changed(purposes=(purpose,))
    yield (
        Part.FIELDS,
        _changed(choices=chosen, written_counts=tuple((each, n) for each, n in counts if n)),
    )
    if not file.letter:
        return
    yield Part.SERVICES, _changed(services=services)
    yield Part.CONDITIONS, _changed(network=_NETWORK, evidence=tuple(_evidence(today)))
    dated = today - timedelta(days=file.age)
    letter = LetterHead(number=file.letter, dated=dated, place=place)
    signatory = head.signatory

    def sign(written: Written) -> Written:
        return Written(request=replace(written.request, signatory=signatory), head=letter)

    yield Part.SIGNATURE, sign


def _evidence(today: date) -> Iterator[ConditionEvidence]:
    """Yield what bodies name for their conditions: some of the six, one of them with an end."""
    issued = today - timedelta(days=200)
    level = Paper(number=WORDS["level_number"], issuer=WORDS["level_issuer"], issued_on=issued)
    rules = Paper(number=WORDS["rules_number"], issuer=WORDS["rules_issuer"], issued_on=issued)
    until = today + timedelta(days=530)
    yield ConditionEvidence(condition=ConditionName.SAFETY, paper=level, valid_until=until)
    yield ConditionEvidence(condition=ConditionName.CONFIDENTIALITY, paper=rules)


def mended(file: File, *, place: str, today: date) -> Iterator[tuple[Part, Apply]]:
    """Yield what a supplement changes: reasons of fields, number and day of its letter."""

    def reasons(written: Written) -> Written:
        choices = tuple(
            replace(each, reason=file.mended.get(each.field, each.reason)) for each in written.request.choices
        )
        return replace(written, request=replace(written.request, choices=choices))

    letter = LetterHead(number=file.supplement, dated=today, place=place)
    yield Part.FIELDS, reasons
    yield Part.SIGNATURE, lambda written: replace(written, head=letter)


_NETWORK: Final = NetworkSheet(
    line=WORDS["line"],
    private_addresses=("10.31.20.0/24",),
    ports=(443,),
)


def _changed(**members: object) -> Apply:
    def apply(written: Written) -> Written:
        request: ConnectionRequest = replace(written.request, **members)  # type: ignore[arg-type]
        return replace(written, request=request)

    return apply


def _choices(file: File) -> Iterator[FieldChoice]:
    for name, reason in file.get.items():
        yield FieldChoice(field=name, direction=Direction.GET, purpose=file.code, reason=reason)
    for place, (label, reason) in enumerate(file.give.items(), 1):
        yield FieldChoice(
            field=f"item_{place}",
            direction=Direction.GIVE,
            purpose=file.code,
            reason=reason,
            label=label,
        )
