"""A certificate for localhost that nobody has signed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """(key, certificate), as files."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("there is no openssl here to make a certificate with")
    key, cert = folder / "key.pem", folder / "cert.pem"
    wanted = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run(
        [openssl, *wanted.split(), "-keyout", key, "-out", cert],
        check=True,
        capture_output=True,
    )
    return key, cert
