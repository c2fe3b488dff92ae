"""Trusted senders: our web form, scanner and gateways are believed when our own border says so, and the person is answered."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from mailbot.core.action import Hold, OpenCase, Permission, QueueLetter
from mailbot.core.case import Channel
from mailbot.core.message import Address, Message, Span
from mailbot.core.relay import UNNAMED, Relay, authentication, is_internal, is_proven, relayed
from mailbot.core.screen import History, permit_answer, screen
from mailbot.core.strong_evidence import OwnMarks, Verdict
from tests.invented import CAPS, CUSTOMER, every, message, only, shipped_screening
from tests.unit.test_decide import arrived, decided, findings

RULES = shipped_screening()
BORDER = "mx.harbour.example"
FORM = Relay(
    name="website-form",
    address="no-reply@harbour.example",
    channel=Channel.WEB,
    networks=(ip_network("192.0.2.0/24"),),
    person_address="header:Reply-To",
    person_name="line:Name",
    person_text="line:Message",
)
SCANNER = replace(FORM, name="scanner", channel=Channel.LETTER, person_address="line:E-mail", person_text="")
TEXT = "Name: Ada Sample\nE-mail: Ada@Example.org\nMessage: The lamp is broken.\nIt is dark.\n"
FROM_HERE = ("received", "from www (www.harbour.example [192.0.2.7]) by mx.harbour.example; Mon, 23 Nov 2026 10:00:00 +0000")


def form(*headers: tuple[str, str], text: str = TEXT) -> Message:
    """What the form sends: from an address that nobody reads, marked as generated."""
    marks = (("auto-submitted", "auto-generated"), ("precedence", "bulk"), ("reply-to", f"Ada <{CUSTOMER}>"))
    return message(*headers, *marks, sender=FORM.address, text=text)


def test_the_person_behind_the_form_is_the_customer_and_is_answered() -> None:
    """Whatever robot's marks the form sets: the receipt goes to the person."""
    found = relayed(form(FROM_HERE), (FORM,), BORDER)
    assert found is not None
    assert found.message.from_ == Address(address=CUSTOMER, name="Ada Sample")
    screening = screen(found.message, RULES, OwnMarks(relay=FORM.name))
    assert screening.verdict is Verdict.HUMAN
    assert isinstance(permit_answer(screening, found.message.sender, History(), CAPS), Permission)


def test_a_copy_of_our_own_letter_stays_ours_though_it_came_through_a_trusted_sender() -> None:
    """Own marks come before trusted senders."""
    own = OwnMarks(relay=FORM.name, is_our_message_id=True)
    assert screen(form(FROM_HERE), RULES, own).verdict is Verdict.OWN


@pytest.mark.parametrize(
    "received",
    [
        (),
        (
            (
                "received",
                "from elsewhere (mail.example.org [203.0.113.9]) by mx.harbour.example; Mon, 23 Nov 2026 10:00",
            ),
        ),
        (("received", "from elsewhere ([203.0.113.9]) by mx; x"), FROM_HERE),
        (("received", "from [nonsense] by mx; x"),),
    ],
)
def test_who_only_bears_the_form_s_address_is_no_trusted_sender(received: tuple[tuple[str, str], ...]) -> None:
    """Anybody can write it: only the top Received field, our own server's, says where the message was handed in."""
    assert relayed(form(*received), (FORM,), BORDER) is None
    assert screen(form(*received), RULES).verdict is Verdict.OTHER_AUTOMATIC


AUTHENTICATED = replace(FORM, networks=(), authenticated=True)


@pytest.mark.parametrize(
    ("field", "believed"),
    [
        (f"{BORDER}; dmarc=pass header.from=harbour.example", True),
        (f"{BORDER} 1; dkim=pass (2048-bit key; unprotected) header.d=harbour.example", True),
        (f"{BORDER.upper()}; spf=pass smtp.mailfrom=bounce@harbour.example", True),
        (f"{BORDER}; dkim=fail header.d=harbour.example", False),
        (f"{BORDER}; dkim=pass header.d=example.org", False),
        (f"{BORDER}; spf=pass smtp.mailfrom=x@notharbour.example", False),
        ("mx.elsewhere.example; dmarc=pass header.from=harbour.example", False),
        ("dmarc=pass action=none header.from=harbour.example", False),
        (";;;((", False),
        ("", False),
    ],
)
def test_only_our_own_border_is_believed(field: str, believed: bool) -> None:
    """RFC 8601 section 5: another server's id, none at all, or a domain that is not the form's proves nothing."""
    found = relayed(form(("authentication-results", field)), (AUTHENTICATED,), BORDER)
    assert (found is not None) is believed


def test_of_several_results_the_top_one_of_our_border_counts() -> None:
    """What stands below may have come with the message."""
    forged = form(("authentication-results", f"{BORDER}; dmarc=fail"), ("authentication-results", f"{BORDER}; dmarc=pass"))
    assert relayed(forged, (AUTHENTICATED,), BORDER) is None
    assert authentication(forged, BORDER).dmarc == "fail"
    assert authentication(forged, "").dmarc == ""


@pytest.mark.parametrize(
    "field",
    [
        f'"bo@evil.example" <{CUSTOMER}>',
        f"bo@evil.example <{CUSTOMER}>",
        f'"Bo <bo@evil.example>" <{CUSTOMER}>',
        f"<{CUSTOMER}>",
        CUSTOMER,
    ],
)
def test_a_name_that_shows_an_address_is_a_name(field: str) -> None:
    """Whoever fills in the form chooses the name in Reply-To; the receipt goes to the address."""
    found = relayed(message(FROM_HERE, ("reply-to", field), sender=FORM.address), (FORM,), BORDER)
    assert found is not None
    assert found.message.sender == CUSTOMER


def test_without_both_proofs_where_both_are_asked_for_nobody_is_trusted() -> None:
    """A network and an authentication result: one of them is not enough."""
    both = replace(AUTHENTICATED, networks=FORM.networks)
    assert relayed(form(FROM_HERE), (both,), BORDER) is None
    proven = form(FROM_HERE, ("authentication-results", f"{BORDER}; dmarc=pass"))
    assert relayed(proven, (both,), BORDER) is not None


def test_where_the_person_stands_in_a_line_it_is_read_from_there() -> None:
    """A scanner's or a voicemail's text with labels; in any case, with a comma behind, quoted or not."""
    found = relayed(form(FROM_HERE, text="> e-MAIL :  Ada <Ada.Sample@Example.ORG>,\nName:Ada"), (SCANNER,), "")
    assert found is not None
    assert found.message.from_ == Address(address="Ada.Sample@example.org", name="Ada")


def test_a_letter_without_an_address_opens_a_case_and_nobody_is_written_to() -> None:
    """A scanned letter: its clocks run by its channel, and staff answer by post."""
    found = relayed(form(FROM_HERE, text="A scanned page is attached."), (SCANNER,), "")
    assert found is not None
    assert found.message.from_ is None
    screening = screen(found.message, RULES, OwnMarks(relay=SCANNER.name))
    actions = decided(arrived(message=found.message, channel=Channel.LETTER), findings(screening=screening))
    assert only(OpenCase, actions).channel is Channel.LETTER
    assert every(QueueLetter, actions) == []


def test_the_person_s_words_are_those_behind_their_label() -> None:
    """Labels and what stands in other lines of the form do not speak for a class."""
    found = relayed(form(FROM_HERE, text="Message: Broken.\nName: Compliment Sample\n"), (FORM,), "")
    assert found is not None
    full = found.message.full_text
    assert found.holds(_span(full, "Broken"))
    assert found.holds(_span(full, found.message.subject))
    assert not found.holds(_span(full, "Compliment"))


def _span(text: str, words: str) -> Span:
    return Span(text.index(words), text.index(words) + len(words))


def test_where_dmarc_fails_a_case_is_opened_and_no_letter_goes() -> None:
    """The sender may be forged: our letter would reach somebody else. It is not spam for that."""
    screening = screen(message(), RULES, OwnMarks(dmarc="fail"))
    assert screening.verdict is Verdict.HUMAN
    assert [reason.rule for reason in screening.silences] == ["dmarc-fail"]
    assert screen(message(), RULES, OwnMarks(dmarc="none")).may_answer


def test_a_person_in_the_junk_folder_is_set_before_somebody() -> None:
    """No case and no letter by itself: put back, it is decided about like any other."""
    assert only(Hold, decided(arrived(in_junk=True), findings())).reason.rule == "in-junk-folder"
    assert only(OpenCase, decided(arrived(in_junk=True, put_back=True), findings()))


MARKS = (("x-ms-exchange-organization-authas", "internal"), ("x-ms-exchange-organization-authsource", "*.prod.outlook.com"))
WITHIN = (MARKS[0][0], "Internal")
SOURCE = (MARKS[1][0], "AB1P123MB0001.GBRP123.PROD.OUTLOOK.COM")


def marked(*headers: tuple[str, str], defects: tuple[str, ...] = ()) -> bool:
    sent = message(*headers, sender="robin.vale@harbour.example")
    return is_internal(replace(sent, defects=defects), MARKS, BORDER)


def test_mail_from_within_is_known_by_the_marks_of_our_server() -> None:
    """All of them, whatever their case; and a result of our border that found nothing is no hindrance."""
    assert marked(WITHIN, SOURCE)
    assert marked(WITHIN, SOURCE, ("authentication-results", f"{BORDER}; dmarc=none header.from=harbour.example"))


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (WITHIN,),
        (SOURCE,),
        ((MARKS[0][0], "Anonymous"), SOURCE),
        (WITHIN, (MARKS[1][0], "prod.outlook.com.elsewhere.example")),
        (WITHIN, WITHIN, SOURCE),
        ((MARKS[0][0], "Anonymous"), WITHIN, SOURCE),
        (WITHIN, SOURCE, ("authentication-results", f"{BORDER}; dmarc=fail header.from=harbour.example")),
        (WITHIN, SOURCE, ("authentication-results", f"{BORDER}; dmarc=temperror")),
    ],
)
def test_one_mark_too_few_or_too_many_proves_nothing(headers: tuple[tuple[str, str], ...]) -> None:
    """A second field of the name may be an outsider's; and nothing outweighs a border that found the author forged."""
    assert not marked(*headers)


def test_marks_prove_nobody_where_it_is_unclear_who_wrote() -> None:
    """Two authors, or none that can be read; nor without any mark that counts."""
    assert not marked(WITHIN, SOURCE, defects=("repeated-field: from",))
    assert not is_internal(message(WITHIN, SOURCE, sender="robin.vale@harbour.example"), (), BORDER)


EXCHANGE = (
    "spf=pass (sender IP is 192.0.2.25) smtp.mailfrom=pier.example; dkim=pass (signature was verified) "
    "header.d=pier.example;dmarc=pass action=none header.from=pier.example;compauth=pass reason=100"
)


def unnamed(*values: str) -> bool:
    """Whether our border without a name vouches for somebody at pier.example."""
    sent = message(*(("authentication-results", value) for value in values), sender="femi.holt@pier.example")
    return is_proven(sent, UNNAMED)


def test_a_border_without_a_name_is_believed_where_it_writes_the_only_result() -> None:
    """As Exchange Online writes it: the results alone. A failed one proves nothing."""
    assert unnamed(EXCHANGE)
    assert not unnamed(EXCHANGE.replace("pass", "fail"))
    assert not unnamed(EXCHANGE.replace("pier.example", "elsewhere.example"))
    assert (
        authentication(message(("authentication-results", EXCHANGE.replace("dmarc=pass", "dmarc=fail"))), UNNAMED).dmarc
        == "fail"
    )


@pytest.mark.parametrize(
    "values",
    [(), (EXCHANGE, EXCHANGE), (f"mx.pier.example; {EXCHANGE}",), (EXCHANGE, f"mx.pier.example; {EXCHANGE}"), ("",), (";",)],
)
def test_a_second_result_or_a_named_one_proves_nothing_there(values: tuple[str, ...]) -> None:
    """What bears a name is not that border's, and of two one may be an outsider's."""
    assert not unnamed(*values)


def test_without_leave_a_result_without_a_name_is_nobodys() -> None:
    """Neither where the border has a name, nor where nobody said anything."""
    sent = message(("authentication-results", EXCHANGE), sender="femi.holt@pier.example")
    assert not is_proven(sent, BORDER)
    assert not is_proven(sent, "")
