"""Matching: a reply finds its case, and a stranger does not get into one by its number."""

from typing import Any

from mailbot.core.match import Candidate, Match, Via, match
from tests.invented import CUSTOMER, message

STRANGER = "eve@example.org"


def candidate(case_id: int, via: Via, **changes: Any) -> Candidate:
    """A case of the customer's that something led to."""
    usual = {"reference": f"HC-2611-000{case_id}-0", "version": 1, "participants": frozenset({CUSTOMER})}
    return Candidate(case_id=case_id, via=via, **{**usual, **changes})


def test_a_message_that_nothing_leads_anywhere_belongs_to_no_case() -> None:
    """It will open one."""
    assert match(message(), ()) == Match()


def test_a_reply_to_our_letter_belongs_to_its_case() -> None:
    """Whoever answers a letter of ours knows its unguessable id, a new address or a relative's included."""
    ours = candidate(1, Via.OUR_LETTER)
    for sender in (CUSTOMER, STRANGER):
        found = match(message(sender=sender), (ours,))
        assert found.candidate == ours
        assert [reason.rule for reason in found.reasons] == ["matched-by-our_letter"]


def test_a_reply_in_the_thread_belongs_to_the_case_for_those_who_take_part() -> None:
    """The customer's second message finds the first one's case, in whatever case the address is written."""
    thread = candidate(1, Via.THREAD)
    assert match(message(sender=CUSTOMER.title()), (thread,)).candidate == thread


def test_a_reference_in_the_subject_belongs_to_the_case_for_those_who_take_part() -> None:
    """The customer who writes anew and names the number is filed under it."""
    named = candidate(1, Via.REFERENCE)
    assert match(message(), (named,)).candidate == named


def test_a_stranger_who_names_a_case_opens_a_new_one() -> None:
    """A number or a customer's message id proves nothing, and the history says that it was named."""
    for via in (Via.THREAD, Via.REFERENCE):
        found = match(message(sender=STRANGER), (candidate(1, via),))
        assert found.candidate is None
        assert found.ambiguous == ()
        assert [(reason.rule, reason.detail) for reason in found.reasons] == [
            ("stranger-names-a-case", f"{via.value}: HC-2611-0001-0")
        ]


def test_nobody_at_all_is_a_stranger() -> None:
    """A message without a sender does not get into a case that has no participants either."""
    assert match(message(sender=""), (candidate(1, Via.THREAD, participants=frozenset()),)).candidate is None


def test_staff_may_write_in_every_case() -> None:
    """What lies in the mailbox's own Sent folder was written by somebody who answers its cases."""
    thread = candidate(1, Via.THREAD)
    assert match(message(sender=STRANGER), (thread,), by_staff=True).candidate == thread


def test_the_strongest_way_holds() -> None:
    """A reply to our letter about one case that names another in its subject belongs to the first."""
    ours, thread, named = candidate(1, Via.OUR_LETTER), candidate(2, Via.THREAD), candidate(3, Via.REFERENCE)
    assert match(message(), (named, thread, ours)).candidate == ours
    assert match(message(), (named, thread)).candidate == thread


def test_a_refused_way_leaves_room_for_a_weaker_one() -> None:
    """Somebody else's thread does not keep a customer out of their own case."""
    others, own = candidate(1, Via.THREAD, participants=frozenset({STRANGER})), candidate(2, Via.REFERENCE)
    assert match(message(), (others, own)).candidate == own


def test_two_plausible_cases_are_left_to_a_person() -> None:
    """Two numbers in one subject: both are named and neither is chosen."""
    found = match(message(), (candidate(2, Via.REFERENCE), candidate(1, Via.REFERENCE)))
    assert found.candidate is None
    assert found.ambiguous == ("HC-2611-0001-0", "HC-2611-0002-0")


def test_two_ways_to_the_same_case_are_no_doubt() -> None:
    """A case that several ids lead to is one case."""
    once, again = candidate(1, Via.THREAD), candidate(1, Via.THREAD)
    assert match(message(), (once, again)).candidate == once
