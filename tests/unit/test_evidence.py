"""Weak evidence: many small things make a robot known, and no single one of them silences a person."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot import patterns
from mailbot.core.evidence import HEAD, TAIL, PhraseGroup, PhraseIndex, Where, index, own_words, phrase_evidence, words_of
from mailbot.core.message import Address, Attachment
from mailbot.core.screen import Screening, screen
from mailbot.core.screening_rules import ScreeningExample
from mailbot.core.strong_evidence import Verdict
from mailbot.patterns import Sieve
from mailbot.pipeline.rule_examples import failing_screening_examples
from tests.invented import message, shipped_screening

RULES = shipped_screening()
AWAY = "Thank you for your message. I am on annual leave until 4 May and have no access to email. I will reply on my return."


def judged(subject: str, text: str, *headers: tuple[str, str]) -> Screening:
    """The screening of a message with these words, by the shipped rules."""
    return screen(message(*headers, subject=subject, text=text), RULES)


def silent(screening: Screening) -> bool:
    """Whether a case is opened and no letter goes."""
    return screening.verdict is Verdict.HUMAN and not screening.may_answer


@pytest.mark.parametrize("example", RULES.examples, ids=lambda one: f"{one.file}: {one.subject}"[:60])
def test_every_example_of_a_language_comes_out_as_its_file_says(example: ScreeningExample) -> None:
    """By words alone, no header: absence notes of the language are known, and its people are not taken for one."""
    assert list(failing_screening_examples(replace(RULES, examples=(example,)))) == []


def test_there_are_words_in_more_than_twenty_languages() -> None:
    """Each language has absence notes, and texts of people that must come through."""
    files = {example.file for example in RULES.examples if example.comes_out == "auto_reply"}
    people = {example.file for example in RULES.examples if example.comes_out == "human"}
    assert files == people
    assert len(files) >= 30


def test_a_rule_that_no_longer_does_what_it_says_is_named() -> None:
    """``mailbot check`` says which example of which file came out wrong, and as what."""
    wrong = replace(
        RULES, examples=(ScreeningExample(file="en.toml", subject="Lamp", text="It is broken.", comes_out="bounce"),)
    )
    (sentence,) = failing_screening_examples(wrong)
    assert "phrases/en.toml" in sentence
    assert "must come out as bounce and came out as human" in sentence


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Bo Sample is out of the office", "Then I will try on Monday."),
        ("FYI - gone this weekend", "I will not be reading email until Sunday."),
        ("Fwd: Undelivered Mail Returned to Sender", "The following addresses had permanent fatal errors\nWhy did I get this?"),
        ("What does it mean?", 'I got: "This is the mail system at host mail.example.org. User unknown". What did I do wrong?'),
        ("Missed bin", f"The bin was missed again.\n\nOn Monday the council wrote:\n> {AWAY}"),
        ("Missed bin", f"The bin was missed again.\n-----Original Message-----\nFrom: Bo\n{AWAY}"),
        ("Missed bin", f"The bin was missed again.\n\nVon: Bo\n{AWAY}"),
        ("Annual leave", "I am on annual leave from Friday. Please collect the rubbish before."),
        ("Delivery problem", "The new bin was not delivered to my house."),
        ("Please unsubscribe me", "I no longer wish to receive your newsletter."),
        ("Warning", "There is ice on Mill Lane."),
    ],
)
def test_people_who_write_about_robots_are_people(subject: str, text: str) -> None:
    """Who quotes, forwards, answers or names an automatic message, or goes away themselves, gets their letter."""
    assert judged(subject, text).may_answer


def test_a_person_s_letter_with_a_way_out_of_a_campaign_is_answered() -> None:
    """Programs for customer relations put List-Unsubscribe on one-to-one mail: alone it silences nobody."""
    assert judged("Meeting", "Can we meet on Tuesday?", ("list-unsubscribe", "<https://crm.example.org/u/1>")).may_answer


def test_a_campaign_is_not_answered() -> None:
    """The same field beside a campaign's words is one."""
    text = "Roses are back. View it online.\nTo unsubscribe, write to us. All rights reserved."
    assert judged("Garden news", text, ("list-unsubscribe", "<mailto:out@example.org>")).verdict is Verdict.OTHER_AUTOMATIC


def test_in_doubt_a_case_is_opened_and_no_letter_goes() -> None:
    """Between a person and a robot: the reasons say what was weighed, with places in the text and no words of it."""
    screening = judged("Your request", "I am on annual leave until 4 May. I will reply on my return. In my absence ask Bo.")
    assert silent(screening)
    assert screening.silences[0].rule == "looks-automatic"
    assert screening.silences[0].detail == "auto_reply 1.3"
    assert [(reason.rule, reason.detail) for reason in screening.silences[1:]] == [
        ("away", "+0.5 en"),
        ("return", "+0.4 en"),
        ("deputy", "+0.4 en"),
    ]
    assert all(reason.spans for reason in screening.silences[1:])


def test_evidence_points_into_the_text_that_is_kept() -> None:
    """The span cut out of the full text is the phrase, also after letters that grow when written small."""
    one = message(subject="Automatic reply: \u0130zin", text="\u0130yi. I am on annual leave.")
    (span,) = next(reason.spans for reason in screen(one, RULES).reasons if reason.rule == "away")
    assert one.full_text[span.start : span.end] == "I am on annual leave"


def test_a_message_that_names_no_recipient_is_not_answered() -> None:
    """RFC 5230 section 4.5: no To, no Cc, or an empty group; one that answers us is a person's all the same."""
    nobody = {"to": (), "cc": ()}
    assert silent(screen(message(**nobody), RULES))
    assert silent(screen(message(("to", "undisclosed-recipients:;"), **nobody), RULES))
    assert screen(message(**nobody, subject="Re: the lamp"), RULES).may_answer
    assert screen(message(("to", "the council <unreadable"), **nobody), RULES).may_answer
    assert screen(message(("delivered-to", "enquiries@harbour.example"), **nobody), RULES).may_answer


def test_an_abuse_report_without_the_standard_form_is_not_answered() -> None:
    """A subject of feedback loops, nothing written, a message attached; a person who complains is answered."""
    attached = Attachment(part="2", filename="", content_type="message/rfc822", size=1, sha256="0")
    report = message(subject="complaint about message from 192.0.2.1", text="", attachments=(attached,))
    assert silent(screen(report, RULES))
    assert judged("Complaint about message from your office", "It was rude.").may_answer


# The search itself -------------------------------------------------------------------------------------------------------


def phrases(*texts: str, where: Where = Where.TEXT) -> PhraseIndex:
    """An index of one group."""
    group = PhraseGroup(id="group", verdict="auto_reply", where=where, weight=1.0, source="invented")
    return index((group,), tuple(("group", "xx", text) for text in texts))


def found(text: str, *texts: str, where: Where = Where.TEXT, subject: str = "Lamp") -> list[str]:
    """What of the text or the subject was found."""
    one = message(subject=subject, text=text)
    hits = phrase_evidence(one, own_words(one), phrases(*texts, where=where))
    return [one.full_text[span.start : span.end] for hit in hits for span in hit.spans]


def test_phrases_are_found_as_words() -> None:
    """Case, punctuation and line ends between the words do not matter; a part of a word is none."""
    assert found("I am OUT-of\noffice.", "out of office") == ["OUT-of\noffice"]
    assert found("Scout of offices", "out of office") == []
    assert found("我们已收到您的来信", "已收到您的") == ["已收到您的"]


def test_a_phrase_at_the_start_of_the_subject_must_stand_there() -> None:
    """Brackets before it do not matter, words do."""
    for subject, there in (("[Out of office] Lamp", True), ("Out of office", True), ("Re: Out of office", False)):
        assert bool(found("", "out of office", where=Where.SUBJECT_START, subject=subject)) is there


def test_of_a_long_text_the_beginning_and_the_end_are_looked_at() -> None:
    """What stands in the middle of a very long text costs nothing and counts for nothing."""
    filling = "word " * (HEAD // 2)
    assert found(f"to unsubscribe {filling}", "to unsubscribe")
    assert found(f"{filling} to unsubscribe", "to unsubscribe")
    assert not found(f"{filling} to unsubscribe {'word ' * TAIL}", "to unsubscribe")


@given(
    st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=400), st.sampled_from(["out of office", "自动回复"])
)
def test_a_phrase_written_anywhere_among_words_is_found(text: str, phrase: str) -> None:
    """Whatever stands before and behind it, unless it is quoted."""
    quoted = any(mark in text for mark in '"“”„«»>|') or words_of(text) != words_of(f" {text} ")
    one = message(subject="x", text=f"{phrase}\n{text}")
    hits = list(phrase_evidence(one, own_words(one), phrases(phrase)))
    assert quoted or hits


MARKS = ("", " ", "\n", "-", "_", "\u2019", "\u00a0", "\u00e9", "a", "9", "\u4f60", "\u3002", "\U0001f600")


KINDS = (
    "out of office",
    "l\u2019\u00e9t\u00e9 \u00e0 venir",
    "\u81ea\u52a8\u56de\u590d",
    "\u00e9t\u00e9",
    "vm \u81ea a",
    "\u043f\u0443\u0441\u043a",
)


@given(st.sampled_from(KINDS), st.lists(st.sampled_from(MARKS), max_size=12))
def test_a_quick_look_overlooks_no_phrase(phrase: str, marks: list[str]) -> None:
    """Whatever stands around and between its words: where the walk finds a phrase, the look says that there may be one."""
    words, around = words_of(phrase), [*marks, *[" "] * 8]
    text = around.pop(0) + "".join(word + mark for word, mark in zip(words, around, strict=False))
    if found(text, phrase):
        assert Sieve([words]).may_hold(text)


def test_a_quick_look_with_too_many_phrases_says_no_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then every text is walked, which is slower and finds the same."""
    monkeypatch.setattr(patterns, "MAX_SIEVE_BYTES", 1_000)
    assert Sieve([[f"word{number}"] for number in range(2_000)]).may_hold("the bin was missed")


def test_a_quick_look_sees_that_no_phrase_is_there() -> None:
    """A letter of a person is not walked, whatever marks are in it; what robots say is."""
    look = RULES.scoring.phrases.may_occur
    assert not look("the bin at 4 mill lane was missed again on monday. it cost me \u00a35, and nobody\u2019s told us why.")
    assert look("i am on annual leave")


@pytest.mark.parametrize(
    "text",
    [
        '"' * 200_000,
        "> " * 100_000,
        "a" * 300_000,
        "to " * 100_000,
        "\n" * 300_000,
        "http://x" * 40_000,
        "on x" + " y" * 100_000,
    ],
)
def test_no_text_makes_screening_slow(text: str) -> None:
    """What is looked at is capped and walked once: a hostile text takes no longer than a fraction of a second."""
    began = time.perf_counter()
    judged("x" * 10_000, text)
    assert time.perf_counter() - began < 0.5


def test_of_several_recipients_only_the_first_are_looked_for() -> None:
    """Two hundred recipients cost no more than three."""
    many = tuple(Address(address=f"person{number}@example.org") for number in range(200))
    one = message(to=many, text="Dear person1@example.org")
    assert screen(one, RULES).may_answer
