"""The way to a token endpoint: HTTP with a time limit, answers in JSON, and one sentence for whatever goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.exceptions import HTTPError, JSONDecodeError, ProxyError, RequestException, SSLError, Timeout

from mailbot.errors import TransientError

TIMEOUT_SECONDS = 15


class NotJsonError(RequestException):
    """The answer is something else than JSON."""


class JsonSession(requests.Session):
    """Refuses an answer that is not JSON before a library sees it: msal would write the whole page into the log."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        response = super().request(*args, **{**kwargs, "timeout": TIMEOUT_SECONDS})
        try:
            response.json()
        except JSONDecodeError:
            raise NotJsonError from None
        return response


@contextmanager
def endpoint(host: str) -> Iterator[JsonSession]:
    """A session for one exchange with ``host``. Raises TransientError; the library's own words could hold a token."""
    try:
        with JsonSession() as session:
            yield session
    except RequestException as error:
        raise TransientError(f"OAuth: {host} {_what_happened(error)}") from None


def _what_happened(error: RequestException) -> str:
    if isinstance(error, HTTPError) and error.response is not None:
        return f"has trouble of its own (HTTP {error.response.status_code})"
    said = (sentence for kind, sentence in _SENTENCES.items() if isinstance(error, kind))
    return next(said, f"cannot be asked ({type(error).__name__})")


# The first that fits is taken: a wrong certificate and a silent proxy are failed connections too.
_SENTENCES: dict[type[RequestException], str] = {
    NotJsonError: "answered with something else than JSON; often the web page of a proxy, or a wrong address",
    SSLError: "has a certificate that is not trusted; if a proxy opens TLS, name its authority in REQUESTS_CA_BUNDLE",
    ProxyError: "cannot be reached through the proxy of HTTPS_PROXY",
    Timeout: f"did not answer within {TIMEOUT_SECONDS} seconds",
    requests.exceptions.ConnectionError: "cannot be reached; look at the firewall, the proxy and the name server",
}
