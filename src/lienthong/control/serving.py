"""Serving the portals: worker processes of threads, until told to stop."""

import os
import socket
from pathlib import Path

from lienthong.config import Configuration
from lienthong.control.preconditions import NotFitError
from lienthong.control.wsgi import CONFIGURATION_VARIABLE

_STOP_SECONDS = 10


def serve(configuration: Configuration, path: Path) -> None:
    """Serve until told to stop, then let what is under way finish; `path` is the configuration's file.

    Raises NotFitError when another program listens there.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    settings = configuration.control
    _require_free(settings.address, settings.port)
    os.environ[CONFIGURATION_VARIABLE] = str(path.resolve())
    Granian(
        "lienthong.control.wsgi:make_application",
        factory=True,
        address=settings.address,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_level=LogLevels.warning,
        workers_kill_timeout=_STOP_SECONDS,
        respawn_failed_workers=True,
    ).serve()


def _require_free(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise NotFitError(
                f"cannot listen on {address}:{port}: {error.strerror}. Stop the program that does, or write "
                "another address or port into [control]."
            ) from error
