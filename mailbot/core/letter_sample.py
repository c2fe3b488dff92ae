"""Invented values with which a letter is shown and checked before it is used. Nobody in them exists."""

from dataclasses import fields, replace
from datetime import date
from enum import StrEnum

from mailbot.core.letter import LetterSpec, LetterValues
from mailbot.core.tongue import letter_date


class Sample(StrEnum):
    """How much is known of the case that a letter is shown with."""

    FULLEST = "fullest"
    EMPTIEST = "emptiest"


FULLEST = LetterValues(
    organisation="Cyngor Porth y Môr",
    mailbox_address="enquiries@harbour.example",
    signatory="Bo Sample, Customer Services",
    reference="HC-2611-0042-7",
    customer_subject="The “lamp” outside № 4 {{ is }} <broken> & dark: für Größe 9…",
    received_on=letter_date(date(2026, 11, 23)),
    due_on=letter_date(date(2026, 12, 11)),
    clock_name="response",
    class_words="your enquiry",
    policy_link="https://harbour.example/customer-care",
    privacy_notice="We use what you tell us to deal with your message.",
    days_late="3",
    owner="Di Cole",
    owner_contact="di.cole@harbour.example or 01632 960123",
    summary_lines="- Late: 2 (HC-2611-0001-1, HC-2611-0042-7)\n- Set aside for a person: 1",
    delay_reason="we wait for the plan of the drains",
    revised_on=letter_date(date(2026, 12, 29)),
    next_on=letter_date(date(2027, 1, 8)),
    answer_by=letter_date(date(2027, 1, 5)),
    goes_on=letter_date(date(2026, 12, 10)),
    letter_words="the notice of delay",
    clock_title="answer to a Freedom of Information request",
    law="Freedom of Information Act 2000 s.10(1), (6)",
    office_shut="office shut from Thu 24 Dec 2026 to Thu 31 Dec 2026 (Christmas), answer by Wed 23 Dec 2026",
    alarm_what="a customer writes of danger to life",
    alarm_number="17",
    call="999",
    days_left="2",
    failed_address="ada@example.org",
    failure="nothing arrives there, the address does not exist or is shut",
    other_contact="they came by phone, ada.finch@work.example",
    service="Street lighting",
    services_proposed="Street lighting, Potholes and road repairs or Parks",
    pages="- Report a street light: https://harbour.example/street-lighting/report\n- How long repairs take: https://harbour.example/street-lighting/faq",
    addressee="the board that oversees us",
    next_stage="an investigator whom the director appoints",
    survey_link="https://harbour.example/how-did-we-do",
    partner="Harbour Trust",
    note_lines="- Name: Ada Finch\n- Phone: 01632 960123\n- Post: not found",
    staff_note="The column is number 14",
    left_out="plan.pdf",
    instead_of="Bo Sample",
    gap_what="the hours of the harbour office in winter",
    gap_number="7",
    gap_reporter="Bo Sample",
    gap_since=letter_date(date(2026, 11, 16)),
    gap_outcome="added",
    gap_url="https://harbour.example/office/winter",
    gap_contact="Gil Sample",
    gap_asked="3",
    answer_text="The lamp is mended.\nIt was the fuse.",
    signature_lines="Di Cole\nCaseworker\nTelephone: 01632 960123\nE-mail: di.cole@harbour.example",
    month="November 2026",
    short_subject="The “lamp” outside № 4 is broken…",
    class_name="request for information",
    due_why="20 working days from Monday 23 November 2026, Freedom of Information Act 2000 s.10(1), (6)",
    asked_for="What did the new bridge cost? Please send me the contract.",
    similar_lines="- HC-2611-0007-3: enquiry, from Monday 9 November 2026 (the same customer)",
    message_lines="> Hello,\n>\n> What did the new bridge cost? Please send me the contract.",
    restricted="yes",
    lacks_name="the requester's full name",
    lacks_address="an address for the answer",
    lacks_description="a description of the information",
    lacks_recorded="recorded information",
    reply_waits="5",
    goes_at="10:47",
    own_lines="> The bridge cost 2.1 million pounds.\n>\n> Di Cole",
    answer_lines="> The contract is on our web pages.",
    answered_by="bo.sample@harbour.example",
    files="contract.pdf",
)
"""A value for every name; the customer's subject holds what a careless letter would trip over."""

_OF_ANY_LENGTH = ("organisation", "signatory", "owner", "owner_contact", "delay_reason", "clock_title", "law", "other_contact")


def sample_values(spec: LetterSpec, sample: Sample) -> LetterValues:
    """The fullest values a letter can have, or the emptiest: nothing that it has a fallback for or does not name."""
    if sample is Sample.FULLEST:
        return FULLEST
    needed = set(spec.variables) - set(spec.fallbacks)
    return replace(FULLEST, **{item.name: None for item in fields(LetterValues) if item.name not in needed})


def longest_values() -> LetterValues:
    """The fullest values, with names and reasons three times as long: to see how a letter bears it."""
    return replace(FULLEST, **{name: " ".join([getattr(FULLEST, name)] * 3) for name in _OF_ANY_LENGTH})
