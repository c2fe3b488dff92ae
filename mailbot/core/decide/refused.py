"""Our own relay refuses a letter to a customer for good: what it was to bring about has not come about, and somebody hears."""

from mailbot.core.action import Action, RaiseAlarm
from mailbot.core.decide.clarifying import not_asked
from mailbot.core.decide.occasion import Occasion
from mailbot.core.decide.wording import letter_words, other_contact
from mailbot.core.ladder import Rung
from mailbot.core.letter import ISSUED, OF_OWNERS, OutboxLetter, Purpose
from mailbot.core.reason import Reason
from mailbot.core.trigger import LetterRefused

_BELIEVED_TO_HAVE_GONE = ISSUED | OF_OWNERS | {Purpose.CLARIFICATION, Purpose.HANDOVER, Purpose.HANDOVER_ANSWER}
"""What a person wrote, or what the case was changed for. Receipts and notices are counted in the morning digest."""

_NOR_THE_CONTACT = ", so whoever has the case now has not got it either"


def letter_refused(trigger: LetterRefused, occasion: Occasion) -> list[Action]:
    """The case waits for nobody who was not asked. Whoever has it is told; where the case was changed for it, an alarm rings.

    Of a handover the manager hears, for whoever has the case by now may know nothing of it.
    """
    letter, case = trigger.letter, occasion.case
    hands_over, back = bool(letter.envelope.copies), not_asked(letter, case, occasion.policy, occasion.now)
    if not (back or hands_over or letter.purpose in _BELIEVED_TO_HAVE_GONE):
        return []
    more = {
        "letter_words": letter_words(Purpose.HANDOVER if hands_over else letter.purpose),
        "failed_address": letter.envelope.recipient,
        "failure": f"our own mail server refuses it for good{_NOR_THE_CONTACT if hands_over else ''}",
        "other_contact": other_contact(case, ()),
    }
    told = occasion.tell(Rung.MANAGER if hands_over else Rung.OWNER, Purpose.UNDELIVERED, more)
    return [*back, *told, *([_alarm(letter, case.reference)] if back or hands_over else [])]


def _alarm(letter: OutboxLetter, reference: str) -> RaiseAlarm:
    words = letter_words(Purpose.HANDOVER if letter.envelope.copies else Purpose.CLARIFICATION)
    what = f"case {reference}: {words} was refused by our own mail server; nobody has got it, and the dates run"
    return RaiseAlarm(key=f"refused:{letter.id}:{letter.attempts}", what=what, reason=Reason("letter-refused", letter.letter))
