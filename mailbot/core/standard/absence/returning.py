"""When somebody is back, as their absence reply says it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from mailbot.core.standard.absence.days import Days, days_in
from mailbot.core.standard.absence.words import AbsenceWords, any_of, ending_with, says

_SATURDAY = 5
_SURE, _LIKELY, _PERHAPS = 0.95, 0.85, 0.6
_RECENT = 60
"""A day without its year that was up to so many days ago is surely over."""

_RANGE = re.compile(
    r"\s*(?:-|–|—|to|until|till|til|through|thru|and|&|up to|through to)\s*(?:and including\s*)?", re.IGNORECASE
)
_WITHIN = 60
"""Characters at most between the word for returning and the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """When somebody is back: ``on`` at the soonest and ``by`` at the latest, in ``words`` of the reply; from 0 to 1 how sure.

    The two differ where a reply says "next week", or "until Friday", which may be the last day away.
    """

    on: date
    by: date
    words: str
    confidence: float = _SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRead:
    """What a reply says of the return: the one that counts, or None. ``unread``: words for days that say nothing sure."""

    found: Return | None = None
    unread: bool = False


def read_return(sentences: Sequence[str], sent_on: date, words: AbsenceWords, *, far: bool = False) -> ReturnRead:
    """The first return that is not over on the day of the message, or the last that is. ``far``: as in ``days_in``."""
    found, unread = list[Return](), False
    for sentence in sentences:
        if says(sentence, words.pattern) and not says(sentence, words.returning):
            continue
        reading = _Sentence(sentence, days_in(sentence, sent_on, far=far), sent_on, words)
        found += reading.returns()
        unread = unread or reading.unread or says(sentence, words.vague)
    said = [each for each in found if each.confidence > _LIKELY] or found
    ahead = [each for each in said if each.by >= sent_on]
    best = min(ahead, key=lambda each: each.on, default=None) or max(said, key=lambda each: each.by, default=None)
    return ReturnRead(found=best, unread=unread)


def weekday_after(day: date) -> date:
    """The next day that is no Saturday or Sunday."""
    return _weekday_from(day + timedelta(days=1))


def _weekday_from(day: date) -> date:
    return day + timedelta(days=max(7 - day.weekday(), 0)) if day.weekday() >= _SATURDAY else day


class _Sentence:
    """The days of one sentence, and what each of them is."""

    def __init__(self, text: str, days: tuple[Days, ...], sent_on: date, words: AbsenceWords) -> None:
        self._text, self._days, self._sent_on, self._words = text, days, sent_on, words
        self._away = says(text, words.away) or says(text, words.closed)
        self.unread = False

    def returns(self) -> Iterator[Return]:
        ends = {second.start: first for first, second in pairwise(self._days) if self._are_range(first, second)}
        starts = {first.start for first in ends.values()}
        before = 0
        for day in self._days:
            if day.first is None or day.last is None:
                self.unread = True
            elif day.start in ends:
                yield from self._range(ends[day.start], day, before)
            elif day.start not in starts:
                yield from self._single(day, before)
            if day.start not in starts:
                before = day.end

    def _are_range(self, first: Days, second: Days) -> bool:
        return bool(_RANGE.fullmatch(self._text, first.end, second.start))

    def _range(self, first: Days, last: Days, before: int) -> Iterator[Return]:
        """A range of days away; "back 3 to 14 August" is none."""
        named = self._away or before > 0 or len(self._text) < 2 * _WITHIN
        if first.first is None or last.last is None or (first.bare and last.bare) or not named:
            self.unread = True
        elif last.last < first.first:
            year_later = self._shown(first, last, replace(last, last=_next_year(last.last)), inclusive=True)
            yield year_later
        else:
            said_until = self._text[first.end : last.start].strip().lower() in self._words.until[:4]
            yield self._shown(first, last, last, inclusive=not said_until or self._is_inclusive(last))

    def _shown(self, first: Days, last: Days, read: Days, *, inclusive: bool) -> Return:
        words = self._text[first.start : last.end]
        return self._until(replace(read, start=first.start), words, inclusive=inclusive)

    def _single(self, day: Days, before: int) -> Iterator[Return]:
        gap = self._text[before : day.start]
        words, until = self._words, self._text[day.start : day.end]
        is_back = self._says_return(gap, day)
        if ending_with(words.starting, words.fillers).search(gap) and not is_back:
            self.unread = self.unread or not self._is_first(day)
        elif ending_with(words.last_day, words.fillers).search(gap) and self._is_absence(before):
            yield self._until(day, until, inclusive=True)
        elif is_back:
            yield Return(on=_first(day), by=_last(day), words=until, confidence=self._confidence(day))
        elif ending_with(words.until, words.fillers).search(gap) and self._is_absence(before):
            yield self._until(day, until, inclusive=self._is_inclusive(day))
        elif self._away:
            self.unread = True

    def _says_return(self, gap: str, day: Days) -> bool:
        found = list(any_of(self._words.returning).finditer(gap))
        if found and len(gap) - found[-1].end() <= _WITHIN:
            return not says(gap[found[-1].start() :], self._words.deadline)
        behind = self._text[day.end : day.end + _WITHIN].partition(";")[0]
        leads = not gap.strip(" ,") or gap.strip().lower() == "on"
        return leads and says(behind, self._words.returning) and not says(behind, self._words.deadline)

    def _is_absence(self, before: int) -> bool:
        """A sentence of an absence, a few words alone, or a second day of the kind."""
        return self._away or before > 0 or len(self._text) < _WITHIN

    def _is_inclusive(self, day: Days) -> bool:
        return says(self._text[day.end : day.end + 20], self._words.inclusive) or "including" in self._text[: day.start].lower()

    def _is_first(self, day: Days) -> bool:
        return len(self._days) > 1 and day is self._days[0]

    def _until(self, day: Days, words: str, *, inclusive: bool) -> Return:
        """ "Until Friday" may be the last day away, and is it on a Saturday or Sunday."""
        after = weekday_after(_last(day))
        on = after if inclusive or _first(day).weekday() >= _SATURDAY else _first(day)
        return Return(on=on, by=after, words=words, confidence=self._confidence(day))

    def _confidence(self, day: Days) -> float:
        past = (self._sent_on - _last(day)).days
        return _SURE if day.sure or past <= 0 else _LIKELY if past <= _RECENT else _PERHAPS


def _first(day: Days) -> date:
    return day.first or date.min


def _last(day: Days) -> date:
    return day.last or date.max


def _next_year(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28)) if day.month == 2 else day.replace(year=day.year + 1)
