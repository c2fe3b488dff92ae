"""When somebody is back, as their absence reply says it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailbot.core.standard.absence.days import Days, days_in
from mailbot.core.standard.absence.words import AbsenceWords, any_of, ending_with, says
from mailbot.core.written_date import MONTHS, WEEKDAYS

_SATURDAY = 5
_SURE, _LIKELY, _PERHAPS = 0.95, 0.85, 0.6
_RECENT = 60
"""A day without its year that was up to so many days ago is surely over."""

_RANGE = re.compile(
    r"\s*(?:-|–|—|to|until|till|til|through|thru|and|&|up to|through to)\s*(?:and including\s*)?", re.IGNORECASE
)
_NAMES = (*WEEKDAYS, *(name for name in MONTHS if name != "May"))
_SHORT = "May|Mon|Tues?|Wed|Thurs?|Fri|Jan|Feb|Sept?|Oct|Nov|Dec"
_LIKE_A_DAY = re.compile(
    rf"\b(?:{'|'.join(_NAMES)}|{_SHORT})\b|\b[0-3]?\d[./-][01]?\d\b(?![.:]?\d)(?!\s?[ap]m)|\b\d{{1,2}}(?:st|nd|rd|th)\b"
)
_UNTIL = ("until", "till", "til")
_WITHIN = 60
"""Characters at most between the word for returning and the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """When somebody is back: ``on`` at the soonest and ``by`` at the latest, in ``words`` of the reply; from 0 to 1 how sure.

    The two differ where a reply says "next week", or "until Friday", which may be the last day away. ``fits``: the weekday
    beside the day is its own. ``told``: it is called the return, and not the end of the absence.
    """

    on: date
    by: date
    words: str
    confidence: float = _SURE
    fits: bool = True
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRead:
    """What a reply says of the return: the one that counts, or None. ``unread``: words for days that say nothing sure."""

    found: Return | None = None
    unread: bool = False


def read_return(sentences: Sequence[str], sent_on: date, words: AbsenceWords, *, far: bool = False) -> ReturnRead:
    """The first return that is not over on the day of the message, or the last that is; one that is told before all others.

    ``far``: as in ``days_in``.
    """
    found, unread = list[Return](), False
    for sentence in sentences:
        if says(sentence, words.pattern) and not says(sentence, (*words.returning, *words.answering)):
            continue
        reading = _Sentence(sentence, sent_on, words, far=far)
        found += reading.returns()
        unread = unread or reading.unread
    said = [each for each in found if each.confidence > _LIKELY] or found
    ahead = [each for each in said if each.by >= sent_on]
    wanted = [each for each in ahead if each.told] or ahead
    best = min(wanted, key=lambda each: each.on, default=None) or max(said, key=lambda each: each.by, default=None)
    return ReturnRead(found=best, unread=unread)


def weekday_after(day: date) -> date:
    """The next day that is no Saturday or Sunday."""
    after = day + timedelta(days=1)
    return after + timedelta(days=7 - after.weekday()) if after.weekday() >= _SATURDAY else after


class _Sentence:
    """The days of one sentence, and what each of them is. ``unread``: one of them may be anything."""

    def __init__(self, text: str, sent_on: date, words: AbsenceWords, *, far: bool) -> None:
        self._text, self._sent_on, self._words = text, sent_on, words
        self._days = days_in(text, sent_on, far=far)
        self._away = says(text, (*words.away, *words.back_again, *words.closed, *words.myself))
        self.unread = self._is_about_it() and (says(text, words.vague) or self._has_other_days())

    def _is_about_it(self) -> bool:
        words = (*self._words.long, *self._words.returning, *self._words.until)
        return self._away or len(self._text) < 2 * _WITHIN or says(self._text, words)

    def _has_other_days(self) -> bool:
        """Words and numbers for days in a form that is not known."""
        pieces, at = list[str](), 0
        for day in self._days:
            pieces.append(self._text[at : day.start])
            at = day.end
        return any(_LIKE_A_DAY.search(piece) for piece in (*pieces, self._text[at:]))

    def returns(self) -> Iterator[Return]:
        """Each day of return that it tells, in order."""
        before, days = 0, list(self._days)
        while days:
            day = days.pop(0)
            if days and _RANGE.fullmatch(self._text, day.end, days[0].start):
                last = days.pop(0)
                yield from self._range(day, last, is_second=before > 0)
                before = last.end
            else:
                yield from self._single(day, before)
                before = day.end

    def _range(self, day: Days, last: Days, *, is_second: bool) -> Iterator[Return]:
        """Days away, the last of them included; "from 3 until 14 August" leaves open whether."""
        is_absence = (self._away or is_second or len(self._text) < 2 * _WITHIN) and not says(self._text, self._words.elsewhere)
        if day.first is None or last.last is None or (day.bare and last.bare) or not is_absence:
            self.unread = True
            return
        over_new_year = replace(last, first=day.first, last=_a_year_later(last.last)) if last.last < day.first else last
        said_until = self._text[day.end : last.start].strip().lower() in _UNTIL
        yield self._until(replace(over_new_year, start=day.start), is_last=not said_until or self._is_inclusive(last))

    def _single(self, day: Days, before: int) -> Iterator[Return]:
        gap, words = self._text[before : day.start], self._words
        is_back, is_absence = self._says_return(gap, day, is_first=before == 0), not says(self._text, words.elsewhere)
        if day.first is None or day.last is None:
            self.unread = True
        elif is_back:
            yield replace(self._return(day, day.first, day.last), told=True)
        elif _stands_before(gap, words.starting, words):
            self.unread = self.unread or len(self._days) == 1
        elif is_absence and _stands_before(gap, words.last_day, words):
            yield self._until(day, is_last=True)
        elif is_absence and _stands_before(gap, words.until, words):
            yield self._until(day, is_last=self._is_inclusive(day))
        else:
            self.unread = self.unread or self._away

    def _says_return(self, gap: str, day: Days, *, is_first: bool) -> bool:
        """A word for returning stands before the day, or behind the only one: "on Monday I will be back"."""
        found = list(any_of((*self._words.returning, *self._words.answering)).finditer(gap))
        if found and len(gap) - found[-1].end() <= _WITHIN:
            return not says(gap[found[-1].start() :], self._words.deadline)
        behind = self._text[day.end : day.end + _WITHIN].partition(";")[0]
        leads = is_first and day is self._days[-1] and gap.strip().lower() in ("", "on")
        return leads and says(behind, self._words.returning) and not says(behind, self._words.deadline)

    def _is_inclusive(self, day: Days) -> bool:
        return says(self._text[day.end : day.end + 20], self._words.inclusive) or "including" in self._text[: day.start].lower()

    def _until(self, day: Days, *, is_last: bool) -> Return:
        """ "Until Friday" may tell the last day away, and does so of a Saturday or Sunday."""
        first, last = day.first or date.min, day.last or date.max
        after = weekday_after(last)
        return self._return(day, after if is_last or first.weekday() >= _SATURDAY else first, after)

    def _return(self, day: Days, on: date, by: date) -> Return:
        past = (self._sent_on - (day.last or by)).days
        sure = _SURE if day.sure or past <= 0 else _LIKELY if past <= _RECENT else _PERHAPS
        return Return(on=on, by=by, words=self._text[day.start : day.end].rstrip("."), confidence=sure, fits=day.fits)


def _stands_before(gap: str, phrases: tuple[str, ...], words: AbsenceWords) -> bool:
    return ending_with(phrases, words.fillers).search(gap) is not None


def _a_year_later(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28 if day.month == 2 else 31))
