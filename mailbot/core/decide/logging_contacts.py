"""What goes into the log of contacts (N7): each contact of a customer, once, and what was done about it."""

from dataclasses import replace
from datetime import datetime

from mailbot.core.case import Case, Channel
from mailbot.core.contact_action import LogContact, SettleContacts
from mailbot.core.contact_log import ContactAction, area_of
from mailbot.core.directory import person_as_service, person_at
from mailbot.core.policy import MailboxPolicy
from mailbot.core.service import Service

INFORMED = SettleContacts(action=ContactAction.INFORMED)
AT_FIRST_CONTACT = SettleContacts(action=ContactAction.FIRST_CONTACT)
"""The customer has an answer, and had it when they first got in touch."""


def contacted(channel: Channel, at: datetime, service: str, policy: MailboxPolicy) -> LogContact:
    """A customer got in touch. ``service``: what it is about, as far as that is sure."""
    return LogContact(area=area_of(policy.directory, service, policy.organisation), channel=channel, at=at)


def contacted_about(case: Case, channel: Channel, at: datetime, policy: MailboxPolicy) -> LogContact:
    """A customer of a case got in touch about it: the contact is theirs who have the case."""
    log = contacted(channel, at, case.service, policy)
    has = organisation_at(case.owner_address, policy)
    return replace(log, area=replace(log.area, organisation=has)) if has else log


def goes_to(address: str, case: Case, policy: MailboxPolicy) -> list[SettleContacts]:
    """Somebody of another organisation than so far is given the case by its name: its contacts are theirs from now on."""
    area = area_of(policy.directory, case.service, policy.organisation)
    had = organisation_at(case.owner_address, policy) or area.organisation
    gets = organisation_at(address, policy)
    if gets in ("", had):
        return []
    return [SettleContacts(action=ContactAction.REFERRED, area=replace(area, organisation=gets))]


def organisation_at(address: str | None, policy: MailboxPolicy) -> str:
    """Whom somebody of the directory works for; empty where it does not know them."""
    someone = person_at(policy.directory, address) if address else None
    return person_as_service(policy.directory, someone, policy.organisation).organisation if someone else ""


def referred(to: Service, policy: MailboxPolicy, about: str = "") -> SettleContacts:
    """Whoever answers for a service has it, or the customer knows that they do. ``about``: of one that is only a person."""
    area = area_of(policy.directory, to.name or about, policy.organisation)
    return SettleContacts(action=ContactAction.REFERRED, area=replace(area, organisation=to.organisation))
