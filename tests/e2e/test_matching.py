"""Replies, strangers and forwards on real servers, and what staff put right from the command line."""

import pytest

from tests.e2e.installation import Install
from tests.e2e.messages import BEN, BIN, LIBRARY, message
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.dovecot


def test_a_stranger_is_answered_and_a_person_joins_what_he_wrote(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    """He names her case: he has his own at once; one command puts it into hers, another takes that back."""
    mailbot = install(dovecot, smtp_server)
    mailbot.start()
    mailbot.deliver(message(BIN, subject="Bin"))
    mailbot.letters(1)
    (hers,) = mailbot.cases(1)
    mailbot.deliver(message(LIBRARY, sender=BEN, subject=f"What about {hers.reference}?"))
    mailbot.letters(2)
    his = mailbot.cases(2)[-1]
    (held,) = mailbot.held(1)
    assert (held.rule, held.detail) == ("stranger-names-a-case", hers.reference)
    assert "--join REFERENCE or --new-case" in mailbot.cli("held", "put-back", str(held.id)).stderr
    joined = mailbot.cli("held", "put-back", str(held.id), "--join", hers.reference)
    assert joined.stdout == (
        f"{held.id}: it belongs to {hers.reference} now. To take it back: mailbot case undo {his.reference}\n"
    )
    assert [each.sender for each in mailbot.case(hers.reference).messages] == [
        "ada.finch@example.org",
        "ben.marlow@example.org",
    ]
    assert f"merged into: {hers.reference}" in mailbot.cli("case", "show", his.reference).stdout
    assert mailbot.cli("case", "undo", his.reference).stdout == f"{his.reference}: taken back.\n"
    assert len(mailbot.case(his.reference).messages) == 1
    assert mailbot.held(1) == (held,)


def test_a_split_matter_has_its_own_case_and_replies_find_it(
    install: Install, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    """A second matter in a reply is split off by its number; the customer's next word about it goes there."""
    mailbot = install(dovecot, smtp_server)
    mailbot.start()
    mailbot.deliver(message(BIN, subject="Bin"))
    (letter,) = mailbot.letters(1)
    (case,) = mailbot.cases(1)
    answers = {"In-Reply-To": str(letter["Message-ID"]), "References": str(letter["Message-ID"])}
    mailbot.deliver(message(LIBRARY, subject="Re: Bin", message_id="<library@example.org>", headers=answers))
    view = mailbot.wait_for_event(case.reference, "joined")
    made = mailbot.cli("case", "split", case.reference, str(view.messages[-1].row)).stdout.split()[0]
    more = {"In-Reply-To": "<library@example.org>", "References": "<library@example.org>"}
    mailbot.deliver(message("The big one.", subject="Re: library", headers=more))
    mailbot.wait_for_event(made, "joined")
    assert len(mailbot.case(made).messages) == 2
    mailbot.proves_alive(letters=2)
