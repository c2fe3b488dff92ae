"""Access tokens: kept, renewed in time, forgotten when refused, and never shown."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from mailbot.adapters.oauth import Claims, Token, TokenCredentials, TokenSource, read_claims
from mailbot.errors import TransientError
from mailbot.ports import Mechanism, SignIn

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Endpoint:
    """A clock that stands until it is moved, and an endpoint that numbers its tokens."""

    def __init__(self, lifetime: timedelta = timedelta(hours=1)) -> None:
        self.time, self.lifetime, self.issued = NOON, lifetime, 0
        self.before: Callable[[], object] = lambda: None

    def now(self) -> datetime:
        return self.time

    def fetch(self) -> Token:
        self.before()
        self.issued += 1
        return Token(text=f"token-{self.issued}", asked_at=self.time, expires_at=self.time + self.lifetime)

    def source(self) -> TokenSource:
        return TokenSource(self.fetch, self)

    def wait(self, **time: float) -> None:
        self.time += timedelta(**time)


def test_a_token_serves_until_five_minutes_before_it_expires() -> None:
    """One token for an hour but five minutes; then the next."""
    endpoint = Endpoint()
    source = endpoint.source()
    assert source.token().text == "token-1"
    endpoint.wait(minutes=54, seconds=59)
    assert source.token().text == "token-1"
    endpoint.wait(seconds=1)
    assert source.token().text == "token-2"


def test_a_short_token_serves_half_its_life() -> None:
    """An endpoint whose tokens live four minutes is not asked all the time."""
    endpoint = Endpoint(timedelta(minutes=4))
    source = endpoint.source()
    source.token()
    endpoint.wait(seconds=119)
    assert source.token().text == "token-1"
    endpoint.wait(seconds=1)
    assert source.token().text == "token-2"


def test_a_token_without_life_is_refused() -> None:
    """It would be fetched again and again."""
    with pytest.raises(TransientError, match="has expired already"):
        Endpoint(timedelta(0)).source().token()


def test_a_failure_is_passed_on_and_the_next_try_is_a_new_one() -> None:
    """Nothing is remembered of a failure, and an old token is not handed out in its place."""
    endpoint = Endpoint()
    source = endpoint.source()
    source.token()
    endpoint.wait(hours=1)

    def down() -> None:
        raise TransientError("OAuth: login.example cannot be reached")

    endpoint.before = down
    for _ in range(2):
        with pytest.raises(TransientError, match="cannot be reached"):
            source.token()
    endpoint.before = lambda: None
    assert source.token().text == "token-2"


def test_a_refused_token_is_forgotten_but_not_its_successor() -> None:
    """Two sessions that report the same refused token cost one new token, not two."""
    endpoint = Endpoint()
    source = endpoint.source()
    credentials = TokenCredentials(user="foi@harbour.example", mechanism=Mechanism.XOAUTH2, source=source)
    first, second = credentials.sign_in(), credentials.sign_in()
    credentials.refused(first)
    assert credentials.sign_in().secret == "token-2"
    credentials.refused(second)
    assert credentials.sign_in().secret == "token-2"


def test_a_session_is_stale_when_its_own_token_is_due() -> None:
    """Not when another one has been fetched meanwhile, and never with a password."""
    endpoint = Endpoint()
    credentials = TokenCredentials(user="foi@harbour.example", mechanism=Mechanism.XOAUTH2, source=endpoint.source())
    early = credentials.sign_in()
    endpoint.wait(minutes=30)
    credentials.refused(early)
    late = credentials.sign_in()
    endpoint.wait(minutes=25)
    assert [credentials.is_stale(early), credentials.is_stale(late)] == [True, False]
    assert not credentials.is_stale(SignIn(mechanism=Mechanism.PASSWORD, user="foi@harbour.example", secret="secret"))


def test_threads_that_come_together_get_one_token() -> None:
    """Whoever comes while a token is fetched waits for it."""
    endpoint = Endpoint()
    source, start, found = endpoint.source(), Barrier(8), list[str]()

    def ask() -> None:
        start.wait()
        found.append(source.token().text)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["token-1"] * 8


def test_no_secret_shows_in_what_is_printed() -> None:
    """A token or a password that slips into a log by its object does not."""
    token = Token(text="the-token", asked_at=NOON, expires_at=NOON)
    source = TokenSource(lambda: token, Endpoint())
    credentials = TokenCredentials(user="foi@harbour.example", mechanism=Mechanism.XOAUTH2, source=source)
    sign_in = SignIn(mechanism=Mechanism.PASSWORD, user="foi@harbour.example", secret="the-password")
    for shown in (token, source, credentials, sign_in):
        assert "the-token" not in f"{shown!r} {shown}"
        assert "the-password" not in f"{shown!r} {shown}"


class TestClaims:
    def test_the_claims_of_a_token_are_read(self) -> None:
        """Whom it is for, what it permits, whose it is, and until when; as one line for the administrator."""
        # {"aud":"https://outlook.office365.com","roles":["IMAP.AccessAsApp"],"appid":"an-app","exp":1795435200}
        body = (
            "eyJhdWQiOiJodHRwczovL291dGxvb2sub2ZmaWNlMzY1LmNvbSIsInJvbGVzIjpbIklNQVAuQWNjZXNzQXNBcHAiXSwiYXBwaWQiOiJhbi1hcHAi"
            "LCJleHAiOjE3OTU0MzUyMDB9"
        )
        claims = read_claims(f"e30.{body}.c2lnbmF0dXJl")
        assert claims == Claims(
            audience="https://outlook.office365.com",
            roles=("IMAP.AccessAsApp",),
            app_id="an-app",
            expires_at=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
        )
        assert str(claims) == "aud https://outlook.office365.com, roles IMAP.AccessAsApp, appid an-app, valid until 12:00 UTC"

    @pytest.mark.parametrize("token", ["", "ya29.opaque", "a.b.c", "a.!!.c", "e30.W10.c", "e30./////.c"])
    def test_other_tokens_have_none(self, token: str) -> None:
        """Google's tokens say nothing, and a broken one is no reason to fail."""
        assert read_claims(token) is None

    def test_a_token_that_says_little(self) -> None:
        """What is missing is named so."""
        assert str(read_claims("e30.e30.c")) == "aud none, roles none, appid none"
