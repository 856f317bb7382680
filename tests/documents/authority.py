"""A small certificate authority for tests: a root, and signers it vouches for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

START = datetime(2026, 1, 1, tzinfo=UTC)


def _name(common: str, organisation: str | None) -> x509.Name:
    named = (
        (NameOID.COUNTRY_NAME, "VN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.COMMON_NAME, common),
    )
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in named if text is not None])


class TestAuthority:
    """A root whose certificate lies in `root`."""

    __test__ = False

    def __init__(self, folder: Path, name: str = "Test Root") -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.subject = _name(name, "Example")
        self.organisation: str | None = "Sở Y tế"
        self.root = folder / f"{name}.pem"
        self.root.write_bytes(self._issue(self.subject, self.key.public_key(), is_root=True))

    def signer(self, common: str, *, until: datetime | None = None) -> tuple[Path, Path]:
        """Files of a key and its certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        key_file, certificate_file = self.folder / f"{common}.key", self.folder / f"{common}.pem"
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        certificate_file.write_bytes(
            self._issue(_name(common, self.organisation), key.public_key(), is_root=False, until=until)
        )
        return key_file, certificate_file

    def revocations(
        self, *revoked: Path, made: datetime = START, until: datetime | None = None
    ) -> x509.CertificateRevocationList:
        """A list that names these certificates, in force from `made`, a year long unless told otherwise."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.subject)
            .last_update(made)
            .next_update(until or made + timedelta(days=365))
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        for each in revoked:
            serial = x509.load_pem_x509_certificate(each.read_bytes()).serial_number
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(made).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, hashes.SHA256())

    def _issue(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        *,
        is_root: bool,
        until: datetime | None = None,
    ) -> bytes:
        usage = x509.KeyUsage(
            digital_signature=not is_root,
            content_commitment=not is_root,
            key_cert_sign=is_root,
            crl_sign=is_root,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(START)
            .not_valid_after(until or START + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)
