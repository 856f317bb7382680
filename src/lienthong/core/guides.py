"""Guides as a duty: what one has to name, until when it is due, whether an edition still fits.

A guide names a thing by its code in back-quotes or by its label. An edition keeps the keys of what it names,
so that a new agreed scope shows at once what the guide does not tell. Law: R7.1 (connected bodies), R9.1 (the
authority).
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lienthong.core.guide_scope import GuideItem
from lienthong.core.law import Profile
from lienthong.core.legal_days import DAY, day_of, end_of_day
from lienthong.core.speech import Text

LONGEST_PART: Final = 20_000
"""Characters of one part: some ten printed pages."""
FILL_IN: Final = "⟦"
"""Opens a place of the generated text that only the body itself can fill in."""


class GuidePart(StrEnum):
    """The parts of a guide, in the order in which they are read."""

    INTRODUCTION = "introduction"
    CONNECTING = "connecting"
    SHARING = "sharing"
    SERVICES = "services"
    OFFICERS = "officers"
    CALLS = "calls"
    ANSWERS = "answers"
    ERRORS = "errors"
    RECORDS = "records"
    CONTACTS = "contacts"


PART_LABELS: Final = {
    GuidePart.INTRODUCTION: Text("Mục đích, phạm vi", "Purpose and scope"),
    GuidePart.CONNECTING: Text("Kết nối", "Connecting"),
    GuidePart.SHARING: Text("Chia sẻ thông tin", "Sharing information"),
    GuidePart.SERVICES: Text("Dịch vụ và trường thông tin", "Services and fields"),
    GuidePart.OFFICERS: Text("Trách nhiệm của cán bộ khai thác", "Duties of officers"),
    GuidePart.CALLS: Text("Thực hiện một lượt khai thác", "Making a call"),
    GuidePart.ANSWERS: Text("Khi bị từ chối: nói gì với công dân", "Refusals, and what to tell the citizen"),
    GuidePart.ERRORS: Text("Báo sai sót thông tin, sự cố", "Reporting errors and incidents"),
    GuidePart.RECORDS: Text("Lưu nhật ký", "Keeping records"),
    GuidePart.CONTACTS: Text("Đầu mối liên hệ", "Contacts"),
}
_OF_THE_AUTHORITY: Final = (
    GuidePart.INTRODUCTION,
    GuidePart.CONNECTING,
    GuidePart.SHARING,
    GuidePart.SERVICES,
    GuidePart.ANSWERS,
    GuidePart.ERRORS,
    GuidePart.RECORDS,
    GuidePart.CONTACTS,
)
_OF_A_BODY: Final = tuple(part for part in GuidePart if part not in (GuidePart.CONNECTING, GuidePart.SHARING))


def parts_of(*, is_authority: bool) -> tuple[GuidePart, ...]:
    """Return the parts of the authority's own guide, or of a body's."""
    return _OF_THE_AUTHORITY if is_authority else _OF_A_BODY


class Basis(StrEnum):
    """What a guide's scope rests on; nothing is owed for what is only asked for or has ended."""

    NONE = ""
    ASKED = "asked"
    AGREED = "agreed"
    GRANTED = "granted"
    CATALOGUE = "catalogue"


BINDING: Final = frozenset({Basis.AGREED, Basis.GRANTED, Basis.CATALOGUE})
"""On these a guide is a duty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a guide has to name, on what basis, since when; instants in microseconds.

    `until` is when the basis itself ends (the agreement's term), None while it has no end.
    """

    basis: Basis
    items: tuple[GuideItem, ...]
    since: int
    until: int | None = None

    @property
    def is_binding(self) -> bool:
        """Say whether a guide is a duty on this basis."""
        return self.basis in BINDING and bool(self.items)


def renewed(old: Owed, new: Owed, *, is_its_end: bool) -> Owed:
    """Return what is owed once `new` is known; `is_its_end`: where `new` is nothing, `old` ends with it.

    What is asked for does not move what is agreed. Time runs anew only for what was not owed before: a scope
    that is confirmed or grows smaller leaves the term as it was. Law: R7.1.
    """
    if not new.items:
        return new if is_its_end or not old.items else old
    if old.is_binding and not new.is_binding:
        return old
    if old.is_binding and {item.key for item in new.items} <= {item.key for item in old.items}:
        return Owed(basis=new.basis, items=new.items, since=old.since, until=new.until)
    return new


class DutyState(StrEnum):
    """How the duty to publish a guide stands."""

    NONE = "none"
    AHEAD = "ahead"
    MET = "met"
    OPEN = "open"
    OVERDUE = "overdue"


DUTY_LABELS: Final = {
    DutyState.NONE: Text("Không có dịch vụ khai thác", "No services to guide to"),
    DutyState.AHEAD: Text("Chưa đến lúc; có thể soạn trước", "Not owed yet; may be written ahead"),
    DutyState.MET: Text("Đã công bố", "Published"),
    DutyState.OPEN: Text("Phải công bố", "To be published"),
    DutyState.OVERDUE: Text("Quá hạn công bố", "Overdue"),
}


@dataclass(frozen=True, slots=True)
class GuideDuty:
    """How the duty stands, until when (an instant, exclusive; None: no term), and what no edition names."""

    state: DutyState
    due: int | None
    lacking: tuple[GuideItem, ...]


def due_of(owed: Owed, profile: Profile) -> int | None:
    """Return the instant from which a missing guide is overdue; the authority's own has no term.

    Law: R7.1; the number of days is a value of the profile.
    """
    if not owed.is_binding or owed.basis is Basis.CATALOGUE:
        return None
    return end_of_day(day_of(owed.since + profile.number("guide.publish") * DAY))


def judge_guide(owed: Owed, named: Collection[str] | None, *, due: int | None, now: int) -> GuideDuty:
    """Say how the duty stands; `named` are the keys that the newest edition names, None where there is none.

    `due` is the term set when the duty began. Law: R7.1, R9.1.
    """
    lacking = owed.items if named is None else tuple(item for item in owed.items if item.key not in named)
    basis = owed.basis if owed.items else Basis.NONE
    state = standing(basis, is_met=not lacking, due=due, until=owed.until, now=now)
    return GuideDuty(state, due, lacking)


def standing(basis: Basis, *, is_met: bool, due: int | None, until: int | None, now: int) -> DutyState:
    """Say how a duty that was judged stands at an instant: time alone ends it or makes it overdue."""
    if basis is Basis.NONE or (until is not None and until <= now):
        return DutyState.NONE
    if is_met:
        return DutyState.MET
    if basis not in BINDING:
        return DutyState.AHEAD
    return DutyState.OVERDUE if due is not None and due <= now else DutyState.OPEN


def named_in(text: str, items: Iterable[GuideItem]) -> frozenset[str]:
    """Return the keys of what a text names: by the code in back-quotes, or by the label."""
    read = _read(text)
    return frozenset(
        item.key for item in items if f"`{item.code}`" in text or (item.label and _read(item.label) in read)
    )


_GAPS: Final = re.compile(r"\s+")


def _read(text: str) -> str:
    """Return a text as labels are looked for in it: small letters, single spaces, no escapes."""
    return _GAPS.sub(" ", text.replace("\\", "")).strip().casefold()


class PartProblem(StrEnum):
    """Why a part cannot be published."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_FILLED_IN = "not_filled_in"


PROBLEM_TEXTS: Final = {
    PartProblem.EMPTY: Text("còn trống", "is empty"),
    PartProblem.TOO_LONG: Text(f"dài quá {LONGEST_PART} ký tự", f"is longer than {LONGEST_PART} characters"),
    PartProblem.NOT_FILLED_IN: Text("còn chỗ phải điền ⟦…⟧", "has places ⟦…⟧ still to be filled in"),
}


@dataclass(frozen=True, slots=True)
class PartFault:
    """One part that cannot be published, and why."""

    part: GuidePart
    problem: PartProblem


@dataclass(frozen=True, slots=True)
class Publication:
    """What stands in the way of publishing (nothing: it may be), and the keys that the text names."""

    faults: tuple[PartFault, ...]
    lacking: tuple[GuideItem, ...]
    named: frozenset[str]

    @property
    def is_fit(self) -> bool:
        """Say whether the text may be published."""
        return not self.faults and not self.lacking


def judge_publication(texts: Mapping[GuidePart, str], wanted: Iterable[GuidePart], owed: Owed) -> Publication:
    """Say whether a text may be published: every part there, whole, and all that is owed named in it.

    Law: R7.1.
    """
    faults = tuple(
        PartFault(part, problem) for part in wanted if (problem := _problem(texts.get(part, ""))) is not None
    )
    whole = "\n".join(texts.values())
    named = named_in(whole, owed.items)
    return Publication(faults, tuple(item for item in owed.items if item.key not in named), named)


def _problem(text: str) -> PartProblem | None:
    if not text.strip():
        return PartProblem.EMPTY
    if len(text) > LONGEST_PART:
        return PartProblem.TOO_LONG
    return PartProblem.NOT_FILLED_IN if FILL_IN in text else None
