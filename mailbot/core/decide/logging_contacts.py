"""What goes into the log of contacts (N7): each contact of a customer, once, and what was done about it."""

from dataclasses import replace
from datetime import datetime

from mailbot.core.case import Channel
from mailbot.core.contact_action import LogContact, SettleContacts
from mailbot.core.contact_log import ContactAction, area_of
from mailbot.core.policy import MailboxPolicy
from mailbot.core.service import Service

INFORMED = SettleContacts(action=ContactAction.INFORMED)
AT_FIRST_CONTACT = SettleContacts(action=ContactAction.FIRST_CONTACT)
"""The customer has an answer, and had it when they first got in touch."""


def contacted(channel: Channel, at: datetime, service: str, policy: MailboxPolicy) -> LogContact:
    """A customer got in touch. ``service``: what it is about, as far as that is sure."""
    return LogContact(area=area_of(policy.directory, service, policy.organisation), channel=channel, at=at)


def referred(to: Service, policy: MailboxPolicy, about: str = "") -> SettleContacts:
    """Whoever answers for a service has it, or the customer knows that they do. ``about``: of one that is only a person."""
    area = area_of(policy.directory, to.name or about, policy.organisation)
    return SettleContacts(action=ContactAction.REFERRED, area=replace(area, organisation=to.organisation))
