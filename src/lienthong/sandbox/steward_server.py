"""The steward's process: one worker that serves the control plane on this machine."""

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from lienthong.config import Configuration, GatewaySettings, read_configuration
from lienthong.db.bound_child import end_with_parent
from lienthong.gateway.messages import unsigned_problem
from lienthong.gateway.observations import configure_logging
from lienthong.gateway.server import CONFIGURATION_VARIABLE, received
from lienthong.sandbox.steward import Steward
from lienthong_protocol.refusals import Refuse

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope


class StewardApplication:
    """The RSGI application of the one worker."""

    def __init__(self) -> None:
        self._steward: Steward | None = None
        self._settings = GatewaySettings()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the steward; a database that is down does not stop the start, a starter that is gone does."""
        end_with_parent(signal.SIGTERM)
        configure_logging()
        configuration = read_configuration(Path(os.environ[CONFIGURATION_VARIABLE]))
        self._settings = configuration.gateway
        self._steward = Steward(configuration)
        loop.run_until_complete(self._steward.start())

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Close the files."""
        if self._steward is not None:
            self._steward.close()

    async def __rsgi__(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        """Serve one request."""
        assert self._steward is not None
        message = await received(scope, protocol, self._settings)
        response = (
            unsigned_problem(message) if isinstance(message, Refuse) else await self._steward.handle(message)
        )
        protocol.response_bytes(response.status, response.headers, response.body)


application = StewardApplication()


def serve(configuration: Configuration, path: Path) -> None:
    """Run the steward until told to stop; `path` is the file `configuration` came from.

    Raises ConfigurationError, KeyFileError or CustodyError for what a person must put right first.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.log import LogLevels

    Steward(configuration).close()
    os.environ[CONFIGURATION_VARIABLE] = str(path.resolve())
    Granian(
        "lienthong.sandbox.steward_server:application",
        address=configuration.sandbox.address,
        port=configuration.sandbox.port,
        interface=Interfaces.RSGI,
        workers=1,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=int(configuration.gateway.drain_seconds),
        respawn_failed_workers=True,
    ).serve()
