"""The control plane's processes as they run, `lienthong control` and `jobs`, on the test's database."""

import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType

from lienthong.db import Database

PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(holds: Callable[[], object], what: str | Callable[[], str]) -> None:
    """Wait until something holds; a slow machine is no failure, one that never comes to it is."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what if isinstance(what, str) else what()
        time.sleep(0.05)


@dataclass
class Processes:
    """A deployment's configuration on a test's database, and what was started of it."""

    folder: Path
    database: Database
    secret: Path
    port: int = field(default_factory=free_port)
    mail: str = 'folder = "mail"'
    environment: str = "demo"
    uploads: str = "uploads"
    control: str = ""
    more: str = ""
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def configuration(self) -> Path:
        (self.folder / "uploads").mkdir(exist_ok=True)
        path = self.folder / "lienthong.toml"
        at = self.database
        path.write_text(
            f"""
environment = "{self.environment}"
log_origin = "example/log"
keys = "keys"
[database]
host = {json.dumps(at.host)}
port = {at.port}
name = {json.dumps(at.name)}
passwords = {json.dumps(str(at.passwords))}
[gateway]
public_origin = "https://hub.example"
[control]
port = {self.port}
public_origin = "{self.origin}"
secret = {json.dumps(str(self.secret))}
uploads = "{self.uploads}"
{self.control}
[mail]
sender = "Liên thông <lienthong@hub.example>"
{self.mail}
{self.more}
"""
        )
        return path

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = (
            sys.executable,
            "-W",
            "error",
            "-m",
            "lienthong",
            *words,
            "--config",
            str(self.configuration),
        )
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)

    def start(self, name: str) -> subprocess.Popen[bytes]:
        command = (sys.executable, "-m", "lienthong", name, "--config", str(self.configuration))
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, stderr=log, stdout=log, start_new_session=True)
        self.started.append(process)
        return process

    def start_control(self) -> subprocess.Popen[bytes]:
        process = self.start("control")
        eventually(lambda: self.answers("/readyz") == 200, lambda: self.log("control"))
        return process

    def answers(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.origin + path, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        for process in reversed(self.started):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.started:
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise
        self.started.clear()


@dataclass(frozen=True)
class Mail:
    """One message a mail server was given."""

    to: str
    content: str

    @property
    def message_id(self) -> str:
        lines = [line for line in self.content.splitlines() if line.lower().startswith("message-id:")]
        assert len(lines) == 1, self.content
        return lines[0].partition(":")[2].strip()


class MailServer:
    """A mail server of a few lines: what it is given it keeps; `refused` addresses it does not know.

    `says` is what it says instead of yes: to a command, by its name, to a `CONNECT`, to the content (`.`).
    `before_thanks` runs when a message is whole and not yet acknowledged.
    """

    def __init__(
        self,
        port: int,
        *,
        refused: str = "",
        says: Mapping[str, str] = MappingProxyType({}),
        before_thanks: Callable[[], None] = lambda: None,
    ) -> None:
        self.mails: list[Mail] = []
        self._says = says
        self._refused = refused
        self._before_thanks = before_thanks
        self._listening = socket.create_server(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> "MailServer":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _listen(self) -> None:
        threads: list[threading.Thread] = []
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                break
            threads.append(threading.Thread(target=self._converse, args=(connection,)))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def _converse(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream:

            def say(line: str) -> None:
                stream.write(line.encode() + b"\r\n")
                stream.flush()

            try:
                say(self._says.get("CONNECT", "220 test"))
                to = ""
                while line := stream.readline().decode().strip():
                    match line.split(":")[0].upper().split()[0]:
                        case "EHLO":
                            say("250-test")
                            say("250 AUTH PLAIN")
                        case command if command in self._says:
                            say(self._says[command])
                        case "AUTH":
                            say("235 welcome")
                        case "RCPT":
                            to = line.partition("<")[2].partition(">")[0]
                            say("550 no such mailbox" if to == self._refused else "250 ok")
                        case "DATA":
                            say("354 go on")
                            content = b""
                            while (part := stream.readline()) != b".\r\n":
                                content += part
                            if "." in self._says:
                                say(self._says["."])
                                continue
                            self.mails.append(Mail(to, content.decode()))
                            self._before_thanks()
                            say("250 kept")
                        case "QUIT":
                            say("221 bye")
                            break
                        case _:
                            say("250 ok")
            except (OSError, smtplib.SMTPException):
                return


@contextmanager
def processes_on(database: Database, folder: Path, secret: Path) -> Iterator[Processes]:
    made = Processes(folder, database, secret)
    try:
        yield made
    finally:
        made.stop()
