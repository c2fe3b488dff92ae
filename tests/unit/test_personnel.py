"""Cases about people of ours that a person marks as such, because nothing in the message told mailbot (F11)."""

from dataclasses import replace

import pytest

from mailbot.core.action import Action, ChangeCase, HideTexts, KeepSilent, Note, QueueLetter, RaiseAlarm
from mailbot.core.case import FOR_THE_MANAGER, Case
from mailbot.core.case_command import CaseRestricted
from mailbot.core.decide import decide
from mailbot.core.directory import Person
from mailbot.core.letter import Purpose
from mailbot.core.policy import FlagPolicy, MailboxPolicy
from mailbot.core.redaction import HiddenTexts, Place, RecordedText
from mailbot.errors import PermanentError
from tests.invented import MO, at, case, shipped_pack, staffed

NOW = at("2026-11-25 10:00")
INGA, NORA = (
    Person(name="Inga Sample", address="inga@harbour.example", role="information manager"),
    Person(name="Nora Sample", address="nora@harbour.example", role="information manager"),
)
PERSONNEL = FlagPolicy(
    words="a message is about somebody of ours",
    digest=True,
    tells="information manager",
    next="Read it",
    opens="information manager",
)
SUBJECT = RecordedText(Place.CASE_SUBJECT, 7, "About Robi")
HIDDEN = HiddenTexts(((SUBJECT, "About ████"),), marks=("a1",), reason="he is the ████")
SAID = CaseRestricted(hidden=HIDDEN, by="Mo", at=NOW)


def mailbox(**flags: FlagPolicy) -> MailboxPolicy:
    return staffed(MO, INGA, NORA, pack=replace(shipped_pack(), flags=flags))


def said(known: Case, personnel: FlagPolicy = PERSONNEL) -> tuple[Action, ...]:
    """What the command does under a pack with this flag behind another one, which opens nothing."""
    press = FlagPolicy(words="the press writes", alarm=True, tells="press officer")
    return decide(SAID, known, None, mailbox(press=press, personnel=personnel), NOW).actions


def test_a_case_that_staff_mark_is_kept_close_and_its_subject_has_no_names() -> None:
    """The history says who marked it and why; nothing else of the case changes."""
    (changed,) = [action for action in said(case()) if isinstance(action, ChangeCase)]
    (hides,) = [action for action in said(case()) if isinstance(action, HideTexts)]
    assert (changed.restricted, hides.hidden, hides.case_id) == (True, HIDDEN, 7)
    assert (changed.reason.rule, changed.reason.detail) == ("restricted-by-staff", "by Mo: he is the ████")
    assert replace(changed, restricted=None, named=None) == ChangeCase(case_id=7, reason=changed.reason)


def test_it_bears_the_flag_that_opens_and_no_other_and_each_in_the_role_gets_the_mail() -> None:
    """As if its message had borne it: in the history, in the manager's digest, and one mail each, which quotes no subject."""
    actions = said(case())
    notes = [(action.kind, action.reason.rule) for action in actions if isinstance(action, Note)]
    assert notes == [("flag", "flag-personnel"), (FOR_THE_MANAGER, "flag-personnel")]
    letters = [action for action in actions if isinstance(action, QueueLetter)]
    assert {letter.permission.recipient for letter in letters} == {INGA.address, NORA.address}
    for letter in letters:
        assert letter.purpose is Purpose.FLAG_NOTICE
        assert (letter.values.alarm_what, letter.values.what_next) == (PERSONNEL.words, "Read it")
        assert (letter.values.reference, letter.values.customer_subject) == ("HC-2611-0042-7", None)
        assert "lamp" not in str(letter.values)
    assert not [action for action in actions if isinstance(action, RaiseAlarm)]


def test_whoever_the_case_names_is_spared_the_mail() -> None:
    """Even in the role; the other one in it still hears."""
    letters = [action for action in said(case(named=(INGA.address,))) if isinstance(action, QueueLetter)]
    assert [letter.permission.recipient for letter in letters] == [NORA.address]


def test_a_flag_that_tells_nobody_still_keeps_the_case_close() -> None:
    """No mail goes, and nothing is said of one that did not."""
    actions = said(case(), replace(PERSONNEL, tells="", next=""))
    assert [action for action in actions if isinstance(action, ChangeCase)]
    assert not [action for action in actions if isinstance(action, QueueLetter | KeepSilent)]


def test_a_pack_that_says_nothing_of_who_opens_refuses() -> None:
    """Otherwise the messages would be closed to everybody; the sentence names case and pack."""
    with pytest.raises(PermanentError, match=r"HC-2611-0042-7: pack generic says of no flag who opens its messages"):
        said(case(), replace(PERSONNEL, opens=""))


def test_a_case_that_is_about_somebody_already_is_not_marked_again() -> None:
    """The role would hear twice of one thing."""
    with pytest.raises(PermanentError, match="HC-2611-0042-7 is about somebody of ours already"):
        said(case(restricted=True))


def test_of_such_a_case_whom_else_it_is_about_is_news_of_its_own() -> None:
    """Their name is hidden and they are spared it; the role does not hear twice."""
    command = replace(SAID, named=(MO.address,), names_somebody=True)
    hides, changed = decide(command, case(restricted=True, named=("x@y.example",)), None, mailbox(p=PERSONNEL), NOW).actions
    assert isinstance(hides, HideTexts)
    assert isinstance(changed, ChangeCase)
    assert changed.named == ("x@y.example", MO.address)


def test_whoever_it_is_about_is_spared_the_mail_from_the_first() -> None:
    """Even in the role, and though the case did not name them before."""
    command = replace(SAID, named=(INGA.address,), names_somebody=True)
    actions = decide(command, case(), None, mailbox(personnel=PERSONNEL), NOW).actions
    assert [one.permission.recipient for one in actions if isinstance(one, QueueLetter)] == [NORA.address]


def test_nobody_marks_a_case_in_the_future() -> None:
    """What is said is said now, as of every command."""
    with pytest.raises(PermanentError, match="is still to come"):
        decide(replace(SAID, at=at("2026-11-26 10:00")), case(), None, mailbox(personnel=PERSONNEL), NOW)
