"""Running the processes of one machine: start in order, watch, stop in reverse.

Each process is a child with a log file of its own. One that ends by itself takes the others down: half a hub
is worse than none. Only children started here are ever signalled, by the handle we own; when this process is
killed, the kernel asks them to stop.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lienthong.db.bound_child import ending_with_us


class ProcessFailedError(Exception):
    """A process of the deployment ended or did not become ready; the message names its log."""


@dataclass(slots=True)
class Child:
    """One running process and where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self.process.poll() is not None

    def last_words(self) -> str:
        """Return the end of the log, for a message to the operator."""
        return self.log.read_text(errors="replace")[-2_000:]


@dataclass(slots=True)
class Supervisor:
    """The processes of one deployment. Owned by the process that starts them; use as a context manager."""

    logs: Path
    stop_seconds: float = 15.0
    children: list[Child] = field(default_factory=list)

    def __enter__(self) -> "Supervisor":
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        ready: Callable[[], bool] | None = None,
        within: float = 60.0,
        environment: dict[str, str] | None = None,
    ) -> Child:
        """Start one process and wait until `ready()` holds; raises ProcessFailedError with its last words."""
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - the command is ours
                ending_with_us(command, signal.SIGTERM),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=None if environment is None else os.environ | environment,
            )
        child = Child(name, process, log)
        self.children.append(child)
        deadline = time.monotonic() + within
        while ready is not None and not ready():
            if child.has_ended():
                raise ProcessFailedError(
                    f"{name} ended with exit code {process.returncode}; "
                    f"its log {log} ends:\n{child.last_words()}"
                )
            if time.monotonic() > deadline:
                raise ProcessFailedError(
                    f"{name} was not ready within {within:.0f} s; its log {log} ends:\n{child.last_words()}"
                )
            time.sleep(0.05)
        return child

    def watch(self, until: Callable[[], bool], *, pause: float = 0.3) -> None:
        """Return when `until()` holds; raises ProcessFailedError as soon as a child ends by itself."""
        while not until():
            self.check()
            time.sleep(pause)

    def check(self) -> None:
        """Raise ProcessFailedError if a child has ended by itself."""
        for child in self.children:
            if child.has_ended():
                raise ProcessFailedError(
                    f"{child.name} ended; its log {child.log} ends:\n{child.last_words()}"
                )

    def stop(self) -> None:
        """End the children in reverse order: ask first, kill what does not listen."""
        while self.children:
            child = self.children.pop()
            if child.has_ended():
                continue
            child.process.send_signal(signal.SIGTERM)
            try:
                child.process.wait(self.stop_seconds)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
