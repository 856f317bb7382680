"""Merging, splitting, renaming bodies: everything that moves is shown first, then moves by one act.

Records stay as they are. What moves is who answers for systems, keys, mandates, contact officers, open
files and accounts from now on. Law: R1.2, R6.1.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from lienthong.control.accounts.models import Account
from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.connections.drafting import hand_over
from lienthong.control.connections.models import Request
from lienthong.control.letters.models import IncomingLetter, OutgoingLetter
from lienthong.control.participants import successors
from lienthong.control.participants.locking import spoken_day
from lienthong.control.participants.models import (
    Body,
    ContactOfficer,
    Mandate,
    Successor,
    System,
    SystemKey,
)
from lienthong.control.participants.models import (
    Succession as SuccessionRow,
)
from lienthong.control.participants.papers import GivenPaper, SentFile, take_paper
from lienthong.control.participants.stored import stored_succession
from lienthong.core.access import Actor
from lienthong.core.account_states import AccountState
from lienthong.core.bodies import parse_body_id
from lienthong.core.body_acts import BodyAct, may_on_body
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import day_of, moment
from lienthong.core.papers import PROBLEM_TEXTS, Paper, paper_problems
from lienthong.core.speech import Text, joined
from lienthong.core.succession import (
    SUCCESSION_TEXTS,
    Holding,
    HoldingKind,
    Succession,
    SuccessionKind,
    SuccessionProblem,
    is_premature,
    moves,
    succession_problems,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision as it was stated: bodies by identifier, receivers by the key of a holding (see `Held`)."""

    kind: SuccessionKind
    paper: Paper
    effective_on: date
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    new_name: str = ""
    receivers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One thing that a body holds, in words; `key` names it in forms, `receiver` is who would get it."""

    key: str
    kind: Text
    name: str
    holder: str
    receiver: str | None
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a decision would do. `problems` are what stands against it; `print` names exactly this plan."""

    decision: Succession
    bodies: Mapping[str, str]
    held: tuple[Held, ...]
    problems: tuple[Text, ...]
    print: str

    @property
    def is_ready(self) -> bool:
        """Say whether nothing stands against carrying it out."""
        return not self.problems


_KINDS = {
    "system": Text("Hệ thống", "System"),
    "key": Text("Khóa ký", "Signing key"),
    "mandate": Text("Chức năng, nhiệm vụ, quyền hạn", "Function, duty or power"),
    "contact": Text("Cán bộ phụ trách", "Contact officer"),
    "request": Text("Hồ sơ kết nối", "Connection file"),
    "account": Text("Tài khoản", "Account"),
}


@dataclass(frozen=True, slots=True)
class _Thing:
    """A row that may move: which table, which row, what it is called, and what the rules call it."""

    table: str
    row: int
    name: str
    holding: Holding

    @property
    def key(self) -> str:
        return f"{self.table}-{self.row}"


def plan(decision: Decision) -> Plan | ControlRefuse:
    """Return everything a decision would move, or the body it names that nobody knows; nothing is written."""
    bodies = _bodies(decision)
    if isinstance(bodies, ControlRefuse):
        return bodies
    return _plan(decision, bodies, day_of(database_now()))


def carry_out(
    decision: Decision, shown: str, file: SentFile | None, *, actor: Actor
) -> int | Plan | ControlRefuse:
    """Carry a decision out as it was shown; return its number, or the plan as it is now if that differs.

    1. All bodies are locked in the order of their numbers: two decisions on one body follow one another.
    2. The plan is made anew under the locks; only what was shown is done.
    3. Everything moves in one transaction, the old identifiers lead on from the same commit. Law: R1.2.
    """
    event = Event(kind="bodies.succeeded", actor=actor, subject_kind="succession", law=("R1.2", "R6.1"))
    again: Plan | None = None
    refusal: ControlRefuse | None = None
    with acting(event) as act:
        bodies = _bodies(decision, lock=True)
        refusal = may_on_body(BodyAct.SUCCEED, actor, None)
        if refusal is None and isinstance(bodies, ControlRefuse):
            refusal = bodies
        if refusal is not None or isinstance(bodies, ControlRefuse):
            return act.refuse(refusal or ControlRefuse(ControlCode.NOT_FOUND_HERE))
        today = day_of(act.now)
        made = _plan(decision, bodies, today)
        if made.problems:
            return act.refuse(
                ControlRefuse(ControlCode.SUCCESSION_REFUSED, {"problems": joined(made.problems)})
            )
        if made.print != shown:
            again = made
            act.refuse(ControlRefuse(ControlCode.SUCCESSION_MOVED))
        else:
            taken = take_paper(GivenPaper(decision.paper, file), body=None, actor=actor, act=act)
            if isinstance(taken, ControlRefuse):
                return act.refuse(taken)
            number = _write(made, taken, bodies, act)
    return number if again is None else again


def _bodies(decision: Decision, *, lock: bool = False) -> dict[str, Body] | ControlRefuse:
    wanted = [*decision.predecessors, *decision.successors]
    found = Body.objects.filter(identifier__in=wanted).order_by("pk")
    bodies = {body.identifier: body for body in (found.select_for_update() if lock else found)}
    unknown = next((identifier for identifier in wanted if identifier not in bodies), None)
    if unknown is not None:
        return ControlRefuse(ControlCode.BODY_UNKNOWN, {"identifier": unknown})
    return bodies


def canonical(identifier: str) -> str:
    """Return an identifier as bodies are registered under it; what is none stays as it was typed."""
    parsed = parse_body_id(identifier)
    return parsed.text if hasattr(parsed, "text") else identifier.strip()


def _plan(decision: Decision, bodies: Mapping[str, Body], today: date) -> Plan:
    things = tuple(_things(decision, bodies))
    receivers = decision.receivers or {}
    by_key = {thing.key: thing for thing in things}
    ruled = Succession(
        kind=decision.kind,
        decision=decision.paper,
        effective_on=decision.effective_on,
        predecessors=decision.predecessors,
        successors=decision.successors,
        names={decision.successors[0]: decision.new_name}
        if decision.new_name and decision.successors
        else {},
        receivers={
            (by_key[key].holding.kind, by_key[key].holding.id): receiver
            for key, receiver in receivers.items()
            if key in by_key
        },
    )
    holdings = [thing.holding for thing in things]
    found = succession_problems(ruled, successors.decisions(), holdings)
    problems = list(_said(found, things))
    problems += [PROBLEM_TEXTS[problem] for problem in paper_problems(decision.paper, today)]
    if is_premature(ruled, today):
        day = spoken_day(ruled.effective_on)
        problems.append(ControlRefuse(ControlCode.SUCCESSION_EARLY, {"day": day}).text)
    renamed = any(bodies[identifier].name != name for identifier, name in ruled.names.items())
    if not (found or renamed or ruled.ended or moves(ruled, holdings)):
        problems.append(ControlRefuse(ControlCode.SUCCESSION_EMPTY).text)
    receiving = _receivers(ruled, holdings)
    held = tuple(_held(thing, receiving, ruled) for thing in things)
    content = msgspec.json.encode([stored_succession(ruled, {}), held])
    return Plan(
        decision=ruled,
        bodies={identifier: body.name for identifier, body in bodies.items()},
        held=held,
        problems=tuple(dict.fromkeys(problems)),
        print=hashlib.sha256(content).hexdigest(),
    )


def _receivers(decision: Succession, holdings: list[Holding]) -> dict[tuple[HoldingKind, str], str]:
    return {(move.holding.kind, move.holding.id): move.receiver for move in moves(decision, holdings)}


def _held(thing: _Thing, receiving: Mapping[tuple[HoldingKind, str], str], decision: Succession) -> Held:
    holding = thing.holding
    receiver = receiving.get((holding.kind, holding.id))
    if receiver is None and (
        decision.receivers.get((holding.kind, holding.id)) == holding.holder
        or decision.successors == (holding.holder,)
        or decision.receivers.get((HoldingKind.SYSTEM, holding.system or "")) == holding.holder
    ):
        receiver = holding.holder
    return Held(
        key=thing.key,
        kind=_KINDS[thing.table],
        name=thing.name,
        holder=holding.holder,
        receiver=receiver,
        chosen=len(decision.successors) > 1 and holding.system is None,
    )


def _said(found: Iterable[tuple[SuccessionProblem, str]], things: tuple[_Thing, ...]) -> Iterator[Text]:
    """Yield each kind of problem once, with the bodies it is about; of holdings only how many."""
    about: dict[SuccessionProblem, list[str]] = {}
    for problem, name in found:
        about.setdefault(problem, []).append(name)
    holdings = {thing.holding.id for thing in things}
    for problem, names in about.items():
        text = SUCCESSION_TEXTS[problem]
        bodies = ", ".join(name for name in names if name and name not in holdings)
        count = sum(name in holdings for name in names)
        if count:
            yield Text(f"{text.vi} ({count} mục)", f"{text.en} ({count})")
        else:
            yield Text(f"{text.vi} ({bodies})", f"{text.en} ({bodies})") if bodies else text


def _things(decision: Decision, bodies: Mapping[str, Body]) -> Iterator[_Thing]:
    """Yield all that the predecessors hold, each body's things in a fixed order."""
    for identifier in dict.fromkeys(decision.predecessors):
        body = bodies[identifier]
        for system in System.objects.filter(body=body).order_by("pk"):
            holding = Holding(HoldingKind.SYSTEM, system.code, identifier)
            yield _Thing("system", system.pk, f"{system.name} ({system.code})", holding)
            for key in SystemKey.objects.filter(system=system).order_by("pk"):
                of_key = Holding(HoldingKind.KEY, key.thumbprint, identifier, system=system.code)
                yield _Thing("key", key.pk, f"{key.thumbprint[:16]}…", of_key)
        for mandate in Mandate.objects.filter(body=body).order_by("pk"):
            yield _duty("mandate", mandate.pk, f"{mandate.code}: {mandate.description}", identifier)
        for officer in ContactOfficer.objects.filter(body=body, ended_on=None).order_by("pk"):
            yield _duty("contact", officer.pk, f"{officer.name}, {officer.post}", identifier)
        for request in Request.objects.filter(body=body).order_by("pk"):
            holding = Holding(HoldingKind.AGREEMENT, f"request-{request.pk}", identifier)
            yield _Thing("request", request.pk, request.reference, holding)
        living = Account.objects.filter(body=body.pk).exclude(state=AccountState.CLOSED).order_by("pk")
        for account in living:
            yield _duty("account", account.pk, f"{account.name} ({account.email})", identifier)


def _duty(table: str, row: int, name: str, holder: str) -> _Thing:
    return _Thing(table, row, name, Holding(HoldingKind.DUTY, f"{table}-{row}", holder))


def _write(made: Plan, paper: Paper, bodies: Mapping[str, Body], act: Act) -> int:
    decision = made.decision
    former = {
        identifier: bodies[identifier].name
        for identifier, name in decision.names.items()
        if bodies[identifier].name != name
    }
    kept = stored_succession(decision, former)
    kept["decision"] = msgspec.to_builtins(paper)
    row = SuccessionRow.objects.create(
        kind=decision.kind.value, effective_on=decision.effective_on, content=kept, made_at=moment(act.now)
    )
    for identifier, name in decision.names.items():
        Body.objects.filter(pk=bodies[identifier].pk).update(name=name)
    for held in made.held:
        if held.receiver is not None and held.receiver != held.holder:
            _move(held, bodies[held.holder], bodies[held.receiver])
    for identifier in decision.ended:
        body = bodies[identifier]
        Body.objects.filter(pk=body.pk).update(ended_on=decision.effective_on)
        Successor.objects.bulk_create(
            Successor(succession=row, predecessor=body, successor=bodies[successor])
            for successor in decision.successors
        )
    for body in bodies.values():
        Body.objects.filter(pk=body.pk).update(version=body.version + 1)
    act.event.subject, act.event.body = str(row.pk), bodies[decision.successors[0]].pk
    act.event.detail = {
        "kind": decision.kind,
        "decision": paper.name,
        "predecessors": " ".join(decision.predecessors),
        "successors": " ".join(decision.successors),
        "moved": " ".join(
            f"{held.key}→{held.receiver}" for held in made.held if held.receiver != held.holder
        ),
    }
    return int(row.pk)


def _move(held: Held, holder: Body, receiver: Body) -> None:
    table, _, row = held.key.partition("-")
    match table:
        case "system":
            System.objects.filter(pk=row).update(body=receiver)
        case "mandate":
            mandate = Mandate.objects.get(pk=row)
            mandate.body = receiver
            if Mandate.objects.filter(body=receiver, code=mandate.code).exists():
                # Two bodies numbered their mandates alike: the one that comes keeps its old body's name.
                mandate.code = f"{holder.identifier}-{mandate.code}"
            mandate.version += 1
            mandate.save(update_fields=("body", "code", "version"))
        case "contact":
            ContactOfficer.objects.filter(pk=row).update(body=receiver)
        case "request":
            Request.objects.filter(pk=row).update(body=receiver)
            IncomingLetter.objects.filter(request=row).update(body=receiver)
            OutgoingLetter.objects.filter(request=row).update(body=receiver)
            hand_over(Request.objects.select_related("body").get(pk=row))
        case "account":
            Account.objects.filter(pk=row).update(body=receiver.pk)
        case _:
            # A key hangs on its system and has gone with it.
            pass
