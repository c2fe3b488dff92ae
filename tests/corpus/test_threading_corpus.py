"""Real mail goes through the real intake: each tree is a case, nothing joins what it does not answer, every reply is home.

The messages are other people's and are not part of the project; without them these tests are skipped.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest

from mailbot.adapters.parser import parse
from mailbot.adapters.store.queries import LetterLine
from tests.integration.correspondence import Council, council, mail
from tests.invented import MAILBOX

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
LABELS = {
    CORPORA / "screening": CORPORA / "screening.tsv",
    CORPORA / "synthetic-autoreply": CORPORA / "synthetic-autoreply" / "labels.tsv",
}
AT_LEAST = 30
"""So many of the people among them can be answered: the others name no address, or hide it."""

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="needs the mail corpora in ../shared/corpora")
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply to a letter of ours: its subject, the ids it refers to, the nearest last, and its text."""

    subject: str
    answers: tuple[str, ...]
    text: str


def contents(*, people: bool = False) -> Iterator[bytes]:
    """Every real message, or only those that people wrote."""
    for folder, table in LABELS.items():
        with table.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter="\t") if row[0] != "file"]
        for name, label, *_ in rows:
            if label == "human" or not people:
                yield (folder / name).read_bytes()


def quoted(letter: EmailMessage) -> str:
    """The letter below a reply, as most programs put it there."""
    lines = "".join(f"> {line}\n" for line in letter.get_content().splitlines())
    return f"\n\nOn Mon, 23 Nov 2026 at 10:02, Harbour Council <{MAILBOX}> wrote:\n{lines}"


def below_a_head(letter: EmailMessage) -> str:
    """The letter below a reply, as Outlook puts it there, in German."""
    head = (
        f"Von: Harbour Council <{MAILBOX}>\nGesendet: Montag, 23. November 2026 10:02\nAn: Ada\nBetreff: {letter['Subject']}\n"
    )
    return f"\n\n________________________________\n{head}\n{letter.get_content()}"


def of(letter: EmailMessage) -> str:
    return str(letter["Message-ID"]).strip("<>")


def rewritten() -> str:
    """The id that Exchange gave to a letter of ours on its way in."""
    return f"{next(_numbers):08d}{'A' * 60}@AS8PR04MB8040.eurprd04.prod.outlook.com"


HABITS: dict[str, Callable[[EmailMessage], Reply]] = {
    "as it should be": lambda our: Reply(subject=f"Re: {our['Subject']}", answers=("x@example.org", of(our)), text=quoted(our)),
    "In-Reply-To alone, edited subject": lambda our: Reply(subject="One more thing", answers=(of(our),), text=""),
    "ids rewritten by Exchange": lambda our: Reply(
        subject=f"RE: {our['Subject']}", answers=(rewritten(), rewritten()), text=below_a_head(our)
    ),
    "no ids, translated mark": lambda our: Reply(subject=f"AW: {our['Subject']}", answers=(), text=""),
    "no ids, two marks": lambda our: Reply(subject=f"回复: SV: {our['Subject']}", answers=(), text=quoted(our)),
    "no ids, edited subject, quoted": lambda our: Reply(subject="One more thing", answers=(), text=quoted(our)),
    "no ids, edited subject, below a head": lambda our: Reply(subject="Noch etwas", answers=(), text=below_a_head(our)),
}


def test_real_mail_joins_only_what_it_answers(tmp_path: Path, print_at_end: Callable[[str], None]) -> None:
    """All of it arrives in one mailbox: messages share a case only if each refers to another, and none fails."""
    with council(f"sqlite:///{tmp_path}/mailbot.db") as office:
        refers = dict[str, set[str]]()
        for content in contents():
            office.later(minutes=61)
            office.arrives(content)
            message = parse(content)
            refers.setdefault(message.message_id, set()).update((*message.in_reply_to, *message.references))
        cases = dict[str, set[str]]()
        for message_id, reference in office.trees().items():
            cases.setdefault(reference, set()).add(message_id)
        answers = sum(bool(named & refers.keys()) for named in refers.values())
        print_at_end(f"threads of real mail: {len(refers)} ids, {answers} of them answer another one; {len(cases)} cases")
        assert [ids for ids in cases.values() if not _hang_together(ids, refers)] == []
        assert [held.rule for held in office.held() if held.what == "message" and "cannot" in held.rule] == []


def test_every_reply_to_our_letter_joins_the_case_of_its_letter(tmp_path: Path, print_at_end: Callable[[str], None]) -> None:
    """Each person's real message opens a case; their reply to our receipt, with each program's habits, is in that case."""
    with council(f"sqlite:///{tmp_path}/mailbot.db") as office:
        home, expected = dict[str, str](), dict[str, str]()
        for content in contents(people=True):
            office.later(minutes=61)
            office.arrives(content)
            (view,) = [office.case(line.reference) for line in office.queries.cases(limit=1)]
            if view.line.reference not in home and view.letters:
                home[view.line.reference] = view.line.customer
                expected |= _reply_in_every_way(office, view.line.customer, view.letters[0])
        trees = office.trees()
        print_at_end(f"replies to our letters: {len(expected)} of {len(home)} people, {len(HABITS)} habits each")
        assert len(home) >= AT_LEAST
        assert {message_id: trees.get(message_id) for message_id in expected} == expected


def _reply_in_every_way(office: Council, customer: str, receipt: LetterLine) -> dict[str, str]:
    """The customer answers a receipt once by each habit; returns the case where each reply belongs, by Message-ID."""
    expected, letter = dict[str, str](), office.letter(receipt)
    for habit in HABITS.values():
        reply, message_id = habit(letter), f"reply.{next(_numbers)}@example.org"
        office.arrives(
            mail(
                f"And another thing.{reply.text}",
                sender=customer,
                subject=reply.subject,
                message_id=message_id,
                answers=reply.answers,
            )
        )
        expected[message_id] = receipt.reference or ""
    return expected


def _hang_together(ids: set[str], refers: dict[str, set[str]]) -> bool:
    """Whether each of several ids names another of them, or is named by one."""
    return len(ids) == 1 or all(refers[one] & ids or any(one in refers[other] for other in ids) for one in ids)
