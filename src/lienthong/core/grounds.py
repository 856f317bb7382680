"""On what a system's access rests, and in what state each ground is at an instant.

Access is computed from dated facts on every call, never from a flag. A missing or ended ground refuses; an
overdue yearly check is the assessor's delay and does what the law profile says (by default it only warns).
Law: R1.4, R4.1, R4.4, R4.6, R4.8, R8.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lienthong.core.grant_document import (
    ConditionEntry,
    ConditionName,
    Exemption,
    ExemptionCode,
    Facts,
    Verdict,
    moments_in,
)
from lienthong.core.law import PeriodicLapse, Profile
from lienthong.core.legal_days import DAY, end_of_term, instant, last_day
from lienthong_protocol.refusals import Code, Refuse


class GroundKind(StrEnum):
    """The grounds, in the order in which the first that refuses is named."""

    SUSPENSION = "suspension"
    AGREEMENT = "agreement"
    PRE_CONNECTION = "pre_connection"
    SECURITY_LEVEL = "security_level"
    CONDITIONS = "conditions"
    PERIODIC_CHECK = "periodic_check"


class GroundState(StrEnum):
    """In what state a ground is; only `refused` refuses by itself."""

    MET = "met"
    EXEMPT = "exempt"
    DUE = "due"
    OVERDUE = "overdue"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Ground:
    """The state of one ground at an instant.

    `evidence` names the paper it rests on or, where it refuses, what is missing. `exemption` is set exactly
    where the state is `exempt`. `until` is the instant (exclusive) at which this state ends by a date already
    known, None where none is.
    """

    kind: GroundKind
    state: GroundState
    evidence: str
    exemption: ExemptionCode | None = None
    until: int | None = None
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What all grounds together allow at an instant: a refusal, or access, perhaps to verification only.

    `notices` are the texts that travel with answers: what will lapse, or has lapsed without stopping.
    """

    grounds: tuple[Ground, ...]
    refusal: Refuse | None
    verify_only: bool
    notices: tuple[str, ...]


_YEARLY = (ExemptionCode.E1, ExemptionCode.E2, ExemptionCode.E3)


def standing(facts: Facts, profile: Profile, now: int) -> Standing:
    """Return what the facts allow at an instant under a law profile."""
    grounds = (
        _suspension(facts, now),
        _agreement(facts, now),
        _pre_connection(facts, profile, now),
        _security_level(facts, profile, now),
        _conditions(facts, now),
        _periodic_check(facts, profile, now),
    )
    refusal = next(
        (
            Refuse(ground.code, ground.evidence)
            for ground in grounds
            if ground.state is GroundState.REFUSED and ground.code is not None
        ),
        None,
    )
    periodic = grounds[-1]
    due = _due(facts, profile)
    lapsed = (
        periodic.state is GroundState.OVERDUE
        and due is not None
        and now >= due + profile.number("assessment.grace") * DAY
    )
    if refusal is None and lapsed and profile.periodic_lapse is PeriodicLapse.STOP:
        refusal = Refuse(Code.ASSESSMENT_OVERDUE, periodic.evidence)
    return Standing(
        grounds=grounds,
        refusal=refusal,
        verify_only=lapsed and profile.periodic_lapse is not PeriodicLapse.WARN,
        notices=tuple(_notices(grounds, due, profile, now)),
    )


def changes(facts: Facts, profile: Profile) -> tuple[int, ...]:
    """Return, in order, every instant at which `standing` may change by the facts and dates known today."""
    ahead = profile.number("notice.ahead") * DAY
    found: set[int] = set()
    ends = [_end_of(entry, profile) for entry in facts.exemptions]
    for at in (*(instant(moment) for moment in moments_in(facts)), *(end for end in ends if end is not None)):
        found.update((at - ahead, at))
    due = _due(facts, profile)
    if due is not None:
        found.update((due - ahead, due, due + profile.number("assessment.grace") * DAY))
    return tuple(sorted(found))


def _suspension(facts: Facts, now: int) -> Ground:
    for entry in facts.suspensions:
        until = _earliest(entry.valid_until, entry.lifted_at)
        if _in_force(entry.valid_from, until, now):
            return Ground(
                GroundKind.SUSPENSION, GroundState.REFUSED, entry.ground, until=until, code=Code.SUSPENDED
            )
    return Ground(GroundKind.SUSPENSION, GroundState.MET, "")


def _agreement(facts: Facts, now: int) -> Ground:
    agreement = facts.agreement
    if agreement is not None:
        until = _earliest(agreement.valid_until)
        if _in_force(agreement.valid_from, until, now):
            return Ground(GroundKind.AGREEMENT, GroundState.MET, agreement.number, until=until)
    return Ground(
        GroundKind.AGREEMENT, GroundState.REFUSED, "no agreement in force", code=Code.AGREEMENT_ENDED
    )


def _pre_connection(facts: Facts, profile: Profile, now: int) -> Ground:
    """Judge the check before connecting: a confirmation, the defence unit's result, or exemption E0."""
    kind = GroundKind.PRE_CONNECTION
    confirmation = facts.confirmation
    if confirmation is not None:
        until = _earliest(confirmation.valid_until, confirmation.withdrawn_at)
        if _in_force(confirmation.issued_at, until, now):
            return Ground(kind, GroundState.MET, confirmation.number, until=until)
    result = facts.defence_result
    if result is not None:
        until = _earliest(result.valid_until)
        if _in_force(result.issued_at, until, now):
            return Ground(kind, GroundState.MET, result.number, until=until)
    exempt = _exemption(facts, profile, (ExemptionCode.E0,), now)
    if exempt is not None:
        return Ground(kind, GroundState.EXEMPT, exempt[1], exemption=exempt[0], until=exempt[2])
    return Ground(kind, GroundState.REFUSED, "no confirmation in force", code=Code.CONFIRMATION_MISSING)


def _security_level(facts: Facts, profile: Profile, now: int) -> Ground:
    least = profile.number("system.least_level")
    level = facts.security_level
    if level is not None and level.level >= least and instant(level.valid_from) <= now:
        return Ground(GroundKind.SECURITY_LEVEL, GroundState.MET, level.decision)
    return Ground(
        GroundKind.SECURITY_LEVEL,
        GroundState.REFUSED,
        f"security level {least} is not shown",
        code=Code.CONDITION_MISSING,
    )


def _conditions(facts: Facts, now: int) -> Ground:
    newest: dict[ConditionName, ConditionEntry] = {}
    for entry in sorted(facts.conditions, key=lambda entry: entry.decided_at):
        if instant(entry.decided_at) <= now:
            newest[entry.name] = entry
    lost = [name for name in ConditionName if name not in newest or newest[name].verdict is not Verdict.MET]
    if lost:
        return Ground(
            GroundKind.CONDITIONS,
            GroundState.REFUSED,
            "not kept: " + ", ".join(lost),
            code=Code.CONDITION_MISSING,
        )
    evidence = dict.fromkeys(newest[name].evidence for name in ConditionName)
    return Ground(GroundKind.CONDITIONS, GroundState.MET, "; ".join(evidence))


def _periodic_check(facts: Facts, profile: Profile, now: int) -> Ground:
    kind = GroundKind.PERIODIC_CHECK
    exempt = _exemption(facts, profile, _YEARLY, now)
    if exempt is not None:
        return Ground(kind, GroundState.EXEMPT, exempt[1], exemption=exempt[0], until=exempt[2])
    due = _due(facts, profile)
    if due is None:
        return Ground(kind, GroundState.DUE, "no yearly check is planned")
    day = last_day(due).isoformat()
    if now >= due:
        return Ground(kind, GroundState.OVERDUE, f"the yearly check was due on {day}")
    ahead = profile.number("notice.ahead") * DAY
    if now >= due - ahead:
        return Ground(kind, GroundState.DUE, f"the yearly check is due on {day}", until=due)
    return Ground(kind, GroundState.MET, f"the yearly check is due on {day}", until=due - ahead)


def _exemption(
    facts: Facts, profile: Profile, codes: tuple[ExemptionCode, ...], now: int
) -> tuple[ExemptionCode, str, int | None] | None:
    for entry in facts.exemptions:
        until = _end_of(entry, profile)
        if entry.code in codes and _in_force(entry.valid_from, until, now):
            return entry.code, entry.evidence, until
    return None


def _end_of(entry: Exemption, profile: Profile) -> int | None:
    """Return when an exemption ends: a check by another body is recognised for a year and no longer."""
    until = _earliest(entry.valid_until)
    if entry.code is not ExemptionCode.E3:
        return until
    term = end_of_term(instant(entry.valid_from), years=profile.number("assessment.recognition"))
    return term if until is None else min(until, term)


def _due(facts: Facts, profile: Profile) -> int | None:
    """Return from when the next yearly check is overdue: as planned, else counted from the last paper."""
    periodic = facts.periodic
    if periodic is not None and periodic.due is not None:
        return instant(periodic.due)
    dates = [
        *(() if periodic is None or periodic.last is None else (periodic.last,)),
        *(() if facts.confirmation is None else (facts.confirmation.issued_at,)),
        *(() if facts.agreement is None else (facts.agreement.valid_from,)),
    ]
    return profile.periodic_due(instant(dates[0])) if dates else None


def _notices(grounds: tuple[Ground, ...], due: int | None, profile: Profile, now: int) -> Iterator[str]:
    ahead = profile.number("notice.ahead") * DAY
    for ground in grounds:
        name = _ENDS.get((ground.kind, ground.state))
        if name is not None and ground.until is not None and now >= ground.until - ahead:
            yield f"{name}={last_day(ground.until).isoformat()}"
        elif ground.state is GroundState.OVERDUE and due is not None:
            yield f"assessment-overdue={last_day(due).isoformat()}"


_ENDS = {
    (GroundKind.AGREEMENT, GroundState.MET): "agreement-ends",
    (GroundKind.PRE_CONNECTION, GroundState.MET): "confirmation-ends",
    (GroundKind.PRE_CONNECTION, GroundState.EXEMPT): "exemption-ends",
    (GroundKind.PERIODIC_CHECK, GroundState.EXEMPT): "exemption-ends",
    (GroundKind.PERIODIC_CHECK, GroundState.DUE): "assessment-due",
}


def _earliest(*moments: datetime | None) -> int | None:
    return min((instant(moment) for moment in moments if moment is not None), default=None)


def _in_force(valid_from: datetime, until: int | None, now: int) -> bool:
    return instant(valid_from) <= now and (until is None or now < until)
