"""The sandbox's gateway process: the gateway's own server with the stage before its hub."""

import asyncio
import os
from pathlib import Path

from lienthong.config import ConfigurationError, Environment, read_configuration
from lienthong.gateway.messages import Message, Response
from lienthong.gateway.server import CONFIGURATION_VARIABLE, GatewayApplication
from lienthong.sandbox.runs import RunStore
from lienthong.sandbox.stage import Stage


class SandboxApplication(GatewayApplication):
    """The RSGI application of one worker of the sandbox."""

    def __init__(self) -> None:
        super().__init__()
        self._stage: Stage | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the hub, then the stage; anywhere but in a sandbox this refuses to start."""
        configuration = read_configuration(Path(os.environ[CONFIGURATION_VARIABLE]))
        if configuration.environment is not Environment.SANDBOX:
            raise ConfigurationError("the stage plays wrong answers: it runs in a sandbox alone.")
        super().__rsgi_init__(loop)
        assert self._hub is not None
        self._stage = Stage(self._hub, RunStore(configuration.sandbox.folder(configuration.keys)))

    async def _handle(self, message: Message) -> Response:
        assert self._stage is not None
        return await self._stage.handle(message)


application = SandboxApplication()
