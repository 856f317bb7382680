"""What lies in a demonstration beside its files: keys in each stage, letters that came on paper."""

import json
import secrets
from datetime import timedelta
from typing import Final

from lienthong.config import Environment
from lienthong.control.audit.events import database_now
from lienthong.control.connections import tracks
from lienthong.control.connections.models import Request
from lienthong.control.connections.opening import ReadLetter, open_file
from lienthong.control.connections.own_drafts import offers_of
from lienthong.control.letters import arrivals
from lienthong.control.letters.arrived import give_back
from lienthong.control.letters.models import IncomingLetter
from lienthong.control.participants import keys
from lienthong.control.participants.models import Body, System, SystemKey
from lienthong.control.showcase.contents import PaperLetter
from lienthong.control.showcase.dates import let_key_end
from lienthong.control.showcase.pages import scan_of
from lienthong.control.showcase.people import ShowcaseError, Side, Unit, done
from lienthong.control.showcase.words import WORDS
from lienthong.core.arrived_letters import GiveBackGround
from lienthong.core.document_kinds import ArrivalChannel
from lienthong.core.legal_days import day_of
from lienthong.core.letter_numbers import NumberSymbol, parse_number_symbol
from lienthong.core.letters import Signatory
from lienthong_protocol.keys import Algorithm, generate, public_jwk

_SANDBOX, _PRODUCTION = Environment.SANDBOX, Environment.PRODUCTION
_KEYED: Final = "H31.MOTCUA"
_ELSEWHERE: Final = "H31.ASXH"


def show_keys(side: Side, unit: Unit) -> None:
    """Let the systems of a body have keys in every stage; what has keys already is left alone."""
    systems = {system.code: system.pk for system in System.objects.filter(code__in=(_KEYED, _ELSEWHERE))}
    if SystemKey.objects.filter(system__in=systems.values()).exists():
        return
    here, there = systems[_KEYED], systems[_ELSEWHERE]
    ended = _accepted(there, _SANDBOX, side, unit)
    let_key_end(ended)
    keys.end_passed_keys()
    _accepted(here, _SANDBOX, side, unit)
    # The first gives way to the second: both are accepted for a week.
    _accepted(here, _SANDBOX, side, unit)
    lost = _accepted(there, _SANDBOX, side, unit)
    done(keys.revoke(lost, reason=WORDS["key_lost"], actor=unit.key_officer))
    wrong = _proposed(there, _SANDBOX, side)
    done(keys.reject(wrong, reason=WORDS["key_wrong"], actor=unit.key_officer))
    done(keys.withdraw(_proposed(there, _SANDBOX, side), actor=side.writer))
    _accepted(there, _SANDBOX, side, unit)
    _proposed(here, _PRODUCTION, side)


def _proposed(system: int, environment: Environment, side: Side) -> int:
    public = json.dumps(public_jwk(generate(Algorithm.ED25519, secrets.token_bytes(32))))
    key = keys.propose(system, public, environment, actor=side.writer)
    if not isinstance(key, int):
        raise ShowcaseError(f"{key.code}: {key.text.en}")
    return key


def _accepted(system: int, environment: Environment, side: Side, unit: Unit) -> int:
    key = _proposed(system, environment, side)
    done(keys.accept(key, SystemKey.objects.get(pk=key).version, actor=unit.key_officer))
    return key


def show_paper(letter: PaperLetter, unit: Unit) -> None:
    """Enter a letter that came on paper with its scan; the second copy of a known one joins the first.

    Of others the clerk opens the file with the little that they say, or gives them back.
    """
    number = parse_number_symbol(letter.letter)
    assert isinstance(number, NumberSymbol), number
    known = IncomingLetter.objects.filter(number=number.text, channel=ArrivalChannel.PAPER)
    if known.exists():
        return
    body = Body.objects.filter(identifier=letter.sender).first()
    sender, place = (letter.sender, WORDS["authority_place"]) if body is None else (body.name, body.place)
    dated = day_of(database_now()) - timedelta(days=letter.age)
    arrival = arrivals.Arrival(
        sender=letter.sender,
        number=number,
        dated=dated,
        subject=letter.subject,
        channel=ArrivalChannel.PAPER,
        copy=letter.copy,
        signatory={"name": letter.signatory, "title": letter.title},
    )
    scan = arrivals.Scan(
        name=f"{letter.letter.replace('/', '-')}.pdf",
        declared_type="application/pdf",
        content=scan_of(letter, sender, place, dated),
    )
    entered = arrivals.enter(arrival, scan, actor=unit.clerk)
    if not isinstance(entered, arrivals.Entered):
        raise ShowcaseError(f"{entered.code}: {entered.text.en}")
    version = IncomingLetter.objects.get(pk=entered.letter).version
    if letter.becomes == "file" and body is not None:
        read = ReadLetter(
            place=place,
            signatory=Signatory(name=letter.signatory, title=letter.title),
            systems=tuple(system.id for system in offers_of(body.pk).systems[:1]),
        )
        opened = open_file(entered.letter, version, read, actor=unit.clerk)
        if not isinstance(opened, str):
            raise ShowcaseError(f"{opened.code}: {opened.text.en}")
        tracks.provide(Request.objects.get(reference=opened).pk)
    if letter.becomes == "given_back":
        ground = GiveBackGround.NO_BODY
        done(give_back(entered.letter, version, ground, letter.reason, actor=unit.clerk))
