"""Automatic replies of staff among what they send: judged once for each absence, and kept as an absence."""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from mailbot.core.directory import Person, person_at
from mailbot.core.policy import MailboxPolicy
from mailbot.core.presence import SeenAbsence, seen_absence
from mailbot.core.staff_finding import JudgedMail
from mailbot.core.standard.absence.judge import AbsenceJudgement, AbsenceRules, judge_absence, own_day
from mailbot.core.standard.absence.known import absentee_of, known_in
from mailbot.core.standard.absence.lasting import is_over, still_on
from mailbot.core.standard.absence.values import AbsenceStandard, ContactKind, NoteKind
from mailbot.core.standard.finding import kept
from mailbot.core.standard.mail import StaffMail
from mailbot.ports import Transaction, WaitingStaffMail

_AWAY = (NoteKind.AWAY, NoteKind.ONE_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedReply:
    """What an automatic reply lacks and says, before anybody has looked whether it is the same as the one before.

    ``answered``: the ids of the messages that it answers. ``is_away``: it says that its writer is away.
    """

    person: Person
    standard: AbsenceStandard
    judged: JudgedMail
    seen: SeenAbsence
    answered: tuple[str, ...]
    is_away: bool


def reply_judged(
    one: WaitingStaffMail, mail: StaffMail, policy: MailboxPolicy, rules: AbsenceRules | None
) -> JudgedReply | JudgedMail:
    """Judge an automatic reply. Partners' staff keep to their own standards; what they say of their absence counts."""
    calendar, message = policy.pack.working_calendar, mail.message
    month = f"{calendar.local_date(one.at):%Y-%m}"
    person = person_at(policy.directory, message.sender)
    if rules is None or person is None:
        return JudgedMail(month=month, why_not="nobody's of the directory" if rules else "the standard says nothing of it")
    on = own_day(message, calendar.zone) or calendar.local_date(one.at)
    found = judge_absence(mail, absentee_of(message, policy.directory), on, rules, known_in(policy.directory))
    ours = not person.organisation
    text = "\n".join(line.text for line in mail.lines if not line.quoted)
    return JudgedReply(
        person=person,
        standard=rules.standard,
        judged=JudgedMail(
            month=month, team=person.team, findings=kept(found.judgement, person, message, month) if ours else ()
        ),
        seen=seen_absence(person, on, found.return_on, _address(found), policy.directory, sha256(text.encode()).hexdigest()),
        answered=(*message.in_reply_to, *message.references),
        is_away=found.kind in _AWAY,
    )


def reply_kept(transaction: Transaction, reply: JudgedReply) -> JudgedMail:
    """Keep what a reply says of an absence; returns what was found, which is nothing for one that was judged before."""
    earlier = transaction.absences.newest(reply.person.address, reply.seen.digest)
    if earlier is not None and _is_same(earlier, reply.seen.from_on):
        return replace(reply.judged, findings=())
    if earlier is not None and earlier.return_on is not None and not reply.person.organisation:
        found = still_on(reply.person, earlier.return_on, reply.seen.from_on, reply.standard)
        return replace(reply.judged, findings=(found,))
    if reply.is_away:
        answers_ours = bool(transaction.outbox.ours(reply.answered))
        transaction.absences.add(replace(reply.seen, answers_ours=answers_ours))
    return reply.judged


def _is_same(earlier: SeenAbsence, on: date) -> bool:
    """Whether a reply of that day with the same text tells of the same absence."""
    if earlier.return_on is None:
        return f"{earlier.from_on:%Y-%m}" == f"{on:%Y-%m}"
    return not is_over(earlier.return_on, on)


def _address(found: AbsenceJudgement) -> str | None:
    return found.contact.value if found.contact and found.contact.kind is ContactKind.ADDRESS else None
