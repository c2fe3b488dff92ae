"""What goes with a handover, as far as it must be gathered: the customer's message, the note, and leave to pass them on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce

from mailbot.core.calendar import ONE_DAY, WorkingCalendar
from mailbot.core.contact_note import ContactNote
from mailbot.core.enclosure import Enclosure

HANDED_OVER, CONSENTED, WAITS_FOR_A_PERSON = "handed-over", "consent-given", "handover-waits"
"""The rules by which a history tells that a case was handed over, that its customer agrees to its being passed on, and that
no rule may hand it over."""
CONTACT_AWAY = "contact-away"
"""The rule by which a history tells that whoever had the case is away by their own automatic reply; the detail: their name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What a customer wrote in a case after it was opened."""

    note: ContactNote
    enclosure: Enclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverMaterial:
    """``note`` and ``enclosure`` of the message that opened the case; ``references`` of its thread, its own id last.

    ``away``: names of those whose automatic replies in this case told that they are away.
    ``later``: what the customer wrote since, in that order; whoever gets the case gets it, too.
    ``noticed``: an earlier letter that reached the customer said that what they write may be passed on; ``consented``: they
    agreed, and that stands in the history (N6). ``flags``: what any message of the case bears, or a person said of it;
    ``wrote_again``: the customer has written since the case was opened, perhaps that they do not want it passed on.
    """

    note: ContactNote
    enclosure: Enclosure
    references: tuple[str, ...] = ()
    noticed: bool = False
    consented: bool = False
    flags: tuple[str, ...] = ()
    wrote_again: bool = False
    later: tuple[Addition, ...] = ()
    away: tuple[str, ...] = ()

    @property
    def known(self) -> ContactNote:
        """What all messages together say of the customer."""
        return reduce(lambda found, one: one.note.added_to(found), self.later, self.note)

    @property
    def enclosed(self) -> tuple[bytes, ...]:
        """The messages that go along, the first that came first."""
        return tuple(one.content for one in (self.enclosure, *(each.enclosure for each in self.later)) if one.content)

    @property
    def left_out(self) -> str:
        """What of the messages does not go along, in words; empty: nothing."""
        return ", ".join(filter(None, (self.enclosure.left_out, *(one.enclosure.left_out for one in self.later))))

    @property
    def why_passed_on(self) -> str:
        """By what leave another organisation may learn of the customer; empty: by none."""
        return "passed-on-by-consent" if self.consented else "passed-on-after-notice" if self.noticed else ""


def after_office_hours(calendar: WorkingCalendar, at: datetime, hours: int) -> datetime:
    """The moment by which the office has been open for so many hours since ``at``."""
    left, now = timedelta(hours=hours), calendar.next_opening(at).astimezone(calendar.zone)
    while True:
        closes = calendar.hours[now.weekday()].closes
        shuts = now.replace(hour=closes.hour, minute=closes.minute, second=0, microsecond=0)
        if left <= shuts - now:
            return now + left
        left -= shuts - now
        now = calendar.next_opening(calendar.start_of(now.date() + ONE_DAY)).astimezone(calendar.zone)
