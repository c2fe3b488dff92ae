"""TLS contexts: certificates and host names are always verified."""

import ssl
from pathlib import Path

from mailbot.errors import ConfigError


def tls_context(ca_path: Path | None) -> ssl.SSLContext:
    """A verifying context, against the authorities in ``ca_path`` where one is given. Raises ConfigError for a bad file."""
    try:
        return ssl.create_default_context(cafile=str(ca_path) if ca_path else None)
    except (OSError, ssl.SSLError):
        raise ConfigError(f"ca_path: {ca_path} cannot be read as PEM certificates") from None
