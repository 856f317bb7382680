"""What a system has used in a Vietnamese day, and what it may still use: quotas and budgets of misses.

A gateway keeps one `DayUsage` per system, fed from the log by everyone's records, and throws it away when the
day ends. Guessing costs misses; when a budget is spent the answer stays the same uniform one, whoever is
asked for, so a spent budget tells nothing about anybody. Law: R8.2.
"""

from dataclasses import dataclass, field

PER_MILLE = 1_000


def allowance(of: int, *, per_mille: int, at_least: int) -> int:
    """Return how many misses are allowed for a count of questions: the share, but at least `at_least`."""
    return max(at_least, of * per_mille // PER_MILLE)


@dataclass(slots=True)
class OfficerUsage:
    """What one officer has used today."""

    calls: int = 0
    misses: int = 0
    persons: int = 0


@dataclass(slots=True)
class DayUsage:
    """What one system has used today. Its owner counts; the rules only read.

    `calls` and `misses` are those of single requests: a batch is braked by its own misses. `persons` counts,
    by purpose, persons delivered or verified. `subjects` counts misses by the tag of the person or claimed
    number, as in the lines of the log. `batch_suspended` stands until a person lifts it.
    """

    calls: int = 0
    misses: int = 0
    calls_by_purpose: dict[str, int] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)
    officers: dict[str, OfficerUsage] = field(default_factory=dict)
    subjects: dict[bytes, int] = field(default_factory=dict)
    batch_suspended: bool = False

    def count(
        self, *, purpose: str, officer: str | None, calls: int, persons: int, misses: int, is_batch: bool
    ) -> None:
        """Add one record; a batch counts a call for its purpose and its persons, not its misses."""
        self.calls_by_purpose[purpose] = self.calls_by_purpose.get(purpose, 0) + calls
        self.persons[purpose] = self.persons.get(purpose, 0) + persons
        if not is_batch:
            self.calls += calls
            self.misses += misses
        if officer is None:
            return
        used = self.officers.get(officer)
        if used is None:
            used = self.officers[officer] = OfficerUsage()
        used.persons += persons
        if not is_batch:
            used.calls += calls
            used.misses += misses

    def count_miss_on(self, subject: bytes) -> None:
        """Add one miss on a person or claimed number, by its tag."""
        self.subjects[subject] = self.subjects.get(subject, 0) + 1


def misses_are_spent(usage: DayUsage, budget: tuple[int, int], officer: str | None) -> bool:
    """Say whether the day's budget of misses, (per mille of calls, at least), is spent: system or officer."""
    per_mille, at_least = budget
    if usage.misses >= at_least and usage.misses >= usage.calls * per_mille // PER_MILLE:
        return True
    if officer is None or usage.misses < at_least:
        return False
    used = usage.officers.get(officer)
    return used is not None and used.misses >= at_least and used.misses >= used.calls * per_mille // PER_MILLE
