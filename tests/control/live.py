"""The portals over real HTTP, beside a test that looks at them in a browser."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection


class _Server(ThreadingMixIn, WSGIServer):
    """One thread a request; the test waits for all of them at the end."""

    block_on_close = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the tests look at answers."""


def _closing(application: WSGIHandler) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        try:
            response = application(environ, start)
            body = b"".join(response)
            response.close()
            return [body]
        finally:
            connection.close()

    return answer


@contextmanager
def served() -> Iterator[str]:
    """Serve the portals on the database that Django is pointed at; give their origin."""
    server = make_server("127.0.0.1", 0, _closing(WSGIHandler()), server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
