"""What could not be found on somebody's pages is asked of whoever keeps them, and comes back to whoever looked for it."""

import pytest

from mailbot.core.gap import GapState
from mailbot.errors import PermanentError
from mailbot.pipeline.gaps import Gaps
from tests.clauses.story import Story, TellStory
from tests.clauses.test_contacts import FEMI, LEE, PEOPLE, words_of
from tests.e2e.installation import MANAGER
from tests.e2e.messages import reply

pytestmark = pytest.mark.dovecot

WEB = "gil.moss@pier.example"
PAGES = (
    PEOPLE.replace(
        'domains = ["pier.example"]\ncontact = "Femi Holt"\n',
        'domains = ["pier.example"]\ncontact = "Femi Holt"\nweb_contact = "Gil Moss"\n',
    )
    + """
[[person]]
name = "Gil Moss"
email = "gil.moss@pier.example"
organisation = "Pier Trust"
"""
)
VOUCHED = {"Authentication-Results": "mx.harbour.example; dmarc=pass header.from=pier.example"}
LAMPS = "when the lamps on the pier are lit"
PAGE = "https://pier.example/lamps"


def begin(tell: TellStory) -> tuple[Story, str]:
    """A customer has asked about the pier."""
    story = tell("norfolk-connect", people=PAGES, manager=MANAGER)
    return story, story.customer_writes("When are the lamps on the pier lit?", subject="Pier lamp")


def gaps(story: Story) -> Gaps:
    assert story.daemon is not None
    policies = story.policies
    return Gaps(
        store=story.daemon.store,
        letters=policies.letters,
        policies=policies.mailboxes,
        clock=story.clock,
        actor="desk",
    )


class TestN9:
    def test_N9_the_web_contact_is_asked_and_their_reply_reaches_whoever_looked_for_it(self, tell: TellStory) -> None:
        """Asked without a word of the customer's; reminded; a forged answer waits, a genuine one closes it, once."""
        story, case = begin(tell)
        gap = gaps(story).report(case, LAMPS, "Pier Trust", by="Lee Park")
        story.settle()
        (asked,) = story.letters_to(WEB)
        words = words_of(asked)
        assert f"What is missing: {LAMPS}" in words
        assert "Who looks for it: Lee Park, Harbour Council" in words
        assert "finch" not in asked.as_string().lower()  # "ada" may stand in an id by chance
        assert LAMPS in story.tell("gap", "list")

        story.until("2026-01-02 09:30")
        story.wait_until(lambda: len(story.letters_to(WEB)) == 2, "the reminder")
        again = story.letters_to(WEB)[1]
        assert "We have looked for it since Tuesday 23 December 2025." in words_of(again)

        answer = f"It was there all the time.\n\nlocated: {PAGE}."
        story.deliver(reply(again, answer, sender=f"Gil Moss <{WEB}>"))
        story.wait_until(story.queries.held, "the answer that nobody vouches for")
        assert [held.rule for held in story.queries.held()] == ["contact-not-proven"]
        assert story.letters_to(LEE) == []
        story.settle()
        (held,) = story.letters_to(WEB, "Your reply about what is missing waits")
        assert "our mail server could not tell that it is yours" in words_of(held)
        assert PAGE not in words_of(held)
        story.arrives(case, reply(again, f"Added: {PAGE}", sender=f"Gil Moss <{WEB}>", headers=VOUCHED), "INBOX")
        (told,) = story.letters_to(LEE)
        assert f"It was added: {PAGE}" in words_of(told)
        (closed,) = story.queries.gaps(every=True)
        assert (closed.number, closed.state, closed.url) == (gap.number, GapState.ADDED, PAGE)
        assert story.queries.gaps() == ()
        story.until("2026-01-12 09:30")
        assert len(story.letters_to(WEB, "Missing from")) == 2

    def test_N9_a_person_lets_a_held_answer_count(self, tell: TellStory) -> None:
        """Whoever puts it back says that it is the contact's; whoever looked for it is told."""
        story, case = begin(tell)
        gaps(story).report(case, LAMPS, "Pier Trust", by="Lee Park")
        story.settle()
        (asked,) = story.letters_to(WEB)
        story.deliver(reply(asked, f"Added: {PAGE}", sender=f"Gil Moss <{WEB}>"))
        story.wait_until(story.queries.held, "the answer that nobody vouches for")
        story.commands().put_back(story.queries.held()[-1].id)
        story.wait_until(lambda: story.letters_to(LEE), "the page to reach whoever looked for it")
        assert [one.state for one in story.queries.gaps(every=True)] == [GapState.ADDED]

    def test_N9_the_manager_hears_of_it_where_reminders_bring_no_answer(self, tell: TellStory) -> None:
        """After as many as the policy says, and not with every one that follows."""
        story, case = begin(tell)
        gaps(story).report(case, LAMPS, "Pier Trust", by="Lee Park")
        story.settle()
        for number, moment in enumerate(("2026-01-02 09:30", "2026-01-09 09:30", "2026-01-16 09:30", "2026-01-23 09:30"), 2):
            story.until(moment)
            story.wait_until(lambda: len(story.letters_to(WEB)) == number, "the reminder")  # noqa: B023
            story.settle()
            assert len(story.letters_to(MANAGER, "Still missing")) == (number >= 4)
        (told,) = story.letters_to(MANAGER, "Still missing")
        assert "Asked: Gil Moss, 3 times since Tuesday 23 December 2025" in words_of(told)
        assert LAMPS in words_of(told)

    def test_N9_a_reply_that_says_nothing_of_a_page_closes_nothing(self, tell: TellStory) -> None:
        """It lies in the case, and the gap stays open until somebody says where it is by a command."""
        story, case = begin(tell)
        gap = gaps(story).report(case, LAMPS, "pier trust", by="Lee Park")
        story.settle()
        (asked,) = story.letters_to(WEB)
        story.arrives(case, reply(asked, "I will look.", sender=f"Gil Moss <{WEB}>", headers=VOUCHED), "INBOX")
        assert [one.state for one in story.queries.gaps()] == [GapState.OPEN]
        gaps(story).close(gap.number, GapState.LOCATED, PAGE)
        story.settle()
        assert [f"It was located: {PAGE}" in words_of(letter) for letter in story.letters_to(LEE)] == [True]
        with pytest.raises(PermanentError, match="was closed before"):
            gaps(story).close(gap.number, GapState.ADDED, PAGE)

    def test_N9_what_cannot_be_asked_is_refused(self, tell: TellStory) -> None:
        """Nobody keeps the pages, nobody is to hear of it, no such organisation, no page, no such gap."""
        story, case = begin(tell)
        for what, why in (
            ((case, LAMPS, "Harbour Council", "Lee Park"), "names nobody who keeps its pages"),
            ((case, LAMPS, "Lighthouse Trust", "Lee Park"), "there is no organisation 'Lighthouse Trust'"),
            ((case, LAMPS, "Pier Trust", "Nobody Here"), "there is nobody called"),
            ((case, LAMPS, "Pier Trust", ""), "say with --by"),
            ((case, "  ", "Pier Trust", "Lee Park"), "what cannot be found"),
            (("HC-0000-0000-0", LAMPS, "Pier Trust", "Lee Park"), "there is no case"),
        ):
            with pytest.raises(PermanentError, match=why):
                gaps(story).report(*what)
        with pytest.raises(PermanentError, match="there is no gap 99"):
            gaps(story).close(99, GapState.ADDED, PAGE)
        gap = gaps(story).report(case, LAMPS, "Pier Trust", "Lee Park")
        with pytest.raises(PermanentError, match="one address of the web"):
            gaps(story).close(gap.number, GapState.ADDED, "on our pages")
        assert story.letters_to(FEMI) == []
