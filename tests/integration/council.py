"""A council with a mailbox for each pack, and one more whose letters meet: its people, its policies, and its cases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from mailbot.core.calendar import ShutDays
from mailbot.core.case import Channel, ClockKind, ClockStop
from mailbot.core.clock_rule import WhenPassed
from mailbot.core.directory import Directory, Person, Team
from mailbot.core.policy import UNSURE, Caps, MailboxPolicy, Pack
from tests.integration.plain_days import DAY, Days
from tests.integration.story import Act, Did, Story
from tests.invented import LONDON, policy, rule, shipped_pack

START = datetime(2026, 10, 1, 0, 0, tzinfo=LONDON).astimezone(UTC)
END = datetime(2027, 10, 1, 0, 0, tzinfo=LONDON).astimezone(UTC)
"""A year with both clock changes, Christmas, Easter (with the spring change on Easter Sunday) and all bank holidays."""

PACKS = ("generic", "jersey-oic", "norfolk-connect", "northants-fire", "oxfordshire")
MEETING = "meeting"
CLOSURE = ShutDays(from_on=date(2026, 12, 29), until_on=date(2026, 12, 31), name="winter closure")
CHANNELS = (Channel.LETTER, Channel.PHONE, Channel.IN_PERSON, Channel.WEB, Channel.FAX, Channel.SOCIAL)
CAPS = Caps(
    answers_per_sender_per_day=5,
    letters_per_manager_per_day=10_000,
    answers_per_mailbox_per_hour=10_000,
    answers_per_subject_per_hour=10_000,
    answers_per_domain_per_hour=10_000,
    answers_per_hour=10_000,
)


def address_of(mailbox: str) -> str:
    return f"{mailbox}@harbour.example"


def manager_of(mailbox: str) -> str:
    """Two mailboxes have the same manager."""
    return f"manager-{'generic' if mailbox == MEETING else mailbox}@harbour.example"


def director_of(mailbox: str) -> str:
    return f"director-{mailbox}@harbour.example"


def owner_of(mailbox: str) -> str:
    return f"owner-{mailbox}@harbour.example"


def policies() -> dict[str, MailboxPolicy]:
    """The policy of each mailbox, with its own team; two of them are shut between Christmas and New Year."""
    names = (*PACKS, MEETING)
    teams = tuple(Team(name=name, manager=manager_of(name), director=director_of(name), mailboxes=(name,)) for name in names)
    addresses = {of(name) for name in names for of in (manager_of, director_of, owner_of)}
    people = tuple(Person(name=address.partition("@")[0], address=address) for address in sorted(addresses))
    directory = Directory(organisation="Harbour Council", people=people, teams=teams)
    own = frozenset(address_of(name) for name in names)
    return {
        team.name: policy(
            name=team.name,
            address=address_of(team.name),
            manager=team.manager,
            pack=_pack(team.name),
            caps=CAPS,
            own_addresses=own,
            team=team,
            directory=directory,
        )
        for team in teams
    }


def _pack(name: str) -> Pack:
    if name == MEETING:
        return _meeting_pack()
    found = shipped_pack(name)
    if name not in ("northants-fire", "oxfordshire"):
        return found
    return replace(found, calendars={key: replace(each, shut=(CLOSURE,)) for key, each in found.calendars.items()})


def _meeting_pack() -> Pack:
    """The generic pack in which word of where it stands falls on the day of the notice of delay, or on the one after it."""
    generic = shipped_pack("generic")
    status = rule(
        13,
        name="status",
        kind=ClockKind.STATUS,
        classes=("enquiry",),
        stopped_by=(ClockStop.RESPONSE_SENT, ClockStop.CASE_CLOSED),
        repeats=True,
        when_passed=WhenPassed.NOTICE,
    )
    return replace(generic, clocks=(*generic.clocks, status, replace(status, classes=("complaint",), amount=14)))


# Stories ---------------------------------------------------------------------------------------------------------------


def stories(count: int, seed: int, until: datetime = END) -> list[Story]:
    """So many cases up to a day, the same for the same seed."""
    random, mailboxes = Random(seed), policies()  # a play, no secret
    return [_story(random, number, mailboxes, (until - START).days) for number in range(1, count + 1)]


def _story(random: Random, number: int, mailboxes: dict[str, MailboxPolicy], days_long: int) -> Story:
    mailbox = random.choice([*mailboxes, "northants-fire"])  # the one pack that closes cases by silence
    pack = mailboxes[mailbox].pack
    looked_for = [name for name in pack.classes if name not in {one.name for one in pack.subclasses}]
    class_ = random.choice([*looked_for, "enquiry", "complaint", UNSURE])
    channel = random.choice(CHANNELS) if random.random() < 0.25 else Channel.EMAIL
    days = Days(pack.working_calendar)
    opened_at = START + timedelta(days=random.randrange(days_long), hours=random.randrange(24), minutes=random.randrange(7, 53))
    if random.random() < 0.2:  # the days around Christmas and Easter
        first = random.choice([date(2026, 12, 14), date(2027, 3, 8), date(2026, 10, 8)])
        opened_at = datetime.combine(first + DAY * random.randrange(12), time(15, 23), tzinfo=LONDON).astimezone(UTC)
    return Story(
        number=number,
        mailbox=mailbox,
        class_=class_,
        channel=channel,
        opened_at=opened_at,
        may_write=channel is Channel.EMAIL or random.random() < 0.6,
        acts=tuple(_acts(random, days, opened_at, channel)),
    )


PLOTS: tuple[tuple[tuple[Did, int], ...], ...] = (
    (),
    (),
    ((Did.ASSIGN, 2),),
    ((Did.ANSWER, 8),),
    ((Did.ASSIGN, 3), (Did.ANSWER, 12)),
    ((Did.ANSWER, 45), (Did.CLOSE, 3)),
    ((Did.HOLD_OFF, 4), (Did.ANSWER, 40)),
    ((Did.WAIT, 5), (Did.CUSTOMER_ANSWERS, 20), (Did.ANSWER, 20)),
    ((Did.WAIT, 5),),
    ((Did.ANSWER, 8), (Did.WAIT, 2)),
    ((Did.ANSWER, 8), (Did.WAIT, 2)),
    ((Did.ASSIGN, 2), (Did.ANSWER, 8), (Did.WAIT, 2), (Did.CUSTOMER_ANSWERS, 30), (Did.WAIT, 4)),
    ((Did.EXTEND, 9), (Did.ANSWER, 40)),
    ((Did.ASSIGN, 1), (Did.EXTEND, 14), (Did.EXTEND, 9)),
    ((Did.CLOSE, 12), (Did.REOPEN, 15), (Did.ANSWER, 40)),
    ((Did.QUIET, 6), (Did.QUIET_ENDS, 25)),
    ((Did.CLOSE, 20),),
)
"""What people do, each a random number of working days, up to the number given, after what was before it."""


def _acts(random: Random, days: Days, opened_at: datetime, channel: Channel) -> Iterator[Act]:
    day = days.local(opened_at).date()
    for did, at_most in random.choice(PLOTS):
        day = days.open_from(days.later(day, random.randint(1, at_most)))
        at = datetime.combine(day, time(random.randrange(9, 16), random.randrange(7, 53)), tzinfo=days.calendar.zone)
        by_mail = channel is Channel.EMAIL and did in (Did.ANSWER, Did.CUSTOMER_ANSWERS) and random.random() < 0.5
        yield Act(at.astimezone(UTC), did, by_mail=by_mail or did is Did.HOLD_OFF)
