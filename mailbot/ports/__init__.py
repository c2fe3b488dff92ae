"""What the flows need from the outside, as small protocols. Adapters implement them; tests may too."""

from mailbot.ports.absences import AbsenceRows
from mailbot.ports.assignments import AssignmentRows, KeptAnswer
from mailbot.ports.directory import DirectoryRows, DirectoryVersion
from mailbot.ports.history import Happened
from mailbot.ports.letters import CheckedLetter, Composed, LetterRows, Letters, PublishedLetters
from mailbot.ports.outside import (
    Alarm,
    Attempt,
    Clock,
    Credentials,
    FolderState,
    Languages,
    MailFolder,
    Mechanism,
    Original,
    Originals,
    Phrases,
    Reader,
    ReadMessage,
    SignIn,
    Transport,
    Wake,
    Webhook,
)
from mailbot.ports.recounts import MovedDate, RecountRows, Told
from mailbot.ports.row_values import Cursor, KeptMessage, KnownMessage, MailboxRow, NewLetter, NewMessage, SentAnswer
from mailbot.ports.rows import AlarmRows, CaseRows, MailboxRows, MessageRows, OutboxRows, ReturnRows, Store, Transaction
from mailbot.ports.running import JobRows, LeaseRows
from mailbot.ports.standards import StaffMails, StandardRows, WaitingStaffMail

__all__ = [
    "AbsenceRows",
    "Alarm",
    "AlarmRows",
    "AssignmentRows",
    "Attempt",
    "CaseRows",
    "CheckedLetter",
    "Clock",
    "Composed",
    "Credentials",
    "Cursor",
    "DirectoryRows",
    "DirectoryVersion",
    "FolderState",
    "Happened",
    "JobRows",
    "KeptAnswer",
    "KeptMessage",
    "KnownMessage",
    "Languages",
    "LeaseRows",
    "LetterRows",
    "Letters",
    "MailFolder",
    "MailboxRow",
    "MailboxRows",
    "Mechanism",
    "MessageRows",
    "MovedDate",
    "NewLetter",
    "NewMessage",
    "Original",
    "Originals",
    "OutboxRows",
    "Phrases",
    "PublishedLetters",
    "ReadMessage",
    "Reader",
    "RecountRows",
    "ReturnRows",
    "SentAnswer",
    "SignIn",
    "StaffMails",
    "StandardRows",
    "Store",
    "Told",
    "Transaction",
    "Transport",
    "WaitingStaffMail",
    "Wake",
    "Webhook",
]
