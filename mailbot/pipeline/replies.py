"""Gathering for a colleague's answer to the mail that gave them a case: its own words, its proof, and who answered before."""

from mailbot.core.case import Case
from mailbot.core.enclosure import File
from mailbot.core.message import Message
from mailbot.core.own_words import TOKEN, outgoing, own_words
from mailbot.core.owner_reply import EarlierAnswer, OwnerReply
from mailbot.core.page_words import formed
from mailbot.core.policy import MailboxPolicy
from mailbot.core.quoting import QuoteRules
from mailbot.pipeline.assigning import is_restricted
from mailbot.ports import KeptAnswer, Originals, Transaction


def owner_reply(
    transaction: Transaction,
    originals: Originals,
    message: Message,
    content: bytes,
    case: Case,
    policy: MailboxPolicy,
    quoting: QuoteRules,
) -> OwnerReply | None:
    """What a colleague's message (its ``content`` are the bytes) answers, if that is such a mail; None if it is not."""
    found = transaction.assignments.replied_to((*message.in_reply_to, *reversed(message.references)))
    if found is None:
        return None
    letter, letter_content = found
    ours = originals.text(letter_content)
    words = own_words(message.text, ours, quoting, policy.footers)
    files, doubt = outgoing(originals.files(content))
    earlier = transaction.assignments.earlier_answer(case.id, letter.written_at, message.sender)
    waiting = transaction.assignments.waiting_answers(case.id, letter.message_row) if letter.message_row is not None else ()
    return OwnerReply(
        letter=letter,
        words=words.doubted(doubt),
        form=formed(words.text, originals.page(content), TOKEN, ours),
        files=files,
        earlier=earlier_answer(originals, earlier) if earlier else None,
        waiting=waiting,
        proven=policy.proves(message) and policy.has_in_directory(message.sender),
        restricted=is_restricted(transaction, case, policy),
    )


def earlier_answer(originals: Originals, kept: KeptAnswer) -> EarlierAnswer:
    """What a colleague answered, in their own words."""
    return EarlierAnswer(at=kept.at, by=kept.by, words=originals.words(kept.content) if kept.content else "")


def pictures_of(originals: Originals, content: bytes) -> tuple[File, ...]:
    """The pictures in the text of a message, as files; none where one of them may hold a mail."""
    files, doubt = outgoing(one for one in originals.files(content) if one.in_place)
    return () if doubt else files
