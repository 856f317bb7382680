"""The parameters of the law as dated profiles, and citations that print only what is verified.

Every decision names the profile it was taken under, so a later law changes later decisions and no earlier
one. What Circular 46/2022/TT-BCA does not say itself comes from another source or is ours, and says so.
Law: R1.1 (the law in force at the time).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lienthong.core.legal_days import add_years, day_of, end_of_day, end_of_term, start_of_day


class Unit(StrEnum):
    """What the number of a parameter counts."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    MINUTES = "minutes"
    HOURS = "hours"
    SECONDS = "seconds"
    YEARS = "years"
    MONTHS = "months"
    LEVEL = "level"
    PER_MILLE = "per_mille"
    TIMES = "times"
    DONG = "dong"
    WORD = "word"


class PeriodicLapse(StrEnum):
    """What an overdue yearly check does: only warn, restrict to verification, or stop. Law: R4.6."""

    WARN = "warn"
    RESTRICT = "restrict"
    STOP = "stop"


class PeriodicCounting(StrEnum):
    """How "once in one year" is counted: within each calendar year, or twelve months from the last."""

    CALENDAR_YEAR = "calendar_year"
    TWELVE_MONTHS = "twelve_months"


@dataclass(frozen=True, slots=True)
class Instrument:
    """A legal instrument and those of its article numbers that have been verified."""

    title: str
    verified_articles: frozenset[int] = frozenset()


TT46: Final = Instrument("Thông tư số 46/2022/TT-BCA", frozenset({1, 2, 4, 12}))
ND47: Final = Instrument(
    "Nghị định số 47/2020/NĐ-CP", frozenset({7, 16, 23, 34, 35, 38, 41, 42, 43, 44, 45, 46, 47, 48, 49})
)
ND70: Final = Instrument("Nghị định số 70/2024/NĐ-CP", frozenset({3, 5, 6, 9, 10}))
ND85: Final = Instrument("Nghị định số 85/2016/NĐ-CP", frozenset({9, 12, 15, 16, 19, 20}))
ND13: Final = Instrument("Nghị định số 13/2023/NĐ-CP", frozenset({23}))
ND356: Final = Instrument("Nghị định số 356/2025/NĐ-CP")
LAW91: Final = Instrument("Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15")
QCVN12: Final = Instrument("QCVN 12:2026/BCA")
TT48: Final = Instrument("Thông tư số 48/2022/TT-BTC")
OURS: Final = Instrument("quy ước vận hành của hệ thống")
"""A value of our own: an operating rule that no instrument sets."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in an instrument. Law: only verified article numbers are printed."""

    instrument: Instrument
    article: int | None = None

    def print(self) -> str:
        """Return the citation as documents print it: with the article where its number is verified."""
        if self.article in self.instrument.verified_articles:
            return f"{self.instrument.title}, Điều {self.article}"
        return self.instrument.title


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of the law: what it counts, where it stands, and whether that text itself was read."""

    value: int | str
    unit: Unit
    source: Citation
    verified: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """The parameters in force from one day to another (`valid_until` exclusive, None while in force)."""

    id: str
    valid_from: date
    valid_until: date | None
    parameters: Mapping[str, Parameter]

    def number(self, key: str) -> int:
        """Return a parameter that is a number; raises KeyError or TypeError for a key that is none."""
        value = self.parameters[key].value
        if not isinstance(value, int):
            raise TypeError(f"{key} is no number")
        return value

    def word(self, key: str) -> str:
        """Return a parameter that is a word; raises KeyError or TypeError for a key that is none."""
        value = self.parameters[key].value
        if not isinstance(value, str):
            raise TypeError(f"{key} is no word")
        return value

    @property
    def periodic_lapse(self) -> PeriodicLapse:
        """Return what an overdue yearly check does."""
        return PeriodicLapse(self.word("assessment.periodic_lapse"))

    def periodic_due(self, last: int) -> int:
        """Return the instant from which the next yearly check after one at `last` is overdue. Law: R4.6."""
        years = self.number("assessment.interval")
        if self.word("assessment.counting") == PeriodicCounting.CALENDAR_YEAR:
            return end_of_day(date(day_of(last).year + years, 12, 31))
        return end_of_term(last, years=years)

    def keep_until(self, at: int) -> int:
        """Return the instant before which a record of an act at `at` may not be deleted. Law: R6.2."""
        return end_of_term(at, years=self.number("log.retention"))

    def covers(self, instant: int) -> bool:
        """Say whether this profile is in force at an instant."""
        if instant < start_of_day(self.valid_from):
            return False
        return self.valid_until is None or instant < start_of_day(self.valid_until)


def _parameter(value: int | str, unit: Unit, source: Instrument, article: int | None = None) -> Parameter:
    return Parameter(value, unit, Citation(source, article), verified=source is not OURS)


def _unread(value: int | str, unit: Unit, source: Instrument, article: int | None = None) -> Parameter:
    """Return a parameter known from secondary pages alone."""
    return Parameter(value, unit, Citation(source, article), verified=False)


_AT_FIRST: Final[dict[str, Parameter]] = {
    "log.retention": _parameter(2, Unit.YEARS, TT46),
    "assessment.interval": _parameter(1, Unit.YEARS, TT46),
    "assessment.counting": _parameter(PeriodicCounting.CALENDAR_YEAR, Unit.WORD, OURS),
    "assessment.recognition": _parameter(1, Unit.YEARS, TT46),
    "assessment.periodic_lapse": _parameter(PeriodicLapse.WARN, Unit.WORD, OURS),
    "assessment.grace": _parameter(30, Unit.DAYS, OURS),
    "system.least_level": _parameter(3, Unit.LEVEL, TT46),
    "level_dossier.appraisal": _parameter(15, Unit.DAYS, ND85, 16),
    "request.decide": _parameter(5, Unit.WORKING_DAYS, ND47, 35),
    "request.items": _parameter(7, Unit.TIMES, TT46),
    "agreement.items": _parameter(12, Unit.TIMES, ND47, 38),
    "guide.publish": _parameter(30, Unit.DAYS, OURS),
    "support.reply": _parameter(7, Unit.WORKING_DAYS, ND47, 49),
    "suspension.planned_notice": _parameter(7, Unit.WORKING_DAYS, ND47, 43),
    "suspension.violation_notice": _parameter(1, Unit.DAYS, ND47, 43),
    "shares.review": _parameter(6, Unit.MONTHS, ND47, 34),
    "data.yearly_check": _parameter("31-12", Unit.WORD, ND47, 16),
    "fee.per_field": _unread(1_000, Unit.DONG, TT48),
    "fee.per_field_state_body": _parameter(0, Unit.DONG, ND47),
    "notice.ahead": _parameter(60, Unit.DAYS, OURS),
    "key.longest": _parameter(365, Unit.DAYS, OURS),
    "key.overlap": _parameter(7, Unit.DAYS, OURS),
    "tracks.start": _parameter(60, Unit.SECONDS, OURS),
    "login.token_age": _parameter(15, Unit.MINUTES, OURS),
    "misses.per_person": _parameter(3, Unit.TIMES, OURS),
    "misses.share": _parameter(20, Unit.PER_MILLE, OURS),
    "misses.at_least": _parameter(20, Unit.TIMES, OURS),
    "batch.misses_share": _parameter(200, Unit.PER_MILLE, OURS),
    "batch.misses_at_least": _parameter(20, Unit.TIMES, OURS),
}

_CHANGES: Final[tuple[tuple[str, date, dict[str, Parameter]], ...]] = (
    ("tt46-2022", date(2022, 12, 19), _AT_FIRST),
    (
        "tt46-2023-07",
        date(2023, 7, 1),
        {
            "breach.notify": _parameter(72, Unit.HOURS, ND13, 23),
            "breach.counted_from": _parameter("occurrence", Unit.WORD, ND13, 23),
            "rights.reply": _parameter(72, Unit.HOURS, ND13),
        },
    ),
    (
        "tt46-2024-07",
        date(2024, 7, 1),
        {
            "correction.decide": _parameter(2, Unit.WORKING_DAYS, ND70, 6),
            "exploitation.decide": _parameter(3, Unit.WORKING_DAYS, ND70, 10),
        },
    ),
    (
        "tt46-2026-01",
        date(2026, 1, 1),
        {
            "breach.notify": _unread(72, Unit.HOURS, LAW91),
            "breach.counted_from": _unread("detection", Unit.WORD, LAW91),
            "rights.reply": _unread(2, Unit.WORKING_DAYS, ND356),
            "rights.complete": _unread(20, Unit.DAYS, ND356),
        },
    ),
    (
        "tt46-2026-07",
        date(2026, 7, 1),
        {
            "incident.report": _parameter(24, Unit.HOURS, QCVN12),
            "security_log.retention": _parameter(12, Unit.MONTHS, QCVN12),
        },
    ),
)


def _profiles() -> Mapping[str, Profile]:
    found: dict[str, Profile] = {}
    parameters: dict[str, Parameter] = {}
    starts = [start for _, start, _ in _CHANGES]
    for (name, start, changed), end in zip(_CHANGES, [*starts[1:], None], strict=True):
        parameters = {**parameters, **changed}
        found[name] = Profile(name, start, end, MappingProxyType(parameters))
    return MappingProxyType(found)


PROFILES: Final[Mapping[str, Profile]] = _profiles()
"""Every profile by its permanent id, oldest first; each takes over what it does not change."""


def profile_at(instant: int) -> Profile:
    """Return the profile in force at an instant; raises LookupError before the first one."""
    for profile in PROFILES.values():
        if profile.covers(instant):
            return profile
    raise LookupError("no profile of the law is in force at this instant")


__all__ = [
    "PROFILES",
    "TT46",
    "Citation",
    "Instrument",
    "Parameter",
    "PeriodicCounting",
    "PeriodicLapse",
    "Profile",
    "Unit",
    "add_years",
    "day_of",
    "end_of_day",
    "end_of_term",
    "profile_at",
    "start_of_day",
]
