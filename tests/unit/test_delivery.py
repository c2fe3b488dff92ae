"""Delivery: what the relay's answer means, when to try again, and what becomes of a letter in doubt."""

import hmac
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.delivery import (
    GIVE_UP_AFTER,
    CaseStanding,
    DoubtFindings,
    DoubtVerdict,
    Reply,
    SentCopy,
    Settlement,
    resolve_doubt,
    retry_delay,
    reverse_path,
    settle,
    why_withdraw,
)
from mailbot.core.letter import OutboxState, Purpose
from mailbot.core.policy import ReversePathKind
from tests.invented import MAILBOX, MONDAY, outbox_letter, policy

MINUTE = timedelta(minutes=1)
LATER = MONDAY + timedelta(hours=1)


# The relay's answer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (250, OutboxState.SENT),
        (251, OutboxState.SENT),
        (299, OutboxState.SENT),
        (354, OutboxState.DEFERRED),
        (421, OutboxState.DEFERRED),
        (450, OutboxState.DEFERRED),
        (452, OutboxState.DEFERRED),
        (0, OutboxState.DEFERRED),
        (500, OutboxState.FAILED),
        (550, OutboxState.FAILED),
        (554, OutboxState.FAILED),
    ],
)
def test_the_first_digit_of_the_answer_decides(code: int, state: OutboxState) -> None:
    """2 is accepted, 5 is refused for good, and everything else, silence included, is tried again."""
    settled = settle(outbox_letter(), Reply(code=code, text="said the relay"), LATER)
    assert settled.state is state
    assert settled.detail == (f"{code} said the relay" if code else "said the relay")
    assert (settled.not_before is None) is (state is not OutboxState.DEFERRED)


@pytest.mark.parametrize("code", [0, 250, 421, 550])
def test_a_lost_answer_to_the_final_dot_is_doubt_whatever_its_code(code: int) -> None:
    """RFC 1047: nobody knows whether it was accepted, so it is neither sent nor tried again just like that."""
    settled = settle(outbox_letter(), Reply(code=code, text="connection lost", in_doubt=True), LATER)
    assert settled == Settlement(state=OutboxState.IN_DOUBT, detail=f"{code} connection lost" if code else "connection lost")


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 60), (99, 60), (0, 60)])
def test_the_next_try_comes_soon_at_first_and_hourly_later(attempts: int, minutes: int) -> None:
    """One, five, fifteen and thirty minutes, and an hour ever after."""
    assert retry_delay(attempts) == minutes * MINUTE
    settled = settle(outbox_letter(attempts=attempts), Reply(code=450, text="later"), LATER)
    assert settled.not_before == LATER + minutes * MINUTE


def test_tries_are_used_up_after_about_four_days() -> None:
    """The last permitted try that is refused for now is a failure, and says that the tries were used up."""
    before = settle(outbox_letter(attempts=GIVE_UP_AFTER - 1), Reply(code=450, text="later"), LATER)
    last = settle(outbox_letter(attempts=GIVE_UP_AFTER), Reply(code=450, text="later"), LATER)
    assert before.state is OutboxState.DEFERRED
    assert last == Settlement(state=OutboxState.FAILED, detail="tries used up: 450 later")
    waited = sum((retry_delay(tried) for tried in range(1, GIVE_UP_AFTER)), timedelta(0))
    assert timedelta(days=3) < waited < timedelta(days=5)


def test_a_letter_that_is_accepted_at_its_last_try_is_sent() -> None:
    """The number of tries is judged only where one failed."""
    assert settle(outbox_letter(attempts=GIVE_UP_AFTER), Reply(code=250, text="ok"), LATER).state is OutboxState.SENT


@given(st.integers(0, 599), st.integers(1, 200), st.booleans())
def test_only_a_yes_makes_a_letter_sent(code: int, attempts: int, in_doubt: bool) -> None:
    """No answer but 2yz is ever taken for acceptance, and a letter that waits says until when."""
    settled = settle(outbox_letter(attempts=attempts), Reply(code=code, text="", in_doubt=in_doubt), LATER)
    assert (settled.state is OutboxState.SENT) is (200 <= code < 300 and not in_doubt)
    if settled.state is OutboxState.DEFERRED:
        assert settled.not_before is not None
        assert settled.not_before > LATER


# Doubt -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("files_it", [SentCopy.APPEND, SentCopy.NONE])
@pytest.mark.parametrize(("doubts", "verdict"), [(1, DoubtVerdict.RESEND), (2, DoubtVerdict.ASK_A_PERSON)])
def test_where_nobody_files_copies_it_is_sent_once_more_at_once(files_it: SentCopy, doubts: int, verdict: DoubtVerdict) -> None:
    """There is nowhere to look: one resend, and at the second doubt a person is asked."""
    found = DoubtFindings(sent_copy=files_it, sent_known_until=None)
    assert resolve_doubt(outbox_letter(doubts=doubts), found, MONDAY) is verdict


@pytest.mark.parametrize(
    ("minutes", "read_after", "verdict"),
    [
        (9, 9, DoubtVerdict.WAIT),
        (11, None, DoubtVerdict.RESEND),
        (9, None, DoubtVerdict.WAIT),
        (11, 9, DoubtVerdict.WAIT),
        (60, -1, DoubtVerdict.WAIT),
        (10, 10, DoubtVerdict.RESEND),
        (60, 30, DoubtVerdict.RESEND),
    ],
)
def test_where_the_server_files_copies_it_is_looked_for_first(
    minutes: int, read_after: int | None, verdict: DoubtVerdict
) -> None:
    """Ten minutes, and a look into Sent after them (where it is read at all), before it is sent once more."""
    read_at = None if read_after is None else MONDAY + read_after * MINUTE
    found = DoubtFindings(sent_copy=SentCopy.SERVER, sent_known_until=read_at)
    assert resolve_doubt(outbox_letter(doubts=1), found, MONDAY + minutes * MINUTE) is verdict
    second = resolve_doubt(outbox_letter(doubts=2), found, MONDAY + minutes * MINUTE)
    assert second is (DoubtVerdict.ASK_A_PERSON if verdict is DoubtVerdict.RESEND else DoubtVerdict.WAIT)


@pytest.mark.parametrize(("hours", "verdict"), [(3, DoubtVerdict.WAIT), (4, DoubtVerdict.ASK_A_PERSON)])
def test_a_sent_folder_that_cannot_be_read_is_not_waited_for_without_end(hours: int, verdict: DoubtVerdict) -> None:
    """After four hours without a look into Sent nobody knows more, and a person is asked."""
    found = DoubtFindings(sent_copy=SentCopy.SERVER, sent_known_until=MONDAY)
    assert resolve_doubt(outbox_letter(doubts=1), found, MONDAY + timedelta(hours=hours)) is verdict


@given(st.sampled_from(SentCopy), st.integers(2, 9), st.none() | st.datetimes(), st.datetimes(datetime(2027, 1, 1)))
def test_no_letter_is_sent_a_third_time(files_it: SentCopy, doubts: int, read_at: datetime | None, now: datetime) -> None:
    """Whatever the circumstances, a second doubt never resends."""
    moment = read_at.replace(tzinfo=MONDAY.tzinfo) if read_at else None
    found = DoubtFindings(sent_copy=files_it, sent_known_until=moment)
    verdict = resolve_doubt(outbox_letter(doubts=doubts), found, now.replace(tzinfo=MONDAY.tzinfo))
    assert verdict is not DoubtVerdict.RESEND


# Still true? -----------------------------------------------------------------------------------------------------------

STATED = date(2026, 12, 11)


@pytest.mark.parametrize(
    ("purpose", "standing", "why"),
    [
        (Purpose.RECEIPT, {}, None),
        (Purpose.RECEIPT, {"closed": True}, None),
        (Purpose.RECEIPT, {"answered": True}, "already-answered"),
        (Purpose.RECEIPT, {"quiet": True}, "case-is-quiet"),
        (Purpose.OVERDUE_ALERT, {}, None),
        (Purpose.OVERDUE_ALERT, {"closed": True}, "nothing-is-owed-any-more"),
        (Purpose.OVERDUE_ALERT, {"owed": False}, "nothing-is-owed-any-more"),
        (Purpose.OVERDUE_ALERT, {"answered": True}, None),
        (Purpose.DELAY_NOTICE, {"owed": False}, "nothing-is-owed-any-more"),
        (Purpose.DELAY_NOTICE, {"quiet": True}, "case-is-quiet"),
        (Purpose.SILENCE_WARNING, {"quiet": True}, "case-is-quiet"),
        (Purpose.OVERDUE_ALERT, {"quiet": True}, None),
        (Purpose.ALARM, {"quiet": True, "owed": False, "closed": True}, None),
        (Purpose.SILENCE_CLOSING, {"owed": False, "closed": True}, None),
        (Purpose.SILENCE_CLOSING, {"owed": False}, "nothing-is-owed-any-more"),
        (Purpose.SILENCE_WARNING, {"owed": False, "waits": True}, None),
        (Purpose.SILENCE_WARNING, {"owed": False}, "nothing-is-owed-any-more"),
        (Purpose.CLARIFICATION, {"waits": True}, None),
        (Purpose.CLARIFICATION, {}, "nothing-is-owed-any-more"),
        (Purpose.CLARIFICATION, {"waits": True, "quiet": True}, "case-is-quiet"),
        (Purpose.HEADS_UP, {"owed": False, "waits": True}, None),
        (Purpose.HEADS_UP, {"owed": False}, "nothing-is-owed-any-more"),
        (Purpose.ASSIGNMENT, {"owed": False, "closed": True}, None),
        (Purpose.DIGEST, {"answered": True, "closed": True}, None),
    ],
)
def test_a_waiting_letter_goes_only_while_it_is_true(purpose: Purpose, standing: dict[str, bool], why: str | None) -> None:
    """What has been overtaken is withdrawn; a receipt is due even once closed, and a quiet case is quiet for its customer."""
    found = CaseStanding(**{"closed": False, "answered": False, "quiet": False, **standing})
    assert why_withdraw(outbox_letter(purpose=purpose, states_date=None), found, STATED) == why


@pytest.mark.parametrize(
    ("today", "why"),
    [
        (STATED - timedelta(days=1), None),
        (STATED, None),
        (STATED + timedelta(days=1), "stated-date-passed"),
    ],
)
def test_no_letter_promises_a_date_that_has_passed(today: date, why: str | None) -> None:
    """On its last day the promise may still go out, on the day after it may not, with or without a case."""
    assert why_withdraw(outbox_letter(states_date=STATED), None, today) == why
    standing = CaseStanding(closed=False, answered=False, quiet=False)
    assert why_withdraw(outbox_letter(states_date=STATED), standing, today) == why


# Where bounces go ------------------------------------------------------------------------------------------------------

MESSAGE_ID = "0123456789abcdef0123456789abcdef.mailbot@harbour.example"


def test_bounces_come_back_to_the_mailbox_by_default() -> None:
    """Its own address is the envelope's sender."""
    assert reverse_path(policy(), MESSAGE_ID) == MAILBOX


def test_a_null_reverse_path_is_empty() -> None:
    """RFC 3834 section 3.3: nobody is told of a failure."""
    assert reverse_path(policy(reverse_path=ReversePathKind.NULL), MESSAGE_ID) == ""


def test_a_tagged_reverse_path_names_the_letter_and_proves_that_it_is_ours() -> None:
    """The tag holds the beginning of the letter's id and a proof that only this installation can make."""
    tagged = policy(reverse_path=ReversePathKind.TAGGED)
    proof = hmac.new(b"invented", b"0123456789abcdef", "sha256").hexdigest()[:12]
    assert reverse_path(tagged, MESSAGE_ID) == f"enquiries+0123456789abcdef-{proof}@harbour.example"
    assert reverse_path(policy(reverse_path=ReversePathKind.TAGGED, tag_secret=b"other"), MESSAGE_ID) != reverse_path(
        tagged, MESSAGE_ID
    )
    assert len(reverse_path(tagged, MESSAGE_ID).partition("@")[0]) <= 64
