import shutil
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from local import certificates
from local.certificates import CA, CERTIFICATE, KEY, ensure_certificates, trust_bundle


def _contents(directory: Path) -> list[bytes]:
    return [(directory / name).read_bytes() for name in (CA, CERTIFICATE, KEY)]


def test_the_server_certificate_is_good_for_every_name_of_this_machine(tmp_path: Path) -> None:
    """It names localhost and both loopback addresses and is signed by the authority."""
    authority = x509.load_pem_x509_certificate(ensure_certificates(tmp_path).read_bytes())
    server = x509.load_pem_x509_certificate((tmp_path / CERTIFICATE).read_bytes())
    server.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]


def test_asking_again_changes_nothing(tmp_path: Path) -> None:
    """A second call finds the files usable and leaves them alone."""
    ensure_certificates(tmp_path)
    before = _contents(tmp_path)
    ensure_certificates(tmp_path)
    assert _contents(tmp_path) == before


def test_certificates_near_their_end_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has less than a month left is replaced, the authority with it."""
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "VALID", timedelta(days=20))
        ensure_certificates(tmp_path)
    ensure_certificates(tmp_path)
    server = x509.load_pem_x509_certificate((tmp_path / CERTIFICATE).read_bytes())
    assert server.not_valid_after_utc - datetime.now(UTC) > timedelta(days=300)


@pytest.mark.parametrize("name", [CA, CERTIFICATE, KEY])
def test_a_missing_or_alien_file_is_mended(tmp_path: Path, name: str) -> None:
    """A file that is gone, or comes from another set, makes the whole set again."""
    ensure_certificates(tmp_path / "one")
    ensure_certificates(tmp_path / "other")
    (tmp_path / "one" / name).unlink()
    ensure_certificates(tmp_path / "one")
    shutil.copy(tmp_path / "other" / name, tmp_path / "one" / name)
    ensure_certificates(tmp_path / "one")
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
        tmp_path / "one" / CERTIFICATE, tmp_path / "one" / KEY
    )
    authority, server = (
        x509.load_pem_x509_certificate((tmp_path / "one" / each).read_bytes()) for each in (CA, CERTIFICATE)
    )
    server.verify_directly_issued_by(authority)


def test_files_are_for_this_user_only(tmp_path: Path) -> None:
    """Nobody else may read the private key, not for a moment."""
    ensure_certificates(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600


def test_the_trust_bundle_holds_the_usual_authorities_and_ours(tmp_path: Path) -> None:
    """A process that is given the bundle still reaches the rest of the world."""
    bundle = trust_bundle(tmp_path)
    context = ssl.create_default_context(cafile=str(bundle))
    usual = ssl.create_default_context()
    assert len(context.get_ca_certs()) == len(usual.get_ca_certs()) + 1
