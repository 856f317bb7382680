"""What pages show of guides: duties in lists, one guide with its editions, an edition to read.

Law: R7.1, R9.1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery

from lienthong.control.audit.events import database_now
from lienthong.control.guides.models import Guide, GuideEdition
from lienthong.control.guides.owed import (
    CurrentText,
    WrittenPart,
    current_text,
    edition_markdown,
    generated,
    is_own,
    newest,
    owed_of,
    written_parts,
)
from lienthong.control.guides.writing import judge, mark_of, problems_of
from lienthong.core.access import Actor, may_act
from lienthong.core.guide_scope import GuideItem
from lienthong.core.guide_states import GUIDE_PUBLISHERS, GUIDE_WRITERS, GuideState
from lienthong.core.guides import (
    BINDING,
    Basis,
    DutyState,
    GuideDuty,
    GuidePart,
    judge_guide,
    named_in,
    parts_of,
    standing,
)
from lienthong.core.legal_days import instant, moment
from lienthong.core.speech import Text

PAGE_SIZE: Final = 25
NOBODY: Final = 0
"""Whose the authority's own guide is: no body has this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideRow:
    """One guide in a list; `edition` is the number of the newest, 0 where there is none."""

    id: int
    system: str
    code: str
    body: str
    state: DutyState
    due_at: datetime | None
    edition: int
    published_at: datetime | None
    source: str


class Shown(StrEnum):
    """How the list of guides is narrowed."""

    ALL = "all"
    MISSING = "missing"
    OVERDUE = "overdue"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class GuideList:
    """One page of a list, and how long the whole is."""

    rows: tuple[GuideRow, ...]
    total: int


def of_body(body: int) -> tuple[GuideRow, ...]:
    """Return the guides of a body's systems."""
    return _rows(_edited(Guide.objects.filter(system__body=body).order_by("system__name", "id")))


def listed(shown: Shown, words: str, page: int) -> GuideList:
    """Return a page of the guides of all bodies, those due first."""
    found = Guide.objects.exclude(system=None).exclude(basis="")
    if words:
        found = found.filter(
            Q(system__name__icontains=words)
            | Q(system__code__icontains=words)
            | Q(system__body__name__icontains=words)
        )
    match shown:
        case Shown.MISSING:
            found = found.filter(_missing())
        case Shown.OVERDUE:
            found = found.filter(_missing(), due_at__lte=moment(database_now()))
        case Shown.PUBLISHED:
            found = found.filter(is_met=True)
        case Shown.ALL:
            pass
    first = (page - 1) * PAGE_SIZE
    rows = _edited(found.order_by("is_met", "due_at", "id"))[first : first + PAGE_SIZE]
    return GuideList(_rows(rows), found.count())


def missing_count() -> int:
    """Count the bodies' guides that are owed and missing, overdue ones among them."""
    return Guide.objects.exclude(system=None).filter(_missing()).count()


def missing_of_body(body: int) -> tuple[GuideRow, ...]:
    """Return the guides that a body still owes."""
    found = Guide.objects.filter(_missing(), system__body=body).order_by("due_at", "id")
    return _rows(_edited(found))


def _missing() -> Q:
    lives = Q(until=None) | Q(until__gt=moment(database_now()))
    return lives & Q(basis__in=[basis.value for basis in BINDING], is_met=False)


def _edited(found: "QuerySet[Guide]") -> "QuerySet[Guide]":
    last = GuideEdition.objects.filter(guide=OuterRef("pk")).order_by("-number")
    return found.select_related("system__body").annotate(
        last_number=Subquery(last.values("number")[:1]),
        last_at=Subquery(last.values("published_at")[:1]),
    )


def _rows(found: Iterable[Guide]) -> tuple[GuideRow, ...]:
    now = database_now()
    return tuple(
        GuideRow(
            id=guide.pk,
            system=guide.system.name if guide.system else "",
            code=guide.system.code if guide.system else "",
            body=guide.system.body.name if guide.system else "",
            state=standing(
                Basis(guide.basis),
                is_met=guide.is_met,
                due=_instant(guide.due_at),
                until=_instant(guide.until),
                now=now,
            ),
            due_at=guide.due_at,
            edition=getattr(guide, "last_number", None) or 0,
            published_at=getattr(guide, "last_at", None),
            source=guide.source,
        )
        for guide in found
    )


def _instant(at: datetime | None) -> int | None:
    return None if at is None else instant(at)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRow:
    """One edition in the list of a guide's editions."""

    number: int
    published_at: datetime
    published_name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition to read; `parts` in order."""

    row: EditionRow
    title: str
    parts: tuple[tuple[GuidePart, str], ...]

    @property
    def markdown(self) -> bytes:
        """Return the bytes that the hash is taken over."""
        return edition_markdown(self.title, [(part.value, text) for part, text in self.parts])


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStanding:
    """One part of the text being written: whether somebody wrote it, and whether something is left to do."""

    part: GuidePart
    written: WrittenPart | None
    is_faulty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidePage:
    """One guide with everything its pages show; `lacking` is what the newest edition does not name."""

    id: int
    is_authority: bool
    system: str
    code: str
    body: str
    source: str
    basis: Basis
    state: GuideState
    duty: GuideDuty
    editions: tuple[EditionRow, ...]
    text: CurrentText
    parts: tuple[PartStanding, ...]
    problems: tuple[Text, ...]
    unnamed: tuple[GuideItem, ...]
    may_write: bool
    may_publish: bool


def guide_page(number: int, reader: Actor) -> GuidePage:
    """Return a guide as the reader sees it; raises Guide.DoesNotExist."""
    guide = Guide.objects.select_related("system__body").get(pk=number)
    owed, last, text = owed_of(guide), newest(guide), current_text(guide)
    duty = judge_guide(
        owed, None if last is None else last.named, due=_instant(guide.due_at), now=database_now()
    )
    judged, written = judge(guide, text), written_parts(guide)
    faulty = {fault.part for fault in judged.faults}
    is_mine, system = is_own(guide, reader), guide.system
    return GuidePage(
        id=guide.pk,
        is_authority=system is None,
        system=text.title if system is None else system.name,
        code="" if system is None else system.code,
        body="" if system is None else system.body.name,
        source=guide.source,
        basis=owed.basis,
        state=guide.state,
        duty=duty,
        editions=tuple(
            _edition_row(each) for each in GuideEdition.objects.filter(guide=guide).order_by("-number")
        ),
        text=text,
        parts=tuple(
            PartStanding(part=part, written=written.get(part), is_faulty=part in faulty)
            for part in parts_of(is_authority=system is None)
        ),
        problems=tuple(problems_of(judged)),
        unnamed=judged.lacking,
        may_write=is_mine and may_act(reader, GUIDE_WRITERS) and guide.state != GuideState.ENDED,
        may_publish=is_mine and may_act(reader, GUIDE_PUBLISHERS),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartText:
    """One part to be written: its text, the mark of it, who saved it, and the generated text beside it."""

    text: str
    mark: str
    written: WrittenPart | None
    generated: str
    lacks: tuple[GuideItem, ...]


def part_text(number: int, part: GuidePart) -> PartText:
    """Return one part of a guide; raises Guide.DoesNotExist and KeyError for a part that it has not."""
    guide = Guide.objects.select_related("system__body").get(pk=number)
    text = current_text(guide).parts[part]
    drafted = generated(guide)[part]
    items = owed_of(guide).items
    missing = named_in(drafted, items) - named_in(text, items)
    return PartText(
        text=text,
        mark=mark_of(text),
        written=written_parts(guide).get(part),
        generated=drafted,
        lacks=tuple(item for item in items if item.key in missing),
    )


def edition(guide: int, number: int | None = None) -> Edition | None:
    """Return an edition of a guide, the newest where no number is given; None where there is none."""
    found = GuideEdition.objects.filter(guide=guide).order_by("-number")
    each = (found if number is None else found.filter(number=number)).first()
    if each is None:
        return None
    parts = tuple((GuidePart(part), text) for part, text in each.parts)
    return Edition(row=_edition_row(each), title=each.title, parts=parts)


def _edition_row(each: GuideEdition) -> EditionRow:
    return EditionRow(
        number=each.number,
        published_at=each.published_at,
        published_name=each.published_name,
        sha256=each.sha256,
    )


def authority_guide_number() -> int | None:
    """Return which guide is the authority's own, None until the jobs process has begun it."""
    return Guide.objects.filter(system=None).values_list("pk", flat=True).first()


def body_of_guide(guide: int, **_others: object) -> int | None:
    """Return whose guide is at an address, NOBODY for the authority's, None where there is none."""
    found = Guide.objects.filter(pk=guide).values_list("system__body", flat=True)
    return next((NOBODY if body is None else body for body in found), None)


def publisher_of(guide: int) -> str:
    """Return the name of the body that publishes a guide."""
    names = Guide.objects.filter(pk=guide).values_list("system__body__name", flat=True)
    return next((name for name in names if name is not None), str(settings.LIENTHONG.authority.name))
