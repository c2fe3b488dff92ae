"""``rules/**`` into policy values. Every mistake is refused with file, key, and what to write instead."""

from mailbot.adapters.rule_files.absence_rules import load_absence_rules
from mailbot.adapters.rule_files.absences import load_absence_words
from mailbot.adapters.rule_files.bounces import load_bounces
from mailbot.adapters.rule_files.calendars import (
    CalendarFile,
    calendar_names,
    calendar_path,
    calendar_text,
    load_calendar,
    read_calendar,
    with_days,
)
from mailbot.adapters.rule_files.classes import load_classes, load_flags
from mailbot.adapters.rule_files.clauses import beside_in_words, load_clauses
from mailbot.adapters.rule_files.clocks import clock_names, load_clock, load_clocks
from mailbot.adapters.rule_files.contact import load_contact
from mailbot.adapters.rule_files.names import load_names
from mailbot.adapters.rule_files.pack_checks import Remark, check_pack
from mailbot.adapters.rule_files.packs import load_pack, pack_names
from mailbot.adapters.rule_files.phrases import load_holding, load_quoting, load_replies, load_requests, load_subjects
from mailbot.adapters.rule_files.proposals import closed_days
from mailbot.adapters.rule_files.routing import load_routing_words
from mailbot.adapters.rule_files.screening import load_screening
from mailbot.adapters.rule_files.services import load_directory, own_pack
from mailbot.adapters.rule_files.settings import settings_of
from mailbot.adapters.rule_files.standards import load_signature_words, load_standard, load_standard_rules, standard_names
from mailbot.adapters.rule_files.wording import load_wording

__all__ = [
    "CalendarFile",
    "Remark",
    "beside_in_words",
    "calendar_names",
    "calendar_path",
    "calendar_text",
    "check_pack",
    "clock_names",
    "closed_days",
    "load_absence_rules",
    "load_absence_words",
    "load_bounces",
    "load_calendar",
    "load_classes",
    "load_clauses",
    "load_clock",
    "load_clocks",
    "load_contact",
    "load_directory",
    "load_flags",
    "load_holding",
    "load_names",
    "load_pack",
    "load_quoting",
    "load_replies",
    "load_requests",
    "load_routing_words",
    "load_screening",
    "load_signature_words",
    "load_standard",
    "load_standard_rules",
    "load_subjects",
    "load_wording",
    "own_pack",
    "pack_names",
    "read_calendar",
    "settings_of",
    "standard_names",
    "with_days",
]
