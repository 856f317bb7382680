"""The WSGI application of one worker: set up from the configuration, complete or not at all."""

import gc
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.core.handlers.wsgi import WSGIHandler

from lienthong.config import read_configuration
from lienthong.control.front import Front, networks
from lienthong.control.log_lines import log_as_lines
from lienthong.control.starting import prepare
from lienthong.db.bound_child import end_with_parent

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_ALLOCATIONS_BETWEEN_SEARCHES: Final = 20_000
CONFIGURATION_VARIABLE: Final = "LIENTHONG_CONFIG"


def make_application() -> "WSGIApplication":
    """Return the application; raises ImproperlyConfigured when a page or an address is not declared.

    A worker without the process that started it would hold the port and serve what nobody watches: it stops
    as if that one had asked it to.
    """
    end_with_parent(signal.SIGTERM)
    log_as_lines()
    configuration = read_configuration(Path(os.environ[CONFIGURATION_VARIABLE]))
    prepare(configuration)
    from lienthong.control.frame.completeness import addresses

    addresses()
    settle_memory()
    return Front(
        WSGIHandler(),
        proxies=networks(configuration.control.proxies),
        scheme=urlsplit(configuration.control.public_origin).scheme,
        is_ready=_is_ready,
    )


def settle_memory() -> None:
    """Leave what a worker has loaded out of every later search for garbage, and search less often.

    Rendering a page makes thousands of short-lived objects; each search would go through all of Django.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_SEARCHES, 20, 100)


def _is_ready() -> bool:
    """Tell whether the database answers, on a connection of Django's that is taken up afresh if it broke."""
    from django.db import Error, close_old_connections

    from lienthong.control.audit.events import database_now

    try:
        close_old_connections()
        database_now()
    except Error:
        return False
    return True
