"""A generic webhook: one HTTPS POST with a few facts in JSON. It adds to a mail and never replaces it."""

import json
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog

from mailbot.ports import Alarm

TIMEOUT_SECONDS = 10

log = structlog.get_logger()


class HttpWebhook:
    """Calls a webhook. A failure is logged without the address, which may be a secret; the next ring tries again."""

    def call(self, url: str, alarm: Alarm) -> bool:
        """Tell of an alarm; True if the other side took it. Only https, or http to this machine, is called."""
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            log.warning("webhook_refused", alarm=alarm.id, reason="not https")
            return False
        facts = {"alarm": alarm.id, "mailbox": alarm.mailbox, "what": alarm.what, "raised_at": alarm.raised_at.isoformat()}
        request = Request(url, json.dumps(facts).encode(), {"Content-Type": "application/json"})  # noqa: S310  # checked above
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return bool(200 <= answer.status < 300)
        except (URLError, OSError, ValueError) as error:
            log.warning("webhook_failed", alarm=alarm.id, error=type(error).__name__)
            return False
