"""What a simulated year brought, held against the naive model: each question gives sentences, none if all is well."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes
from functools import cached_property
from typing import Any

from sqlalchemy import Select, select

from mailbot.adapters.store.tables import case, clock, event, outbox
from mailbot.adapters.store.tables import deadline as deadline_row
from mailbot.core.case import ClockKind
from mailbot.core.letter import SCHEDULED, Purpose
from tests.integration.council import director_of, manager_of, owner_of
from tests.integration.naive_year import Clerk, Expected
from tests.integration.plain_days import DAY, Days, Outage
from tests.integration.simulated_office import SimulatedOffice, Went
from tests.integration.story import Did, Story
from tests.readable import READABLE

DATE = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day (\d{1,2} [A-Z][a-z]+ \d{4})")
PROMISES = {
    Purpose.DELAY_NOTICE: re.compile(r"you will have our answer by (.+?)\."),
    Purpose.PROGRESS_NOTICE: re.compile(r"hear again how far we are, by (.+?)\."),
    Purpose.STATUS_NOTICE: re.compile(r"hear again where it stands, by (.+?)\."),
    Purpose.SILENCE_WARNING: re.compile(r"Please answer by (.+?)\."),
    Purpose.HEADS_UP: re.compile(r"Goes on: (.+)"),
    Purpose.DUE_SOON: re.compile(r"Due: (.+)"),
    Purpose.DUE_TODAY: re.compile(r"Due: (.+)"),
}
"""Where a letter speaks of a day to come."""

IN_OPENING_HOURS = SCHEDULED | {
    Purpose.HEADS_UP,
    Purpose.DUE_SOON,
    Purpose.DUE_TODAY,
    Purpose.OVERDUE_ALERT,
    Purpose.NO_OWNER,
    Purpose.UNREAD,
    Purpose.DIGEST,
}
NOT_ALERTED = (ClockKind.PROGRESS.value, ClockKind.STATUS.value, ClockKind.SILENCE.value, ClockKind.SURVEY.value)


@dataclass
class YearBook:
    """A year that was lived through."""

    office: SimulatedOffice
    stories: Sequence[Story]
    until: datetime

    # What was expected, and what happened --------------------------------------------------------------------------

    @cached_property
    def clerks(self) -> dict[int, Clerk]:
        return self._clerks(self.office.outages)

    def _clerks(self, outages: tuple[Outage, ...]) -> dict[int, Clerk]:
        packs = {name: one.pack for name, one in self.office.policies.items()}
        return {story.number: Clerk(story, packs[story.mailbox], outages, self.until).year() for story in self.stories}

    @cached_property
    def story_of(self) -> dict[int, Story]:
        """The story behind each case of the database."""
        by_customer = {story.customer: story for story in self.stories}
        return {row.id: by_customer[row.customer] for row in self._rows(select(case.c.id, case.c.customer))}

    @cached_property
    def keys(self) -> dict[int, str]:
        """What brought each letter."""
        return {row.id: row.key.rpartition("|")[2] for row in self._rows(select(outbox.c.id, outbox.c.key))}

    @property
    def history(self) -> set[str]:
        """The rules of everything that happened."""
        return {row.rule for row in self._rows(select(event.c.rule))}

    def _rows(self, query: Select[Any]) -> list[Any]:
        with self.office.database.reading() as connection:
            return list(connection.execute(query))

    def about(self, purposes: Collection[Purpose]) -> Iterator[tuple[Story, Went]]:
        """The letters about a case that went, each with its story."""
        for went in self.office.went:
            if went.letter.purpose in purposes and went.letter.case_id is not None:
                yield self.story_of[went.letter.case_id], went

    def days(self, mailbox: str) -> Days:
        return Days(self.office.policies[mailbox].pack.working_calendar)

    def on(self, went: Went) -> date:
        return self.days(went.letter.mailbox).local(went.at).date()

    def told(self, story: Story) -> str:
        acts = ", ".join(f"{act.did}{' by mail' if act.by_mail else ''} {act.at:%a %d %b %H:%M}" for act in story.acts)
        head = f"{story.number} {story.mailbox} {story.class_} {story.channel}{'' if story.may_write else ' (no letters)'}"
        return f"{head}, opened {story.opened_at:%a %d %b %Y %H:%M}: {acts or 'nobody does anything'}"

    # Letters to customers ------------------------------------------------------------------------------------------

    def wrong_letters(self) -> list[str]:
        """Scheduled letters that are missing, or went and should not have, by case and day."""
        return self._wrong(SCHEDULED, self.clerks)

    def wrong_heads_ups(self) -> list[str]:
        """The same of the words to the owner, with the day that each names."""
        return self._wrong({Purpose.HEADS_UP}, self.clerks)

    def touched_by_outages(self) -> list[str]:
        """Letters of cases that no outage met, and that are other ones than without any outage."""
        calm = self._clerks(())
        unmet = {number: clerk for number, clerk in calm.items() if clerk.found == self.clerks[number].found}
        return self._wrong(SCHEDULED, unmet)

    def _wrong(self, purposes: Collection[Purpose], clerks: dict[int, Clerk]) -> list[str]:
        went = Counter((story.number, self._as_expected(one)) for story, one in self.about(purposes) if story.number in clerks)
        expected = Counter((number, one) for number, clerk in clerks.items() for one in clerk.found if one.purpose in purposes)
        return [
            f"{what}: {one.purpose} on {one.on} {one.goes_on or ''} x{count}: {self.told(self.stories[number - 1])}"
            for what, those in (("missing", expected - went), ("unwanted", went - expected))
            for (number, one), count in sorted(those.items(), key=lambda item: (item[0][0], item[0][1].on))
        ]

    def _as_expected(self, went: Went) -> Expected:
        goes_on = promised(went) if went.letter.purpose is Purpose.HEADS_UP else None
        return Expected(went.letter.purpose, self.on(went), goes_on)

    def two_on_a_day(self) -> list[str]:
        """Cases with two letters on one day that a date brought; a person may bring another with a reason."""
        counted = Counter(
            (story.number, self.on(went))
            for story, went in self.about(SCHEDULED)
            if not self.keys[went.letter.id].startswith("extend:")
        )
        return [
            f"{count} on {day}: {self.told(self.stories[number - 1])}" for (number, day), count in counted.items() if count > 1
        ]

    def out_of_hours(self) -> list[str]:
        """Scheduled letters and letters to staff that went, or might have gone, while the office was shut."""
        return [
            f"{went.letter.purpose} at {moment} from {went.letter.mailbox}"
            for went in self.office.went
            if went.letter.purpose in IN_OPENING_HOURS
            for moment in (went.at, went.letter.not_before)
            if not self.days(went.letter.mailbox).is_open_at(moment)
        ]

    def passed_dates(self) -> list[str]:
        """Letters that speak of a day to come which had passed when they went."""
        return [
            f"{went.letter.purpose} of {self.on(went)} promises {day}: {self.told(story)}"
            for story, went in self.about(PROMISES)
            if (day := promised(went)) is None or day < self.on(went)
        ]

    # Words to staff ------------------------------------------------------------------------------------------------

    def unannounced(self) -> list[str]:
        """Letters that a date brought and of which no staff heard one open day before, though nothing was in the way."""
        heard = {(story.number, self.on(went), promised(went)) for story, went in self.about({Purpose.HEADS_UP})}
        return [
            f"{went.letter.purpose} of {day}: {self.told(story)}"
            for story, went in self.about(SCHEDULED)
            if not self.keys[went.letter.id].startswith("extend:")
            for day in [self.on(went)]
            for before in [self.days(story.mailbox).open_until(self.days(story.mailbox).earlier(day, 1))]
            if (story.number, before, day) not in heard and not self._overtaken(story, before, day)
        ]

    def _overtaken(self, story: Story, before: date, day: date) -> bool:
        """Whether the daemon stood still, or the letter was put off for another one of the case."""
        days = self.days(story.mailbox)
        since, until = days.opening(before) - 8 * DAY, days.closing(day)
        if any(outage.since < until and outage.until > since for outage in self.office.outages):
            return True
        return any(self.on(went) in (before, day - DAY) for each, went in self.about(SCHEDULED) if each is story)

    def wrong_alerts(self) -> list[str]:
        """Overdue alerts of clocks that kept one date, by clock, day and person: owner, manager, director, two days apart."""
        went = Counter(
            (clock_id, self.on(one), one.letter.envelope.recipient)
            for _, one in self.about({Purpose.OVERDUE_ALERT})
            if (clock_id := self._clock_of(one)) in self._steady
        )
        expected = Counter(alert for clock_id in self._steady for alert in self._climb(clock_id))
        return [
            f"{what}: overdue alert on {day} to {who} x{count}: {self._steady[clock_id].name} of "
            f"{self.told(self.story_of[self._steady[clock_id].case])}"
            for what, those in (("missing", expected - went), ("unwanted", went - expected))
            for (clock_id, day, who), count in those.items()
        ]

    def _clock_of(self, went: Went) -> int:
        return self._clock_ids[int(self.keys[went.letter.id].removeprefix("deadline:"))]

    @cached_property
    def _clock_ids(self) -> dict[int, int]:
        return {row.id: row.clock for row in self._rows(select(deadline_row.c.id, deadline_row.c.clock))}

    @cached_property
    def _steady(self) -> dict[int, Any]:
        rows = self._rows(select(clock).where(clock.c.kind.not_in(NOT_ALERTED), clock.c.paused_on.is_(None)))
        return {row.id: row for row in rows if row.due_at == row.original_due_at and not row.pauses}

    def _climb(self, clock_id: int) -> Iterator[tuple[int, date, str]]:
        """Whom the ladder reaches, and when, as long as the clock runs: from the owner or else the manager up."""
        row = self._steady[clock_id]
        story = self.story_of[row.case]
        days = self.days(story.mailbox)
        decided_at = self._running(row.due_at + timedelta(seconds=1))
        owned = any(act.did is Did.ASSIGN and act.at < decided_at for act in story.done(self.office.outages))
        rungs = [*([owner_of] if owned else []), manager_of, director_of]
        while decided_at < self.until and (row.stopped_at is None or row.stopped_at >= decided_at):
            planned_at = decided_at if days.is_open_at(decided_at) else days.opening(self._open_day(days, decided_at))
            goes_at = self._goes_at(days, planned_at)
            rung = rungs.pop(0)
            if goes_at < self.until and (row.stopped_at is None or row.stopped_at >= goes_at):
                yield clock_id, days.local(goes_at).date(), rung(story.mailbox)
            if not rungs:
                return
            day = days.open_later(days.local(planned_at).date(), 2)
            decided_at = self._running(days.opening(day))

    def _running(self, at: datetime) -> datetime:
        return next((outage.until for outage in self.office.outages if at in outage), at)

    def _open_day(self, days: Days, at: datetime) -> date:
        """The day on which the office opens next."""
        day = days.local(at).date()
        while not (days.opens(day) and days.opening(day) >= at):
            day += DAY
        return day

    def _goes_at(self, days: Days, at: datetime) -> datetime:
        """The first moment from then on at which the daemon runs and the office is open."""
        while at != (later := self._running(at)) or not days.is_open_at(at):
            at = later if days.is_open_at(later) else days.opening(self._open_day(days, later))
        return at

    def too_many_digests(self) -> list[str]:
        """Managers who got more than one digest on a day."""
        counted = Counter(
            (went.letter.envelope.recipient, self.on(went))
            for went in self.office.went
            if went.letter.purpose is Purpose.DIGEST
        )
        return [f"{count} to {manager} on {day}" for (manager, day), count in counted.items() if count > 1]

    def unlogged_skips(self) -> list[str]:
        """Cases in which a word to the owner was overtaken, and the history does not say so."""
        skipped = defaultdict[int, Counter[str]](Counter)
        for row in self._rows(select(event.c.case, event.c.detail).where(event.c.kind == "deadline-skipped")):
            skipped[self.story_of[row.case].number][row.detail] += 1
        return [
            self.told(clerk.story) for number, clerk in self.clerks.items() if skipped[number]["heads_up"] < len(clerk.skipped)
        ]


def promised(went: Went) -> date | None:
    """The day to come of which a letter speaks."""
    pattern = PROMISES.get(went.letter.purpose)
    body = message_from_bytes(went.letter.content, policy=READABLE).get_content()
    found = pattern.search(body) if pattern else None
    day = DATE.search(found[1]) if found else None
    return datetime.strptime(day[1], "%d %B %Y").date() if day else None
