"""The settings of a pack under the names by which clauses speak of them, with their values in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import chain

from mailbot.core.assignment import AssignmentRule
from mailbot.core.calendar import WEEKDAYS
from mailbot.core.case import Channel
from mailbot.core.clock_rule import ClockRule, ClockStart, ExtendedBy, Extension, Unit, WhenPassed
from mailbot.core.counting import span
from mailbot.core.handover_rule import HandoverPolicy
from mailbot.core.intents import AskedWhen, Several
from mailbot.core.issuing_rule import Issuing
from mailbot.core.policy import Alerting, Pack
from mailbot.core.route_rule import SERVICE_FOUND, HandOver, RoutePolicy
from mailbot.core.standards_rule import StandardsPolicy
from mailbot.core.survey import SurveyEvery

PROGRAM: Mapping[str, str] = {
    "answer-date": "a letter that asks says by when to answer; every other letter says that there is nothing to do",
    "absence-replies": "'mailbot standards check' holds the automatic reply of somebody who is away against a standard: whom "
    "to turn to, the day of return, and no reason that is not given; what a mailbox gets is judged once for each absence",
    "binding": "a clock of the law outranks the pack's, and letters show the date that binds",
    "case-note": "an answer by phone or in person is noted with 'mailbot case note' and stops the clock",
    "directory-change": "what changes in the directory is kept and told once to the contact of each organisation in it",
    "directory-check": "each service has seven kinds of page in the directory; 'mailbot directory check' names missing ones",
    "first-contact": "'mailbot case done --first-contact' closes what was answered when it first came, and the case says so",
    "access-contact": "each receipt names the directory's contact for other formats and languages",
    "incidents": "incidents are listed and added with 'mailbot incident'",
    "limited-contact": "'mailbot incident limit-contact' ends the open contact for a time, once the letter that warns has gone",
    "misconduct": "'mailbot case misconduct' mails the line manager of whom it is about, and the history names nobody",
    "names-hidden": "of what a flag with opens marks no name of staff is recorded; 'mailbot case raw' opens it, and logs that",
    "formats": "every letter to a customer offers other formats and other languages",
    "contact-add": "'mailbot contact add' makes a case of what came by phone, in person or on paper, tells whom it is for, "
    "and gives the customer their details by letter or by whoever took it",
    "contact-log": "each contact is one line of the log: for whom, which service, by which way, when, and what was done; "
    "'mailbot contact export' writes a month of it for a partner",
    "contact-note": "what is handed over says who wrote and how they wish to be reached, what it is about, when it came and "
    "what is asked for, each found in their own words or marked not found",
    "letterhead": "'mailbot letter pdf' puts a letter on paper with the organisation's name, signed for and on behalf of it",
    "lint": "'mailbot check' and 'mailbot lint' find wordings that irritate, blame, promise or ask why in letters and drafts, "
    "and offer better ones",
    "organisation-name": "the name comes from the configuration, and a blank is refused",
    "overrides": "a service or a mailbox may be stricter than the pack; a laxer one is refused by 'mailbot policy check'",
    "request-check": "a request for information is looked at for name, address, description and whether it asks for something "
    "recorded; staff are shown what it lacks and which law probably holds, and nothing is refused",
    "review-reminder": "the digest on the first working day of a week names the packs and letters that are due for review",
    "staff-letters": "letters that only a person sends are drafted, checked by another and issued: 'mailbot case draft'",
    "staff-standards": "'mailbot standards check' holds a message of staff against a standard, rule by rule; "
    "'mailbot standards report' counts what was found",
    "survey-reminder": "the digest names each survey once its month, quarter or year has begun, and who sees to it",
    "reference": "every case has a reference of its own, which can be said aloud and is found again in replies",
}
"""What mailbot does for every pack, whatever stands in it."""
_CHANNELS = {
    Channel.EMAIL: "e-mail",
    Channel.IN_PERSON: "in person",
    Channel.WEB: "web form",
    Channel.SOCIAL: "social media",
    Channel.COMMENT_CARD: "comment card",
}
_STARTS = {
    ClockStart.ACKNOWLEDGEMENT: "the acknowledgement",
    ClockStart.ASSIGNMENT: "somebody is assigned",
    ClockStart.CONCLUSION: "the conclusion",
    ClockStart.ASKING_LETTER: "a letter of ours that asks",
    ClockStart.CALL_BACK: "the wish to be rung",
}
_EVERY = {SurveyEvery.CASE: "after each case", SurveyEvery.ALWAYS: "always open"}


def settings_of(pack: Pack) -> Mapping[str, tuple[str, ...]]:
    """Every setting of a pack by its name (``clock:response``, ``letters:digest``, ``hours``), each with its value in words.

    Two clocks under one name, for different classes, are one setting with two values.
    """
    found = dict[str, tuple[str, ...]]()
    parts = (
        _whole(pack),
        _alerts(pack.alerts),
        _letters(pack),
        _classes(pack),
        _flags(pack),
        _subclasses(pack),
        _intents(pack),
        _routes(pack.routes),
        _handover(pack.handover),
        _assignment(pack.assignment),
        _standards(pack.standards),
        _clocks(pack.clocks),
        _surveys(pack),
        _issuing(pack.issuing),
    )
    for name, words in chain.from_iterable(parts):
        found[name] = (*found.get(name, ()), words)
    return found


def _whole(pack: Pack) -> Iterator[tuple[str, str]]:
    linked = sum(bool(class_.policy_link) for class_ in pack.classes.values())
    yield "title", pack.title
    yield "calendar", f"calendar {pack.calendar}"
    yield "hours", f"open {_hours(pack)}"
    yield "receipt", f"a closed day's messages are received by the rule '{pack.receipt.value}'"
    yield "review_due", f"looked at again by {pack.review_due:%d %B %Y}"
    yield "privacy_notice", f"in every letter to a customer: {pack.privacy_notice}"
    yield "policy_link", f"every receipt names the policy that applies; with a link for {linked} of {len(pack.classes)} classes"
    yield "font", f"letters are set in {pack.font.family} {pack.font.points}"
    if pack.signatory:
        yield "signatory", f"letters are signed by {pack.signatory}"
    if pack.on_behalf_of:
        yield "on_behalf_of", f"letters on paper are signed for and on behalf of {pack.on_behalf_of}"
    yield from ((f"program:{name}", words) for name, words in PROGRAM.items())


def _hours(pack: Pack) -> str:
    """Opening hours, days that follow one another with the same hours as one."""
    hours = pack.working_calendar.hours
    spans = list[str]()
    for first in (day for day in sorted(hours) if hours.get(day - 1) != hours[day]):
        last = first
        while hours.get(last + 1) == hours[first]:
            last += 1
        days = " to ".join(WEEKDAYS[day].capitalize() for day in sorted({first, last}))
        spans.append(f"{days} {hours[first].opens:%H:%M} to {hours[first].closes:%H:%M}")
    return ", ".join(spans)


def _alerts(alerts: Alerting) -> Iterator[tuple[str, str]]:
    yield "alerts:ladder", f"a passed date is told to {', then '.join(alerts.ladder)}"
    yield "alerts:ladder_step", f"from one to the next, {_days(alerts.ladder_step)}"
    yield "alerts:no_owner_share", f"a case without an owner is alerted when {alerts.no_owner_share:.0%} of its time is gone"
    yield "alerts:unread_after", f"a message that nobody opened is alerted after {_days(alerts.unread_after)}"
    yield (
        "alerts:alarm_every_minutes",
        f"an alarm comes again every {alerts.alarm_every_minutes} minutes until somebody takes it",
    )
    yield "alerts:gap_every", f"whoever keeps pages is asked again for what is missing there every {_days(alerts.gap_every)}"
    yield "alerts:gap_reminders", f"the manager hears of it after every {alerts.gap_reminders} such reminders"
    yield "alerts:heads_up_before", f"the owner hears of an automatic letter {_days(alerts.heads_up_before)} before it goes"
    yield "alerts:digest_ahead", f"the morning digest names what is due within {_days(alerts.digest_ahead)}"
    if alerts.duty_rota:
        yield "alerts:duty_rota", f"alarms go to the rota '{alerts.duty_rota}'"


def _letters(pack: Pack) -> Iterator[tuple[str, str]]:
    return ((f"letters:{event}", f"{event.replace('_', ' ')}: letter {name}") for event, name in asdict(pack.letters).items())


def _classes(pack: Pack) -> Iterator[tuple[str, str]]:
    for name, class_ in pack.classes.items():
        yield f"classes:{name}", f"{class_.words.removeprefix('your ')}: a class of its own, with letter {class_.receipt}"


def _flags(pack: Pack) -> Iterator[tuple[str, str]]:
    for name, flag in pack.flags.items():
        does = ["logged"]
        does += ["told at once to the people on duty"] if flag.alarm else []
        does += ["told to the manager in the next digest"] if flag.digest else []
        does += ["logged as an incident"] if flag.incident else []
        does += [f"contact may be limited after letter {flag.warning}"] if flag.warning else []
        does += [f"told to the {flag.tells.replace('_', ' ')}"] if flag.tells else []
        does += [f"and, once confirmed, to the {flag.then}"] if flag.then else []
        does += [f"recorded without names, opened by the {flag.opens} alone"] if flag.opens else []
        does += [f"confirmed by letter {flag.receipt}"] if flag.receipt else []
        yield f"flags:{name}", f"{name.replace('_', ' ')}: {', '.join(does)}"


def _subclasses(pack: Pack) -> Iterator[tuple[str, str]]:
    for one in pack.subclasses:
        flags = " or ".join(flag.replace("_", " ") for flag in one.flags)
        unless = f", unless {' or '.join(flag.replace('_', ' ') for flag in one.unless)}" if one.unless else ""
        yield f"subclass:{one.name}", f"{one.of.replace('_', ' ')} with {flags}{unless}: {one.name.replace('_', ' ')}"


def _issuing(issuing: Issuing) -> Iterator[tuple[str, str]]:
    if issuing.officer_letter:
        when = "once somebody is assigned" if issuing.on_assignment else "when a person releases it"
        yield "issuing:officer_letter", f"letter {issuing.officer_letter} names who investigates; it goes {when}"
    yield "issuing:conclusion", f"letter {issuing.conclusion} concludes: 'mailbot case draft', 'submit', 'issue'"
    if issuing.by_another:
        yield "issuing:by_another", "whoever wrote a letter does not issue it"
    for stage in issuing.stages:
        yield "issuing:stages", f"{stage.name}: letter {stage.letter} ends it; next is {stage.next}"


def _intents(pack: Pack) -> Iterator[tuple[str, str]]:
    if pack.intents.classes:
        names = ", ".join(name.replace("_", " ") for name in pack.intents.classes)
        does = "its clocks run too" if pack.intents.several is Several.BOTH else "a person says what it is"
        yield "intents", f"beside another class count {names}: {does}"
    if pack.intents.propose_from:
        yield "intents", "a request for information that hides in another message is proposed to a person"
    if (clarification := pack.intents.clarification) is not None:
        when = "in place of the receipt" if clarification.asks is AskedWhen.AT_ONCE else "with 'mailbot case ask'"
        within = f"an answer is asked for within {_days(clarification.answer_within)}"
        yield "intents:clarification", f"letter {clarification.letter} asks once for what a request lacks, {when}; {within}"


def _routes(routes: RoutePolicy) -> Iterator[tuple[str, str]]:
    if routes.pages_for:
        names = ", ".join(name.replace("_", " ") for name in routes.pages_for)
        yield "routes:pages_for", f"receipts name up to three web pages of the service that a message is about ({names})"
    if routes.spare_named_in or routes.spare_named_with:
        yield "routes:spare_named_in", "whoever of the directory is named in a complaint is neither its owner nor told of it"
    for rule in routes.rules:
        whose = "the contact of the service that it is about" if rule.to == SERVICE_FOUND else f"the team '{rule.to}'"
        names = ", ".join(name.replace("_", " ") for name in (*rule.classes, *rule.flags)) or "everything"
        yield f"routes:{rule.to}", f"{names}: to {whose}"
        if rule.hand_over is not HandOver.NO:
            offered = "a partner" if rule.hand_over is HandOver.PARTNERS else "another team or a partner"
            yield "routes:hand_over", f"{names}: handed over by itself where {offered} surely offers the service"


def _handover(rule: HandoverPolicy | None) -> Iterator[tuple[str, str]]:
    if rule is None:
        return
    yield (
        "handover:take_within_hours",
        f"a handover that nobody takes within {rule.take_within_hours} office hours is brought up",
    )
    yield "handover:attach_at_most_mb", f"the message goes along whole up to {rule.attach_at_most_mb} MB"
    yield "handover:inside", f"handed to a colleague, the pack's own dates are {rule.inside.value}; the law's go on"
    yield (
        "handover:another",
        f"handed to another organisation, they are {rule.another.value}; only with consent or after notice",
    )
    yield (
        "handover:after_notice_hours",
        f"no rule passes a case on to another organisation within {rule.after_notice_hours} office hours of the notice",
    )
    for way in rule.route:
        when = ", once somebody has looked into it" if way.investigated else ""
        names = ", ".join(name.replace("_", " ") for name in way.classes)
        yield "handover:route", f"{names}: to the service '{way.to}' by letter {way.letter}{when}"
    if kept := [name.replace("_", " ") for name in (*rule.person_decides_in, *rule.person_decides_with)]:
        yield "handover:person_decides_in", f"no rule hands over {', '.join(kept)}: 'mailbot held list --handovers'"


def _assignment(rule: AssignmentRule) -> Iterator[tuple[str, str]]:
    yield "assignment:attach_at_most_mb", f"whoever is given a case gets the message, whole up to {rule.attach_at_most_mb} MB"
    yield "assignment:similar_at_most", f"and hears of up to {rule.similar_at_most} open cases of that customer or service"
    yield "assignment:undo_minutes", f"an owner's answer waits {rule.undo_minutes} minutes before it goes to the customer"


def _standards(rule: StandardsPolicy | None) -> Iterator[tuple[str, str]]:
    if rule is None:
        return
    share = "" if rule.sample_share == 1 else f"{rule.sample_share:.0%} of "
    yield (
        "standards:standard",
        f"{share}what staff send is held against the standard {rule.standard}, once the configuration switches that on",
    )
    if rule.notes:
        yield "standards:notes", "whoever sent it hears of what it lacks, once a month, with a signature to copy"
    names = "with names" if rule.names_to_manager else "without names"
    yield "standards:names_to_manager", f"a team's manager gets a monthly count, {names}"


def _clocks(clocks: tuple[ClockRule, ...]) -> Iterator[tuple[str, str]]:
    """The clocks by name. Where the pack and a law have one of the same name, for different classes, the pack's is meant."""
    own = {rule.name for rule in clocks if not rule.statutory}
    for rule in clocks:
        if not rule.statutory or rule.name not in own:
            yield f"clock:{rule.name}", clock_in_words(rule)


def _surveys(pack: Pack) -> Iterator[tuple[str, str]]:
    for survey in pack.surveys:
        yield "survey", f"{survey.name}: {_EVERY.get(survey.every, f'every {survey.every.value}')} ({survey.role})"


def clock_in_words(rule: ClockRule) -> str:
    """A clock in one line: how long, from when, for what came how, by whose days, and what may change it."""
    every = "every " if rule.repeats else ""
    start = _STARTS.get(rule.starts_on, rule.starts_on.value)
    parts = [f"{rule.title or rule.name}: {every}{span(rule.amount, rule.unit)} after {start}{_by(rule.channels)}"]
    if rule.when_passed is WhenPassed.DELAY_NOTICE:
        when = f"{_days(rule.notice_before)} before" if rule.notice_before else "on the day"
        parts.append(f"notice of delay {when}")
    if rule.extension:
        parts.append(_extension(rule.extension))
    law = f"; {rule.law}" if rule.law else ""
    return f"{', '.join(parts)} (calendar {rule.calendar}{law})"


def _by(channels: Sequence[Channel]) -> str:
    if not channels:
        return ""
    *others, last = (_CHANNELS.get(channel, channel.value) for channel in channels)
    return f", by {', '.join(others)} or {last}" if others else f", by {last}"


def _extension(extension: Extension) -> str:
    length = span(extension.amount, extension.unit)
    reach = f"to {length} in all" if extension.total else f"by {length}"
    times = "once" if extension.at_most == 1 else f"at most {extension.at_most} times"
    return f"extended by {'that notice' if extension.by is ExtendedBy.NOTICE else 'a person'} {reach}, {times}"


def _days(amount: int) -> str:
    return span(amount, Unit.WORKING_DAYS)
