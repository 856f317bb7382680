"""The log's side of the witness protocol: what counts as a cosignature and what does not."""

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest

from lienthong.ledger.cosigning import (
    Cosigned,
    Endpoint,
    EndpointError,
    NotCosigned,
    SeenOther,
    add_checkpoint,
    is_reachable,
    last_note,
    parse_endpoint,
)
from lienthong_protocol.notes import NoteSigner, SignatureType

WITNESS = NoteSigner("w.example", SignatureType.COSIGNATURE, bytes(32))
STRANGER = NoteSigner("w.example", SignatureType.COSIGNATURE, bytes([1]) * 32)
LOG = NoteSigner("log.example", SignatureType.NOTE, bytes(32))
TEXT = "log.example\n1\nAAAA\n"
GOOD = WITNESS.cosign(TEXT, time=5)


@pytest.fixture
def answering() -> Iterator[Callable[[int, bytes], Endpoint]]:
    """A witness that answers everything in one way."""
    running = []

    def answer(status: int, body: bytes) -> Endpoint:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                return

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return Endpoint(WITNESS.verifier, f"http://127.0.0.1:{server.server_address[1]}")

    yield answer
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, GOOD.encode(), Cosigned),
        (200, STRANGER.cosign(TEXT, time=5).encode() + GOOD.encode(), Cosigned),
        (200, STRANGER.cosign(TEXT, time=5).encode(), NotCosigned),
        (200, WITNESS.cosign(TEXT + "x\n", time=5).encode(), NotCosigned),
        (200, "nothing", NotCosigned),
        (200, "", NotCosigned),
        (409, "17\n", SeenOther),
        (409, "017\n", NotCosigned),
        (403, "no\n", NotCosigned),
        (500, "", NotCosigned),
    ],
)
def test_an_answer_counts_only_if_this_witness_signed_this_text(
    answering: Callable[[int, bytes], Endpoint], status: int, body: str, expected: type
) -> None:
    reply = add_checkpoint(answering(status, body.encode()), b"old 0\n\n", TEXT)
    assert isinstance(reply, expected)
    if isinstance(reply, Cosigned):
        assert reply.signature == GOOD
    if isinstance(reply, SeenOther):
        assert reply.size == 17


def test_a_witness_out_of_reach_is_no_error() -> None:
    nowhere = Endpoint(WITNESS.verifier, "http://127.0.0.1:1")
    assert isinstance(add_checkpoint(nowhere, b"", TEXT), NotCosigned)
    assert last_note(nowhere.url, "log.example") is None
    assert not is_reachable(nowhere)


def test_a_witness_that_knows_nothing_is_reachable(answering: Callable[[int, bytes], Endpoint]) -> None:
    endpoint = answering(404, b"")
    assert is_reachable(endpoint)
    assert last_note(endpoint.url, "log.example") is None
    assert last_note(answering(200, b"a note").url, "log.example") == "a note"


def test_an_endpoint_is_a_key_and_an_address() -> None:
    vkey = WITNESS.verifier.vkey
    assert parse_endpoint(f" {vkey} https://w.example/log/ ") == Endpoint(
        WITNESS.verifier, "https://w.example/log"
    )
    for text in (
        vkey,
        "http://127.0.0.1:8401",
        f"{vkey} ftp://w.example",
        f"{vkey} http://",
        f"{vkey} http://w.example/?a",
        f"{vkey[:-4]} http://w.example",
        f"{LOG.verifier.vkey} http://w.example",
    ):
        with pytest.raises(EndpointError):
            parse_endpoint(text)
