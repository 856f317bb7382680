"""How the hub is reached: certificates, bounded answers, nothing from the environment."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lienthong_agency import (
    Agency,
    Answered,
    AsyncAgency,
    Caller,
    Cause,
    Context,
    Journal,
    OpenRequestError,
    Patience,
    Person,
    Transport,
    Unanswered,
    lookup,
    parse_hub_keys,
    transport,
)
from lienthong_protocol.refusals import Code
from tests.client.conftest import QUICK
from tests.client.loopback_hub import LoopbackHub, Sent, unsigned

LOOKUP = lookup(Person("099090000017", "X", "1990"), ["sex"], context=Context("p"))


@dataclass
class Certificate:
    """A certificate of its own authority, as files."""

    path: str
    key_path: str


def make_certificate(folder: Path, name: str) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = folder / f"{name}.pem", folder / f"{name}.key"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return Certificate(str(path), str(key_path))


@pytest.fixture
def certificates(tmp_path: Path) -> tuple[Certificate, Certificate]:
    return make_certificate(tmp_path, "hub"), make_certificate(tmp_path, "agency")


@pytest.fixture
def guarded(certificates: tuple[Certificate, Certificate]) -> Iterator[LoopbackHub]:
    """A hub over TLS that asks for the agency's certificate."""
    own, agency = certificates
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=agency.path)
    context.load_cert_chain(own.path, own.key_path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    made = LoopbackHub(tls=context)
    yield made
    made.close()


def caller_of(hub: LoopbackHub) -> Caller:
    return Caller("s", hub.agency, hub.origin, parse_hub_keys(hub.keys()), patience=QUICK)


def test_both_ends_prove_themselves_by_certificate(
    guarded: LoopbackHub, certificates: tuple[Certificate, Certificate], journal: Journal
) -> None:
    own, client = certificates
    caller = caller_of(guarded)
    good = Transport(authority=own.path, certificate=client.path, certificate_key=client.key_path)
    with Agency(caller, journal, good) as agency:
        assert isinstance(agency.ask(LOOKUP), Answered)
    for wrong in (
        Transport(certificate=client.path, certificate_key=client.key_path),
        Transport(authority=own.path),
        Transport(authority=client.path, certificate=client.path, certificate_key=client.key_path),
    ):
        with Agency(replace(caller, patience=Patience(attempts=1)), journal, wrong) as agency:
            outcome = agency.ask(LOOKUP)
        assert isinstance(outcome, Unanswered)
        assert outcome.cause is Cause.LOST
    assert len(guarded.received) == 1


def test_nothing_is_taken_from_the_environment(
    hub: LoopbackHub, caller: Caller, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Agency(caller, journal) as agency:
        assert isinstance(agency.ask(LOOKUP), Answered)
    assert hub.agents == ["lienthong-agency/1"]


def test_an_endless_answer_is_given_up(
    hub: LoopbackHub, caller: Caller, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 100)

    async def ask() -> object:
        async with AsyncAgency(caller, journal) as agency:
            return await agency.ask(LOOKUP)

    hub.script.extend([lambda hub, read, body: Sent(200, [], b"x" * 1_000)] * 6)
    with Agency(caller, journal) as agency:
        outcomes = [agency.ask(LOOKUP), asyncio.run(ask())]
    for outcome in outcomes:
        assert isinstance(outcome, Unanswered)
        assert outcome.cause is Cause.LOST


def test_what_is_open_is_had_without_a_signature(hub: LoopbackHub, caller: Caller, journal: Journal) -> None:
    async def fetch(path: str) -> bytes:
        async with AsyncAgency(caller, journal) as agency:
            return await agency.open(path)

    with Agency(caller, journal) as agency:
        assert agency.open("/v1/checkpoints").startswith(b"hub.example/log\n0\n")
        assert asyncio.run(fetch("/v1/keys")) == agency.open("/v1/keys")
        hub.open_script.append(unsigned(Code.TOO_MANY_FAILURES, headers=[("retry-after", "60")]))
        with pytest.raises(OpenRequestError) as told:
            agency.open("/v1/keys")
        assert (told.value.status, told.value.retry_after) == (429, 60)
    nowhere = replace(caller, hub="http://127.0.0.1:9")
    with Agency(nowhere, journal) as agency, pytest.raises(OpenRequestError, match="ConnectError"):
        agency.open("/v1/keys")
    assert journal.head().size == 0


def test_a_transport_is_made_of_real_files(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Transport(authority=str(tmp_path / "absent")).arguments()
    assert isinstance(Transport().arguments()["timeout"], httpx.Timeout)
