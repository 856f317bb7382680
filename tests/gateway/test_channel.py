"""The channel: TLS, client certificates, and configurations that would check nothing."""

import asyncio
import http.client
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lienthong_protocol.refusals import Code
from tests.gateway.wire import over_http2
from tests.gateway.world import FIELDS, PERSON, World, close_world, granted, open_world

BODY = msgspec.json.encode({**PERSON, "fields": FIELDS})


@dataclass(frozen=True)
class Authority:
    """An authority of the test's own: its certificate and key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def issue(self, folder: Path, name: str, usage: x509.ObjectIdentifier) -> Path:
        """Write a certificate and its key, named for this machine; return the path without suffix."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.IPAddress(ip_address("127.0.0.1"))]
        certificate = (
            _builder(name, self.certificate.subject, key)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        return _write(folder / name, certificate, key)


def authority(folder: Path, name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        _builder(name, subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(folder / name, certificate, key)
    return Authority(certificate, key)


def _builder(name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _write(path: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Path:
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path.with_suffix(".crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    path.with_suffix(".key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return path


@dataclass(frozen=True)
class Channel:
    """A gateway over TLS, and who is known to whom."""

    world: World
    hub_authority: Path
    agency: Path
    stranger: Path

    def context(self, certificate: Path | None = None) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=str(self.hub_authority.with_suffix(".crt")))
        if certificate is not None:
            made.load_cert_chain(certificate.with_suffix(".crt"), certificate.with_suffix(".key"))
        return made

    def lookup(self, context: ssl.SSLContext, headers: Any = None) -> tuple[int, dict[str, Any]]:
        headers = self.world.sign("hospital", "/v1/lookup", BODY) if headers is None else headers
        connection = http.client.HTTPSConnection("127.0.0.1", self.world.port, context=context, timeout=10)
        try:
            connection.request("POST", "/v1/lookup", BODY, dict(headers))
            response = connection.getresponse()
            return response.status, msgspec.json.decode(response.read())
        finally:
            connection.close()


def opened(clusters: Any, tmp: Path, **settings: Any) -> Iterator[Channel]:
    database = clusters.fresh("wheel", clusters.template("wheel"))
    ours, theirs = authority(tmp, "hub-authority"), authority(tmp, "another-authority")
    server = ours.issue(tmp, "hub", ExtendedKeyUsageOID.SERVER_AUTH)
    agency = ours.issue(tmp, "agency", ExtendedKeyUsageOID.CLIENT_AUTH)
    stranger = theirs.issue(tmp, "stranger", ExtendedKeyUsageOID.CLIENT_AUTH)
    world = open_world(
        database,
        tls_certificate=str(server.with_suffix(".crt")),
        tls_key=str(server.with_suffix(".key")),
        **{name: str(tmp / value) if isinstance(value, str) else value for name, value in settings.items()},
    )
    channel = Channel(world, tmp / "hub-authority", agency, stranger)
    world.tls = channel.context(agency)
    asyncio.run(world.furnish([granted("hospital")]))
    world.start()
    yield channel
    close_world(world)
    clusters.discard("wheel", database)


@pytest.fixture(scope="module")
def open_channel(clusters: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Channel]:
    yield from opened(clusters, tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def closed_channel(clusters: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Channel]:
    settings = {"client_authority": "hub-authority.crt", "require_client_certificate": True}
    yield from opened(clusters, tmp_path_factory.mktemp("mtls"), **settings)


@pytest.mark.law("R1.1", "R1.4")
def test_a_call_over_tls_is_answered_and_still_needs_its_signature(open_channel: Channel) -> None:
    assert open_channel.lookup(open_channel.context())[0] == 200
    unsigned = [("content-type", "application/json")]
    status, problem = open_channel.lookup(open_channel.context(), unsigned)
    assert (status, problem["code"]) == (401, Code.SIGNATURE_MISSING)


def test_a_body_over_http2_needs_no_length(open_channel: Channel) -> None:
    context = open_channel.context()
    context.set_alpn_protocols(["h2"])
    headers = open_channel.world.sign("hospital", "/v1/lookup", BODY)
    with (
        socket.create_connection(("127.0.0.1", open_channel.world.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        assert secured.selected_alpn_protocol() == "h2"
        answer = over_http2(secured, headers, [BODY[:20], BODY[20:]])
    assert PERSON["full_name"].encode() in answer


def test_a_client_that_trusts_another_authority_does_not_connect(open_channel: Channel) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        open_channel.lookup(ssl.create_default_context())


def test_old_tls_is_refused(open_channel: Channel) -> None:
    context = open_channel.context()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        open_channel.lookup(context)


@pytest.mark.law("R1.1", "R1.4")
def test_only_a_certificate_of_the_agreed_authority_gets_through(closed_channel: Channel) -> None:
    assert closed_channel.lookup(closed_channel.context(closed_channel.agency))[0] == 200
    for certificate in (None, closed_channel.stranger):
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)):
            closed_channel.lookup(closed_channel.context(certificate))


def test_a_certificate_replaces_no_signature(closed_channel: Channel) -> None:
    context = closed_channel.context(closed_channel.agency)
    status, problem = closed_channel.lookup(context, [("content-type", "application/json")])
    assert (status, problem["code"]) == (401, Code.SIGNATURE_MISSING)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"require_client_certificate": True}, "client_authority"),
        ({"client_authority": "ca.crt"}, "checks nothing"),
        ({"tls_certificate": "a.crt"}, "tls_key"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_configuration_that_would_check_nothing_does_not_start(
    tmp_path: Path, settings: dict[str, Any], says: str
) -> None:
    lines = [
        'environment = "demo"',
        'log_origin = "a/b"',
        'keys = "keys"',
        "[database]",
        'data = "data"',
        "[gateway]",
    ]
    lines += [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in settings.items()]
    path = tmp_path / "lienthong.toml"
    path.write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "lienthong", "gateway", "--config", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode != 0
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
