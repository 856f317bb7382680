"""Merging, splitting and renaming of bodies: one decision moves everything, and nothing recorded changes.

A record names the body as it was on its day. Only the question "who answers for it now?" goes through
`resolve`. Law: R1.2 (no service stops because bodies are reorganised), R6.1 (records stay as they are).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lienthong.core.papers import Paper
from lienthong.core.speech import Text


class SuccessionKind(StrEnum):
    """What a decision does to bodies."""

    MERGE = "merge"
    SPLIT = "split"
    RENAME = "rename"


SUCCESSION_LABELS = {
    SuccessionKind.MERGE: Text("Sáp nhập, hợp nhất", "Merger"),
    SuccessionKind.SPLIT: Text("Chia, tách", "Split"),
    SuccessionKind.RENAME: Text("Đổi tên", "Renaming"),
}


class HoldingKind(StrEnum):
    """What moves to a successor. Records are not among them: they never change."""

    SYSTEM = "system"
    AGREEMENT = "agreement"
    KEY = "key"
    DUTY = "duty"


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing a body holds; agreements and keys hang on a system and go with it where `system` names it."""

    kind: HoldingKind
    id: str
    holder: str
    system: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """One decision by which bodies succeed others from a day on.

    A body that is both predecessor and successor goes on; every other predecessor ends. `receivers` names,
    where bodies split, who receives each holding that hangs on no system. `names` holds the names that
    successors bear from that day, for those that get a new one.
    """

    kind: SuccessionKind
    decision: Paper
    effective_on: date
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    names: Mapping[str, str]
    receivers: Mapping[tuple[HoldingKind, str], str]

    @property
    def ended(self) -> tuple[str, ...]:
        """Return the bodies that end by this decision."""
        return tuple(body for body in self.predecessors if body not in self.successors)


@dataclass(frozen=True, slots=True)
class Move:
    """One holding that passes from one body to another."""

    holding: Holding
    receiver: str


class SuccessionProblem(StrEnum):
    """Why a decision cannot be carried out."""

    MERGE_SHAPE = "merge_shape"
    SPLIT_SHAPE = "split_shape"
    RENAME_SHAPE = "rename_shape"
    NAME_MISSING = "name_missing"
    REPEATED = "repeated"
    ALREADY_ENDED = "already_ended"
    EARLIER_THAN_LAST = "earlier_than_last"
    NOT_ASSIGNED = "not_assigned"
    FOREIGN_RECEIVER = "foreign_receiver"


SUCCESSION_TEXTS = {
    SuccessionProblem.MERGE_SHAPE: Text(
        "Sáp nhập cần từ hai cơ quan trở lên nhập vào đúng một cơ quan kế thừa.",
        "A merger joins two or more bodies into exactly one successor.",
    ),
    SuccessionProblem.SPLIT_SHAPE: Text(
        "Chia, tách cần đúng một cơ quan và từ hai cơ quan kế thừa trở lên.",
        "A split parts exactly one body into two or more successors.",
    ),
    SuccessionProblem.RENAME_SHAPE: Text(
        "Đổi tên chỉ liên quan một cơ quan, trước và sau.", "A renaming concerns one body, before and after."
    ),
    SuccessionProblem.NAME_MISSING: Text("Chưa nhập tên mới.", "The new name is missing."),
    SuccessionProblem.REPEATED: Text(
        "Một cơ quan được nêu hai lần trong cùng một danh sách.", "A body is named twice in the same list."
    ),
    SuccessionProblem.ALREADY_ENDED: Text(
        "Cơ quan này đã chấm dứt theo một quyết định trước.", "This body has ended by an earlier decision."
    ),
    SuccessionProblem.EARLIER_THAN_LAST: Text(
        "Ngày hiệu lực sớm hơn một quyết định đã ghi nhận đối với cùng cơ quan.",
        "The day of effect is earlier than a recorded decision on the same body.",
    ),
    SuccessionProblem.NOT_ASSIGNED: Text(
        "Chưa chỉ định cơ quan kế thừa nhận mục này.", "No successor is named to receive this."
    ),
    SuccessionProblem.FOREIGN_RECEIVER: Text(
        "Cơ quan nhận không phải là cơ quan kế thừa trong quyết định.",
        "The receiver is no successor under this decision.",
    ),
}


class SuccessionError(ValueError):
    """The recorded decisions lead in a circle, which `succession_problems` never lets in."""


def succession_problems(
    decision: Succession, earlier: Iterable[Succession], holdings: Iterable[Holding]
) -> tuple[tuple[SuccessionProblem, str], ...]:
    """Return why a decision cannot be carried out, each with the body or holding concerned; empty if it can.

    Nobody who has ended may take part again, so old identifiers always lead to living bodies and never in a
    circle. Law: R1.2.
    """
    return tuple(_problems(decision, tuple(earlier), tuple(holdings)))


def _problems(
    decision: Succession, earlier: tuple[Succession, ...], holdings: tuple[Holding, ...]
) -> Iterator[tuple[SuccessionProblem, str]]:
    before, after = decision.predecessors, decision.successors
    shapes = {
        SuccessionKind.MERGE: (len(before) >= 2 and len(after) == 1, SuccessionProblem.MERGE_SHAPE),
        SuccessionKind.SPLIT: (len(before) == 1 and len(after) >= 2, SuccessionProblem.SPLIT_SHAPE),
        SuccessionKind.RENAME: (len(before) == len(after) == 1, SuccessionProblem.RENAME_SHAPE),
    }
    fits, problem = shapes[decision.kind]
    if not fits:
        yield problem, ""
    for names in (before, after):
        yield from ((SuccessionProblem.REPEATED, name) for name in set(names) if names.count(name) > 1)
    if decision.kind is SuccessionKind.RENAME:
        yield from (
            (SuccessionProblem.NAME_MISSING, name)
            for name in after
            if not decision.names.get(name, "").strip()
        )
    bodies = dict.fromkeys((*before, *after))
    for past in earlier:
        yield from ((SuccessionProblem.ALREADY_ENDED, body) for body in bodies if body in past.ended)
        touched = {*past.predecessors, *past.successors}
        if decision.effective_on < past.effective_on:
            yield from ((SuccessionProblem.EARLIER_THAN_LAST, body) for body in bodies if body in touched)
    for holding in _concerned(decision, holdings):
        receiver = _receiver(decision, holding)
        if receiver is None:
            yield SuccessionProblem.NOT_ASSIGNED, holding.id
        elif receiver not in after:
            yield SuccessionProblem.FOREIGN_RECEIVER, holding.id


def is_premature(decision: Succession, today: date) -> bool:
    """Say whether a decision is not in force yet: what it moves is moved from its day on. Law: R1.2."""
    return decision.effective_on > today


def moves(decision: Succession, holdings: Iterable[Holding]) -> tuple[Move, ...]:
    """Return everything that changes hands by a decision that `succession_problems` found nothing against.

    Systems, agreements, keys and duties move by the one act; what stays with its holder is left out.
    Law: R1.2.
    """
    found = []
    for holding in _concerned(decision, holdings):
        receiver = _receiver(decision, holding)
        if receiver is not None and receiver != holding.holder:
            found.append(Move(holding, receiver))
    return tuple(found)


def _concerned(decision: Succession, holdings: Iterable[Holding]) -> Iterator[Holding]:
    return (holding for holding in holdings if holding.holder in decision.predecessors)


def _receiver(decision: Succession, holding: Holding) -> str | None:
    if len(decision.successors) == 1:
        return decision.successors[0]
    if holding.system is not None:
        return decision.receivers.get((HoldingKind.SYSTEM, holding.system))
    return decision.receivers.get((holding.kind, holding.id))


def resolve(body: str, decisions: Iterable[Succession], on: date) -> tuple[str, ...]:
    """Return who answers on a day for what a body did or held: itself, or the living bodies that follow it.

    More than one only after a split. Raises SuccessionError if the decisions lead in a circle. Law: R6.1.
    """
    following = {
        ended: decision.successors
        for decision in decisions
        if decision.effective_on <= on
        for ended in decision.ended
    }
    return tuple(dict.fromkeys(_living(body, following, ())))


def _living(body: str, following: Mapping[str, tuple[str, ...]], path: tuple[str, ...]) -> Iterator[str]:
    if body in path:
        raise SuccessionError(f"the successions of {path[0]} lead in a circle")
    if body not in following:
        yield body
        return
    for successor in following[body]:
        yield from _living(successor, following, (*path, body))
