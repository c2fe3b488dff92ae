"""Screening: who wrote this, and may it be answered? One wrong "person" can be a loop of letters."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.action import Permission
from mailbot.core.field_match import first_token
from mailbot.core.flood import is_shared, shape_of
from mailbot.core.message import Address, Message
from mailbot.core.reason import Reason
from mailbot.core.screen import (
    History,
    Screening,
    SentBefore,
    permit_again,
    permit_answer,
    permit_by_person,
    permit_notice,
    permit_staff,
    screen,
)
from mailbot.core.screening_rules import HeaderRule, SenderRule
from mailbot.core.strong_evidence import OwnMarks, Verdict
from tests.invented import CAPS, CUSTOMER, MAILBOX, MANAGER, case, message, policy, shipped_screening

RULES = shipped_screening()
NULL_PATH = ("return-path", "<>")


def judged(
    *headers: tuple[str, str], sender: str = CUSTOMER, content_type: str = "text/plain", subject: str = "Lamp"
) -> Screening:
    """The screening of a message with these header fields, by the shipped rules."""
    return screen(message(*headers, sender=sender, content_type=content_type, subject=subject), RULES)


def permitted(screening: Screening) -> bool:
    """Whether a first letter to the sender would be permitted."""
    return isinstance(permit_answer(screening, CUSTOMER, History(), CAPS), Permission)


def sample_value(rule: HeaderRule) -> str:
    """A value for which the rule holds."""
    named = next(iter(rule.token_in or rule.contains or rule.starts_with), "")
    return named or ("something" if rule.present else "yes")


def sample(rule: HeaderRule) -> Message:
    """A message that looks like a person's but for the one field of the rule."""
    if rule.header == "from":
        return replace(message(), headers=(("from", sample_value(rule)),))
    return message((rule.header, sample_value(rule)))


def sample_addresses(rule: SenderRule) -> list[str]:
    """Addresses for which the rule holds: each whole local part, beginning and end that it names."""
    locals_ = [*rule.local_part, *(f"{part}7" for part in rule.prefix), *(f"parks{part}" for part in rule.suffix)]
    return [f"{local}@example.org" for local in locals_]


# A person --------------------------------------------------------------------------------------------------------------


def test_an_ordinary_message_is_from_a_person_and_may_be_answered() -> None:
    """Nothing speaks against it: one receipt may go."""
    assert judged() == Screening(verdict=Verdict.HUMAN)
    assert permitted(judged())


@pytest.mark.parametrize(
    "header",
    [
        ("auto-submitted", "no"),
        ("auto-submitted", "No"),
        ("auto-submitted", "no (by hand)"),
        ("auto-submitted", "(typed by hand) no"),
        ("auto-submitted", "no; owner=ada@example.org"),
        ("x-auto-response-suppress", "DR"),
        ("x-auto-response-suppress", "RN, NRN"),
        ("x-auto-response-suppress", "DR, RN, NRN"),
        ("precedence", "first-class"),
        ("precedence", "normal"),
        ("x-spam-flag", "NO"),
        ("x-spam-status", "No, score=-1.2"),
        ("x-autoreply", "no"),
        ("return-path", "<ada@example.org>"),
        ("x-mailer", "Apple Mail (2.3774.300.61.1.2)"),
        ("sender", "bo@example.org"),
        ("content-language", "en-GB"),
        ("disposition-notification-to", "ada@example.org"),
    ],
)
def test_what_people_s_programs_write_silences_nobody(header: tuple[str, str]) -> None:
    """A field that stands on people's mail, or that says "no", is no reason for silence."""
    assert permitted(judged(header))


@pytest.mark.parametrize(
    "subject",
    ["Re: Automatic reply: the lamp", "AW: Abwesenheitsnotiz", "Out of order: the lift", "I was out of office: sorry"],
)
def test_a_person_who_answers_an_absence_note_is_a_person(subject: str) -> None:
    """Only a subject that begins with a program's own words is an absence note."""
    assert permitted(judged(subject=subject))


@pytest.mark.parametrize(
    "local", ["info", "support", "admin", "webmaster", "news", "ada.noreplyson", "rooty", "bouncer", "office"]
)
def test_shared_names_are_people(local: str) -> None:
    """Behind info@ or a name that merely resembles a robot's sits somebody who writes."""
    assert permitted(judged(sender=f"{local}@example.org"))


# RFC 3834 and its kin --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        (("auto-submitted", "auto-replied"), Verdict.AUTO_REPLY),
        (("auto-submitted", "Auto-Replied (vacation)"), Verdict.AUTO_REPLY),
        (("auto-submitted", "(sieve) auto-replied; owner=x"), Verdict.AUTO_REPLY),
        (("auto-submitted", "auto-generated"), Verdict.OTHER_AUTOMATIC),
        (("auto-submitted", "auto-notified; owner-email=x"), Verdict.OTHER_AUTOMATIC),
        (("auto-submitted", "something-of-the-future"), Verdict.OTHER_AUTOMATIC),
        (("precedence", "bulk"), Verdict.OTHER_AUTOMATIC),
        (("precedence", "JUNK"), Verdict.OTHER_AUTOMATIC),
        (("precedence", "list"), Verdict.LIST),
        (("precedence", "auto_reply"), Verdict.AUTO_REPLY),
        (("list-id", "<parks.example.org>"), Verdict.LIST),
        (("list-post", "NO"), Verdict.LIST),
        (("list-help", "<mailto:help@example.org>"), Verdict.LIST),
        (("x-autoreply", "yes"), Verdict.AUTO_REPLY),
        (("x-failed-recipients", "bo@example.org"), Verdict.BOUNCE),
        (("x-spam-flag", "YES"), Verdict.SPAM),
        (("content-type", "multipart/report; report-type=delivery-status"), Verdict.BOUNCE),
        (("content-type", "multipart/report; report-type=disposition-notification"), Verdict.OTHER_AUTOMATIC),
    ],
)
def test_automatic_mail_is_known_by_its_header(header: tuple[str, str], verdict: Verdict) -> None:
    """The fields of RFC 3834, 2919, 2369, 3464 and 8098 say what a message is, and it is never answered."""
    screening = judged(header)
    assert screening.verdict is verdict
    assert not permitted(screening)


@pytest.mark.parametrize("rule", RULES.headers, ids=lambda rule: rule.id)
def test_every_shipped_header_rule_silences(rule: HeaderRule) -> None:
    """Each rule is enough by itself, and the reason given for the silence is that rule."""
    screening = screen(sample(rule), RULES)
    if rule.verdict == "silence":
        assert screening.verdict is Verdict.HUMAN
        assert rule.id in {reason.rule for reason in screening.silences}
    else:
        assert screening.verdict is Verdict(rule.verdict)
        assert rule.id in {reason.rule for reason in screening.reasons}
    assert not screening.may_answer
    assert not permitted(screening)


@pytest.mark.parametrize("rule", RULES.senders, ids=lambda rule: rule.id)
def test_every_shipped_sender_rule_silences(rule: SenderRule) -> None:
    """Each address that is a machine's is known as one, in either case."""
    for address in sample_addresses(rule):
        screening = judged(sender=address)
        assert not permitted(screening), address
        assert screening.verdict is Verdict(rule.verdict), address
        assert judged(sender=address.upper()).verdict is screening.verdict


def test_a_rule_that_stands_on_the_second_field_of_a_name_holds() -> None:
    """Where a field stands twice, one that says "automatic" is enough."""
    assert judged(("auto-submitted", "no"), ("auto-submitted", "auto-replied")).verdict is Verdict.AUTO_REPLY


def test_the_evidence_names_the_field_and_one_token_and_no_customer_s_word() -> None:
    """The history shows ``precedence: bulk``, and for a field that need only be there its name alone."""
    assert judged(("precedence", "bulk and more")).reasons == (Reason("precedence-bulk", "precedence: bulk"),)
    assert judged(("x-loop", "parks@example.org")).silences == (Reason("x-loop", "x-loop"),)


def test_all_reasons_for_a_verdict_are_given() -> None:
    """Who asks why gets every field that speaks for it, not just the first."""
    screening = judged(("list-id", "<parks>"), ("precedence", "list"))
    assert [reason.rule for reason in screening.reasons] == ["list-id", "precedence-list"]


def test_nobody_is_answered_whose_address_is_missing() -> None:
    """A message without a sender may be a person's, and there is nobody to write to; nor is there in other scripts."""
    assert judged(sender="").verdict is Verdict.HUMAN
    for recipient in ("", "b\u00fcrger@example.org"):
        against = permit_answer(judged(sender=""), recipient, History(), CAPS)
        assert not isinstance(against, Permission)
        assert [reason.rule for reason in against] == ["no-usable-address"]


OWN = OwnMarks(addresses=frozenset({MAILBOX}), answerable=frozenset({MAILBOX, "hello@harbour.example"}))
ELSEWHERE = Address(address="parks@example.org")


@pytest.mark.parametrize(
    "fields",
    [
        {"to": (ELSEWHERE, Address(address=MAILBOX.upper()))},
        {"cc": (Address(address="hello@harbour.example"),)},
    ],
)
def test_mail_addressed_to_the_mailbox_or_its_alias_may_be_answered(fields: dict[str, tuple[Address, ...]]) -> None:
    """RFC 5230 section 4.5: one of our addresses stands in To or Cc, in either case."""
    assert permitted(screen(message(**fields), RULES, OWN))


@pytest.mark.parametrize("field", ["delivered-to", "x-original-to", "envelope-to"])
def test_mail_that_our_server_says_was_for_the_mailbox_may_be_answered(field: str) -> None:
    """A blind copy whose recipient our own server wrote down was meant for us."""
    assert permitted(screen(message((field, f"<{MAILBOX}>"), to=(ELSEWHERE,)), RULES, OWN))


def test_mail_addressed_to_others_opens_a_case_and_is_not_answered() -> None:
    """Sent blind or through a list: it is a person's, and no letter goes."""
    screening = screen(message(to=(ELSEWHERE,)), RULES, OWN)
    assert screening.verdict is Verdict.HUMAN
    assert [reason.rule for reason in screening.silences] == ["not-addressed-to-us"]
    assert not permitted(screening)


@pytest.mark.parametrize(
    ("content_type", "verdict"),
    [
        ("multipart/report; report-type=delivery-status", Verdict.BOUNCE),
        ("Multipart/Report", Verdict.BOUNCE),
        ("multipart/report; report-type=disposition-notification", Verdict.OTHER_AUTOMATIC),
        ("multipart/report; report-type=feedback-report", Verdict.OTHER_AUTOMATIC),
    ],
)
def test_no_report_is_a_person_s(content_type: str, verdict: Verdict) -> None:
    """RFC 6522: delivery reports are bounces, read receipts and abuse reports are not, and none is answered."""
    assert judged(content_type=content_type).verdict is verdict


# The null return path --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beside", "verdict"),
    [
        ((), Verdict.BOUNCE),
        ((("auto-submitted", "no"),), Verdict.BOUNCE),
        ((("auto-submitted", "auto-replied"),), Verdict.AUTO_REPLY),
        ((("auto-submitted", "auto-generated"),), Verdict.AUTO_REPLY),
        ((("x-autoreply", "yes"),), Verdict.AUTO_REPLY),
        ((("list-id", "<parks>"),), Verdict.LIST),
        ((("x-failed-recipients", "bo@example.org"), ("auto-submitted", "auto-replied")), Verdict.BOUNCE),
    ],
)
def test_a_null_return_path_is_judged_by_what_stands_beside_it(beside: tuple[tuple[str, str], ...], verdict: Verdict) -> None:
    """Alone it is a bounce; with the mark of an absence note it is one; it is never answered."""
    screening = judged(NULL_PATH, *beside)
    assert screening.verdict is verdict
    assert not permitted(screening)


@pytest.mark.parametrize("value", ["<>", " < > ", ""])
def test_every_way_of_writing_nothing_is_the_null_return_path(value: str) -> None:
    """``<>``, with spaces or without brackets: nobody can be told of a failure."""
    assert judged(("return-path", value)).verdict is Verdict.BOUNCE


def test_a_delivery_report_with_a_null_return_path_is_a_bounce_though_it_says_auto_replied() -> None:
    """RFC 3464 asks for exactly that."""
    report = judged(NULL_PATH, ("auto-submitted", "auto-replied"), content_type="multipart/report; report-type=delivery-status")
    assert report.verdict is Verdict.BOUNCE


# Our own ---------------------------------------------------------------------------------------------------------------


def test_our_own_letter_is_known_by_its_id_before_anything_else() -> None:
    """A letter of ours that comes back is ours, whatever else stands on it."""
    own = OwnMarks(addresses=frozenset({MAILBOX}), is_our_message_id=True)
    screening = screen(message(("auto-submitted", "auto-replied"), sender=MAILBOX), RULES, own)
    assert screening.verdict is Verdict.OWN
    assert not permitted(screening)


def test_a_message_from_a_watched_address_is_never_answered() -> None:
    """Two watched mailboxes do not write to one another."""
    screening = screen(message(sender=MAILBOX.title()), RULES, OwnMarks(addresses=frozenset({MAILBOX})))
    assert screening.verdict is Verdict.OWN
    assert not permitted(screening)


# The law of permission -------------------------------------------------------------------------------------------------

reasons = st.lists(st.builds(Reason, st.sampled_from(["one", "two"]), st.text(max_size=5)), max_size=3).map(tuple)
histories = st.builds(History, receipts_for_case=st.integers(0, 3), answers_today=st.integers(0, 9))
silencing = [sample(rule) for rule in RULES.headers] + [message(NULL_PATH), message(sender="no-reply@example.org")]
names = st.sampled_from(
    sorted({rule.header for rule in RULES.headers} | {"x-invented", "return-path", "reply-to", "received", "content-type"})
)
values = st.sampled_from(
    ["", "no", "No (by hand)", "yes", "auto-replied", "bulk", "<>", "<ada@example.org>", "Re: lamp", "none", "DR"]
)


@given(st.sampled_from(Verdict), reasons, reasons, histories, st.sampled_from([CUSTOMER, "", "bürger@example.org"]))
def test_a_permission_needs_a_person_without_any_reason_for_silence(
    verdict: Verdict, why: tuple[Reason, ...], silences: tuple[Reason, ...], history: History, recipient: str
) -> None:
    """Never for another verdict, never against a silence, a cap or a receipt that went, never without an address."""
    answer = permit_answer(Screening(verdict=verdict, reasons=why, silences=silences), recipient, history, CAPS)
    may = (
        verdict is Verdict.HUMAN
        and not silences
        and recipient == CUSTOMER
        and history.receipts_for_case == 0
        and history.answers_today < CAPS.answers_per_sender_per_day
    )
    assert isinstance(answer, Permission) is may
    assert answer


@given(st.sampled_from(silencing), st.lists(st.tuples(names, values), max_size=4), st.data())
def test_no_further_header_turns_silence_into_permission(
    silent: Message, further: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Where one field asks for silence, no other field, wherever it stands, talks mailbot out of it.

    Of several Return-Path fields the parser keeps the top one, our own server's, so a second one is not added here.
    """
    headers = list(silent.headers)
    for field in further:
        if field[0] == "return-path" and any(name == "return-path" for name, _ in headers):
            continue
        headers.insert(data.draw(st.integers(0, len(headers))), field)
    assert not permitted(screen(replace(silent, headers=tuple(headers)), RULES))


@given(st.lists(st.tuples(names, values), max_size=6), st.sampled_from([CUSTOMER, "no-reply@example.org", ""]))
def test_a_screening_and_its_permission_agree(headers: list[tuple[str, str]], sender: str) -> None:
    """``may_answer``, which people see, is what decides about the first letter."""
    screening = judged(*headers, sender=sender)
    assert permitted(screening) is screening.may_answer


def test_the_cap_counts_the_letters_of_the_day() -> None:
    """The fifth letter of a day may go and the sixth may not, and the history says how many there were."""
    person = Screening(verdict=Verdict.HUMAN)
    assert permit_answer(person, CUSTOMER, History(answers_today=4), CAPS) == Permission(CUSTOMER, Reason("screened-human"))
    assert permit_answer(person, CUSTOMER, History(answers_today=5), CAPS) == (
        Reason("cap-per-sender-and-day", "5 already sent"),
    )


@pytest.mark.parametrize(
    ("history", "rule"),
    [
        (History(of_mailbox=600), "cap-per-mailbox-and-hour"),
        (History(of_shape=30), "cap-per-subject-and-hour"),
        (History(to_domain=60), "cap-per-domain-and-hour"),
        (History(in_all=2_000), "breaker"),
    ],
)
def test_each_cap_of_the_hour_stops_a_letter_by_itself(history: History, rule: str) -> None:
    """At the number that the configuration allows the next receipt does not go, and the history says why."""
    person = Screening(verdict=Verdict.HUMAN)
    against = permit_answer(person, CUSTOMER, history, CAPS)
    assert not isinstance(against, Permission)
    assert [reason.rule for reason in against] == [rule]
    below = History(of_mailbox=599, of_shape=29, to_domain=59, in_all=1_999)
    assert isinstance(permit_answer(person, CUSTOMER, below, CAPS), Permission)


@pytest.mark.parametrize(
    ("standing", "rules"),
    [
        ({}, []),
        ({"may_write": False}, []),
        ({"customer": MAILBOX.title()}, ["own-address"]),
        ({"customer": ""}, ["no-usable-address"]),
        ({"quiet": True}, ["case-is-quiet"]),
    ],
)
def test_a_person_may_send_the_receipt_after_all(standing: dict[str, Any], rules: list[str]) -> None:
    """Against silence and caps; not to ourselves, not without an address, not against another person's wish for quiet."""
    answer = permit_by_person(case(**standing), policy())
    assert ([] if isinstance(answer, Permission) else [reason.rule for reason in answer]) == rules


@pytest.mark.parametrize(
    ("subject", "shape"),
    [
        ("Re: [Ticket#4711] Your case 4711 was filed", "ticket your case was filed"),
        ("Your case 9 was filed", "your case was filed"),
        ("", ""),
        ("AW: 17", ""),
        ("Ваш запит 12", "ваш запит"),
    ],
)
def test_subjects_of_one_shape_differ_only_in_numbers(subject: str, shape: str) -> None:
    """Numbers, marks of replies and very short words do not make another shape; a subject without words has none."""
    assert shape_of(subject) == shape


def test_domains_below_a_shared_one_are_shared() -> None:
    """foi.whatdotheyknow.com counts as the site itself; a name that only ends alike does not."""
    shared = shipped_screening().shared_domains
    assert is_shared("whatdotheyknow.com", shared)
    assert is_shared("mail.gmail.com", shared)
    assert not is_shared("notgmail.com", shared)
    assert not is_shared("harbour.example", shared)


def test_staff_are_written_to_unless_they_are_a_watched_mailbox() -> None:
    """An address of staff may be told; a watched mailbox, in whatever case it is written, may not."""
    assert permit_staff(MANAGER, policy(), SentBefore()) == Permission(MANAGER, Reason("staff-address"))
    assert permit_staff(MAILBOX.upper(), policy(), SentBefore()) == (Reason("own-address"),)
    assert permit_staff(None, policy(), SentBefore()) == (Reason("no-staff-address"),)


def test_a_flood_of_alerts_to_one_manager_is_capped() -> None:
    """After an outage with hundreds of late cases fifty alerts are enough: the digest names the rest."""
    assert isinstance(permit_staff(MANAGER.upper(), policy(), SentBefore(to={MANAGER: 49})), Permission)
    assert isinstance(permit_staff("bo@harbour.example", policy(), SentBefore(to={MANAGER: 50})), Permission)
    assert permit_staff(MANAGER.upper(), policy(), SentBefore(to={MANAGER: 50})) == (
        Reason("cap-per-manager-and-day", "50 already sent; the digest names the rest"),
    )


@pytest.mark.parametrize(
    ("standing", "before", "rules"),
    [
        ({}, SentBefore(to={CUSTOMER: 4}), []),
        ({}, SentBefore(to={CUSTOMER: 5}), ["cap-per-sender-and-day"]),
        ({"may_write": False}, SentBefore(), ["no-letter-was-permitted"]),
        ({"quiet": True}, SentBefore(), ["case-is-quiet"]),
        ({"customer": MAILBOX.title()}, SentBefore(), ["own-address"]),
        ({"quiet": True, "may_write": False}, SentBefore(), ["no-letter-was-permitted", "case-is-quiet"]),
    ],
)
def test_a_date_brings_a_letter_only_to_who_may_be_written_to(
    standing: dict[str, Any], before: SentBefore, rules: list[str]
) -> None:
    """Whoever was silenced when the case was opened stays so; a quiet case, a flood and our own address are silent too."""
    answer = permit_notice(case(**{"may_write": True, **standing}), policy(), before)
    against = [] if isinstance(answer, Permission) else [reason.rule for reason in answer]
    assert against == rules


def test_one_receipt_is_enough_for_a_case() -> None:
    """Whoever has had a receipt for a case gets no second one."""
    against = permit_answer(Screening(verdict=Verdict.HUMAN), CUSTOMER, History(receipts_for_case=1), CAPS)
    assert against == (Reason("one-receipt-per-sender-and-case"),)


def test_a_withdrawn_letter_may_be_replaced_for_the_same_recipient() -> None:
    """It was permitted once and did not go."""
    assert permit_again(CUSTOMER).recipient == CUSTOMER


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("auto-replied; owner=x", "auto-replied"),
        ("No (by hand)", "no"),
        ("(a) (b) no", "no"),
        ("bulk, list", "bulk"),
        ("(only a comment)", ""),
        ("", ""),
        ("  Yes,score=5", "yes"),
    ],
)
def test_the_first_token_of_a_value_counts(value: str, token: str) -> None:
    """Comments before and parameters behind it are allowed (RFC 3834 section 5)."""
    assert first_token(value) == token


GROUP = (
    ("list-id", f"Enquiries <{MAILBOX.replace('@', '.')}>"),
    ("precedence", "list"),
    ("mailing-list", f"list {MAILBOX}"),
    ("x-google-group-id", "1"),
    ("list-post", f"<mailto:{MAILBOX}>"),
)


def test_what_comes_by_the_mailbox_s_own_group_is_people_s_mail() -> None:
    """A group whose id is an address of ours puts a list's fields on everything; robots are known all the same."""
    own = OwnMarks(answerable=frozenset({MAILBOX}))
    to = (Address(address=MAILBOX),)
    assert screen(replace(message(*GROUP), to=to), RULES, own).may_answer
    robot = replace(message(*GROUP, ("auto-submitted", "auto-replied")), to=to)
    assert screen(robot, RULES, own).verdict is Verdict.AUTO_REPLY


@pytest.mark.parametrize(
    "list_id", ["<talk.example.org>", "<x.enquiries.harbour.example>", "enquiries.harbour.example.evil", ""]
)
def test_any_other_list_is_a_list(list_id: str) -> None:
    """Only the whole id counts."""
    own = OwnMarks(answerable=frozenset({MAILBOX}))
    assert screen(message(("list-id", list_id), *GROUP[1:]), RULES, own).verdict is Verdict.LIST


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [((), Verdict.SPAM), (("x-spam-flag",), Verdict.SPAM), (("x-ms-exchange-organization-scl",), Verdict.HUMAN)],
)
def test_only_our_own_border_s_mark_makes_spam_where_it_is_named(fields: tuple[str, ...], verdict: Verdict) -> None:
    """The mark of a citizen's own provider silences nobody once we have said by which fields our border marks spam."""
    own = OwnMarks(spam_fields=frozenset(fields))
    assert screen(message(("x-spam-flag", "YES")), RULES, own).verdict is verdict
