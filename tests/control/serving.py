"""The portals behind a real HTTP server in this process, on the test's database, for browsers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import override_settings


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


class _Server(ThreadingMixIn, WSGIServer):
    """One thread per request, each with a database connection that ends with it."""

    daemon_threads = False

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


@contextmanager
def served() -> Iterator[str]:
    """Serve the portals on a free loopback port; every request has been answered when this is left."""
    allowed = {"ALLOWED_HOSTS": [*settings.ALLOWED_HOSTS, "127.0.0.1"]}
    with (
        override_settings(**allowed),
        make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server,
    ):
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
