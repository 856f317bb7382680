"""Keys of systems: handed in, accepted or not, succeeded with an overlap, revoked, ended. Law: R1.1.

The private half never comes here: what looks like one is refused before anything is written.
"""

from typing import Final

from django.db import IntegrityError

from lienthong.config import Environment
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.frame.statements import execute
from lienthong.control.participants.locking import ended_body, overtaken, system_for
from lienthong.control.participants.models import System, SystemKey
from lienthong.control.participants.queries_file import QUERIES
from lienthong.core.access import Actor
from lienthong.core.body_acts import BodyAct
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.grant_document import decode_document
from lienthong.core.grounds import standing
from lienthong.core.key_material import read_public_key
from lienthong.core.key_states import KEY_MACHINE, KeyAct, KeyState
from lienthong.core.key_terms import (
    KEY_TEXTS,
    KeyChange,
    KeyRefusal,
    KeyTerm,
    add_key,
    ground_ends,
)
from lienthong.core.key_terms import (
    revoke as revoked_term,
)
from lienthong.core.law import Profile
from lienthong.core.legal_days import moment

KEY_ENVIRONMENTS: Final = (Environment.SANDBOX, Environment.PRODUCTION)
_LIVING: Final = (KeyState.ACTIVE, KeyState.OVERLAPPING)
_LAW: Final = ("R1.1",)


def propose(number: int, text: str, environment: Environment, *, actor: Actor | None) -> int | ControlRefuse:
    """Hand in the public half of a key of a system; return its number. A private key leaves no trace."""
    public = read_public_key(text)
    if isinstance(public, ControlRefuse):
        return public
    event = Event(kind="key.proposed", actor=actor, subject_kind="key", law=_LAW)
    event.detail = {"thumbprint": public.thumbprint, "environment": environment}
    try:
        with acting(event) as act:
            system = system_for(BodyAct.PROPOSE_KEY, number, actor)
            if isinstance(system, ControlRefuse):
                return act.refuse(system)
            key = SystemKey.objects.create(
                system=system,
                thumbprint=public.thumbprint,
                jwk=public.jwk,
                environment=environment.value,
                proposed_at=moment(act.now),
            )
            event.subject, event.body = str(key.pk), system.body_id
            event.detail["system"] = system.code
    except IntegrityError:
        return _refused(KeyRefusal.KNOWN)
    return int(key.pk)


def accept(number: int, seen: int, *, actor: Actor) -> ControlRefuse | None:
    """Let a proposed key be accepted from now on; the key before it gives way within the overlap.

    1. The system is locked, so that two acceptances of its keys follow one another.
    2. The terms are computed by the rules from the keys as they are under the lock.
    3. The older key is cut in the same transaction: there is no moment with three. Law: R1.1, R4.4.
    """
    event = _event("key.accepted", number, actor)
    with acting(event) as act:
        key = _locked(number, actor, event)
        if isinstance(key, ControlRefuse):
            return act.refuse(key)
        refusal = ended_body(key.system.body) or overtaken(key, seen, "key")
        if refusal is not None:
            return act.refuse(refusal)
        target = KEY_MACHINE.step(KeyAct.ACCEPT, key.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        _end_passed(act.now, system=key.system)
        others = {
            each.thumbprint: each
            for each in SystemKey.objects.select_for_update().filter(
                system=key.system, environment=key.environment, state__in=_LIVING
            )
        }
        change = add_key(
            key.thumbprint,
            act.now,
            keys={id: _term(each) for id, each in others.items()},
            known=frozenset(),
            ground_ends=_ground_ends(key, act.profile, act.now),
            profile=act.profile,
        )
        if not isinstance(change, KeyChange):
            return act.refuse(_refused(change))
        key.state, key.valid_from, key.valid_until = target, change.term.valid_from, change.term.valid_until
        _save(key)
        for id, term in change.shortened.items():
            _give_way(others[id], term)
            event.detail[f"gives way: {id}"] = moment(term.end).isoformat()
    return None


def reject(number: int, *, reason: str, actor: Actor) -> ControlRefuse | None:
    """Do not accept a proposed key, and say why."""
    return _leave(KeyAct.REJECT, number, actor=actor, reason=reason)


def withdraw(number: int, *, actor: Actor) -> ControlRefuse | None:
    """Take a proposed key back."""
    return _leave(KeyAct.WITHDRAW, number, actor=actor)


def revoke(number: int, *, reason: str, actor: Actor) -> ControlRefuse | None:
    """Revoke a key now: nothing signed from this moment on is accepted. Law: R1.1."""
    event = _event("key.revoked", number, actor, reason=reason)
    with acting(event) as act:
        key = _locked(number, actor, event)
        if isinstance(key, ControlRefuse):
            return act.refuse(key)
        target = KEY_MACHINE.step(KeyAct.REVOKE, key.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        term = revoked_term(_term(key), act.now)
        if not isinstance(term, KeyTerm):
            return act.refuse(_refused(term))
        key.state, key.revoked_at = target, term.revoked_at
        _save(key)
    return None


def end_passed_keys() -> int:
    """Move keys whose term has passed to their end; return how many. The jobs call it; nothing waits for it.

    What is accepted follows from the dates alone: until this runs, only the word on the page is late. Where
    no key's term has passed nothing is done, and so there is no event.
    """
    if not SystemKey.objects.filter(state__in=_LIVING, valid_until__lte=database_now()).exists():
        return 0
    event = Event(kind="keys.ended", actor=None, subject_kind="keys", law=_LAW)
    with acting(event) as act:
        ended = _end_passed(act.now)
        if not ended:
            act.refuse(ControlRefuse(ControlCode.NOT_FOUND_HERE))  # another process was faster: no event
        event.detail = {"keys": " ".join(ended)}
    return len(ended)


def _end_passed(now: int, *, system: System | None = None) -> list[str]:
    keys = SystemKey.objects.select_for_update(skip_locked=system is None).filter(
        state__in=_LIVING, valid_until__lte=now
    )
    ended = []
    for key in keys if system is None else keys.filter(system=system):
        target = KEY_MACHINE.step(KeyAct.END, key.state, None)
        assert isinstance(target, KeyState)
        key.state = target
        _save(key)
        ended.append(key.thumbprint)
    return ended


def _leave(act_wanted: KeyAct, number: int, *, actor: Actor, reason: str = "") -> ControlRefuse | None:
    event = _event(f"key.{act_wanted}", number, actor, reason=reason)
    with acting(event) as act:
        key = _locked(number, actor, event)
        if isinstance(key, ControlRefuse):
            return act.refuse(key)
        target = KEY_MACHINE.step(act_wanted, key.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        key.state = target
        _save(key)
    return None


def _locked(number: int, actor: Actor | None, event: Event) -> SystemKey | ControlRefuse:
    """Lock a key's system and the key; another body's is answered like none."""
    found = SystemKey.objects.filter(pk=number).first()
    if found is None:
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    system = System.objects.select_for_update(of=("self",)).select_related("body").get(pk=found.system_id)
    if actor is not None and actor.body not in (None, system.body_id):
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    key = SystemKey.objects.select_for_update().get(pk=number)
    key.system = system
    event.body = system.body_id
    event.detail |= {"system": system.code, "thumbprint": key.thumbprint, "environment": key.environment}
    return key


def _term(key: SystemKey) -> KeyTerm:
    assert key.valid_from is not None
    assert key.valid_until is not None
    return KeyTerm(key.valid_from, key.valid_until, key.revoked_at)


def _give_way(key: SystemKey, term: KeyTerm) -> None:
    key.valid_until = term.valid_until
    if key.state == KeyState.ACTIVE:
        target = KEY_MACHINE.step(KeyAct.SUCCEED, key.state, None)
        assert isinstance(target, KeyState)
        key.state = target
    _save(key)


def _save(key: SystemKey) -> None:
    key.version += 1
    key.save(update_fields=("state", "valid_from", "valid_until", "revoked_at", "version"))


def _ground_ends(key: SystemKey, profile: Profile, now: int) -> tuple[int | None, ...]:
    """Return the ends of what the connection rests on by the grant in force; a sandbox rests on nothing."""
    if key.environment != Environment.PRODUCTION:
        return ()
    rows = execute(QUERIES, "grant_in_force", key.system.code)
    if not rows:
        return ()
    facts = decode_document(bytes(rows[0][0])).facts
    return ground_ends(standing(facts, profile, now).grounds, now)


def _event(kind: str, number: int, actor: Actor, *, reason: str = "") -> Event:
    event = Event(kind=kind, actor=actor, subject_kind="key", subject=str(number), law=_LAW)
    event.detail = {"reason": reason} if reason else {}
    return event


def _refused(refusal: KeyRefusal) -> ControlRefuse:
    return ControlRefuse(ControlCode.KEY_REFUSED, {"why": KEY_TEXTS[refusal]})
