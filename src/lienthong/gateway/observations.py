"""Everything that can happen in the gateway that an operator may want to see: one closed set of events.

The stages report events and nothing else; this module decides which become log lines and which metrics.
No event holds personal data: systems, codes, counts and times only, which a test proves by rendering each.
"""

import logging
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import assert_never

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values
from prometheus_client.multiprocess import mark_process_dead


class Answered(msgspec.Struct, frozen=True, gc=False):
    """A proven caller got its answer, recorded; times in microseconds."""

    system: str
    service: str
    duration: int


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A proven caller was refused, and the refusal recorded."""

    system: str
    service: str
    code: str
    duration: int


class Unproven(msgspec.Struct, frozen=True, gc=False):
    """A call was turned away before proof, or counted in a summary: nothing was recorded for it alone."""

    code: str


class BatchRead(msgspec.Struct, frozen=True, gc=False):
    """One coalesced read came back."""

    persons: int


class BatchRecorded(msgspec.Struct, frozen=True, gc=False):
    """One coalesced append became durable."""

    records: int
    lines: int


@dataclass(frozen=True, slots=True)
class RecordUncertain:
    """The outcome of an append is unknown; none of its answers was given."""

    records: int
    reason: str


@dataclass(frozen=True, slots=True)
class GrantsLoaded:
    """The gateway holds a new version of the grants."""

    version: int
    systems: int


@dataclass(frozen=True, slots=True)
class GrantRejected:
    """A published grant was ignored: its signature or its number does not check. An alarm."""

    system: str
    revision: int
    reason: str


@dataclass(frozen=True, slots=True)
class ProtectedAsked:
    """Someone without the right asked for a protected person. An alarm; the answer was the uniform one."""

    system: str


@dataclass(frozen=True, slots=True)
class BatchesSuspended:
    """Too many misses in a batch: its system's batches wait for a person to lift this. An alarm."""

    system: str


@dataclass(frozen=True, slots=True)
class DiskLow:
    """The log's disk is too full for new work."""

    free: int


@dataclass(frozen=True, slots=True)
class LogReadOnly:
    """The log is closed since it was set back; `size` is how many leaves it has."""

    cause: str
    size: int


@dataclass(frozen=True, slots=True)
class LogOpened:
    """The log takes records."""


class ClockCompared(msgspec.Struct, frozen=True, gc=False):
    """The own clock is ahead of the database's by `offset` microseconds."""

    offset: int


@dataclass(frozen=True, slots=True)
class ClockUnsynchronised:
    """The own clock is not to be trusted: `state` says in which way, `offset` is in microseconds."""

    state: str
    offset: int


@dataclass(frozen=True, slots=True)
class Defect:
    """An internal error; its detail went to the log under this id, never to the caller."""

    incident: str
    kind: str


Observation = (
    Answered
    | Refused
    | Unproven
    | BatchRead
    | BatchRecorded
    | RecordUncertain
    | GrantsLoaded
    | GrantRejected
    | ProtectedAsked
    | BatchesSuspended
    | DiskLow
    | LogReadOnly
    | LogOpened
    | ClockCompared
    | ClockUnsynchronised
    | Defect
)


Alarm = (
    RecordUncertain
    | GrantRejected
    | ProtectedAsked
    | BatchesSuspended
    | DiskLow
    | LogReadOnly
    | ClockUnsynchronised
    | Defect
)
"""What an operator must look at."""


class Observer:
    """Turns observations into metrics and log lines; one per worker process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._log = structlog.get_logger("lienthong.gateway")
        self._answered = self._counter("answered", "Answers given and recorded", "service")
        self._refused = self._counter("refused", "Refusals of proven callers, recorded", "service", "code")
        self._unproven = self._counter("unproven", "Calls turned away before proof", "code")
        self._alarms = self._counter("alarms", "Events an operator must look at", "kind")
        self._persons = self._counter("persons_read", "Persons read from the register")
        self._records = self._counter("records", "Records made durable")
        self._lines = self._counter("lines", "Lines made durable")
        self._version = Gauge(
            "lienthong_grant_version",
            "Version of the grants in force",
            registry=self.registry,
            multiprocess_mode="livemin",
        )
        self._read_only = Gauge(
            "lienthong_log_read_only",
            "1 while the log is closed since it was set back",
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        self._clock = Gauge(
            "lienthong_clock_offset_seconds",
            "How far the own clock is from the database's",
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        self._duration = Histogram(
            "lienthong_exchange_seconds",
            "From the last byte of the request to the durable record",
            ["service"],
            registry=self.registry,
            buckets=(0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5),
        )

        self._services: dict[str, tuple[Counter, Histogram]] = {}

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"lienthong_{name}", text, labels, registry=self.registry)

    def _of_service(self, service: str) -> tuple[Counter, Histogram]:
        """Return the counter and histogram of a service, looked up once."""
        found = self._services.get(service)
        if found is None:
            found = (self._answered.labels(service), self._duration.labels(service))
            self._services[service] = found
        return found

    def see(self, event: Observation) -> None:
        """Count the event, and log it when an operator must look at it."""
        match event:
            case Answered(service=service, duration=duration):
                answered, seconds = self._of_service(service)
                answered.inc()
                seconds.observe(duration / 1e6)
            case Refused(service=service, code=code, duration=duration):
                self._refused.labels(service, code).inc()
                self._of_service(service)[1].observe(duration / 1e6)
            case Unproven(code=code):
                self._unproven.labels(code).inc()
            case BatchRead(persons=persons):
                self._persons.inc(persons)
            case BatchRecorded(records=records, lines=lines):
                self._records.inc(records)
                self._lines.inc(lines)
            case GrantsLoaded(version=version):
                self._version.set(version)
                self._log.info("grants loaded", **asdict(event))
            case ClockCompared(offset=offset):
                self._clock.set(abs(offset) / 1e6)
            case LogOpened():
                self._read_only.set(0)
            case LogReadOnly():
                self._read_only.set(1)
                self._alarm(event)
            case RecordUncertain() | GrantRejected() | ProtectedAsked():
                self._alarm(event)
            case BatchesSuspended() | DiskLow() | ClockUnsynchronised() | Defect():
                self._alarm(event)
            case _:
                assert_never(event)

    def _alarm(self, event: Alarm) -> None:
        kind = type(event).__name__
        self._alarms.labels(kind).inc()
        self._log.warning(kind, **asdict(event))


def share_metrics(directory: Path) -> None:
    """Keep the metrics of this process in files, so that any worker can add up all of them.

    Before the first Observer. The library chooses where values live when it is imported, which was before
    this worker was forked. What workers that are gone said of themselves is taken out: a version of the
    grants that nobody holds any more.
    """
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
    for file in directory.glob("gauge_live*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdigit() and not Path("/proc", pid).exists():
            mark_process_dead(int(pid), str(directory))  # type: ignore[no-untyped-call]


def configure_logging() -> None:
    """Log one JSON object a line to standard error; control characters are escaped by the encoder."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
