"""What is typed to play a run: with the sample of the technical documents, with the agency's client."""

import json
import shlex
from dataclasses import dataclass
from typing import Final

from lienthong.control.conformance.queries import TrialEntry
from lienthong.core.fields import FIELDS
from lienthong.core.grant_checks import NOT_COMPARED
from lienthong.core.known_persons import KnownPerson, Part
from lienthong.core.purpose import Actor
from lienthong.core.speech import Text
from lienthong.sandbox_access.messages import AskedPurpose

KEY_FILE: Final = "khoa-thu-nghiem.jwk"
SAMPLE_KEY_FILE: Final = "khoa-thu-nghiem.pem"


@dataclass(frozen=True, slots=True)
class Typed:
    """Something to be typed or put into a file, under its heading."""

    heading: Text
    text: str


def commands_for(trial: TrialEntry, run: str) -> tuple[Typed, ...]:
    """Return what plays a run, every value filled in; nothing before the sandbox has told run and persons."""
    purpose, sheet = playable(trial), trial.persons
    person = None if sheet is None else sheet.person(Part.ORDINARY)
    if purpose is None or sheet is None or person is None or not run:
        return ()
    other = sheet.person(Part.OTHER) or person
    officer = trial.officers[0] if trial.officers and purpose.actor is Actor.OFFICER else ""
    outside = outside_of(trial)
    sample = _joined(
        ("python3", "sample.py", "conformance", SAMPLE_KEY_FILE),
        ("--run", run),
        ("--purpose", purpose.code),
        ("--officer", officer) if officer else (),
        ("--outside", outside),
    )
    keys = f"curl -fsS {sheet.origin}/v1/keys -o sandbox-keys.json"
    configuration = _configuration(trial, sheet.origin, purpose.code, officer)
    texts = (sample, keys, configuration, json.dumps(_named(other), ensure_ascii=False))
    return tuple(map(Typed, _HEADINGS, (*texts, _client(person, purpose, outside, run))))


_HEADINGS: Final = (
    Text("Chạy bằng mẫu trong tài liệu kỹ thuật", "With the sample of the technical documents"),
    Text(
        "Lấy khóa công khai của môi trường kiểm thử, so với các mã nêu trên",
        "Fetch the sandbox’s public keys, compare them with the ids above",
    ),
    Text("Tệp cấu hình sandbox.toml", "The file sandbox.toml"),
    Text("Tệp người thứ hai other.json", "The second person, other.json"),
    Text("Lệnh chạy", "The command"),
)


def playable(trial: TrialEntry) -> AskedPurpose | None:
    """Return the purpose that most of a run can be played with; one of citizens is refused in the sandbox."""
    able = [purpose for purpose in trial.purposes if purpose.actor is not Actor.CITIZEN]
    return max(able, key=lambda purpose: len(purpose.services), default=None)


def outside_of(trial: TrialEntry) -> str:
    """Return a field that the request does not ask for, to be refused on purpose."""
    asked = {name for each in trial.purposes for name in (*each.fields, *each.verify_fields)}
    free = (field.name for field in FIELDS if field.name not in asked and not field.bit & NOT_COMPARED)
    return next(free, "")


def _configuration(trial: TrialEntry, origin: str, purpose: str, officer: str) -> str:
    lines = {
        "hub": origin,
        "system": trial.system,
        "key": KEY_FILE,
        "hub_keys": "sandbox-keys.json",
        "journal": "sandbox-journal.db",
        "officer": officer,
        "purpose": purpose,
    }
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items() if value)


def _client(person: KnownPerson, purpose: AskedPurpose, outside: str, run: str) -> str:
    fields = ",".join(purpose.fields)
    return _joined(
        ("lienthong-agency", "--config", "sandbox.toml", "conformance"),
        ("--run", run),
        ("--number", person.number, "--name", person.full_name, "--birth-date", person.birth_date),
        ("--other", "other.json"),
        ("--field", fields) if fields else (),
        ("--outside", outside, "--out", f"bao-cao-{run}.json"),
    )


def _joined(*parts: tuple[str, ...]) -> str:
    """Write a command, one part a line."""
    return " \\\n  ".join(shlex.join(part) for part in parts if part)


def _named(person: KnownPerson) -> dict[str, str]:
    return {"number": person.number, "full_name": person.full_name, "birth_date": person.birth_date}
