"""What an access token of Microsoft says about itself. It is read and not verified: only for the administrator's eyes."""

import binascii
import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """For whom a token is (``aud``), what it permits (``roles``), whose it is (``appid``), and until when (``exp``)."""

    audience: str
    roles: tuple[str, ...]
    app_id: str
    expires_at: datetime | None

    def __str__(self) -> str:
        until = f", valid until {self.expires_at:%H:%M} UTC" if self.expires_at else ""
        return f"aud {self.audience or 'none'}, roles {', '.join(self.roles) or 'none'}, appid {self.app_id or 'none'}{until}"


def read_claims(token: str) -> Claims | None:
    """The claims of a JSON Web Token (RFC 7519); None for a token of another kind, such as Google's."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        found = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    return _claims(found) if isinstance(found, dict) else None


def _claims(found: dict[str, Any]) -> Claims:
    roles, expires = found.get("roles"), found.get("exp")
    return Claims(
        audience=str(found.get("aud", "")),
        roles=tuple(map(str, roles)) if isinstance(roles, list) else (),
        app_id=str(found.get("appid", "")),
        expires_at=datetime.fromtimestamp(expires, UTC) if isinstance(expires, int) else None,
    )
