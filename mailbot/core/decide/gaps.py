"""Information that could not be found goes to whoever keeps the pages, and comes back to whoever reported it (N9)."""

from datetime import UTC, datetime

from mailbot.core.action import Action, Hold, JoinCase, KeepSilent, Note
from mailbot.core.case import Case
from mailbot.core.contact_action import CloseGap, OpenGap, RemindGap
from mailbot.core.decide.findings import Findings
from mailbot.core.decide.occasion import Occasion
from mailbot.core.decide.replying import at_once
from mailbot.core.gap import Gap, GapClosed, GapReminderDue, GapReported, GapState, answer_in, is_web_address
from mailbot.core.ladder import Rung
from mailbot.core.letter import Purpose
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason
from mailbot.core.schedule import opening
from mailbot.core.screen import SentBefore
from mailbot.core.tongue import letter_date
from mailbot.core.trigger import MessageArrived
from mailbot.errors import PermanentError


def about_gap(
    trigger: GapReported | GapClosed | GapReminderDue, case: Case, policy: MailboxPolicy, now: datetime, before: SentBefore
) -> list[Action]:
    """What one of these brings. Raises PermanentError with what to do instead."""
    occasion = Occasion(case=case, policy=policy, now=now, before=before, key="")
    match trigger:
        case GapReported():
            return _reported(trigger, occasion)
        case GapClosed():
            return _closed(trigger, occasion)
        case GapReminderDue():
            return _reminded(trigger, occasion)


def gap_answered(trigger: MessageArrived, case: Case, findings: Findings, policy: MailboxPolicy, now: datetime) -> list[Action]:
    """The web contact's reply, if it says where it is. Where our border does not vouch for it, a person looks first.

    An empty list: it says nothing of that, and is any colleague's message.
    """
    answer = answer_in(trigger.message.own_text)
    if findings.gap is None or answer is None:
        return []
    if not findings.proven and not trigger.put_back:
        return _held(findings.gap, case, findings, policy, now, f"message:{trigger.message.digest}")
    state, url = answer
    joined = JoinCase(case_id=case.id, version=case.version, reason=Reason("gap-answered", f"gap {findings.gap.number}"))
    closed = GapClosed(gap=findings.gap, state=state, url=url)
    return [joined, *about_gap(closed, case, policy, now, findings.before)]


def _held(gap: Gap, case: Case, findings: Findings, policy: MailboxPolicy, now: datetime, key: str) -> list[Action]:
    """A person looks at it, and whoever it names as its author hears that: they may believe that it counts."""
    occasion = Occasion(case=case, policy=policy, now=now, before=findings.before, key=key)
    held = Hold(reason=Reason("contact-not-proven", "our border does not vouch for the address"))
    return [held, *at_once(occasion, gap.contact, Purpose.GAP_HELD, _values(gap, policy))]


def _reported(command: GapReported, occasion: Occasion) -> list[Action]:
    if command.contact is None:
        raise PermanentError(f"{command.organisation} names nobody who keeps its pages; write web_contact in the directory")
    if not command.what.strip():
        raise PermanentError("say in a sentence what cannot be found")
    gap = Gap(
        number=command.number,
        case_id=occasion.case.id,
        reference=occasion.case.reference,
        what=command.what.strip(),
        organisation=command.organisation,
        contact=command.contact.address,
        reporter=command.reporter.address,
        reported_at=occasion.now,
        remind_at=_next(occasion),
    )
    told = _at(occasion, gap).tell_address(gap.contact, Purpose.GAP, _values(gap, occasion.policy))
    if against := [reason.rule for one in told if isinstance(one, KeepSilent) for reason in one.reasons]:
        raise PermanentError(f"{command.contact.name} cannot be told of it ({', '.join(against)})")
    noted = Note(kind="gap", reason=Reason("gap-reported", f"gap {gap.number}, to {command.contact.name}"))
    return [OpenGap(gap=gap), noted, *told]


def _closed(command: GapClosed, occasion: Occasion) -> list[Action]:
    gap, url = command.gap, command.url.strip()
    if gap.state is not GapState.OPEN:
        raise PermanentError(f"gap {gap.number} was closed before: {gap.state.value} at {gap.url}")
    if not is_web_address(url):
        raise PermanentError("write the page as one address of the web, such as https://harbour.example/parks")
    more = _values(gap, occasion.policy) | {"gap_url": url, "gap_outcome": command.state.value}
    told = _at(occasion, gap).tell_address(gap.reporter, Purpose.GAP_CLOSED, more)
    noted = Note(kind="gap", reason=Reason(f"gap-{command.state.value}", f"gap {gap.number}"))
    return [CloseGap(number=gap.number, state=command.state, url=url), noted, *told]


def _reminded(trigger: GapReminderDue, occasion: Occasion) -> list[Action]:
    """Whoever keeps the pages is told again, and in time the manager; nobody there today keeps it for the next time."""
    gap = trigger.gap
    contact = trigger.contact.address if trigger.contact else gap.contact
    since = letter_date(occasion.policy.pack.working_calendar.local_date(gap.reported_at))
    more = _values(gap, occasion.policy) | {"gap_since": since}
    told = _at(occasion, gap).tell_address(contact, Purpose.GAP_REMINDER, more)
    return [
        RemindGap(number=gap.number, contact=contact, remind_at=_next(occasion)),
        *told,
        *_manager_told(gap, more, occasion),
    ]


def _manager_told(gap: Gap, values: dict[str, str | None], occasion: Occasion) -> list[Action]:
    """Our manager hears of it after as many reminders as the pack says, and again after as many more."""
    reminders = gap.told - 1
    if not reminders or reminders % occasion.policy.pack.alerts.gap_reminders:
        return []
    asked = {"gap_contact": _name(gap.contact, occasion.policy), "gap_asked": str(gap.told)}
    return _at(occasion, gap).tell(Rung.MANAGER, Purpose.GAP_UNANSWERED, values | asked)


def _at(occasion: Occasion, gap: Gap) -> Occasion:
    """One mail of a purpose for each time that the contact is told."""
    return Occasion(
        case=occasion.case,
        policy=occasion.policy,
        now=occasion.now,
        before=occasion.before,
        key=f"gap:{gap.number}:{gap.told}",
    )


def _next(occasion: Occasion) -> datetime:
    calendar, days = occasion.policy.pack.working_calendar, occasion.policy.pack.alerts.gap_every
    return opening(calendar, calendar.nth_working_day(occasion.today, days)).astimezone(UTC)


def _values(gap: Gap, policy: MailboxPolicy) -> dict[str, str | None]:
    values: dict[str, str | None] = {"gap_what": gap.what, "gap_number": str(gap.number), "partner": gap.organisation}
    return values | {"gap_reporter": _name(gap.reporter, policy)}


def _name(address: str, policy: MailboxPolicy) -> str:
    return next((one.name for one in policy.directory.people if one.address == address), address)
