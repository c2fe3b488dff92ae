"""What a mail server's report means for one letter."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.rule_files import load_bounces
from mailbot.core.bounce import judge
from mailbot.core.delivery import letter_tag, read_tags, reverse_path
from mailbot.core.policy import ReversePathKind
from mailbot.core.report import Failure, Outcome, Report, ReportedAction, ReportedRecipient
from mailbot.errors import PolicyError
from tests.invented import CUSTOMER, RULES, policy

SHIPPED = load_bounces(RULES)
ELSEWHERE = "ada@new-home.example"


def told(status: str = "5.1.1", *, address: str = CUSTOMER, action: str = "failed", said: str = "") -> ReportedRecipient:
    """What a report says of one recipient."""
    return ReportedRecipient(addresses=frozenset({address}), action=ReportedAction(action), status=status, diagnostic=said)


def outcome(*recipients: ReportedRecipient, words: str = "", named: frozenset[str] = frozenset()) -> Outcome | None:
    """What such a report comes to for the letter to the customer."""
    return judge(Report(recipients=recipients, words=words, named=named), CUSTOMER, SHIPPED)


def failure(*recipients: ReportedRecipient, words: str = "") -> Failure | None:
    found = outcome(*recipients, words=words)
    return found.failure if found else None


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("5.1.1", Failure.NO_SUCH_ADDRESS),
        ("5.1.10", Failure.NO_SUCH_ADDRESS),
        ("5.2.1", Failure.NO_SUCH_ADDRESS),
        ("5.2.2", Failure.MAILBOX_FULL),
        ("4.2.2", Failure.MAILBOX_FULL),
        ("5.7.1", Failure.REFUSED),
        ("5.7.129", Failure.REFUSED),
        ("5.7.133", Failure.REFUSED),
        ("4.4.7", Failure.TEMPORARY),
        ("4.9.9", Failure.TEMPORARY),
        ("5.9.9", Failure.UNCLEAR),
    ],
)
def test_a_code_says_why(status: str, means: Failure) -> None:
    """A full mailbox, a refusal and a server out of reach are no dead address; an unknown code is nothing but a failure."""
    found = outcome(told(status))
    assert found is not None
    assert found.failure is means
    assert found.is_dead_address is (means is Failure.NO_SUCH_ADDRESS)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("550 <…>: Recipient address rejected: User unknown in virtual mailbox table", Failure.NO_SUCH_ADDRESS),
        ("The email account that you tried to reach is over quota", Failure.MAILBOX_FULL),
        ("550 Message rejected as spam", Failure.REFUSED),
        ("550 spam policy: user unknown", Failure.REFUSED),
        ("retry timeout exceeded", Failure.TEMPORARY),
        ("550 no", Failure.UNCLEAR),
    ],
)
def test_where_the_code_says_little_the_words_do(said: str, means: Failure) -> None:
    """An address is given up only where nothing else is said that would explain the failure."""
    assert failure(told("5.0.0", said=said)) is means
    assert failure(told("", said=said)) is means


@given(status=st.from_regex(r"4\.\d{1,3}\.\d{1,3}", fullmatch=True), said=st.text(max_size=60))
def test_a_passing_failure_never_gives_an_address_up(status: str, said: str) -> None:
    """Whatever a server says with a code of class 4, the address stays."""
    found = outcome(told(status, said=said + " user unknown"))
    assert found is not None
    assert not found.is_dead_address


@given(st.lists(st.sampled_from([told("5.1.1", address=ELSEWHERE), told("5.2.2", address="x@y.example")]), max_size=4))
def test_what_is_said_of_others_does_not_count(others: list[ReportedRecipient]) -> None:
    """Where a report names our recipient, nothing that it says of anybody else changes the outcome."""
    relayed = told("2.0.0", action="relayed")
    assert outcome(*others, relayed) == outcome(relayed)
    assert outcome(*others, told()) == outcome(told())


def test_a_failure_after_a_forward_is_not_our_recipients() -> None:
    """The letter did not arrive, but the address that we know works: its server passed the letter on."""
    found = outcome(told(address=ELSEWHERE))
    assert found is not None
    assert (found.failure, found.elsewhere, found.is_dead_address) == (Failure.NO_SUCH_ADDRESS, True, False)
    in_words = outcome(words="user unknown", named=frozenset({ELSEWHERE}))
    assert in_words is not None
    assert not in_words.is_dead_address


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_no_failure_has_none(action: str) -> None:
    found = outcome(told("4.4.1", action=action))
    assert found is not None
    assert (found.action.value, found.failure) == (action, None)


def test_a_report_that_speaks_of_no_delivery_says_nothing() -> None:
    """An absence reply without any mark, which names a colleague, is no failure of that colleague's address."""
    assert outcome(words="i am away until monday, please write to bo", named=frozenset({"bo@example.org"})) is None
    delayed = outcome(words="this is a warning only. you do not need to resend your message")
    assert delayed is not None
    assert delayed.action is ReportedAction.DELAYED


def test_what_is_kept_of_the_servers_words_names_nobody() -> None:
    """The words that are shown with the letter hold no address, and are not long."""
    found = outcome(told("5.1.1", said=f"550 {CUSTOMER} unknown, ask postmaster@example.org {'x' * 900}"))
    assert found is not None
    assert "@" not in found.detail
    assert len(found.detail) <= 200


# Tags ------------------------------------------------------------------------------------------------------------------


@given(st.text(alphabet="0123456789abcdef", min_size=32, max_size=32))
def test_only_our_own_tag_is_ours(token: str) -> None:
    """The address that a letter leaves with names it and proves it; nothing else passes."""
    ours = policy(reverse_path=ReversePathKind.TAGGED, tag_secret=b"ours")
    message_id = f"{token}.mailbot@harbour.example"
    (tag,) = read_tags([reverse_path(ours, message_id)])
    assert tag.name == letter_tag(message_id)
    assert tag.is_ours(b"ours")
    assert not tag.is_ours(b"theirs")
    assert read_tags(["enquiries@harbour.example", "ada+bins@example.org"]) == ()


# Rules -----------------------------------------------------------------------------------------------------------------

FILE = """
[[status]]
codes = ["5.1.1"]
means = "no_such_address"
source = "RFC 3463"
[[phrase]]
words = ["user unknown"]
means = "no_such_address"
source = "Postfix"
[[delay]]
words = ["will retry"]
source = "Exim"
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["5.1.1"]', '["550"]', "write a code of RFC 3463"),
        ('["5.1.1"]', '["5.1.1", "5.1.1"]', "5.1.1 stands twice"),
        ('["5.1.1"]', '["4.1.1"]', "is passing"),
        ('"user unknown"', '"User unknown"', "write it in lower case"),
        ('"will retry"', '""', "not empty"),
        ('means = "no_such_address"', 'means = "dead"', "means"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    """A code that is none, one that stands twice, a passing one that would end an address, words never to be found."""
    (tmp_path / "bounces").mkdir()
    (tmp_path / "bounces" / "meanings.toml").write_text(FILE.replace(old, new, 1))
    with pytest.raises(PolicyError, match=says):
        load_bounces(tmp_path)
