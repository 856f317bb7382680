"""What a command tells: sentences for people, JSON for programs, and the exit status for scripts."""

import json
import sys
from datetime import UTC, datetime
from typing import Any, NoReturn

import click
import msgspec

from lienthong_agency.explanation import Language, Words, explain_refusal, explain_unanswered
from lienthong_agency.outcomes import Answered, Cause, Outcome, Refused, Unanswered
from lienthong_protocol import base64url
from lienthong_protocol.receipt import Receipt

REFUSED, NOT_SET_UP, NO_ANSWER, NOT_TRUSTED = 1, 2, 3, 4
"""Exit statuses beside 0."""

_RECEIPT = Words("Nhật ký của hệ thống, mục", "Record in the hub's log")
_NOTICE = Words("Lưu ý", "Notice")


class Told(click.ClickException):
    """Something a person can put right, said in a sentence."""

    exit_code = NOT_SET_UP


class NoAnswerTold(Told):
    """Nobody answers who should."""

    exit_code = NO_ANSWER


class NotTrustedTold(Told):
    """Something is not what it should be, and a person must look."""

    exit_code = NOT_TRUSTED


def print_json(value: object) -> None:
    """Print a value as one line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def outcome_json(outcome: Outcome[Any], language: Language) -> dict[str, Any]:
    """Return an outcome as JSON members."""
    members: dict[str, Any] = {"request_id": outcome.request_id, "attempts": outcome.attempts}
    match outcome:
        case Answered():
            members |= {"outcome": "answered", "answer": msgspec.to_builtins(outcome.value)}
            members |= {"receipt": _receipt_json(outcome.receipt), "notice": outcome.notice}
        case Refused():
            members |= {"outcome": "refused", "is_proven": outcome.is_proven}
            members |= {"problem": msgspec.to_builtins(outcome.problem)}
            members |= {"explanation": explain_refusal(outcome, language), "notice": outcome.notice}
            members |= {"receipt": None if outcome.receipt is None else _receipt_json(outcome.receipt)}
        case Unanswered():
            members |= {"outcome": "unanswered", "cause": outcome.cause, "detail": outcome.detail}
            members |= {"explanation": explain_unanswered(outcome, language)}
            members |= {"retry_after": outcome.retry_after}
    return members


def end(outcome: Refused | Unanswered, language: Language) -> NoReturn:
    """Explain on standard error why there is no answer, and end with the status for it."""
    match outcome:
        case Refused():
            lines = explain_refusal(outcome, language)
        case Unanswered():
            lines = [*explain_unanswered(outcome, language), outcome.detail]
    for line in dict.fromkeys(lines):
        click.echo(line, err=True)
    sys.exit(exit_status(outcome))


def exit_status(outcome: Outcome[Any]) -> int:
    """Return the exit status an outcome ends with."""
    match outcome:
        case Answered():
            return 0
        case Refused():
            return REFUSED
        case Unanswered(cause=Cause.UNTRUSTED):
            return NOT_TRUSTED
        case Unanswered():
            return NO_ANSWER


def print_receipt(outcome: Answered[Any], language: Language) -> None:
    """Print on standard error where the record stands, and what will lapse."""
    click.echo(f"{_RECEIPT.of(language)} {outcome.receipt.index}", err=True)
    if outcome.notice is not None:
        click.echo(f"{_NOTICE.of(language)}: {outcome.notice}", err=True)


def value_text(value: object) -> str:
    """Return a value of an answer as people read it: texts bare, everything else as JSON."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def local_time(micros: int) -> str:
    """Return a time as text, in UTC."""
    return datetime.fromtimestamp(micros / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _receipt_json(receipt: Receipt) -> dict[str, Any]:
    return {
        "index": receipt.index,
        "leaf": base64url.encode(receipt.leaf),
        "salt": base64url.encode(receipt.salt),
        "at": receipt.at,
    }
