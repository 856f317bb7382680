"""The certificates that sign letters where everybody is made up: laid out once, never used in production.

They stand in for the certificate that a body has from a recognised authority, and for the authority's seal.
Law: R5.3.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lienthong.db.private_files import write_private

ROOT_FILE: Final = "root.pem"
KEY_FILE: Final = "signer.key"
CERTIFICATE_FILE: Final = "signer.pem"
SEAL_KEY_FILE: Final = "seal.key"
SEAL_FILE: Final = "seal.pem"
_TERM: Final = timedelta(days=3650)
ORGANISATION: Final = "Trình diễn – không có giá trị pháp lý"


def lay_out_demonstration(folder: Path, *, now: datetime) -> None:
    """Make a root, a signer for bodies and the authority's seal in a folder; what is there already stays.

    The root's key is not kept: it vouches for these two and for nobody after.
    """
    if (folder / CERTIFICATE_FILE).exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    root_key, root_name = ec.generate_private_key(ec.SECP256R1()), _name("Gốc trình diễn")
    root = _certificate(root_name, root_name, root_key, root_key.public_key(), now=now, is_root=True)
    write_private(folder / ROOT_FILE, root)
    # The signer's certificate comes last: while it is missing, the whole is made anew.
    for common, key_file, file in (
        ("Con dấu trình diễn", SEAL_KEY_FILE, SEAL_FILE),
        ("Chữ ký trình diễn", KEY_FILE, CERTIFICATE_FILE),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key()
        certificate = _certificate(_name(common), root_name, root_key, public, now=now, is_root=False)
        write_private(folder / key_file, private)
        write_private(folder / file, certificate)


def is_of_demonstration(certificate: Path) -> bool:
    """Say whether a certificate in PEM is one of a demonstration, by the organisation that it names.

    Raises OSError, or ValueError for what is no certificate.
    """
    subject = x509.load_pem_x509_certificate(certificate.read_bytes()).subject
    named = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return [each.value for each in named] == [ORGANISATION]


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePublicKey,
    *,
    now: datetime,
    is_root: bool,
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
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _TERM)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(authority, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
