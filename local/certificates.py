"""A certificate authority of this machine's own and a certificate for localhost, made at set-up.

The authority's private key is used once and never written: nobody can sign anything else in its name.
"""

import fcntl
import ipaddress
import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA, CERTIFICATE, KEY = "ca.pem", "localhost.pem", "localhost.key"
TRUST = "trust.pem"
VALID = timedelta(days=365)
RENEW_BEFORE = timedelta(days=30)


def ensure_certificates(directory: Path) -> Path:
    """The path of the authority's certificate; makes all files again where one is missing, alien or near its end.

    Several processes may ask at once: one makes them, the others wait for it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _usable(directory):
            _make(directory)
    return directory / CA


def trust_bundle(directory: Path) -> Path:
    """A file with the machine's usual authorities and ours, for SSL_CERT_FILE and REQUESTS_CA_BUNDLE."""
    usual = ssl.get_default_verify_paths().cafile
    public = Path(usual).read_text(encoding="utf-8") if usual else ""
    bundle = directory / TRUST
    _write(bundle, f"{public}\n{ensure_certificates(directory).read_text(encoding='utf-8')}".encode())
    return bundle


def _usable(directory: Path) -> bool:
    """Whether all three files are there, belong together and have time left."""
    try:
        authority, server = (
            x509.load_pem_x509_certificate((directory / name).read_bytes()) for name in (CA, CERTIFICATE)
        )
        key = serialization.load_pem_private_key((directory / KEY).read_bytes(), password=None)
        server.verify_directly_issued_by(authority)
    except (FileNotFoundError, ValueError, InvalidSignature):
        return False
    lasts = min(authority.not_valid_after_utc, server.not_valid_after_utc) - datetime.now(UTC)
    return lasts > RENEW_BEFORE and key.public_key() == server.public_key()


def _make(directory: Path) -> None:
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Voice for Dynamics local authority")])
    _write(directory / KEY, _pem(key))
    _write(directory / CERTIFICATE, _server(ca_name, ca_key, key).public_bytes(serialization.Encoding.PEM))
    _write(directory / CA, _authority(ca_name, ca_key).public_bytes(serialization.Encoding.PEM))


def _authority(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        _builder(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )


def _server(
    issuer: x509.Name, issuer_key: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in ("127.0.0.1", "::1")]
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        _builder(name, issuer, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"), *addresses]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(authority, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALID)
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and only for this user."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)
