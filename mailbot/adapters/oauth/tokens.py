"""One access token, kept and renewed in time. No token shows in a repr, a log or an error."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from mailbot.errors import TransientError
from mailbot.ports import Clock, Mechanism, SignIn

RENEW_BEFORE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token, the moment it was asked for, and the one from which servers refuse it."""

    text: str = field(repr=False)
    asked_at: datetime
    expires_at: datetime

    @property
    def renew_at(self) -> datetime:
        """Five minutes before it expires; a token that lives less than ten minutes serves half its life."""
        return self.expires_at - min(RENEW_BEFORE, (self.expires_at - self.asked_at) / 2)


class TokenSource:
    """Keeps the token that ``fetch`` brought until it should be renewed or was refused. May be used by several threads.

    ``fetch`` raises TransientError, with a sentence for the administrator, when no token is to be had.
    """

    def __init__(self, fetch: Callable[[], Token], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: Token | None = None
        self._lock = Lock()

    def token(self) -> Token:
        """A token with life in it. Raises TransientError."""
        with self._lock:  # whoever comes while one is fetched waits for it, and does not fetch another
            if self._kept is None or self.is_due(self._kept.renew_at):
                self._kept = None
                self._kept = self._fresh()
            return self._kept

    def is_due(self, moment: datetime) -> bool:
        """Whether ``moment`` has come."""
        return moment <= self._clock.now()

    def discard(self, text: str) -> None:
        """Forget a token that a server refused, unless another one has taken its place."""
        with self._lock:
            if self._kept is not None and self._kept.text == text:
                self._kept = None

    def _fresh(self) -> Token:
        token = self._fetch()
        if token.expires_at <= token.asked_at:
            raise TransientError("OAuth: the token that came has expired already; look at this machine's clock")
        return token


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCredentials:
    """Signing in to ``user``'s mailbox with a token (``mailbot.ports.Credentials``)."""

    user: str
    mechanism: Mechanism
    source: TokenSource

    def sign_in(self) -> SignIn:
        token = self.source.token()
        return SignIn(mechanism=self.mechanism, user=self.user, secret=token.text, renew_at=token.renew_at)

    def is_stale(self, used: SignIn) -> bool:
        return used.renew_at is not None and self.source.is_due(used.renew_at)

    def refused(self, used: SignIn) -> None:
        self.source.discard(used.secret)
