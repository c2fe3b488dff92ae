"""Requests for recorded information: what they lack, which law probably holds, and where they hide."""

from typing import Any

import pytest

from mailbot.adapters.rule_files import load_requests
from mailbot.core.action import Note, OpenCase, QueueLetter
from mailbot.core.classify import Classification, Hit, classify
from mailbot.core.decide import request_in
from mailbot.core.information_request import InformationRequest, Lack, Regime, information_request
from mailbot.core.message import Address, Message, Span
from mailbot.core.policy import UNSURE
from tests.invented import RULES, every, only, policy, shipped_pack
from tests.unit.test_decide import arrived, decided, findings

PACK = shipped_pack()
REQUESTS = load_requests(RULES)
ADA = Address(address="ada@example.org", name="Ada Sample")
NAMELESS = Address(address="ada@example.org", name="")


def written(text: str, subject: str = "A request", from_: Address | None = ADA) -> Message:
    """A message of Ada's, whose name stands beside her address."""
    return Message(digest="1", subject=subject, text=text, from_=from_)


def looked_at(text: str, **values: Any) -> InformationRequest:
    """What is thought of a text as a request."""
    return information_request(written(text, **values), REQUESTS)


@pytest.mark.parametrize(
    ("text", "regime", "words"),
    [
        ("How many parking fines were issued in 2025, broken down by street?", Regime.FOI, []),
        ("Please send the air quality readings and the drainage survey.", Regime.EIR, ["air quality", "drainage"]),
        ("Please send everything you hold about me.", Regime.SUBJECT_ACCESS, ["about me"]),
        ("I want the notes in my housing file about the river.", Regime.SUBJECT_ACCESS, ["my housing file"]),
    ],
)
def test_the_likely_regime_is_shown_with_its_words(text: str, regime: Regime, words: list[str]) -> None:
    """Recorded information, information about the environment, or what is held about the writer."""
    found, whole = looked_at(text), written(text).full_text
    assert found.regime is regime
    assert [whole[span.start : span.end] for span in found.spans] == words


def test_words_that_are_only_quoted_make_no_regime() -> None:
    """What the council wrote about the river is not what the customer asks about."""
    text = "How many fines were issued?\n> the river\n"
    quoting = Message(digest="1", subject="", text=text, from_=ADA, own=(Span(0, 28),))
    assert information_request(quoting, REQUESTS).regime is Regime.FOI


def test_a_request_with_everything_lacks_nothing() -> None:
    """Name, address, description, and something recorded."""
    assert looked_at("Please send me a copy of the contract for the leisure centre.").lacks == ()


@pytest.mark.parametrize("shown", ["", "Ada", "ada99", "The Parish Clerk 2"])
def test_a_name_that_is_not_whole_is_missing(shown: str) -> None:
    """A first name alone, or what a mail program calls the mailbox."""
    sender = Address(address="ada@example.org", name=shown)
    assert looked_at("Please send me a copy of the contract.\n\nThanks", from_=sender).lacks == (Lack.NAME,)


@pytest.mark.parametrize(
    "signed",
    [
        "Ada Sample",
        "Mrs A. Sample",
        "J Finch",
        "Zoë O'Neil-Vale,",
        "-- \nAda Mary Sample\nHarbour",
        "Bo de Vries",
        "Ada and Bo Sample",
        "Ada Sample (Mrs)",
        "(Miss) Ada Sample",
        "Ada Sample, Secretary of the club",
        "Thank you very much. Cllr A. Sample",
        "With kind regards, Mrs. Ada Sample",
        "My name is Ada Sample and I live in Quay Road.",
        "Full name: Ada Sample",
    ],
)
def test_the_name_may_stand_below_the_text(signed: str) -> None:
    """However people sign."""
    assert looked_at(f"Please send me a copy of the contract.\n\nRegards\n{signed}", from_=NAMELESS).lacks == ()


@pytest.mark.parametrize(
    "end",
    [
        "Kind Regards",
        "Yours Faithfully,",
        "Many Thanks",
        "Dear Sir",
        "Ada",
        "It is about the Mill Bridge.",
        "I live at 4 Quay Road.",
        "My name is secret.",
    ],
)
def test_what_stands_where_people_sign_is_not_always_a_name(end: str) -> None:
    """Courtesies, places, a first name alone."""
    assert looked_at(f"Please send me a copy of the contract.\n\n{end}", from_=NAMELESS).lacks == (Lack.NAME,)


def test_a_request_for_environmental_information_needs_no_name() -> None:
    """The Regulations have no such condition; where no law of that kind holds, the request is one like others."""
    text = "How many trees did you plant along the river?"
    assert looked_at(text, from_=NAMELESS).lacks == ()
    found = information_request(written(text, from_=NAMELESS), REQUESTS, environmental=False)
    assert (found.regime, found.spans, found.lacks) == (Regime.FOI, (), (Lack.NAME,))
    by_jersey = request_in(written(text), judged("foi_request", hinted=()), REQUESTS, shipped_pack("jersey-oic"))
    assert by_jersey is not None
    assert by_jersey.regime is Regime.FOI


def test_an_opinion_is_no_recorded_information() -> None:
    """Staff are shown it; who asks for papers as well asks for something recorded."""
    assert looked_at("Do you agree that the mayor should resign?").lacks == (Lack.RECORDED,)
    assert looked_at("Do you agree that the mayor should resign? Send me copies of the minutes.").lacks == ()


def test_a_text_that_describes_nothing_lacks_a_description() -> None:
    """Three words, and a letter that names no information at all."""
    assert Lack.DESCRIPTION in looked_at("Hello", subject="").lacks
    assert Lack.DESCRIPTION in looked_at("I am writing to the council today because of Tuesday.", subject="").lacks


@pytest.mark.parametrize(
    "text",
    [
        "I want to make an FOI request.",
        "Dear Sir,\nI would like to make a request under the Freedom of Information Act.\nYours faithfully\nAda Sample",
        "Please send me all the information you hold.",
        "My name is Ada Sample. Please send me the documents I request.",
    ],
)
def test_the_mere_wish_for_information_describes_none(text: str) -> None:
    """The name of the Act, courtesies and the writer's own name say nothing of what is wanted."""
    assert looked_at(text, subject="FOI request").lacks == (Lack.DESCRIPTION,)


@pytest.mark.parametrize(
    "text",
    [
        "can you send me the water test log for the learner pool, last 3 months",
        "Would you kindly let me have the last two hygiene inspections for the above premises.",
        "I should very much like to read the appraisal of the Brickfield site.",
        "Could I have the fire risk assessment for the towers?",
        "Please supply the day rate of your director.",
    ],
)
def test_whoever_asks_in_other_words_describes_what_they_want(text: str) -> None:
    """No word for a record need stand there."""
    assert looked_at(text).lacks == ()


def test_a_request_for_one_s_own_information_is_described_by_that() -> None:
    """And one that was found to be such a request is of that law, whatever its words."""
    assert looked_at("I want to see my file").lacks == ()
    found = request_in(written("The film of Tuesday, please."), judged("subject_access_request", hinted=()), REQUESTS, PACK)
    assert found == InformationRequest(regime=Regime.SUBJECT_ACCESS)


def test_words_in_another_language_are_not_said_to_describe_nothing() -> None:
    """The rules know English words only; whether it is a description a person sees."""
    said = Hit(class_="other_language", rule="language", weight=1.0, span=Span(0, 5), language="cy")
    welsh = judged("foi_request", hinted=(), flags=("other_language",), flag_evidence=(said,))
    found = request_in(written("Faint o goed a blannwyd gennych"), welsh, REQUESTS, PACK)
    assert found is not None
    assert found.lacks == ()


def test_nobody_is_asked_why_they_want_it() -> None:
    """No lack has to do with reasons or use."""
    assert {lack.name for lack in Lack} == {"NAME", "ADDRESS", "DESCRIPTION", "RECORDED"}


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "copy of " * 100_000, " \n" * 400_000, "Ada " * 200_000, "é\u0301" * 300_000]
)
def test_a_monstrous_text_is_looked_at_all_the_same(text: str) -> None:
    """Only its beginning and its end are read."""
    assert looked_at(text).regime is Regime.FOI


# In a message of another class ----------------------------------------------------------------------------------------------


def judged(class_: str, share: float = 0.4, **changes: Any) -> Classification:
    """A message of a class, in which something speaks for a request for information."""
    hit = Hit(class_="foi_request", rule="foi_request: how many", weight=1.5, span=Span(12, 20))
    best = "enquiry" if class_ == UNSURE else class_
    hinted = {"hinted": (("foi_request", share),), "also_evidence": (hit,)}
    return Classification(**{"class_": class_, "best": best, "confidence": 0.9, **hinted, **changes})


def proposed(found: Classification, text: str = "How many benches did you buy?") -> list[str]:
    """What is proposed to a person about such a message, as the end of a command."""
    message = written(text)
    known = findings(classification=found, request=request_in(message, found, REQUESTS, PACK))
    actions = decided(arrived(message=message), known, mailbox=policy(pack=PACK))
    assert only(OpenCase, actions).class_ == found.class_
    return [one.reason.detail for one in every(Note, actions) if one.kind == "proposal"]


def test_a_request_that_hides_in_an_enquiry_is_proposed_and_changes_nothing() -> None:
    """The case stays an enquiry; one command makes it a request too."""
    assert proposed(judged("enquiry")) == ["enquiry --also foi_request"]


def test_an_unsure_message_is_proposed_as_the_request_it_may_be() -> None:
    """It has no class to keep."""
    assert proposed(judged(UNSURE)) == ["foi_request"]


def test_a_request_for_information_about_oneself_is_proposed_as_one_for_one_s_own_data() -> None:
    """The law is another one, and a person says so."""
    own = "Please send all you hold about me."
    assert proposed(judged("foi_request", hinted=()), own) == ["subject_access_request"]
    assert proposed(judged("subject_access_request"), own) == []


def test_a_weak_hint_or_none_proposes_nothing() -> None:
    """Below the share that the pack names nobody is bothered."""
    assert proposed(judged("enquiry", share=0.1)) == []
    assert proposed(judged("enquiry", hinted=(), also_evidence=())) == []


def test_what_the_rules_hint_at_comes_with_its_words() -> None:
    """The share that a class would have alone, and the hits that speak for it."""
    hit = Hit(class_="foi_request", rule="foi_request: how many", weight=1.5, span=Span(0, 8))
    found = classify((hit, Hit(class_="enquiry", rule="enquiry: opening", weight=3.0, span=Span(9, 16))), PACK.classes, "1")
    ((name, share),) = found.hinted
    assert (name, found.also_evidence, found.also) == ("foi_request", (hit,), ())
    assert 0.3 < share < 0.65


def test_what_is_found_out_is_noted_and_the_letter_stays_as_it_is() -> None:
    """Nothing is refused: the receipt of a request that lacks a name is the receipt of any request."""
    message = written("How many benches did you buy for the park?", from_=NAMELESS)
    found = judged("foi_request", hinted=())
    known = findings(classification=found, request=request_in(message, found, REQUESTS, PACK))
    actions = decided(arrived(message=message), known, mailbox=policy(pack=PACK))
    noted = [(one.reason.rule, one.reason.detail) for one in every(Note, actions)]
    assert ("likely-regime", "freedom of information") in noted
    assert ("request-lacks", "the requester's full name") in noted
    assert only(QueueLetter, actions).letter == "receipt-foi"
