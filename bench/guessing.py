"""`python -m bench.guessing`: how much somebody with one valid key learns in a day by guessing.

The attacker asks the running gateway over HTTP, signed, as fast as it likes, under a grant with the default
budgets of misses, and is judged by what came back: persons whose data it got, and field values it confirmed.
"""

import asyncio
import random
import secrets
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from bench.stage import GATEWAY, Caller, Person, Stage, people, served, staged
from lienthong_protocol.signing import sign_request

TRIES = 3_000
"""Questions of one attack: far more than any budget of a day."""


def main() -> None:
    """Measure each attack under a system of its own, whose day begins untouched."""
    with tempfile.TemporaryDirectory(prefix="lienthong-guessing-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)
        with staged(Path(folder) / "stage", 100_000) as stage, served(stage, GATEWAY, ready="/readyz"):
            known = asyncio.run(people(stage, 2_000))
            chance = random.Random(3)
            names = Counter(person.full_name for person in known).most_common(200)
            attacks: tuple[tuple[str, Callable[[], Iterator[Person]]], ...] = (
                ("name and birth date known, number swept", lambda: _swept(known[0], chance)),
                ("numbers known, names guessed by frequency", lambda: _named(known, [n for n, _ in names])),
                ("number and name known, birth date swept", lambda: _dated(known)),
            )
            for caller, (title, guesses) in zip(stage.callers, attacks, strict=False):
                learnt, asked = _attack(stage, caller, guesses())
                print(f"{title:<45} {asked:,} questions, {learnt} persons learnt")
            padded = stage.callers[5]
            honest = sum(_ask(stage, padded, person) for person in known[:1_000])
            learnt, asked = _attack(stage, padded, _named(known[1_000:], [n for n, _ in names]))
            print(
                f"the same names after {honest:,} honest answers        "
                f"{asked:,} questions, {learnt} persons learnt"
            )


def _attack(stage: Stage, caller: Caller, guesses: Iterator[Person]) -> tuple[int, int]:
    learnt: set[str] = set()
    asked = 0
    for guess in guesses:
        if asked == TRIES:
            break
        asked += 1
        if _ask(stage, caller, guess):
            learnt.add(guess.number)
    return len(learnt), asked


def _swept(person: Person, chance: random.Random) -> Iterator[Person]:
    """The six random digits, place, sex and year being known."""
    while True:
        yield Person(f"{person.number[:6]}{chance.randrange(10**6):06}", person.full_name, person.birth_date)


def _named(known: list[Person], names: list[str]) -> Iterator[Person]:
    """For each number with its birth date the commonest names, three a person: more would be lost."""
    for person in known:
        for name in names[:3]:
            yield Person(person.number, name, person.birth_date)


def _dated(known: list[Person]) -> Iterator[Person]:
    for person in known:
        for month in range(1, 4):
            yield Person(person.number, person.full_name, f"{person.birth_date[:4]}-{month:02}-15")


def _ask(stage: Stage, caller: Caller, person: Person) -> bool:
    body = msgspec.json.encode(
        {
            "number": person.number,
            "full_name": person.full_name,
            "birth_date": person.birth_date,
            "fields": caller.fields,
        }
    )
    headers = sign_request(
        method="POST",
        target_uri=stage.origin + "/v1/lookup",
        headers=[
            ("content-type", "application/json"),
            ("lt-request-id", secrets.token_hex(8)),
            ("lt-purpose", "bench"),
            ("lt-officer", "officer-1"),
            ("lt-case", "CASE-1"),
        ],
        body=body,
        key=caller.key,
        created=int(time.time()),
        nonce=secrets.token_urlsafe(16),
    )
    request = urllib.request.Request(stage.origin + "/v1/lookup", data=body, headers=dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return False


if __name__ == "__main__":
    main()
