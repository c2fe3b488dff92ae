"""A self-signed certificate for servers on this machine."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate and its private key, both PEM files. A client that trusts ``path`` trusts the server."""

    path: Path
    key_path: Path


def make_certificate(folder: Path) -> Certificate:
    """Write a certificate for ``localhost`` and 127.0.0.1, valid for two days, into ``folder``; needs ``openssl``."""
    certificate = Certificate(path=folder / "certificate.pem", key_path=folder / "key.pem")
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]  # an RSA key takes ten times as long
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command += ["-keyout", str(certificate.key_path), "-out", str(certificate.path)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate
