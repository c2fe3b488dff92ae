"""A message that was taken for a robot's is a person's: somebody has looked, and says so."""

from mailbot.core.action import Action, KeepSilent, Note, OpenCase
from mailbot.core.case import Channel, FiledMessage
from mailbot.core.clock_rule import ClockStart
from mailbot.core.decide.logging_contacts import contacted
from mailbot.core.decide.moving import start_clocks
from mailbot.core.policy import MailboxPolicy
from mailbot.core.reason import Reason

A_PERSONS = Reason("a-person-says-so")


def person_after_all(filed: FiledMessage, policy: MailboxPolicy, *, observed: bool) -> list[Action]:
    """A case for its sender, whose clocks run from the receipt of the message. The receipt is another command's."""
    opened = OpenCase(
        class_=filed.class_,
        customer=filed.sender,
        customer_name="",
        subject=filed.subject,
        opened_at=filed.received_at,
        observed=observed,
        reason=A_PERSONS,
    )
    clocks = start_clocks(policy, filed.class_, Channel.EMAIL, ClockStart.RECEIPT, filed.received_at)
    log = contacted(Channel.EMAIL, filed.received_at, "", policy)
    return [opened, log, Note(kind="finding", reason=A_PERSONS), *clocks, KeepSilent(reasons=(Reason("taken-for-a-robot"),))]
