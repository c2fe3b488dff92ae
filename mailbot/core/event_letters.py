"""Which letter serves which event: what a pack says under ``[letters]``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLetters:
    """Which letter (a folder of letters) serves which event.

    To customers. ``neutral_receipt``: a message whose class is not sure, or a receipt whose date has passed.
    ``delay_notice``: the answer will be late, with the new date (J3, G3). ``progress_notice``: how far an investigation
    is (F5). ``status_notice``: where an enquiry stands (O3). ``silence_warning``: we wait for an answer, and until when;
    ``silence_closing``: none came, the case is closed (F8).

    To staff. ``heads_up``: an automatic letter is about to go, and what stops it. ``due_soon``, ``due_today``, ``overdue``: a
    date nears, is here, has passed. ``no_owner``: nobody has the case (G4). ``unread``: nobody opened it (N4).
    ``flag_notice``: what somebody in particular is to see to or to know (J16, F11). ``alarm``: at
    once, until somebody takes it (F9). ``assignment``: the case is yours. ``undelivered``: a letter to the
    customer did not arrive; ``staff_undelivered``: a mail to a member of staff did not. ``withdrawal``: the customer withdraws,
    close it? ``also_arrived``: a message to another mailbox came to yours too. ``directory_change``: what is new about services
    and their contacts, for each partner's contact (N10). ``digest``: the morning summary. ``standards_note``: what a message of
    theirs lacks, for whoever sent it (J5); ``standards_month``: how often that was, for a team's manager.

    Handovers, to customers. ``handover``: somebody else has it, who is copied in (N2); ``handover_organisation``: in another
    organisation; ``handover_details``: only how to reach them, for nothing may be passed on (N6); ``handover_answer``: what
    they answer; ``contact_taken``: somebody has what they told us by phone, on paper or in person (N12). To staff:
    ``not_taken``: what was handed over and nobody took; ``wrote_again``: what its customer adds;
    ``contact_for_you``: what was taken down for somebody;
    ``gap``: information is missing from pages that they keep (N9), ``gap_reminder``: it still is; ``gap_closed``: where it is;
    ``gap_unanswered``: they were asked often enough, for the manager; ``gap_held``: what they wrote does not count yet;
    ``contact_log``: a month's contacts, for each partner's designated contact (N8).

    Answers of owners, to staff. ``answer_waits``: it goes soon, and how to undo that; ``answered_first``: a colleague answered
    before; ``about_reply``: why a reply did not go, or what became of it.
    """

    neutral_receipt: str
    delay_notice: str
    progress_notice: str
    status_notice: str
    silence_warning: str
    silence_closing: str
    heads_up: str
    due_soon: str
    due_today: str
    overdue: str
    no_owner: str
    unread: str
    alarm: str
    flag_notice: str
    assignment: str
    undelivered: str
    staff_undelivered: str
    withdrawal: str
    also_arrived: str
    directory_change: str
    standards_note: str
    standards_month: str
    digest: str
    handover: str
    handover_organisation: str
    handover_details: str
    handover_answer: str
    not_taken: str
    wrote_again: str
    contact_taken: str
    contact_for_you: str
    gap: str
    gap_reminder: str
    gap_closed: str
    gap_unanswered: str
    gap_held: str
    answer_waits: str
    answered_first: str
    about_reply: str
    contact_log: str
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
