"""Matching: a reply finds its case, and a stranger does not get into one by its number."""

from datetime import timedelta
from typing import Any

import pytest

from mailbot.core.case import Role
from mailbot.core.lead import Candidate, Clues, Part, Via
from mailbot.core.match import MOST_COPIED, MOST_QUOTED, Match, clues, match, parts
from mailbot.core.message import Address
from mailbot.core.reference import make_reference
from mailbot.core.subject import SubjectRules
from tests.invented import CUSTOMER, MAILBOX, MONDAY, OWNER, message, policy

STRANGER = "eve@example.org"
FIRST, SECOND = make_reference("HC", "2611", 42), make_reference("HC", "2611", 43)
MARKS = SubjectRules(replies=("re", "aw"), forwards=("fw",))


def candidate(case_id: int, via: Via, **changes: Any) -> Candidate:
    """A case of the customer's that something led to, with a message on Monday."""
    usual = {"reference": f"HC-2611-000{case_id}-0", "participants": frozenset({CUSTOMER}), "active_at": MONDAY}
    return Candidate(case_id=case_id, via=via, **{**usual, **changes})


def matched(*ways: Candidate | tuple[Candidate, ...], sender: str = CUSTOMER, by_staff: bool = False) -> Match:
    """The match of a message for which these ways were found, the strongest first."""
    found = [way if isinstance(way, tuple) else (way,) for way in ways]
    return match(message(sender=sender), found, MONDAY - timedelta(days=30), by_staff=by_staff)


# Judging ---------------------------------------------------------------------------------------------------------------


def test_a_message_that_nothing_leads_anywhere_belongs_to_no_case() -> None:
    """It will open one."""
    assert matched() == Match()


def test_a_reply_to_our_letter_belongs_to_its_case() -> None:
    """Whoever answers a letter of ours knows its unguessable id, a new address or a relative's included."""
    ours = candidate(1, Via.OUR_LETTER)
    assert matched(ours).candidate == ours
    assert [reason.rule for reason in matched(ours).reasons] == ["matched-by-our_letter"]
    new = matched(ours, sender=STRANGER)
    assert (new.candidate, new.is_stranger) == (ours, True)
    assert [reason.rule for reason in new.reasons] == ["matched-by-our_letter", "new-to-this-case"]


@pytest.mark.parametrize("via", [Via.THREAD, Via.REFERENCE, Via.QUOTED_REFERENCE, Via.SUBJECT])
def test_other_ways_lead_those_who_take_part_to_their_case(via: Via) -> None:
    """The customer's second message finds the first one's case, in whatever case the address is written."""
    assert matched(candidate(1, via), sender=CUSTOMER.title()).candidate == candidate(1, via)


@pytest.mark.parametrize("via", [Via.THREAD, Via.REFERENCE, Via.QUOTED_REFERENCE])
def test_somebody_who_was_copied_in_may_name_the_case(via: Via) -> None:
    """The customer's councillor, copied in at the beginning, answers all: it is the same conversation."""
    copied = candidate(1, via, parties=frozenset({"councillor@example.org"}))
    found = matched(copied, sender="councillor@example.org")
    assert (found.candidate, found.is_stranger) == (copied, True)


@pytest.mark.parametrize("via", [Via.THREAD, Via.REFERENCE, Via.QUOTED_REFERENCE])
def test_a_stranger_who_names_a_case_is_kept_out(via: Via) -> None:
    """A number or a customer's message id proves nothing; a person is asked."""
    found = matched(candidate(1, via), sender=STRANGER)
    assert (found.candidate, found.ambiguous, found.named) == (None, (), ("HC-2611-0001-0",))
    assert [(one.rule, one.detail) for one in found.reasons] == [("stranger-names-a-case", f"{via.value}: HC-2611-0001-0")]


def test_a_stranger_with_the_same_subject_names_nothing() -> None:
    """Two people write "Re: Bins": nobody is asked about it."""
    assert matched(candidate(1, Via.SUBJECT), sender=STRANGER) == Match()


def test_a_subject_joins_within_its_window_only() -> None:
    """Months later "Re: Bins" is another matter."""
    old = candidate(1, Via.SUBJECT, active_at=MONDAY - timedelta(days=31))
    assert matched(old) == Match()
    assert matched(old, by_staff=True) == Match()


def test_nobody_at_all_is_a_stranger() -> None:
    """A message without a sender does not get into a case that has no participants either."""
    assert matched(candidate(1, Via.THREAD, participants=frozenset()), sender="").candidate is None


def test_staff_may_write_in_every_case() -> None:
    """What lies in the mailbox's own Sent folder was written by somebody who answers its cases."""
    thread = candidate(1, Via.THREAD)
    found = matched(thread, sender=STRANGER, by_staff=True)
    assert (found.candidate, found.is_stranger) == (thread, False)


def test_the_first_way_holds() -> None:
    """A reply to one message that names another case in its subject belongs to the first."""
    near, far, named = candidate(2, Via.THREAD), candidate(1, Via.OUR_LETTER), candidate(3, Via.REFERENCE)
    assert matched(near, far, named).candidate == near
    assert matched(far, named).candidate == far


def test_a_refused_way_leaves_room_for_a_weaker_one() -> None:
    """Somebody else's thread does not keep a customer out of their own case."""
    others, own = candidate(1, Via.THREAD, participants=frozenset({STRANGER})), candidate(2, Via.REFERENCE)
    assert matched(others, own).candidate == own


def test_two_plausible_cases_are_left_to_a_person() -> None:
    """Two numbers in one subject: both are named and neither is chosen."""
    found = matched((candidate(2, Via.REFERENCE), candidate(1, Via.REFERENCE)))
    assert found.candidate is None
    assert found.ambiguous == ("HC-2611-0001-0", "HC-2611-0002-0")


# What a message names --------------------------------------------------------------------------------------------------


def test_the_nearest_id_comes_first() -> None:
    """What a message answers, then what that answered, back to the beginning (RFC 5322 section 3.6.4)."""
    answer = message(in_reply_to=("3@x",), references=("1@x", "2@x", "3@x"))
    assert clues(answer, "HC", MARKS).ids == ("3@x", "2@x", "1@x")


def test_a_list_of_thousands_of_ids_is_read_from_its_end() -> None:
    """The newest are the ones that count; the rest costs nothing."""
    long = message(references=tuple(f"{number}@x" for number in range(3000)))
    found = clues(long, "HC", MARKS).ids
    assert (len(found), found[0]) == (50, "2999@x")


def test_a_reference_is_found_in_the_subject_or_else_in_the_text() -> None:
    """Our receipt quoted below a reply with a new subject still says which case it is."""
    below = message(subject="Bins", text=f"And now?\n\n> Your reference: {FIRST}\n")
    assert clues(below, "HC", MARKS).quoted == (FIRST,)
    both = clues(message(subject=f"Bins {SECOND}", text=f"> Your reference: {FIRST}"), "HC", MARKS)
    assert (both.references, both.quoted) == ((SECOND,), ())


def test_a_number_with_a_wrong_check_digit_is_no_reference() -> None:
    """Nine of ten guesses end here."""
    right = [number for number in range(10) if clues(message(subject=f"HC-2611-0042-{number}"), "HC", MARKS).references]
    assert right == [int(FIRST[-1])]


def test_a_list_of_references_names_none() -> None:
    """A text with many numbers is about none of them."""
    some = [make_reference("HC", "2611", number) for number in range(MOST_QUOTED + 1)]
    assert clues(message(text=" ".join(some[1:])), "HC", MARKS).quoted == tuple(some[1:])
    assert clues(message(text=" ".join(some)), "HC", MARKS).quoted == ()


def test_only_a_marked_reply_is_matched_by_its_subject() -> None:
    """ "Bins" again is another matter; "AW: Bins" is an answer."""
    assert not clues(message(subject="Bins"), "HC", MARKS).is_reply
    marked = clues(message(subject="AW: Re: Bins"), "HC", MARKS)
    assert (marked.is_reply, marked.about, marked.writers) == (True, "bins", (CUSTOMER,))


def test_what_staff_send_is_matched_by_those_it_goes_to() -> None:
    """An answer written anew from Sent finds the customer's case."""
    sent = message(sender=MAILBOX, subject="Re: Bins", to=(Address(address=CUSTOMER),))
    assert clues(sent, "HC", MARKS, by_staff=True).writers == (MAILBOX, CUSTOMER)


# Who takes part --------------------------------------------------------------------------------------------------------


def taking_part(*, in_sent: bool = False, is_stranger: bool = False, **values: Any) -> tuple[Part, ...]:
    return parts(message(**values), policy().is_ours, in_sent=in_sent, is_stranger=is_stranger)


TO_US = (Address(address=MAILBOX), Address(address=OWNER), Address(address="Councillor@example.org"))


def test_the_author_takes_part_and_so_do_those_copied_in() -> None:
    """Ours do not: our mailboxes and our staff are no party to a case."""
    assert taking_part(to=TO_US) == (Part(CUSTOMER, Role.CUSTOMER), Part("councillor@example.org", Role.PARTY))


def test_a_newcomer_takes_part_as_a_party_and_brings_nobody() -> None:
    """Somebody who has a letter of ours may go on writing; that opens the case to nobody else."""
    assert taking_part(to=TO_US, is_stranger=True) == (Part(CUSTOMER, Role.PARTY),)


def test_those_whom_staff_write_to_take_part() -> None:
    """A contractor who is asked by staff answers into the case."""
    assert taking_part(sender=MAILBOX, to=TO_US, in_sent=True) == (Part("councillor@example.org", Role.PARTY),)


def test_what_claims_to_come_from_us_brings_nobody_in() -> None:
    """A forged colleague cannot open a case to an accomplice."""
    assert taking_part(sender=OWNER, to=TO_US) == ()


def test_a_crowd_in_copy_takes_no_part() -> None:
    """Five hundred people in Cc are a list, not a conversation."""
    crowd = tuple(Address(address=f"p{number}@example.org") for number in range(MOST_COPIED + 1))
    assert taking_part(cc=crowd) == (Part(CUSTOMER, Role.CUSTOMER),)


def test_nothing_named_leads_nowhere() -> None:
    """The clues of an ordinary new message are empty but for what it is about."""
    assert clues(message(subject="The lamp"), "HC", MARKS) == Clues(writers=(CUSTOMER,), about="the lamp")
