"""The WSGI application of one worker: set up from the configuration, complete or not at all."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.core.handlers.wsgi import WSGIHandler

from lienthong.config import read_configuration
from lienthong.control.starting import prepare

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

CONFIGURATION_VARIABLE: Final = "LIENTHONG_CONFIG"


def make_application() -> "WSGIApplication":
    """Return the application; raises ImproperlyConfigured when a page or an address is not declared."""
    prepare(read_configuration(Path(os.environ[CONFIGURATION_VARIABLE])))
    from lienthong.control.frame.completeness import addresses

    addresses()
    return WSGIHandler()
